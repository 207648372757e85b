"""What the journal acknowledged is on disk, once, in order, until every consumer has passed it."""

from __future__ import annotations

import random
import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from openanpr.store.journal import Batch, BatchConflictError, Journal, JournalError
from tests.store.journal_child import body
from tests.store.killing import said_before_killed

ALL = ("match", "store")


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "journal" / "reads.sqlite"


@pytest.fixture
def journal(path):
    with Journal.open(path, ALL) as journal:
        yield journal


def batch(n: int, text: str = "reads") -> Batch:
    return Batch(f"id-{n}", f"{text} {n}".encode(), n)


def take(journal, consumer: str, most: int = 99):
    group = journal.claim(consumer, most_batches=most, most_bytes=10**6)
    assert group is not None
    return group


def test_batches_are_read_in_order_from_any_position(journal) -> None:
    assert journal.append([batch(1), batch(2)]) == (1, 2)
    assert journal.append([batch(3)]) == (3,)
    assert [kept.body for kept in journal.read(1, most=9)] == [b"reads 2", b"reads 3"]
    assert [kept.position for kept in journal.read(0, most=2)] == [1, 2]


def test_a_batch_sent_again_has_its_place_of_before_and_is_kept_once(journal) -> None:
    journal.append([batch(1)])
    assert journal.append([batch(2), batch(1), batch(2)]) == (2, 1, 2)
    assert len(journal.read(0, most=9)) == 2


def test_an_id_that_comes_with_other_bytes_is_refused_with_all_that_came_along(journal) -> None:
    journal.append([batch(1)])
    with pytest.raises(BatchConflictError, match="other bytes"):
        journal.append([batch(2), batch(1, "forged")])
    assert [kept.batch_id for kept in journal.read(0, most=9)] == ["id-1"]
    assert journal.append([batch(2)]) == (2,)


def test_each_consumer_has_its_own_place(journal) -> None:
    journal.append([batch(1), batch(2), batch(3)])
    journal.done("match", take(journal, "match"))
    journal.done("store", take(journal, "store", most=1))
    assert journal.positions() == {"match": 3, "store": 1}
    assert journal.waiting() == {"match": 0, "store": 2}
    assert journal.claim("match", most_batches=9, most_bytes=9) is None


def test_what_was_claimed_comes_again_as_the_same_group_whatever_is_asked_and_after_a_start(path) -> None:
    with Journal.open(path, ALL) as journal:
        journal.append([batch(1), batch(2)])
        claimed = take(journal, "store", most=9)
        journal.append([batch(3)])
        assert take(journal, "store", most=1) == claimed
    with Journal.open(path, ALL) as journal:
        assert take(journal, "store", most=99) == claimed
        journal.done("store", claimed)
        following = take(journal, "store")
        assert [kept.batch_id for kept in following.batches] == ["id-3"]
        assert following.name != claimed.name


def test_groups_of_two_journals_never_share_a_name(tmp_path) -> None:
    names = set()
    for name in ("a", "b"):
        with Journal.open(tmp_path / name, ALL) as journal:
            journal.append([batch(1)])
            names |= {take(journal, "store").name, take(journal, "match").name}
    assert len(names) == 4


def test_a_group_is_bounded_in_bytes_but_never_empty(journal) -> None:
    journal.append([Batch(f"id-{i}", b"x" * 100, i) for i in range(5)])
    group = journal.claim("store", most_batches=9, most_bytes=250)
    assert group is not None
    assert len(group.batches) == 2
    journal.done("store", group)
    group = journal.claim("store", most_batches=9, most_bytes=1)
    assert group is not None
    assert len(group.batches) == 1


def test_only_the_claimed_group_may_be_passed_and_passing_twice_is_no_fault(journal) -> None:
    journal.append([batch(1), batch(2)])
    group = take(journal, "match")
    with pytest.raises(JournalError, match="claimed"):
        journal.done("store", group)
    journal.done("match", group)
    journal.done("match", group)
    assert journal.positions()["match"] == 2


def test_a_batch_is_trimmed_only_when_every_consumer_has_passed_it(journal) -> None:
    journal.append([batch(1), batch(2), batch(3)])
    journal.done("match", take(journal, "match"))
    assert journal.trim(forget_before_ms=0) == 0
    journal.done("store", take(journal, "store", most=2))
    assert journal.trim(forget_before_ms=0) == 2
    assert [kept.position for kept in journal.read(0, most=9)] == [3]


def test_a_trimmed_batch_is_still_known_until_it_is_forgotten_and_places_never_come_again(path) -> None:
    with Journal.open(path, ALL) as journal:
        journal.append([batch(1), batch(2)])
        for consumer in ALL:
            journal.done(consumer, take(journal, consumer))
        journal.trim(forget_before_ms=2)
        assert journal.append([batch(2)]) == (2,)
        with pytest.raises(BatchConflictError):
            journal.append([batch(2, "forged")])
    with Journal.open(path, ALL) as journal:
        assert journal.append([batch(1)]) == (3,)


def test_trimmed_bytes_are_not_left_in_the_files(path) -> None:
    with Journal.open(path, ["store"]) as journal:
        journal.append([Batch("id", b"SECRETPLATE" * 500, 1)])
        journal.done("store", take(journal, "store"))
        journal.trim(forget_before_ms=0)
        assert all(b"SECRETPLATE" not in file.read_bytes() for file in path.parent.iterdir())


def test_a_new_consumer_begins_at_the_oldest_batch_kept_and_an_unnamed_one_keeps_its_place(path) -> None:
    with Journal.open(path, ["store"]) as journal:
        journal.append([batch(1), batch(2)])
        journal.done("store", take(journal, "store", most=1))
        journal.trim(forget_before_ms=0)
    with Journal.open(path, ["forward"]) as journal:
        assert journal.positions() == {"forward": 1, "store": 1}
        journal.done("forward", take(journal, "forward"))
        assert journal.trim(forget_before_ms=0) == 0
        journal.retire("store")
        assert journal.trim(forget_before_ms=0) == 1
        with pytest.raises(JournalError, match="no consumer"):
            journal.claim("store", most_batches=1, most_bytes=1)


def test_every_commit_waits_for_the_disk(journal) -> None:
    settings = {
        name: journal._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2}


def test_a_full_disk_is_told_and_nothing_is_acknowledged_or_lost(journal) -> None:
    journal.append([batch(1)])
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(JournalError, match="full"):
        journal.append([batch(2), Batch("large", b"x" * 100_000, 3)])
    journal._db.execute("PRAGMA max_page_count=100000")
    assert journal.append([batch(3)]) == (2,)
    assert [kept.batch_id for kept in journal.read(0, most=9)] == ["id-1", "id-3"]


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
        kept = {k.batch_id: k for k in journal.read(0, most=10**6)}
        known = dict(journal._db.execute("SELECT batch_id, position FROM known"))
        assert len(set(known.values())) == len(known)
        assert acknowledged <= known.keys()
        passed = journal.positions()["store"]
        assert {name for name, position in known.items() if position > passed} <= kept.keys()
        assert all(k.body == body(int(k.batch_id[3:])) for k in kept.values())
        assert journal._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    consumed = [name for group in taken.values() for name in group]
    assert len(consumed) == len(set(consumed)) > 0
    assert all(re.fullmatch(r"[0-9a-f]{16}:store:\d+-\d+", name) for name in taken)


class JournalMachine(RuleBasedStateMachine):
    """A journal in memory beside a plain list: whatever is done, they tell the same."""

    @initialize()
    def start(self) -> None:
        self.journal = Journal.open(Path(":memory:"), ALL)
        self.model: list[str] = []
        self.passed = dict.fromkeys(ALL, 0)
        self.claims: dict[str, object] = {}
        self.trimmed = 0

    def teardown(self) -> None:
        self.journal.close()

    @rule(ids=st.lists(st.integers(0, 30), max_size=4))
    def append(self, ids) -> None:
        positions = self.journal.append([batch(n) for n in ids])
        for n in ids:
            if f"id-{n}" not in self.model:
                self.model.append(f"id-{n}")
        assert positions == tuple(self.model.index(f"id-{n}") + 1 for n in ids)

    @rule(consumer=st.sampled_from(ALL), most=st.integers(1, 3))
    def claim(self, consumer, most) -> None:
        group = self.journal.claim(consumer, most_batches=most, most_bytes=10**6)
        if consumer in self.claims:
            assert group == self.claims[consumer]
        elif group is None:
            assert self.passed[consumer] == len(self.model)
        else:
            start = self.passed[consumer]
            assert [kept.batch_id for kept in group.batches] == self.model[start : start + most]
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

    @invariant()
    def what_is_kept_is_what_some_consumer_has_yet_to_pass(self) -> None:
        if hasattr(self, "journal"):
            kept = [k.batch_id for k in self.journal.read(0, most=999)]
            assert kept == self.model[self.trimmed :]
            assert self.journal.positions() == self.passed


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
