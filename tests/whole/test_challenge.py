"""Somebody keeps being stopped: the case, the lists, the owner's change, and each device that confirms it."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.whole.world import OPENANPR, Device, Node, WorldError, read, strict, until

CAMERA, TERMINAL = "53/1/4", "53/9/1"
STOPPED, TWIN, OTHER, HIDDEN = "WN51STP", "WN51STR", "WN51OTH", "WN51HID"
BY, OTHER_PERSON = ("--by", "Ida"), ("--by", "Bob")


class Terminal:
    """`openanpr reader lists`: a car's terminal with a state folder of its own."""

    def __init__(self, node: Node, name: str) -> None:
        self.node, self.state = node, node.yard.folder / name
        self.code, self.log = node.code_file(name, TERMINAL), node.yard.log(name)
        self.process: subprocess.Popen[bytes] | None = None
        self.start()
        until(self.revisions, within_s=30, what=f"{name} has the lists in force")

    def start(self) -> None:
        words = ("--node", self.node.url, "--camera", TERMINAL, "--state", self.state, "--every", "0.2")
        said = [OPENANPR, "reader", "lists", *map(str, words), "--enrol-file", str(self.code)]
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(said, stdout=stream, stderr=stream, env=strict())
        self.node.yard.stack.callback(self.stop)

    def stop(self) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(30) == 0

    @property
    def id(self) -> str:
        return str(json.loads((self.state / "enrolled.json").read_text("ascii"))["device"])

    def revisions(self) -> list[str]:
        return [line for line in self.log.read_text("utf-8").splitlines() if ", confirmed" in line]

    def holds(self, mark: str) -> bool:
        copies = self.state / "lists" / "copies"
        return any(mark in path.read_text("utf-8") for path in copies.glob("*.pages"))


@pytest.fixture(scope="module")
def node(yard):
    made = Node(yard, "challenged").start()
    made.camera(CAMERA)
    made.camera(TERMINAL)
    told = ("--owner", "DS Lee", "--purpose", "a test", "--legal-basis", "none: invented", "--kind", "crime")
    made.ask(
        "lists",
        "define",
        "--name",
        "stolen",
        *told,
        "--visible-to",
        "control-room",
        "--visible-to",
        "devices",
    )
    made.fill("stolen", [OTHER])
    made.approve(made.add("stolen", STOPPED))
    made.approve(made.add("stolen", HIDDEN, "--covert", "--seen-by", "Ann", "--seen-by", "Bob"))
    return made


@pytest.fixture(scope="module")
def terminals(node) -> list[Terminal]:
    return [Terminal(node, f"car-{number}") for number in (1, 2)]


@pytest.fixture(scope="module")
def case(node, tmp_path_factory) -> str:
    text = tmp_path_factory.mktemp("letter") / "letter.txt"
    text.write_text("I am stopped every week on the same road.", "utf-8")
    words = ("--kind", "challenge", "--via", "letter", "--text", text, "--name", "Jo Mills", *BY)
    return str(node.ask("rights", "open", *words)["reference"])


def opened(node: Node, case: str, mark: str = STOPPED) -> Any:
    today = datetime.now(UTC).date()
    return node.ask(
        "challenges", "open", "--case", case, "--vrm", mark, "--since", today, "--until", today, *BY
    )


def test_the_story_from_the_letter_to_the_last_device(node, terminals, case, tmp_path) -> None:
    device = Device(node, "camera 4", CAMERA)
    device.send(read(STOPPED, CAMERA))
    until(lambda: node.alert_of(STOPPED), within_s=20, what="the alert")
    assert all(one.holds(STOPPED) for one in terminals)
    one = opened(node, case)["challenge"]
    with pytest.raises(WorldError, match="look first"):
        node.ask("challenges", "close", one, "--outcome", "stands", "--why", "it is so", *BY)
    (seen,) = node.ask("challenges", "look", one, *BY)["lists"]
    assert (seen["list"], seen["owner"], seen["exact"], seen["entries"]) == ("stolen", "DS Lee", 1, 1)
    assert (seen["by_misreads"], seen["rivals"]) == (False, [])
    # The owner cannot say that it is put right before the list is.
    proposal = node.ask(
        "lists", "remove", "stolen", "--vrm", STOPPED, "--origin", "hand", "--by", "Ann", "--why", "recovered"
    )["number"]
    answer = (
        "challenges",
        "answer",
        one,
        "--list",
        "stolen",
        "--answer",
        "removed",
        "--why",
        "it was recovered",
    )
    with pytest.raises(WorldError, match="not in force"):
        node.ask(*answer, "--proposal", proposal, "--by", "Lee")
    followed_to_the_last_device(node, terminals, one, proposal, answer)
    reply = node.ask("rights", "show", case)
    assert reply["state"] == "replied"
    assert "taken off every device" in repr(reply["steps"])
    assert STOPPED not in node.log.read_text("utf-8")
    assert HIDDEN not in repr(node.ask("challenges", "show", one))
    the_register_tells_no_page_of_a_list(node, tmp_path)


def followed_to_the_last_device(
    node: Node, terminals: list[Terminal], one: str, proposal: int, answer: Any
) -> None:
    """The list is put right while one car is off: it is named until it is back."""
    terminals[1].stop()  # a car in the workshop
    node.approve(proposal)
    told = node.ask(*answer, "--proposal", proposal, "--by", "Lee")
    until(
        lambda: node.ask("challenges", "show", one)["confirmed"] == 1, within_s=20, what="one device confirms"
    )
    told = node.ask("challenges", "show", one)
    assert (told["state"], told["devices"]) == ("unconfirmed", 2)
    assert told["confirmations"][0]["silent"] == [terminals[1].id]
    assert not terminals[0].holds(STOPPED)
    assert terminals[1].holds(STOPPED), "it acts on what it had"
    closing = (
        "challenges",
        "close",
        one,
        "--outcome",
        "fixed",
        "--why",
        "The entry was taken off every device.",
    )
    with pytest.raises(WorldError, match="not every device confirms"):
        node.ask(*closing, *BY)
    terminals[1].start()
    until(
        lambda: node.ask("challenges", "show", one)["state"] == "to-close", within_s=30, what="both confirm"
    )
    assert not terminals[1].holds(STOPPED)
    assert node.ask(*closing, *BY)["state"] == "closed"


def the_register_tells_no_page_of_a_list(node: Node, folder: Path) -> None:
    """What a force's own devices are given is no disclosure to anybody outside; a person's is, by hand."""
    assert node.ask("disclosures", "list") == []
    words = (
        "--recipient",
        "Example Insurance",
        "--basis",
        "DPA 2018, Schedule 2, paragraph 5",
        "--purpose",
        "insurance-claim",
    )
    more = (
        "--what",
        "one statement",
        "--reference",
        "EX/1",
        "--decided-by",
        "DI Ray",
        "--why",
        "asked by court order",
    )
    line = node.ask("disclosures", "add", *words, *more, "--documents", "1", *BY)
    assert (line["kind"], line["others"], line["by"]) == ("by-hand", {"documents": 1}, "Ida")
    assert [one["line"] for one in node.ask("disclosures", "list")] == [line["line"]]
    told = node.told("disclosures", "export", "--to", folder / "register.csv")
    assert told.returncode == 0
    with (folder / "register.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["recipient"], row["decided_by"], row["others"]) == (
        "Example Insurance",
        "DI Ray",
        "documents 1",
    )
    proof = folder / "proof.json"
    words = (
        "--recipient",
        "an auditor",
        "--reference",
        "A/1",
        "--why",
        "to check the register",
        "--by",
        "Ann",
    )
    done = node.told("audit", "disclose", line["entry"], "--out", proof, *words)
    assert done.returncode == 0, done.stderr
    assert "Example Insurance" in proof.read_text("utf-8")


def test_a_covert_entry_gives_the_same_answer_as_none(node) -> None:
    device = Device(node, "camera 4 again", CAMERA)
    device.send(read(HIDDEN, CAMERA))
    until(
        lambda: node.ask("alerts", "queue", "--as", "Ann", "--roles", "control-room")["crime"]["alerts"],
        within_s=20,
        what="the covert alert, for Ann",
    )
    found = []
    for mark in (HIDDEN, TWIN):
        reference = node.ask(
            *("rights", "open", "--kind", "challenge", "--via", "letter", "--text", _letter(node), *BY)
        )["reference"]
        one = opened(node, reference, mark)["challenge"]
        told = node.ask("challenges", "look", one, *BY)
        found.append({name: told[name] for name in ("lists", "state", "devices", "confirmed", "looked")})
    assert (
        found[0]
        == found[1]
        == {"lists": [], "state": "to-close", "devices": 0, "confirmed": 0, "looked": True}
    )


def _letter(node: Node) -> Path:
    path = node.yard.folder / "another.txt"
    path.write_text("I am stopped again.", "utf-8")
    return path
