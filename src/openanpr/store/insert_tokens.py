"""chDB's notes of insert tokens, put right before a folder is opened: what a kill left half done goes.

The engine notes the token of a part in a log of its table, and then puts the part in its place by a rename.
Killed between the two it has the note without the part: the same group, sent again, would be taken for stored
and be lost from that table. A note whose part is newer than every part that is there is such a one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LOGS = "store/*/*/deduplication_logs"
_LOG = re.compile(r"deduplication_log_(\d+)\.txt")
_PART = re.compile(r"[0-9a-z]+_\d+_(?P<newest>\d+)_\d+(?:_\d+)?")
_ADDED, _DROPPED = b"1", b"2"


@dataclass(frozen=True, slots=True)
class _Note:
    """One line of a log: `number` is the engine's number of the insert that made the part."""

    part: bytes
    token: bytes
    number: int


def take_back_torn(folder: Path) -> int:
    """Take back each note of a part that never came to its place; return how many.

    For a folder that no engine has open. To do it again is safe. Raises OSError.
    """
    return sum(_mended(logs) for logs in sorted(folder.glob(_LOGS)))


def _mended(logs: Path) -> int:
    files = sorted(_numbered(logs))
    if not files:
        return 0
    newest = files[-1][1]
    _cut_back(newest)
    stored = max(map(_newest, logs.parent.iterdir()), default=0)
    torn = [note for note in _noted(path for _, path in files) if note.number > stored]
    if torn:
        with newest.open("ab") as file:
            file.write(b"".join(b"%b\t%b\t%b\n" % (_DROPPED, note.part, note.token) for note in torn))
            file.flush()
            os.fsync(file.fileno())
    return len(torn)


def _numbered(logs: Path) -> Iterator[tuple[int, Path]]:
    for path in logs.iterdir():
        found = _LOG.fullmatch(path.name)
        if found is not None:
            yield int(found[1]), path


def _noted(files: Iterator[Path]) -> Iterator[_Note]:
    """Yield the notes that stand: what was taken back or dropped since is none."""
    standing: dict[bytes, _Note] = {}
    for path in files:
        for line in path.read_bytes().splitlines():
            match line.split(b"\t"):
                case [kind, part, token] if kind == _ADDED:
                    standing[token] = _Note(part, token, _number(part.decode("ascii", "replace")))
                case [kind, _, token] if kind == _DROPPED:
                    standing.pop(token, None)
                case _:
                    pass
    yield from standing.values()


def _newest(path: Path) -> int:
    """Return the newest insert of a part; 0 for anything else that lies there, unfinished parts among it."""
    return _number(path.name)


def _number(part: str) -> int:
    found = _PART.fullmatch(part)
    return 0 if found is None else int(found["newest"])


def _cut_back(log: Path) -> None:
    """Cut off a last line without its end: the disk was full, and its part never came."""
    text = log.read_bytes()
    whole = text.rfind(b"\n") + 1
    if whole < len(text):
        os.truncate(log, whole)
