"""On a node with two administrators a name counts with a session behind it, and each act is judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.ask import ask
from tests.run_local.conftest import until
from tests.run_local.people import People, founded

WEED = str(datetime.now(UTC).date() + timedelta(days=20))


@pytest.fixture(scope="module")
def people(node) -> People:
    return founded(
        node.data,
        [
            ("lou", "list-owner"),
            ("lea", "list-owner"),
            ("lin", "list-owner"),
            ("max", "anpr-manager"),
            ("cat", "control-room-operator"),
            ("ivy", "investigator"),
        ],
    )


@pytest.fixture
def as_(told, people, monkeypatch, tmp_path) -> Callable[[str], None]:
    """Signs a person in on the command line, once; later calls go back to that session."""
    folder = tmp_path.parent / "states"

    def signed_in(login: str) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / login))
        if not (folder / login).exists():
            people.signing(told, monkeypatch)(login)

    return signed_in


def test_nobody_is_somebody_without_signing_in(call, people, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "none"))
    for words in (
        ("lists", "show"),
        ("alerts", "queue", "--as", "ann"),
        ("devices", "list"),
        ("cameras", "list"),
        ("quarantine", "list"),
        ("retention", "preview"),
        ("holds", "list"),
        ("people", "list"),
        ("services", "list"),
        ("lists", "proposals"),
    ):
        said = call(*words)
        assert said.code == 2, words
        assert "openanpr sign-in" in said.err, words
    with pytest.raises(RefusedError, match="sign in first"):
        ask(people.data, "GET", "/alerts/stream", query={"as": "ann"})


def test_what_is_the_machine_owners_stays_so(told, people, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "none"))
    assert "names are proved by sign-in" in told("node", "status")
    assert ask(people.data, "POST", "/node/backup", form={"destination": str(tmp_path / "backup")})["files"]


def test_a_list_is_changed_by_its_owner_and_approved_by_another(told, call, asked, as_) -> None:
    as_("lou")
    told("lists", "define", "--name", "watch", "--owner", "lou", "--purpose", "find",
         "--legal-basis", "s.163", "--kind", "crime", "--visible-to", "control-room")  # fmt: skip
    entry = ("--vrm", "AB12CDE", "--action", "stop", "--reason", "theft", "--owner", "lou",
             "--weed-on", WEED, "--why", "reported")  # fmt: skip
    said = call("lists", "add", "watch", *entry, "--by", "lea")
    assert (said.code, "another name was given" in said.err) == (2, True)
    number = str(asked("lists", "add", "watch", *entry)["number"])
    assert asked("lists", "proposal", number)["by"] == "lou"
    said = call("lists", "approve", number)
    assert (said.code, "list-change-approved-not-own" in said.err) == (2, True)
    as_("ivy")
    assert "refused by the rule nothing-permits" in call("lists", "approve", number).err
    assert call("lists", "proposals").code == 2
    as_("lea")
    assert asked("lists", "approve", number)["decided_by"] == "lea"


def test_a_covert_entry_is_known_to_those_whom_it_names_alone(call, asked, as_) -> None:
    entry = ("--vrm", "CD34EFG", "--action", "silent", "--reason", "watch", "--owner", "lou",
             "--weed-on", WEED, "--why", "ordered", "--covert")  # fmt: skip
    as_("lou")
    before = asked("lists", "show"), asked("lists", "history", "watch")
    said = call("lists", "add", "watch", *entry, "--seen-by", "lou")
    assert (said.code, "somebody beside whoever asks" in said.err) == (2, True)
    said = call("lists", "add", "watch", *entry, "--seen-by", "lea", "--seen-by", "ivy")
    assert (said.code, "among those whom it names" in said.err) == (2, True)
    asking = ("lists", "add", "watch", *entry, "--seen-by", "lou", "--seen-by", "lin")
    number = str(asked(*asking)["number"])
    assert "CD34EFG" in str(asked("lists", "proposal", number)["rows"])
    as_("lea")
    for words in (("approve", number), ("refuse", number, "--why", "x"), ("proposal", number)):
        hidden, nothing = (call("lists", *words) for words in (words, (words[0], "99", *words[2:])))
        assert hidden.code == nothing.code == 2
        assert hidden.err.replace(number, "99") == nothing.err
    assert (asked("lists", "show"), asked("lists", "history", "watch")) == before
    assert number not in str(asked("lists", "proposals"))
    as_("lin")
    assert asked("lists", "approve", number)["state"] == "live"
    assert len(asked("lists", "show")) == 2
    as_("lea")
    assert (asked("lists", "show"), asked("lists", "history", "watch")) == before


def test_devices_and_cameras_are_the_anpr_managers(call, asked, as_) -> None:
    camera = ("cameras", "add", "53/1/9", "--mount", "moving", "--name", "Van")
    as_("cat")
    assert "refused by" in call(*camera).err
    assert call("devices", "list").code == 2
    as_("max")
    assert asked(*camera)["added_by"] == "max"
    assert asked("devices", "code", "--name", "gate", "--scope", "53/1")["code"]


def test_retention_quarantine_and_holds(call, asked, as_) -> None:
    as_("max")
    assert asked("retention", "preview")["days"]
    assert asked("quarantine", "list") == []
    assert asked("holds", "list") == []
    read = "53/1/7,2026-11-23T02:05:35.656Z,AB12CDE"
    hold = ("holds", "place", "--hold-id", "h", "--case-ref", "c", "--owner", "x", "--until", WEED)
    assert "openanpr cases hold" in call(*hold, "--reads", read).err
    as_("cat")
    assert call("retention", "run").code == 2
    assert call("quarantine", "counts").code == 2


def test_alerts_are_answered_under_ones_own_name_and_roles(call, asked, as_) -> None:
    as_("cat")
    assert asked("alerts", "queue")["crime"]["waiting"] == 0
    assert "another name" in call("alerts", "queue", "--as", "lou").err
    as_("ann")
    assert "refused by" in call("alerts", "queue", "--roles", "control-room").err


def test_people_are_listed_by_administrators(call, asked, as_) -> None:
    as_("ann")
    assert {one["login"] for one in asked("people", "list")} >= {"ann", "bob", "lou"}
    as_("lou")
    assert "refused by" in call("people", "list").err


def test_a_role_that_ends_takes_away_what_the_session_could(call, people, as_, asked) -> None:
    as_("cat")
    assert asked("alerts", "queue")
    as_("ann")
    grant = asked("people", "show", "cat")["grants"][0]["grant"]
    form = {"why": "moved", **people.proof("ann")}
    ask(people.data, "POST", f"/people/roles/{grant}/withdraw", form=form)
    as_("cat")
    until(lambda: asked("alerts", "queue")["crime"]["waiting"] == 0)
    assert asked("alerts", "queue")["version"]
    assert call("lists", "show").code == 2
