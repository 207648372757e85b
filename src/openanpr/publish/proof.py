"""A publication with its proof: that its digest stands in the audit log that was signed. Verified by raising.

As a file it is one line of canonical JSON: the document, and the entry of the log that commits to it with the
hashes that lead to a signed checkpoint, and from the one that it was counted under to that one. It needs no
network, no database and, beside Python, no other package than cryptography.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from openanpr.audit.acts import Act
from openanpr.audit.checkpoint import Checkpoint, CheckpointError, SignedCheckpoint, open_checkpoint
from openanpr.audit.entry import EntryError, canonical, parse_entry
from openanpr.audit.merkle import ProofError, leaf_hash, verify_consistency, verify_inclusion
from openanpr.audit.note import Note, NoteError, NoteKey
from openanpr.publish.publication import (
    FIGURES,
    PublicationError,
    ReadPublication,
    digest_of,
    members_of,
    read_publication,
)


class UnprovedError(ValueError):
    """A publication that is not what was logged; the sentence says which step did not hold."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The entry that commits to a document, its number, and the hashes to the checkpoint in `note`.

    `grown` leads from the checkpoint under which the document was counted to that one; empty for a note.
    """

    index: int
    entry: bytes
    path: tuple[bytes, ...]
    grown: tuple[bytes, ...]
    note: Note

    def told(self) -> Mapping[str, object]:
        """The proof as members of JSON."""
        return {
            "index": self.index,
            "entry": self.entry.decode("utf-8"),
            "path": _texts(self.path),
            "grown": _texts(self.grown),
            "checkpoint": self.note.to_bytes().decode("utf-8"),
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Proof:
        """Return the proof of such members; raises UnprovedError. Nothing is proved yet."""
        try:
            return cls(
                int(told["index"]),
                str(told["entry"]).encode("utf-8"),
                _hashes(told["path"]),
                _hashes(told["grown"]),
                Note.parse(str(told["checkpoint"]).encode("utf-8")),
            )
        except (KeyError, TypeError, ValueError, binascii.Error) as fault:
            raise UnprovedError("the proof lacks something, or has it in another form") from fault


@dataclass(frozen=True, slots=True)
class Proved:
    """What is proved of a publication: by which log, at which entry, under which checkpoint.

    `read` is what a document of figures says, None for a note; `note` a note's text, "" for figures.
    """

    signed: SignedCheckpoint
    index: int
    digest: str
    read: ReadPublication | None
    note: str


def file_of(body: bytes, proof: Proof) -> bytes:
    """Return a publication with its proof as a file."""
    return canonical({"document": json.loads(body), "proof": proof.told()}) + b"\n"


def parts_of(data: bytes) -> tuple[bytes, Proof]:
    """Return the document and the proof that a file holds; raises PublicationError, UnprovedError."""
    try:
        found = cast("object", json.loads(data))
    except (ValueError, RecursionError) as fault:
        raise PublicationError("the file is no JSON") from fault
    if not isinstance(found, dict):
        raise PublicationError("the file is no publication")
    members = cast("dict[str, Any]", found)
    document, proof = members.get("document"), members.get("proof")
    if not isinstance(document, dict) or not isinstance(proof, dict):
        raise PublicationError("the file has no document, or no proof of it")
    if canonical(members) + b"\n" != data:
        raise PublicationError("the file is not in its only spelling")
    return canonical(cast("dict[str, Any]", document)), Proof.of(cast("dict[str, Any]", proof))


def verify(data: bytes, *, log_key: NoteKey, witnesses: Sequence[NoteKey] = ()) -> Proved:
    """Return what a file proves, once all of it holds: document, figures, entry, log, signature.

    Raises PublicationError for a document that contradicts itself, UnprovedError for one that was not logged.
    """
    body, proof = parts_of(data)
    members = members_of(body)
    read = read_publication(body) if members["kind"] == FIGURES else None
    if read is not None:
        verify_figures(read)
    signed = _verified(body, members, proof, log_key, witnesses)
    if read is not None:
        _verify_under(read.under, proof, signed.checkpoint)
    return Proved(
        signed, proof.index, digest_of(body), read, "" if read is not None else str(members.get("note", ""))
    )


def verify_figures(read: ReadPublication) -> None:
    """Raise PublicationError unless each figure is what the cells that are shown make it."""
    for one in read.figures:
        cube = read.cubes.get(one.population)
        if cube is None:
            raise PublicationError(f"the figure {one.id[:64]!r} is of a population that was not counted")
        try:
            told = one.figure.value(cube, read.rule)
        except LookupError as fault:
            raise PublicationError(f"the figure {one.id[:64]!r} is of an axis that is not there") from fault
        if told != one.value or one.figure.unit != one.unit:
            raise PublicationError(f"the figure {one.id[:64]!r} is not what the cells that are shown make it")


def _verified(
    body: bytes,
    members: Mapping[str, Any],
    proof: Proof,
    log_key: NoteKey,
    witnesses: Sequence[NoteKey],
) -> SignedCheckpoint:
    """The checkpoint that holds the entry which commits to the document."""
    try:
        entry = parse_entry(proof.entry)
        if entry.act is not Act.PUBLICATION or entry.public["digest"] != digest_of(body):
            raise UnprovedError("the entry of the log does not commit to this document")
        if (entry.public["what"], entry.public["period"]) != (members["kind"], members.get("period")):
            raise UnprovedError("the entry of the log is of another kind or period")
        signed = open_checkpoint(proof.note.to_bytes(), log_key=log_key, witnesses=witnesses)
        if members.get("origin") != signed.checkpoint.origin:
            raise UnprovedError("the document is of another node than the log")
        verify_inclusion(
            leaf_hash(proof.entry),
            index=proof.index,
            size=signed.checkpoint.size,
            root=signed.checkpoint.root,
            path=proof.path,
        )
    except (EntryError, NoteError, CheckpointError, ProofError) as fault:
        raise UnprovedError(str(fault)) from fault
    return signed


def _verify_under(under: Checkpoint, proof: Proof, now: Checkpoint) -> None:
    """Raise UnprovedError unless what was counted under came before the entry, in the same log."""
    if under.size > proof.index:
        raise UnprovedError("the document says that it was counted under a log which was not there yet")
    try:
        verify_consistency(
            old_size=under.size,
            old_root=under.root,
            new_size=now.size,
            new_root=now.root,
            path=proof.grown,
        )
    except ProofError as fault:
        raise UnprovedError(str(fault)) from fault


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode("ascii") for one in hashes]


def _hashes(told: object) -> tuple[bytes, ...]:
    if not isinstance(told, list):
        raise TypeError("hashes are a list")
    return tuple(base64.b64decode(str(one), validate=True) for one in cast("list[object]", told))
