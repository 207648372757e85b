"""What a node does not take, what it holds, and what comes of a read that a person lets through."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.whole.world import Device, Watch, ago, read, until

LISTED, STRAY, EARLY, OLD, LATE = "RX64KBD", "SB15NLY", "SC66OLD", "SD17VRY", "SE68LTE"
CAMERA, UNKNOWN = "53/1/2", "53/1/28"


@pytest.fixture(scope="module")
def device(force):
    return Device(force, "gate", "53")


def held_as(force, reason: str):
    """The one read that is held for a reason."""
    (item,) = force.ask("quarantine", "list", "--reason", reason)
    return item


def test_a_revoked_key_opens_nothing_any_more(force) -> None:
    lost = Device(force, "stolen from the roadside", CAMERA)
    assert lost.send(read("TA11GNE", CAMERA))["accepted"] == 1
    force.ask("devices", "revoke", lost.id, "--by", "Ann", "--why", "stolen")
    status, answer = lost.post(lost.batch(read("TB12GNE", CAMERA)))
    assert (status, answer["error"]) == (401, "unknown_key")
    assert force.status()["counts"]["refused"]["revoked"] == 1


def test_a_request_that_is_sent_again_by_whoever_heard_it_is_refused_and_counted(force, device) -> None:
    heard = device.batch(read("TC13RPL", CAMERA))
    assert device.post(heard)[0] == 200
    status, answer = device.post(heard)
    assert (status, answer["error"]) == (401, "replayed")
    assert force.status()["counts"]["refused"]["replayed"] == 1


def test_a_read_of_an_unknown_camera_is_held_mended_released_and_alerts_as_late(force, device) -> None:
    force.approve(force.add("wanted", LISTED))
    with Watch(force) as watch:
        seen = ago(minutes=3)
        answer = device.send(read(LISTED, UNKNOWN, seen))
        assert (answer["accepted"], answer["held"][0]["reason"]) == (0, "unknown_camera")
        until(lambda: force.ask("quarantine", "list", "--reason", "unknown_camera"), within_s=20, what="held")
        item = held_as(force, "unknown_camera")
        assert item["detail"] == "the camera is not in the register: add it, then release the read"
        shown = force.ask("quarantine", "show", item["id"])
        assert json.loads(shown["text"])["vrm"] == LISTED
        who = ("--by", "Ann", "--why", "the camera's number was set wrong")
        mended = force.ask(
            "quarantine", "mend", item["id"], "--version", item["version"], "--patch",
            json.dumps({"camera": CAMERA}), *who,
        )  # fmt: skip
        stale = force.told("quarantine", "release", item["id"], "--version", item["version"], *who)
        assert (stale.returncode, "look again" in stale.stderr) == (2, True)
        released = force.ask("quarantine", "release", item["id"], "--version", mended["version"], *who)
        assert released["state"] in {"releasing", "released"}
        _, said = watch.wait_for(LISTED)
    hit = said["alert"]["strongest"]
    assert (hit["late"], hit["camera"], said["stop"]) == (True, CAMERA, False)
    assert said["alert"]["advice"] != "stop"


def test_what_is_shown_of_a_held_read_in_a_list_has_no_mark(force, device) -> None:
    device.send(read(STRAY, UNKNOWN))
    until(lambda: force.ask("quarantine", "list", "--reason", "unknown_camera"), within_s=20, what="held")
    for words in (("quarantine", "list"), ("quarantine", "counts"), ("node", "status")):
        told = force.told(*words)
        assert told.returncode == 0
        assert STRAY not in told.stdout
    assert "reads are held and wait for a person" in force.told("node", "status").stdout


def test_a_read_from_the_future_and_one_of_last_month_are_held(device) -> None:
    answer = device.send(
        read(EARLY, CAMERA, ago(seconds=-30)),
        read(OLD, CAMERA, ago(days=31)),
        read(LATE, CAMERA, ago(seconds=0) - timedelta(minutes=2)),
    )
    assert [one["reason"] for one in answer["held"]] == ["from_the_future", "too_old"]
    assert (answer["accepted"], answer["late"], answer["quarantined"]) == (1, 1, 2)
