"""Counts for the public are what a plain look at each record gives, and what is covert is in none of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from openanpr.alert.alert import Check
from openanpr.alert.closure import Closure, NoResponse, Outcome
from openanpr.alert.take_in import take_in
from openanpr.alert.work import CheckPicture, Close, See, Task
from openanpr.core.camera import CameraId
from openanpr.core.camera_test import Rates, Withdrawal
from openanpr.core.registered_camera import Retirement
from openanpr.core.voi_list import ChangeKind, ListKind
from openanpr.publish.definitions import populations
from openanpr.publish.period import Month
from openanpr.publish.population import Cell
from openanpr.store.control.alert_store import AlertRecords
from openanpr.store.control.camera_figures import CameraFigures
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.figure_counts import AlertCounts, EntryCounts
from openanpr.voi.covert_part import covert_part
from tests.alert.scenes import AT, BOOK, ID_OF, MASS_LIST, OPERATOR, covert_hit, make_hit, step
from tests.publish.cubes import WIDTHS
from tests.store_control.stand import NOW, STOLEN, entry, filled, put
from tests.store_control.test_camera_tests import SCORE, TEST
from tests.store_control.test_cameras import CAR, GATE

MONTH = Month.of(AT)
SETTLED = MONTH.settled(31)
DAY = timedelta(days=1)
EVERY = {one.id: one for one in populations((90, 365), WIDTHS)}
ENDS = {
    "arrest": (
        See(),
        CheckPicture(Check.MATCH),
        Task("unit"),
        Close(Closure(Outcome.ARREST, offence="theft")),
    ),
    "misread": (See(), CheckPicture(Check.MISREAD), Close(Closure(Outcome.MISREAD))),
    "unchecked": (See(), Close(Closure(Outcome.NOT_RESPONDED, NoResponse.NO_UNIT))),
    "no picture": (
        See(),
        CheckPicture(Check.CANNOT_CHECK),
        Close(Closure(Outcome.INTELLIGENCE)),
    ),
    "looked at": (See(), CheckPicture(Check.MATCH)),
    "new": (),
}


@pytest.fixture
def alerts(engine) -> AlertRecords:
    return AlertRecords(engine)


def alert(store: AlertRecords, n: int, end: str, *, at: datetime = AT, hits: int = 1, **changes) -> None:
    """An alert of `hits` reads of one vehicle, raised at a time, and how it ended."""
    make = covert_hit if "names" in changes else make_hit
    seen = [
        replace(
            make(1000 * n + k, vrm_listed=f"V{n:05}", vrm_read=f"V{n:05}", **changes),
            captured_at=at,
            received_at=at,
        )
        for k in range(hits)
    ]
    (change,) = take_in(seen, store, BOOK, now=at, id_of=ID_OF)
    found = change.alert
    for move in ENDS[end]:
        viewer = OPERATOR if not found.key.covert else replace(OPERATOR, teams=frozenset({"source unit"}))
        taken = step(found, move, by=viewer, after=at - AT + timedelta(minutes=1))
        store.save([taken])
        found = taken.alert


def plainly(store: AlertRecords) -> dict[tuple[str, ...], Cell]:
    """The same counts, out of each alert by itself."""
    found: dict[tuple[str, ...], Cell] = {}
    for one in store.every_alert():
        if one.key.covert or Month.of(one.watch.raised_at) != MONTH:
            continue
        closed = one.closure is not None and one.watch.last_step_at < SETTLED
        checked = closed and one.check is not None and one.check is not Check.CANNOT_CHECK
        result = one.closure.outcome.value.replace("_", "-") if closed else "not-closed"
        place = (one.list_kind.value, "yes" if checked else "no", result)
        found[place] = found.get(place, Cell(0)) + Cell(1, one.tally.count)
    return found


def test_alerts_are_counted_by_what_came_of_them_and_none_but_those_of_the_month(engine, alerts) -> None:
    for n, end in enumerate(ENDS):
        alert(alerts, n, end, hits=n + 1)
        alert(alerts, 100 + n, end, list_id=MASS_LIST)
        alert(alerts, 200 + n, end, at=MONTH.since - timedelta(microseconds=1))
        alert(alerts, 300 + n, end, at=MONTH.until)
        alert(alerts, 400 + n, end, at=MONTH.since)
        alert(alerts, 500 + n, end, at=MONTH.until - timedelta(microseconds=1))
    found = AlertCounts(engine).count(MONTH, SETTLED)
    EVERY["alerts"].verify(found)
    assert found == plainly(alerts)
    assert found["crime", "yes", "arrest"] == Cell(3, 3)
    assert found["crime", "no", "not-closed"].count == 6
    assert sum(cell.count for cell in found.values()) == 6 * 4


def test_an_alert_that_was_closed_after_the_settling_stays_as_it_was_then(engine, alerts) -> None:
    alert(alerts, 1, "misread")
    closed = AT + timedelta(minutes=1)
    counts = AlertCounts(engine)
    assert counts.count(MONTH, closed) == {("crime", "no", "not-closed"): Cell(1, 1)}
    assert counts.count(MONTH, closed + timedelta(microseconds=1)) == {
        ("crime", "yes", "misread"): Cell(1, 1)
    }


def test_two_stores_that_differ_by_what_is_covert_count_the_same(engine, alerts) -> None:
    alert(alerts, 1, "misread")
    before = AlertCounts(engine).count(MONTH, SETTLED)
    for n, end in enumerate(ENDS, 2):
        alert(alerts, n, end, names=("source unit",))
    assert len(alerts.every_alert()) == 1 + len(ENDS)
    assert AlertCounts(engine).count(MONTH, SETTLED) == before == {("crime", "yes", "misread"): Cell(1, 1)}


def test_the_query_that_is_told_is_one_that_a_person_can_run(engine, alerts) -> None:
    for n, end in enumerate(ENDS):
        alert(alerts, n, end)
    counts = AlertCounts(engine)
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(counts.how(MONTH, SETTLED))]
    told = {(a, b, c.replace("_", "-")): Cell(n, int(hits)) for a, b, c, n, hits in rows}
    assert told == counts.count(MONTH, SETTLED)
    assert "AB" not in counts.how(MONTH, SETTLED)


def test_cameras_are_counted_as_they_stood_by_their_latest_test(engine, intake) -> None:
    until = Month.of(NOW).until
    register = [
        replace(GATE, camera=CameraId(53, 1, n), added_at=NOW, name=f"Mill Lane {n}") for n in range(6)
    ]
    sold = replace(register[5], retired=Retirement(until - DAY, "bob", "sold"))
    later = replace(CAR, camera=CameraId(53, 9, 2), added_at=until)
    intake.cameras.put([*register, replace(CAR, added_at=NOW), later])
    intake.cameras.retire(sold.camera, sold.retired)
    tests = {0: Rates(1000, 995, 990, 990), 1: Rates(1000, 700, 690, 690), 2: Rates(20, 19, 18, 18)}
    for n, rates in tests.items():
        score = replace(SCORE, digest=f"{n}" * 64, rates=rates)
        intake.tests.keep(replace(TEST, test_id=f"t{n}", camera=register[n].camera, score=score))
    old = replace(SCORE, digest="9" * 64, rates=tests[1], made_at=SCORE.made_at - DAY)
    intake.tests.keep(replace(TEST, test_id="old", camera=register[0].camera, score=old))
    gone = replace(SCORE, digest="8" * 64, rates=tests[1])
    intake.tests.keep(replace(TEST, test_id="gone", camera=register[3].camera, score=gone))
    intake.tests.withdraw(register[3].camera, "gone", Withdrawal(NOW, "ann", "wrong pictures"))
    counts = CameraFigures(engine, capture=0.98, read_exact=0.95)
    found = counts.count(Month.of(NOW), SETTLED)
    EVERY["cameras"].verify(found)
    assert found == {
        ("fixed", "reached"): Cell(1),
        ("fixed", "missed"): Cell(1),
        ("fixed", "open"): Cell(1),
        ("fixed", "not-tested"): Cell(2),
        ("moving", "not-tested"): Cell(1),
    }
    without = CameraFigures(engine, capture=None, read_exact=None).count(Month.of(NOW), SETTLED)
    assert without["fixed", "open"] == Cell(3), "without a target none is reached or missed"
    told = counts.how(Month.of(NOW), SETTLED)
    assert "Mill" not in told
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(told.partition(" Test:")[0])]
    assert Counter(row[0] for row in rows) == {"fixed": 5, "moving": 1}


@pytest.mark.usefixtures("store")
def test_entries_are_counted_as_they_stood_and_covert_ones_in_no_figure(engine, store) -> None:
    month = Month.of(NOW)
    store.define(replace(STOLEN, name="untaxed", kind=ListKind.MASS))
    due = entry("AA11AAA")._replace(review_on=month.until.date() - DAY)
    filled(store, put(due, entry("BB22BBB")._replace(review_on=month.until.date())), ChangeKind.FULL)
    filled(store, put(*(entry(f"CC{n}CCC") for n in range(10, 17))), ChangeKind.FULL, of="untaxed")
    counts = EntryCounts(engine)
    then = {("crime", "due"): Cell(1), ("crime", "not-due"): Cell(1), ("mass", "not-due"): Cell(7)}
    assert counts.count(month, SETTLED) == then
    hidden = covert_part("stolen", ("ian", "ivy"), by="ivy", store=store)
    filled(
        store,
        put(
            *(one._replace(covert=True, seen_by=("ian", "ivy")) for one in (entry("DD1DDD"), entry("EE1EEE")))
        ),
        ChangeKind.FULL,
        of=hidden,
    )
    assert counts.count(month, SETTLED) == then
    EVERY["entries"].verify(then)
    assert counts.count(Month(2020, 1), SETTLED) == {}
    with reading(engine) as connection:
        rows = connection.exec_driver_sql(counts.how(month, SETTLED)).all()
    assert {(row[0], row[1]): Cell(row[2]) for row in rows} == then


def test_what_was_put_on_and_taken_off_later_does_not_change_a_month_that_was(engine, store) -> None:
    month = Month.of(NOW)
    filled(store, put(entry("AA11AAA"), entry("BB22BBB")), ChangeKind.FULL)
    before = EntryCounts(engine).count(month, SETTLED)
    filled(store, put(entry("CC33CCC")), ChangeKind.FULL)
    with writing(engine) as connection:
        later = int(datetime(2026, 12, 5, tzinfo=UTC).timestamp() * 1000)
        connection.execute(sa.text("UPDATE voi_revision SET at_ms = :at WHERE revision = 2"), {"at": later})
    assert EntryCounts(engine).count(month, SETTLED) == before == {("crime", "not-due"): Cell(2)}
    assert EntryCounts(engine).count(month.next, SETTLED) == {("crime", "not-due"): Cell(1)}


def test_a_month_begins_and_ends_at_midnight_in_utc() -> None:
    assert (MONTH.since, MONTH.until) == (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert Month(2026, 12).until.date() == date(2027, 1, 1)
