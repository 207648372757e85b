"""Counts of cameras out of the store of reads: by the hour, of one or all, the last day, the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from openanpr.core.camera import CameraId
from openanpr.ingest.camera_health import ClockNote
from openanpr.run.node.cameras_then import CountedThen
from openanpr.search.found import Did
from openanpr.store.camera_counts import CameraCounts
from openanpr.store.engine import statement
from openanpr.store.read_figures import ReadFigures
from tests.store.reads import CAMERA, arrival, arrived

LONDON = ZoneInfo("Europe/London")
OTHER = CameraId(53, 2, 1)
NOON = datetime(2026, 10, 26, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def counts(engine, write) -> CameraCounts:
    """Cameras of which one reads at noon, also on the days before; clocks went back a day ago."""
    write(
        *[arrived(f"AB{n:02}CDE", at=NOON + timedelta(minutes=n)) for n in range(5)],
        arrived("AB12CDE", at=NOON - DAY),
        arrived("AB12CDE", at=NOON - DAY * 2 - HOUR),  # noon in London, where it is summer still
        arrived("AB12CDE", at=NOON - DAY * 2),
        arrived("AB12CDE", at=NOON - DAY * 40, camera=OTHER),
        arrived("CD34EFG", at=NOON, camera=OTHER, late=True, confidence=0.4),
    )
    return CameraCounts(engine)


def test_the_last_day_is_told_by_the_hour_and_the_days_before_by_the_same_hour_on_the_wall(counts) -> None:
    found = counts.last_day(NOON, days=14, zone=LONDON)
    assert [(one.camera, one.hour, one.reads) for one in found] == [
        (CAMERA, NOON - DAY * 2 - HOUR, 1),
        (CAMERA, NOON - DAY, 1),
        (CAMERA, NOON, 5),
        (OTHER, NOON, 1),
    ]
    assert [(one.late, one.unsure) for one in found[2:]] == [(0, 0), (1, 1)]
    assert found[2].last_at == NOON + timedelta(minutes=4)


@pytest.mark.usefixtures("counts")
def test_the_oldest_day_is_that_of_the_oldest_read_and_none_where_there_is_none(engine) -> None:
    oldest = ReadFigures(engine).oldest
    assert oldest() == (NOON - DAY * 40).date()
    for day in (NOON - DAY * 40, NOON - DAY * 2):
        values = {"day": f"{day:%Y%m%d}", "month": f"{day:%Y-%m-01}"}
        engine.run(statement("drop_day_camera_day"), values)
    assert oldest() == (NOON - DAY).date(), "a day that retention dropped is not told any more"
    for day in (NOON - DAY, NOON):
        values = {"day": f"{day:%Y%m%d}", "month": f"{day:%Y-%m-01}"}
        engine.run(statement("drop_day_camera_day"), values)
    assert oldest() is None


def test_of_one_camera_every_hour_is_told_and_of_no_other(counts) -> None:
    found = counts.all_hours(CAMERA, since=NOON - DAY * 2)
    assert [(one.camera, one.hour) for one in found] == [
        (CAMERA, NOON - DAY * 2),
        (CAMERA, NOON - DAY),
        (CAMERA, NOON),
    ]
    assert counts.all_hours(CameraId(1, 1, 1), since=NOON - DAY) == ()


def test_some_hours_of_some_cameras_are_told_and_no_others(counts) -> None:
    asked = [NOON - DAY * 2, NOON - DAY, NOON, NOON + HOUR]
    found = {(one.camera, one.hour): one.reads for one in counts.of_hours([CAMERA], asked)}
    assert found == {(CAMERA, NOON - DAY * 2): 1, (CAMERA, NOON - DAY): 1, (CAMERA, NOON): 5}
    both = counts.of_hours([CAMERA, OTHER], [NOON.astimezone(LONDON)])
    assert sorted((one.camera, one.reads) for one in both) == [(CAMERA, 5), (OTHER, 1)]
    assert counts.of_hours([], asked) == counts.of_hours([CAMERA], []) == ()


def test_what_a_camera_did_is_told_hour_by_hour_beside_the_days_before(engine, write) -> None:
    noon = NOON + DAY * 9  # long after the clocks went back
    days = [noon - DAY * n for n in range(1, 6)]
    write(*(arrived(f"AB{n:02}CDE", at=day + timedelta(minutes=n)) for day in days for n in range(12)))
    write(*(arrived(f"AB{n:02}CDE", at=noon + timedelta(minutes=n)) for n in range(11)))
    then = CountedThen(CameraCounts(engine), lambda: noon + HOUR * 3, LONDON)
    hours = [noon, noon - HOUR, noon + DAY]
    assert then.did({CAMERA: hours, OTHER: [noon]}) == {
        CAMERA: {noon: Did.WELL, noon - HOUR: Did.UNKNOWN, noon + DAY: Did.UNKNOWN},
        OTHER: {noon: Did.UNKNOWN},
    }
    later = CountedThen(CameraCounts(engine), lambda: noon + DAY * 2, LONDON)
    assert later.did({CAMERA: [noon + DAY]}) == {CAMERA: {noon + DAY: Did.NOTHING}}
    assert later.did({}) == {}


def test_a_batch_that_comes_again_counts_once(counts, write) -> None:
    read = arrived("XY12ABC", at=NOON + HOUR)
    write(read, group="the same")
    write(read, group="the same")
    (found,) = counts.all_hours(CAMERA, since=NOON + HOUR)
    assert found.reads == 1


def test_the_day_of_the_last_read_is_told_of_every_camera_however_long_ago(counts, write) -> None:
    write(arrived("AB12CDE", at=NOON - DAY * 300, camera=CameraId(53, 9, 9)))
    assert counts.last_days() == {
        CAMERA: date(2026, 10, 26),
        OTHER: date(2026, 10, 26),
        CameraId(53, 9, 9): (NOON - DAY * 300).date(),
    }


def test_the_newest_offset_of_a_clock_is_told_with_how_many_reads_were_doubted(counts, write) -> None:
    later = arrived("CD34EFG", at=NOON + HOUR)
    off = replace(arrival(later.arrival.batch_id, NOON + HOUR), clock_offset_ms=-1_500)
    write(replace(later, arrival=off, clock_doubtful=True))
    unmeasured = replace(later.arrival, clock_offset_ms=None)
    write(replace(arrived("EF56GHJ", at=NOON + HOUR * 2), arrival=unmeasured))
    assert counts.clocks(since=NOON) == {CAMERA: ClockNote(-1_500, 7, 1), OTHER: ClockNote(12, 1, 0)}
