"""What makes a row whole: halves stored before, marks too long for a number, reads of one moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.read import Direction, Style
from openanpr.core.span import Span
from openanpr.search.ports import Seen, SeenThen, StoredReads
from openanpr.search.question import Spelling
from openanpr.store.engine import ReadEngine, Statement
from tests.store.asked import bounds, searched
from tests.store.conftest import key_of
from tests.store.reads import AT, CAMERA, arrived, full_read

DAY = Span(AT - timedelta(days=1), AT + timedelta(days=1))
HERE = SeenThen(Seen((CAMERA,)), DAY)
AS_BEFORE = {
    "reads": "tabled = false, clock_doubtful = false, direction = '', "
    "lat_e7 = NULL, lon_e7 = NULL, place_error_m = NULL",
    "reads_by_camera": "tabled = false, style = '', candidate_plate = [], candidate_p = []",
}  # fmt: skip


@pytest.fixture
def asked(engine) -> StoredReads:
    return searched(engine)


def change(engine: ReadEngine, table: str, how: str) -> None:
    engine.run(Statement("change", f"ALTER TABLE {table} {how} WHERE 1 SETTINGS mutations_sync = 1"), {})


def answers(asked: StoredReads) -> list[tuple[object, ...]]:
    return [
        asked.of_marks(["AB12CDE"], Spelling.EXACT, DAY, bounds()).rows,
        asked.passed(HERE, None, (), bounds()).rows,
        asked.passed(HERE, None, (Style.YELLOW,), bounds()).rows,
        asked.there("AB12CDE", Spelling.EXACT, HERE, bounds()).rows,
        (asked.last_of("AB12CDE", Spelling.EXACT, DAY, bounds()),),
    ]


def test_a_read_that_was_stored_before_is_told_with_all_that_is_known_of_it(engine, asked, write) -> None:
    read = full_read()
    write(read)
    now = answers(asked)
    for table, columns in AS_BEFORE.items():
        change(engine, table, f"UPDATE {columns}")
    assert answers(asked) == now
    ((row,), *_) = now
    assert (row.key, row.direction, row.style) == (key_of(read), Direction.AWAY, Style.YELLOW)
    assert (row.rivals, row.place) == ((("A812CDE", 0.2),), read.record.place)


@pytest.mark.parametrize("gone", AS_BEFORE)
def test_half_a_read_is_not_told_as_a_whole_one(engine, asked, write, gone) -> None:
    write(full_read())
    for table, columns in AS_BEFORE.items():
        change(engine, table, f"UPDATE {columns}")
    change(engine, gone, "DELETE")
    assert answers(asked)[:3] == [(), (), ()]


def test_forms_find_marks_that_are_too_long_for_a_number(asked, write) -> None:
    write(full_read(), arrived("ABCDEFGHI"), arrived("B12CDE"))
    found = {
        form: sorted(row.mark for row in asked.like(form, DAY, bounds()).rows)
        for form in ("*DEF*", "*12CDE", "??CDEF*", "?12CDE")
    }
    assert found == {
        "*DEF*": ["ABCDEFGHI"],
        "*12CDE": ["AB12CDE", "B12CDE"],
        "??CDEF*": ["ABCDEFGHI"],
        "?12CDE": ["B12CDE"],
    }


def test_two_cameras_at_one_moment_are_two_reads_and_one_that_came_twice_is_one(asked, write) -> None:
    write(arrived(), arrived(camera=CameraId(53, 1, 8)))
    write(arrived(latency_ms=9_000))  # the first again, by another way
    ((row,),) = (asked.like(form, DAY, bounds()).rows for form in ("?B12*",))
    assert (row.mark, row.reads) == ("AB12CDE", 2)
