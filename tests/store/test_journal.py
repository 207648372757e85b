"""What the journal acknowledged is on disk, once, in order, until every consumer has passed it."""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import tempfile
import threading
import time
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from openanpr.ingest.journal import Entry, Kept
from openanpr.store.journal import Journal, JournalError, JournalSize
from openanpr.store.read_columns import to_ms
from tests.ingest.contracts import JournalContract, at_once
from tests.store.journal_child import AT, body
from tests.store.killing import said_before_killed

ALL = ("match", "store")
MS = to_ms(AT)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "journal" / "reads.sqlite"


@pytest.fixture
def journal(path):
    with Journal.open(path, ALL) as journal:
        yield journal


class TestTheRealJournal(JournalContract):
    @pytest.fixture
    def journal(self, journal):
        return journal


def batch(n: int, text: str = "reads") -> Entry:
    """Batch n, which came n milliseconds after AT."""
    return Entry(
        f"id-{n}", AT + timedelta(milliseconds=n), b"%032d" % n, f"{text} {n}".encode(), b"answer %d" % n
    )


def add(journal, *numbers: int) -> None:
    for n in numbers:
        journal.append(batch(n))


def take(journal, consumer: str, most: int = 99):
    group = journal.claim(consumer, most_batches=most, most_bytes=10**6)
    assert group is not None
    return group


def keys(group) -> list[str]:
    return [batch.key for batch in group.batches]


def stored(journal) -> list[str]:
    """The keys of the batches whose bodies are still there."""
    return [row[0] for row in journal._taker.rows("SELECT key FROM batches ORDER BY position")]


def set_most_pages(journal, most: int) -> None:
    with journal._commits.alone() as db:
        db.execute(f"PRAGMA max_page_count={most}")


def test_batches_come_in_order_with_their_bodies(journal) -> None:
    add(journal, 1, 2, 3)
    group = take(journal, "store")
    assert [(b.position, b.key, b.body) for b in group.batches] == [
        (1, "id-1", b"reads 1"),
        (2, "id-2", b"reads 2"),
        (3, "id-3", b"reads 3"),
    ]
    assert group.last == 3


def test_a_batch_sent_again_is_kept_once_and_answered_as_before(journal) -> None:
    add(journal, 1, 2)
    assert journal.append(replace(batch(1), answer=b"new")) == Kept(batch(1).digest, b"answer 1")
    assert keys(take(journal, "store")) == ["id-1", "id-2"]
    assert journal.newest() == 2


def test_threads_that_append_at_the_same_time_share_a_commit_and_each_has_its_own_answer(journal) -> None:
    commits = []
    tell = journal._commits._committed
    journal._commits._committed = lambda db: (commits.append(1), tell(db))
    with journal._commits.alone():
        threads = [
            threading.Thread(target=lambda n=n: answers.__setitem__(n, journal.append(batch(n))))
            for n in range(16)
        ]
        answers = [None] * 16
        for thread in threads:
            thread.start()
        wait_until(lambda: journal._commits._forming and len(journal._commits._forming.deeds) == 16)
    for thread in threads:
        thread.join()
    assert len(commits) == 1
    assert answers == [Kept(batch(n).digest, b"answer %d" % n) for n in range(16)]
    assert sorted(stored(journal)) == sorted(f"id-{n}" for n in range(16))


def wait_until(so) -> None:
    began = time.monotonic()
    while not so():
        assert time.monotonic() - began < 10, "it never came to that"
        time.sleep(0.001)


def test_a_fault_reaches_everyone_of_its_group_and_nobody_after(journal) -> None:
    add(journal, 1)
    set_most_pages(journal, 1)

    def append(n) -> str:
        try:
            journal.append(replace(batch(10 + n), body=b"x" * 100_000))
        except JournalError as fault:
            return str(fault)
        return "acknowledged"

    assert set(at_once(append)) == {"the journal cannot be written: database or disk is full"}
    set_most_pages(journal, 100_000)
    add(journal, 2)
    assert stored(journal) == ["id-1", "id-2"]
    assert [journal.find(f"id-{10 + n}") for n in range(8)] == [None] * 8


def test_a_thread_that_cannot_write_what_it_was_given_takes_no_other_with_it(journal) -> None:
    with pytest.raises(JournalError, match="UnicodeEncodeError"):
        journal.append(replace(batch(1), key="\ud800"))
    add(journal, 2)
    assert keys(take(journal, "store")) == ["id-2"]


def test_each_consumer_has_its_own_place(journal) -> None:
    add(journal, 1, 2, 3)
    journal.done("match", take(journal, "match"))
    journal.done("store", take(journal, "store", most=1))
    assert journal.positions() == {"match": 3, "store": 1}
    assert journal.waiting() == {"match": 0, "store": 2}
    assert journal.claim("match", most_batches=9, most_bytes=9) is None


def test_what_was_claimed_comes_again_as_the_same_group_whatever_is_asked_and_after_a_start(path) -> None:
    with Journal.open(path, ALL) as journal:
        add(journal, 1, 2)
        claimed = take(journal, "store", most=9)
        add(journal, 3)
        assert take(journal, "store", most=1) == claimed
    with Journal.open(path, ALL) as journal:
        assert take(journal, "store", most=99) == claimed
        journal.done("store", claimed)
        following = take(journal, "store")
        assert keys(following) == ["id-3"]
        assert following.name != claimed.name


def test_groups_of_two_journals_never_share_a_name(tmp_path) -> None:
    names = set()
    for name in ("a", "b"):
        with Journal.open(tmp_path / name, ALL) as journal:
            add(journal, 1)
            names |= {take(journal, "store").name, take(journal, "match").name}
    assert len(names) == 4


def test_a_group_is_bounded_in_bytes_but_never_empty(journal) -> None:
    for n in range(5):
        journal.append(replace(batch(n), body=b"x" * 100))
    for most_bytes, number in ((250, 2), (1, 1), (200, 2)):
        group = journal.claim("store", most_batches=9, most_bytes=most_bytes)
        assert len(group.batches) == number
        journal.done("store", group)


def test_only_the_claimed_group_may_be_passed_and_passing_twice_is_no_fault(journal) -> None:
    add(journal, 1, 2)
    group = take(journal, "match")
    with pytest.raises(JournalError, match="claimed"):
        journal.done("store", group)
    journal.done("match", group)
    journal.done("match", group)
    assert journal.positions()["match"] == 2


def test_a_batch_is_trimmed_only_when_every_consumer_has_passed_it(journal) -> None:
    add(journal, 1, 2, 3)
    journal.done("match", take(journal, "match"))
    assert journal.trim(forget_before_ms=0) == 0
    journal.done("store", take(journal, "store", most=2))
    assert journal.trim(forget_before_ms=0) == 2
    assert stored(journal) == ["id-3"]


def test_many_batches_are_trimmed_and_their_size_with_them(journal) -> None:
    add(journal, *range(250))
    assert journal.size() == JournalSize(250, sum(len(batch(n).body) for n in range(250)))
    for consumer in ALL:
        journal.done(consumer, take(journal, consumer, most=249))
    assert journal.trim(forget_before_ms=0) == 249
    assert journal.size() == JournalSize(1, len(b"reads 249"))
    add(journal, 250)
    assert journal.size() == JournalSize(2, 2 * len(b"reads 249"))
    for consumer in ALL:
        journal.done(consumer, take(journal, consumer))
    journal.trim(forget_before_ms=0)
    assert journal.size() == JournalSize(0, 0)


def pass_all(journal) -> None:
    for consumer in ALL:
        journal.done(consumer, take(journal, consumer))
    journal.trim(forget_before_ms=MS + 100)


def test_a_trimmed_batch_is_still_known_until_it_is_forgotten_and_places_never_come_again(path) -> None:
    with Journal.open(path, ALL) as journal:
        add(journal, 99, 100)
        pass_all(journal)
        assert journal.find("id-99") is None
        assert journal.find("id-100") == Kept(batch(100).digest, b"answer 100")
        add(journal, 100)
        assert stored(journal) == []
    with Journal.open(path, ALL) as journal:
        assert journal.newest() == 2
        add(journal, 99)
        assert [b.position for b in take(journal, "store").batches] == [3]


def test_an_old_batch_that_came_late_is_known_as_long_as_those_around_it(journal) -> None:
    add(journal, 200, 1, 201)  # such as a read that was released from quarantine
    pass_all(journal)
    assert journal.find("id-1") is not None


def test_a_batch_from_the_future_does_not_keep_the_ids_after_it_for_ever(journal) -> None:
    add(journal, 10**9, 1, 2, 200)
    pass_all(journal)
    assert [journal.find(f"id-{n}") is not None for n in (10**9, 1, 2, 200)] == [False, False, False, True]


def test_trimmed_bytes_are_not_left_in_the_files(path) -> None:
    with Journal.open(path, ["store"]) as journal:
        journal.append(replace(batch(1), body=b"SECRETPLATE" * 500))
        journal.done("store", take(journal, "store"))
        journal.trim(forget_before_ms=0)
        assert all(b"SECRETPLATE" not in file.read_bytes() for file in path.parent.iterdir())


def test_a_new_consumer_begins_at_the_oldest_batch_kept_and_an_unnamed_one_keeps_its_place(path) -> None:
    with Journal.open(path, ["store"]) as journal:
        add(journal, 1, 2)
        journal.done("store", take(journal, "store", most=1))
        journal.trim(forget_before_ms=0)
    with Journal.open(path, ["forward"]) as journal:
        assert journal.positions() == {"forward": 1, "store": 1}
        journal.done("forward", take(journal, "forward"))
        assert journal.trim(forget_before_ms=0) == 0
        journal.retire("store")
        assert journal.trim(forget_before_ms=0) == 1
        for gone in (lambda: take(journal, "store"), lambda: journal.retire("store")):
            with pytest.raises(JournalError, match="no consumer"):
                gone()


def test_who_waits_for_news_wakes_when_it_comes_and_not_before(journal) -> None:
    assert not journal.wait_beyond(0, 0.01)
    woke = []
    waiting = threading.Thread(target=lambda: woke.append(journal.wait_beyond(1, 30)))
    waiting.start()
    add(journal, 1)
    waiting.join(0.05)
    assert not woke
    add(journal, 2)
    waiting.join(10)
    assert woke == [True]
    assert journal.wait_beyond(1, 0)


def test_who_waits_for_news_is_let_go_when_the_journal_closes(path) -> None:
    woke = []
    with Journal.open(path, ALL) as journal:
        waiting = threading.Thread(target=lambda: woke.append(journal.wait_beyond(0, 30)))
        waiting.start()
    waiting.join(10)
    assert woke == [False]


def test_a_group_is_taken_and_a_batch_looked_up_while_a_commit_is_under_way(journal) -> None:
    add(journal, 1)
    claimed = take(journal, "store")
    with journal._commits.alone() as db:
        db.execute("BEGIN IMMEDIATE")
        assert take(journal, "store") == claimed
        assert journal.find("id-1") is not None
        db.execute("ROLLBACK")


def test_every_commit_waits_for_the_disk(journal) -> None:
    with journal._commits.alone() as db:
        held = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert held == {"journal_mode": "wal", "synchronous": 2}


def test_a_second_opening_is_refused_until_the_first_is_closed(path) -> None:
    with Journal.open(path, ALL), pytest.raises(JournalError, match="is open in process"):
        Journal.open(path, ALL)
    Journal.open(path, ALL).close()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 MB, where this user may make one."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("this user may not mount a file system")
    yield place
    subprocess.run(["umount", place], check=True)


def fill(journal, first: int) -> int:
    """Append until the disk is full; return the number that was refused."""
    large = (replace(batch(n), body=bytes([n % 256]) * 200_000) for n in count(first))
    return next(n for n, entry in enumerate(large, first) if not is_kept(journal, entry))


def is_kept(journal, entry) -> bool:
    """Whether there was room for it."""
    try:
        journal.append(entry)
    except JournalError as fault:
        if "full" not in str(fault):
            raise
        return False
    return True


def test_on_a_full_disk_nothing_more_is_acknowledged_and_all_goes_on_once_there_is_room(small_disk) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 6_000_000)
    path = small_disk / "journal.sqlite"
    with Journal.open(path, ["store"], least_free_bytes=0) as journal:
        refused = fill(journal, 0)
        assert refused > 3
        assert journal.find(f"id-{refused}") is None
        ballast.unlink()
        further = fill(journal, refused)
        assert further > refused
    ballast.write_bytes(b"")
    with Journal.open(path, ["store"], least_free_bytes=0) as journal:
        assert stored(journal) == [f"id-{n}" for n in range(further)]


def test_consumers_empty_a_journal_that_filled_its_disk(small_disk) -> None:
    with Journal.open(small_disk / "journal.sqlite", ["store"], least_free_bytes=8_000_000) as journal:
        refused = fill(journal, 0)
        taken = []
        while group := journal.claim("store", most_batches=5, most_bytes=10**6):
            taken += keys(group)
            journal.done("store", group)
            journal.trim(forget_before_ms=0)
        assert taken == [f"id-{n}" for n in range(refused)]
        assert journal.size().batches == 0


def test_a_file_that_is_no_journal_or_a_newer_one_is_refused(tmp_path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(JournalError, match="cannot be used"):
        Journal.open(other, ALL)
    newer = tmp_path / "newer"
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(JournalError, match="newer program"):
        Journal.open(newer, ALL)


def test_no_acknowledged_batch_is_lost_doubled_or_changed_by_kills(path) -> None:
    dice = random.Random(7)
    acknowledged, taken, first = set(), {}, 0
    for _ in range(8):
        for line in said_before_killed(
            "tests.store.journal_child", path, first, after_s=dice.uniform(0.02, 0.3)
        ):
            words = line.split()
            if words[0] == "took":
                assert taken.setdefault(words[1], words[2:]) == words[2:], "a group came again as another"
            elif words[0] != "done":
                acknowledged.update(words)
        # Send again from before what was acknowledged last, as a sender does that got no answer.
        first = max(0, max(int(word[3:]) for word in acknowledged) - 4)
    with Journal.open(path, ["store"]) as journal:
        kept = dict(journal._taker.rows("SELECT key, body FROM batches"))
        known = dict(journal._taker.rows("SELECT key, position FROM known"))
        assert len(set(known.values())) == len(known)
        assert sorted(known.values()) == list(range(1, journal.newest() + 1))
        assert acknowledged <= known.keys()
        passed = journal.positions()["store"]
        assert {name for name, position in known.items() if position > passed} <= kept.keys()
        assert all(bytes_of == body(int(key[3:])) for key, bytes_of in kept.items())
        assert journal.find("id-2") == Kept(journal.find("id-2").digest, b"answer 2")
        assert journal._taker.rows("PRAGMA integrity_check") == [("ok",)]
    consumed = [name for group in taken.values() for name in group]
    assert len(consumed) == len(set(consumed)) > 0
    assert all(re.fullmatch(r"[0-9a-f]{16}:store:\d+-\d+", name) for name in taken)


class JournalMachine(RuleBasedStateMachine):
    """A journal beside a plain list: whatever is done, they tell the same."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.journal = Journal.open(Path(self.folder.name) / "journal", ALL)
        self.model: list[str] = []
        self.passed = dict.fromkeys(ALL, 0)
        self.claims: dict[str, object] = {}
        self.trimmed = 0

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.journal.close()
            self.folder.cleanup()

    @rule(numbers=st.lists(st.integers(0, 30), max_size=4))
    def append(self, numbers) -> None:
        for n in numbers:
            assert self.journal.append(batch(n)).answer == b"answer %d" % n
            if f"id-{n}" not in self.model:
                self.model.append(f"id-{n}")

    @rule(consumer=st.sampled_from(ALL), most=st.integers(1, 3))
    def claim(self, consumer, most) -> None:
        group = self.journal.claim(consumer, most_batches=most, most_bytes=10**6)
        if consumer in self.claims:
            assert group == self.claims[consumer]
        elif group is None:
            assert self.passed[consumer] == len(self.model)
        else:
            start = self.passed[consumer]
            assert keys(group) == self.model[start : start + most]
            self.claims[consumer] = group

    @rule(consumer=st.sampled_from(ALL))
    def done(self, consumer) -> None:
        if group := self.claims.pop(consumer, None):
            self.journal.done(consumer, group)
            self.passed[consumer] = group.last

    @rule()
    def trim(self) -> None:
        least = min(self.passed.values())
        assert self.journal.trim(forget_before_ms=0) == least - self.trimmed
        self.trimmed = least

    @rule()
    def open_again(self) -> None:
        self.journal.close()
        self.journal = Journal.open(Path(self.folder.name) / "journal", ALL)

    @invariant()
    def what_is_kept_is_what_some_consumer_has_yet_to_pass(self) -> None:
        if hasattr(self, "journal"):
            kept = self.model[self.trimmed :]
            assert stored(self.journal) == kept
            assert self.journal.size().batches == len(kept)
            assert self.journal.positions() == self.passed
            assert self.journal.newest() == len(self.model)


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
