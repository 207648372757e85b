"""The chDB folder at one moment: parts as hard links that the engine makes, all else read at once.

ClickHouse never changes a part once written, so links to its files are a copy that costs no time. What does
change is small: the tables' definitions and the logs of insert tokens. ClickHouse's own BACKUP leaves those
logs out; without them a group that comes again after a restore would count twice in the summaries.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from openanpr.store.backup_files import BackupError, Filling, plain_files
from openanpr.store.engine import ReadEngine, statement

_SHADOW = PurePosixPath("shadow/openanpr_backup")
_LEFT_OUT = frozenset({"shadow", "tmp"})
_LOCK = "openanpr.backup.lock"
_OF_A_PROCESS = frozenset({"openanpr.lock", "status", _LOCK})
_TOKENS = "deduplication_logs"


@dataclass(frozen=True, slots=True)
class Frozen:
    """The folder when it was frozen: `parts` as links, `small` files by path, symbolic `links` by path."""

    parts: Path
    small: Mapping[str, bytes] = field(repr=False)
    links: Mapping[str, str]

    def copy(self, filling: Filling, path: str) -> None:
        """Copy all of it to `path` of a backup; raises OSError."""
        for name, content in self.small.items():
            filling.text(content, f"{path}/{name}")
        for name, target in self.links.items():
            filling.link(f"{path}/{name}", target)
        if self.parts.exists():
            for name in plain_files(self.parts):
                filling.file(self.parts / name, f"{path}/{name}")


@contextmanager
def frozen(engine: ReadEngine, folder: Path) -> Generator[Frozen]:
    """Freeze the folder that `engine` has open, while nobody writes to it; merges may go on.

    Raises StoreError, OSError, and BackupError when something was written all the same, or another backup
    is being made.
    """
    with _alone(folder):
        clear_leftovers(folder)
        try:
            yield _frozen(engine, folder)
        finally:
            clear_leftovers(folder)


def _frozen(engine: ReadEngine, folder: Path) -> Frozen:
    before = _small(folder)
    for (table,) in engine.rows(statement("backup_tables"), {}, tuple[str]):
        engine.run(statement("backup_freeze"), {"table": table})
    small = _small(folder)
    written = sorted(name for name in {*before, *small} if before.get(name) != small.get(name))
    if written:
        raise BackupError(
            f"{written[0]}, and {len(written) - 1} more files of the read store, were written while it had to"
            " stand still: back up again, report this"
        )
    return Frozen(folder / _SHADOW, small, _links(folder))


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    # A second backup would clear away the links of the first, whose copy would then lack what is gone.
    with (folder / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError("another backup of this node is being made: wait for it to end") from None
        yield


def clear_leftovers(folder: Path) -> None:
    """Remove what a backup that was killed left in a chDB folder; for every start, before retention runs.

    The links would keep reads on the disk that retention has dropped.
    """
    if (folder / _SHADOW).exists():
        shutil.rmtree(folder / _SHADOW)


def _small(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name, is_link in _names(folder) if not is_link}


def _links(folder: Path) -> dict[str, str]:
    return {name: str((folder / name).readlink()) for name, is_link in _names(folder) if is_link}


def _names(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield what lies outside the parts, and whether it is a link."""
    for at, folders, files in os.walk(folder, onerror=_raised):
        here = Path(at).relative_to(folder)
        depth = len(here.parts)
        links = [name for name in folders if Path(at, name).is_symlink()]
        for name in (*links, *files):
            path = Path(at, name)
            if depth or name not in _OF_A_PROCESS:
                yield (here / name).as_posix(), path.is_symlink()
        # store/abc/abcdef.../NAME is a part, whole or on its way, but for the tokens.
        in_table = depth == 3 and here.parts[0] == "store"
        folders[:] = [
            name
            for name in folders
            if name not in links and (name == _TOKENS if in_table else depth or name not in _LEFT_OUT)
        ]


def _raised(fault: OSError) -> None:
    raise fault
