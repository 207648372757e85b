"""Who travels with a vehicle, asked of both engines; and beside a plain reading of all reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.shape import shape_key
from openanpr.core.span import Span
from openanpr.search.ports import Bounds, Together, TooMuchError
from openanpr.search.question import Spelling
from openanpr.store import reads_find
from openanpr.store.engine import Statement
from openanpr.store.reads_write import write_reads
from tests.search.beside import plain_company
from tests.store.asked import bounds, searched
from tests.store.conftest import FILLED
from tests.store.reads import AT, CAMERA, LONG_AGO, arrived

OTHER = CameraId(53, 1, 8)
MARK = "AB12CDE"
MINUTE = timedelta(minutes=1)
SPAN = Span(AT - timedelta(days=3), AT + timedelta(days=3))
PAIR = Together(5 * MINUTE, 2)


def minutes(n: float):
    return AT + n * MINUTE


def met(
    engine,
    together: Together = PAIR,
    *,
    span: Span = SPAN,
    within: Bounds | None = None,
    how=Spelling.SAME_SHAPE,
):
    return searched(engine).company(MARK, how, span, together, within or bounds())


def pair(mark: str = "XY99XYZ", behind: float = 0.75, count: int = 3):
    """Reads of the vehicle and of one behind it, an hour and a half apart, by two cameras in turn."""
    for n in range(count):
        where = (CAMERA, OTHER)[n % 2]
        yield arrived(MARK, camera=where, at=minutes(90 * n))
        yield arrived(mark, camera=where, at=minutes(90 * n + behind))


def test_who_is_read_beside_a_vehicle_again_and_again_is_told_with_each_meeting(engine, write) -> None:
    write(*pair(), arrived("ON11LYX", at=minutes(1)), arrived("FA11RXX", camera=OTHER, at=minutes(1)))
    found = met(engine)
    assert [(one.mark, [(it.camera, it.at, it.after_s) for it in one.seen]) for one in found.rows] == [
        ("XY99XYZ", [(CAMERA, minutes(180), 45.0), (OTHER, minutes(90), 45.0), (CAMERA, minutes(0), 45.0)])
    ]
    assert (found.rows[0].by_chance, found.chance.passes, found.chance.listed, found.more) == (0, 3, 0, False)


@pytest.mark.parametrize(("behind", "told"), [(5, True), (5.001, False), (-5, True), (-5.001, False)])
def test_within_means_no_later_and_no_sooner(engine, write, behind, told) -> None:
    write(*pair(behind=behind))
    assert bool(met(engine).rows) is told


def test_less_often_than_asked_for_is_not_told(engine, write) -> None:
    write(*pair(count=3), *pair("ZZ11ZZZ", 1, 2))
    for least, marks in ((2, {"XY99XYZ", "ZZ11ZZZ"}), (3, {"XY99XYZ"}), (4, set())):
        found = met(engine, Together(5 * MINUTE, least))
        assert {one.mark for one in found.rows} == marks


def test_the_vehicle_itself_is_no_companion_however_it_is_spelt(engine, write) -> None:
    write(*pair("ABI2CDE", 0.1), *pair("A812CDE", 0.2))
    assert [one.mark for one in met(engine).rows] == ["A812CDE"]
    assert met(engine).rows[0].alike
    assert met(engine, how=Spelling.MISREAD).rows == ()


def test_cameras_that_one_may_not_know_of_bring_nobody_together(engine, write) -> None:
    write(*pair(count=4))
    hidden = Bounds("hidden", without=(OTHER,))
    found = met(engine, within=hidden)
    assert [{it.camera for it in one.seen} for one in found.rows] == [{CAMERA}]
    assert found.chance.passes == 2
    assert met(engine, within=Bounds("all hidden", without=(OTHER, CAMERA))).rows == ()


def test_nothing_outside_the_time_is_told_or_counted(engine, write) -> None:
    write(*pair(count=3))
    assert met(engine, span=Span(minutes(0), minutes(90.5))).rows == ()  # the other is read after it
    assert len(met(engine, span=Span(minutes(0), minutes(91))).rows[0].seen) == 2
    assert met(engine, span=Span(minutes(-900), minutes(0))).rows == ()


def test_a_batch_that_came_twice_and_many_reads_of_one_pass_count_once(engine, write) -> None:
    reads = [*pair(), arrived("XY99XYZ", at=minutes(1)), arrived(MARK, at=minutes(2))]
    write(*reads)
    write(*reads, group="again")
    found = met(engine)
    assert ([len(one.seen) for one in found.rows], found.chance.passes) == ([3], 3)


def test_a_limit_of_rows_says_so(engine, write) -> None:
    write(*pair(), *pair("ZZ11ZZZ", 1))
    assert (len(met(engine, within=bounds(1)).rows), met(engine, within=bounds(1)).more) == (1, True)


def test_so_many_passes_are_asked_beside_and_more_are_refused(engine, write) -> None:
    many = reads_find.MOST_PASSES
    write(*(arrived(MARK, camera=CameraId(4_000, 4_000_000, n), at=minutes(n / 100)) for n in range(many)))
    write(*(arrived("XY99XYZ", camera=CameraId(4_000, 4_000_000, n), at=minutes(n / 100)) for n in range(9)))
    (one,) = met(engine).rows
    assert len(one.seen) == 9
    write(arrived(MARK, camera=CameraId(4_000, 4_000_000, many)))
    with pytest.raises(TooMuchError, match="less time"):
        met(engine)


CAMERAS = [CAMERA, OTHER]
MARKS = [MARK, "ABI2CDE", "XY01XYZ", "XYO1XYZ", "Z1"]
READS = st.lists(
    st.tuples(
        st.sampled_from(CAMERAS), st.integers(0, 60 * 24), st.sampled_from(MARKS)
    ),
    max_size=60, unique=True,
)  # fmt: skip


@pytest.fixture
def chdb(chdb_store):
    return chdb_store


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(READS, st.integers(1, 12), st.integers(2, 4), st.sampled_from([Spelling.EXACT, Spelling.SAME_SHAPE]))
def test_company_is_what_a_plain_reading_of_all_reads_finds(chdb, reads, within, at_least, how) -> None:
    for (table,) in chdb.rows(FILLED, {}, tuple[str]):
        chdb.run(Statement("truncate", f"TRUNCATE TABLE {table}"), {})
    stored = [arrived(vrm, camera=camera, at=minutes(at)) for camera, at, vrm in reads]
    if stored:
        write_reads(chdb, stored, group=f"group {hash(tuple(reads))}", kept_from=LONG_AGO)
    span = Span(minutes(60), minutes(60 * 20))
    told = met(chdb, Together(within * MINUTE, at_least), span=span, how=how)
    plain = plain_company(
        [(camera, minutes(at), vrm) for camera, at, vrm in reads],
        lambda vrm: vrm == MARK or (how is Spelling.SAME_SHAPE and shape_key(vrm) == shape_key(MARK)),
        MARK,
        span,
        within=within * MINUTE,
        at_least=at_least,
    )
    assert {shape_key(one.mark): len(one.seen) for one in told.rows} == plain["met"]
    assert {shape_key(one.mark): one.by_chance for one in told.rows} == pytest.approx(
        {shape: plain["chance"][shape] for shape in plain["met"]}
    )
    assert (told.chance.passes, told.chance.listed) == (plain["passes"], plain["listed"])
