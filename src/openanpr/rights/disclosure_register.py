"""The register kept: taken from the audit log entry by entry, so that nothing that left can be missing in it.

Whoever hands something out logs that before it goes. The register follows the log; it needs no word of its
own from any of them, and after a kill it goes on where it was. What a person handed over outside the system
is written down here, and logged like the others before it is kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from openanpr.audit.acts import Act, Disclosure
from openanpr.audit.commitment import Opening
from openanpr.audit.entry import Entry
from openanpr.audit.openings import Erased
from openanpr.audit.port import Receipt
from openanpr.rights.disclosure import BASES, BY_HAND, KINDS, STANDING, ByHand, Counted, Disclosed, Kind

_AT_ONCE: Final = 256
MOST_A_TURN: Final = 20_000
_SHORT: Final = 16
_MOST_TURNS: Final = 5


class BehindError(Exception):
    """The register has yet to take much of the log: what it would tell is not whole."""


class ReadLog(Protocol):
    """The audit log, as the register reads it."""

    @property
    def size(self) -> int:
        """How many entries it has."""
        ...

    def entries_from(self, first: int, most: int) -> tuple[Entry, ...]:
        """Return at most so many entries from a number on."""
        ...

    def openings(self, number: int) -> tuple[Opening | Erased, ...]:
        """Return what opens the 256 entries of this number."""
        ...

    def append(self, event: Disclosure) -> Receipt:
        """Log a disclosure, on disk when this returns; raises AuditError."""
        ...


class Lines(Protocol):
    """Keeps the lines of the register."""

    def upto(self, log: str) -> int:
        """Return how many entries of a log were taken, 0 for one that is new."""
        ...

    def take(self, log: str, upto: int, lines: Sequence[Disclosed], undone: Sequence[int]) -> None:
        """Keep lines and how far the log was taken, both or neither; on disk when this returns.

        A line of a known id is counted on to the one that is there. `undone`: entries of this log that were
        logged and then not done.
        """
        ...

    def write(self, line: Disclosed) -> None:
        """Put a whole line in the place of what is there of its id."""
        ...

    def find(self, disclosed_id: str) -> Disclosed | None:
        """Return a line."""
        ...

    def between(self, since: datetime, until: datetime, *, most: int) -> tuple[Disclosed, ...]:
        """Return the lines of a time, the newest first."""
        ...

    def forget(self, before: datetime) -> int:
        """Erase the lines whose last day was before a time; return how many."""
        ...


@dataclass(slots=True)
class Register:
    """The register of a node. Safe to share between threads: one follows the log at a time."""

    log: ReadLog
    log_name: str
    lines: Lines
    clock: Callable[[], datetime]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def follow(self, *, most: int = MOST_A_TURN) -> int:
        """Take what the log has beyond what was taken; return how many entries are left.

        Raises DamagedError, EntryError, OpeningError, and what the store raises.
        """
        with self._lock:
            at = self.lines.upto(self.log_name)
            last = min(self.log.size, at + most)
            while at < last:
                entries = self.log.entries_from(at, min(_AT_ONCE - at % _AT_ONCE, last - at))
                if not entries:
                    break
                told = tuple(_lines_of(self.log, self.log_name, at, entries))
                self.lines.take(self.log_name, at + len(entries), told, tuple(_undone(entries)))
                at += len(entries)
            return self.log.size - at

    def between(self, since: datetime, until: datetime, *, most: int) -> tuple[Disclosed, ...]:
        """Return the lines of a time as the log has them now, the newest first; raises BehindError."""
        self._catch_up()
        return self.lines.between(since, until, most=most)

    def find(self, disclosed_id: str) -> Disclosed:
        """Return a line; raises LookupError, BehindError."""
        self._catch_up()
        found = self.lines.find(disclosed_id)
        if found is None:
            raise LookupError("the register has no such line")
        return found

    def _catch_up(self) -> None:
        """Take what the log has; raises BehindError where it is too much to wait for."""
        left = 0
        for _ in range(_MOST_TURNS):
            left = self.follow()
            if not left:
                return
        raise BehindError(
            f"the register has {left} entries of the log to take yet: ask again in some minutes"
        )

    def write_down(self, said: ByHand, *, by: str) -> Disclosed:
        """Log what a person says that they handed over, and keep it; raises AuditError: then it is not."""
        now = self.clock()
        entry = self.log.append(
            Disclosure(
                at=now,
                person=by,
                recipient=said.recipient,
                what=BY_HAND,
                purpose=said.purpose,
                reference=said.reference,
                reason=f"{said.what}; basis: {said.basis}; decided by {said.decided_by}; {said.why}",
                reads=said.counted.reads,
                entries=said.counted.entries,
            )
        ).index
        line = Disclosed(
            disclosed_id=_id(self.log_name, entry),
            log=self.log_name,
            entry=entry,
            at=now,
            kind=Kind.BY_HAND,
            purpose=said.purpose,
            basis=said.basis,
            counted=said.counted,
            recipient=said.recipient,
            reference=said.reference,
            by=by,
            decided_by=said.decided_by,
            why=said.why,
            what=said.what,
            last_entry=entry,
        )
        # Whoever follows the log meanwhile makes the bare line of it; what the person said replaces that.
        self.follow()
        self.lines.write(line)
        return line


def log_digest(key: str) -> str:
    """Return a short name for a log by its key, which another log of this node cannot have."""
    return hashlib.sha256(key.encode()).hexdigest()[:_SHORT]


def _lines_of(log: ReadLog, log_name: str, first: int, entries: Sequence[Entry]) -> Iterator[Disclosed]:
    wanted = {
        number: entry
        for number, entry in enumerate(entries, first)
        if entry.act is Act.DISCLOSURE and str(entry.public.get("what")) in KINDS
    }
    if not wanted:
        return
    opened: dict[int, dict[str, str]] = {}
    for one in log.openings(first // _AT_ONCE):
        if isinstance(one, Opening) and one.index in wanted:
            opened.setdefault(one.index, {})[one.name] = one.value
    for number, entry in wanted.items():
        yield _line(log_name, number, entry, opened.get(number, {}))


def _line(log_name: str, number: int, entry: Entry, said: Mapping[str, str]) -> Disclosed:
    public = entry.public
    what = str(public["what"])
    kind = KINDS[what]
    line = Disclosed(
        disclosed_id=_id(log_name, number),
        log=log_name,
        entry=number,
        at=entry.at,
        kind=kind,
        purpose=str(public["purpose"]),
        basis=BASES.get(kind, "not told"),
        counted=Counted(_count(public.get("reads")), _count(public.get("entries"))),
        recipient=said.get("recipient", ""),
        reference=said.get("reference", ""),
        by=said.get("person", ""),
        decided_by=said.get("person", ""),
        why=said.get("reason", ""),
        what=what,
        last_entry=number,
        last_at=entry.at,
        erased="recipient" not in said,
    )
    if kind not in STANDING:
        return line
    day = entry.at.astimezone(UTC).date()
    of = hashlib.sha256(f"{what}\n{line.recipient}".encode()).hexdigest()[:_SHORT]
    # Message ids and batch keys of a day would be a line each; the entries of the log have them.
    return replace(line, disclosed_id=f"{log_name[:8]}-{day:%Y%m%d}-{of}", reference="")


def _undone(entries: Sequence[Entry]) -> Iterator[int]:
    for entry in entries:
        regards = entry.public.get("regards")
        if (
            entry.act is Act.FAILURE
            and entry.public.get("failed") == Act.DISCLOSURE
            and isinstance(regards, int)
        ):
            yield regards


def _id(log_name: str, entry: int) -> str:
    return f"{log_name[:8]}-{entry}"


def _count(found: object) -> int:
    return found if isinstance(found, int) else 0
