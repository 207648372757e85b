"""What comes from the journal: each group once in effect, in order, whatever fails on the way."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from openanpr.core.advice import Advice
from openanpr.ingest.journal import Entry
from openanpr.run.node import decoded as decoded_module
from openanpr.run.node.consumer import Consumer, GroupSize
from openanpr.run.node.decoded import DecodedEntries
from openanpr.store.journal import Group, Journal, JournalledBatch
from openanpr.store.reads_look_back import keys_of_shapes
from tests.run_node.world import NOW, listed, read


class Step:
    """Takes groups, failing as often as it is told to."""

    name = "step"

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.groups: list[Group] = []
        self.came = threading.Semaphore(0)

    def take(self, group, decoded) -> None:
        self.groups.append(group)
        self.came.release()
        if self.faults:
            raise self.faults.pop(0)


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "journal.db", ["step"]) as made:
        yield made


def append(journal, n: int) -> None:
    journal.append(Entry(f"k{n}", NOW, b"d", b"body %d" % n, b"a"))


def consumer(journal, step, held=None) -> Consumer:
    return Consumer(journal, DecodedEntries(), step, GroupSize(batches=2), held)


def ended(one: Consumer) -> bool:
    one.stop()
    return one.join(5)


def test_a_group_that_fails_comes_again_and_nothing_is_passed_over(journal, caplog) -> None:
    for n in range(5):
        append(journal, n)
    step = Step(ValueError("AB12CDE"), OSError("AB12CDE"))
    one = consumer(journal, step)
    one.start()
    for _ in range(5):
        assert step.came.acquire(timeout=10)
    names = [group.name for group in step.groups]
    assert names[0] == names[1] == names[2]
    assert [len(group.batches) for group in step.groups] == [2, 2, 2, 2, 1]
    assert ended(one)
    assert (one.going.groups, one.going.batches, one.going.failures) == (3, 5, 0)
    assert "ValueError at test_journal_steps.py" in caplog.text
    assert "AB12CDE" not in caplog.text


def test_a_consumer_that_keeps_failing_counts_it_and_still_ends_at_once(journal) -> None:
    append(journal, 1)
    step = Step(*(ValueError() for _ in range(50)))
    one = consumer(journal, step)
    one.start()
    assert step.came.acquire(timeout=10)
    assert step.came.acquire(timeout=10)
    began = time.monotonic()
    assert ended(one)
    assert time.monotonic() - began < 2
    assert one.going.failures >= 1
    assert journal.waiting() == {"step": 1}


def test_a_consumer_that_waits_takes_what_comes_at_once(journal) -> None:
    step = Step()
    one = consumer(journal, step)
    one.start()
    time.sleep(0.05)
    append(journal, 1)
    assert step.came.acquire(timeout=0.9)  # before it would have looked by itself
    assert ended(one)


def test_no_group_is_taken_while_another_holds_the_lock(journal) -> None:
    append(journal, 1)
    lock, step = threading.RLock(), Step()
    one = consumer(journal, step, lock)
    with lock:
        one.start()
        assert not step.came.acquire(timeout=0.2)
    assert step.came.acquire(timeout=10)
    assert ended(one)


def test_reads_are_decoded_once_for_all_consumers_and_kept_within_bounds(world) -> None:
    marks = ["AB10CDE", "AB11CDE", "AB12CDE", "AB13CDE"]
    for mark in marks:
        world.deliver(read(mark))
    group = world.stores.journal.claim("match", most_batches=9, most_bytes=2**20)
    for most, kept in ((9, 4), (3, 3), (0, 1)):
        decoded = DecodedEntries(most_reads=most)
        first, again = decoded.reads(group), decoded.reads(group)
        assert [one.record.vrm for one in first] == marks
        assert first == again
        assert len(decoded._kept) == decoded._reads == kept
        assert (first[0] is again[0]) is (kept == 4)


def test_consumers_that_ask_at_once_decode_an_entry_once(world, monkeypatch) -> None:
    world.deliver(read())
    group = world.stores.journal.claim("match", most_batches=9, most_bytes=2**20)
    calls, entries = [], decoded_module.read_entry

    def slowly(body):
        calls.append(1)
        time.sleep(0.05)
        return entries(body)

    monkeypatch.setattr(decoded_module, "read_entry", slowly)
    decoded = DecodedEntries()
    with ThreadPoolExecutor(4) as pool:
        assert len({id(one[0]) for one in pool.map(decoded.reads, [group] * 4)}) == 1
    assert calls == [1]


def test_what_ingest_noted_is_not_decoded_again(world) -> None:
    world.deliver(read())
    group = world.stores.journal.claim("match", most_batches=9, most_bytes=2**20)
    (decoded,) = DecodedEntries().reads(group)
    noting = DecodedEntries()
    noting.note(group.batches[0].key, (decoded,))
    assert noting.reads(group)[0] is decoded
    assert noting.reads(Group("g", (JournalledBatch(9, group.batches[0].key, b"\xc1"),), 9)) == (decoded,)


def test_a_damaged_entry_is_said_and_not_kept() -> None:
    decoded = DecodedEntries()
    group = Group("g", (JournalledBatch(1, "k", b"\xc1"),), 1)
    for _ in range(2):
        with pytest.raises(ValueError, match="no batch"):
            decoded.reads(group)


def test_the_same_group_again_raises_no_second_alert(world) -> None:
    world.list_(listed())
    world.deliver(read())
    group = world.stores.journal.claim("match", most_batches=9, most_bytes=2**20)
    step = world.consumers["match"]._step
    for _ in range(3):
        step.take(group, DecodedEntries())
    (alert,) = world.alerts()
    assert (alert.tally.count, alert.version) == (1, 1)


def test_a_read_that_waited_in_the_journal_is_late_and_says_stop_no_more(world) -> None:
    world.list_(listed("AB12CDE"), listed("KX51AAA"))
    world.deliver(read("AB12CDE"))
    world.pass_on("match")
    world.deliver(read("KX51AAA"))
    world.later(seconds=world.made.limits.late_after_s + 1)
    world.pass_on("match")
    advice = {a.tally.strongest.vrm_listed: (a.tally.advice, a.tally.late) for a in world.alerts()}
    assert advice == {"AB12CDE": (Advice.STOP, 0), "KX51AAA": (Advice.CHECK_PICTURE, 1)}


def test_the_same_group_again_stores_no_read_twice(world) -> None:
    world.deliver(read(), read("KX51AAA", ago_s=3))
    group = world.stores.journal.claim("store", most_batches=9, most_bytes=2**20)
    step = world.consumers["store"]._step
    for _ in range(2):
        step.take(group, DecodedEntries())
    seen = keys_of_shapes(world.stores.engine, ["A812CDE", "AB12CDE"], now=NOW, limit=9)
    assert len(seen.keys) == 1


def test_what_is_held_waits_in_quarantine_once_and_a_persons_change_stays(world) -> None:
    world.deliver(read(at=NOW + timedelta(days=2)))
    group = world.stores.journal.claim("quarantine", most_batches=9, most_bytes=2**20)
    step = world.consumers["quarantine"]._step
    step.take(group, DecodedEntries())
    (item,) = world.get("/quarantine")
    world.post("/quarantine/discard", {"by": "Ann", "why": "a test", "version": 0}, id=item["id"])
    step.take(group, DecodedEntries())
    assert world.get("/quarantine") == []
    assert world.alerts() == ()
