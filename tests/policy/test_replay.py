"""Past decisions judged again: the same rules change nothing, others are told request by request."""

from __future__ import annotations

import json

import pytest

from openanpr.core.purpose import Category, SearchKind
from openanpr.policy.access_rules import load_rules, shipped_rules
from openanpr.policy.cases import shipped_cases
from openanpr.policy.decide import Outcome
from openanpr.policy.replay import Difference, ReplayError, parse_past, replay
from openanpr.policy.request_json import decision_json, request_json
from tests.policy.asking import PROFILES, decided, search
from tests.policy.test_access_rules import SCHEMA, TEXTS


def line(request, profile="nadc-2018", id_="s1") -> str:
    decision = decision_json(decided(request, profile))
    return f'{{"id": "{id_}", "request": {request_json(request)}, "decision": {decision}}}'


def judged(text: str, profile: str, rules=None) -> Difference | None:
    (past,) = parse_past([text])
    return replay(past, rules=rules or shipped_rules(), profile=PROFILES[profile])


@pytest.mark.parametrize("profile", PROFILES)
def test_what_was_decided_by_the_same_rules_and_profile_is_decided_again(profile) -> None:
    lines = [line(case.request, profile) for case in shipped_cases()]
    assert len(lines) > 200
    assert not [text for text in lines if judged(text, profile)]


def test_under_another_profile_the_differences_are_told() -> None:
    ran = search(category=Category.SERIOUS, oldest_days=365)
    assert judged(line(ran), "current") == Difference(
        "s1", "allowed by search-by-role", "inspector by search-age-authority"
    )
    approved = search(category=Category.SERIOUS, oldest_days=425)
    found = judged(line(approved), "current")
    assert (found.was, found.now) == (
        "superintendent by search-age-authority",
        "refused by search-age-of-category",
    )
    assert found.of_outcome
    assert judged(line(search()), "current") is None


def test_under_another_rule_the_same_outcome_for_another_reason_is_a_difference_too() -> None:
    own = """@id("no-convoys") forbid (principal, action == Action::"search", resource)
        when { context.search.kind == Kind::"convoy" };"""
    rules = load_rules(TEXTS | {"own.cedar": own}, SCHEMA)
    unsaid = search(kind=SearchKind.CONVOY, purpose={"reason_given": False})
    found = judged(line(unsaid), "nadc-2018", rules)
    assert "no-convoys" in found.now
    assert not found.of_outcome


def test_a_profile_of_later_days_judges_requests_from_before_it() -> None:
    early = json.loads(line(search()))
    early["request"]["today"] = "2019-05-01"
    assert judged(json.dumps(early), "current") is None


def test_empty_lines_are_passed_over() -> None:
    assert [past.id for past in parse_past(["", line(search(), id_="a"), "\n", line(search(), id_="b")])] == [
        "a",
        "b",
    ]


NEEDS = {"outcome": Outcome.NEEDS_APPROVAL, "rules": []}


def changed(**parts: object) -> str:
    return json.dumps(json.loads(line(search(kind=SearchKind.CONVOY))) | parts)


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "[]",
        '{"id": "s1"}',
        changed(more=1),
        changed(id=1),
        changed(request=[]),
        changed(request={}),
        changed(decision=[]),
        changed(decision={}),
        changed(decision={"outcome": "allowed"}),
        changed(decision={"outcome": "AB12CDE", "rules": []}),
        changed(decision=NEEDS),
        changed(decision=NEEDS | {"approval": {}}),
        changed(decision=NEEDS | {"approval": {"least_rank": "AB12CDE"}}),
    ],
)  # fmt: skip
def test_a_line_that_is_no_past_decision_is_refused_by_its_number(text) -> None:
    with pytest.raises(ReplayError, match="line 2 is no past decision") as refused:
        list(parse_past([line(search()), text]))
    assert "AB12CDE" not in str(refused.value)
