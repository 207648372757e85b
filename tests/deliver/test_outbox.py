"""The outbox keeps what it was given, gives the same batch until it is acknowledged, and refuses aloud."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from openanpr.core.capture_record import CaptureRecord
from openanpr.deliver.outbox import BatchSize, Capacity, Outbox, OutboxBatch, UnknownBatchError
from openanpr.deliver.outbox_file import OutboxError, OutboxFullError
from openanpr.wire.delivered_read import ReadShapeError, picture_digest
from openanpr.wire.delivery import MOST_PICTURE_BYTES
from openanpr.wire.read_batch import Encoding, decode_batch, encode_batch, encode_read
from tests.wire.records import AT, HEAD, record


class Ids:
    """Batch ids that count up."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> UUID:
        self.made += 1
        return UUID(int=self.made)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox.db"


@pytest.fixture
def outbox(path) -> Iterator[Outbox]:
    with Outbox.open(path, batch_size=BatchSize(reads=3)) as opened:
        yield opened


def reads(count: int, *, start: int = 0) -> list[CaptureRecord]:
    return [record(after_ms=start + n) for n in range(count)]


def inside(batch: OutboxBatch | None) -> list[CaptureRecord]:
    assert batch is not None
    return list(decode_batch(encode_batch(HEAD, batch.parts), Encoding.MESSAGE_PACK).records)


def test_what_is_put_comes_out_oldest_first_and_is_gone_once_acknowledged(outbox) -> None:
    ids, out = Ids(), []
    outbox.put(reads(7))
    while (batch := outbox.take(ids)) is not None:
        out.append(inside(batch))
        assert outbox.acknowledge(batch.batch_id) == len(batch.parts)
    assert [len(part) for part in out] == [3, 3, 1]
    assert list(chain(*out)) == reads(7)
    assert outbox.fill().reads == outbox.fill().read_bytes == 0


def test_a_batch_once_cut_stays_the_same_whatever_comes_after_and_through_a_new_start(path) -> None:
    with Outbox.open(path) as outbox:
        outbox.put(reads(2))
        first = outbox.take(Ids())
        outbox.put(reads(2, start=50))
        assert outbox.take(Ids()) == first
    with Outbox.open(path) as outbox:
        assert outbox.take(lambda: UUID(int=99)) == first
        outbox.acknowledge(first.batch_id)
        assert inside(outbox.take(lambda: UUID(int=99))) == reads(2, start=50)


def test_a_batch_ends_at_its_bytes_too_but_has_one_read_at_least(path) -> None:
    with Outbox.open(path, batch_size=BatchSize(reads=100, read_bytes=1)) as outbox:
        outbox.put(reads(2))
        assert inside(outbox.take(Ids())) == reads(1)


def test_a_read_that_waits_already_is_not_kept_twice(outbox) -> None:
    assert outbox.put(reads(2)) == 2
    assert outbox.put(reads(3)) == 1
    assert outbox.fill().reads == 3


def test_a_put_is_kept_whole_or_not_at_all(outbox) -> None:
    with pytest.raises(ReadShapeError):
        outbox.put([*reads(2), record("not a mark")])
    assert outbox.take(Ids()) is None


@pytest.mark.parametrize("room", [Capacity(reads=4), Capacity(read_bytes=4 * len(encode_read(record())))])
def test_a_full_outbox_refuses_aloud_counts_and_keeps_the_oldest(path, room) -> None:
    with Outbox.open(path, capacity=room) as outbox:
        outbox.put(reads(3))
        with pytest.raises(OutboxFullError, match="mend the line"):
            outbox.put(reads(2, start=10))
        assert (outbox.fill().full, outbox.fill().refused_reads) == (True, 2)
        first = outbox.take(Ids())
        assert inside(first) == reads(3)
        outbox.acknowledge(first.batch_id)
        outbox.put(reads(2, start=10))
        assert (outbox.fill().full, outbox.fill().refused_reads) == (False, 2)
    with Outbox.open(path, capacity=room) as outbox:
        assert outbox.fill().refused_reads == 2


def test_a_full_disk_is_a_full_outbox(outbox) -> None:
    outbox.put(reads(1))
    (pages,) = outbox._connection.execute("PRAGMA page_count").fetchone()
    outbox._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OutboxFullError, match="disk is full"):
        outbox.put(reads(200, start=100))
    assert outbox.fill().reads == 1
    assert outbox.fill().full
    outbox._connection.execute("PRAGMA max_page_count = 1000000")
    outbox.put(reads(1, start=10**6))
    assert not outbox.fill().full


def test_reads_that_a_full_disk_did_not_let_be_counted_are_counted_all_the_same(path) -> None:
    with Outbox.open(path, capacity=Capacity(picture_bytes=1)) as outbox:
        outbox._connection.executescript("""
            CREATE TABLE ballast (b BLOB);
            CREATE TRIGGER heavy BEFORE UPDATE OF refused_reads ON totals
            BEGIN INSERT INTO ballast VALUES (zeroblob(100000)); END;
        """)
        (pages,) = outbox._connection.execute("PRAGMA page_count").fetchone()
        outbox._connection.execute(f"PRAGMA max_page_count = {pages}")
        for count in (200, 300):
            with pytest.raises(OutboxFullError, match="disk is full"):
                outbox.put(reads(count))
        with pytest.raises(OutboxFullError, match="pictures"):
            outbox.put_picture(b"abc")
        assert (outbox.fill().refused_reads, outbox.fill().refused_pictures) == (500, 1)
        outbox._connection.execute("PRAGMA max_page_count = 1000000")
        outbox.put(reads(1))
    with Outbox.open(path) as outbox:
        assert (outbox.fill().refused_reads, outbox.fill().refused_pictures) == (500, 1)


def test_the_last_of_the_disk_is_left_for_delivery_and_pictures_stop_before_reads(path) -> None:
    free = disk_usage(path.parent).free
    with Outbox.open(path) as outbox:
        outbox.put(reads(2))
    with Outbox.open(path, capacity=Capacity(spare_bytes=free // 2)) as outbox:
        with pytest.raises(OutboxFullError, match="but for what delivery needs"):
            outbox.put_picture(b"abc")
        assert outbox.put(reads(3)) == 1
    with Outbox.open(path, capacity=Capacity(spare_bytes=2 * free)) as outbox:
        with pytest.raises(OutboxFullError, match="but for what delivery needs"):
            outbox.put(reads(1, start=10))
        assert (outbox.fill().full, outbox.fill().refused_reads, outbox.fill().refused_pictures) == (
            True,
            1,
            1,
        )
        assert outbox.acknowledge(outbox.take(Ids()).batch_id) == 3


def test_the_default_outbox_keeps_72_hours_at_one_read_a_second() -> None:
    assert Capacity().reads >= 72 * 3600
    assert Capacity().read_bytes >= 72 * 3600 * 2000  # a read of ours has about 830 bytes


def test_pictures_are_the_first_to_be_refused_and_reads_go_on(path) -> None:
    with Outbox.open(path, capacity=Capacity(picture_bytes=10)) as outbox:
        outbox.put_picture(b"12345678")
        with pytest.raises(OutboxFullError, match="pictures"):
            outbox.put_picture(b"abc")
        assert outbox.put(reads(1)) == 1
        fill = outbox.fill()
        assert (fill.full, fill.pictures_full, fill.refused_pictures) == (False, True, 1)
        with pytest.raises(ValueError, match="a picture has"):
            outbox.put_picture(b"x" * (MOST_PICTURE_BYTES + 1))


def test_a_picture_follows_its_read_and_does_not_wait_for_later_ones(outbox) -> None:
    outbox.put(reads(1))
    outbox.put_picture(b"first")
    outbox.put(reads(1, start=9))
    assert outbox.next_picture() is None
    outbox.acknowledge(outbox.take(lambda: UUID(int=1)).batch_id)
    # Both reads were in one batch of three.
    assert outbox.next_picture().jpeg == b"first"
    outbox.put(reads(1, start=20))
    assert outbox.next_picture().sha256 == picture_digest(b"first")
    outbox.acknowledge_picture(picture_digest(b"first"))
    assert outbox.next_picture() is None


def test_a_picture_that_is_not_wanted_yet_waits_behind_the_others(outbox) -> None:
    first, second = outbox.put_picture(b"first"), outbox.put_picture(b"second")
    outbox.retry_picture(first)
    assert outbox.next_picture().sha256 == second
    outbox.acknowledge_picture(second)
    assert (outbox.next_picture().sha256, outbox.next_picture().tries) == (first, 1)


def test_a_split_batch_is_two_with_new_ids_and_loses_nothing(outbox) -> None:
    ids = Ids()
    outbox.put(reads(3))
    whole = outbox.take(ids)
    outbox.split(whole.batch_id, ids)
    lower = outbox.take(ids)
    outbox.acknowledge(lower.batch_id)
    upper = outbox.take(ids)
    assert inside(lower) + inside(upper) == reads(3)
    assert len({whole.batch_id, lower.batch_id, upper.batch_id}) == 3
    with pytest.raises(UnknownBatchError):
        outbox.acknowledge(whole.batch_id)


def test_a_batch_of_one_is_not_split(outbox) -> None:
    outbox.put(reads(1))
    with pytest.raises(ValueError, match="one part"):
        outbox.split(outbox.take(Ids()).batch_id, Ids())


def test_what_is_set_aside_is_kept_counted_and_can_be_released(outbox) -> None:
    outbox.put(reads(2))
    first = outbox.take(Ids())
    outbox.set_aside(first.batch_id, "unreadable")
    sha256 = outbox.put_picture(b"picture")
    outbox.set_picture_aside(sha256, "not_yet")
    assert outbox.take(Ids()) is None
    assert outbox.next_picture() is None
    assert outbox.aside() == {"reads: unreadable": 2, "pictures: not_yet": 1}
    fill = outbox.fill()
    assert (fill.reads, fill.reads_aside, fill.pictures_aside, fill.oldest) == (2, 2, 1, None)
    assert outbox.release() == 3
    assert inside(outbox.take(lambda: UUID(int=50))) == reads(2)
    assert outbox.fill().reads_aside == 0


def test_it_says_since_when_reads_wait(outbox) -> None:
    assert outbox.fill().oldest is None
    outbox.put(reads(2))
    assert outbox.fill().oldest == AT


def test_the_file_is_open_to_its_owner_only(path, outbox) -> None:
    outbox.put(reads(1))
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_others_may_read_is_refused(path) -> None:
    path.touch(mode=0o644)
    path.chmod(0o644)
    with pytest.raises(OutboxError, match="0600"):
        Outbox.open(path)


def test_a_file_that_is_no_outbox_or_a_newer_one_is_refused(path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at" * 50)
    path.chmod(0o600)
    with pytest.raises(OutboxError, match="cannot be opened"):
        Outbox.open(path)
    path.unlink()
    Outbox.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(OutboxError, match="another version"):
        Outbox.open(path)


def test_what_was_acknowledged_is_not_left_in_the_file(path) -> None:
    with Outbox.open(path) as outbox:
        outbox.put([record("ZZ99ZZZ")])
        outbox.acknowledge(outbox.take(Ids()).batch_id)
    assert b"ZZ99ZZZ" not in path.read_bytes()


class AnyOrder(RuleBasedStateMachine):
    """Puts, takes, refusals and new starts in any order lose nothing and give nothing twice."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "outbox.db"
        self.ids = Ids()
        self.put: set[int] = set()
        self.gone: list[int] = []
        self.seen: dict[UUID, tuple[bytes, ...]] = {}
        self.outbox = Outbox.open(self.path, batch_size=BatchSize(reads=4))

    @rule(at=st.integers(0, 60), count=st.integers(1, 6))
    def put_some(self, at, count) -> None:
        some = [r for r in reads(count, start=at) if r.read_id not in self.put]
        self.outbox.put(some)
        self.put |= {r.read_id for r in some}

    def taken(self) -> OutboxBatch | None:
        batch = self.outbox.take(self.ids)
        if batch is not None:
            assert self.seen.setdefault(batch.batch_id, batch.parts) == batch.parts
        return batch

    @rule()
    def acknowledge_one(self) -> None:
        if (batch := self.taken()) is not None:
            self.gone += [r.read_id for r in inside(batch)]
            self.outbox.acknowledge(batch.batch_id)

    @rule()
    def split_or_set_aside(self) -> None:
        if (batch := self.taken()) is not None and len(batch.parts) > 1:
            self.outbox.split(batch.batch_id, self.ids)
        elif batch is not None:
            self.outbox.set_aside(batch.batch_id, "unreadable")

    @rule()
    def start_anew(self) -> None:
        self.outbox.close()
        self.outbox = Outbox.open(self.path, batch_size=BatchSize(reads=4))

    @precondition(lambda self: self.outbox.fill().reads_aside)
    @rule()
    def release(self) -> None:
        self.outbox.release()

    @invariant()
    def the_totals_are_true(self) -> None:
        assert self.outbox.fill().reads == len(self.put) - len(self.gone)

    def teardown(self) -> None:
        self.outbox.release()
        while self.taken() is not None:
            self.acknowledge_one()
        assert sorted(self.gone) == sorted(self.put)
        self.outbox.close()
        self.folder.cleanup()


AnyOrder.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
test_in_any_order_nothing_is_lost_or_doubled = AnyOrder.TestCase
