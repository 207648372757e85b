"""Somebody looks at a camera: its reader, a process, sends small pictures with boxes to a node, another."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from tests.whole.world import OPENANPR, Device, Node, until

CAR = "53/9/4"
PLACE = "/cameras/53.9.4/preview"


def asked(node: Node, method: str, **who: str) -> Any:
    """Ask the socket about the preview, as somebody."""
    transport = httpx.HTTPTransport(uds=str(node.data / "node.sock"))
    with httpx.Client(transport=transport, base_url="http://node", timeout=10) as client:
        query = {"as": who["by"]} if method == "GET" else None
        answer = client.request(method, PLACE, params=query, json=who if method == "POST" else None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def acts(node: Node, kind: str = "consultation") -> int:
    """How many entries of an act the node's log has."""
    return len(node.ask("audit", "newest", "--act", kind)["entries"])


@pytest.fixture(scope="module")
def watched(yard, clip) -> Iterator[tuple[Node, Path]]:
    """A node of its own, and the reader of a patrol car that plays a clip again and again."""
    node = Node(yard, "previewing").start()
    node.ask("cameras", "add", CAR, "--mount", "moving", "--name", "Car 4", "--by", "Ann")
    code, state = node.code_file("car-4", CAR), yard.folder / "car-4"
    words = ("--node", node.url, "--camera", CAR, "--enrol-file", code, "--state", state, "--loop", clip)
    process = yard.process((OPENANPR, "reader", *words), yard.log("car-4"))
    yield node, state
    process.terminate()
    process.wait(30)
    node.stop()


def first_picture(node: Node, by: str) -> Any:
    """Return the first preview with a box on it, asking anew while it takes long."""
    found: list[Any] = []

    def there() -> bool:
        seen = asked(node, "GET", by=by)
        found[:] = [seen["picture"]] if seen["picture"] and seen["picture"]["boxes"] else []
        return bool(found)

    until(there, within_s=55, what="a preview with a box comes", every_s=0.2)
    return found[0]


def test_who_looks_is_logged_and_then_sees_what_the_reader_sees_with_its_boxes(watched) -> None:
    node, state = watched
    device = Device(node, "another", "53/9/5")
    assert asked(node, "GET", by="Ann")["picture"] is None
    assert asked(node, "POST", by="Ann")["left_s"] > 59
    picture = first_picture(node, "Ann")
    jpeg = base64.b64decode(picture["jpeg"])
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[:2] == (picture["height"], picture["width"])
    assert max(image.shape[:2]) <= 640
    assert len(jpeg) <= 64 * 1024
    assert picture["age_s"] < 10
    assert set(picture) == {"jpeg", "width", "height", "boxes", "age_s"}
    box = picture["boxes"][0]
    assert set(box) == {"left", "top", "width", "height"}
    across, down = (int(box["left"] * image.shape[1]), int(box["top"] * image.shape[0]))
    wide, high = (max(2, int(box["width"] * image.shape[1])), max(2, int(box["height"] * image.shape[0])))
    plate = image[down : down + high, across : across + wide]
    assert plate.mean() > image.mean(), "the plate is the bright thing in the picture"
    # Nobody else is shown it, and another device cannot send for this camera.
    assert asked(node, "GET", by="Eve")["picture"] is None
    status, said = device.post(device.signed("GET", "/v1/previews/53.9.4", "application/json", b""))
    assert (status, said) == (403, {"error": "not_its_camera"})
    # Nothing of it lies on a disk, at either end, while it runs.
    middle = jpeg[len(jpeg) // 2 : len(jpeg) // 2 + 48]
    holders = [
        str(path)
        for folder in (node.data, state)
        for path in folder.rglob("*")
        if path.is_file() and middle in path.read_bytes()
    ]
    assert holders == []


def test_a_restart_of_the_node_ends_every_look(watched) -> None:
    node, _ = watched
    asked(node, "POST", by="Ann")
    with node.stopped():
        pass
    seen = asked(node, "GET", by="Ann")
    assert (seen["left_s"], seen["picture"]) == (0.0, None)
    asked(node, "POST", by="Ann")
    assert first_picture(node, "Ann")["boxes"]


def test_each_look_stands_in_the_log_before_a_picture_is_shown(watched) -> None:
    node, _ = watched
    before = acts(node)
    asked(node, "POST", by="Cleo")
    asked(node, "GET", by="Cleo")
    assert acts(node) == before + 1
