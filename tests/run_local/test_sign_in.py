"""`openanpr sign-in`, `whoami`, `step-up`, `sign-out` against a real node."""

from __future__ import annotations

import io
import stat

import pytest

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.kept_session import kept_session
from tests.run_local.people import PASSWORD, People, founded


@pytest.fixture(scope="module")
def people(node) -> People:
    return founded(node.data, ())


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_session_is_kept_where_its_owner_alone_can_read_it(told, people, monkeypatch, tmp_path) -> None:
    said = people.signing(told, monkeypatch)("ann")
    assert said.startswith("signed in as ann (Ann)")
    folder = tmp_path / "state" / "openanpr" / "sign-in"
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "roles: administrator" in told("whoami")
    assert told("sign-out") == "signed out"


def test_whoever_is_not_signed_in_is_told_how(call) -> None:
    said = call("whoami")
    assert said.code == 2
    assert "openanpr sign-in" in said.err


@pytest.mark.usefixtures("people")
def test_a_wrong_password_is_refused_without_a_word_of_what_was_wrong(call, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("not the password\n000000\n"))
    said = call("sign-in", "--login", "ann")
    assert said.code == 2
    assert "check the name, the password and the code" in said.err


def test_stepping_up_keeps_the_new_token(told, node, people, monkeypatch) -> None:
    people.signing(told, monkeypatch)("bob")
    before = kept_session(str(node.data.resolve()))
    monkeypatch.setattr("sys.stdin", io.StringIO(people.codes["bob"].pop() + "\n"))
    told("step-up")
    after = kept_session(str(node.data.resolve()))
    assert before is not None
    assert after is not None
    assert before.token != after.token
    assert "login: bob" in told("whoami")


def test_a_kept_session_that_others_can_read_is_not_used(
    told, call, node, people, monkeypatch, tmp_path
) -> None:
    people.signing(told, monkeypatch)("ann")
    (file,) = (tmp_path / "state" / "openanpr" / "sign-in").iterdir()
    file.chmod(0o644)
    assert "open to others" in call("whoami").err
    with pytest.raises(RefusedError):
        kept_session(str(node.data.resolve()))


def test_nobody_signs_in_in_the_clear(call, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"ann\n{PASSWORD}\n000000\n"))
    assert "in the clear" in call("sign-in", "--url", "http://anpr.example:8471").err
