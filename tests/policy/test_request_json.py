"""Requests come in strictly: what is not understood is refused, and no word of it is repeated."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from openanpr.core.role import Rank, Role
from openanpr.policy.ask import (
    Account,
    Act,
    Approval,
    AskedCase,
    AskedSearch,
    AskedSite,
    AskedSubject,
    Guarded,
    HeldRole,
    Material,
    Person,
    Request,
    Search,
)
from openanpr.policy.request_json import (
    RequestError,
    decision_json,
    parse_request,
    request_json,
    request_of,
)
from tests.policy.asking import (
    OFFICER,
    TODAY,
    account,
    approval,
    asked,
    decided,
    guarded,
    material,
    person,
    search,
)

SUBJECT = AskedSubject(case_open=True, proved=True, own_interest=False)
EVERY_ACT = [
    search(approval=approval()),
    *(material(act) for act in (Act.OPEN_READ, Act.OPEN_PICTURE, Act.OPEN_HELD)),
    *(material(act) for act in (Act.PRINT, Act.EXPORT, Act.HOLD)),
    *(asked(act, person(Role.AUDITOR)) for act in (Act.APPROVE, Act.REVIEW, Act.OPEN_IN_REVIEW)),
    *(guarded(act, person(), "p2", "p1") for act in (Act.ANSWER_ALERT, Act.SEE_COVERT, Act.SEE_PLACE)),
    guarded(Act.SEE_SITE_PLACE, person(), "p2", "p1"),
    *(Request(act, TODAY, person(Role.ANPR_MANAGER)) for act in (Act.SEE_SITES, Act.DRAFT_SITE)),
    *(Request(act, TODAY, person(Role.ANPR_MANAGER)) for act in (Act.SUBMIT_SITE, Act.REVIEW_SITE)),
    Request(Act.AUTHORISE_SITE, TODAY, person(), site=AskedSite(frozenset({"p2"}), Rank.SUPERINTENDENT)),
    Request(Act.RUN_RETENTION, TODAY, person(Role.ANPR_MANAGER)),
    account(person(Role.ADMINISTRATOR)),
    *(Request(act, TODAY, person(Role.LIST_OWNER)) for act in (Act.SEE_LISTS, Act.CHANGE_LIST)),
    Request(Act.APPROVE_LIST_CHANGE, TODAY, person(Role.LIST_OWNER), account=Account("p2")),
    *(Request(act, TODAY, person(Role.ANPR_MANAGER)) for act in (Act.MANAGE_DEVICES, Act.MANAGE_QUARANTINE)),
    Request(Act.READ_LOG, TODAY, person(Role.AUDITOR)),
    *(Request(act, TODAY, person(Role.PUBLISHER)) for act in (Act.SEE_ASSESSMENT, Act.WRITE_ASSESSMENT)),
    Request(Act.SIGN_ASSESSMENT, TODAY, person(Role.SENIOR_RESPONSIBLE_OFFICER), account=Account("p2")),
    Request(Act.PUBLISH_ASSESSMENT, TODAY, person(Role.PUBLISHER)),
    Request(Act.OPEN_RIGHTS, TODAY, person(Role.COMPLAINTS_OFFICER)),
    *(
        Request(act, TODAY, person(), rights=AskedCase(Role.COMPLAINTS_OFFICER, frozenset({"p2"})))
        for act in (Act.SEE_RIGHTS, Act.WORK_RIGHTS)
    ),
    Request(Act.FIND_FOR_SUBJECT, TODAY, person(), subject=SUBJECT),
    *(Request(act, TODAY, person()) for act in (Act.SEE_ACCESS, Act.HANDLE_ACCESS, Act.CONFIRM_ACCESS)),
    *(Request(a, TODAY, person()) for a in (Act.SEE_CHALLENGES, Act.HANDLE_CHALLENGE, Act.ANSWER_CHALLENGE)),
    *(Request(act, TODAY, person()) for act in (Act.SEE_DISCLOSURES, Act.WRITE_DISCLOSURE)),
    *(Request(act, TODAY, person(Role.PUBLISHER)) for act in (Act.SEE_PUBLISHING, Act.NOTE_FIGURES)),
]  # fmt: skip
SECRET = "Smith-and-AB12CDE"


@pytest.mark.parametrize("request_", EVERY_ACT, ids=lambda one: str(one.act))
def test_a_request_goes_to_json_and_back(request_) -> None:
    assert parse_request(request_json(request_)) == request_
    assert parse_request(request_json(request_).encode()) == request_


def test_every_act_can_be_told() -> None:
    assert {one.act for one in EVERY_ACT} == set(Act)


def spoilt(path: str, value: object) -> dict[str, object]:
    told = json.loads(request_json(search(approval=approval())))
    *parts, last = path.split(".")
    inner = told
    for part in parts:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[last] = value
    return told


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("act", SECRET, r"^\$.act: has a word that is not known$"),
        ("purpose.category", SECRET, r"\$.purpose.category: has a word that is not known"),
        ("person.rank", SECRET, "not known"),
        ("today", SECRET, r"\$.today"),
        ("search.oldest_days", -1, "a count or an age"),
        ("search.oldest_days", 2**62 + 1, "a count or an age"),
        ("search.reads", 2**100, "search"),
        ("search.cameras", True, r"^\$.search.cameras: Expected `int`, got `bool`$"),
        ("search.days", 1.5, "Expected `int`, got `float`"),
        ("search.days", "1", "Expected `int`, got `str`"),
        ("purpose.reason_given", 1, "Expected `bool`"),
        ("person.id", "", "needs an id"),
        ("person.team", "", "and a team"),
        ("approval.by", "", "an approval is somebody's"),
        ("approval.hours_ago", -1, "a count or an age"),
        ("search", None, "a request to search has purpose, search"),
        ("material", {"oldest_days": 1, "asked_by": "p", "asked_for": "p"}, "a request to search has"),
        ("person", [SECRET], r"\$.person: Expected `object`"),
        (SECRET, 1, "no use for 1 part$"),
        (f"person.{SECRET}", 1, "no use for 1 part$"),
        (f"person.roles.0.{SECRET}", 1, "no use for 1 part$"),
        (f"approval.roles.0.{SECRET}", {"a": 1}, "no use for 1 part$"),
    ],
)
def test_a_request_with_a_fault_is_refused_without_repeating_it(path, value, told) -> None:
    with pytest.raises(RequestError, match=told) as refused:
        request_of(spoilt(path, value))
    assert SECRET not in str(refused.value)


def test_a_part_that_is_missing_is_told_with_its_place() -> None:
    with pytest.raises(RequestError, match=r"^\$: Object missing required field `act`$"):
        request_of({})


def test_several_strange_parts_are_counted() -> None:
    told = spoilt("x", 1) | {"y": 2}
    with pytest.raises(RequestError, match=r"no use for 2 parts$"):
        request_of(told)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "[]",
        "1",
        "null",
        '{"act": "search", "act": "review"}',
        "[" * 100_000,
        b"\xff\xfe",
        "{}",
    ],
)
def test_what_is_no_object_or_says_a_thing_twice_is_refused(text) -> None:
    with pytest.raises(RequestError):
        parse_request(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Person("", (), "none", None, "team"),
        lambda: Person("p1", (), "none", None, ""),
        lambda: Search("one-vehicle", -1, 0, 0, 0),
        lambda: Search("one-vehicle", 0, -1, 0, 0),
        lambda: Search("one-vehicle", 0, 0, -1, 0),
        lambda: Search("one-vehicle", 0, 0, 0, 2**62 + 1),
        lambda: Material(-1, "p1", "p1"),
        lambda: Material(0, "", "p1"),
        lambda: Material(0, "p1", ""),
        lambda: AskedSearch("", "p1", "t"),
        lambda: AskedSearch("p1", "", "t"),
        lambda: AskedSearch("p1", "p1", ""),
        lambda: Account(""),
        lambda: Approval("", OFFICER, "inspector"),
        lambda: Approval("p1", OFFICER, "inspector", hours_ago=-1),
        lambda: replace(search(), search=None),
        lambda: replace(search(), guarded=Guarded(hidden=False)),
        lambda: replace(material(Act.PRINT), approval=approval()),
    ],
)
def test_a_request_that_could_fool_a_rule_cannot_be_made(make) -> None:
    with pytest.raises(ValueError, match=r"needs|whole number|somebody's|has|can be approved"):
        make()


def test_counts_at_the_edge_are_taken() -> None:
    assert search(oldest_days=0, cameras=0, days=0, reads=0)
    assert search(reads=2**62)


def test_a_role_without_an_end_or_on_its_last_day_counts() -> None:
    held = (
        HeldRole(Role.ANALYST),
        HeldRole(Role.INVESTIGATOR, TODAY),
        HeldRole(Role.AUDITOR, TODAY.replace(day=28)),
    )
    assert person(roles=held).roles_on(TODAY) == (Role.INVESTIGATOR, Role.ANALYST)


def test_a_decision_is_one_line_that_any_program_can_read() -> None:
    told = json.loads(decision_json(decided(search(oldest_days=425))))
    assert told["outcome"] == "refused"
    assert told["rules"] == ["search-age-of-category"]
    assert told["remedies"][1] == {"steps": ["purpose category serious or above"], "rank": "superintendent"}
    assert told["version"].startswith("sha256:")
    approved = json.loads(decision_json(decided(search(kind="common-plates"))))
    assert approved["outcome"] == "allowed-with-approval"
    assert approved["approval"] == {"role": "authorising-officer", "least_rank": "inspector", "not_by": "p1"}
