"""Checkpoints (C2SP tlog-checkpoint): what a log says of itself, signed, and countersigned by witnesses."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from openanpr.audit.merkle import HASH_BYTES, verify_consistency
from openanpr.audit.note import KeyKind, Note, NoteError, NoteKey, NoteSigner, Seen, Signature

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointError(ValueError):
    """Text that is no checkpoint, or one of another log than it should be."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The number of entries and the root of a log at one moment; `origin` is the name of the log."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Return the checkpoint that a note's text holds; lines after the third are passed over.

        Raises CheckpointError.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
            raise CheckpointError("a checkpoint has three lines: the log's name, its size and its root")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except (binascii.Error, ValueError) as fault:
            raise CheckpointError("the root of a checkpoint is not base64") from fault
        if len(root) != HASH_BYTES or base64.b64encode(root).decode("ascii") != lines[2]:
            raise CheckpointError("the root of a checkpoint has 32 bytes, in base64")
        return cls(lines[0], int(lines[1]), root)

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that its log has signed, as the note that it came in; `witnesses` saw it too."""

    checkpoint: Checkpoint
    note: Note
    witnesses: tuple[Seen, ...] = ()


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> SignedCheckpoint:
    """Return the checkpoint signed by its log.

    Raises CheckpointError where the signer's name is not the log's: who reads it could not tell whose it is.
    """
    if signer.name != checkpoint.origin or signer.kind is not KeyKind.ED25519:
        raise CheckpointError("a checkpoint is signed by the log whose name it bears")
    return SignedCheckpoint(checkpoint, Note(checkpoint.text, (signer.sign(checkpoint.text),)))


def open_checkpoint(data: bytes, *, log_key: NoteKey, witnesses: Sequence[NoteKey] = ()) -> SignedCheckpoint:
    """Return the checkpoint that these bytes hold, signed by the log and by which of the witnesses.

    Raises NoteError, CheckpointError: not signed by the log, a signature that does not hold, another log.
    """
    if log_key.kind is not KeyKind.ED25519 or any(w.kind is not KeyKind.COSIGNATURE for w in witnesses):
        raise CheckpointError("a log's key is of kind 1, a witness's of kind 4")
    note = Note.parse(data)
    seen = note.verify([log_key, *witnesses])
    if log_key not in {one.key for one in seen}:
        raise NoteError("the checkpoint is not signed by its log")
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log_key.name:
        raise CheckpointError("the checkpoint is of another log")
    return SignedCheckpoint(checkpoint, note, tuple(one for one in seen if one.key != log_key))


@dataclass(frozen=True, slots=True)
class Lodged:
    """What is handed to a witness: a signed checkpoint, and the proof from the size that it saw last."""

    old_size: int
    path: tuple[bytes, ...]
    note: bytes


def cosign(
    lodged: Lodged, kept: Checkpoint | None, *, log_key: NoteKey, witness: NoteSigner, at: int
) -> tuple[Signature, Checkpoint]:
    """Return a witness's signature and what it must keep of this log before it hands the signature out.

    `kept` is what it kept the last time, None for never; `at` is its time in seconds since 1970
    (C2SP tlog-witness, add-checkpoint). Raises NoteError, CheckpointError; ProofError where the log was
    forked; nothing is signed then.
    """
    checkpoint = open_checkpoint(lodged.note, log_key=log_key).checkpoint
    if kept is not None and kept.origin != checkpoint.origin:
        raise CheckpointError("the checkpoint is of another log than the one that was kept")
    if lodged.old_size != (kept.size if kept else 0):
        raise CheckpointError("the proof does not begin at the size that the witness saw last")
    if kept is not None:
        verify_consistency(
            old_size=kept.size,
            old_root=kept.root,
            new_size=checkpoint.size,
            new_root=checkpoint.root,
            path=lodged.path,
        )
    return witness.sign(checkpoint.text, at=at), checkpoint
