"""Files that hold what they were told: written whole, on the disk before they count, one writer at a time."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from openanpr.audit.faults import WriterElsewhereError
from openanpr.audit.tiles import numbered

if sys.platform != "win32":  # no log is written there, but an export may be verified
    import fcntl


def hold_writer(path: Path) -> TextIO:
    """Return the lock file, held until it is closed or the process ends.

    Raises WriterElsewhereError, OSError.
    """
    lock = path.open("a", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise WriterElsewhereError from None
    return lock


def make_folder(path: Path) -> None:
    """Make a folder that only its owner enters, and those above it, so that a power cut does not undo it."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700)
        sync_folder(folder.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in the place of whatever was there, all or nothing, on the disk when this returns."""
    put_whole(path, data)
    sync_folder(path.parent)


def put_whole(path: Path, data: bytes) -> None:
    """Put `data` in the place of whatever was there, all or nothing; a power cut may bring that back.

    For what can be made again from something else: it saves an fsync.
    """
    make_folder(path.parent)
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def sync_folder(path: Path) -> None:
    """See to it that names made or changed in a folder outlive a power cut."""
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class SyncFailedError(OSError):
    """The disk did not say that it has what was written: nobody knows what is on it."""


class AppendFile:
    """A file that only grows; what did not get to the disk whole is cut off again."""

    __slots__ = ("_number", "_path", "size")

    def __init__(self, path: Path) -> None:
        """Open the file, made anew and empty where it is not there. Raises OSError."""
        make_folder(path.parent)
        is_new = not path.exists()
        self._path = path
        self._number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.size = os.fstat(self._number).st_size
        if is_new:
            os.fsync(self._number)
            sync_folder(path.parent)

    @property
    def path(self) -> Path:
        """Which file it is."""
        return self._path

    def append(self, data: bytes) -> None:
        """Write behind what is there, not on the disk before `sync`. Raises OSError: nothing was added."""
        kept, rest = self.size, memoryview(data)
        try:
            while rest:
                written = os.write(self._number, rest)
                self.size += written
                rest = rest[written:]
        except OSError:
            self.cut(kept)
            raise

    def sync(self) -> None:
        """Return when all is on the disk. Raises SyncFailedError."""
        try:
            os.fdatasync(self._number)
        except OSError as fault:
            raise SyncFailedError(*fault.args) from fault

    def cut(self, size: int) -> None:
        """Let the file end at `size`, on the disk. Raises OSError."""
        os.ftruncate(self._number, size)
        self.sync()
        self.size = size

    def read(self) -> bytes:
        """All that is in it."""
        return self._path.read_bytes()

    def close(self) -> None:
        """Let go of it."""
        os.close(self._number)


class NumberedFiles:
    """Files of one folder, named by numbers as tiles are; the last one that was written stays open."""

    __slots__ = ("_folder", "_last", "_last_number")

    def __init__(self, folder: Path) -> None:
        """Find them below `folder`."""
        self._folder = folder
        self._last: AppendFile | None = None
        self._last_number = -1

    def path(self, number: int) -> Path:
        """Where a file is, or would be."""
        return self._folder / numbered(number)

    def read(self, number: int) -> bytes:
        """All that is in a file; nothing where it is not there."""
        try:
            return self.path(number).read_bytes()
        except FileNotFoundError:
            return b""

    def opened(self, number: int) -> AppendFile:
        """The file, ready to be added to; made where it is not there. Raises OSError."""
        if self._last is None or number != self._last_number:
            self.close()
            self._last, self._last_number = AppendFile(self.path(number)), number
        return self._last

    def replace(self, number: int, data: bytes) -> None:
        """Put `data` in the place of a file, all or nothing. Raises OSError."""
        write_whole(self.path(number), data)
        if number == self._last_number:
            self.close()  # what is open is the file that was replaced

    def count(self) -> int:
        """How many there are, none missing before the last; found by halving, not by listing."""
        low, high = 0, 1
        while self.path(high - 1).exists():
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.path(middle - 1).exists() else (low, middle)
        return low

    def close(self) -> None:
        """Let go of the open file."""
        if self._last is not None:
            self._last.close()
        self._last, self._last_number = None, -1
