"""The checkpoints that a log has signed: all in one file that only grows, the last one alone beside it."""

from __future__ import annotations

import re
from pathlib import Path

from openanpr.audit.checkpoint import CheckpointError, SignedCheckpoint, open_checkpoint
from openanpr.audit.disk import AppendFile, put_whole
from openanpr.audit.note import NoteKey

HISTORY = "checkpoints"
LATEST = "checkpoint"

# Bounded and held to the beginning of a line, so that a hostile file costs no more than its length.
_NOTE = re.compile(
    rb"^[^\n]{1,1020}\n[0-9]{1,19}\n[A-Za-z0-9+/=]{44}\n\n(?:\xe2\x80\x94 [^\n]{1,8000}\n){1,100}",
    re.MULTILINE,
)
_TAIL_BYTES = 1 << 20


def split_notes(data: bytes) -> list[bytes]:
    """Return the notes of a history, one after another; what lies between them is passed over."""
    return [found.group() for found in _NOTE.finditer(data)]


def newest_notes(folder: Path) -> list[bytes]:
    """Return the last notes that a log in `folder` signed, the newest first: as many as a megabyte holds.

    Of one checkpoint that witnesses signed later there are several. Raises OSError.
    """
    return [found.group() for found in _NOTE.finditer(_tail(folder / HISTORY))][::-1]


class History:
    """The checkpoints of one log, on the disk before anybody is shown them."""

    __slots__ = ("_file", "_folder")

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`. Raises OSError."""
        self._folder = folder
        self._file = AppendFile(folder / HISTORY)

    def last(self, log_key: NoteKey) -> SignedCheckpoint | None:
        """Return the last one, None where there is none; what a crash left behind it is cut off.

        Raises NoteError, CheckpointError where it is not the log's own, or one that was shown later is not
        here; OSError.
        """
        data = _tail(self._file.path)
        found = list(_NOTE.finditer(data))
        last = found[-1].group() if found else None
        signed = open_checkpoint(last, log_key=log_key) if last else None
        shown = self._folder / LATEST
        alone = shown.read_bytes() if shown.exists() else b""
        if alone and alone != last:
            later = open_checkpoint(alone, log_key=log_key).checkpoint
            if signed is None or later.size > signed.checkpoint.size:
                raise CheckpointError("a checkpoint that was shown is missing among those that were signed")
        torn = len(data) - (found[-1].end() if found else 0)
        if torn:
            self._file.cut(self._file.size - torn)
        if last and alone != last:
            put_whole(shown, last)
        return signed

    def add(self, signed: SignedCheckpoint) -> None:
        """Keep one more, then show it. On the disk when this returns. Raises OSError."""
        data = signed.note.to_bytes()
        self._file.append(data)
        self._file.sync()
        put_whole(self._folder / LATEST, data)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _tail(path: Path) -> bytes:
    """The end of the history, from the beginning of a note on."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - _TAIL_BYTES))
        return stream.read()
