"""What a log can say of its own checkpoints: that the last goes on from an earlier one, and who signed which.

Quick, whatever the log holds: it looks at checkpoints and hashes, and at no entry. An outsider verifies all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from openanpr.audit.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from openanpr.audit.history import newest_notes
from openanpr.audit.log import AuditLog
from openanpr.audit.merkle import ProofError, verify_consistency
from openanpr.audit.note import Note, NoteError

_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_TIMED_BYTES = _KEY_ID_BYTES + _TIME_BYTES + 64


@dataclass(frozen=True, slots=True)
class Grown:
    """How the last checkpoint stands: of how many entries, and from which earlier one it was seen to go on.

    `whole` False: its signature or that proof does not hold.
    """

    size: int
    from_size: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The last checkpoint at hand that somebody else signed: its size, when, and by whom.

    The signatures were verified when they were taken in.
    """

    size: int
    at: datetime
    names: tuple[str, ...]


def grown(log: AuditLog) -> Grown:
    """Return whether the last checkpoint is the log's own and goes on from the oldest one that is at hand.

    Raises OSError.
    """
    notes = newest_notes(log.folder)
    last = log.latest.checkpoint
    try:
        open_checkpoint(log.latest.note.to_bytes(), log_key=log.key)
        oldest = open_checkpoint(notes[-1], log_key=log.key).checkpoint if notes else last
        _verify_grown(log, oldest, last)
    except (NoteError, CheckpointError, ProofError, ValueError):
        return Grown(last.size, 0, whole=False)
    return Grown(last.size, oldest.size, whole=True)


def witnessed(log: AuditLog) -> Witnessed | None:
    """Return the last checkpoint that witnesses signed, of those that are at hand; None for none.

    Raises OSError.
    """
    for data in newest_notes(log.folder):
        note = Note.parse(data)
        timed = [
            one
            for one in note.signatures
            if (one.name, one.key_id) != (log.key.name, log.key.id) and len(one.blob) == _TIMED_BYTES
        ]
        if timed:
            seconds = max(int.from_bytes(one.blob[_KEY_ID_BYTES:][:_TIME_BYTES], "big") for one in timed)
            names = tuple(sorted({one.name for one in timed}))
            return Witnessed(Checkpoint.parse(note.text).size, datetime.fromtimestamp(seconds, UTC), names)
    return None


def _verify_grown(log: AuditLog, old: Checkpoint, new: Checkpoint) -> None:
    path: Sequence[bytes] = log.grown(old.size, new.size)
    verify_consistency(old_size=old.size, old_root=old.root, new_size=new.size, new_root=new.root, path=path)
