"""The sender empties the outbox into a real server, whatever that server does, and loses nothing."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest

from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.deliver.outbox import BatchSize, Outbox
from openanpr.deliver.send import Chance, Pace, Sender
from openanpr.deliver.verdict import Verdict
from openanpr.wire.delivered_read import picture_digest
from openanpr.wire.delivery import CAMERA_LAPSED
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.read_batch import unpack
from tests.deliver.node import (
    Behaviour,
    Node,
    Post,
    hangs_up,
    refuses,
    reply,
    says,
    serving,
    sleeps,
    takes_and_hangs_up,
    works,
)
from tests.wire.records import record

KEY = DeviceKey.generate()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Bench:
    """A sender whose time stands still until it is told to go on, and the node at the other end."""

    node: Node
    outbox: Outbox
    now_s: float = 0.0
    made: int = 0
    sender: Sender = field(init=False)

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.now_s)

    def text(self) -> str:
        self.made += 1
        return f"n-{self.made}"

    def batch_id(self) -> UUID:
        self.made += 1
        return UUID(int=self.made)

    def join(self, line: Line) -> None:
        chance = Chance(self.clock, lambda: self.now_s, random.Random(3), self.batch_id)
        self.sender = Sender(self.outbox, line, "gate-1", chance=chance, pace=Pace(picture_tries=3))

    def fresh(self) -> Fresh:
        return Fresh(self.clock, self.text, lambda: self.now_s)

    def steps(self, count: int) -> list[Verdict | None]:
        """The verdicts of so many steps, each as soon as it is due."""
        verdicts = []
        for _ in range(count):
            self.now_s += self.sender.step()
            verdicts.append(self.sender.standing.verdict)
        return verdicts

    def vrms(self) -> list[str]:
        return [r.vrm for _, records in self.node.batches for r in records]


@contextmanager
def at_work(folder: Path, **patience: float) -> Iterator[Bench]:
    node = Node(keys={KEY.public.key_id: KEY.public})
    with serving(node) as url, Outbox.open(folder / "o.db", batch_size=BatchSize(reads=4)) as outbox:
        made = Bench(node, outbox)
        node.now = made.clock
        with Line.open(LineSettings(url, **patience), KEY, made.fresh()) as line:
            made.join(line)
            yield made


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    with at_work(tmp_path) as made:
        yield made


def put(bench: Bench, *vrms: str) -> None:
    bench.outbox.put([record(vrm) for vrm in vrms])


def test_reads_go_to_the_node_signed_and_are_then_forgotten(bench) -> None:
    put(bench, "A1", "B2", "C3", "D4", "E5")
    assert bench.steps(2) == ["taken", "taken"]
    assert bench.vrms() == ["A1", "B2", "C3", "D4", "E5"]
    assert bench.outbox.fill().reads == 0
    assert (bench.sender.standing.batches, bench.sender.standing.reads) == (2, 5)


KEPT = [
    (hangs_up, "later"),
    (refuses(500), "later"), (refuses(502, named=False), "later"), (refuses(503), "later"),
    (refuses(429), "later"),
    (refuses(408, named=False), "later"),
    (refuses(401, error="from_the_future"), "not_admitted"), (refuses(403), "not_admitted"),
    (refuses(401, named=False), "not_admitted"),
    (refuses(404), "not_understood"), (refuses(404, named=False), "not_understood"),
    (refuses(405, named=False), "not_understood"), (refuses(415), "not_understood"),
    (refuses(400, named=False), "not_understood"), (refuses(422, named=False), "not_understood"),
    (says(302, b"", location="/login"), "not_understood"),
    (says(200, b""), "not_understood"), (says(200, b"<html>Welcome"), "not_understood"),
    (says(204, b""), "not_understood"), (says(200, b"{}"), "not_understood"),
    (says(200, b'{"batch_id":"00000000-0000-0000-0000-000000000009","accepted":1}'), "not_understood"),
    (says(200, b"x" * 100_000), "later"), (says(200, b"{", content_encoding="gzip"), "not_understood"),
    (refuses(200), "not_understood"),
]  # fmt: skip


@pytest.mark.parametrize(("behaviour", "verdict"), KEPT)
def test_a_batch_is_kept_and_sent_again_the_same_whatever_comes_back(bench, behaviour, verdict) -> None:
    kept_and_sent_again(bench, behaviour, verdict)


def test_a_batch_is_kept_and_sent_again_the_same_where_nothing_comes_back(tmp_path) -> None:
    # Longer than the one answer at the end may take on a busy machine.
    with at_work(tmp_path, answer_timeout_s=2.0) as bench:
        kept_and_sent_again(bench, sleeps(2.3), "later")


def kept_and_sent_again(bench: Bench, behaviour: Behaviour, verdict: str) -> None:
    bench.node.plan = deque([behaviour, behaviour])
    put(bench, "A1", "B2")
    assert bench.steps(2) == [verdict, verdict]
    assert bench.outbox.fill().reads == 2
    assert bench.sender.standing.alarm == (verdict != "later")
    assert bench.steps(1) == ["taken"]
    assert len({post.batch_id() for post in bench.node.posts}) == 1
    assert bench.vrms() == ["A1", "B2"]
    assert not bench.sender.standing.alarm


def test_an_answer_that_does_not_account_for_every_read_lets_none_go(bench) -> None:
    bench.node.plan = deque([lambda post: reply(200, batch_id=post.batch_id(), accepted=1, quarantined=0)])
    put(bench, "A1", "B2")
    assert bench.steps(1) == ["not_understood"]
    assert bench.outbox.fill().reads == 2


def test_a_camera_that_has_lapsed_is_told_so_until_a_batch_of_it_is_taken_whole(bench) -> None:
    def holds(post):
        why = [{"index": 0, "reason": CAMERA_LAPSED}, {"index": 1, "reason": "clock_off"}]
        return reply(200, batch_id=post.batch_id(), accepted=0, quarantined=2, held=why)

    bench.node.plan = deque([holds])
    put(bench, "A1", "B2")
    assert bench.steps(1) == ["taken"]
    told = bench.sender.standing
    assert (told.quarantined, told.lapsed, told.lapsing) == (2, 1, True)
    put(bench, "C3")
    assert bench.steps(1) == ["taken"]
    told = bench.sender.standing
    assert (told.quarantined, told.lapsed, told.lapsing) == (2, 1, False)


def test_a_lost_answer_brings_the_same_batch_again(bench) -> None:
    bench.node.plan = deque([takes_and_hangs_up])
    put(bench, "A1", "B2")
    assert bench.steps(2) == ["later", "taken"]
    first, second = bench.node.batches
    assert first == second


def test_the_node_tells_why_it_does_not_admit_a_device(bench) -> None:
    bench.node.keys.clear()
    put(bench, "A1")
    assert bench.steps(1) == ["not_admitted"]
    assert bench.sender.standing.reason == "unknown_key"


def test_waits_grow_are_bounded_and_end_with_success(bench) -> None:
    bench.node.plan = deque([refuses(503)] * 12)
    put(bench, "A1")
    waits = [bench.sender.step()]
    for _ in range(11):
        bench.now_s += waits[-1]
        waits.append(bench.sender.step())
    assert waits[0] <= 1.0
    assert 10 < max(waits) <= 300
    bench.now_s += waits[-1]
    assert bench.sender.step() == 0.0
    assert bench.sender.standing.failures == 0


def test_nothing_is_sent_before_it_is_due_however_often_it_is_asked(bench) -> None:
    bench.node.plan = deque([refuses(503, Retry_After="120")])
    put(bench, "A1")
    assert 120 <= bench.sender.step() <= 121
    for _ in range(5):
        put(bench, "B2")
        assert bench.sender.step() > 0
    assert len(bench.node.posts) == 1
    bench.now_s += 122
    assert bench.sender.step() == 0.0


def test_a_refused_device_is_tried_again_slowly(bench) -> None:
    bench.node.plan = deque([refuses(403)])
    put(bench, "A1")
    assert 150 <= bench.sender.step() <= 300


@pytest.mark.parametrize("named", [True, False])
def test_a_batch_that_is_too_large_is_sent_in_halves(bench, named) -> None:
    bench.node.plan = deque([refuses(413, named=named)])
    put(bench, "A1", "B2", "C3", "D4")
    assert bench.steps(3) == ["too_large", "taken", "taken"]
    assert bench.vrms() == ["A1", "B2", "C3", "D4"]
    assert len({post.batch_id() for post in bench.node.posts}) == 3


def refuses_the_one(post: Post):
    """A node that cannot read a batch with this mark in it."""
    if post.path == "/v1/batches" and b"BAD1" in unpacked(post):
        return refuses(422)(post)
    return works(post)


def unpacked(post: Post) -> bytes:
    return unpack(post.body)


def test_the_one_read_that_the_node_cannot_take_is_found_and_set_aside_with_a_count(bench) -> None:
    bench.node.plan = deque([refuses_the_one] * 20)
    put(bench, "A1", "B2", "BAD1", "D4")
    bench.steps(6)
    assert bench.vrms() == ["A1", "B2", "D4"]
    assert bench.outbox.aside() == {"reads: unreadable": 1}
    assert bench.sender.standing.set_aside == 1
    bench.node.plan.clear()
    bench.outbox.release()
    bench.steps(1)
    assert bench.vrms() == ["A1", "B2", "D4", "BAD1"]


def test_a_read_that_something_on_the_way_finds_too_large_is_kept(bench) -> None:
    bench.node.plan = deque([refuses(413, named=False)])
    put(bench, "A1")
    assert bench.steps(2) == ["not_understood", "taken"]


def with_picture(bench: Bench, vrm: str) -> bytes:
    jpeg = b"jpeg of " + vrm.encode()
    bench.outbox.put([replace(record(vrm), patch=picture_digest(jpeg))])
    bench.outbox.put_picture(jpeg)
    return jpeg


def test_pictures_go_after_all_text_and_are_then_forgotten(bench) -> None:
    jpegs = [with_picture(bench, vrm) for vrm in ("A1", "B2", "C3", "D4", "E5")]
    bench.steps(7)
    assert [post.method for post in bench.node.posts] == ["POST", "POST", *["PUT"] * 5]
    assert list(bench.node.pictures.values()) == jpegs
    assert bench.outbox.fill().pictures == 0


def test_a_picture_that_fails_never_holds_text_up(bench) -> None:
    with_picture(bench, "A1")
    bench.node.plan = deque([works, refuses(503, Retry_After="1000")])
    bench.steps(2)
    put(bench, "B2")
    assert bench.sender.step() == 0.0
    assert bench.vrms() == ["A1", "B2"]


def test_a_picture_that_no_read_names_is_set_aside_after_some_tries_and_holds_no_other_up(bench) -> None:
    bench.outbox.put_picture(b"stray")
    jpeg = with_picture(bench, "A1")
    bench.steps(3)
    assert list(bench.node.pictures.values()) == [jpeg]
    bench.now_s += 1000
    bench.steps(1)
    bench.now_s += 1000
    bench.steps(1)
    assert bench.outbox.aside() == {"pictures: not_yet": 1}


@pytest.mark.parametrize("status", [413, 422])
def test_a_picture_that_the_node_will_not_have_is_set_aside(bench, status) -> None:
    with_picture(bench, "A1")
    bench.node.plan = deque([works, refuses(status)])
    bench.steps(2)
    assert sum(bench.outbox.aside().values()) == 1


@pytest.mark.parametrize("answer", [says(201, b"{}"), says(200, b""), refuses(413, named=False), hangs_up])
def test_a_picture_is_kept_until_it_is_named(bench, answer) -> None:
    jpeg = with_picture(bench, "A1")
    bench.node.plan = deque([works, answer])
    bench.steps(2)
    assert bench.outbox.fill().pictures == 1
    bench.now_s += 1000
    bench.steps(1)
    assert list(bench.node.pictures.values()) == [jpeg]


def test_every_try_is_signed_anew_with_its_own_time(bench) -> None:
    bench.node.plan = deque([refuses(503), works])
    put(bench, "A1")
    bench.steps(2)
    first, second = (post.headers["signature-input"] for post in bench.node.posts)
    assert first != second
    assert len(bench.node.nonces) == 1  # the refused one was not looked at


def test_a_full_disk_is_waited_out_and_the_same_batch_goes_again(bench) -> None:
    put(bench, "A1")
    connection = bench.outbox._connection
    connection.executescript("""
        CREATE TABLE ballast (b BLOB);
        CREATE TRIGGER heavy BEFORE DELETE ON reads BEGIN INSERT INTO ballast VALUES (zeroblob(100000)); END;
    """)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    assert bench.steps(1) == ["later"]
    assert bench.sender.standing.reason == "disk_full"
    connection.execute("PRAGMA max_page_count = 1000000")
    assert bench.steps(1) == ["taken"]
    first, second = bench.node.batches
    assert first == second


def test_run_delivers_as_it_comes_until_it_is_stopped(bench) -> None:
    thread = Thread(target=bench.sender.run)
    thread.start()
    for n in range(5):
        put(bench, f"A{n}")
    while bench.outbox.fill().reads:
        bench.outbox.arrived.wait(0.01)
    bench.sender.stop()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert sorted(bench.vrms()) == ["A0", "A1", "A2", "A3", "A4"]
