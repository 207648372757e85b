"""Tests of cameras over the local socket: kept, told against the targets, logged, and refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openanpr.core.camera import CameraId
from tests.run.score_results import made_result
from tests.run_node.world import NOW, World

PATH = "/cameras/53.1.7/tests"
TARGETS = "[camera_targets]\ncapture = 0.8\nread_exact = 0.999\n"


@pytest.fixture
def aimed(tmp_path: Path, reads_url) -> Iterator[World]:
    """A node with targets."""
    made = World(tmp_path / "node", reads_url, TARGETS)
    yield made
    made.last.close()


@pytest.fixture
def scores(tmp_path) -> str:
    return made_result(tmp_path / "scored", at=NOW).decode()


def keep(world: World, scores: str, note: str = "") -> dict[str, Any]:
    return world.post(PATH, {"scores": scores, "by": "Ann", "note": note})


def test_a_test_is_kept_with_its_camera_and_told_against_the_targets(aimed, scores) -> None:
    told = keep(aimed, scores, "in rain")
    capture, exact = told["capture"], told["read_exact"]
    assert (capture["hits"], capture["of"], capture["target"], capture["verdict"]) == (38, 40, 0.8, "reached")
    assert (exact["hits"], exact["of"], exact["verdict"]) == (37, 38, "missed")
    assert capture["low"] < capture["value"] < capture["high"]
    assert aimed.get(PATH) == [told]
    assert {one["by"] for one in told["parts"]} == {"layout", "style", "character height, px", "light"}
    (health,) = aimed.get("/cameras/health")
    assert health["test"] == {name: value for name, value in told.items() if name != "parts"}
    assert aimed.get("/cameras/53.1.7/health")["tests"] == [told]


def test_without_targets_nothing_is_called_reached_or_missed(world, scores) -> None:
    told = keep(world, scores)
    assert (told["capture"]["target"], told["capture"]["verdict"]) == (None, None)


def test_who_keeps_a_test_is_on_the_log_and_no_mark_is_in_the_database(world, scores) -> None:
    keep(world, scores, "in rain")
    log = world.stores.log
    entry = list(log.entries_from(0, log.size))[-1]
    assert (entry.act, entry.public["step"]) == ("enrolment", "camera-tested")
    assert "AB39CDE" in scores
    for path in world.settings.data.rglob("control.db*"):
        assert b"AB39CDE" not in path.read_bytes()


def test_what_cannot_be_kept_is_refused_in_a_sentence(world, scores) -> None:
    keep(world, scores)
    again = {"scores": scores, "by": "Ann"}
    assert world.refused("POST", PATH, again) == (409, "this result is kept with the camera already")
    for path in ("/cameras/53.1.999/tests", "/cameras/gate/tests"):
        assert world.refused("POST", path, again) == (404, "there is no such camera in the register")
    better = json.loads(scores)
    better["capture"]["value"] = 1.0
    status, sentence = world.refused("POST", PATH, {**again, "scores": json.dumps(better)})
    assert (status, "do not follow from their counts" in sentence) == (422, True)
    assert world.refused("POST", PATH, {**again, "scores": "AB12CDE"})[0] == 422
    assert world.refused("POST", PATH, {**again, "note": "x" * 501})[0] == 422
    world.add_camera(CameraId(53, 1, 8), "Sold")
    world.post("/cameras/retire", {"camera": "53/1/8", "by": "Ann", "why": "sold"})
    assert world.refused("POST", "/cameras/53.1.8/tests", again)[0] == 409
    assert len(world.get(PATH)) == 1
    assert world.get("/cameras/53.1.8/tests") == []


def test_a_withdrawn_test_counts_no_more_and_who_withdrew_it_is_on_the_log(world, scores) -> None:
    test = keep(world, scores)["test"]
    order = {"by": "Bob", "why": "pictures of another camera"}
    for bad in ({**order, "why": ""}, {"by": "Bob"}):
        assert world.refused("POST", f"{PATH}/{test}/withdraw", bad)[0] == 422
    told = world.post(f"{PATH}/{test}/withdraw", order)
    assert told["withdrawn"] == {"at": told["withdrawn"]["at"], **order}
    log = world.stores.log
    entry = list(log.entries_from(0, log.size))[-1]
    assert (entry.act, entry.public["step"]) == ("enrolment", "camera-test-withdrawn")
    assert world.get(PATH) == [told]
    (health,) = world.get("/cameras/health")
    assert health["test"] is None
    assert world.refused("POST", f"{PATH}/{test}/withdraw", order) == (
        409,
        "this test was withdrawn already",
    )
    other = "/cameras/53.1.999/tests"
    assert world.refused("POST", f"{other}/{test}/withdraw", order)[0] == 404
