"""A search that reaches a limit or is stopped ends at once, and nothing of it is shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from openanpr.core.span import Span
from openanpr.search.ports import (
    Bounds,
    ReadsUnreachableError,
    Seen,
    SeenThen,
    StoppedError,
    TooMuchError,
)
from openanpr.search.question import Spelling
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.clickhouse_server import ClickHouseServer, ServerAddress
from openanpr.store.engine import ReadEngine, Statement
from openanpr.store.searched_reads import SearchedReads
from tests.store.front import running_front
from tests.store.reads import AT, CAMERA, LONG_AGO, arrived, traffic

DAY = Span(AT - timedelta(days=1), AT + timedelta(days=1))
_READS = "\nWHERE "
_SLOWLY = "(SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1) = 0 AND "


class ChangedEngine:
    """A real engine, with a text in each statement replaced: so that a question takes long, or too much."""

    def __init__(self, engine: ReadEngine, old: str, new: str) -> None:
        self._engine, self._old, self._new = engine, old, new
        self.asked = 0

    def rows(self, statement, values, row):
        self.asked += 1
        changed = Statement(statement.name, statement.text.replace(self._old, self._new))
        return self._engine.rows(changed, values, row)

    def run(self, statement, values) -> None:
        self._engine.run(statement, values)


def over(engine) -> SearchedReads:
    return SearchedReads(engine, kept_from=lambda: LONG_AGO)


def ask(searched: SearchedReads, bounds: Bounds):
    return searched.of_marks(["AB12CDE"], Spelling.EXACT, DAY, bounds)


def in_background(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    told: list[object] = []

    def run() -> None:
        try:
            told.append(work())
        except Exception as fault:  # noqa: BLE001 - what it raised is what is looked at
            told.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, told


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def running(engine: ReadEngine, search_id: str) -> int:
    asked = "SELECT count() FROM system.processes WHERE Settings['log_comment'] = {search:String}"
    return engine.rows(Statement("running", asked), {"search": f"openanpr search {search_id}"}, tuple[int])[
        0
    ][0]


def test_a_stopped_search_ends_at_once_and_the_engine_answers_the_next_one(engine, write) -> None:
    write(arrived())
    searched = over(ChangedEngine(engine, _READS, _READS + _SLOWLY))
    thread, told = in_background(lambda: ask(searched, Bounds("slow", seconds=60)))
    wait_until(lambda: running(engine, "slow") == 1)
    began = time.monotonic()
    searched.stop("slow")
    thread.join(5)
    assert time.monotonic() - began < 2
    assert isinstance(told[0], StoppedError)
    assert running(engine, "slow") == 0
    began = time.monotonic()
    assert len(ask(over(engine), Bounds("next")).rows) == 1
    assert time.monotonic() - began < 2


def test_a_stop_from_another_process_of_the_same_server_stops_it_too(engine, write) -> None:
    write(arrived())
    searched, elsewhere = over(ChangedEngine(engine, _READS, _READS + _SLOWLY)), over(engine)
    thread, told = in_background(lambda: ask(searched, Bounds("shared", seconds=60)))
    wait_until(lambda: running(engine, "shared") == 1)
    elsewhere.stop("shared")
    thread.join(5)
    assert isinstance(told[0], StoppedError)


def test_a_search_that_is_stopped_between_its_statements_asks_nothing_more(engine, write) -> None:
    write(arrived())
    stopping: list[threading.Thread] = []

    class StoppedAfterTheFirst(ChangedEngine):
        def rows(self, statement, values, row):
            found = super().rows(statement, values, row)
            stopping.append(threading.Thread(target=searched.stop, args=("between",)))
            stopping[0].start()
            wait_until(lambda: all(one._stopped.is_set() for one in searched._under_way._going["between"]))
            return found

    changed = StoppedAfterTheFirst(engine, "", "")
    searched = over(changed)
    with pytest.raises(StoppedError):
        ask(searched, Bounds("between"))
    stopping[0].join()
    assert changed.asked == 1


def test_a_stop_of_one_search_lets_the_others_run(engine, write) -> None:
    write(arrived())
    searched = over(ChangedEngine(engine, _READS, _READS + _SLOWLY))
    first, told_first = in_background(lambda: ask(searched, Bounds("first", seconds=60)))
    other, told_other = in_background(lambda: ask(searched, Bounds("other", seconds=60)))
    wait_until(lambda: running(engine, "first") == 1 == running(engine, "other"))
    searched.stop("first")
    first.join(5)
    assert isinstance(told_first[0], StoppedError)
    assert not told_other
    assert running(engine, "other") == 1
    searched.stop("other")
    other.join(5)
    assert isinstance(told_other[0], StoppedError)


def test_a_stop_of_what_does_not_run_does_nothing(engine) -> None:
    over(engine).stop("nothing")


def test_a_search_that_takes_too_long_ends_with_its_time_and_shows_nothing(engine, write) -> None:
    write(arrived())
    searched = over(ChangedEngine(engine, _READS, _READS + _SLOWLY))
    began = time.monotonic()
    with pytest.raises(TooMuchError):
        ask(searched, Bounds("long", seconds=1))
    assert time.monotonic() - began < 4
    assert len(ask(over(engine), Bounds("next")).rows) == 1


def test_the_time_is_of_the_whole_search_not_of_each_statement(engine, write) -> None:
    write(arrived())
    seconds = iter((0.0, 0.0, 0.5, 2.0, 2.0))
    searched = SearchedReads(engine, kept_from=lambda: LONG_AGO, elapsed_s=lambda: next(seconds))
    with pytest.raises(TooMuchError):
        ask(searched, Bounds("whole", seconds=1))


def test_a_search_that_takes_too_much_memory_shows_nothing(engine, write) -> None:
    write(*traffic(2_000, seed=1, days=1))
    hungry = _READS + "length(arrayMap(n -> toString(n), range(30000000))) > 0 AND "
    searched = over(ChangedEngine(engine, _READS, hungry))
    span = Span(AT - timedelta(days=9), AT + timedelta(days=9))
    with pytest.raises(TooMuchError):
        searched.of_marks(["AB12CDE"], Spelling.EXACT, span, Bounds("memory", memory_bytes=50_000_000))


def test_a_scene_with_more_marks_than_are_compared_shows_nothing(engine, write) -> None:
    write(*(arrived(f"AB12CD{c}") for c in "ABCDEFGH"))
    searched = over(ChangedEngine(engine, "max_result_rows = 500000", "max_result_rows = 5"))
    here = SeenThen(Seen((CAMERA,)), DAY)
    with pytest.raises(TooMuchError):
        searched.common([here, here], 2, Bounds("marks"))


def test_a_server_that_went_away_is_unreachable_for_every_question(tmp_path) -> None:
    with running_front(tmp_path / "front") as url:
        server = ClickHouseServer.open(ServerAddress(url, timeout_s=3))
    searched, here = over(server), SeenThen(Seen((CAMERA,)), DAY)
    for question in (
        lambda: ask(searched, Bounds("gone")),
        lambda: searched.last_of("AB12CDE", Spelling.EXACT, DAY, Bounds("gone")),
        lambda: searched.there("AB12CDE", Spelling.EXACT, here, Bounds("gone")),
        lambda: searched.like("AB12*", DAY, Bounds("gone")),
        lambda: searched.passed(here, None, (), Bounds("gone")),
        lambda: searched.common([here, here], 2, Bounds("gone")),
        lambda: searched.worked([CAMERA], DAY),
        lambda: searched.estimate(None, DAY),
        lambda: searched.stop("gone"),
    ):
        with pytest.raises(ReadsUnreachableError):
            question()


def test_no_error_of_a_search_holds_its_mark(engine, write) -> None:
    write(arrived())
    broken = ChangedEngine(engine, "FROM reads\n", "FROM no_such_table\n")
    with pytest.raises(ReadsUnreachableError) as told:
        ask(over(broken), Bounds("broken"))
    fault: BaseException | None = told.value
    while fault is not None:
        assert "AB12CDE" not in str(fault)
        fault = fault.__cause__


def test_an_embedded_store_that_is_closed_is_unreachable(chdb_store) -> None:
    assert isinstance(chdb_store, ChdbFolder)
    chdb_store._closed, closed = True, chdb_store._closed
    try:
        with pytest.raises(ReadsUnreachableError):
            ask(over(chdb_store), Bounds("closed"))
    finally:
        chdb_store._closed = closed
