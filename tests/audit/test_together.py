"""Rounds of writing: everyone gets their own answers, and hears of whatever stopped the writer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from openanpr.audit.together import BrokenOffError, Together


class Slow:
    """A writer that waits for leave, and keeps the rounds that it was given."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.rounds: list[list[int]] = []
        self.began, self.leave = threading.Event(), threading.Event()
        self.fault = fault

    def __call__(self, items):
        self.rounds.append(list(items))
        self.began.set()
        assert self.leave.wait(5)
        if self.fault is not None and len(self.rounds) == 2:
            raise self.fault
        return [item * 10 for item in items]


def wait_for(together, count) -> None:
    """Until so many items wait for the next round."""
    for _ in range(500):
        forming = together._forming
        if forming is not None and len(forming.items) == count:
            return
        threading.Event().wait(0.01)
    raise AssertionError("nobody came")


def test_all_who_come_while_one_round_is_written_are_written_together_in_the_next() -> None:
    slow = Slow()
    together = Together(slow)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(together.do, [1])
        assert slow.began.wait(5)
        later = [pool.submit(together.do, [n, n + 1]) for n in (10, 20)]
        wait_for(together, 4)
        slow.leave.set()
        assert list(first.result()) == [10]
        assert sorted(list(one.result()) for one in later) == [[100, 110], [200, 210]]
    assert [len(items) for items in slow.rounds] == [1, 4]


@pytest.mark.parametrize(
    ("fault", "heard"), [(ValueError("no"), ValueError), (KeyboardInterrupt(), BrokenOffError)]
)
def test_what_stops_the_writer_is_heard_by_all_of_its_round_and_the_next_is_written(fault, heard) -> None:
    slow = Slow(fault)
    together = Together(slow)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(together.do, [1])
        assert slow.began.wait(5)
        lead = pool.submit(together.do, [2])
        wait_for(together, 1)
        other = pool.submit(together.do, [3])
        wait_for(together, 2)
        slow.leave.set()
        assert list(first.result()) == [10]
        assert isinstance(lead.exception(), type(fault))
        assert isinstance(other.exception(), heard)
    assert slow.rounds == [[1], [2, 3]]
    assert list(together.do([4])) == [40]
