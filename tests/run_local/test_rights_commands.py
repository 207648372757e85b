"""`openanpr rights` on a real node: written down, worked on, replied to, closed."""

from __future__ import annotations

import io

import pytest

from tests.run_local.people import founded


@pytest.fixture
def people(node):
    return founded(node.data, [("ida", "information-rights-officer"), ("cora", "complaints-officer")])


def test_cases_are_worked_on_by_their_owners(people, told, call, asked, monkeypatch, tmp_path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("What do you hold about me?", encoding="utf-8")
    text = ("--text", str(words))

    def as_(login: str) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / login))
        if not (tmp_path / login).exists():
            people.signing(told, monkeypatch)(login)

    def opened(kind: str) -> str:
        shown = told("rights", "open", "--kind", kind, "--via", "letter", *text, "--name", "Jo Mills")
        assert "the code is not shown again" in shown
        return shown.splitlines()[0].removeprefix("reference: ")

    as_("ida")
    assert told("rights", "queue") == "no case is open"
    one, other = opened("access"), opened("access")
    assert "What do you hold about me?" in told("rights", "show", one)
    told("rights", "ask-identity", one)
    assert f"case {one}: open, to be answered by" in told("rights", "identity-proved", one, *text)
    told("rights", "ask-information", one, *text)
    assert told("rights", "information-given", one).startswith(f"case {one}: open")
    told("rights", "extend", one, *text)
    told("rights", "assign", one, "--to", "ida")
    told("rights", "note", one, *text)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"It goes well.\n")))
    told("rights", "tell", one, "--text", "-")
    told("rights", "reply", one, *text)
    assert told("rights", "close", one, "--outcome", "answered", *text) == f"case {one}: closed"
    assert one in told("rights", "closed")
    assert "It goes well." in told("rights", "show", one)
    assert len(asked("rights", "queue")) == 1
    moved = told("rights", "move", other, "--kind", "complaint", *text)
    assert moved == f"case {other}: done; it is no longer yours to see"

    as_("cora")
    assert "no such case" in call("rights", "show", one).err
    told("rights", "acknowledge", other)
    told("rights", "exclude", other, "--people", "pc1", "--teams", "Traffic")
    assert "never extended" in call("rights", "extend", other, *text).err
    assert "cannot be read" in call("rights", "note", other, "--text", str(tmp_path / "none")).err
    words.write_text(" ", encoding="utf-8")
    assert "is empty" in call("rights", "note", other, *text).err
