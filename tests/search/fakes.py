"""The world of searches in memory: reads, records and all else that a desk asks for."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.confusion import confusion_weight
from openanpr.core.purpose import ReferenceState
from openanpr.core.read_key import ReadKey
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.shape import shape_key
from openanpr.core.span import Span
from openanpr.policy.ask import Person
from openanpr.search.found import (
    Answer,
    CameraWorked,
    CommonMark,
    Company,
    Did,
    FoundMark,
    FoundRead,
    WholeRead,
)
from openanpr.search.passes import company, looked, passes_of
from openanpr.search.ports import Bounds, HoldOrder, NotHeldError, SeenThen, StoppedError
from openanpr.search.question import Spelling
from openanpr.search.record import Case, CaseHold, Means, Note, SearchRecord
from openanpr.search.sphere import inside

HOUR = timedelta(hours=1)


@dataclass(slots=True)
class MemoryReads:
    """Stored reads in a list; `ports.StoredReads`. `before` is called before each answer, with its bounds."""

    records: list[CaptureRecord] = field(default_factory=list)
    before: Callable[[Bounds], None] = lambda _: None
    stopped: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def of_marks(self, marks, spellings, span, bounds) -> Answer[FoundRead]:
        return self._reads(bounds, span, lambda one: spelt(one.vrm, marks, spellings))

    def last_of(self, mark, spellings, span, bounds) -> FoundRead | None:
        found = self.of_marks((mark,), spellings, span, replace(bounds, rows=1)).rows
        return found[0] if found else None

    def there(self, mark, spellings, at, bounds) -> Answer[FoundRead]:
        spelling = lambda one: spelt(one.vrm, (mark,), spellings) if seen(one, at) else None  # noqa: E731
        return self._reads(bounds, at.span, spelling)

    def passed(self, at, direction, styles, bounds) -> Answer[FoundRead]:
        def asked(one: CaptureRecord) -> Spelling | None:
            fits = (
                seen(one, at) and direction in {None, one.direction} and (not styles or one.style in styles)
            )
            return Spelling.EXACT if fits else None

        return self._reads(bounds, at.span, asked)

    def like(self, pattern, span, bounds) -> Answer[FoundMark]:
        form = re.compile("".join({"?": ".", "*": ".*"}.get(c, c) for c in pattern))
        marks: dict[str, list[datetime]] = {}
        for one in self._within(span, bounds):
            if form.fullmatch(one.vrm):
                marks.setdefault(one.vrm, []).append(one.captured_at)
        found = [FoundMark(mark, len(at), min(at), max(at)) for mark, at in marks.items()]
        return _cut(sorted(found, key=lambda one: one.last_at, reverse=True), bounds)

    def common(self, scenes, at_least, bounds) -> Answer[CommonMark]:
        of_mark: dict[str, Counter[int]] = {}
        for place, at in enumerate(scenes):
            for one in self._within(at.span, bounds):
                if seen(one, at):
                    of_mark.setdefault(one.vrm, Counter())[place] += 1
        found = [
            CommonMark(mark, tuple(sorted(places)), places.total())
            for mark, places in of_mark.items()
            if len(places) >= at_least
        ]
        return _cut(sorted(found, key=lambda one: (-len(one.scenes), one.mark)), bounds)

    def company(self, mark, spellings, span, together, bounds) -> Company:
        reads = self._within(span, bounds)
        own = [one for one in reads if spelt(one.vrm, (mark,), spellings) is not None]
        where = looked(
            passes_of(((one.camera, one.captured_at) for one in own), together.within), together.within, span
        )
        shapes = {shape_key(one.vrm) for one in own} | {shape_key(mark)}
        seen: dict[str, dict[tuple[int, int], tuple[int, int, str, datetime]]] = {}
        for turn, by in enumerate(where.steps):
            for number, at in enumerate(where.passes):
                since, until = at.first + by - together.within, at.last + by + together.within
                for one in reads:
                    near = one.camera == at.camera and since <= one.captured_at <= until
                    if near and shape_key(one.vrm) not in shapes and (number, turn) not in where.left_out:
                        told = number, turn, one.vrm, one.captured_at
                        seen.setdefault(shape_key(one.vrm), {}).setdefault((number, turn), told)
        each = {shape: list(of.values()) for shape, of in seen.items()}
        return company(mark, where, each, at_least=together.at_least, rows=bounds.rows)

    def whole(self, keys) -> tuple[WholeRead, ...]:
        by_key = {key_of(one): one for one in self.records}
        return tuple(whole(by_key[key]) for key in keys if key in by_key)

    def worked(self, cameras, span) -> tuple[CameraWorked, ...]:
        hours = -(-(span.until - span.since) // HOUR)
        told = []
        for camera in cameras:
            times = [one.captured_at for one in self._within(span) if one.camera == camera]
            with_reads = len({(at - span.since) // HOUR for at in times})
            told.append(CameraWorked(camera, with_reads, hours, None, max(times, default=None)))
        return tuple(told)

    def estimate(self, cameras, span) -> int:
        found = self._within(span)
        return len([one for one in found if cameras is None or one.camera in cameras])

    def stop(self, search_id) -> None:
        self.stopped.add(search_id)

    def _within(self, span: Span, bounds: Bounds | None = None) -> list[CaptureRecord]:
        without = () if bounds is None else bounds.without
        if bounds is not None:
            self.asked.append(bounds.search_id)
            self.before(bounds)
            if bounds.search_id in self.stopped:
                raise StoppedError
        return [
            one
            for one in self.records
            if span.since <= one.captured_at < span.until and one.camera not in without
        ]

    def _reads(self, bounds: Bounds, span: Span, asked) -> Answer[FoundRead]:
        told = [(one, asked(one)) for one in self._within(span, bounds)]
        rows = [found(one, spelling) for one, spelling in told if spelling is not None]
        return _cut(sorted(rows, key=lambda one: one.key.captured_at, reverse=True), bounds)


class Forgetful(MemoryReads):
    """A store that knows nothing of cameras to leave out: the desk must not depend on it alone."""

    def _within(self, span, bounds=None):
        return super()._within(span, None if bounds is None else replace(bounds, without=()))


@dataclass(slots=True)
class MemorySearches:
    """`ports.SearchRecords`."""

    kept: dict[str, SearchRecord] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, record) -> None:
        with self.lock:
            if record.search_id in self.kept:
                raise ValueError("kept already")
            self.kept[record.search_id] = record

    def find(self, search_id) -> SearchRecord | None:
        return self.kept.get(search_id)

    def of(self, account_id, *, most) -> tuple[SearchRecord, ...]:
        mine = [one for one in self._by_age() if account_id in {one.asked_by, one.asked_for}]
        return tuple(reversed(mine))[:most]

    def standing(self, states, *, most) -> tuple[SearchRecord, ...]:
        return tuple(one for one in self._by_age() if one.state in states)[:most]

    def unconfirmed(self, *, most) -> tuple[SearchRecord, ...]:
        oral = [one for one in self._by_age() if one.given is not None and one.given.means is Means.ORAL]
        return tuple(oral)[:most]

    def replace(self, record) -> bool:
        with self.lock:
            before = self.kept.get(record.search_id)
            if before is None or before.changed != record.changed:
                return False
            self.kept[record.search_id] = replace(
                before,
                standing=record.standing,
                judged=record.judged,
                given=record.given,
                runs=record.runs,
                changed=record.changed + 1,
            )
            return True

    def asked_before(self, before) -> int:
        return sum(one.asked_at < before for one in self.kept.values())

    def forget(self, before) -> int:
        gone = [one.search_id for one in self.kept.values() if one.asked_at < before]
        for search_id in gone:
            del self.kept[search_id]
        return len(gone)

    def _by_age(self) -> list[SearchRecord]:
        return sorted(self.kept.values(), key=lambda one: (one.asked_at, one.search_id))


@dataclass(slots=True)
class MemoryCases:
    """`ports.CaseRecords`."""

    kept: dict[str, Case] = field(default_factory=dict)
    held: list[CaseHold] = field(default_factory=list)
    written: list[Note] = field(default_factory=list)

    def open(self, case) -> None:
        self.kept[case.case_id] = case

    def case(self, case_id) -> Case | None:
        return self.kept.get(case_id)

    def owned_by(self, account_id, *, most) -> tuple[Case, ...]:
        mine = [one for one in self.kept.values() if one.owner == account_id]
        return tuple(sorted(mine, key=lambda one: (one.opened_at, one.case_id), reverse=True))[:most]

    def close(self, case_id, at) -> bool:
        if self._closed(case_id):
            return False
        self.kept[case_id] = replace(self.kept[case_id], closed_at=at)
        return True

    def keep(self, hold) -> bool:
        if self._closed(hold.case_id):
            return False
        self.held.append(hold)
        return True

    def holds(self, case_id) -> tuple[CaseHold, ...]:
        return tuple(sorted((h for h in self.held if h.case_id == case_id), key=lambda h: (h.at, h.hold_id)))

    def write(self, note) -> bool:
        if self._closed(note.case_id):
            return False
        self.written.append(note)
        return True

    def notes(self, case_id) -> tuple[Note, ...]:
        return tuple(
            sorted((n for n in self.written if n.case_id == case_id), key=lambda n: (n.at, n.note_id))
        )

    def ended_before(self, day) -> int:
        return sum(one.until < day for one in self.kept.values())

    def forget(self, before) -> int:
        old = {one.case_id for one in self.kept.values() if one.until < before}
        self.held = [one for one in self.held if one.case_id not in old]
        self.written = [one for one in self.written if one.case_id not in old]
        for case_id in old:
            del self.kept[case_id]
        return len(old)

    def _closed(self, case_id) -> bool:
        return case_id not in self.kept or self.kept[case_id].closed_at is not None


@dataclass(slots=True)
class MemoryWorld:
    """All the small ports in one: register, confidential cameras, people, marks, cases, pictures, holds."""

    reads: MemoryReads
    cameras: list[RegisteredCamera] = field(default_factory=list)
    confidential: dict[CameraId, frozenset[str]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    declared: dict[str, set[str]] = field(default_factory=dict)
    references: dict[str, ReferenceState] = field(default_factory=dict)
    jpegs: dict[str, bytes] = field(default_factory=dict)
    then: dict[CameraId, Did] = field(default_factory=dict)
    kept: dict[str, tuple[ReadKey, ...]] = field(default_factory=dict)
    orders: list[HoldOrder] = field(default_factory=list)

    def every(self) -> Sequence[RegisteredCamera]:
        return tuple(self.cameras)

    def did(self, hours):
        return {camera: dict.fromkeys(of, self.then.get(camera, Did.UNKNOWN)) for camera, of in hours.items()}

    def named(self) -> Mapping[CameraId, frozenset[str]]:
        return dict(self.confidential)

    def person(self, account_id: str) -> Person | None:
        return self.people.get(account_id)

    def concerning(self, account_id: str, marks: Collection[str]) -> frozenset[str]:
        shapes = {shape_key(mark) for mark in self.declared.get(account_id, ())}
        return frozenset(mark for mark in marks if shape_key(mark) in shapes)

    def state_of(self, reference: str) -> ReferenceState:
        return self.references.get(reference, ReferenceState.UNKNOWN)

    def of(self, captured_at: datetime, sha256: str) -> bytes | None:
        return self.jpegs.get(sha256)

    def hold(self, order: HoldOrder, keys: Sequence[ReadKey]) -> int:
        if len(self.reads.whole(keys)) < len(keys):
            raise NotHeldError("some of the reads are not stored: nothing was held")
        self.orders.append(order)
        self.kept[order.hold_id] = tuple(keys)
        return len(keys)

    def held(self, hold_id: str) -> tuple[WholeRead, ...]:
        return self.reads.whole(self.kept[hold_id])


def key_of(one: CaptureRecord) -> ReadKey:
    return ReadKey(one.camera, one.captured_at, one.vrm)


def found(one: CaptureRecord, spelling: Spelling) -> FoundRead:
    rivals = tuple((rival.plate, rival.p) for rival in one.candidates)
    return FoundRead(
        key=key_of(one),
        spelling=spelling,
        confidence=one.confidence,
        late=False,
        clock_doubtful=False,
        received_at=one.captured_at,
        direction=one.direction,
        style=one.style,
        rivals=rivals,
        place=one.place,
    )


def whole(one: CaptureRecord) -> WholeRead:
    return WholeRead(
        record=one,
        received_at=one.captured_at,
        late=False,
        clock_doubtful=False,
        clock_offset_ms=3,
        device="reader-1",
        signed=True,
        profile="nadc-2018",
        handed_on_by=None,
    )


def spelt(vrm: str, marks: Sequence[str], spellings: Spelling) -> Spelling | None:
    if vrm in marks:
        return Spelling.EXACT
    if spellings is not Spelling.EXACT and any(shape_key(vrm) == shape_key(mark) for mark in marks):
        return Spelling.SAME_SHAPE
    if spellings is Spelling.MISREAD and any(near(vrm, mark) for mark in marks):
        return Spelling.MISREAD
    return None


def near(a: str, b: str) -> bool:
    pairs = [(x, y) for x, y in zip(a, b, strict=False) if shape_key(x) != shape_key(y)]
    return len(a) == len(b) and len(pairs) == 1 and confusion_weight(*pairs[0]) > 0


def seen(one: CaptureRecord, at: SeenThen) -> bool:
    if one.camera in at.seen.cameras:
        return True
    return one.place is not None and at.seen.area is not None and inside(one.place, at.seen.area.corners)


def _cut(rows, bounds: Bounds):
    return Answer(tuple(rows[: bounds.rows]), more=len(rows) > bounds.rows)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)
