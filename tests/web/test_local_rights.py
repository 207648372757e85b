"""Cases of the public over the local socket of a real node: for their owners, each step on the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from openanpr.core.role import Role
from openanpr.run.node.alarms import alarms
from tests.run_node.world import World
from tests.web_api.node_people import somebody, token_of

SECRETS = ("Jo Mills", "jo@example.org", "AB12 CDE", "rude to me")
COMPLAINT = {"kind": "complaint", "via": "letter", "text": "PC Hale was rude to me", "name": "Jo Mills"}
STEPS = ("acknowledge", "note", "reply", "tell", "exclude", "move", "close", "assign")


@pytest.fixture
def peopled(world: World) -> World:
    """A node with people, of whom names are proved."""
    world.people = {
        "ida": somebody(world, "ida", Role.INFORMATION_RIGHTS_OFFICER, team="Information"),
        "cora": somebody(world, "cora", Role.COMPLAINTS_OFFICER, team="Standards"),
        "carl": somebody(world, "carl", Role.COMPLAINTS_OFFICER, team="Traffic"),
        "max": somebody(world, "max", Role.ANPR_MANAGER),
        "ivy": somebody(world, "ivy", Role.INVESTIGATOR),
        "pat": somebody(world, "pat", Role.PATROL_OFFICER),
    }
    world.made.gate._founded = True
    return world


def as_(world: World, login: str) -> World:
    world.token = token_of(world, world.people[login], "socket")
    return world


def opened(world: World, login: str = "cora", **more: Any) -> str:
    return str(as_(world, login).post("/rights", {**COMPLAINT, "by": login, **more})["reference"])


def test_a_case_goes_from_a_letter_to_its_end(peopled) -> None:
    form = {"kind": "access", "via": "letter", "text": "What do you hold?", "on": "2026-11-20", "by": "ida"}
    told = as_(peopled, "ida").post("/rights", form)
    assert told["answer_by"] == "2026-12-19"
    one = f"/rights/{told['reference']}"
    assert peopled.post(f"{one}/ask-identity", {"by": "ida"})["answer_by"] is None
    peopled.later(days=5)
    as_(peopled, "ida")
    proved = peopled.post(f"{one}/identity-proved", {"by": "ida", "text": "passport", "on": "2026-11-25"})
    assert proved["answer_by"] == "2026-12-24"
    assert peopled.post(f"{one}/extend", {"by": "ida", "text": "six cars"})["answer_by"] == "2027-02-24"
    peopled.post(f"{one}/assign", {"by": "ida", "to": "ida"})
    assert peopled.refused("POST", f"{one}/close", {"by": "ida", "outcome": "answered"})[0] == 409
    peopled.post(f"{one}/reply", {"by": "ida", "text": "Two reads; see the letter."})
    closed = peopled.post(f"{one}/close", {"by": "ida", "outcome": "answered"})
    assert (closed["state"], closed["in_time"], closed["possible"]) == ("closed", True, [])
    assert peopled.get("/rights") == []
    assert [one["reference"] for one in peopled.get("/rights", closed="yes")] == [told["reference"]]


def test_a_case_is_there_for_its_owner_and_for_nobody_else(peopled) -> None:
    reference = opened(peopled)
    for login in ("ida", "max"):
        as_(peopled, login)
        assert peopled.get("/rights") == []
        assert peopled.refused("GET", f"/rights/{reference}") == (404, "there is no such case")
        assert peopled.refused("GET", "/rights/2222-2222") == (404, "there is no such case")
        for step in STEPS:
            form = {"by": login, "text": "x", "kind": "access", "outcome": "withdrawn", "to": login}
            form = {k: v for k, v in form.items() if k in _fields(step)}
            assert peopled.refused("POST", f"/rights/{reference}/{step}", form)[0] == 404
    for login in ("ivy", "pat"):
        as_(peopled, login)
        assert peopled.refused("GET", "/rights")[0] == 403
        assert peopled.refused("GET", f"/rights/{reference}")[0] == 403
        assert peopled.refused("POST", "/rights", {**COMPLAINT, "by": login})[0] == 403


def _fields(step: str) -> set[str]:
    return {"by"} | {
        "assign": {"to"},
        "exclude": set(),
        "move": {"kind", "text"},
        "close": {"outcome"},
    }.get(step, {"text"})


def test_whom_a_case_is_about_finds_none_by_person_or_by_team(peopled) -> None:
    reference = opened(peopled)
    assert len(as_(peopled, "carl").get("/rights")) == 1
    as_(peopled, "cora").post(f"/rights/{reference}/exclude", {"by": "cora", "teams": ["Traffic"]})
    as_(peopled, "carl")
    assert peopled.get("/rights") == []
    assert peopled.refused("GET", f"/rights/{reference}") == (404, "there is no such case")
    assert peopled.refused("POST", f"/rights/{reference}/reply", {"by": "carl", "text": "x"})[0] == 404
    as_(peopled, "cora").post(f"/rights/{reference}/exclude", {"by": "cora", "people": ["ida"]})
    assert peopled.refused("POST", f"/rights/{reference}/assign", {"by": "cora", "to": "ida"})[0] == 422
    other = opened(peopled)
    gone = peopled.post(f"/rights/{other}/exclude", {"by": "cora", "people": ["cora"]})
    assert gone == {"reference": other}
    assert peopled.refused("GET", f"/rights/{other}")[0] == 404


@pytest.mark.parametrize("to", ["nobody", "ivy", "ida", "carl"])
def test_a_case_is_given_to_somebody_whose_duty_it_is_and_to_nobody_else(peopled, to) -> None:
    reference = opened(peopled)
    peopled.post(f"/rights/{reference}/exclude", {"by": "cora", "teams": ["Traffic"]})
    status, message = peopled.refused("POST", f"/rights/{reference}/assign", {"by": "cora", "to": to})
    assert (status, "nobody whose duty" in message) == (422, True)
    assert peopled.post(f"/rights/{reference}/assign", {"by": "cora", "to": "cora"})["assigned"] == "cora"


def test_a_case_that_is_moved_is_its_new_owners_at_once(peopled) -> None:
    reference = opened(peopled, text="What do you hold about me?")
    moved = peopled.post(
        f"/rights/{reference}/move", {"by": "cora", "kind": "access", "text": "asks for reads"}
    )
    assert moved == {"reference": reference}
    assert peopled.refused("GET", f"/rights/{reference}")[0] == 404
    assert as_(peopled, "ida").get(f"/rights/{reference}")["owner"] == "information-rights-officer"


def test_each_step_is_on_the_log_first_and_the_log_tells_nothing(peopled) -> None:
    log = peopled.stores.log
    before = log.size
    reference = opened(peopled, contact="jo@example.org", vrm="AB12 CDE")
    peopled.post(f"/rights/{reference}/note", {"by": "cora", "text": "she rang: rude to me"})
    peopled.get(f"/rights/{reference}")
    entries = log.entries_from(before, 100)
    acts = [one.act.value for one in entries]
    assert acts[-3:] == ["rights", "rights", "consultation"]
    told = "".join(repr(one.public) for one in entries)
    assert reference not in told
    assert all(word not in told for word in (*SECRETS, "complaint", "cora"))


def test_without_the_log_nothing_is_opened_and_nothing_is_done(peopled, monkeypatch) -> None:
    from openanpr.audit.faults import AuditError  # noqa: PLC0415 - for this test alone

    reference = opened(peopled)

    def refuses(*_: object) -> None:
        raise AuditError("the log is full")

    monkeypatch.setattr(type(peopled.stores.log), "append_all", refuses)
    assert peopled.refused("POST", "/rights", {**COMPLAINT, "by": "cora"})[0] == 503
    assert peopled.refused("POST", f"/rights/{reference}/acknowledge", {"by": "cora"})[0] == 503
    monkeypatch.undo()
    (line,) = as_(peopled, "cora").get("/rights")
    assert line["acknowledge_by"] is not None


def test_what_is_due_and_late_is_counted_and_raises_alarms(peopled) -> None:
    opened(peopled)
    righting = peopled.made.righting
    for days, soon, late in ((0, 0, 0), (23, 1, 0), (40, 0, 1)):
        righting.count(peopled.now + timedelta(days=days))
        found = righting.waiting
        assert (found.open, found.due_soon, found.late) == (1, soon, late)
        names = {one.name.value for one in alarms(peopled.telling.standing())}
        assert ("rights_due_soon" in names, "rights_late" in names) == (bool(soon), bool(late))


def test_words_are_erased_when_their_time_is_over_and_the_log_says_so(peopled) -> None:
    reference = opened(peopled)
    peopled.post(f"/rights/{reference}/close", {"by": "cora", "outcome": "withdrawn", "text": "rang off"})
    righting = peopled.made.righting
    size = peopled.stores.log.size
    righting.forget(peopled.now + timedelta(days=730))
    assert peopled.stores.log.size == size
    righting.forget(peopled.now + timedelta(days=731))
    (entry,) = peopled.stores.log.entries_from(size, 10)
    assert (entry.act.value, entry.public["what"], entry.public["rows"]) == ("erasure", "words-of-cases", 1)
    whole = as_(peopled, "cora").get(f"/rights/{reference}")
    assert (whole["forgotten"], whole["text"], whole["name"]) == (True, "", "")
    assert [one["text"] for one in whole["steps"]] == ["", ""]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"kind": "praise"},
        {"via": "web"},
        {"text": ""},
        {"text": "x" * 8001},
        {"name": "x" * 201},
        {"on": "2030-01-01"},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_kept_is_refused_without_a_word_of_it(peopled, spoilt) -> None:
    as_(peopled, "cora")
    status, message = peopled.refused("POST", "/rights", {**COMPLAINT, "by": "cora", **spoilt})
    assert status in {409, 422}
    assert all(word not in message for word in SECRETS)
