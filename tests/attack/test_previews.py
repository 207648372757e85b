"""Devices send what nobody asked for, of others' cameras, too large, too often, no picture at all."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import msgspec
import numpy as np
import pytest

from openanpr.core.camera import CameraId
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.preview import MOST_BODY_BYTES, MOST_JPEG_BYTES, PREVIEW_TYPE, Box, Preview, write_preview
from tests.ingest.world import FIXED
from tests.web.scene import Scene, plain, said, standing

PATH = "/v1/previews/53.1.7"
ELSEWHERE = "/v1/previews/54.1.7"


@pytest.fixture
def node() -> Iterator[Scene]:
    with standing() as scene:
        yield scene


def jpeg(width: int = 640, height: int = 360) -> bytes:
    return cv2.imencode(".jpg", np.full((height, width, 3), 90, np.uint8))[1].tobytes()


def preview(picture: bytes | None = None) -> bytes:
    return write_preview(Preview(picture or jpeg(), (Box(0.25, 0.5, 0.25, 0.125),), 0.1))


def post(node: Scene, body: bytes, path: str = PATH, **beside):
    return node.ask(node.signed("POST", path, body, content_type=PREVIEW_TYPE, **beside))


def held(node: Scene) -> bytes | None:
    picture = node.previews.seen(FIXED, "max").picture
    return None if picture is None else picture.jpeg


def test_a_device_is_told_whether_somebody_looks_and_what_it_sends_is_held(node) -> None:
    ask = node.signed("GET", PATH)
    assert said(node.ask(ask)) == {"camera": "53/1/7", "wanted_s": 0.0}
    node.previews.ask(FIXED, "max")
    assert said(node.ask(node.signed("GET", PATH))) == {"camera": "53/1/7", "wanted_s": 60.0}
    answer = post(node, preview())
    assert (answer.status_code, said(answer)["wanted_s"]) == (200, 60.0)
    assert answer.headers["cache-control"] == "no-store"
    assert held(node) == jpeg()


def test_a_picture_that_nobody_asked_for_is_refused(node) -> None:
    answer = post(node, preview())
    assert (answer.status_code, said(answer)) == (409, {"error": "not_wanted"})
    node.previews.ask(CameraId(53, 1, 8), "max")  # another camera of the same device
    assert post(node, preview()).status_code == 409
    node.previews.ask(FIXED, "max")
    node.passed_s += 61
    assert post(node, preview()).status_code == 409
    assert held(node) is None


def test_a_device_speaks_for_its_own_cameras_alone(node) -> None:
    node.previews.ask(CameraId(54, 1, 7), "max")
    answer = post(node, preview(), ELSEWHERE)
    assert (answer.status_code, said(answer)) == (403, {"error": "not_its_camera"})
    told = node.ask(node.signed("GET", ELSEWHERE))
    assert (told.status_code, said(told)) == (403, {"error": "not_its_camera"})
    assert node.previews.seen(CameraId(54, 1, 7), "max").picture is None


@pytest.mark.parametrize("path", ["/v1/previews/53.1", "/v1/previews/53.1.x", "/v1/previews/-1.1.7"])
def test_what_is_no_camera_is_not_there(node, path) -> None:
    assert post(node, preview(), path).status_code == 404


def test_strangers_replays_and_wrong_keys_are_refused(node) -> None:
    node.previews.ask(FIXED, "max")
    unsigned = plain("POST", node.url + PATH, preview(), {"content-type": PREVIEW_TYPE})
    assert unsigned.status_code == 401
    assert plain("GET", node.url + PATH).status_code == 401
    assert said(post(node, preview(), key=DeviceKey.generate())) == {"error": "unknown_key"}
    request = node.signed("POST", PATH, preview(), content_type=PREVIEW_TYPE)
    assert node.ask(request).status_code == 200
    assert said(node.ask(request)) == {"error": "replayed"}


def test_a_signature_for_one_camera_is_none_for_another(node) -> None:
    node.previews.ask(CameraId(53, 1, 8), "max")
    signed = node.signed("POST", PATH, preview(), content_type=PREVIEW_TYPE)
    moved = plain("POST", node.url + "/v1/previews/53.1.8", signed.body, signed.headers)
    assert (moved.status_code, said(moved)) == (401, {"error": "wrong_signature"})


def test_what_is_too_large_is_refused(node) -> None:
    node.previews.ask(FIXED, "max")
    whole = post(node, bytes(MOST_BODY_BYTES + 1))
    assert (whole.status_code, said(whole)) == (413, {"error": "too_large"})
    padded = jpeg() + bytes(MOST_JPEG_BYTES)
    sent = msgspec.msgpack.encode({"jpeg": padded[: MOST_JPEG_BYTES + 1], "boxes": [], "age_ms": 0})
    assert said(post(node, sent)) == {"error": "unreadable"}
    for size in ((641, 20), (20, 641)):
        answer = post(node, preview(jpeg(*size)))
        assert (answer.status_code, said(answer)) == (413, {"error": "picture_too_large"})
    boxes = [(0.0, 0.0, 0.1, 0.1)] * 41
    assert (
        post(node, msgspec.msgpack.encode({"jpeg": jpeg(), "boxes": boxes, "age_ms": 0})).status_code == 422
    )
    assert held(node) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b'{"jpeg": ""}',
        preview(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        preview(b"\x89PNG\r\n\x1a\n"),
        preview(jpeg()[:200]),
        msgspec.msgpack.encode({"jpeg": jpeg(), "boxes": [(float("nan"), 0.0, 0.1, 0.1)], "age_ms": 0}),
        msgspec.msgpack.encode({"jpeg": jpeg(), "boxes": ["AB12CDE"], "age_ms": 0}),
        msgspec.msgpack.encode({"jpeg": jpeg(), "boxes": [], "age_ms": -5}),
        b"\x91" * 60_000,
    ],
)
def test_what_is_no_picture_with_boxes_is_refused(node, body) -> None:
    node.previews.ask(FIXED, "max")
    assert post(node, body).status_code == 422
    assert held(node) is None


def test_another_kind_of_body_is_refused(node) -> None:
    node.previews.ask(FIXED, "max")
    answer = node.ask(node.signed("POST", PATH, jpeg(), content_type="image/jpeg"))
    assert (answer.status_code, said(answer)) == (415, {"error": "unknown_encoding"})


def test_a_flood_leaves_one_picture_in_memory_and_is_told_so(node) -> None:
    node.previews.ask(FIXED, "max")
    assert post(node, preview()).status_code == 200
    flood = [post(node, preview(jpeg(64, 48))) for _ in range(12)]
    assert {(one.status_code, said(one)["error"]) for one in flood} == {(429, "too_often")}
    assert held(node) == jpeg()
    node.passed_s += 0.5
    assert post(node, preview()).status_code == 200


def test_nothing_of_a_preview_reaches_what_keeps_reads_and_pictures(node) -> None:
    node.previews.ask(FIXED, "max")
    assert post(node, preview()).status_code == 200
    kept = [node.world.journal.entries, node.shelf.pictures, node.pictures.kept]
    assert not any(kept)
