"""A node that forwards to a real second one: each batch once, and what stands in the way is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.read_key import ReadKey
from openanpr.core.span import Span
from openanpr.deliver.outbox import Capacity, Outbox
from openanpr.deliver.outbox_file import OutboxFullError, OutboxKind
from openanpr.ingest.enrol import CodeRequest, make_code
from openanpr.ingest.journal import read_entry
from openanpr.ingest.scope import Scope
from openanpr.ingest.secret_text import CHANCE_BYTES
from openanpr.run.node import build, forward
from openanpr.run.node.addresses import forward_code
from openanpr.run.node.alarms import AlarmName, alarms
from openanpr.run.node.decoded import DecodedEntries
from openanpr.run.node.forward import ForwardedPictures, Forwarding, ForwardReads
from openanpr.run.node.secret_file import SecretFileError
from openanpr.run.node.store_reads import StoreReads
from openanpr.store.engine import Statement
from openanpr.store.journal import Group, JournalledBatch
from openanpr.store.origins import verify_origin
from openanpr.store.reads_named import whole_read, whole_reads
from openanpr.web.delivery import DeliverySettings, delivery_app
from openanpr.web.serve import serve_tcp
from openanpr.wire.forwarded import MOST_HOPS, OriginProof
from tests.ingest import test_forwarded as first_node
from tests.ports import free_port
from tests.run_node.world import CAMERA, DEVICE, World, read
from tests.store.asked import reads_of_cameras

KEPT = Statement("kept", "SELECT count() FROM origin_batches")


@pytest.fixture
def nation(open_world) -> Iterator[tuple[World, str]]:
    """A node that takes what others forward, served on a port of this machine."""
    port = free_port()
    world = open_world(f"[listen]\nport = {port}", "nation")
    app = delivery_app(build._desks(world.made), DeliverySettings(names=frozenset({f"127.0.0.1:{port}"})))
    with serve_tcp(app, "127.0.0.1", port, None, None):
        yield world, f"http://127.0.0.1:{port}"
    app.close()


@pytest.fixture
def force(open_world) -> Callable[[str], World]:
    def open_(url: str) -> World:
        return open_world(f'[forward]\nurl = "{url}"\ncode_file = "code"', "force")

    return open_


def give_code(nation: World, force: World) -> None:
    request = CodeRequest("the force", Scope.parse(["53"]), "Ann", nation.made.limits.oldest)
    code = make_code(
        request,
        nation.stores.intake.codes,
        hash_key=nation.stores.secrets.hash_key,
        chance=bytes(range(CHANCE_BYTES)),
        now=nation.now,
    )
    path = force.settings.data / "code"
    path.touch(mode=0o600)
    path.write_text(code)


def test_what_a_force_takes_comes_to_the_nation_once(nation, force) -> None:
    other, url = nation
    own = force(url)
    assert own.turn("forward") == forward._NOT_ENROLLED_S
    standing = own.telling.standing()
    assert (standing.forward.verdict, standing.forward.alarm) == ("no_code", True)
    assert AlarmName.FORWARD_STOPPED in {one.name for one in alarms(standing)}
    give_code(other, own)
    own.deliver(read(), read("KX51AAA"))
    own.pass_on()
    assert own.telling.standing().forward.waiting == 2
    own.turn("forward")
    remembered = own.settings.data / "forward" / "enrolled.json"
    assert json.loads(remembered.read_text())["device"]
    for _ in range(5):
        own.turn("forward")
    assert own.telling.standing().forward.waiting == 0
    other.list_()
    group = other.stores.journal.claim("match", most_batches=99, most_bytes=2**20)
    assert sorted(one.record.vrm for one in DecodedEntries().reads(group)) == [
        "AB12CDE",
        "KX51AAA",
    ]
    again = Forwarding(
        own.stores.forward, own.made.forwarding._line, remembered, code=lambda: "", key=None, chance=None
    )
    assert again._enrolled() is not None, "it is enrolled, and needs no code any more"


def test_the_nation_proves_from_its_store_alone_which_device_signed_a_read(nation, force) -> None:
    other, url = nation
    own = force(url)
    give_code(other, own)
    own.deliver(read(), read("KX51AAA"))
    own.deliver(read("CD34EFG"))
    own.pass_on("forward")
    for _ in range(5):
        own.turn("forward")
    other.pass_on()
    other.stores.journal.trim(forget_before_ms=0)
    span = Span(other.now - timedelta(days=1), other.now)
    found = reads_of_cameras(other.stores.engine, [CAMERA], span, limit=9).rows
    reads = whole_reads(other.stores.engine, [one.key for one in found])
    assert sorted(one.record.vrm for one in reads) == ["AB12CDE", "CD34EFG", "KX51AAA"]
    for one in reads:
        assert one.origin is not None
        assert (one.origin.device, one.origin.proof) == (DEVICE, OriginProof.VERIFIED)
        verify_origin(other.stores.engine, one)
    assert other.stores.engine.rows(KEPT, {}, tuple[int])[0] == (2,)


def test_an_operator_has_a_forwarded_read_proved_and_one_under_a_hold_when_its_day_has_gone(
    nation, force
) -> None:
    other, url = nation
    own = force(url)
    give_code(other, own)
    own.deliver(read())
    own.deliver(read("KX51AAA"))
    own.pass_on("forward")
    for _ in range(5):
        own.turn("forward")
    other.pass_on()
    named = {"camera": str(CAMERA), "captured_at": read().captured_at.isoformat(), "vrm": "AB12CDE"}
    told = other.post("/origins/prove", {"read": named})
    assert (told["origin"]["device"], told["origin"]["proof"]) == (DEVICE, "verified")
    assert told["key_id"] == own.get("/devices")[0]["key_id"] == own.key.public.key_id
    assert told["handed_on_by"] in {
        one["device"] for one in other.get("/devices") if one["name"] == "the force"
    }
    hold = {"hold_id": "op-1", "case_ref": "C/1", "owner": "Ann", "until": "2030-01-01"}
    other.post("/holds", {**hold, "reads": [named]})
    other.later(days=800)
    (certificate,) = other.post("/retention/run", {})["certificates"]
    assert (certificate["held"], certificate["held_origin_batches"]) == ([["op-1", 1]], 1)
    assert other.refused("POST", "/origins/prove", {"read": named})[0] == 404
    assert other.post("/origins/prove", {"read": named, "hold_id": "op-1"}) == told
    other_read = {"read": {**named, "vrm": "KX51AAA"}, "hold_id": "op-1"}
    assert other.refused("POST", "/origins/prove", other_read)[0] == 404, "the other read was not held"


def test_what_came_straight_here_is_kept_without_its_batch(world) -> None:
    world.deliver(read())
    world.pass_on()
    assert world.stores.engine.rows(KEPT, {}, tuple[int])[0] == (0,)


def test_a_batch_that_may_go_no_further_is_stored_and_proved_all_the_same(world) -> None:
    last = first_node.Nation()
    last.hand_on([replace(one, hops=MOST_HOPS) for one in first_node.forwarded()])
    ((key, entry),) = last.journal.entries.items()
    stores = world.stores
    step = StoreReads(stores.engine, stores.announced, stores.intake.shelf, stores.kept, stores.kept_from)
    step.take(Group("far", (JournalledBatch(1, key, entry.body),), 1), DecodedEntries())
    (sent,) = read_entry(entry.body).accepted
    stored = whole_read(stores.engine, ReadKey(sent.record.camera, sent.record.captured_at, sent.record.vrm))
    assert stored is not None
    assert stored.origin == sent.origin
    verify_origin(stores.engine, stored)


@pytest.mark.parametrize(("code", "says"), [("00000-wrong", "code_refused"), ("", "no_code")])
def test_a_code_that_is_refused_or_missing_is_told(nation, force, code, says) -> None:
    own = force(nation[1])
    path = own.settings.data / "code"
    path.touch(mode=0o600)
    path.write_text(code)
    own.turn("forward")
    assert own.telling.standing().forward.verdict == says


def test_a_line_that_is_down_is_told_and_tried_again(force) -> None:
    own = force(f"http://127.0.0.1:{free_port()}")
    path = own.settings.data / "code"
    path.touch(mode=0o600)
    path.write_text("a-code")
    assert own.turn("forward") > 0
    assert own.telling.standing().forward.verdict == "line_down"


def test_a_node_without_a_code_file_says_which_key_is_missing(open_world) -> None:
    own = open_world('[forward]\nurl = "http://127.0.0.1:1"')
    with pytest.raises(SecretFileError, match=r"forward\.code_file"):
        forward_code(own.settings)


def put_again(world, outbox: Outbox) -> tuple[ForwardReads, list[int]]:
    put: list[int] = []
    log, clock = world.stores.log, lambda: world.now
    return ForwardReads(outbox, lambda: put.append(1), log=log, to="http://nation", clock=clock), put


def test_a_full_outbox_lets_the_group_come_again_and_loses_nothing(world, tmp_path) -> None:
    for n in range(3):
        world.deliver(read(f"AB1{n}CDE"))
    group = world.stores.journal.claim("match", most_batches=9, most_bytes=2**20)
    path = tmp_path / "outbox.db"
    with Outbox.open(path, kind=OutboxKind.FORWARDED, capacity=Capacity(reads=2)) as outbox:
        step, put = put_again(world, outbox)
        with pytest.raises(OutboxFullError):
            step.take(group, DecodedEntries())
        assert outbox.fill().reads == 2
        assert put == []
    with Outbox.open(path, kind=OutboxKind.FORWARDED) as outbox:
        step, put = put_again(world, outbox)
        step.take(group, DecodedEntries())
        step.take(group, DecodedEntries())
        assert outbox.fill().reads == 3
        assert put == [1, 1]


def test_nodes_that_forward_in_a_ring_end_it(world, tmp_path, monkeypatch) -> None:
    def been_here(_) -> None:
        raise forward.TooManyHopsError

    world.deliver(read())
    group = world.stores.journal.claim("match", most_batches=9, most_bytes=2**20)
    monkeypatch.setattr(forward, "origins_of", been_here)
    with Outbox.open(tmp_path / "outbox.db", kind=OutboxKind.FORWARDED) as outbox:
        step, _ = put_again(world, outbox)
        step.take(group, DecodedEntries())
        assert outbox.fill().reads == 0


class Kept:
    """A picture store in memory."""

    def __init__(self) -> None:
        self.pictures: list[bytes] = []

    def keep(self, sha256, day, jpeg) -> None:
        self.pictures.append(jpeg)


def test_a_picture_is_kept_here_also_where_the_outbox_has_no_room_for_it(world, tmp_path) -> None:
    kept, day = Kept(), world.now.date()
    small = Capacity(picture_bytes=10)
    with Outbox.open(tmp_path / "outbox.db", kind=OutboxKind.FORWARDED, capacity=small) as outbox:
        pictures = ForwardedPictures(kept, outbox)
        pictures.keep("a" * 64, day, b"12345678")
        pictures.keep("b" * 64, day, b"12345678")
        assert kept.pictures == [b"12345678", b"12345678"]
        assert outbox.fill().pictures == 1


def test_a_node_that_forwards_no_more_keeps_no_batch_for_it(open_world, reads_url) -> None:
    own = open_world('[forward]\nurl = "http://127.0.0.1:1"')
    own.deliver(read())
    own.pass_on("match", "store", "quarantine")
    own.last.close()
    again = World(own.settings.data, reads_url, again=True)
    try:
        again.made.forgetting.trim(again.now)
        assert again.stores.journal.size().batches == 0
    finally:
        again.last.close()
