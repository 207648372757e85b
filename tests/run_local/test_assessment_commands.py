"""`openanpr assessment` on a real node: measured, written, signed by another, published, saved, compared."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.publish.scene import QUESTIONS
from tests.run_local.people import founded

DUE = (datetime.now(UTC).date() + timedelta(days=200)).isoformat()


@pytest.fixture
def people(node):
    others = [("pat", "publisher"), ("sue", "senior-responsible-officer")]
    return founded(node.data, others)


def test_a_year_is_assessed(people, told, call, asked, monkeypatch, tmp_path) -> None:
    def as_(login: str) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / login))
        if not (tmp_path / login).exists():
            people.signing(told, monkeypatch)(login)

    as_("pat")
    shown = told("assessment", "evidence")
    assert "complaints-answered: " in shown
    assert "measured against" in shown
    assert "NOT VERIFIED" in shown
    assert told("assessment", "draft") == "assessment 1: draft, 0 answers"
    for name in QUESTIONS:
        told("assessment", "answer", "1", name, "--answer", "yes", "--words", "So it is.")
    plan = ("--what", "Mend it.", "--owner", "ANPR manager", "--due", DUE)
    for name in QUESTIONS:
        told("assessment", "action", "1", name, *plan)
    assert "refused by the rule" in call("assessment", "sign", "1", "--seen", "x").err

    as_("sue")
    whole = told("assessment", "show", "1")
    assert "1a RED (" in whole
    code = asked("assessment", "show", "1")["code"]
    assert whole.endswith(f"openanpr assessment sign 1 --seen {code}")
    assert "not what you looked at" in call("assessment", "sign", "1", "--seen", "0" * 16).err
    told("assessment", "sign", "1", "--seen", code)

    as_("pat")
    assert told("assessment", "publish", "1").startswith("assessment 1: published")
    (head,) = asked("assessment", "list")
    for form in ("json", "html", "pdf"):
        assert "SHA-256" in told("assessment", "export", "1", "--form", form, "--to", str(tmp_path / form))
    body = (tmp_path / "json").read_bytes()
    assert hashlib.sha256(body).hexdigest() == head["digest"]
    assert json.loads(body)["number"] == 1
    assert (tmp_path / "pdf").stat().st_mode & 0o077 == 0
    assert call("assessment", "export", "1", "--to", str(tmp_path / "json")).code != 0, "never over another"

    told("assessment", "done", "1.1", "--words", "It is mended.")
    assert "done" in told("assessment", "show", "1")
    told("assessment", "draft")
    told("assessment", "answer", "2", "6a", "--answer", "no", "--words", "It is not so.")
    compared = told("assessment", "compare", "2", "--with", "1")
    assert "answer: Yes -> No" in compared
    assert told("assessment", "compare", "1", "--with", "1") == "nothing changed"
    assert "is a draft" in call("assessment", "export", "2", "--to", str(tmp_path / "draft")).err
