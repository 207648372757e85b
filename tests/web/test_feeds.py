"""Other makers' systems post their own messages; a token says whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from openanpr.ingest.device import Revocation
from openanpr.ingest.feed_message import FeedDesk, RawMessage, Rules, take_raw
from openanpr.ingest.picture import PictureLimits
from openanpr.web.delivery import ADAPTERS
from tests.ingest.pictures import jpeg
from tests.ingest.world import LIMITS, NOW
from tests.web.scene import FEED, TOKEN, Scene, plain, said, standing
from tests.wire.vendors.messages import CASES, EXAMPLES, MULTIPART, parts

BEARER = {"Authorization": f"Bearer {TOKEN}"}
VENDORS = {
    "openalpr": "openalpr",
    "plate_recognizer": "plate_recognizer",
    "hikvision": "hikvision",
    "hikvision in parts": "hikvision",
    "axis": "axis",
    "frigate event": "frigate",
    "frigate update": "frigate",
}


@pytest.fixture
def node() -> Iterator[Scene]:
    with standing() as scene:
        yield scene


def post(node, vendor, body, content_type="application/json", *, token="", **headers):
    path = f"/v1/feeds/{vendor}" + (f"/{token}" if token else "")
    beside = {} if token else BEARER
    return plain("POST", node.url + path, body, {"Content-Type": content_type, **beside, **headers})


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("token", ["", TOKEN])
def test_the_messages_of_each_maker_become_reads_that_say_they_are_unsigned(node, name, token) -> None:
    case = CASES[name]
    answer = post(node, VENDORS[name], case.payload, case.content_type, token=token)
    assert answer.status_code == 200, answer.content
    assert said(answer)["accepted"] >= 1
    (entry,) = node.world.journal.read()
    assert {(r.arrival.signed, r.arrival.device) for r in entry.accepted} == {(False, "feed-1")}
    assert len(entry.accepted) == said(answer)["accepted"]


def test_every_maker_that_has_a_route_is_tried_here() -> None:
    assert set(VENDORS.values()) == set(ADAPTERS)


def test_pictures_of_a_message_are_kept_beside_their_reads(node) -> None:
    patch, overview = jpeg(), jpeg(200, 100)
    body = parts(
        ("anpr.xml", "application/xml", (EXAMPLES / "hikvision.xml").read_bytes()),
        ("licensePlatePicture.jpg", "image/jpeg", patch),
        ("detectionPicture.jpg", "image/jpeg", overview),
    )
    first, again = (post(node, "hikvision", body, MULTIPART) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    assert set(node.pictures.kept.values()) == {patch, overview}
    assert node.shelf.pictures == {}


def test_a_picture_that_is_none_is_counted_and_its_read_stands(node) -> None:
    case = CASES["hikvision in parts"]
    answer = post(node, "hikvision", case.payload, case.content_type)
    assert (answer.status_code, said(answer)["accepted"], node.pictures.kept) == (200, 1, {})
    assert node.world.tally.snapshot().refused == {"no_jpeg": 2}


def test_a_message_whose_picture_cannot_be_kept_now_is_sent_again_and_loses_nothing(node) -> None:
    patch = jpeg()
    body = parts(
        ("anpr.xml", "application/xml", (EXAMPLES / "hikvision.xml").read_bytes()),
        ("licensePlatePicture.jpg", "image/jpeg", patch),
    )
    keep, node.pictures.keep = node.pictures.keep, None
    refused = post(node, "hikvision", body, MULTIPART)
    node.pictures.keep = keep
    assert (refused.status_code, said(refused)["error"], refused.headers["retry-after"]) == (
        503,
        "internal",
        "2",
    )
    assert post(node, "hikvision", body, MULTIPART).status_code == 200
    assert (len(node.world.journal.entries), list(node.pictures.kept.values())) == (1, [patch])


@pytest.mark.parametrize(
    "body", [b'{"data_type":"heartbeat"}', b'{"data_type":"alpr_group","is_preview":true}']
)
def test_a_sign_of_life_is_answered_and_not_kept(node, body) -> None:
    answer = post(node, "openalpr", body)
    assert (answer.status_code, said(answer)["accepted"]) == (200, 0)
    assert node.world.journal.entries == {}
    assert node.world.tally.snapshot().batches == {"nothing_final": 1}


def test_a_message_that_is_not_understood_waits_for_a_person_whole(node) -> None:
    answer = post(node, "axis", b"no JSON at all", "text/plain")
    assert (answer.status_code, said(answer)["quarantined"]) == (200, 1)
    (held,) = node.world.journal.read()[0].quarantined
    assert (held.raw, held.form) == (b"no JSON at all", "text/plain")


def test_an_adapter_that_breaks_has_its_message_held_whole() -> None:
    def broken(*_):
        raise RecursionError("AB12CDE")

    scene = Scene()
    desks = scene.desks()
    raw = RawMessage(b"{}", "application/json", broken)
    rules = Rules(LIMITS, PictureLimits(1000, 1000))
    answer = take_raw(
        FEED, raw, FeedDesk(desks.feeds.intake, desks.pictures, scene.feeds), received_at=NOW, rules=rules
    )
    assert (answer.accepted, answer.quarantined) == (0, 1)
    assert "AB12CDE" not in scene.world.journal.read()[0].quarantined[0].detail


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": TOKEN}, {"Authorization": "Basic " + TOKEN}, {"Authorization": "Bearer"},
     {"Authorization": "Bearer " + "A" * 40}, {"Authorization": "Bearer é"}],
)  # fmt: skip
def test_without_its_token_a_message_is_nobodys(node, headers) -> None:
    headers = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = plain("POST", node.url + "/v1/feeds/axis", CASES["axis"].payload, headers)
    assert (answer.status_code, said(answer)) == (401, {"error": "unknown_token"})
    assert node.world.journal.entries == {}


def test_a_revoked_feed_is_told_what_a_stranger_is(node) -> None:
    node.feeds.feeds[FEED.token_name] = replace(FEED, revoked=Revocation(NOW, "ann", "gone"))
    assert said(post(node, "axis", CASES["axis"].payload)) == {"error": "unknown_token"}


def test_a_feed_has_its_own_bound_and_a_maker_that_is_not_known_has_no_path(node) -> None:
    assert post(node, "axis", b"x" * (FEED.most_message_bytes + 1)).status_code == 413
    assert post(node, "acme", b"{}").status_code == 404
    packed = post(node, "axis", b"{}", **{"Content-Encoding": "gzip"})
    assert (packed.status_code, said(packed)["error"]) == (415, "unknown_packing")
