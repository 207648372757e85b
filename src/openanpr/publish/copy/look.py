"""A copy of the public site looked at: what of it is not as its index says, not proved, broken or old. Pure.

The index (`data.json`) says which files there are and what they hold; the audit log proves the documents of
figures, and signs the checkpoint. Nothing is believed of a copy but what one of the two bears out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

from openanpr.audit.checkpoint import CheckpointError, SignedCheckpoint, open_checkpoint
from openanpr.audit.entry import EntryError, canonical
from openanpr.audit.note import NoteError, NoteKey
from openanpr.publish.copy.links import Linked, linked
from openanpr.publish.proof import UnprovedError, parts_of, verify
from openanpr.publish.publication import PublicationError, digest_of, members_of

INDEX: Final = "data.json"
CHECKPOINT: Final = "checkpoint.txt"
KEY: Final = "key.txt"
LOOKED_AT_DAYS: Final = 365
"""An address that was looked at longer ago may lead elsewhere by now."""

_UNPROVED = (UnprovedError, PublicationError, EntryError, NoteError, CheckpointError)


class CopyError(ValueError):
    """Files that are no copy of a public site; the sentence says what is missing."""


class Kind(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    UNPROVED = "unproved"
    BROKEN = "broken"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: of what kind, in which file, and what, in one sentence."""

    kind: Kind
    file: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind.upper()} {self.file}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Address:
    """An address outside, the pages that lead to it, the day on which somebody looked at it last, and who.

    `looked_at` is "" where nobody has said.
    """

    address: str
    pages: tuple[str, ...]
    looked_at: str
    looked_by: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found. `earlier`: documents of a log before this one, which its key cannot prove.

    `digest` is that of the whole, which the audit log has of every copy that was handed over; `promises` are
    the moments by which something must be new, by what it is.
    """

    faults: tuple[Fault, ...]
    made_at: datetime
    signed: SignedCheckpoint | None
    proved: int
    earlier: int
    files: int
    digest: str
    promises: Mapping[str, datetime]
    elsewhere: tuple[Address, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong but that something may be old."""
        return all(one.kind is Kind.OLD for one in self.faults)


def look(files: Mapping[str, bytes], *, key: NoteKey, now: datetime) -> Looked:
    """Return what is wrong with a copy, the gravest first. Raises CopyError where there is no index."""
    index = _index(files)
    found = linked(files)
    elsewhere = tuple(_addresses(index, found))
    signed, of_log = _signed(files, index, key)
    documents = _Documents.of(files, index, key)
    promises = _promises(index)
    faults = (
        *_files(files, index),
        *of_log,
        *documents.faults,
        *_assessment(files, index),
        *(Fault(Kind.BROKEN, one.page, f"its link to {one.href!r} leads nowhere") for one in found.broken),
        *_old(index, promises, now),
        *_old_addresses(elsewhere, now),
    )
    return Looked(
        faults,
        _moment(index["made_at"]),
        signed,
        documents.proved,
        documents.earlier,
        len(files),
        digest(files),
        promises,
        elsewhere,
    )


def document_path(period: str, number: int) -> str:
    """Return the path of a document of figures, such as of 2026-09; from `number` 1 up of a note."""
    return f"figures/{period}" + (f"-note-{number}" if number else "") + ".json"


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256, in hexadecimal, of the names and contents of files."""
    return hashlib.sha256(canonical(digests(files))).hexdigest()


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file, in hexadecimal, by its path."""
    return {path: hashlib.sha256(body).hexdigest() for path, body in sorted(files.items())}


def _index(files: Mapping[str, bytes]) -> Mapping[str, Any]:
    """The index, once it has what it must have; raises CopyError."""
    if INDEX not in files:
        raise CopyError(f"there is no {INDEX}: this is no copy of a public site")
    try:
        index = cast("dict[str, Any]", json.loads(files[INDEX]))
        known = index["version"] == 1 and isinstance(index["files"], dict)
        _moment(index["made_at"])
        _promises(index)
        _published(index)
        _seen(index)
        known = known and isinstance(index.get("assessment"), dict | None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise CopyError(f"{INDEX} cannot be read: this is no copy of a public site") from fault
    if not known:
        raise CopyError(f"{INDEX} is of a version that is not known here: use a later program")
    return index


def _moment(told: object) -> datetime:
    found = datetime.fromisoformat(str(told))
    if found.tzinfo is None:
        raise ValueError("a moment says its zone")
    return found


def _promises(index: Mapping[str, Any]) -> Mapping[str, datetime]:
    return {str(name): _moment(told) for name, told in index["promises"].items() if told is not None}


def _files(files: Mapping[str, bytes], index: Mapping[str, Any]) -> Iterator[Fault]:
    told, found = cast("dict[str, object]", index["files"]), digests(files)
    for path in sorted(told.keys() - found.keys()):
        yield Fault(Kind.CHANGED, path, f"{INDEX} names it, and it is not here")
    for path in sorted(found.keys() - told.keys() - {INDEX}):
        yield Fault(Kind.CHANGED, path, f"{INDEX} does not name it")
    for path in sorted(found.keys() & told.keys()):
        if found[path] != told[path]:
            yield Fault(Kind.CHANGED, path, f"its SHA-256 is not the one that {INDEX} tells")


def _signed(
    files: Mapping[str, bytes], index: Mapping[str, Any], key: NoteKey
) -> tuple[SignedCheckpoint | None, Sequence[Fault]]:
    """The checkpoint, if the log has signed it, and what is wrong with it."""
    faults: list[Fault] = []
    if files.get(KEY, b"").decode("utf-8", "replace").strip() != str(key):
        faults.append(Fault(Kind.UNPROVED, KEY, "it is not the key that you gave"))
    try:
        signed = open_checkpoint(files.get(CHECKPOINT, b""), log_key=key)
    except (NoteError, CheckpointError) as fault:
        return None, [*faults, Fault(Kind.UNPROVED, CHECKPOINT, str(fault))]
    said, one = index.get("log"), signed.checkpoint
    told = {"origin": one.origin, "size": one.size, "root": one.root.hex(), "key": str(key)}
    if said != told:
        faults.append(Fault(Kind.UNPROVED, INDEX, "it tells of another checkpoint than the signed one"))
    return signed, faults


@dataclass(frozen=True, slots=True)
class _Documents:
    """How many documents of figures are proved, how many are of an earlier log, what is wrong."""

    proved: int
    earlier: int
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, files: Mapping[str, bytes], index: Mapping[str, Any], key: NoteKey) -> _Documents:
        """Look at each document, and at what the index says of them."""
        faults: list[Fault] = []
        proved, earlier, told = 0, 0, _published(index)
        here = {path for path in files if path.startswith("figures/") and path.endswith(".json")}
        for path in sorted(here):
            try:
                body, _ = parts_of(files[path])
                members = members_of(body)
                if told.get(path) != digest_of(body):
                    faults.append(Fault(Kind.UNPROVED, path, f"{INDEX} tells of another document"))
                elif path != document_path(str(members.get("period")), int(members.get("number", 0))):
                    faults.append(Fault(Kind.UNPROVED, path, "it is the document of another month, or note"))
                elif members.get("origin") != key.name:
                    earlier += 1
                else:
                    verify(files[path], log_key=key)
                    proved += 1
            except _UNPROVED as fault:
                faults.append(Fault(Kind.UNPROVED, path, str(fault)))
            except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
                faults.append(Fault(Kind.UNPROVED, path, "it is not of the form of a document"))
        faults += [
            Fault(Kind.UNPROVED, path, f"{INDEX} tells of a document that is not here")
            for path in sorted(told.keys() - here)
        ]
        return cls(proved, earlier, tuple(faults))


def _published(index: Mapping[str, Any]) -> Mapping[str, str]:
    """The digest of each document that the index tells of, by its file."""
    return {str(one["file"]): str(one["digest"]) for one in index["published"]}


def _assessment(files: Mapping[str, bytes], index: Mapping[str, Any]) -> Iterator[Fault]:
    told, path = cast("Mapping[str, Any] | None", index.get("assessment")), "assessment/self-assessment.json"
    if (told is None) != (path not in files):
        yield Fault(Kind.UNPROVED, path, f"{INDEX} and the files differ on whether there is one")
    elif told is not None and hashlib.sha256(files[path]).hexdigest() != told.get("digest"):
        yield Fault(Kind.UNPROVED, path, f"{INDEX} tells of another document")


def _addresses(index: Mapping[str, Any], found: Linked) -> Iterator[Address]:
    told = _seen(index)
    for address, pages in found.elsewhere.items():
        yield Address(address, pages, *told.get(address, ("", "")))


def _seen(index: Mapping[str, Any]) -> Mapping[str, tuple[str, str]]:
    """When each address was looked at last, and by which post."""
    told = index.get("addresses") or ()
    return {str(one["address"]): (str(one["looked_at"]), str(one["looked_by"])) for one in told}


_LATE: Final = {
    "copy": "this copy should have been renewed by {by}",
    "figures": "the figures of another month should be here since {by}",
    "assessment": "the evidence of the self assessment is older than it may be since {by}",
}


def _old(index: Mapping[str, Any], promises: Mapping[str, datetime], now: datetime) -> Iterator[Fault]:
    for name, by in promises.items():
        if now > by:
            sentence = _LATE.get(name, "what was promised by {by} is not here")
            yield Fault(Kind.OLD, INDEX, sentence.format(by=f"{by:%Y-%m-%d %H:%M} UTC"))
    said = {"figures_old": "figures", "assessment_old": "assessment"}
    for member, what in said.items():
        if index.get(member) is True and not (what in promises and now > promises[what]):
            yield Fault(Kind.OLD, INDEX, f"it said when it was made that its {what} were old")
    if _moment(index["made_at"]) > now + timedelta(days=1):
        yield Fault(Kind.OLD, INDEX, "it says that it was made in days to come: a clock is wrong")


def _old_addresses(addresses: Sequence[Address], now: datetime) -> Iterator[Fault]:
    for one in addresses:
        try:
            looked = datetime.fromisoformat(one.looked_at).date() if one.looked_at else None
        except ValueError:
            looked = None
        if looked is not None and now.date() - looked > timedelta(days=LOOKED_AT_DAYS):
            yield Fault(Kind.OLD, one.pages[0], f"nobody looked at {one.address!r} since {one.looked_at}")
