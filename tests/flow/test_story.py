"""A week of a force in one story, told to a real node by the command line alone, as people would.

An investigator searches thirty days; asks for fourteen months of a volume crime, and is refused; for a
serious case a superintendent approves; an officer looks up a neighbour twice, and is seen; an auditor looks
at it; the log is put out, verified in another folder, and one byte that is changed is found.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demonstration.people import WORDS
from tests.begun import called
from tests.whole.world import ROOT, Node, Yard, strict, until

VEHICLE = "DK19UVB"
NEIGHBOUR = "AB12CDE"
CRIME, OTHER = "53/CR/1234/26", "53/CR/0777/26"
REASON = "the van left the yard of the burgled shop; one mark and few days are the least that will tell"
FOURTEEN_MONTHS = 425


@dataclass(slots=True)
class Force:
    """A node with people, each at a desk of their own."""

    node: Node
    codes: dict[str, list[str]]
    desks: Path

    def says(self, login: str, *words: object, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Return what a command of this person did."""
        home = self.desks / login
        home.mkdir(exist_ok=True)
        env = {**strict(), "XDG_STATE_HOME": str(home)}
        return called(*words, "--data", self.node.data, typed=typed, env=env)

    def signs_in(self, login: str) -> None:
        typed = f"{WORDS}\n{self.codes[login].pop()}\n"
        done = self.says(login, "sign-in", "--login", login, typed=typed)
        assert done.returncode == 0, done.stderr

    def told(self, login: str, *words: object) -> Any:
        done = self.says(login, *words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def asks(self, login: str, mark: str, *beside: object, days: int, reference: str = CRIME) -> Any:
        since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        asked = ("search", "ask", "one-vehicle", mark, "--since", since, "--reference", reference)
        return self.told(login, *asked, "--reason", f"{REASON} ({reference})", *beside)


def program(*words: object) -> None:
    """Run a program of the demonstration."""
    line = [sys.executable, "-m", *map(str, words)]
    done = subprocess.run(line, cwd=ROOT, timeout=300, env=strict(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def force(tmp_path_factory):
    """A node with fourteen months of reads, two cameras, two open references and five people."""
    with ExitStack() as stack:
        yard = Yard(tmp_path_factory.mktemp("flow"), stack)
        references = yard.folder / "references.csv"
        day = datetime.now(UTC).date()
        lines = [f"{one},open,{day - timedelta(days=500)}," for one in (CRIME, OTHER)]
        references.write_text("\n".join(["reference,state,opened,closed", *lines, ""]), "utf-8")
        settings = f'[cases]\nfile = "{references}"\n[search]\nown_forces = [53]\n'
        node = Node(yard, "force", settings).start()
        for camera in ("53/1/1", "53/1/2"):
            node.camera(camera)
        with node.stopped():
            words = ["--camera", "53/1/1", "--camera", "53/1/2", "--days", "430", "--a-day", "4"]
            for mark in (VEHICLE, NEIGHBOUR):
                words += ["--vehicle", mark]
            program("demonstration.past_reads", "--data", node.data, *words)
        folder = yard.folder / "people"
        program("demonstration.people", "--data", node.data, "--out", folder)
        codes = {one.stem: one.read_text("utf-8").split() for one in folder.glob("*.codes")}
        made = Force(node, codes, tmp_path_factory.mktemp("desks"))
        for login in ("ivy", "pat", "sue", "sam"):
            made.signs_in(login)
        yield made


def test_an_investigator_searches_thirty_days_and_it_runs(force) -> None:
    answer = force.asks("ivy", VEHICLE, "--run", days=30)
    rows = answer["rows"]
    oldest = datetime.now(UTC) - timedelta(days=30)
    assert rows
    assert {row["mark"] for row in rows} == {VEHICLE}
    assert all(datetime.fromisoformat(row["captured_at"]) >= oldest for row in rows)
    assert any("not the vehicle" in caveat for caveat in answer["caveats"])


def test_fourteen_months_of_a_volume_crime_are_refused_with_the_name_of_the_rule(force) -> None:
    refused = force.asks("ivy", VEHICLE, days=FOURTEEN_MONTHS)
    assert refused["state"] == "refused"
    assert "search-age-of-category" in refused["rules"]
    run = force.says("ivy", "search", "run", refused["search"])
    assert run.returncode != 0


def test_a_serious_case_waits_for_a_superintendent_and_runs_once_one_approved(force) -> None:
    waiting = force.asks("ivy", VEHICLE, "--category", "serious", days=FOURTEEN_MONTHS)
    assert (waiting["state"], waiting["needs"]) == ("waiting", "superintendent")
    assert force.says("ivy", "search", "run", waiting["search"]).returncode != 0
    assert force.says("ivy", "approvals", "approve", waiting["search"], "--reason", REASON).returncode != 0
    seen = force.told("sue", "approvals", "list")["searches"]
    assert [one["search"] for one in seen] == [waiting["search"]]
    assert VEHICLE not in json.dumps(seen)
    force.told(
        "sue", "approvals", "approve", waiting["search"], "--reason", f"{REASON}, and nothing narrower"
    )
    rows = force.told("ivy", "search", "run", waiting["search"])["rows"]
    year_ago = datetime.now(UTC) - timedelta(days=365)
    assert any(datetime.fromisoformat(row["captured_at"]) < year_ago for row in rows)


def test_an_officer_who_looks_up_a_neighbour_twice_is_seen_and_an_auditor_looks_at_it(force) -> None:
    for reference in (CRIME, OTHER):
        assert force.asks("pat", NEIGHBOUR, "--run", days=20, reference=reference)["rows"]
    force.told("sam", "review", "round")

    def about_pat() -> list[Any]:
        items = force.told("sam", "review", "queue")["items"]
        return [
            one for one in items if "repeated-look-ups" in one["kinds"] and one["about"]["login"] == "pat"
        ]

    until(about_pat, within_s=30, what="the neighbour's look-ups are in the queue", every_s=0.5)
    (item,) = about_pat()
    assert NEIGHBOUR not in json.dumps(item)
    whole = force.told("sam", "review", "take", item["item"])
    search = whole["searches"][0]["search"]
    opened = force.told("sam", "review", "open", item["item"], search)
    assert NEIGHBOUR in json.dumps(opened)
    words = ("--outcome", "improper", "--text", "a neighbour's car, and no enquiry", "--remedy", "training")
    assert force.told("sam", "review", "finding", item["item"], *words)["finding"]["outcome"] == "improper"
    assert force.told("pat", "review", "mine")["findings"]


def test_the_auditor_sees_what_another_profile_would_have_decided(force) -> None:
    day = datetime.now(UTC).date().isoformat()
    replayed = force.says("sam", "policy", "replay", "--profile", "current", "--since", day)
    assert replayed.returncode == 1, replayed.stderr
    assert re.search(r"allowed by .*refused by .*search-age-of-category", replayed.stdout), replayed.stdout
    assert not re.search(f"{VEHICLE}|{NEIGHBOUR}", replayed.stdout)
    assert force.says("pat", "policy", "replay", "--profile", "current").returncode != 0


def test_the_log_is_verified_elsewhere_and_one_changed_byte_is_named(force, tmp_path) -> None:
    log, elsewhere = tmp_path / "log", tmp_path / "elsewhere"
    done = force.says("sam", "audit", "export", str(log))
    assert done.returncode == 0, done.stderr
    key = force.told("sam", "audit", "status")["key"]
    shutil.copytree(log, elsewhere)
    assert VEHICLE.encode() not in b"".join(one.read_bytes() for one in log.rglob("*") if one.is_file())

    def verified() -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "openanpr.audit.verify", elsewhere, "--key", key]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, env=strict())

    whole = verified()
    assert (whole.returncode, "WHOLE" in whole.stdout) == (0, True), whole.stdout + whole.stderr
    entries = max((one for one in elsewhere.rglob("entries/**/*") if one.is_file()), key=os.path.getsize)
    held = bytearray(entries.read_bytes())
    at = held.index(b"search-age-of-category")
    held[at] ^= 1
    entries.write_bytes(bytes(held))
    changed = verified()
    assert changed.returncode == 1
    assert re.search(r"entry \d+", changed.stdout + changed.stderr)
