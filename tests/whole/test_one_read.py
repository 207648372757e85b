"""One car, from a clip to two nodes: read, delivered, matched, told, kept with its pictures, handed on."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.whole.world import OPENANPR, Watch, until

MARK, CAMERA = "DK19UVB", "53/1/1"


@dataclass(frozen=True, slots=True)
class Passed:
    """What came of the car: its alerts at both nodes, and the stored reads of both."""

    alert: Any
    alert_of_nation: Any
    stored: Any
    stored_at_nation: Any


@pytest.fixture(scope="module")
def passed(yard, force, nation, clip) -> Passed:
    force.fill("wanted", [MARK, "AA19AAB"])
    nation.define("national")
    nation.fill("national", [MARK])
    code = force.code_file("camera-1", CAMERA)
    log, state = yard.log("reader"), yard.folder / "reader"
    with ExitStack() as stack:
        ours, theirs = stack.enter_context(Watch(force)), stack.enter_context(Watch(nation))
        words = (
            "--camera",
            CAMERA,
            "--enrol-file",
            code,
            "--state",
            state,
            "--threads",
            1,
            "--as-live",
            clip,
        )
        reader = yard.process([OPENANPR, "reader", "--node", force.url, *words], log)
        until(lambda: reader.poll() is not None, within_s=90, what="the reader has read and delivered")
        assert reader.returncode == 0, log.read_text("utf-8")
        _, alert = ours.wait_for(MARK)
        _, alert_of_nation = theirs.wait_for(MARK)
    pictures = nation.data / "pictures"
    until(lambda: len(list(pictures.rglob("*.jpg"))) >= 2, within_s=30, what="the pictures are handed on")
    force.settled()
    nation.settled()
    with force.stopped():
        (stored,) = [one for one in force.stored() if one["record"]["vrm"] == MARK]
    with nation.stopped():
        (stored_at_nation,) = [one for one in nation.stored() if one["record"]["vrm"] == MARK]
    return Passed(alert, alert_of_nation, stored, stored_at_nation)


def pictures_of(node, stored) -> set[str]:
    """The SHA-256 of each JPEG that the node keeps of the day of a read."""
    day = stored["record"]["captured_at"][:10]
    found = [path for path in (node.data / "pictures").rglob("*") if path.is_file() and day in str(path)]
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_a_listed_vehicle_in_front_of_a_camera_is_an_alert_on_the_live_stream(passed) -> None:
    said, hit = passed.alert["alert"], passed.alert["alert"]["strongest"]
    assert (hit["vrm_listed"], hit["vrm_read"], hit["camera"]) == (MARK, MARK, CAMERA)
    assert (hit["kind"], hit["late"], hit["list_stale"]) == ("exact", False, False)
    assert (said["state"], said["hits"], said["list_kind"]) == ("new", 1, "crime")


def test_its_read_is_stored_whole_with_both_its_pictures(passed, force) -> None:
    record = passed.stored["record"]
    assert (record["vrm"], record["syntax"], record["frames"] > 5) == (MARK, "gb_current", True)
    assert record["camera"] == {"force": 53, "source": 1, "camera": 1}
    assert len(record["characters"]) == 7
    assert passed.stored["late"] is False
    assert {record["patch"], record["overview"]} <= pictures_of(force, passed.stored)


def test_the_nation_has_the_same_read_with_its_pictures(passed, nation) -> None:
    record = passed.stored_at_nation["record"]
    assert record == passed.stored["record"]
    assert {record["patch"], record["overview"]} <= pictures_of(nation, passed.stored_at_nation)
    (sender,) = [one for one in nation.ask("devices", "list") if one["name"] == "force-53"]
    arrival = passed.stored_at_nation["arrival"]
    assert (arrival["device"], arrival["signed"]) == (sender["device"], True)


def test_the_nation_knows_for_good_from_which_device_the_read_first_came(passed, force, nation) -> None:
    origin, first = passed.stored_at_nation["origin"], passed.stored["arrival"]
    assert origin is not None
    assert (origin["device"], origin["received_at"]) == (first["device"], first["received_at"])
    at = passed.stored_at_nation["record"]["captured_at"]
    proved = nation.told("origins", "prove", f"{CAMERA},{at},{MARK}").stdout
    (camera,) = [one for one in force.ask("devices", "list") if one["name"] == "camera-1"]
    assert f"signed with the key {camera['key_id']}\nby device {camera['device']}, batch " in proved


def test_the_nation_alerts_by_its_own_lists(passed) -> None:
    said = passed.alert_of_nation["alert"]
    assert (said["strongest"]["vrm_listed"], said["strongest"]["camera"]) == (MARK, CAMERA)
    assert said["id"] != passed.alert["alert"]["id"]
