"""Threads that go on in spite of faults, bells that nobody misses, chores that come again."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

from openanpr.alert.bell import Bell
from openanpr.run.node.fault import kind_and_place
from openanpr.run.node.housekeeping import Housekeeping
from openanpr.run.node.threads import Rounds

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_turn_that_fails_comes_again_and_says_where_without_a_word_of_the_fault(caplog) -> None:
    done = threading.Event()
    turns = []

    def turn() -> float:
        turns.append(1)
        if len(turns) == 1:
            rounds.soon()  # not to wait for the pause after a fault
            raise ValueError("AB12CDE")
        done.set()
        return 60.0

    rounds = Rounds("a test", turn)
    rounds.start()
    assert done.wait(10)
    rounds.stop()
    assert rounds.join(5)
    assert "ValueError at test_threads.py" in caplog.text
    assert "AB12CDE" not in caplog.text
    assert rounds.failures == 0


def test_soon_brings_the_next_turn_at_once() -> None:
    turns = threading.Semaphore(0)

    def turn() -> float:
        turns.release()
        return 3600.0

    rounds = Rounds("a test", turn)
    rounds.start()
    assert turns.acquire(timeout=5)
    rounds.soon()
    assert turns.acquire(timeout=5)
    rounds.stop()
    assert rounds.join(5)


def test_the_first_turn_may_wait_and_comes_sooner_when_asked_for_or_never() -> None:
    turns = threading.Semaphore(0)

    def turn() -> float:
        turns.release()
        return 3600.0

    waiting = Rounds("a test", turn, first_in_s=3600.0)
    waiting.start()
    assert not turns.acquire(timeout=0.1)
    waiting.soon()
    assert turns.acquire(timeout=5)
    never = Rounds("a test", turn, first_in_s=3600.0)
    never.start()
    for rounds in (waiting, never):
        rounds.stop()
        assert rounds.join(5)
    assert not turns.acquire(blocking=False)


def test_a_long_turn_is_cut_short_by_the_end() -> None:
    begun, cut = threading.Event(), threading.Event()

    def turn() -> float:
        begun.set()
        assert cut.wait(10)
        return 0.0

    rounds = Rounds("a test", turn, cut_short=cut.set)
    rounds.start()
    assert begun.wait(5)
    rounds.stop()
    assert rounds.join(5)


def test_a_bell_that_rang_before_the_wait_is_still_heard() -> None:
    bell = Bell()
    heard = bell.rings
    bell.ring()
    assert asyncio.run(bell.heard_after(heard, 5)) == heard + 1
    assert asyncio.run(bell.heard_after(bell.rings, 0.01)) == heard + 1


def test_a_bell_wakes_a_task_in_another_loop() -> None:
    bell = Bell()

    async def listen() -> int:
        threading.Timer(0.05, bell.ring).start()
        return await bell.heard_after(0, 10.0)

    assert asyncio.run(listen()) == 1


def test_a_task_stops_waiting_when_its_time_is_up() -> None:
    assert asyncio.run(Bell().heard_after(0, 0.01)) == 0


def test_a_chore_is_done_at_once_and_then_when_its_time_has_come() -> None:
    now = [NOW]
    done = []
    keeping = Housekeeping(lambda: now[0])
    keeping.add("count", timedelta(hours=1), done.append)
    for minutes in (0, 30, 61, 62):
        now[0] = NOW + timedelta(minutes=minutes)
        keeping.turn()
    assert done == [NOW, NOW + timedelta(minutes=61)]


def test_a_clock_set_back_does_not_put_a_chore_off() -> None:
    now = [NOW]
    done = []
    keeping = Housekeeping(lambda: now[0])
    keeping.add("count", timedelta(hours=1), done.append)
    keeping.turn()
    now[0] = NOW - timedelta(days=3)
    keeping.turn()
    assert len(done) == 2


def test_a_chore_that_fails_is_told_and_the_others_are_done() -> None:
    done = []

    def fail(_) -> None:
        raise OSError("AB12CDE")

    keeping = Housekeeping(lambda: NOW)
    keeping.add("bad", timedelta(hours=1), fail)
    keeping.add("good", timedelta(hours=1), done.append)
    keeping.turn()
    assert done == [NOW]
    assert list(keeping.failed) == ["bad"]
    assert "AB12CDE" not in keeping.failed["bad"]


def test_where_a_fault_arose_is_told_also_without_a_trace() -> None:
    assert kind_and_place(ValueError("AB12CDE")) == "ValueError"
