"""Two years and a day later: what was read is gone from every file of the node, but for what is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.whole.world import Device, LaterNode, Node, ago, holding, jpeg, looked_at, read, sha256_of, until

LISTED, UNLISTED, STRAY, HELD = "KV51FRG", "LC63TTN", "MD14WSX", "NE66PQR"
CAMERA, DAYS = "53/1/3", 731


@dataclass(frozen=True, slots=True)
class Later:
    """A node as it was, and what it said and held 731 days on."""

    node: Node
    held_before: list[str]
    held_running: list[str]
    preview: Any
    ran: Any
    certificates: Any
    check: Any
    returned: int
    stored: list[Any]
    pictures: list[str]


@pytest.fixture(scope="module")
def later(yard) -> Later:
    node = LaterNode(yard, "later")
    node.start()
    delivered(node)
    node.stop()
    held_before = holding(node.data, LISTED, UNLISTED, STRAY)
    node.start()
    node.ahead(DAYS, of_chores=0)
    preview = node.ask("retention", "preview")
    ran = node.ask("retention", "run")
    certificates, check = node.ask("retention", "certificates"), node.ask("retention", "check")
    held_running = holding(node.data, LISTED, UNLISTED, STRAY)
    node.ahead(DAYS)
    node.stop()
    node.start()
    returned = node.status()["returned_days"]
    node.stop()
    pictures = [path.name for path in (node.data / "pictures").rglob("*.jpg")]
    return Later(
        node,
        held_before,
        held_running,
        preview,
        ran,
        certificates,
        check,
        returned,
        looked_at(node.data),
        pictures,
    )


def delivered(node: Node) -> None:
    """Reads of a listed vehicle and two others, one held for a case, one of a camera that nobody knows."""
    node.camera(CAMERA)
    node.define("wanted", hours=None)
    node.approve(node.add("wanted", LISTED))
    device = Device(node, "camera 3", "53")
    seen = ago(seconds=5)
    until(lambda: node.status()["listed"] == 1, within_s=10, what="the entry is matched with")
    device.send(
        read(LISTED, CAMERA, seen, patch=sha256_of(jpeg(1))),
        read(UNLISTED, CAMERA, seen, patch=sha256_of(jpeg(2))),
        read(HELD, CAMERA, seen, patch=sha256_of(jpeg(3))),
        read(STRAY, "53/1/29", seen),
    )
    for number in (1, 2, 3):
        assert device.post(device.picture(jpeg(number)))[0] in {201, 202}
    assert device.post(device.picture(jpeg(4)))[0] == 202  # no read ever names it
    until(lambda: node.alert_of(LISTED), within_s=20, what="the alert")
    node.settled()
    until_day = (datetime.now(UTC) + timedelta(days=2000)).date()
    about = ("--case-ref", "R v Smith", "--owner", "DS Lee", "--until", until_day)
    key = f"{CAMERA},{read(HELD, CAMERA, seen).captured_at.isoformat()},{HELD}"
    assert node.ask("holds", "place", "--hold-id", "case-1", *about, "--reads", key)["reads"] == 1
    taken_off = ("--vrm", LISTED, "--origin", "hand", "--by", "Ann", "--why", "found")
    node.approve(node.ask("lists", "remove", "wanted", *taken_off)["number"])


def test_what_is_looked_for_was_there_before(later) -> None:
    kept_in = {name.split("/")[0] for name in later.held_before}
    assert kept_in == {"control.db", "lists.db", "journal.db", "reads", "audit"}


def test_a_preview_says_what_would_go_and_lets_nothing_go(later) -> None:
    (day,) = later.preview["to_go"]
    assert later.preview["days"] == 730
    assert (day["reads"], day["reads_by_camera"], day["pictures"]) == (3, 3, 3)


def test_a_run_certifies_what_went_and_that_nothing_is_found_after(later) -> None:
    (certificate,) = later.ran["certificates"]
    assert later.certificates == [certificate]
    assert (certificate["reads"], certificate["pictures"], certificate["profile_days"]) == (3, 3, 730)
    left = {name: count for name, count in certificate.items() if name.startswith("left_")}
    assert len(left) == 7
    assert set(left.values()) == {0}
    assert not {LISTED, UNLISTED, HELD} & set(str(certificate))


def test_a_search_again_finds_nothing_at_once_and_after_the_next_start(later) -> None:
    assert later.check["returned_days"] == []
    assert later.returned == 0
    assert later.stored == []


def test_a_held_read_stays_with_its_hold_and_its_picture(later) -> None:
    assert later.pictures == [f"{sha256_of(jpeg(3))}.jpg"]
    assert holding(later.node.data, HELD)


def test_the_run_leaves_no_file_with_a_mark_while_the_node_goes_on(later) -> None:
    assert unlogged(later.held_running) == []


def unlogged(files: list[str]) -> list[str]:
    """The files but for the log's openings: what people did with a list is told there for its own time."""
    return [name for name in files if not name.startswith("audit/openings/")]


@pytest.mark.parametrize("mark", [UNLISTED, STRAY])
def test_no_file_of_the_node_holds_the_mark_of_a_read_any_more(later, mark) -> None:
    assert holding(later.node.data, mark) == []


def test_of_a_listed_mark_the_openings_of_the_log_alone_tell(later) -> None:
    assert unlogged(holding(later.node.data, LISTED)) == []
