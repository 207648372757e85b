"""Reads are counted for the public out of counts by day, however many reads there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from openanpr.core.camera import CameraId
from openanpr.publish.period import Month
from openanpr.publish.population import Cell
from openanpr.store.engine import Statement
from openanpr.store.read_figures import ReadFigures
from tests.store.reads import arrived

MONTH = Month(2026, 9)
SETTLED = MONTH.settled(31)
FIRST = datetime(2026, 9, 1, tzinfo=UTC)
OTHER = CameraId(53, 2, 1)


def test_the_reads_of_a_month_are_counted_and_none_of_another(engine, write) -> None:
    figures = ReadFigures(engine)
    assert figures.count(MONTH, SETTLED) == {(): Cell(0)}
    assert figures.oldest() is None
    last = MONTH.until - timedelta(milliseconds=1)
    inside = [FIRST, FIRST + timedelta(days=9), FIRST + timedelta(days=9, hours=1), last]
    write(*(arrived(f"AB{n:02}CDE", at=at) for n, at in enumerate(inside)))
    write(arrived("AB12CDE", at=FIRST + timedelta(days=9), camera=OTHER))
    write(arrived("AB12CDE", at=FIRST - timedelta(milliseconds=1)), arrived("AB12CDE", at=MONTH.until))
    assert figures.count(MONTH, SETTLED) == {(): Cell(5)}
    assert figures.count(MONTH.next, SETTLED) == {(): Cell(1)}
    assert figures.oldest() == date(2026, 8, 31)


def test_the_query_that_is_told_is_one_that_a_person_can_run(engine, write) -> None:
    write(*(arrived(f"AB{n:02}CDE", at=FIRST + timedelta(days=n)) for n in range(7)))
    told = ReadFigures(engine).how(MONTH, SETTLED)
    assert "'2026-09-01'" in told
    assert engine.rows(Statement("told", told), {}, tuple[int]) == [(7,)]


def test_no_read_is_looked_at(engine, write) -> None:
    """The tables of reads are emptied: the count stays, for it is not of them."""
    write(*(arrived(f"AB{n:02}CDE", at=FIRST) for n in range(7)))
    for table in ("reads", "reads_by_camera"):
        engine.run(Statement("truncate", f"TRUNCATE TABLE {table}"), {})
    assert ReadFigures(engine).count(MONTH, SETTLED) == {(): Cell(7)}
