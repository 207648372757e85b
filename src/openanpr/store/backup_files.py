"""The files of a backup: copied with their SHA-256, listed one a line, on disk before the next step."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedRandom, BufferedReader
from pathlib import Path

import msgspec

_CHUNK = 2**20
_MOST_LINE = 2**16
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LINK = re.compile(r"(?:\.\./){1,2}store/[0-9a-f]{3}/[0-9a-f-]{36}")  # as chDB makes them, and no others


class BackupError(Exception):
    """A backup could not be made, or may not be restored; the sentence says why and what to do."""


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One file of a backup by its path in the data folder, or a symbolic link and where it leads."""

    path: str
    size: int = 0
    sha256: str = ""
    link: str = ""


@dataclass(slots=True)
class Filling:
    """A backup that is being filled: files go below `root`, each with a line in `listing`."""

    root: Path
    listing: BufferedRandom
    files: int = 0
    size: int = 0

    def file(self, source: Path, path: str) -> None:
        """Copy a file to `path`; raises OSError."""
        with opened(source) as old:
            self._copy(old, path)

    def text(self, content: bytes, path: str) -> None:
        """Write a file; raises OSError."""
        with private_file(self._place(path)) as new:
            new.write(content)
        self._note(Listed(path, len(content), hashlib.sha256(content).hexdigest()))

    def beginning(self, source: Path, path: str, size: int) -> None:
        """Copy the first `size` bytes of a file that only grows; raises OSError."""
        digest, left = hashlib.sha256(), size
        with opened(source) as old, private_file(self._place(path)) as new:
            while chunk := old.read(min(_CHUNK, left)):
                new.write(chunk)
                digest.update(chunk)
                left -= len(chunk)
            new.flush()
            os.fsync(new.fileno())
        if left:
            raise OSError(f"{source.name} has become shorter while it was copied")
        self._note(Listed(path, size, digest.hexdigest()))

    def made(self, path: str, make: Callable[[Path], None]) -> None:
        """Have a file made at its place by `make`, which finds it empty; raises what that raises."""
        place = self._place(path)
        with private_file(place):
            pass
        make(place)
        with place.open("rb") as made:
            digest = hashlib.file_digest(made, "sha256").hexdigest()
            os.fsync(made.fileno())
        self._note(Listed(path, place.stat().st_size, digest))

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link; raises OSError."""
        self._place(path).symlink_to(target)
        self._note(Listed(path, link=target))

    def folder(self, source: Path, path: str) -> None:
        """Copy the files below a folder in which files are written once and may go meanwhile."""
        for name in plain_files(source):
            try:
                old = opened(source / name)
            except FileNotFoundError:
                continue  # retention has dropped its day
            with old:
                self._copy(old, f"{path}/{name}")

    def close(self) -> str:
        """Bring the list and all folders to disk; return the SHA-256 of the list."""
        self.listing.flush()
        os.fsync(self.listing.fileno())
        sync_folders(self.root)
        self.listing.seek(0)
        return hashlib.file_digest(self.listing, "sha256").hexdigest()

    def _copy(self, old: BufferedReader, path: str) -> None:
        size, digest = copied(old, self._place(path))
        self._note(Listed(path, size, digest))

    def _place(self, path: str) -> Path:
        place = self.root / path
        private_folder(place.parent)
        return place

    def _note(self, listed: Listed) -> None:
        self.listing.write(msgspec.json.encode(listed) + b"\n")
        self.files += 1
        self.size += listed.size


def copied(old: BufferedReader, target: Path) -> tuple[int, str]:
    """Copy to a new file that only its owner may open, on disk when this returns; return size and SHA-256."""
    digest, size = hashlib.sha256(), 0
    with private_file(target) as new:
        while chunk := old.read(_CHUNK):
            new.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        new.flush()
        os.fsync(new.fileno())
    return size, digest.hexdigest()


def listed_files(listing: BufferedReader) -> Iterator[Listed]:
    """Yield the lines of a list; raises BackupError for what is none, or leads out of the data folder."""
    while line := listing.readline(_MOST_LINE):
        try:
            listed = msgspec.json.decode(line, type=Listed)
        except msgspec.MsgspecError:
            raise BackupError("the list of files is damaged: use another backup") from None
        if not (_stays_inside(listed.path) and _is_whole(listed)):
            raise BackupError("the list of files names what no backup holds: use another backup")
        yield listed


def opened(path: Path) -> BufferedReader:
    """Open a plain file to read; raises OSError, also for a symbolic link."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")


def private_file(path: Path) -> BufferedRandom:
    """Make a file that only its owner may open; raises OSError, also where there is one."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "w+b")


def private_folder(path: Path) -> None:
    """Make a folder, and those above it, into which only their owner may look."""
    # mkdir gives its mode to the last folder only.
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(mode=0o700)


def plain_files(folder: Path) -> Iterator[str]:
    """Yield the paths of the plain files below a folder; those that obstore has not finished are left out.

    A folder in it may go meanwhile; raises OSError for one that is there and cannot be listed.
    """
    for at, _, names in os.walk(folder, onerror=_unless_gone):
        for name in names:
            path = Path(at, name)
            # obstore writes NAME#NUMBER and renames it once it is whole.
            if "#" not in name and path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def sync_folders(root: Path) -> None:
    """Bring the names in a folder and all below it to disk; raises OSError."""
    for at, _, _ in os.walk(root, topdown=False):
        sync_folder(Path(at))


def sync_folder(folder: Path) -> None:
    """Bring the names in one folder to disk; raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unless_gone(fault: OSError) -> None:
    if not isinstance(fault, FileNotFoundError):
        raise fault


def _is_whole(listed: Listed) -> bool:
    if listed.link:
        return not listed.sha256 and _LINK.fullmatch(listed.link) is not None
    return _SHA256.fullmatch(listed.sha256) is not None and listed.size >= 0


def _stays_inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ".." not in path.split("/") and "\0" not in path
