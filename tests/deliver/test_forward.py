"""A node hands on what it took: each batch once, as it came, through the same outbox and sender."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.deliver.outbox import BatchSize, Capacity, Outbox
from openanpr.deliver.outbox_file import OutboxError, OutboxFullError, OutboxKind
from openanpr.deliver.send import Chance, Pace, Sender
from openanpr.deliver.verdict import Verdict
from openanpr.ingest.acknowledgement import write_acknowledgement
from openanpr.ingest.journal import origins_of
from openanpr.ingest.receive import take_batch
from openanpr.ingest.refusal import RefusedError
from openanpr.wire.forwarded import (
    FORWARDED_TYPE,
    OriginProof,
    decode_forwarded,
    decode_origin,
    encode_forwarded,
)
from openanpr.wire.read_batch import BatchError
from openanpr.wire.signature import Request
from tests.deliver.node import Node, Post, refuses, reply, serving
from tests.ingest.test_forwarded import Nation
from tests.ingest.test_receive import take
from tests.ingest.world import LIMITS, World, record
from tests.wire.origins import origin
from tests.wire.records import HEAD
from tests.wire.records import record as plain


@pytest.fixture
def path(tmp_path):
    return tmp_path / "forward.db"


@pytest.fixture
def outbox(path):
    with Outbox.open(path, kind=OutboxKind.FORWARDED) as opened:
        yield opened


def origins(count, *, reads=1, first=0):
    """Batches of a device under different keys."""
    made = origin([plain(after_ms=n) for n in range(reads)])
    return [replace(made, key=f"gate-1/{first + n}") for n in range(count)]


def keys(batch) -> list[str]:
    return [decode_origin(part).key for part in batch.parts]


def test_a_batch_goes_in_and_out_as_it_came(outbox) -> None:
    made = origins(2, reads=3)
    assert outbox.put_origins(made) == 2
    batch = outbox.take(uuid4)
    assert decode_forwarded(encode_forwarded(HEAD, batch.parts)).origins == tuple(made)
    assert (batch.reads, outbox.fill().reads) == (6, 6)
    assert outbox.acknowledge(batch.batch_id) == 6
    assert (outbox.fill().reads, outbox.fill().read_bytes) == (0, 0)


def test_what_is_put_again_is_not_sent_again_waiting_delivered_or_reopened(path) -> None:
    with Outbox.open(path, kind=OutboxKind.FORWARDED) as outbox:
        assert outbox.put_origins(origins(3)) == 3
        assert outbox.put_origins(origins(4)) == 1
        outbox.acknowledge(outbox.take(uuid4).batch_id)
    with Outbox.open(path, kind=OutboxKind.FORWARDED) as outbox:
        assert outbox.put_origins(origins(5)) == 1
        assert keys(outbox.take(uuid4)) == ["gate-1/4"]


def test_a_batch_ends_at_the_reads_that_are_inside(path) -> None:
    with Outbox.open(path, kind=OutboxKind.FORWARDED, batch_size=BatchSize(reads=10)) as outbox:
        outbox.put_origins(origins(5, reads=4))
        assert outbox.take(uuid4).reads == 8


def test_a_full_outbox_keeps_none_of_a_put_and_knows_none_of_it(path) -> None:
    with Outbox.open(path, kind=OutboxKind.FORWARDED, capacity=Capacity(reads=5)) as outbox:
        outbox.put_origins(origins(1, reads=3))
        with pytest.raises(OutboxFullError):
            outbox.put_origins(origins(2, reads=3, first=1))
        assert (outbox.fill().full, outbox.fill().refused_reads) == (True, 6)
        outbox.acknowledge(outbox.take(uuid4).batch_id)
        assert outbox.put_origins(origins(1, reads=3, first=1)) == 1


def test_what_no_node_would_take_is_not_kept(outbox) -> None:
    with pytest.raises(BatchError):
        outbox.put_origins([*origins(1), replace(origins(1)[0], hops=9)])
    assert outbox.fill().reads == 0


def test_reads_and_forwarded_batches_never_share_an_outbox(path, outbox) -> None:
    with pytest.raises(ValueError, match="forwarded"):
        outbox.put([plain()])
    with pytest.raises(OutboxError, match="another use"):
        Outbox.open(path)
    with Outbox.open(path.with_name("own.db")) as own, pytest.raises(ValueError, match="reads"):
        own.put_origins(origins(1))


def ingests(nation: Nation):
    """Answer as a node does: what comes goes through its whole ingest."""

    def behave(post: Post):
        request = Request(post.method, post.node.url + post.path, post.headers, post.body)
        try:
            answer = take_batch(request, nation.intake, received_at=datetime.now(UTC), limits=LIMITS)
        except RefusedError as refused:
            batch_id = str(decode_forwarded(post.body).head.batch_id)
            return reply(422, batch_id=batch_id, error=refused.fault)
        return 200, {}, write_acknowledgement(answer)

    return behave


class Always:
    """A plan that never ends."""

    def __init__(self, behave) -> None:
        self.behave = behave

    def popleft(self):
        return self.behave


class Turns:
    """A plan of some turns, and one for ever after."""

    def __init__(self, turns, last) -> None:
        self.turns, self.last = turns, last

    def popleft(self):
        return next(self.turns, self.last)


def force_with(*batches) -> World:
    """A force's node that has taken these batches just now."""
    world = World()
    for number, records in enumerate(batches, 1):
        now = datetime.now(UTC)
        request = world.batch(records, batch_id=UUID(int=number), sent_at=now)
        body = world.body(records, batch_id=UUID(int=number), sent_at=now)
        take(world, world.signed(body, content_type=request.headers["Content-Type"], at=now), at=now)
    return world


def fresh(vrm, **beside):
    """A read of two seconds ago."""
    return replace(record(vrm=vrm, **beside), captured_at=datetime.now(UTC) - timedelta(seconds=2))


@contextmanager
def sending(node, outbox, nation) -> Iterator[Sender]:
    """A sender of the force's outbox, and the nation's node behind HTTP."""
    chance = Chance(lambda: datetime.now(UTC), time.monotonic, random.Random(1), uuid4)
    fresh_each = Fresh(chance.clock, lambda: uuid4().hex, time.monotonic)
    pace = Pace(first_s=0.02, most_s=0.1, idle_s=0.02)
    with serving(node) as url, Line.open(LineSettings(url), nation.key, fresh_each) as line:
        yield Sender(outbox, line, nation.device, chance=chance, pace=pace)


def test_reads_reach_the_second_node_over_http_with_their_first_signature(outbox) -> None:
    nation, node = Nation(), Node()
    force = force_with([fresh("AB12CDE"), fresh("CD34EFG")], [fresh("EF56GHI")])
    behave = ingests(nation)
    turns = iter([refuses(503), behave])
    node.plan = Turns(turns, behave)
    with sending(node, outbox, nation) as sender:
        outbox.put_origins([o for entry in force.journal.entries.values() for o in origins_of(entry.body)])
        thread = threading.Thread(target=sender.run)
        thread.start()
        until = time.monotonic() + 20
        while outbox.fill().reads and time.monotonic() < until:
            time.sleep(0.01)
        sender.stop()
        thread.join()
    arrived = [read for entry in nation.journal.read() for read in entry.accepted]
    assert sorted(read.record.vrm for read in arrived) == ["AB12CDE", "CD34EFG", "EF56GHI"]
    assert {(r.origin.device, r.origin.proof) for r in arrived} == {("gate-1", OriginProof.VERIFIED)}
    assert (sender.standing.reads, sender.standing.quarantined) == (3, 0)
    assert {post.headers["content-type"] for post in node.posts} == {FORWARDED_TYPE}


def test_what_was_changed_on_the_forwarding_nodes_disk_is_held_and_answered(outbox) -> None:
    nation, node = Nation(), Node()
    good, bad = (
        origins_of(e.body)[0]
        for e in force_with([fresh("AB12CDE")], [fresh("CD34EFG")]).journal.entries.values()
    )
    node.plan = Always(ingests(nation))
    with sending(node, outbox, nation) as sender:
        outbox.put_origins([good, replace(bad, body=good.body)])
        sender.step()
    assert sender.standing.verdict is Verdict.TAKEN
    assert (sender.standing.reads, sender.standing.quarantined) == (2, 1)
    assert outbox.fill().reads == 0


def test_a_batch_that_the_next_node_cannot_read_is_found_by_halves_and_set_aside(outbox) -> None:
    nation, node = Nation(), Node()
    batches = [[fresh(f"AB1{n}CDE")] for n in range(5)]
    made = [origins_of(e.body)[0] for e in force_with(*batches).journal.entries.values()]
    behave = ingests(nation)

    def chokes(post: Post):
        forwarded = decode_forwarded(post.body)
        if any(o.key == made[3].key for o in forwarded.origins):
            return reply(422, batch_id=str(forwarded.head.batch_id), error="unreadable")
        return behave(post)

    node.plan = Always(chokes)
    with sending(node, outbox, nation) as sender:
        outbox.put_origins(made)
        for _ in range(20):
            sender.step()
    assert outbox.aside() == {"reads: unreadable": 1}
    assert sum(len(entry.accepted) for entry in nation.journal.read()) == 4


def test_an_answer_that_was_lost_doubles_nothing(outbox) -> None:
    nation, node = Nation(), Node()
    made = [origins_of(e.body)[0] for e in force_with([fresh("AB12CDE")]).journal.entries.values()]
    behave = ingests(nation)
    node.plan = Always(behave)
    with sending(node, outbox, nation) as sender:
        outbox.put_origins(made)
        node.plan = Always(lambda post: behave(post) and None)
        sender.step()
        node.plan = Always(behave)
        for _ in range(200):
            if sender.step() and not outbox.fill().reads:
                break
            time.sleep(0.01)
    assert len(node.posts) == 2
    assert len(nation.journal.entries) == 1
    assert sender.standing.reads == 1


def test_whole_batches_are_put_far_faster_than_reads_come(outbox) -> None:
    made = origins(200, reads=100)
    began = time.process_time()
    for start in range(0, 200, 20):
        outbox.put_origins(made[start : start + 20])
    spent_s = time.process_time() - began
    assert 20_000 / spent_s > 12_000, "the design load of the national platform, in reads a second"
