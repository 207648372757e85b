"""`openanpr people` and `openanpr services` against a real node: the first hour of its people."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from openanpr.run.local.ask import ask
from openanpr.run.local.people import SERVICES, VERBS

POST = ("--force", "53", "--unit", "Crime", "--team", "North")
TODAY = datetime.now(UTC).date()


@pytest.fixture
def accept(node, told, monkeypatch):
    """Uses a link as a person at a terminal would; returns the recovery codes, each good as a proof once."""

    def accepted(link: str, *, again: str = "four random words do") -> list[str]:
        shown = ask(node.data, "POST", "/people/links/look", form={"link": link})
        code = pyotp.TOTP(shown["app_secret"]).now()
        typed = f"{link}\nfour random words do\n{again}\n{code}\n"
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        said = told("people", "accept")
        assert shown["app_address"] in said
        assert "four random words" not in said
        return said.splitlines()[-10:]

    return accepted


def link_of(said: str) -> str:
    return said.splitlines()[1]


def test_the_first_hour_of_a_nodes_people(told, call, asked, accept, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert told("people", "list") == "none"
    anns = accept(link_of(told("people", "first-link", "--login", "ann", "--name", "Ann", *POST)))
    said = told("people", "first-link", "--login", "bob", "--name", "Bob", *POST)
    assert "administrators who can sign in: 1 of the 2" in said
    bobs = accept(link_of(said))
    assert call("people", "first-link", "--login", "cat", "--name", "Cat", *POST).code == 2

    def ann() -> tuple[str, ...]:
        return ("--by", "ann", "--code", anns.pop())

    def bob() -> tuple[str, ...]:
        return ("--by", "bob", "--code", bobs.pop())

    assert "openanpr sign-in" in call("people", "list").err, "names are proved from now on"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"four random words do\n{anns.pop()}\n"))
    told("sign-in", "--login", "ann")
    lost = link_of(told("people", "add", "--login", "dan", "--name", "Dan", *POST, *ann()))
    link = link_of(told("people", "link", "dan", *ann()))
    monkeypatch.setattr("sys.stdin", io.StringIO(lost + "\n"))
    assert "not good" in call("people", "accept").err
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{link}\none\nanother\n"))
    assert "differ" in call("people", "accept").err
    accept(link)
    given = told("people", "give", "dan", "--role", "investigator", "--days", "90", "--why", "posted", *bob())
    assert given.startswith("given: investigator until ")
    days = ("--passed-on", str(TODAY), "--expires-on", str(TODAY + timedelta(days=300)))
    told("people", "training", "dan", "--course", "anpr-user", *days, *ann())
    assert asked("people", "show", "dan")["roles"] == ["investigator"]
    grant = asked("people", "show", "dan")["grants"][0]["grant"]
    assert "withdrawn" in told("people", "withdraw", grant, "--why", "moved", *ann())
    rank = ("--role", "authorising-officer", "--rank", "inspector", "--days", "90", "--why", "posted")
    waits = told("people", "give", "dan", *rank, *ann())
    number = asked("people", "proposals")[0]["proposal"]
    assert f"openanpr people approve {number}" in waits
    assert told("people", "approve", number, *bob()) == "done: give_authorising_officer for dan"
    told("people", "renew", "dan", "--why", "phone lost", *bob())
    number = asked("people", "proposals")[0]["proposal"]
    accept(link_of("\n".join(told("people", "approve", number, *ann()).splitlines()[1:])))
    (own,) = asked("people", "sessions")
    assert own["login"] == "ann"
    assert "no such session" in call("people", "end-session", "none", "--why", "x", *bob()).err
    assert "ended: 0" in told("people", "sign-out", "dan", "--why", "left", *bob())
    assert "disabled: at " in told("people", "disable", "dan", "--why", "left", *bob())
    told("people", "enable", "dan", "--why", "back", *bob())
    number = asked("people", "proposals")[0]["proposal"]
    assert number in told("people", "refuse", number, "--why", "no", *bob())
    asking = ("--name", "dispatch", "--owner", "bob", "--scope", "alerts:read", "--days", "30")
    service = told("services", "add", *asking, *ann()).split()[1].rstrip(";")
    assert "dispatch" in told("services", "list")
    assert "revoked: at " in told("services", "revoke", service, "--why", "done", *bob())
    used = call("people", "sign-out", "dan", "--why", "x", "--by", "ann", "--code", "000000")
    assert (used.code, "not taken together" in used.err) == (2, True)


def test_every_command_was_tried_here() -> None:
    source = Path(__file__).read_text()
    groups = {"people": VERBS, "services": SERVICES}
    named = [(group, verb.name) for group, verbs in groups.items() for verb in verbs]
    assert [pair for pair in named if f'"{pair[0]}", "{pair[1]}"' not in source] == []
