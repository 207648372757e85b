"""A node that forwards to a real second one: each batch once, and what stands in the way is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from openanpr.deliver.outbox import Capacity, Outbox
from openanpr.deliver.outbox_file import OutboxFullError, OutboxKind
from openanpr.ingest.enrol import CodeRequest, make_code
from openanpr.ingest.scope import Scope
from openanpr.ingest.secret_text import CHANCE_BYTES
from openanpr.run.node import build, forward
from openanpr.run.node.addresses import forward_code
from openanpr.run.node.alarms import AlarmName, alarms
from openanpr.run.node.decoded import DecodedEntries
from openanpr.run.node.forward import ForwardedPictures, Forwarding, ForwardReads
from openanpr.run.node.secret_file import SecretFileError
from openanpr.web.delivery import DeliverySettings, delivery_app
from openanpr.web.serve import serve_tcp
from tests.run_node.test_starting import free_port
from tests.run_node.world import World, read


@pytest.fixture
def nation(open_world) -> Iterator[tuple[World, str]]:
    """A node that takes what others forward, served on a port of this machine."""
    port = free_port()
    world = open_world(f"[listen]\nport = {port}", "nation")
    app = delivery_app(build._desks(world.made), DeliverySettings(names=world.settings.listen.authorities))
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
    assert sorted(r.record.vrm for r in DecodedEntries().reads(group)) == [
        "AB12CDE",
        "KX51AAA",
    ]
    again = Forwarding(
        own.stores.forward, own.made.forwarding._line, remembered, code=lambda: "", key=None, chance=None
    )
    assert again._enrolled() is not None, "it is enrolled, and needs no code any more"


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


def put_again(outbox: Outbox) -> tuple[ForwardReads, list[int]]:
    put: list[int] = []
    return ForwardReads(outbox, lambda: put.append(1)), put


def test_a_full_outbox_lets_the_group_come_again_and_loses_nothing(world, tmp_path) -> None:
    for n in range(3):
        world.deliver(read(f"AB1{n}CDE"))
    group = world.stores.journal.claim("match", most_batches=9, most_bytes=2**20)
    path = tmp_path / "outbox.db"
    with Outbox.open(path, kind=OutboxKind.FORWARDED, capacity=Capacity(reads=2)) as outbox:
        step, put = put_again(outbox)
        with pytest.raises(OutboxFullError):
            step.take(group, DecodedEntries())
        assert outbox.fill().reads == 2
        assert put == []
    with Outbox.open(path, kind=OutboxKind.FORWARDED) as outbox:
        step, put = put_again(outbox)
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
        step, _ = put_again(outbox)
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
