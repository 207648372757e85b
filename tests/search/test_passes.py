"""Company and chance: what counts as a meeting, and that busy roads do not make companions."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.shape import shape_key
from openanpr.core.span import Span
from openanpr.search.passes import LEAST_STEP, Looked, Pass, Seen, company, looked, passes_of
from tests.search.beside import Plain, plain_company

A, B = CameraId(53, 1, 1), CameraId(53, 1, 2)
AT = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WITHIN = 5 * MINUTE
SPAN = Span(AT - 10 * DAY, AT + 10 * DAY)
MARK = "AB12CDE"


def at(minutes: float) -> datetime:
    return AT + minutes * MINUTE


def seen_beside(reads: list[Plain], where: Looked) -> dict[str, list[Seen]]:
    """What a store would tell of these reads, by a plain look."""
    seen: dict[str, list[Seen]] = {}
    for turn, by in enumerate(where.steps):
        for number, one in enumerate(where.passes):
            if (number, turn) in where.left_out:
                continue
            near = {}
            for camera, when, vrm in reads:
                if camera == one.camera and one.first + by - WITHIN <= when <= one.last + by + WITHIN:
                    near.setdefault(shape_key(vrm), (number, turn, vrm, when))
            for shape, told in near.items():
                seen.setdefault(shape, []).append(told)
    return seen


def together(own: list[tuple[CameraId, datetime]], others: list[Plain], *, at_least: int = 2):
    where = looked(passes_of(own, WITHIN), WITHIN, SPAN)
    return company(MARK, where, seen_beside(others, where), at_least=at_least, rows=100)


def test_reads_of_one_camera_in_a_row_are_one_pass_and_of_another_camera_another() -> None:
    reads = [(A, at(0)), (A, at(0)), (A, at(5)), (A, at(10)), (A, at(15.1)), (B, at(3))]
    assert passes_of(reads, WITHIN) == (
        Pass(A, at(0), at(10)),
        Pass(A, at(15.1), at(15.1)),
        Pass(B, at(3), at(3)),
    )
    assert passes_of([], WITHIN) == ()


def test_each_pass_is_compared_with_times_before_and_after_at_which_the_vehicle_was_not_there() -> None:
    where = looked((Pass(A, at(0), at(0)), Pass(A, at(40), at(40)), Pass(B, at(0), at(0))), WITHIN, SPAN)
    assert where.steps == tuple(n * LEAST_STEP for n in (0, -3, -2, -1, 1, 2, 3))
    # The first pass shifted by forty minutes is the second, and the other way round; B was passed once.
    assert where.left_out == {(0, 5), (1, 2)}
    long = looked((Pass(A, at(0), at(0)),), 10 * MINUTE, SPAN)
    assert long.steps[4] == 30 * MINUTE


def test_outside_the_time_that_is_asked_of_nothing_is_compared() -> None:
    span = Span(at(-26), at(26))
    where = looked((Pass(A, at(0), at(0)),), WITHIN, span)
    assert {turn for _, turn in where.left_out} == {1, 2, 5, 6}
    # A span ends before its end.
    assert {turn for _, turn in looked((Pass(A, at(0), at(0)),), WITHIN, Span(at(-25), at(25))).left_out} == {
        *(1, 2, 5, 6),
        4,
    }


def test_a_companion_tells_each_meeting_once_with_how_far_behind_it_was() -> None:
    own = [(A, at(0)), (A, at(1)), (B, at(30))]
    others = [
        (A, at(1.75), "XY99XYZ"),
        (A, at(1.8), "XY99XYZ"),
        (B, at(29), "XY99XYZ"),
        (B, at(31), "ZZ11ZZZ"),
    ]
    found = together(own, others)
    (one,) = found.rows
    assert (one.mark, [(it.camera, it.at, it.after_s) for it in one.seen]) == (
        "XY99XYZ",
        [(B, at(30), -60.0), (A, at(1), 45.0)],
    )
    assert (one.by_chance, found.chance.passes, found.chance.listed) == (0.0, 2, 0.0)


def test_beside_a_row_of_reads_how_far_behind_is_told_from_its_nearer_end() -> None:
    own = [(A, at(0)), (A, at(4)), (B, at(30))]
    (one,) = together(own, [(A, at(1), "XY99XYZ"), (B, at(30), "XY99XYZ")]).rows
    assert [(it.at, it.after_s) for it in one.seen] == [(at(30), 0), (at(0), 60)]


def test_who_is_always_at_a_busy_camera_meets_no_more_than_chance_brings() -> None:
    own = [(A, at(1440 * day)) for day in range(-5, 5)]
    taxi = [(A, at(1440 * day + n), "TA11XXX") for day in range(-5, 5) for n in range(-120, 121, 4)]
    friend = [(A, at(1440 * day + 1), "FR11END") for day in range(-5, 5)]
    found = together(own, [*taxi, *friend], at_least=5)
    by_mark = {one.mark: one for one in found.rows}
    assert (len(by_mark["TA11XXX"].seen), by_mark["TA11XXX"].by_chance) == (10, pytest.approx(10))
    assert (len(by_mark["FR11END"].seen), by_mark["FR11END"].by_chance) == (10, 0)
    assert [one.mark for one in found.rows] == ["FR11END", "TA11XXX"]
    assert found.chance.listed == 1.0


def test_in_traffic_without_company_as_many_are_listed_as_chance_is_said_to_list() -> None:
    """Of forty towns with busy roads and nobody who travels with anybody."""
    told, said = 0.0, 0.0
    for seed in range(40):
        chance = random.Random(seed)
        own = [(chance.choice((A, B)), at(1440 * day + chance.uniform(-300, 300))) for day in range(-6, 6)]
        others = [
            (chance.choice((A, B)), at(1440 * day + chance.uniform(-400, 400)), f"V{n:03}XYZ")
            for n in range(40)
            for day in range(-6, 6)
            for _ in range(16)
        ]
        found = together(own, others, at_least=3)
        assert found.chance.listed is not None
        told, said = told + len(found.rows), said + found.chance.listed
    assert told > 100
    assert said == pytest.approx(told, rel=0.2)


def test_where_nothing_can_be_compared_chance_is_not_said() -> None:
    own = [(A, at(20 * n)) for n in range(60)]
    found = together(own, [(A, at(20 * n + 1), "XY99XYZ") for n in range(60)], at_least=50)
    assert [len(one.seen) for one in found.rows] == [60]
    assert found.chance.listed is None
    nothing = company(MARK, looked((), WITHIN, SPAN), {}, at_least=2, rows=5)
    assert (nothing.rows, nothing.chance.listed, nothing.chance.passes) == ((), None, 0)


def test_a_mark_one_character_away_is_said_to_be_perhaps_the_same() -> None:
    own = [(A, at(0)), (B, at(30))]
    for mark, alike in (("AB12CDF", True), ("AB12CFF", False), ("AB12CD", False), ("ABI2CDF", True)):
        found = together(own, [(A, at(0), mark), (B, at(30), mark)])
        assert [one.alike for one in found.rows] == [alike]


def test_those_that_met_it_most_beyond_chance_come_first_and_a_limit_says_so() -> None:
    own = [(A, at(100 * n)) for n in range(6)]
    others = [(A, at(100 * n + 1), "SIX11") for n in range(6)]
    others += [(A, at(100 * n + 1), "TWO11") for n in range(2)]
    where = looked(passes_of(own, WITHIN), WITHIN, SPAN)
    seen = seen_beside(others, where)
    assert [one.mark for one in company(MARK, where, seen, at_least=2, rows=5).rows] == ["SIX11", "TWO11"]
    cut = company(MARK, where, seen, at_least=2, rows=1)
    assert ([one.mark for one in cut.rows], cut.more) == (["SIX11"], True)


def test_the_plain_reading_of_the_tests_agrees() -> None:
    chance = random.Random(7)
    reads = [
        (chance.choice((A, B)), at(chance.uniform(-600, 600)), chance.choice((MARK, "XY1", "ZZ2", "WW3")))
        for _ in range(300)
    ]
    plain = plain_company(reads, lambda vrm: vrm == MARK, MARK, SPAN, within=WITHIN, at_least=2)
    own = [(camera, when) for camera, when, vrm in reads if vrm == MARK]
    found = together(own, [one for one in reads if one[2] != MARK])
    assert {shape_key(one.mark): len(one.seen) for one in found.rows} == plain["met"]
    assert {shape_key(one.mark): one.by_chance for one in found.rows} == pytest.approx(
        {shape: plain["chance"][shape] for shape in plain["met"]}
    )
    assert (found.chance.passes, found.chance.listed) == (plain["passes"], plain["listed"])
