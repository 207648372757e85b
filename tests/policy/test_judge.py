"""Whatever goes wrong in judging, the answer is a refusal. Cedar by itself would let some of these pass."""

from __future__ import annotations

from dataclasses import replace

import cedarpy
import pytest

from openanpr.core.role import Role
from openanpr.policy import judge as judging
from openanpr.policy.access_rules import AccessRules, load_rules, shipped_rules
from openanpr.policy.ask import Act, Request
from openanpr.policy.cases import shipped_cases
from openanpr.policy.decide import Outcome, decide
from openanpr.policy.facts import cedar_facts
from openanpr.policy.judge import NOTHING_PERMITS, RULES_FAILED, Verdict, foresee, judge
from tests.policy.asking import PROFILES, person, search
from tests.policy.test_access_rules import SCHEMA, TEXTS

PROFILE = PROFILES["nadc-2018"]
REFUSED = Verdict(allowed=False, rules=(RULES_FAILED,))
MOST = 2**63 - 1
# It fits the schema and fails when it is evaluated: the sum does not fit in 64 bits.
BREAKS = (
    '@id("breaks") {effect} (principal, action == Action::"search", resource) '
    f"when {{{{ context.search.oldest_days + {MOST} < {MOST} }}}};"
)


def with_rule(rule: str) -> AccessRules:
    return load_rules(TEXTS | {"own.cedar": rule}, SCHEMA)


@pytest.mark.parametrize("effect", ["forbid", "permit"])
def test_a_broken_rule_refuses_even_beside_a_permit(effect) -> None:
    rules = with_rule(BREAKS.format(effect=effect))
    facts = cedar_facts([search()], PROFILE)
    entities = cedarpy.Entities.from_json_str(facts.entities, rules.schema)
    (alone,) = cedarpy.is_authorized_batch(facts.requests, rules.policies, entities, rules.schema)
    assert alone.decision == cedarpy.Decision.Allow  # what Cedar makes of it by itself
    assert alone.diagnostics.errors
    assert judge([search()], rules=rules, profile=PROFILE) == (REFUSED,)
    told = decide(search(), rules=rules, profile=PROFILE)
    assert (told.outcome, told.rules, told.approval, told.remedies) == (
        Outcome.REFUSED,
        (RULES_FAILED,),
        None,
        (),
    )


def test_a_broken_rule_refuses_only_the_acts_that_it_speaks_of() -> None:
    rules = with_rule(BREAKS.format(effect="forbid"))
    retention = Request(Act.RUN_RETENTION, search().today, person(Role.ANPR_MANAGER))
    assert decide(retention, rules=rules, profile=PROFILE).outcome is Outcome.ALLOWED


@pytest.mark.parametrize(
    "forged",
    [
        {"oldest_days": 2**63},
        {"oldest_days": -(2**63) - 1},
        {"oldest_days": "30"},
        {"oldest_days": 1.5},
        {"oldest_days": None},
        {"kind": "everything"},
    ],
)
def test_a_request_that_does_not_fit_is_refused(forged) -> None:
    asked = search()
    for name, value in forged.items():
        object.__setattr__(asked.search, name, value)
    assert judge([asked], rules=shipped_rules(), profile=PROFILE) == (REFUSED,)
    assert decide(asked, rules=shipped_rules(), profile=PROFILE).outcome is Outcome.REFUSED


@pytest.mark.parametrize("part", ["category", "stance", "reference"])
def test_a_purpose_in_unknown_words_is_refused(part) -> None:
    asked = search()
    object.__setattr__(asked.purpose, part, "curiosity")
    told = decide(asked, rules=shipped_rules(), profile=PROFILE)
    assert (told.outcome, told.rules) == (Outcome.REFUSED, (RULES_FAILED,))


def test_an_act_that_no_rule_knows_is_refused() -> None:
    asked = search()
    object.__setattr__(asked, "act", "browse")
    told = decide(asked, rules=shipped_rules(), profile=PROFILE)
    assert (told.outcome, told.rules) == (Outcome.REFUSED, (RULES_FAILED,))


def test_a_part_that_is_missing_is_refused() -> None:
    asked = search()
    object.__setattr__(asked, "purpose", None)
    assert decide(asked, rules=shipped_rules(), profile=PROFILE).rules == (RULES_FAILED,)


class _Answer:
    """An answer of an engine gone wrong."""

    def __init__(self, decision, reasons=(), names=None, errors=()) -> None:
        self.decision = decision
        self.diagnostics = type("Said", (), {})()
        self.diagnostics.reasons = list(reasons)
        self.diagnostics.id_annotations_by_reason = names or {}
        self.diagnostics.errors = list(errors)


@pytest.mark.parametrize(
    "answer",
    [
        _Answer(cedarpy.Decision.Allow, ["policy0"], {"policy0": "search-by-role"}, ["something"]),
        _Answer(cedarpy.Decision.Allow),
        _Answer(cedarpy.Decision.Allow, ["policy0"]),
        _Answer(cedarpy.Decision.Allow, ["policy0"], {"policy0": "not-in-the-book"}),
        _Answer(cedarpy.Decision.Allow, ["policy0"], {"policy0": "search-reason"}),
        _Answer(cedarpy.Decision.Deny, ["policy0"]),
        _Answer(cedarpy.Decision.NoDecision, ["policy0"], {"policy0": "search-by-role"}),
        _Answer(cedarpy.Decision.NoDecision, ["policy0"], {"policy0": "search-reason"}),
        _Answer(cedarpy.Decision.NoDecision),
        None,
    ],
)
def test_an_answer_that_cannot_be_is_a_refusal(monkeypatch, answer) -> None:
    monkeypatch.setattr(judging.cedarpy, "is_authorized_batch", lambda *_: [answer])
    assert judge([search()], rules=shipped_rules(), profile=PROFILE) == (REFUSED,)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_more_or_fewer_answers_than_questions_refuse_them_all(monkeypatch, count) -> None:
    fair = _Answer(cedarpy.Decision.Allow, ["policy0"], {"policy0": "search-by-role"})
    monkeypatch.setattr(judging.cedarpy, "is_authorized_batch", lambda *_: [fair] * count)
    assert judge([search()] * 2, rules=shipped_rules(), profile=PROFILE) == (REFUSED, REFUSED)


def test_an_engine_that_raises_refuses(monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("engine")

    monkeypatch.setattr(judging.cedarpy, "is_authorized_batch", broken)
    assert decide(search(), rules=shipped_rules(), profile=PROFILE).rules == (RULES_FAILED,)


def test_questions_asked_together_are_answered_in_their_order() -> None:
    refused = search(purpose={"reason_given": False})
    nobody = replace(search(), person=person())
    assert judge([search(), refused, nobody, search()], rules=shipped_rules(), profile=PROFILE) == (
        Verdict(allowed=True, rules=("search-by-role",)),
        Verdict(allowed=False, rules=("search-reason",)),
        Verdict(allowed=False, rules=(NOTHING_PERMITS,)),
        Verdict(allowed=True, rules=("search-by-role",)),
    )
    assert judge([], rules=shipped_rules(), profile=PROFILE) == ()


def test_names_are_those_above_the_rules_and_never_cedars_own() -> None:
    for rules in (shipped_rules(), with_rule('@id("own") forbid (principal, action, resource);')):
        (said,) = judge(
            [search(Role.PUBLISHER, purpose={"own_interest": True})], rules=rules, profile=PROFILE
        )
        assert set(said.rules) <= {"search-own-interest", "own"}


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_foreseen_is_what_is_judged(profile) -> None:
    rules, by = shipped_rules(), PROFILES[profile]
    for case in shipped_cases():
        asked = [case.request]
        assert foresee(asked, rules=rules, profile=by) == judge(asked, rules=rules, profile=by)


def test_requests_for_two_acts_are_not_foreseen_together() -> None:
    retention = Request(Act.RUN_RETENTION, search().today, person(Role.ANPR_MANAGER))
    rules = shipped_rules()
    assert foresee([search(), retention], rules=rules, profile=PROFILE) == (REFUSED, REFUSED)
    assert foresee([], rules=rules, profile=PROFILE) == ()
