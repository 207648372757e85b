"""Lists while the node runs: live within a second, looked back for, stale, weeded, covert."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import httpx
import pytest

from tests.ports import free_port
from tests.whole.world import Device, LaterNode, Node, Watch, ago, read, until

CAMERA, LIVE_WITHIN_S = "53/1/6", 1.0
FRESH, BEFORE, STALE = "WA51LVE", "WB51BCK", "WC51STL"
WEEDED, COVERT, KILLED = "WD51WED", "WE51CVT", "WF51KLA"


@pytest.fixture(scope="module")
def node(yard):
    # Nothing escalates meanwhile: what a test sees of an alert is not changed by the time it waits.
    calm = 'ladder = [{after_s = 86400, role = "supervisor"}]\nagain_every_s = 86400'
    node = LaterNode(yard, "lists", f"[metrics]\nport = {free_port()}\n[alerts]\n{calm}\n")
    node.start().camera(CAMERA)
    node.define("hand", hours=None)
    return node


@pytest.fixture(scope="module")
def device(node):
    return Device(node, "camera 6", CAMERA)


def test_an_entry_is_matched_within_a_second_of_its_approval(node, device) -> None:
    number = node.add("hand", FRESH)
    node.approve(number)
    approved_at = datetime.now(UTC)
    until_s = time.monotonic() + 2 * LIVE_WITHIN_S
    while time.monotonic() < until_s:
        device.send(read(FRESH, CAMERA))
        time.sleep(0.05)
    until(lambda: node.alert_of(FRESH), within_s=20, what="the alert")
    hits = node.ask("alerts", "show", node.alert_of(FRESH)["id"], "--as", "Cleo")["hits"]
    on_time = min(datetime.fromisoformat(hit["received_at"]) for hit in hits if not hit["late"])
    waited_s = (on_time - approved_at).total_seconds()
    assert waited_s < LIVE_WITHIN_S, f"{waited_s:.3f} s"


def test_a_vehicle_that_went_by_an_hour_ago_is_found_by_looking_back(node, device) -> None:
    assert device.send(read(BEFORE, CAMERA, ago(hours=1)))["late"] == 1
    node.settled()
    with Watch(node) as watch:
        node.approve(node.add("hand", BEFORE))
        _, said = watch.wait_for(BEFORE)
    assert said["alert"]["strongest"]["late"] is True
    assert (said["stop"], said["alert"]["advice"] == "stop") == (False, False)


def test_a_kill_between_approval_and_looking_back_loses_nothing(node, device) -> None:
    def has_looked_back() -> bool:
        (hand,) = [one for one in node.ask("lists", "show") if one["name"] == "hand"]
        kept = node.data / "looked-back.json"
        looked = json.loads(kept.read_text("ascii")) if kept.exists() else {}
        return max(looked.values(), default=0) == hand["revision"]

    device.send(read(KILLED, CAMERA, ago(hours=2)))
    node.settled()
    until(has_looked_back, within_s=20, what="it has looked back for all that was")
    node.held.touch()
    node.approve(node.add("hand", KILLED))
    assert not has_looked_back()
    node.kill()
    node.held.unlink()
    node.start()
    until(lambda: node.alert_of(KILLED), within_s=20, what="the alert", every_s=0.2)
    assert node.alert_of(KILLED)["hits"] == 1
    until(has_looked_back, within_s=20, what="it has looked back")


def test_a_stale_list_says_so_on_its_hits_and_never_says_stop(node, device) -> None:
    node.define("old", hours=24)
    node.fill("old", [STALE], "--source-at", ago(days=3).isoformat())
    (shown,) = [one for one in node.ask("lists", "show") if one["name"] == "old"]
    assert (shown["stale"], shown["why_stale"]) == (True, "its contents are 3 days old, more than 24 hours")
    with Watch(node) as watch:
        until(lambda: node.status()["lists"]["old"]["entries"] == 1, within_s=10, what="the list is live")
        device.send(read(STALE, CAMERA))
        _, said = watch.wait_for(STALE)
    assert said["alert"]["strongest"]["list_stale"] is True
    assert (said["alert"]["list_stale"], said["stop"]) == (True, False)
    assert "ALARM list_stale (old)" in node.told("node", "status").stdout


def without_what_counts_reads(node: Node) -> tuple[object, object]:
    """What the node tells of itself, but for counts that grow with every read, listed or not."""
    status = node.status()
    # The log counts its entries; the node's status and metrics are its owner's alone.
    for name in ("at", "counts", "consumers", "disk_free_bytes", "audit"):
        del status[name]
    for one in status["lists"].values():
        del one["age_s"]
    said = (node.data / "node.toml").read_text("ascii")
    port = int(said.split("[metrics]\nport = ")[1].split()[0])
    metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    passing = ("reads_", "batches_", "journal_", "disk_", "list_age_", "audit_")
    kept = [
        line
        for line in metrics.splitlines()
        if line.startswith("openanpr_") and not line.removeprefix("openanpr_").startswith(passing)
    ]
    assert any(line.startswith("openanpr_alerts_open") for line in kept)
    return status, kept


def test_a_covert_entry_is_known_to_its_named_people_alone(node, device) -> None:
    named = ("--covert", "--seen-by", "Dana", "--action", "silent")
    node.approve(node.add("hand", COVERT, *named))
    with Watch(node) as control_room, Watch(node, who="Dana", roles="detective") as dana:
        time.sleep(1.0)  # the entry is live
        until(lambda: not node.status()["alerts"]["unattended"], within_s=10, what="the clock has seen them")
        before = without_what_counts_reads(node)
        queue = node.queue()
        device.send(read(COVERT, CAMERA))
        _, said = dana.wait_for(COVERT)
        node.settled()
        assert node.queue() == queue
        assert without_what_counts_reads(node) == before
        assert control_room.of(COVERT) == []
        assert [one["id"] for one in node.queue(**{"as": "Dana", "roles": "detective"})] == [
            said["alert"]["id"]
        ]
    assert (said["alert"]["covert"], said["alert"]["show_no_interest"]) == (True, True)
    hidden = node.told("alerts", "show", said["alert"]["id"], "--as", "Cleo")
    unknown = node.told("alerts", "show", "0" * 32, "--as", "Cleo")
    assert (hidden.returncode, hidden.stderr) == (unknown.returncode, unknown.stderr)


def test_an_entry_past_its_weed_date_is_taken_off_and_leaves_a_stone(node, device) -> None:
    node.approve(node.add("hand", WEEDED, weed_in_days=1))
    for more in ("WK51AAA", "WL51AAB", "WM51AAC", "WN51AAD"):
        node.approve(node.add("hand", more))
    (hand,) = [one for one in node.ask("lists", "show") if one["name"] == "hand"]
    before = hand["entries"]

    def live(entries: int) -> bool:
        return node.status()["lists"]["hand"]["entries"] == entries

    until(lambda: live(before), within_s=10, what="the last entry is live")
    node.ahead(3)
    try:
        until(lambda: live(before - 1), within_s=60, what="it is weeded")
    finally:
        node.ahead(0)
    (stone,) = node.ask("lists", "gone", "hand", WEEDED)
    assert (stone["gone_by"], stone["by"]) == ("weeded", "the node")
    device.send(read(WEEDED, CAMERA), read(FRESH, CAMERA, ago(milliseconds=1)))
    node.settled()
    assert node.alert_of(WEEDED) is None
