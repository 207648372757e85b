"""The desk at which requests for access are worked on: found, decided item by item, packed, handed over.

What is found comes through governed search, open alerts and open lists. Covert entries and alerts, and reads
of cameras of which the handler may not know, are never looked at: every reply says the same about that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from openanpr.audit.acts import Consultation, Disclosure
from openanpr.audit.port import Log, logged
from openanpr.core.plate import Plate
from openanpr.core.span import Span
from openanpr.rights.answer_ports import AlertsOfVehicle, Cases, CaseSeen, Files, OpenLists, Raised
from openanpr.rights.challenge_desk import Done
from openanpr.rights.disclosure import PACK
from openanpr.rights.subject_access import (
    MOST_ITEMS,
    WITHHELD,
    AccessStep,
    AccessTaken,
    Decision,
    Entitlement,
    Item,
    ItemKind,
    NotPossibleAccessError,
    SubjectAccess,
    Verdict,
)
from openanpr.search.ask import Asker
from openanpr.search.for_subject import HeldRead, SubjectAsk

_CASE_KIND = "access"
_MOST_MARKS = 10


class FindForSubject(Protocol):
    """Governed search for the person whom a vehicle's reads are about."""

    def for_subject(self, asked: SubjectAsk, by: Asker) -> tuple[HeldRead, ...]:
        """Return the reads; raises what `search.for_subject` raises."""
        ...

    def searches_of(self, mark: str, *, since: datetime, until: datetime) -> int:
        """Return how many searches asked about a mark in a time, whoever made them."""
        ...


class Packs(Protocol):
    """Keeps packs, byte by byte."""

    def keep(self, file_id: str, sha256: str, made_at: datetime, pack: bytes) -> None:
        """Keep a pack, on disk when this returns."""
        ...

    def find(self, file_id: str, sha256: str) -> bytes | None:
        """Return a pack."""
        ...


class Made(Protocol):
    """A pack as it was made."""

    @property
    def sha256(self) -> str:
        """Its SHA-256."""
        ...

    @property
    def body(self) -> bytes:
        """Its bytes: a ZIP file."""
        ...


class MakesPack(Protocol):
    """Makes the pack of a request whose items are decided."""

    def __call__(self, access: SubjectAccess, case: CaseSeen, at: datetime, /) -> Made:
        """Return it: the same bytes for the same request and time. Raises PackError."""
        ...


@dataclass(frozen=True, slots=True)
class Proof:
    """Who asks: as what, and what was shown for it."""

    entitlement: Entitlement
    shown: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about: marks, and days (UTC, both included)."""

    marks: tuple[str, ...]
    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAccessDesk:
    """What is done to requests. Every method raises LookupError where there is none of that id."""

    files: Files[SubjectAccess, AccessTaken]
    cases: Cases
    reads: FindForSubject
    alerts: AlertsOfVehicle
    lists: OpenLists
    packs: Packs
    makes_pack: MakesPack
    trail: Log
    fresh_id: Callable[[], str]

    def find(self, access_id: str) -> SubjectAccess:
        """Return a request."""
        found = self.files.find(access_id)
        if found is None:
            raise LookupError("there is no such request for access")
        return found

    def open(self, case_ref: str, asked: Asked, proof: Proof, done: Done) -> SubjectAccess:
        """Begin on an open case of that kind, with what was shown of identity and entitlement.

        Raises LookupError without such a case, PlateError, ValueError, NotPossibleAccessError.
        """
        case = self._case(case_ref)
        if not case.is_open:
            raise NotPossibleAccessError("the case is closed")
        if not proof.shown.strip():
            raise ValueError("say what was shown as proof of identity and entitlement; keep no copy of it")
        if not 0 < len(asked.marks) <= _MOST_MARKS:
            raise ValueError(f"name from one to {_MOST_MARKS} vehicles")
        if not asked.since <= asked.until <= done.at.date():
            raise ValueError("the days asked about are past ones, from first to last")
        step = AccessTaken(
            step=AccessStep.OPENED,
            at=done.at,
            by=done.by,
            case_ref=case_ref,
            marks=tuple(dict.fromkeys(Plate.parse(mark).vrm for mark in asked.marks)),
            since=_midnight(asked.since),
            until=min(_midnight(asked.until) + timedelta(days=1), done.at),
            entitlement=proof.entitlement,
            proof=proof.shown,
        )
        found = SubjectAccess(self.fresh_id(), (step,))
        self.files.append(found.access_id, 0, step)
        return found

    def look(self, access_id: str, by: Asker, done: Done) -> SubjectAccess:
        """Find what is held, through governed search and open registers; a look again replaces the last.

        Raises what governed search raises: then nothing was kept.
        """
        found = self.find(access_id)
        case = self._case(found.case_ref)
        self.trail.append(_looked(found, done))
        items = tuple(self._items(found, case, by))
        if len(items) > MOST_ITEMS:
            raise NotPossibleAccessError("there is more than one reply can hold: open one for a shorter time")
        numbered = tuple(replace(one, number=number) for number, one in enumerate(items, 1))
        return self._taken(found, AccessTaken(step=AccessStep.FOUND, at=done.at, by=done.by, items=numbered))

    def decide(
        self, access_id: str, numbers: Collection[int], decision: Decision, done: Done, *, of_list: str = ""
    ) -> SubjectAccess:
        """Decide upon items by number. `of_list`: by the owner of that list, upon its entries alone."""
        found = self.find(access_id)
        wanted = {one.number: one for one in found.items or ()}
        for number in numbers:
            one = wanted.get(number)
            if one is None:
                raise NotPossibleAccessError("there is no such item")
            if (one.list_name if one.kind is ItemKind.ENTRY else "") != of_list:
                raise NotPossibleAccessError(
                    "the owner of its list decides upon an entry, and upon nothing else"
                )
        step = AccessTaken(
            step=AccessStep.DECIDED,
            at=done.at,
            by=done.by,
            numbers=tuple(sorted(set(numbers))),
            decision=decision,
        )
        return self._taken(found, step)

    def decide_by_rule(self, access_id: str, kind: ItemKind, decision: Decision, done: Done) -> SubjectAccess:
        """Decide upon all items of a kind that nobody has decided upon; never upon entries of lists."""
        if kind is ItemKind.ENTRY:
            raise NotPossibleAccessError("the owner of its list decides upon an entry, one by one")
        if decision.box is not None:
            raise NotPossibleAccessError("a box is of one picture")
        numbers = [one.number for one in self.find(access_id).undecided if one.kind is kind]
        if not numbers:
            raise NotPossibleAccessError("no item of this kind waits for a decision")
        return self.decide(access_id, numbers, decision, done)

    def second(self, access_id: str, numbers: Collection[int], step: AccessStep, done: Done) -> SubjectAccess:
        """Agree as a second person with what is withheld (CONFIRMED), or not (SENT_BACK), with the reason."""
        if step is AccessStep.SENT_BACK and not done.why.strip():
            raise ValueError("say why it is not to be withheld so")
        taken = AccessTaken(
            step=step, at=done.at, by=done.by, why=done.why, numbers=tuple(sorted(set(numbers)))
        )
        return self._taken(self.find(access_id), taken)

    def pack(self, access_id: str, done: Done) -> SubjectAccess:
        """Make the reply pack and keep it; nothing leaves yet. Raises PackError."""
        found = self.find(access_id)
        bare = AccessTaken(step=AccessStep.PACKED, at=done.at, by=done.by)
        after = found.after(bare)  # refused before anything is made
        made = self.makes_pack(found, self._case(after.case_ref), done.at)
        step = AccessTaken(step=AccessStep.PACKED, at=done.at, by=done.by, sha256=made.sha256)
        self.packs.keep(access_id, made.sha256, done.at, made.body)
        return self._taken(found, step)

    def hand_over(self, access_id: str, recipient: str, done: Done) -> tuple[bytes, int]:
        """Return the pack and the entry of the log that has its digest, which was made before.

        Raises AuditError: then nothing is handed over.
        """
        found = self.find(access_id)
        packed = found.packed
        if packed is None:
            raise NotPossibleAccessError("there is no pack of what was decided last: make it")
        if not recipient.strip():
            raise ValueError("say to whom it goes, and by which way")
        body = self.packs.find(access_id, packed.sha256)
        if body is None:
            raise NotPossibleAccessError("the pack is kept no more: make it anew")
        self.cases.verify_reply(found.case_ref)
        with logged(self.trail, _handed_over(found, packed.sha256, recipient, done)) as receipts:
            entry = receipts[0].index
            step = AccessTaken(
                step=AccessStep.HANDED_OVER,
                at=done.at,
                by=done.by,
                sha256=packed.sha256,
                recipient=recipient,
                entry=entry,
            )
            self._taken(found, step)
        told = (
            f"Reply pack handed over to {recipient}. SHA-256 {packed.sha256}, entry {entry} of the audit log."
        )
        self.cases.reply(found.case_ref, told, done.by, done.at)
        return body, entry

    def _case(self, case_ref: str) -> CaseSeen:
        case = self.cases.seen(case_ref)
        if case is None or case.kind != _CASE_KIND:
            raise LookupError("there is no such case of somebody who asks what is held")
        return case

    def _items(self, found: SubjectAccess, case: CaseSeen, by: Asker) -> Iterator[Item]:
        opened = found.opened
        assert opened.since is not None  # noqa: S101 - the first step always has both
        assert opened.until is not None  # noqa: S101 - as above
        span = Span(opened.since, opened.until)
        proved = bool(opened.proof.strip()) and opened.entitlement is not None
        for mark in opened.marks:
            asked = SubjectAsk(mark, span, found.case_ref, case.is_open, proved)
            for read in self.reads.for_subject(asked, by):
                yield _of_read(mark, read)
            names = {number: name for name, number in self.lists.ids().items()}
            for alert in self.alerts.raised(mark, since=span.since, until=span.until):
                if mark in alert.read_as:
                    yield _of_alert(mark, alert, names)
            for name, count in sorted(self.lists.marked(mark).items()):
                for _ in range(count):
                    yield Item(
                        0, ItemKind.ENTRY, None, (("vehicle", mark), ("list", name)), (), list_name=name
                    )
            searches = self.reads.searches_of(mark, since=span.since, until=span.until)
            yield Item(
                0, ItemKind.SEARCHES, None, (("vehicle", mark), ("searches", str(searches))), ("vehicle",),
                count=searches,
            )  # fmt: skip

    def _taken(self, found: SubjectAccess, step: AccessTaken) -> SubjectAccess:
        after = found.after(step)
        self.files.append(found.access_id, len(found.steps), step)
        return after


def counts_of(access: SubjectAccess) -> Mapping[str, int]:
    """Return how many items are told, told in part and withheld, and how many wait."""
    told = {verdict.value: 0 for verdict in Verdict}
    decided = access.decided
    for one in access.items or ():
        step = decided.get(one.number)
        if step is not None and step.decision is not None:
            told[step.decision.verdict.value] += 1
    return told | {"undecided": len(access.undecided), "unconfirmed": len(access.unconfirmed)}


def _handed_over(found: SubjectAccess, sha256: str, recipient: str, done: Done) -> Disclosure:
    return Disclosure(
        at=done.at,
        person=done.by,
        recipient=recipient,
        what=PACK,
        purpose="subject-access",
        reference=found.case_ref,
        reason=f"reply to a request for access; SHA-256 of the pack {sha256}",
        plate=", ".join(found.opened.marks),
        reads=_told(found, ItemKind.READ),
        entries=_told(found, ItemKind.ENTRY),
    )


def _looked(found: SubjectAccess, done: Done) -> Consultation:
    return Consultation(
        at=done.at,
        person=done.by,
        stage="asked",
        kind="held-about",
        purpose="subject-access",
        reference=found.case_ref,
        reason="alerts, entries of open lists and searches about the vehicles: DPA 2018, section 45",
        plate=", ".join(found.opened.marks),
    )


def _told(access: SubjectAccess, kind: ItemKind) -> int:
    decided = access.decided
    return sum(
        (step := decided.get(one.number)) is not None
        and step.decision is not None
        and step.decision.verdict not in WITHHELD
        for one in access.items or ()
        if one.kind is kind
    )


def _of_read(mark: str, read: HeldRead) -> Item:
    facts = (
        ("vehicle", mark),
        ("time", _moment(read.captured_at)),
        ("area", read.area or "not named"),
        ("read as", read.read_as),
        ("plate surely read", "yes" if read.certain else "by its shape: O and 0, I and 1 look alike"),
        ("time sure", "no" if read.clock_doubtful else "yes"),
    )
    core = ("vehicle", "time")
    return Item(0, ItemKind.READ, read.captured_at, facts, core, read.patch, read.overview)


def _of_alert(mark: str, alert: Raised, names: Mapping[int, str]) -> Item:
    facts = (
        ("vehicle", mark),
        ("first", _moment(alert.first_at)),
        ("last", _moment(alert.last_at)),
        ("list", names.get(alert.list_id, "a list that is gone")),
        ("check of the picture", alert.check.replace("_", " ") or "none"),
        ("outcome", alert.outcome.replace("_", " ") or "none yet"),
    )
    return Item(0, ItemKind.ALERT, alert.first_at, facts, ("vehicle", "first"))


def _moment(at: datetime) -> str:
    """Return a time as a reply tells it: `22 November 2026, 11:59:58 UTC`."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M:%S} UTC"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
