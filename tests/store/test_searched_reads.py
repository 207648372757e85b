"""What searches are answered: the port `search.ports.StoredReads` on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Direction, Style
from openanpr.core.read_key import ReadKey
from openanpr.core.span import Span
from openanpr.search.found import CameraWorked
from openanpr.search.ports import MOST_ROWS, Bounds, Seen, SeenThen, StoredReads, TooMuchError
from openanpr.search.question import Drawn, Spelling
from openanpr.store.engine import Statement
from openanpr.store.retention import RetentionRule, run_retention
from openanpr.store.searched_reads import SearchedReads
from openanpr.store.spellings import Asked
from tests.store.asked import bounds, searched
from tests.store.conftest import key_of
from tests.store.reads import AT, CAMERA, LONG_AGO, arrived, full_read, traffic

DAY = Span(AT - timedelta(days=1), AT + timedelta(days=1))
OTHER, CAR = CameraId(53, 1, 8), CameraId(53, 900, 1)
HERE = SeenThen(Seen((CAMERA,)), DAY)
SQUARE = Drawn((Place(51, -3), Place(52, -3), Place(52, -2), Place(51, -2)))


def minutes(n: float) -> datetime:
    return AT + timedelta(minutes=n)


@pytest.fixture
def asked(engine) -> StoredReads:
    return searched(engine)


def told(answer) -> list[tuple[str, str]]:
    return [(row.key.vrm, row.spelling.value) for row in answer.rows]


def marks(answer) -> list[str]:
    return [row.key.vrm for row in answer.rows]


def test_each_spelling_takes_in_what_the_narrower_one_does_and_each_row_says_how_it_answers(
    asked, write
) -> None:
    write(
        arrived("AB12CDE"),
        arrived("ABI2CDE", at=minutes(1)),
        arrived("A812CDE", at=minutes(2)),  # B and 8: a likely confusion
        arrived("AB12CDX", at=minutes(3)),  # E and X: none
        arrived("AB12CKE", at=minutes(4), candidates=(Candidate("AB12CKE", 0.6), Candidate("ABI2CDE", 0.3))),
        arrived("ZB12CKE", at=minutes(5), candidates=(Candidate("AB12CDE", 0.3),)),  # two characters away
    )
    exact, shape = ("AB12CDE", "exact"), ("ABI2CDE", "same-shape")
    found = {how: told(asked.of_marks(["AB12CDE"], how, DAY, bounds())) for how in Spelling}
    assert found[Spelling.EXACT] == [exact]
    assert found[Spelling.SAME_SHAPE] == [shape, exact]
    assert found[Spelling.MISREAD] == [("AB12CKE", "misread"), ("A812CDE", "misread"), shape, exact]


def test_a_row_carries_its_doubt(asked, write) -> None:
    read = full_read()
    write(read)
    (row,) = asked.of_marks(["AB12CDE"], Spelling.EXACT, DAY, bounds()).rows
    assert (row.key, row.confidence) == (key_of(read), 0.2912)
    assert (row.late, row.clock_doubtful) == (True, True)
    assert row.received_at == read.arrival.received_at
    assert (row.direction, row.style) == (Direction.AWAY, Style.YELLOW)
    assert row.rivals == (("A812CDE", 0.2),)
    assert row.place == read.record.place
    assert asked.passed(HERE, None, (), bounds()).rows == (row,)
    assert asked.there("AB12CDE", Spelling.EXACT, HERE, bounds()).rows == (row,)
    assert asked.last_of("AB12CDE", Spelling.EXACT, DAY, bounds()) == row


def test_a_read_that_no_reader_was_asked_how_sure_it_was_has_no_confidence(asked, write) -> None:
    write(arrived(confidence=None))
    (row,) = asked.of_marks(["AB12CDE"], Spelling.EXACT, DAY, bounds()).rows
    assert (row.confidence, row.rivals, row.place) == (None, (), None)


def test_a_thousand_marks_are_asked_at_once_with_their_misreads(asked, write) -> None:
    drawn = [f"B{n // 26 // 26 % 10}{n % 10}{n // 10 % 10}{chr(65 + n // 100)}Z8" for n in range(1_000)]
    write(arrived(drawn[0]), arrived(drawn[999], at=minutes(1)), arrived("8" + drawn[500][1:], at=minutes(2)))
    parts = list(Asked.of(drawn, Spelling.MISREAD).parts())
    assert 1 <= len(parts) <= 3
    for part in parts:
        assert sum(len(shape) + 3 for shape in part.likely) < 131_072
    answer = asked.of_marks(drawn, Spelling.MISREAD, DAY, bounds())
    assert told(answer)[1:] == [(drawn[999], "exact"), (drawn[0], "exact")]
    assert told(answer)[0] == ("8" + drawn[500][1:], "misread")


def test_long_marks_with_many_likely_misreads_are_asked_in_parts_and_answered_once(asked, write) -> None:
    odd = [f"{'B8S5Z2O0DQGC'}{n:04}" for n in range(1_000)]
    write(arrived(odd[3]), arrived(odd[900], at=minutes(1)))
    assert len(list(Asked.of(odd, Spelling.MISREAD).parts())) > 1
    answer = asked.of_marks(odd, Spelling.MISREAD, DAY, bounds())
    assert told(answer) == [(odd[900], "exact"), (odd[3], "exact")]


def test_answers_are_newest_first_and_say_when_a_limit_cut_them(asked, write) -> None:
    write(*(arrived(at=minutes(n)) for n in range(4)), *(arrived("XY99XYZ", at=minutes(n)) for n in range(4)))
    ways = (
        lambda rows: asked.of_marks(["AB12CDE"], Spelling.EXACT, DAY, bounds(rows)),
        lambda rows: asked.there("AB12CDE", Spelling.EXACT, HERE, bounds(rows)),
        lambda rows: asked.there("AB12CDE", Spelling.EXACT, moving_too(HERE), bounds(rows)),
    )
    for ask in ways:
        assert [row.key.captured_at for row in ask(3).rows] == [minutes(n) for n in (3, 2, 1)]
        assert (ask(3).more, ask(4).more) == (True, False)
    assert (asked.passed(HERE, None, (), bounds(7)).more, asked.passed(HERE, None, (), bounds(8)).more) == (
        True,
        False,
    )
    assert asked.like("A*2?D*", DAY, bounds(1)).more is False


def moving_too(at: SeenThen) -> SeenThen:
    return replace(at, seen=replace(at.seen, area=SQUARE))


def test_a_span_has_its_first_moment_and_not_its_last(asked, write) -> None:
    write(*(arrived(at=minutes(n), camera=CAMERA) for n in range(4)))
    span = Span(minutes(1), minutes(3))
    at = SeenThen(Seen((CAMERA,)), span)
    assert len(asked.of_marks(["AB12CDE"], Spelling.EXACT, span, bounds()).rows) == 2
    assert len(asked.passed(at, None, (), bounds()).rows) == 2
    assert len(asked.there("AB12CDE", Spelling.EXACT, at, bounds()).rows) == 2
    found = asked.last_of("AB12CDE", Spelling.EXACT, span, bounds())
    assert found is not None
    assert found.key.captured_at == minutes(2)
    (mark,) = asked.like("AB12*", span, bounds()).rows
    assert (mark.reads, mark.first_at, mark.last_at) == (2, minutes(1), minutes(2))


@pytest.mark.parametrize("vrm", ["AB12CDE", "ABI2CDE", "A812CDE"])
def test_the_last_read_is_found_in_whatever_month_it_lies(asked, write, vrm) -> None:
    write(*(arrived(vrm, at=AT - timedelta(days=n)) for n in (0, 3, 40, 200)), arrived("XY99XYZ"))
    for until, last in ((1, 0), (0, 3), (-2, 3), (-3, 40), (-39, 40), (-40, 200), (-100, 200)):
        span = Span(AT - timedelta(days=400), AT + timedelta(days=until))
        found = asked.last_of("AB12CDE", Spelling.MISREAD, span, bounds())
        assert found is not None
        assert found.key.captured_at == AT - timedelta(days=last)
    before = Span(AT - timedelta(days=400), AT - timedelta(days=200))
    assert asked.last_of("AB12CDE", Spelling.MISREAD, before, bounds()) is None
    assert asked.last_of("NE12VER", Spelling.MISREAD, DAY, bounds()) is None


def test_moving_cameras_are_of_a_place_where_they_were_there(asked, write) -> None:
    write(
        arrived("FX11AAA"),
        arrived("IN11AAA", camera=CAR, at=minutes(1), place=Place(51.5, -2.5, 5.0)),
        arrived("OU11AAA", camera=CAR, at=minutes(2), place=Place(51.5, -1.5)),
        arrived("NO11AAA", camera=CAR, at=minutes(3)),
    )
    at = SeenThen(Seen((CAMERA,), SQUARE), DAY)
    assert marks(asked.passed(at, None, (), bounds())) == ["IN11AAA", "FX11AAA"]
    only_moving = SeenThen(Seen((), SQUARE), DAY)
    (row,) = asked.passed(only_moving, None, (), bounds()).rows
    assert row.place == Place(51.5, -2.5, 5.0)
    for mark in ("FX11AAA", "IN11AAA", "OU11AAA", "NO11AAA"):
        found = asked.there(mark, Spelling.EXACT, at, bounds()).rows
        assert bool(found) is (mark in {"FX11AAA", "IN11AAA"})
    nowhere = SeenThen(Seen(()), DAY)
    assert asked.passed(nowhere, None, (), bounds()).rows == ()
    assert asked.there("FX11AAA", Spelling.EXACT, nowhere, bounds()).rows == ()


def test_what_passed_is_told_by_direction_and_style(asked, write) -> None:
    write(
        arrived("AW11AAA", direction=Direction.AWAY, style=Style.YELLOW),
        arrived("TO11AAA", direction=Direction.TOWARDS, style=Style.WHITE, at=minutes(1)),
        arrived("TR11AAA", direction=Direction.TOWARDS, style=Style.TRADE, at=minutes(2)),
    )
    assert marks(asked.passed(HERE, Direction.TOWARDS, (), bounds())) == ["TR11AAA", "TO11AAA"]
    assert marks(asked.passed(HERE, None, {Style.YELLOW, Style.TRADE}, bounds())) == ["TR11AAA", "AW11AAA"]
    assert marks(asked.passed(HERE, Direction.TOWARDS, {Style.YELLOW, Style.TRADE}, bounds())) == ["TR11AAA"]


@pytest.mark.parametrize("worth_sifting", [0, 10**12], ids=["summaries first", "reads alone"])
@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("AB12*", ["AB12CDE", "AB12CDF"]),
        ("*2CD?", ["AB12CDE", "AB12CDF"]),
        ("?BI2CDE", ["AB12CDE"]),
        ("AB12CDEX*", []),
        ("*CDE", ["AB12CDE", "XY99CDE"]),
        ("*CDE*", ["AB12CDE", "LONGMARKCDE1", "XY99CDE"]),
        ("*I2*DE", ["AB12CDE"]),
        ("LONG*1", ["LONGMARKCDE1"]),
        ("????MARK????", ["LONGMARKCDE1"]),
        ("????MARKC??", []),
    ],
)
def test_a_part_of_a_mark_finds_marks_by_their_shape(engine, write, pattern, found, worth_sifting) -> None:
    write(*map(arrived, ("AB12CDE", "AB12CDF", "XY99CDE", "LONGMARKCDE1")))
    asked = SearchedReads(engine, kept_from=lambda: LONG_AGO, worth_sifting=worth_sifting)
    assert sorted(row.mark for row in asked.like(pattern, DAY, bounds()).rows) == found


@pytest.mark.parametrize("pattern", ["A?*", "AB*", "", "AB12%"])
def test_a_part_of_a_mark_that_sweeps_in_all_is_refused(asked, pattern) -> None:
    with pytest.raises(TooMuchError, match="wildcard"):
        asked.like(pattern, DAY, bounds())


@pytest.mark.parametrize("worth_sifting", [0, 10**12], ids=["summaries first", "reads alone"])
def test_what_lies_outside_the_span_is_not_told_by_count_or_time(engine, write, worth_sifting) -> None:
    days = (0, 1, 2, 33, 60)
    write(*(arrived(at=AT - timedelta(days=n)) for n in days), arrived("AB12XYZ", at=AT - timedelta(days=40)))
    asked = SearchedReads(engine, kept_from=lambda: LONG_AGO, worth_sifting=worth_sifting)
    for since, until, counted in ((1, -1, 2), (2, 1, 1), (34, 2, 1), (70, 32, 2), (39, 34, 0)):
        span = Span(AT - timedelta(days=since), AT - timedelta(days=until))
        told_of = asked.like("?B12CDE", span, bounds()).rows
        assert [row.reads for row in told_of] == [counted] * bool(counted)
        assert all(span.since <= row.first_at <= row.last_at < span.until for row in told_of)
        assert ("AB12XYZ" in {row.mark for row in asked.like("?B12*", span, bounds()).rows}) is (since == 70)


def test_common_plates_are_those_of_enough_scenes_by_their_shape(asked, write) -> None:
    later = Span(minutes(60), minutes(120))
    scenes = [
        SeenThen(Seen((CAMERA,)), Span(AT, minutes(60))),
        SeenThen(Seen((OTHER,)), Span(AT, minutes(60))),
        SeenThen(Seen((CAMERA,), SQUARE), later),
    ]
    write(
        *(arrived("IO11AAA", at=minutes(n)) for n in range(3)),
        arrived("1O11AAA", camera=OTHER),
        arrived("I011AAA", camera=CAR, at=minutes(70), place=Place(51.5, -2.5)),
        arrived("AB12CDE"),
        arrived("AB12CDE", at=minutes(90)),
        arrived("ON11LYX", camera=OTHER),
        arrived("ON11LYX", camera=OTHER, at=minutes(61)),
    )
    answer = asked.common(scenes, 2, bounds())
    assert [(row.mark, row.scenes, row.reads) for row in answer.rows] == [
        ("IO11AAA", (0, 1, 2), 5),
        ("AB12CDE", (0, 2), 2),
    ]
    assert [row.mark for row in asked.common(scenes, 3, bounds()).rows] == ["IO11AAA"]
    assert asked.common(scenes, 2, bounds(1)).more


def test_a_read_opens_whole_and_says_who_had_it_first(asked, write) -> None:
    read, ours = full_read(), arrived("BB11BBB")
    write(read, ours)
    absent = ReadKey(CAMERA, AT, "NE12VER")
    first, second = asked.whole([key_of(read), absent, key_of(ours)])
    assert first.record == read.record
    assert read.origin is not None
    assert (first.device, first.clock_offset_ms) == (read.origin.device, read.origin.clock_offset_ms)
    assert first.handed_on_by == read.arrival.device
    assert (first.received_at, first.late, first.clock_doubtful) == (read.arrival.received_at, True, True)
    assert (second.device, second.handed_on_by, second.signed) == ("device-1", None, True)


def test_too_many_reads_are_not_opened_at_once(asked) -> None:
    with pytest.raises(TooMuchError, match="20000"):
        asked.whole([ReadKey(CAMERA, AT, "AB12CDE")] * 20_001)


def test_what_a_camera_did_is_told_by_the_hours_of_the_span(asked, write) -> None:
    hour = AT.replace(minute=0, second=0, microsecond=0)
    write(
        *(arrived(at=hour + timedelta(hours=n)) for n in (0, 1, 3)),
        *(arrived(at=hour - timedelta(hours=n)) for n in (1, 4)),
        arrived(camera=OTHER, at=hour + timedelta(hours=9)),
    )
    span = Span(hour, hour + timedelta(hours=4))
    busy, quiet = asked.worked([CAMERA, OTHER], span)
    assert busy == CameraWorked(CAMERA, 3, 4, 0.5, hour + timedelta(hours=3))
    assert quiet == CameraWorked(OTHER, 0, 4, None, None)


def test_of_an_hour_that_a_span_touches_in_part_only_its_reads_count(asked, write) -> None:
    hour = AT.replace(minute=0, second=0, microsecond=0)
    write(*(arrived(at=hour + timedelta(minutes=n)) for n in (10, 70, 130)))
    for since, until, counted, of, last in (
        (5, 15, 1, 1, 10),
        (15, 50, 0, 1, None),
        (15, 125, 1, 3, 70),
        (0, 131, 3, 3, 130),
        (11, 120, 1, 2, 70),
    ):
        span = Span(hour + timedelta(minutes=since), hour + timedelta(minutes=until))
        (did,) = asked.worked([CAMERA], span)
        assert (did.hours_with_reads, did.hours) == (counted, of)
        assert did.last_read_at == (None if last is None else hour + timedelta(minutes=last))


def test_the_usual_share_is_of_kept_hours_alone(engine, write) -> None:
    midnight = AT.replace(hour=0, minute=0, second=0, microsecond=0)
    write(*(arrived(at=midnight + timedelta(hours=n, minutes=5)) for n in (-1, 0, 1, 4)))
    asked = SearchedReads(engine, kept_from=AT.date)
    span = Span(midnight + timedelta(hours=4), midnight + timedelta(hours=12))
    (did,) = asked.worked([CAMERA], span)
    assert (did.hours_with_reads, did.hours, did.usual_share) == (1, 8, 0.5)
    (did,) = asked.worked([CAMERA], Span(midnight, midnight + timedelta(hours=2)))
    assert (did.hours_with_reads, did.usual_share) == (2, None)


def test_an_estimate_counts_days_and_hours_and_shares_part_of_an_hour(asked, write) -> None:
    hour = AT.replace(minute=0, second=0, microsecond=0)
    write(*(arrived(at=hour + timedelta(minutes=n)) for n in range(40)))
    write(*(arrived(at=hour - timedelta(days=n), camera=OTHER) for n in range(70)))
    assert asked.estimate(None, Span(hour - timedelta(days=100), hour + timedelta(days=1))) == 110
    assert asked.estimate([OTHER], Span(hour - timedelta(days=100), hour + timedelta(days=1))) == 70
    assert asked.estimate([OTHER], Span(hour - timedelta(days=9), hour)) == 9
    assert asked.estimate([CAMERA], Span(hour + timedelta(minutes=30), hour + timedelta(days=3))) == 20
    assert asked.estimate([CAMERA], Span(hour + timedelta(minutes=15), hour + timedelta(minutes=30))) == 10
    assert asked.estimate([], Span(hour, hour + timedelta(days=3))) == 0


def test_an_estimate_is_the_same_whatever_marks_were_read(engine, asked, write) -> None:
    reads = [*traffic(200, seed=4, days=3)]
    cameras = [read.record.camera for read in reads[:50]]
    span = Span(reads[20].record.captured_at, reads[180].record.captured_at)
    write(*reads)
    first = asked.estimate(cameras, span)
    for table in ("reads", "reads_by_camera", "vrm_month", "camera_hour", "camera_day"):
        engine.run(Statement("empty", f"TRUNCATE TABLE {table}"), {})
    write(*(replace(read, record=replace(read.record, vrm="AB12CDE")) for read in reads))
    assert asked.estimate(cameras, span) == first > 0


def test_nothing_older_than_is_kept_is_answered_though_it_is_still_there(engine, write) -> None:
    write(arrived(), arrived(at=AT - timedelta(days=1)), arrived("AB12CDF", at=AT - timedelta(days=1)))
    asked = SearchedReads(engine, kept_from=AT.date)
    span = Span(AT - timedelta(days=30), AT + timedelta(days=1))
    at = SeenThen(Seen((CAMERA,)), span)
    gone = Span(AT - timedelta(days=30), AT.replace(hour=0, minute=0, second=0, microsecond=0))
    assert len(asked.of_marks(["AB12CDE"], Spelling.MISREAD, span, bounds()).rows) == 1
    assert len(asked.passed(at, None, (), bounds()).rows) == 1
    assert [row.reads for row in asked.like("AB12*", span, bounds()).rows] == [1]
    assert asked.common([at, at], 2, bounds()).rows[0].reads == 2
    assert asked.last_of("AB12CDF", Spelling.EXACT, span, bounds()) is None
    assert asked.whole([ReadKey(CAMERA, AT - timedelta(days=1), "AB12CDE")]) == ()
    assert asked.estimate(None, span) == 1
    assert asked.of_marks(["AB12CDE"], Spelling.MISREAD, gone, bounds()).rows == ()
    assert asked.estimate(None, gone) == 0
    assert asked.worked([CAMERA], gone) == (CameraWorked(CAMERA, 0, 0, None, None),)


def test_a_day_that_ends_its_time_while_a_question_runs_is_not_answered(engine, write) -> None:
    write(arrived(), arrived(at=AT - timedelta(days=1)))
    days = iter([AT.date() - timedelta(days=1), *[AT.date()] * 9])
    asked = SearchedReads(engine, kept_from=lambda: next(days))
    answer = asked.of_marks(
        ["AB12CDE"], Spelling.EXACT, Span(AT - timedelta(days=9), AT + timedelta(1)), bounds()
    )
    assert [row.key.captured_at for row in answer.rows] == [AT]


def test_retention_takes_a_day_out_of_every_count(engine, write, folder_pictures) -> None:
    old = AT - timedelta(days=5)
    write(arrived(at=old), arrived())
    asked = searched(engine)
    span = Span(old - timedelta(days=1), AT + timedelta(days=1))
    assert asked.estimate(None, span) == 2
    run = run_retention(engine, folder_pictures, RetentionRule("test", 3, "test"), at=AT)
    assert [one.left_camera_hours for one in run.certificates] == [0]
    assert asked.estimate(None, span) == 1
    assert asked.last_of("AB12CDE", Spelling.EXACT, Span(span.since, AT), bounds()) is None
    found = asked.last_of("AB12CDE", Spelling.EXACT, span, bounds())
    assert found is not None
    assert found.key.captured_at == AT


def test_of_two_copies_of_a_read_the_first_received_is_answered_once(asked, write) -> None:
    first = arrived(late=False)
    write(replace(first, arrival=replace(first.arrival, received_at=AT + timedelta(hours=3)), late=True))
    write(first)
    for answer in (
        asked.of_marks(["AB12CDE"], Spelling.EXACT, DAY, bounds()),
        asked.passed(HERE, None, (), bounds()),
    ):
        assert [(row.late, row.received_at) for row in answer.rows] == [(False, first.arrival.received_at)]
    assert [row.reads for row in asked.like("AB12*", DAY, bounds()).rows] == [1]
    assert [row.reads for row in asked.common([HERE, HERE], 2, bounds()).rows] == [2]


@pytest.mark.parametrize(
    ("rows", "seconds", "memory"), [(0, 1, 1), (MOST_ROWS + 1, 1, 1), (1, 0, 1), (1, 1, 0)]
)
def test_bounds_that_bound_nothing_are_refused(rows, seconds, memory) -> None:
    with pytest.raises(ValueError, match="a search"):
        Bounds("id", rows=rows, seconds=seconds, memory_bytes=memory)
    with pytest.raises(ValueError, match="its id"):
        Bounds(" ")


def test_a_place_with_more_cameras_than_a_statement_names_is_refused_or_looked_through(asked, write) -> None:
    write(arrived())
    many = tuple(CameraId(1, 2**31 - 1, 2**31 - 1 - n) for n in range(3_000))
    at = SeenThen(Seen((*many, CAMERA)), DAY)
    with pytest.raises(TooMuchError, match="3000"):
        asked.passed(at, None, (), bounds())
    assert len(asked.there("AB12CDE", Spelling.EXACT, at, bounds()).rows) == 1
    assert asked.passed(SeenThen(Seen(many), DAY), None, (), bounds()).rows == ()
    assert asked.estimate((*many, *(CameraId(2, 2**31 - 1, n) for n in range(5_000)), CAMERA), DAY) == 1
