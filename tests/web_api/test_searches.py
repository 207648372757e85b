"""Searching over the API: from the meter to an export, and who is refused."""

from __future__ import annotations

import pytest

from openanpr.core.role import Rank, Role
from openanpr.web.api.questions import question_form
from tests.people.scene import Person
from tests.search.scene import MARK, REFERENCE, WHY


@pytest.fixture
def ivy(found) -> Person:
    return found.person("ivy", Role.INVESTIGATOR)


@pytest.fixture
def sue(found) -> Person:
    return found.person("sue", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT)


def fresh(found) -> None:
    """Have the reads be of now, however long it took people to come."""
    found.searches.now = found.door.people.now
    found.searches.read()


def test_a_search_is_measured_asked_run_opened_and_exported(found, ivy) -> None:
    fresh(found)
    who = found.door.token(ivy)
    measured = found.ask(who, "/searches/measure", {"question": found.form()["question"]})
    assert measured.json()["meter"]["figures"]["days"] >= 30, measured.text
    asked = found.ask(who, "/searches", found.form())
    assert (asked.status_code, asked.json()["state"]) == (200, "ready"), asked.text
    search = asked.json()["search"]
    results = found.ask(who, f"/searches/{search}/run").json()
    (row,) = results["rows"]
    assert (row["mark"], len(results["caveats"])) == (MARK, 3)
    at = {"run": results["run"], "number": 1}
    assert found.ask(who, f"/searches/{search}/open-read", at).json()["mark"] == MARK
    assert found.ask(who, f"/searches/{search}/open-place", at).json()["name"] == "High Street"
    rows = {"run": results["run"], "numbers": [1]}
    printed = found.ask(who, f"/searches/{search}/print", rows)
    assert printed.status_code == 200
    assert MARK in printed.text
    export = found.ask(
        who, f"/searches/{search}/export", {**rows, "form": "csv", "recipient": "CPS South West"}
    )
    assert export.headers["content-disposition"].startswith("attachment")
    assert found.get(who, "/searches").json()["searches"][0]["rows"] == 1


def test_the_decision_is_foreseen_before_it_is_asked(found, ivy) -> None:
    who = found.door.token(ivy)
    form = found.form({"kind": "one-vehicle", "mark": "AB12CDE", **found.times(400)})
    told = found.ask(who, "/searches/measure", form).json()["foreseen"]
    assert told["outcome"] == "refused"
    assert "search-age-of-category" in told["rules"]


def test_a_refused_search_says_by_which_rule(found, ivy) -> None:
    who = found.door.token(ivy)
    form = found.form({"kind": "one-vehicle", "mark": "AB12CDE", **found.times(400)})
    told = found.ask(who, "/searches", form).json()
    assert (told["state"], "search-age-of-category" in told["rules"]) == ("refused", True)
    ran = found.ask(who, f"/searches/{told['search']}/run")
    assert ran.status_code == 409


def test_another_gives_the_authority_and_nobody_to_themselves(found, ivy, sue) -> None:
    fresh(found)
    who, officer = found.door.token(ivy), found.door.token(sue)
    form = found.form({"kind": "one-vehicle", "mark": "AB12CDE", **found.times(400)}, category="serious")
    search = found.ask(who, "/searches", form).json()
    assert (search["state"], search["needs"]) == ("waiting", "superintendent")
    (waits,) = found.get(officer, "/approvals").json()["searches"]
    assert "AB12CDE" not in str(waits)
    path = f"/approvals/{search['search']}"
    assert found.ask(who, f"{path}/approve", {"reason": WHY}).status_code in {403, 404}
    assert found.ask(officer, f"{path}/look").json()["question"]["mark"] == "AB12CDE"
    assert found.ask(officer, f"{path}/approve", {"reason": WHY}).json()["state"] == "ready"
    assert found.ask(who, f"/searches/{search['search']}/run").status_code == 200
    assert found.ask(officer, f"/searches/{search['search']}/run").status_code == 404


def test_an_urgent_search_runs_on_an_oral_authority_that_is_confirmed(found, ivy, sue) -> None:
    fresh(found)
    who, officer = found.door.token(ivy), found.door.token(sue)
    question = {"kind": "one-vehicle", "mark": "AB12CDE", **found.times(400)}
    oral = {"by": "sue", "given_at": found.door.people.now.isoformat()}
    form = found.form(question, category="serious", urgent=True, oral=oral)
    search = found.ask(who, "/searches", form).json()
    assert search["state"] == "ready", search
    assert found.ask(who, f"/searches/{search['search']}/run").json()["unconfirmed"] is True
    done = found.ask(officer, f"/approvals/{search['search']}/confirm", {"reason": WHY})
    assert done.json()["authority"]["means"] == "oral-confirmed", done.text


@pytest.mark.usefixtures("ivy")
def test_an_administrator_searches_nothing(found) -> None:
    who = found.door.token(found.door.people.founders[0])
    refused = found.ask(who, "/searches/measure", {"question": found.form()["question"]})
    assert refused.status_code == 403
    assert "administrator-only-manages" in refused.json()["message"]


def test_a_case_keeps_reads_and_notes(found, ivy) -> None:
    fresh(found)
    who = found.door.token(ivy)
    until = str(found.door.people.now.date().replace(year=2027))
    case = found.ask(who, "/cases", {"reference": REFERENCE, "until": until}).json()["case"]
    search = found.ask(who, "/searches", found.form()).json()["search"]
    run = found.ask(who, f"/searches/{search}/run").json()["run"]
    form = {"search": search, "run": run, "numbers": [1], "reason": WHY}
    held = found.ask(who, f"/cases/{case}/hold", form)
    assert held.json()["reads"] == 1, held.text
    assert found.ask(who, f"/cases/{case}/notes", {"text": "The van is the burglar's."}).status_code == 200
    whole = found.get(who, f"/cases/{case}").json()
    assert (len(whole["holds"]), len(whole["notes"])) == (1, 1)
    opened = found.ask(who, f"/cases/{case}/holds/{whole['holds'][0]['hold']}/open")
    assert opened.json()["reads"][0]["mark"] == MARK, opened.text
    assert found.ask(who, f"/cases/{case}/close", {"reason": WHY}).json()["closed_at"]


def where(by: str) -> dict[str, object]:
    point = {"lat": 51.8642, "lon": -2.2382}
    return {
        "cameras": {"by": "cameras", "cameras": ["53/1/1"]},
        "radius": {"by": "radius", "centre": point, "radius_m": 500},
        "area": {"by": "area", "corners": [point, {"lat": 51.9, "lon": -2.2}, {"lat": 51.8, "lon": -2.1}]},
    }[by]


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "part-of-a-mark", "pattern": "ab12*"},
        {"kind": "last-seen", "mark": "AB12 CDE"},
        {"kind": "was-it-there", "mark": "AB12CDE", "where": where("radius"), "spellings": "exact"},
        {"kind": "place-and-time", "where": where("cameras"), "direction": "towards", "styles": ["yellow"]},
        {"kind": "place-and-time", "where": where("area")},
        {"kind": "list-of-vehicles", "marks": ["AB12CDE", "CD34 EFG"]},
        {"kind": "convoy", "mark": "AB12 CDE", "within_min": 2, "at_least": 4},
    ],
    ids=lambda one: one["kind"],
)
def test_each_kind_of_question_is_asked_and_shown_as_it_was_asked(found, ivy, question) -> None:
    fresh(found)
    who = found.door.token(ivy)
    told = found.ask(who, "/searches", found.form({**question, **found.times(1)}))
    assert told.status_code == 200, told.text
    shown = told.json()["question"]
    assert shown["kind"] == question["kind"] == told.json()["kind"]
    assert found.ask(who, "/searches", found.form(shown)).json()["question"] == shown


def test_plates_common_to_scenes_wait_for_an_authority(found, ivy) -> None:
    who = found.door.token(ivy)
    scenes = [{"where": where("cameras"), **found.times(1)}, {"where": where("radius"), **found.times(2)}]
    form = found.form({"kind": "common-plates", "scenes": scenes, "at_least": 2}, category="serious")
    told = found.ask(who, "/searches", form).json()
    assert told["state"] == "waiting"
    assert question_form is not None


def test_nothing_is_done_where_nothing_can_be_written_down(found, ivy) -> None:
    who = found.door.token(ivy)
    found.searches.log.close()
    refused = found.ask(who, "/searches", found.form())
    assert refused.status_code == 503
    assert "could not be written down" in refused.json()["message"]
    assert found.searches.searches.kept == {}
