"""`openanpr review` on a real node: a neighbour is looked up twice, another team's auditor looks at it."""

from __future__ import annotations

import pytest

from tests.run_local.conftest import until
from tests.run_local.people import founded

SETTINGS = '[cases]\nfile = "cases.csv"\n[search]\nown_forces = [53]\n'
CASES = "reference,state,opened,closed\n53/CR/1/26,open,2026-01-01,\n"
REASON = "The van AB12 CDE left the yard of the burgled shop; to find where it went tonight."
ASK = (
    "ask",
    "one-vehicle",
    "AB12CDE",
    "--days",
    "30",
    "--reference",
    "53/CR/1/26",
    "--reason",
    REASON,
    "--run",
)


@pytest.fixture
def people(node, deliver, asked):
    (node.data / "cases.csv").write_text(CASES)
    deliver("AB12CDE")
    until(lambda: asked("node", "status")["consumers"]["store"]["waiting"] == 0)
    return founded(node.data, [("ivy", "investigator"), ("sid", "auditor"), ("nat", "auditor")])


def test_a_neighbour_looked_up_twice_is_reviewed(people, told, call, asked, monkeypatch, tmp_path) -> None:
    def as_(login: str) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / login))
        if not (tmp_path / login).exists():
            people.signing(told, monkeypatch)(login)

    as_("ivy")
    for _ in range(2):
        assert "AB12CDE" in told("search", *ASK)
    assert told("review", "mine") == "no finding"
    assert "only reviewers" in call("review", "round").err

    as_("sid")  # of the team South, where ivy is of North
    told("review", "round")
    done = until(lambda: asked("review", "queue")["last_round"])
    assert done["searches"] == 2
    signals = told("review", "signals")
    assert "repeated-look-ups  (weak)" in signals
    assert "about ivy: 2 look-ups of one vehicle within 1 day, under 1 reference" in signals
    assert "It may be innocent: A vehicle that is sought" in signals
    assert "not worked out: off-duty: there is no roster" in signals
    (item,) = (one["item"] for one in asked("review", "queue")["items"] if one["origin"] == "signal")
    assert "take the item first" in call("review", "finding", item, "--outcome", "proper", "--text", "x").err
    taken = told("review", "take", item)
    assert "[mark]" in taken
    assert "AB12" not in taken
    first = asked("review", "look", item)["searches"][0]["search"]
    assert "AB12CDE" in told("review", "open", item, first)
    finding = ("--outcome", "improper", "--text", "her neighbour's van", "--remedy", "advice")
    assert "found improper, remedy advice" in told("review", "finding", item, *finding)

    as_("nat")  # of ivy's own team
    assert asked("review", "queue")["items"] == []
    assert "no such item" in call("review", "look", item).err

    as_("ivy")
    assert "improper" in told("review", "mine")
    as_("sid")
    told("review", "refer", item, "--why", "their matter")
    as_("ivy")
    assert told("review", "mine") == "no finding"
