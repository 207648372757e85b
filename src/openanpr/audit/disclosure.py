"""One entry opened for somebody: it, what opens it, and the proof that it is the one that was logged. Pure.

As a file it is JSON: the entry as text, the openings as they are kept, and the proof in the form of C2SP
tlog-proof, which other programs can check.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from openanpr.audit.checkpoint import open_checkpoint
from openanpr.audit.commitment import Opening, OpeningError
from openanpr.audit.entry import Entry, parse_entry
from openanpr.audit.merkle import leaf_hash, verify_inclusion
from openanpr.audit.note import Note, NoteKey, Seen
from openanpr.audit.openings import Erased, opening_line, parse_openings, verify_openings

_PROOF = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_MOST_STEPS = 63


class DisclosureError(ValueError):
    """Bytes that are no disclosure."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """An entry, its openings, and the hashes that lead from it to the checkpoint in `note`."""

    index: int
    entry: bytes
    openings: tuple[Opening | Erased, ...] = field(repr=False)
    path: tuple[bytes, ...]
    note: Note

    def proof(self) -> bytes:
        """The proof of inclusion alone, as C2SP tlog-proof."""
        lines = [_PROOF, f"index {self.index}", *(base64.b64encode(one).decode() for one in self.path)]
        return "\n".join(lines).encode() + b"\n\n" + self.note.to_bytes()

    def to_bytes(self) -> bytes:
        """The whole as a file. It holds what the log keeps secret."""
        told = {
            "entry": self.entry.decode("utf-8"),
            "openings": b"".join(map(opening_line, self.openings)).decode("utf-8"),
            "proof": self.proof().decode("utf-8"),
        }
        return json.dumps(told, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Disclosure:
        """Return the disclosure that the bytes spell; raises DisclosureError. Nothing is proved yet."""
        try:
            found = cast("object", json.loads(data))
            told = cast("Mapping[str, str]", found)
            entry, lines, proof = (told[name].encode("utf-8") for name in ("entry", "openings", "proof"))
            index, path, note = _parsed_proof(proof)
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as fault:
            raise DisclosureError(
                "the file is no disclosure of an entry, or part of it is missing"
            ) from fault
        kept = parse_openings(lines)
        if kept.whole_bytes != len(lines):
            raise DisclosureError("the openings of the disclosure cannot be read")
        return cls(index, entry, kept.kept, path, note)


@dataclass(frozen=True, slots=True)
class Proved:
    """What a disclosure proves: the entry, the values that were opened, and who saw the checkpoint."""

    entry: Entry
    values: Mapping[str, str] = field(repr=False)
    size: int
    witnesses: tuple[Seen, ...]


def verify_disclosure(
    disclosure: Disclosure, *, log_key: NoteKey, witnesses: Sequence[NoteKey] = ()
) -> Proved:
    """Return what was logged, once everything about it holds.

    Raises NoteError, CheckpointError (who signed), ProofError (another entry, or no entry of that log),
    EntryError, OpeningError (what is said to open it is not what was logged).
    """
    signed = open_checkpoint(disclosure.note.to_bytes(), log_key=log_key, witnesses=witnesses)
    verify_inclusion(
        leaf_hash(disclosure.entry),
        index=disclosure.index,
        size=signed.checkpoint.size,
        root=signed.checkpoint.root,
        path=disclosure.path,
    )
    entry = parse_entry(disclosure.entry)
    verify_openings(disclosure.openings, {disclosure.index: entry.sealed})
    opened = [one for one in disclosure.openings if isinstance(one, Opening)]
    values = {one.name: one.value for one in opened}
    if len(values) != len(opened):
        raise OpeningError("a field of the entry is opened twice")
    return Proved(entry, values, signed.checkpoint.size, signed.witnesses)


def _parsed_proof(data: bytes) -> tuple[int, tuple[bytes, ...], Note]:
    head, _, note = data.partition(b"\n\n")
    kind, *lines = head.decode("utf-8").split("\n")
    if lines and lines[0].startswith("extra "):
        lines = lines[1:]
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if kind != _PROOF or index is None or len(lines) > 1 + _MOST_STEPS:
        raise DisclosureError("the proof is not of the form of tlog-proof")
    return int(index[1]), tuple(_hash(line) for line in lines[1:]), Note.parse(note)


def _hash(line: str) -> bytes:
    try:
        return base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise DisclosureError("a hash of the proof is not base64") from fault
