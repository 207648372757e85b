"""`openanpr search`, `approvals` and `cases` on a real node: the walk of an investigator and an officer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.run_local.conftest import until
from tests.run_local.people import founded

SETTINGS = '[cases]\nfile = "cases.csv"\n[search]\nown_forces = [53]\n'
CASES = (
    "reference,state,opened,closed\n53/CR/1/26,open,2026-01-01,\n53/CR/2/26,closed,2026-01-01,2026-02-01\n"
)
REASON = "The van left the yard of the burgled shop; to find where it went, and nothing narrower will do."
WHY = "The victim is at risk tonight and the route is the one lead we have."
ASK = ("--reference", "53/CR/1/26", "--reason", REASON)


@pytest.fixture
def people(node, deliver, asked):
    (node.data / "cases.csv").write_text(CASES)
    deliver("AB12CDE")
    until(lambda: asked("node", "status")["consumers"]["store"]["waiting"] == 0)
    return founded(
        node.data,
        [
            ("ivy", "investigator"),
            ("sue", "authorising-officer", "rank:superintendent"),
        ],
    )


def test_an_investigator_and_an_officer_walk_from_the_meter_to_a_case(
    people, told, call, asked, monkeypatch, tmp_path
) -> None:
    def as_(login: str) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / login))
        if not (tmp_path / login).exists():
            people.signing(told, monkeypatch)(login)

    as_("ivy")
    assert "it sweeps in: " in told("search", "measure", "one-vehicle", "AB12 CDE", "--days", "30")
    ran = told("search", "ask", "one-vehicle", "ab12cde", "--days", "30", *ASK, "--run")
    assert "AB12CDE" in ran
    assert "A plate is not the vehicle" in ran
    (one,) = asked("search", "list")["searches"]
    run = ("--run", str(one["runs"]), "--row", "1")
    assert asked("search", "open", one["search"], *run)["mark"] == "AB12CDE"
    assert asked("search", "place", one["search"], *run)["name"] == "Mill Street"
    assert "not here" in call("search", "picture", one["search"], *run, "--out", str(tmp_path / "x.jpg")).err
    rows = ("--run", str(one["runs"]), "--rows", "1")
    out = tmp_path / "export.csv"
    told("search", "export", one["search"], *rows, "--recipient", "CPS South West", "--out", str(out))
    assert "AB12CDE" in out.read_text()
    assert out.stat().st_mode & 0o777 == 0o600
    told("search", "print", one["search"], *rows, "--out", str(tmp_path / "sheet.txt"))

    closed = ("--reference", "53/CR/2/26", "--reason", REASON)
    said = told("search", "ask", "last-seen", "AB12CDE", "--days", "30", *closed)
    assert "state: refused" in said
    assert "search-reference" in said

    far = ("--days", "400", "--category", "serious", *ASK)
    waits = asked("search", "ask", "one-vehicle", "AB12CDE", *far)
    assert (waits["state"], waits["needs"]) == ("waiting", "superintendent")
    assert call("approvals", "approve", waits["search"], "--reason", WHY).code == 2
    as_("sue")
    assert waits["search"] in told("approvals", "list")
    assert "AB12CDE" not in told("approvals", "list")
    assert asked("approvals", "look", waits["search"])["question"]["mark"] == "AB12CDE"
    assert "state: ready" in told("approvals", "approve", waits["search"], "--reason", WHY)
    assert call("search", "run", waits["search"]).code == 2
    as_("ivy")
    assert "AB12CDE" in told("search", "run", waits["search"])

    until_day = str(datetime.now(UTC).date() + timedelta(days=100))
    case = asked("cases", "open", "--reference", "53/CR/1/26", "--until", until_day)["case"]
    held = asked("cases", "hold", case, "--search", one["search"], *rows, "--reason", WHY)
    assert held["reads"] == 1
    told("cases", "note", case, "--text", "The van is the burglar's.")
    assert "burglar" in told("cases", "show", case)
    assert asked("cases", "held", case, held["hold"])["reads"][0]["mark"] == "AB12CDE"
    assert "closed_at: 2" in told("cases", "close", case, "--reason", WHY)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("one-vehicle", "AB12CDE"), "from when on"),
        (("one-vehicle", "AB12CDE", "--since", "yesterday"), "a time is written"),
        (("was-it-there", "AB12CDE", "--days", "1", "--place", "here"), "a place is cameras"),
    ],
)
def test_a_question_that_says_too_little_is_not_asked(call, words, sentence) -> None:
    said = call("search", "measure", *words)
    assert said.code == 2
    assert sentence in said.err
