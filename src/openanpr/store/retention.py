"""Retention: whole days of reads, summaries and pictures go when their time is over, and it is certified.

A read is kept for the rule's days and goes with its UTC day: it is never kept a day longer, never less.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

import msgspec

from openanpr.store.damaged_parts import damaged_parts, drop_damaged
from openanpr.store.engine import ReadEngine, statement
from openanpr.store.holds import (
    day_bounds,
    held_counts,
    hold_pictures_of_day,
    holds,
)
from openanpr.store.native import block, numbers, texts
from openanpr.store.origins import held_origins, hold_origins_of_day
from openanpr.store.pictures import Pictures
from openanpr.store.read_columns import from_ms, to_ms
from openanpr.wire.json_decoder import json_decoder

_EPOCH = date(1970, 1, 1)
_DROPS = (
    "drop_day_reads",
    "drop_day_reads_by_camera",
    "drop_day_camera_hour",
    "drop_day_camera_day",
    "drop_day_announced",
    "drop_day_origin_batches",
)


class RetentionError(Exception):
    """Something that had to go is still there; what was certified before stays true."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How many days reads are kept, under which profile, and where the profile has it from."""

    profile: str
    days: int
    source: str

    def __post_init__(self) -> None:
        """Refuse a rule that would empty the store."""
        if self.days < 1:
            raise ValueError("a retention rule keeps reads for at least one day")

    def kept_from(self, today: date) -> date:
        """The oldest capture day that is kept on the UTC day `today`."""
        return today - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class DayToGo:
    """A capture day that is past its time, and how many rows and pictures it still has."""

    day: date
    reads: int
    reads_by_camera: int
    camera_hours: int
    announcements: int
    origin_batches: int
    pictures: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """What went of one capture day: how many, when, under which rule, and what a search found after.

    `held` are copies kept for holds: hold id and reads; `held_origin_batches` are kept to prove them.
    The `left_` counts are of a search after.
    """

    profile: str
    profile_days: int
    profile_source: str
    day: date
    at: datetime
    reads: int
    reads_by_camera: int
    camera_hours: int
    announcements: int
    origin_batches: int
    pictures: int
    held: tuple[tuple[str, int], ...]
    left_reads: int
    left_reads_by_camera: int
    left_camera_hours: int
    left_announcements: int
    left_origin_batches: int
    left_vrm_months: int
    left_pictures: int
    held_origin_batches: int = 0

    @property
    def left(self) -> int:
        """How much a search found afterwards; 0 unless something is wrong."""
        return sum(getattr(self, one.name) for one in fields(self) if one.name.startswith("left_"))

    def to_json(self) -> str:
        """The certificate as one line of JSON with sorted keys; it names no VRM."""
        return msgspec.json.encode(self, order="sorted").decode()


@dataclass(frozen=True, slots=True)
class EndedHold:
    """A hold whose end has passed, and how many copies went with it."""

    hold_id: str
    until: date
    reads: int
    pictures: int


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """What one run did; both are empty when nothing was past its time."""

    certificates: tuple[Certificate, ...]
    ended: tuple[EndedHold, ...]


class _Day(msgspec.Struct, frozen=True, array_like=True):
    day: str
    reads: int
    reads_by_camera: int
    camera_hours: int
    announcements: int
    origin_batches: int


class _Open(msgspec.Struct, frozen=True, array_like=True):
    began_ms: int
    body: str


@dataclass(frozen=True, slots=True)
class _Intent:
    rule: RetentionRule
    gone: DayToGo


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A day that is being dropped: noted in the store before the first drop."""

    began_ms: int
    intent: _Intent

    @property
    def day(self) -> date:
        return self.intent.gone.day


class _Left(msgspec.Struct, frozen=True, array_like=True):
    reads: int
    reads_by_camera: int
    camera_hours: int
    announcements: int
    origin_batches: int


def preview_retention(
    engine: ReadEngine, pictures: Pictures, rule: RetentionRule, *, today: date
) -> tuple[DayToGo, ...]:
    """The days that a run on the UTC day `today` would drop, oldest first; raises as a run does."""
    before = rule.kept_from(today)
    found = engine.rows(statement("days_before"), {"before": f"{before:%Y%m%d}"}, _Day)
    stored = {datetime.strptime(row.day, "%Y%m%d").replace(tzinfo=UTC).date(): row for row in found}
    pictured = {day for day in pictures.days() if day < before}
    return tuple(_day_to_go(day, stored.get(day), pictures) for day in sorted(stored.keys() | pictured))


def run_retention(
    engine: ReadEngine, pictures: Pictures, rule: RetentionRule, *, at: datetime
) -> RetentionRun:
    """Drop every day that is past its time at `at`, end the holds that are over, and certify each day.

    The store keeps the certificates. A run that was cut short is completed and certified by the next. Run
    it after every start: a day that was dropped just before a crash may be back. Raises RetentionError
    when a search afterwards still finds something, StoreError, PictureError.
    """
    today = at.astimezone(UTC).date()
    going = _going(engine, pictures, rule, at=at)
    for under_way in going:
        _drop(engine, pictures, under_way.day)
    drop_damaged(engine, rule.kept_from(today))
    _clear_months(engine, rule.kept_from(today))
    ended = _end_holds(engine, pictures, today)
    return RetentionRun(tuple(_certified(engine, pictures, under_way) for under_way in going), ended)


def certificates(engine: ReadEngine) -> tuple[Certificate, ...]:
    """Every certificate that the store keeps, by day; raises StoreError."""
    rows = engine.rows(statement("retention_certificates"), {}, tuple[str])
    return tuple(json_decoder(Certificate).decode(body) for (body,) in rows)


def returned_days(engine: ReadEngine, pictures: Pictures) -> tuple[date, ...]:
    """Which certified days can be found again; raises StoreError, PictureError.

    For the check after a start: a run of retention removes what this finds, and certifies it again.
    """
    days = sorted({certificate.day for certificate in certificates(engine)})
    damaged = {part.partition for part in damaged_parts(engine)}
    return tuple(day for day in days if f"{day:%Y%m%d}" in damaged or any(_left(engine, pictures, day)))


def _going(
    engine: ReadEngine, pictures: Pictures, rule: RetentionRule, *, at: datetime
) -> tuple[_UnderWay, ...]:
    """The days to drop: those of runs that were cut short, and those now past their time, noted first."""
    rows = engine.rows(statement("retention_open"), {}, _Open)
    going = [_UnderWay(row.began_ms, json_decoder(_Intent).decode(row.body)) for row in rows]
    known = {under_way.day for under_way in going}
    for day in preview_retention(engine, pictures, rule, today=at.astimezone(UTC).date()):
        if day.day not in known:
            under_way = _UnderWay(to_ms(at), _Intent(rule, day))
            _note(engine, under_way, step=0, body=msgspec.json.encode(under_way.intent).decode())
            going.append(under_way)
    return tuple(going)


def _drop(engine: ReadEngine, pictures: Pictures, day: date) -> None:
    # First of all the copies: the holds' reads have theirs since they were placed, pictures may be new, and
    # which signed batches name no other vehicle than a hold's is known for good only now.
    hold_pictures_of_day(engine, pictures, day)
    hold_origins_of_day(engine, day)
    for name in _DROPS:
        engine.run(statement(name), {"day": f"{day:%Y%m%d}", "month": f"{day:%Y-%m-01}"})
    pictures.delete_day(day)


def _note(engine: ReadEngine, under_way: _UnderWay, *, step: int, body: str) -> None:
    columns = (
        numbers("day", "Date", ((under_way.day - _EPOCH).days,)),
        numbers("began_at", "DateTime64(3, 'UTC')", (under_way.began_ms,)),
        numbers("step", "UInt8", (step,)),
        texts("body", (body,)),
    )
    token = hashlib.sha256(f"retention {under_way.day} {under_way.began_ms} {step}".encode()).hexdigest()
    engine.insert(statement("retention_record"), block(columns), token=token)


def _day_to_go(day: date, row: _Day | None, pictures: Pictures) -> DayToGo:
    row = row or _Day("", 0, 0, 0, 0, 0)
    rows = (row.reads, row.reads_by_camera, row.camera_hours, row.announcements, row.origin_batches)
    return DayToGo(day, *rows, pictures.count(day))


def _clear_months(engine: ReadEngine, kept_from: date) -> None:
    """Let the summary of VRMs go for each month that has a day before `kept_from`.

    A month goes as a whole with its first day: what is left of it is asked of its reads.
    """
    for month in _stale_months(engine, kept_from):
        engine.run(statement("drop_month"), {"month": month})


def _stale_months(engine: ReadEngine, kept_from: date) -> list[str]:
    rows = engine.rows(statement("months_stale"), {"kept_from": kept_from.isoformat()}, tuple[str])
    return [row[0] for row in rows]


def _end_holds(engine: ReadEngine, pictures: Pictures, today: date) -> tuple[EndedHold, ...]:
    counts = held_counts(engine)
    pictured = pictures.held()
    over = [hold for hold in holds(engine) if hold.until < today]
    ended: list[EndedHold] = []
    for hold in over:
        if hold.hold_id in counts or hold.hold_id in pictured:
            # The reads last: while they are there, a run that was cut short is completed.
            engine.run(statement("drop_hold_origin_batches"), {"hold_id": hold.hold_id})
            engine.run(statement("drop_hold"), {"hold_id": hold.hold_id})
            gone = pictures.delete_hold(hold.hold_id)
            ended.append(EndedHold(hold.hold_id, hold.until, counts.get(hold.hold_id, 0), gone))
    if left := held_counts(engine).keys() & {hold.hold_id for hold in over}:
        raise RetentionError(f"copies of {len(left)} ended holds are still there: run retention again")
    return tuple(ended)


def _left(engine: ReadEngine, pictures: Pictures, day: date) -> tuple[int, int, int, int, int, int, int]:
    """What a search finds of a day, in the order of the `left_` counts of a certificate."""
    left = engine.rows(statement("day_left"), day_bounds(day), _Left)[0]
    months = _stale_months(engine, day + timedelta(days=1))
    rows = (left.reads, left.reads_by_camera, left.camera_hours, left.announcements, left.origin_batches)
    return *rows, len(months), pictures.count(day)


def _certified(engine: ReadEngine, pictures: Pictures, under_way: _UnderWay) -> Certificate:
    rule, gone = under_way.intent.rule, under_way.intent.gone
    left = _left(engine, pictures, gone.day)
    if any(left):
        raise RetentionError(
            f"a search still finds reads or pictures of {gone.day} after they were dropped: run retention "
            "again, and see that no older program writes to this store"
        )
    held = tuple(sorted(held_counts(engine, gone.day).items()))
    counts = (gone.reads, gone.reads_by_camera, gone.camera_hours, gone.announcements, gone.origin_batches)
    at = from_ms(under_way.began_ms)
    certificate = Certificate(
        rule.profile, rule.days, rule.source, gone.day, at, *counts, gone.pictures, held, *left,
        held_origin_batches=held_origins(engine, gone.day),
    )  # fmt: skip
    _note(engine, under_way, step=1, body=certificate.to_json())
    return certificate
