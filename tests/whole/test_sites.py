"""A camera lapses while it delivers: warned, in its grace, held, renewed late; nothing lost."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from openanpr.policy.profile import load_profile
from openanpr.wire.delivery import BATCHES_PATH
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, encode_read
from openanpr.wire.signature import Request, sign
from tests.run.score_results import made_result
from tests.web.site_office import PLACE_WORDS, WHOLE
from tests.whole.world import Device, LaterNode, WorldError, read, until

CAMERA = "53/1/7"
LIMITS = load_profile("nadc-2018").sites
REVIEW, GRACE = LIMITS.review_days.value, LIMITS.grace_days.value
BY, OTHER = ("--by", "Ann"), ("--by", "Bob")
PLACES = (*PLACE_WORDS, "51.45", "-2.59")  # of the case, and of the register


class Ahead(Device):
    """A device whose clock goes with the node's."""

    days = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)

    def brings(self, mark: str, *, ago: timedelta = timedelta(seconds=1)) -> list[str]:
        """Deliver a read; return the reasons of what is held."""
        record = read(mark, CAMERA, self.now() - ago)
        self.node.yard.marks.add(mark)
        head = BatchHead(UUID(bytes=os.urandom(16)), self.id, self.now())
        body = encode_batch(head, [encode_read(record)], Encoding.MESSAGE_PACK)
        url, headers = self.node.url + BATCHES_PATH, {"content-type": str(Encoding.MESSAGE_PACK)}
        made = Request("POST", url, headers, body)
        proof = sign(made, self.key, created=self.now(), nonce=os.urandom(16).hex())
        request = self._client.build_request("POST", url, headers={**headers, **proof}, content=body)
        status, answer = self.post(request)
        if status != 200:
            raise WorldError(f"a batch was refused with status {status}: {answer}")
        return [str(one["reason"]) for one in answer["held"]]


class Lived:
    """A node whose clock is moved, with a camera that has a case, and its device."""

    def __init__(self, yard, folder: Path) -> None:
        self.folder, self.node = folder, LaterNode(yard, "sites")
        self.node.start()
        self.node.camera(CAMERA)
        self.device = Ahead(self.node, "a reader", CAMERA)
        self.taken: list[str] = []
        self.site = ""

    def after(self, days: int) -> None:
        """Have so many days pass since the beginning."""
        self.node.ahead(days)
        self.device.days = days

    def alarm(self, name: str) -> None:
        """Wait for an alarm: it is counted by the clock."""
        until(lambda: name in {one["name"] for one in self.node.status()["alarms"]}, within_s=30, what=name)

    def brings(self, mark: str, **beside: Any) -> list[str]:
        held = self.device.brings(mark, **beside)
        if not held:
            self.taken.append(mark)
        return held

    def make_the_case(self) -> None:
        """Draft, check, submit, authorise by another, install, test, commission."""
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        case = self.folder / "bridge.toml"
        case.write_text(WHOLE.replace("2026-10-01", today).replace("2026-10-02", today), "utf-8")
        self.site = self.node.ask("sites", "draft", "--case", case, *BY)["site"]
        self.node.ask("sites", "check", self.site, *BY)
        self.node.ask("sites", "submit", self.site, *BY)
        self.node.ask("sites", "authorise", self.site, *OTHER)
        self.node.ask("sites", "installed", self.site, "--on", today, *BY)
        scores = self.folder / "scores.json"
        made = made_result(self.folder / "made", at=datetime.now(UTC), plates=1000, missed=2, wrong=1)
        scores.write_bytes(made)
        self.node.ask("cameras", "test", CAMERA, "--scores", scores, *BY)
        assert self.node.ask("sites", "commission", self.site, *BY)["state"] == "stands"


@pytest.fixture(scope="module")
def lived(yard, tmp_path_factory) -> Lived:
    made = Lived(yard, tmp_path_factory.mktemp("case"))
    assert made.brings("AA01AAA") == [], "without a case, warned"
    made.alarm("camera_without_case")
    made.make_the_case()
    assert made.brings("AA02AAA") == []
    made.after(REVIEW - 10)
    made.alarm("site_due")
    assert made.brings("AA03AAA") == []
    made.after(REVIEW + GRACE - 1)
    made.alarm("site_overdue")
    assert made.brings("AA04AAA") == []
    made.after(REVIEW + GRACE + 1)
    made.alarm("camera_lapsed")
    return made


def test_what_is_captured_after_the_lapse_is_held_and_what_was_before_is_taken_however_late(lived) -> None:
    assert lived.brings("ZZ01ZZZ") == ["camera_lapsed"]
    assert lived.brings("AA05AAA", ago=timedelta(days=2)) == []


def test_the_case_can_be_renewed_late_and_the_camera_then_delivers_again(lived) -> None:
    node = lived.node
    words = ("--need-now", "still", "--effect", "good")
    node.ask("sites", "review", lived.site, *words, *BY)
    assert lived.brings("ZZ02ZZZ") == ["camera_lapsed"]
    assert node.told("sites", "renew", lived.site, "--why", "x", *BY).returncode != 0
    node.ask("sites", "renew", lived.site, "--why", "the need is shown", *OTHER)
    assert lived.brings("AA06AAA", ago=timedelta(0)) == []
    assert lived.brings("ZZ03ZZZ", ago=timedelta(hours=5)) == ["camera_lapsed"]


def test_what_was_held_waits_in_quarantine_and_is_never_let_through(lived) -> None:
    lived.node.settled()
    held = lived.node.ask("quarantine", "list", "--reason", "camera_lapsed")
    assert len(held) == 3
    assert not any(place in repr(held) for place in PLACES)
    for item in held:
        words = ("quarantine", "release", item["id"], "--version", "0", "--why", "x", *BY)
        done = lived.node.told(*words)
        assert done.returncode != 0
        assert "no leave" in done.stderr


def test_no_log_no_error_no_metric_and_no_file_name_tells_a_place(lived) -> None:
    log = lived.node.log.read_text("utf-8")
    refusals = [lived.node.told("sites", *words, *BY).stderr for words in wrong(lived.site)]
    assert all(refusals)
    for text in (log, *refusals, *(str(path) for path in lived.node.data.rglob("*"))):
        assert not any(place in text for place in PLACES)


def wrong(site: str) -> list[tuple[str, ...]]:
    """Commands that are refused for a site that stands."""
    return [
        ("submit", site),
        ("installed", site, "--on", "2026-01-01"),
        ("commission", site),
        ("refuse", site, "--why", "x"),
    ]


def test_nothing_that_was_taken_is_lost_and_nothing_that_was_held_is_stored(lived) -> None:
    lived.node.settled()
    lived.node.stop()
    stored = repr(lived.node.stored())
    assert [mark for mark in lived.taken if mark not in stored] == []
    assert "ZZ0" not in stored
    lived.node.start()
    assert lived.node.ask("sites", "show", lived.site)["state"] == "stands"
