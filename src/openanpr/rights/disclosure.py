"""The disclosure register: what personal data left the system, to whom, why and on whose decision. Pure.

Each line is taken from an entry of the audit log, or has one that was made before it: an auditor can ask for
that entry, with its proof, by its number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

BY_HAND: Final = "by-hand"
"""The word by which the log knows what a person handed over outside the system."""

PACK: Final = "subject-access-pack"
"""The word by which the log knows a reply pack."""


class Kind(StrEnum):
    """In which way something was disclosed."""

    EVIDENCE = "evidence"  # rows of a search, exported or printed
    SUBJECT_ACCESS = "subject-access"
    LOG_ENTRY = "log-entry"  # one entry of the log, opened for somebody
    FORWARDED = "forwarded"  # reads to another node, by standing arrangement
    WEBHOOK = "webhook"  # alerts to another system, by standing arrangement
    BY_HAND = "by-hand"  # written down by whoever handed it over


KINDS: Final[dict[str, Kind]] = {
    "print": Kind.EVIDENCE,
    "export-csv": Kind.EVIDENCE,
    "export-json": Kind.EVIDENCE,
    PACK: Kind.SUBJECT_ACCESS,
    "log-entry": Kind.LOG_ENTRY,
    "own-log-entry": Kind.LOG_ENTRY,
    "forwarded-reads": Kind.FORWARDED,
    "alert-webhook": Kind.WEBHOOK,
    BY_HAND: Kind.BY_HAND,
}
"""The disclosures of the log that are of the register, by their word.

Not of it: pages of lists for the force's own devices, backups of the machine's owner, and exports of the log
without anything that opens it. A test holds this against every disclosure that the program makes.
"""

INSIDE: Final = frozenset({"list-page", "backup", "log-export"})
"""The disclosures of the log that are not of the register."""

STANDING: Final = frozenset({Kind.FORWARDED, Kind.WEBHOOK})
"""Those that go out by themselves, often: a line of the register is all of a day to one recipient."""

BASES: Final[dict[Kind, str]] = {
    Kind.EVIDENCE: "law enforcement purpose of the search (DPA 2018, s. 35(2)(b))",
    Kind.SUBJECT_ACCESS: "right of access (DPA 2018, s. 45)",
    Kind.LOG_ENTRY: "verification of lawfulness, from the log (DPA 2018, s. 62(4))",
    Kind.FORWARDED: "law enforcement, by the standing arrangement in the settings (DPA 2018, s. 35(2)(b))",
    Kind.WEBHOOK: "law enforcement, by the standing arrangement in the settings (DPA 2018, s. 35(2)(b))",
}
"""On what each way rests where nobody says more. Sections quoted from memory: have them checked."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was in it, as counts: reads, entries of lists or of the log, and what else by its name."""

    reads: int = 0
    entries: int = 0
    others: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One line of the register.

    `entry` is the number of the entry of the log, `log` that log's name and key as a short digest;
    `last_entry`, `last_at` and `times` say how many entries of one day a line of a standing arrangement
    stands for. `undone` of them were logged and then not done. `erased`: the log's openings were erased
    before it was taken from there, so that recipient and reference are not known any more.
    """

    disclosed_id: str
    log: str
    entry: int
    at: datetime
    kind: Kind
    purpose: str
    basis: str
    counted: Counted
    recipient: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)
    by: str = field(default="", repr=False)
    decided_by: str = field(default="", repr=False)
    why: str = field(default="", repr=False)
    what: str = ""
    last_entry: int = 0
    last_at: datetime | None = None
    times: int = 1
    undone: int = 0
    erased: bool = False


@dataclass(frozen=True, slots=True)
class ByHand:
    """What somebody says that they handed over, or sent: all of it is asked for.

    `recipient`: another force, a court, an insurer. `basis`: the law that allows it. `purpose` is a word.
    """

    recipient: str = field(repr=False)
    basis: str
    purpose: str
    what: str = field(repr=False)
    reference: str = field(repr=False)
    decided_by: str = field(repr=False)
    why: str = field(repr=False)
    counted: Counted

    def __post_init__(self) -> None:
        """Raise ValueError for a line that nobody could answer for."""
        for name in ("recipient", "basis", "what", "reference", "decided_by", "why"):
            text: str = getattr(self, name)
            if not text.strip():
                raise ValueError(f"a disclosure is written down with its {name.replace('_', ' ')}")
            if len(text) > 2_000 or any(one < " " for one in text if one not in "\n\t"):
                raise ValueError(f"{name.replace('_', ' ')} is plain text of at most 2,000 characters")
        counts = (self.counted.reads, self.counted.entries, *self.counted.others.values())
        if any(one < 0 or one >= 2**53 for one in counts) or not any(counts):
            raise ValueError(
                "say how much it was: reads, entries or other records, at least one of something"
            )


_COLUMNS: Final = (
    *("id", "kind", "at", "last_at", "times", "undone", "recipient", "purpose", "basis", "reference"),
    *("what", "reads", "entries", "others", "by", "decided_by", "why", "log", "entry", "last_entry"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def register_csv(lines: Iterable[Disclosed]) -> str:
    """Return the register as CSV (RFC 4180, UTF-8), one line each, times in UTC.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    for one in lines:
        others = "; ".join(f"{name} {count}" for name, count in sorted(one.counted.others.items()))
        row: tuple[object, ...] = (
            *(one.disclosed_id, one.kind.value, _moment(one.at), _moment(one.last_at or one.at)),
            *(one.times, one.undone, one.recipient, one.purpose, one.basis, one.reference, one.what),
            *(one.counted.reads, one.counted.entries, others, one.by, one.decided_by, one.why),
            *(one.log, one.entry, one.last_entry or one.entry),
        )
        writer.writerow([_plain(cell) for cell in row])
    return written.getvalue()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
