"""What is past its time goes, whole and provably; what a case holds stays; nothing else is touched."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from openanpr.core.span import Span
from openanpr.store import retention
from openanpr.store.damaged_parts import damaged_parts
from openanpr.store.engine import Statement
from openanpr.store.holds import Hold, HoldError, held_counts, held_reads, holds, place_hold, record_hold
from openanpr.store.pictures import PictureName
from openanpr.store.reads_named import whole_read
from openanpr.store.retention import (
    RetentionError,
    RetentionRule,
    certificates,
    preview_retention,
    returned_days,
    run_retention,
)
from tests.store.asked import EVER, last_seen, marks_like, reads_of_vrm
from tests.store.conftest import key_of
from tests.store.jpegs import jpeg
from tests.store.reads import AT, LONG_AGO, arrived, full_read

RULE = RetentionRule("short-2026", 3, "a test")
OLD, EDGE = AT - timedelta(days=4), AT - timedelta(days=3)
PATCH, PATCH_NAME = jpeg("patch")
LATER, LATER_NAME = jpeg("overview that comes late")
HOLD = Hold("hold-1", "OP/26/1", "officer 7", AT.date() + timedelta(days=30))
HELD = replace(arrived("HE11LDX", at=OLD, patch=PATCH_NAME, overview=LATER_NAME), origin=full_read().origin)


def rows(engine, table: str) -> int:
    return engine.rows(
        Statement("rows", "SELECT count() FROM {table:Identifier}"), {"table": table}, tuple[int]
    )[0][0]


def seen(engine, vrm: str) -> int:
    return sum(row.reads for row in marks_like(engine, vrm + "*"))


def put(pictures, read, picture) -> None:
    name = PictureName(read.record.captured_at, jpeg(picture)[1])
    pictures.put(name, jpeg(picture)[0], kept_from=LONG_AGO)


def test_a_preview_tells_what_would_go_and_touches_nothing(engine, folder_pictures, write) -> None:
    write(arrived(at=OLD), arrived("BB22BBB", at=OLD), arrived(at=EDGE))
    put(folder_pictures, arrived(at=OLD), "a")
    put(folder_pictures, arrived(at=OLD - timedelta(days=1)), "without a read")
    going = preview_retention(engine, folder_pictures, RULE, today=AT.date())
    assert [(d.day, d.reads, d.reads_by_camera, d.camera_hours, d.pictures) for d in going] == [
        (OLD.date() - timedelta(days=1), 0, 0, 0, 1),
        (OLD.date(), 2, 2, 1, 1),
    ]
    assert rows(engine, "reads") == 3


def test_a_run_drops_old_days_everywhere_and_certifies_each(engine, folder_pictures, write) -> None:
    write(
        arrived(at=OLD, patch=PATCH_NAME),
        arrived("ON11LYX", at=OLD),
        arrived(at=EDGE),
        arrived(at=AT, patch=PATCH_NAME),
    )
    put(folder_pictures, arrived(at=OLD), "old")
    put(folder_pictures, arrived(at=EDGE), "kept")
    (certificate,) = run_retention(engine, folder_pictures, RULE, at=AT).certificates
    assert (certificate.day, certificate.reads, certificate.pictures, certificate.at) == (
        OLD.date(),
        2,
        1,
        AT,
    )
    assert (certificate.profile, certificate.profile_days, certificate.profile_source) == (
        "short-2026",
        3,
        "a test",
    )
    assert (rows(engine, "reads"), rows(engine, "reads_by_camera"), rows(engine, "camera_hour")) == (2, 2, 2)
    assert (certificate.announcements, certificate.left_announcements, rows(engine, "announced")) == (1, 0, 1)
    assert folder_pictures.days() == (EDGE.date(),)
    assert (seen(engine, "AB12CDE"), seen(engine, "ON11LYX")) == (2, 0)
    assert run_retention(engine, folder_pictures, RULE, at=AT).certificates == ()


def test_a_certificate_is_kept_as_json_and_names_no_vrm(engine, folder_pictures, write) -> None:
    write(arrived(at=OLD))
    (certificate,) = run_retention(engine, folder_pictures, RULE, at=AT).certificates
    assert certificates(engine) == (certificate,)
    told = json.loads(certificate.to_json())
    assert (told["day"], told["reads"], told["left_reads"], told["held"]) == ("2026-11-18", 1, 0, [])
    assert "AB12CDE" not in certificate.to_json()


def test_a_read_is_kept_its_full_days_and_goes_on_the_next(engine, folder_pictures, write) -> None:
    write(arrived(at=AT.replace(hour=23, minute=59)))
    on = AT.replace(hour=23, minute=59, second=59)
    assert run_retention(engine, folder_pictures, RULE, at=on + timedelta(days=3)).certificates == ()
    assert run_retention(engine, folder_pictures, RULE, at=on + timedelta(days=3, seconds=1)).certificates


def test_the_summary_of_a_month_goes_with_its_first_day_and_its_reads_are_asked_instead(
    engine, folder_pictures, write
) -> None:
    # Kept from 2026-10-30 on: September goes, October keeps two days of its 31.
    at = AT.replace(day=2)
    write(*(arrived(at=AT.replace(month=9, day=day)) for day in (1, 30)))
    write(
        *(arrived(at=AT.replace(month=10, day=day)) for day in (1, 29, 30, 31)),
        arrived("ON11LYX", at=AT.replace(month=10)),
    )
    write(arrived(at=AT.replace(day=1)))
    run_retention(engine, folder_pictures, RULE, at=at)
    (row,) = marks_like(engine, "AB12*")
    assert (row.reads, row.first_at.date(), row.last_at.date()) == (3, date(2026, 10, 30), date(2026, 11, 1))
    assert seen(engine, "ON11LYX") == 0
    october = Span(EVER.since, datetime(2026, 11, 1, tzinfo=UTC))
    (row,) = marks_like(engine, "*2CDE", october)
    assert (row.reads, row.last_at.date()) == (2, date(2026, 10, 31))
    assert rows(engine, "vrm_month") == 1
    assert last_seen(engine, "AB12CDE") is not None


def test_late_arrivals_of_a_month_that_has_lost_a_day_are_found_with_the_others(
    engine, folder_pictures, write
) -> None:
    write(arrived(at=OLD), arrived(at=EDGE))
    run_retention(engine, folder_pictures, RULE, at=AT)
    write(arrived(at=EDGE + timedelta(hours=1)))
    assert seen(engine, "AB12CDE") == 2
    found = last_seen(engine, "AB12CDE")
    assert found is not None
    assert found.key.captured_at == EDGE + timedelta(hours=1)
    run_retention(engine, folder_pictures, RULE, at=AT + timedelta(days=1))
    assert (seen(engine, "AB12CDE"), rows(engine, "vrm_month")) == (0, 0)


def test_a_hold_keeps_its_reads_and_pictures_when_their_day_goes(engine, pictures, write) -> None:
    write(HELD, arrived(at=OLD))
    pictures.put(PictureName(OLD, PATCH_NAME), PATCH, kept_from=LONG_AGO)
    copies = place_hold(engine, pictures, HOLD, [key_of(HELD)], at=AT)
    assert (copies.reads, copies.pictures, copies.pictures_to_come) == (1, 1, 1)
    pictures.put(PictureName(OLD, LATER_NAME), LATER, kept_from=LONG_AGO)
    (certificate,) = run_retention(engine, pictures, RULE, at=AT).certificates
    assert (certificate.reads, certificate.pictures, certificate.held) == (2, 2, (("hold-1", 1),))
    assert whole_read(engine, key_of(HELD)) is None
    assert held_reads(engine, "hold-1") == (HELD,)
    assert pictures.get(PictureName(OLD, PATCH_NAME), hold_id="hold-1") == PATCH
    assert pictures.get(PictureName(OLD, LATER_NAME), hold_id="hold-1") == LATER
    assert pictures.days() == ()


def test_a_hold_ends_after_its_last_day_and_only_its_own_copies_go(engine, folder_pictures, write) -> None:
    write(HELD, arrived(at=OLD))
    put(folder_pictures, HELD, "patch")
    other = replace(HOLD, hold_id="hold-2", until=HOLD.until + timedelta(days=9))
    for hold in (HOLD, other):
        place_hold(engine, folder_pictures, hold, [key_of(HELD)], at=AT)
    on = AT + timedelta(days=30)
    assert run_retention(engine, folder_pictures, RULE, at=on).ended == ()
    (ended,) = run_retention(engine, folder_pictures, RULE, at=on + timedelta(days=1)).ended
    assert (ended.hold_id, ended.until, ended.reads, ended.pictures) == ("hold-1", HOLD.until, 1, 1)
    assert held_counts(engine) == {"hold-2": 1}
    assert folder_pictures.held() == {"hold-2"}
    assert run_retention(engine, folder_pictures, RULE, at=on + timedelta(days=1)).ended == ()


def test_a_hold_may_be_prolonged_widened_placed_twice_and_placed_again_after_its_end(
    engine, folder_pictures, write
) -> None:
    second = arrived("BB22BBB", at=OLD)
    write(HELD, second)
    place_hold(engine, folder_pictures, HOLD, [key_of(HELD)], at=AT)
    longer = replace(HOLD, until=HOLD.until + timedelta(days=9))
    copies = place_hold(
        engine, folder_pictures, longer, [key_of(HELD), key_of(second)], at=AT + timedelta(hours=1)
    )
    assert copies.reads == 2
    assert holds(engine) == (longer,)
    record_hold(engine, replace(HOLD, until=AT.date() - timedelta(days=1)), at=AT + timedelta(hours=2))
    kept = RetentionRule("long", 300, "a test")
    assert run_retention(engine, folder_pictures, kept, at=AT).ended[0].reads == 2
    place_hold(engine, folder_pictures, HOLD, [key_of(HELD)], at=AT + timedelta(hours=3))
    assert held_reads(engine, "hold-1") == (HELD,)


def test_a_hold_on_a_read_that_is_not_stored_is_refused_whole(engine, folder_pictures, write) -> None:
    write(HELD)
    with pytest.raises(HoldError, match="1 of 2"):
        place_hold(engine, folder_pictures, HOLD, [key_of(HELD), key_of(arrived("NE12VER"))], at=AT)
    with pytest.raises(HoldError, match="from 1"):
        place_hold(engine, folder_pictures, HOLD, [], at=AT)
    assert (holds(engine), held_counts(engine)) == ((), {})


def test_a_hold_without_a_case_or_an_owner_is_refused(engine, folder_pictures, write) -> None:
    write(HELD)
    for hold in (replace(HOLD, case_ref=" "), replace(HOLD, owner="")):
        with pytest.raises(HoldError, match="its case and its owner"):
            place_hold(engine, folder_pictures, hold, [key_of(HELD)], at=AT)
    assert holds(engine) == ()


def test_a_day_that_returns_is_noticed_and_goes_again(engine, folder_pictures, write) -> None:
    write(arrived(at=OLD))
    run_retention(engine, folder_pictures, RULE, at=AT)
    assert returned_days(engine, folder_pictures) == ()
    write(arrived(at=OLD))
    assert returned_days(engine, folder_pictures) == (OLD.date(),)
    again = run_retention(engine, folder_pictures, RULE, at=AT + timedelta(hours=1))
    assert [certificate.day for certificate in again.certificates] == [OLD.date()]
    assert returned_days(engine, folder_pictures) == ()
    assert len(certificates(engine)) == 2


def test_what_the_engine_put_aside_as_damaged_is_told_and_goes_with_its_day(
    engine, folder_pictures, write
) -> None:
    write(arrived(at=OLD), arrived(at=AT))
    for day in (OLD, AT):
        for table in ("reads", "camera_hour"):
            text = f"ALTER TABLE {table} DETACH PARTITION '{day:%Y%m%d}'"
            engine.run(Statement("put aside", text), {})
    assert {(one.table, one.partition) for one in damaged_parts(engine)} == {
        (table, f"{day:%Y%m%d}") for table in ("reads", "camera_hour") for day in (OLD, AT)
    }
    run_retention(engine, folder_pictures, RULE, at=AT)
    assert {one.partition for one in damaged_parts(engine)} == {f"{AT:%Y%m%d}"}
    run_retention(engine, folder_pictures, RULE, at=AT + timedelta(days=9))
    assert damaged_parts(engine) == ()


class CutEngine:
    """An engine that dies at the nth change, as a process may."""

    def __init__(self, engine, changes: int) -> None:
        self.rows = engine.rows
        self._engine = engine
        self._left = changes

    def run(self, statement, values) -> None:
        self._change()
        self._engine.run(statement, values)

    def insert(self, statement, block, *, token) -> None:
        self._change()
        self._engine.insert(statement, block, token=token)

    def _change(self) -> None:
        if not self._left:
            raise ConnectionAbortedError
        self._left -= 1


@pytest.mark.parametrize("engine", ["chdb"], indirect=True)
@pytest.mark.parametrize("changes", [1, 2, 3, 4, 5, 6, 7])
def test_a_run_cut_short_anywhere_is_completed_and_certified_by_the_next(
    engine, folder_pictures, write, changes
) -> None:
    write(arrived(at=OLD), arrived("ON11LYX", at=OLD), arrived(at=AT))
    put(folder_pictures, arrived(at=OLD), "old")
    with pytest.raises(ConnectionAbortedError):
        run_retention(CutEngine(engine, changes), folder_pictures, RULE, at=AT)
    assert certificates(engine) == ()
    run_retention(engine, folder_pictures, RULE, at=AT + timedelta(hours=1))
    (certificate,) = certificates(engine)
    assert (certificate.reads, certificate.pictures, certificate.at) == (2, 1, AT)
    assert (seen(engine, "AB12CDE"), seen(engine, "ON11LYX"), rows(engine, "reads")) == (1, 0, 1)


def test_what_cannot_be_dropped_is_never_certified(engine, folder_pictures, write, monkeypatch) -> None:
    write(arrived(at=OLD))
    monkeypatch.setattr(retention, "_DROPS", retention._DROPS[1:])
    with pytest.raises(RetentionError, match="still finds"):
        run_retention(engine, folder_pictures, RULE, at=AT)
    assert certificates(engine) == ()
    monkeypatch.undo()
    assert run_retention(engine, folder_pictures, RULE, at=AT).certificates
    found = reads_of_vrm(engine, "AB12CDE", Span(OLD, AT), limit=9)
    assert found.rows == ()


def test_a_rule_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        RetentionRule("none", 0, "a mistake")


def test_a_certificate_reads_back_from_its_json(engine, folder_pictures, write) -> None:
    write(HELD)
    place_hold(engine, folder_pictures, HOLD, [key_of(HELD)], at=AT)
    (certificate,) = run_retention(engine, folder_pictures, RULE, at=AT).certificates
    assert msgspec.json.decode(certificate.to_json(), type=retention.Certificate) == certificate
