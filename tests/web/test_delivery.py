"""Devices as they are meet the app as it is, over HTTP: what they deliver is kept and told of."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from openanpr.deliver.enrol import CodeRefusedError, enrol
from openanpr.deliver.line import Message
from openanpr.deliver.outbox import BatchSize, Outbox
from openanpr.deliver.send import Chance, Sender
from openanpr.ingest.device import Revocation
from openanpr.ingest.rotate import Rotation
from openanpr.wire.delivery import read_batch_answer
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.read_batch import Encoding, pack
from openanpr.wire.signature import Request, sign
from tests.ingest.pictures import jpeg
from tests.ingest.world import LIMITS, MOVING, NOW, record
from tests.web.scene import Scene, said, standing

PICTURE = jpeg()
NAME = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def node() -> Iterator[Scene]:
    with standing() as scene:
        yield scene


def vrms(node) -> list[str]:
    return [read.record.vrm for entry in node.world.journal.read() for read in entry.accepted]


def test_an_outbox_is_emptied_into_the_node_text_and_pictures(node, tmp_path) -> None:
    ids = (UUID(int=n) for n in range(1, 100))
    chance = Chance(lambda: node.now, lambda: 0.0, random.Random(1), lambda: next(ids))
    with (
        Outbox.open(tmp_path / "o.db", batch_size=BatchSize(reads=2)) as outbox,
        node.line() as line,
    ):
        outbox.put([record(vrm="AA11AAA", patch=NAME), record(vrm="BB22BBB"), record(vrm="CC33CCC")])
        outbox.put_picture(PICTURE)
        sender = Sender(outbox, line, "gate-1", chance=chance)
        for _ in range(3):
            sender.step()
        fill = outbox.fill()
    standing_ = sender.standing
    assert (standing_.verdict, standing_.reads, standing_.pictures) == ("taken", 3, 1)
    assert (fill.reads, fill.pictures) == (0, 0)
    assert vrms(node) == ["AA11AAA", "BB22BBB", "CC33CCC"]
    assert node.pictures.kept == {(NOW.date(), NAME): PICTURE}


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("packed", [False, True])
def test_a_batch_is_taken_in_every_form_and_answered_read_by_read(node, encoding, packed) -> None:
    body = node.world.body([record(), record(age_s=90), record(MOVING)], encoding=encoding)
    message = Message("POST", "/v1/batches", encoding, pack(body) if packed else body, packed=packed)
    with node.line() as line:
        answer = line.send(message)
    told = read_batch_answer(answer.body)
    assert (answer.status, told.accepted, told.late, told.quarantined, told.received_at) == (
        200,
        2,
        1,
        1,
        NOW,
    )
    assert [(held.index, held.reason) for held in told.held] == [(2, "no_place")]


def test_the_same_batch_again_gets_the_same_words(node) -> None:
    request = node.batch([record()], batch_id=UUID(int=5))
    first = node.ask(request)
    node.now += timedelta(seconds=30)
    again = node.ask(node.batch([record()], batch_id=UUID(int=5)))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert len(node.world.journal.entries) == 1


def test_a_batch_of_a_query_is_proved_by_the_address_that_was_signed(node) -> None:
    body = node.world.body([record()])
    request = node.signed("POST", "/v1/batches?a=1", body, content_type="application/vnd.msgpack")
    assert node.ask(request).status_code == 200


def test_a_device_enrols_rotates_its_key_and_delivers_with_the_new_one_alone(node) -> None:
    old, new = DeviceKey.generate(), DeviceKey.generate()
    code = node.code()
    with node.line(old) as line:
        device = enrol(line, code, old.public)
        assert enrol(line, code, old.public) == device
        text = new.public.base64
        asking = Request("POST", node.url + "/v1/devices/key", {"Content-Type": "text/plain"}, text.encode())
        proof = sign(asking, new, created=node.now, nonce="inner")
        letter = Rotation(text, proof["Content-Digest"], proof["Signature-Input"], proof["Signature"])
        sent = Message("POST", "/v1/devices/key", "application/json", msgspec.json.encode(letter))
        answer = line.send(sent)
    assert answer.status == 200
    assert msgspec.json.decode(answer.body) == {"device": device, "key_id": new.public.key_id}
    body = node.world.body([record()]).replace(b"gate-1", device.encode()[:6].ljust(6, b"x"))
    for key, status in ((old, 401), (new, 403)):
        # 403: the batch names another device, so the key was proved.
        with node.line(key) as line:
            assert line.send(Message("POST", "/v1/batches", Encoding.MESSAGE_PACK, body)).status == status


def test_a_code_is_good_for_one_device(node) -> None:
    code = node.code()
    with node.line(first := DeviceKey.generate()) as line:
        enrol(line, code, first.public)
    with node.line(second := DeviceKey.generate()) as line, pytest.raises(CodeRefusedError):
        enrol(line, code, second.public)


def test_a_revoked_device_is_told_what_a_stranger_is(node) -> None:
    node.world.book.revoke("gate-1", Revocation(NOW, "ann", "stolen"))
    answers = [
        node.ask(node.batch([record()])),
        node.ask(node.signed("POST", "/v1/batches", key=DeviceKey.generate())),
    ]
    assert [(a.status_code, said(a)) for a in answers] == [(401, {"error": "unknown_key"})] * 2
    assert node.world.tally.snapshot().refused == {"revoked": 1, "unknown_key": 1}


def test_a_request_that_was_used_is_refused(node) -> None:
    request = node.batch([record()])
    assert node.ask(request).status_code == 200
    assert (node.ask(request).status_code, said(node.ask(request))["error"]) == (401, "replayed")


def test_a_picture_that_no_read_names_is_kept_on_the_shelf_and_said_so(node) -> None:
    with node.line() as line:
        answer = line.send(Message("PUT", f"/v1/pictures/{NAME}", "image/jpeg", PICTURE))
    assert (answer.status, msgspec.json.decode(answer.body)) == (202, {"sha256": NAME})
    assert len(node.shelf.find(NAME)) == 1


def test_a_picture_that_is_refused_is_named(node) -> None:
    other = "0" * 64
    answer = node.ask(node.signed("PUT", f"/v1/pictures/{other}", PICTURE, content_type="image/jpeg"))
    assert (answer.status_code, said(answer)) == (422, {"error": "wrong_picture", "sha256": other})


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"content_type": "text/plain"}, 415, "unknown_encoding"),
        ({"body": b"{"}, 422, "unreadable"),
        ({"body": b"\x00" * 20}, 422, "unreadable"),
        ({"headers": {"Content-Encoding": "gzip"}}, 422, "unreadable"),
        ({"headers": {"Content-Encoding": "br"}}, 415, "unknown_packing"),
        ({"body": b'{"version":2,"reads":[]}'}, 415, "unknown_version"),
    ],
)
def test_a_body_that_cannot_be_read_says_which_way(node, change, status, error) -> None:
    request = node.signed("POST", "/v1/batches", **({"body": b"{}"} | change))
    answer = node.ask(request)
    assert (answer.status_code, said(answer)["error"]) == (status, error)
    assert node.world.journal.entries == {}


def test_a_refused_batch_is_named_where_it_could_be_read(node) -> None:
    node.limits = LIMITS
    many = [record(age_s=n / 100) for n in range(LIMITS.most_reads + 1)]
    answer = node.ask(node.batch(many, batch_id=UUID(int=9)))
    assert (answer.status_code, said(answer)) == (413, {"error": "too_large", "batch_id": str(UUID(int=9))})


def test_a_fault_of_the_node_is_for_later_and_is_logged_without_what_it_says(node, caplog) -> None:
    def broken(entry) -> None:  # noqa: ARG001 - as the journal is called
        raise OSError("the disk that holds AB12CDE is gone")

    node.world.journal.append = broken
    answer = node.ask(node.batch([record()]))
    assert (answer.status_code, said(answer), answer.headers["retry-after"]) == (
        503,
        {"error": "journal_unavailable"},
        "2",
    )
    assert "OSError" in caplog.text
    assert "in broken" in caplog.text
    assert "AB12CDE is gone" not in caplog.text


def test_health_says_yes_or_no_and_nothing_else(node) -> None:
    healthy = node.ask(Request("GET", node.url + "/v1/health", {}, b""))
    assert (healthy.status_code, healthy.content) == (200, b'{"status":"ok"}')
    assert "server" not in healthy.headers
    node.ready = False
    assert node.ask(Request("GET", node.url + "/v1/health", {}, b"")).status_code == 503


def test_each_request_is_one_line_of_the_log_with_nothing_of_it(node, caplog) -> None:
    with caplog.at_level("INFO", logger="openanpr.web"):
        node.ask(node.signed("PUT", f"/v1/pictures/{NAME}", PICTURE, content_type="image/jpeg"))
        node.ask(Request("POST", node.url + "/v1/feeds/axis/SECRET-TOKEN", {}, b"{}"))
        node.ask(Request("AB12CDE", node.url + "/AB12CDE", {}, b""))
        until = time.monotonic() + 5
        while len(caplog.records) < 3 and time.monotonic() < until:
            time.sleep(0.01)  # the line is written after the answer has gone
    lines = [r.getMessage().rpartition(" ")[0].rpartition(" ")[0] for r in caplog.records]
    assert lines == ["PUT /v1/pictures/{sha256} 202", "POST /v1/feeds/{vendor}/{token} 401", "other none 404"]
