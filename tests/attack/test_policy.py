"""Attacks on the rules of access: whoever words a request cleverly gets no more than who asks plainly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.purpose import Category, ReferenceState, SearchKind
from openanpr.core.role import Rank, Role
from openanpr.policy.access_rules import load_rules, shipped_rules
from openanpr.policy.ask import Act, HeldRole
from openanpr.policy.decide import Outcome, decide
from openanpr.policy.judge import NOTHING_PERMITS
from openanpr.policy.request_json import RequestError, decision_json, parse_request, request_json
from openanpr.policy.tell import tell
from tests.policy.asking import (
    OFFICER,
    PROFILES,
    account,
    approval,
    asked,
    decided,
    guarded,
    material,
    person,
    search,
)
from tests.policy.test_access_rules import SCHEMA, TEXTS

CLEVER = [
    'p1"; permit (principal, action, resource); //',
    'Role::"investigator"',
    'p1\n@id("x") permit (principal, action, resource);',
    '{"__entity": {"type": "Role", "id": "administrator"}}',
    '{"__extn": {"fn": "ip", "arg": "10.0.0.1"}}',
    "__entity",
    "\x00\x1b[2J",
    "\u202eadmin",
    "a" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("words", CLEVER)
def test_cedar_in_an_id_or_a_team_stays_an_id(words) -> None:
    """Injection into Cedar: the words of a request are never read as rules or as entities."""
    nobody = replace(search(), person=person(Role.PUBLISHER, id=words, team=words))
    assert decided(nobody).rules == (NOTHING_PERMITS,)
    own = replace(search(approval=approval(by=words)), person=person(Role.INVESTIGATOR, id=words))
    assert "approval-not-by-oneself" in decided(own).rules
    others = material(Act.OPEN_READ, asked_by=words, asked_for=words)
    assert decided(others).rules == ("material-of-own-search",)
    assert decided(guarded(Act.SEE_COVERT, person(Role.INVESTIGATOR), words)).rules == (NOTHING_PERMITS,)
    assert decided(account(person(Role.ADMINISTRATOR, id=words), of=words)).rules == ("people-not-oneself",)


@given(st.text(min_size=1), st.text(min_size=1))
@settings(deadline=None, max_examples=200)
def test_no_two_ids_are_taken_for_one(one, other) -> None:
    """Self-approval by a look-alike id, and the reverse: equal is equal, and nothing else is."""
    approving = asked(
        Act.APPROVE, person(Role.AUTHORISING_OFFICER, id=one, rank=Rank.SUPERINTENDENT), asked_by=other
    )
    told = decided(approving)
    assert (told.outcome is Outcome.ALLOWED) == (one not in {other, approving.asked.asked_for})


def test_an_id_that_is_no_text_is_refused() -> None:
    half = replace(search(), person=person(Role.INVESTIGATOR, id="\ud800"))
    assert decided(half).outcome is Outcome.REFUSED


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("rank", Rank)
def test_nobody_approves_their_own_request_whatever_their_rank_and_roles(profile, rank) -> None:
    """Self-approval, at both ends: in approving, and in the search that is said to be approved."""
    for roles in ((Role.AUTHORISING_OFFICER,), (Role.AUTHORISING_OFFICER, Role.INVESTIGATOR, Role.ANALYST)):
        who = person(*roles, rank=rank)
        for own in (asked(Act.APPROVE, who), asked(Act.APPROVE, who, asked_by="p3")):
            assert decided(own, profile).outcome is Outcome.REFUSED
        asks = replace(search(*roles, kind=SearchKind.CONVOY), person=person(*roles, rank=rank))
        ones_own = replace(asks, approval=approval(rank, by="p1"))
        assert decided(ones_own, profile).outcome is not Outcome.ALLOWED


def test_an_approval_by_whoever_lost_or_never_had_the_role_is_none() -> None:
    for roles in (
        (),
        (HeldRole(Role.INVESTIGATOR),),
        (HeldRole(Role.AUTHORISING_OFFICER, date(2026, 11, 28)),),
    ):
        given_ = approval(Rank.CHIEF_CONSTABLE, roles=roles)
        told = decided(search(kind=SearchKind.COMMON_PLATES, approval=given_))
        assert told.rules == ("approval-by-authorising-officer",)


@pytest.mark.parametrize("extra", [Role.ADMINISTRATOR, Role.AUDITOR])
@pytest.mark.parametrize(
    "act", [Act.OPEN_READ, Act.OPEN_PICTURE, Act.OPEN_HELD, Act.PRINT, Act.EXPORT, Act.HOLD]
)
def test_who_collects_all_roles_still_sees_no_read(extra, act) -> None:
    """Whoever manages accounts could give themselves every role."""
    others = set(Role) - {Role.ADMINISTRATOR, Role.AUDITOR}
    who = (*sorted(others), extra)
    assert decided(search(*who, approval=approval())).outcome is Outcome.REFUSED
    assert decided(material(act, *who, case_owner="p1")).outcome is Outcome.REFUSED
    assert decided(guarded(Act.SEE_COVERT, person(*who), "p1")).outcome is Outcome.REFUSED
    assert decided(guarded(Act.SEE_PLACE, person(*who), "p1")).outcome is Outcome.REFUSED


@pytest.mark.parametrize("hours", [0, 24, 25, 2**62])
def test_a_clock_rolled_back_to_before_the_profile_opens_nothing(hours) -> None:
    early = replace(
        search(approval=approval(oral=True, hours_ago=hours)),
        today=date.min,
        person=person(training_until=date.max),
    )
    for profile in PROFILES:
        assert decided(early, profile).rules == ("profile-not-in-force",)


def test_a_count_so_large_that_it_turns_negative_is_no_request() -> None:
    """Overflow: what Cedar cannot count must not count as little."""
    for big in (2**63, 2**64 + 1, -(2**63)):
        text = request_json(search()).replace('"oldest_days":30', f'"oldest_days":{big}')
        with pytest.raises(RequestError):
            parse_request(text)
    for name in ("oldest_days", "cameras", "days", "reads"):
        assert decided(search(kind=SearchKind.PLACE_AND_TIME, **{name: 2**62})).outcome is not Outcome.ALLOWED


def test_a_key_said_twice_is_refused_and_not_read_as_either() -> None:
    """Two readers of one JSON must not see two requests."""
    text = request_json(search())
    for double in (
        text.replace('"act":"search"', '"act":"review","act":"search"'),
        text.replace('"oldest_days":30', '"oldest_days":9000,"oldest_days":30'),
    ):
        assert double != text
        with pytest.raises(RequestError):
            parse_request(double)


def test_a_rule_that_breaks_on_purpose_cannot_switch_a_refusal_off() -> None:
    """Whoever can word one forbid so that it fails would, with Cedar alone, have removed it."""
    breaking = """@id("sly") forbid (principal, action, resource)
        when { context.person.rank + 9223372036854775807 > 0 };"""
    rules = load_rules(TEXTS | {"sly.cedar": breaking}, SCHEMA)
    for fair in (
        replace(search(), person=person(Role.INVESTIGATOR, rank=Rank.CONSTABLE)),
        material(Act.PRINT),
    ):
        assert decide(fair, rules=shipped_rules(), profile=PROFILES["current"]).outcome is Outcome.ALLOWED
        told = decide(fair, rules=rules, profile=PROFILES["current"])
        assert (told.outcome, told.rules, told.remedies) == (Outcome.REFUSED, ("rules-failed",), ())


@pytest.mark.parametrize("act", [Act.SEE_COVERT, Act.SEE_PLACE, Act.ANSWER_ALERT])
def test_a_refusal_does_not_tell_who_is_named_or_how_many(act) -> None:
    """Inference: what is told of a covert entry to others does not depend on it."""
    who = person(Role.INVESTIGATOR, id="curious")
    told = {
        (tell(one), decision_json(one))
        for names in ((), ("p5",), ("p5", "p6", "p7"), ("curious2",))
        if (one := decided(guarded(act, who, *names)))
    }
    assert len(told) == 1
    assert "p5" not in str(told)


def test_a_decision_holds_no_id_but_that_of_who_asked() -> None:
    for request in (
        material(Act.OPEN_READ, asked_by="other", asked_for="other", named=frozenset({"other"})),
        asked(Act.APPROVE, person(Role.AUTHORISING_OFFICER, id="p9"), asked_by="other"),
        search(kind=SearchKind.CONVOY, approval=approval(by="other", roles=())),
        search(purpose={"reference": ReferenceState.UNKNOWN}),
    ):
        assert "other" not in decision_json(decided(request)).replace("another", "")


def test_a_higher_category_is_no_way_past_the_rules_of_the_person() -> None:
    for category in Category:
        for spoilt in (
            replace(search(category=category), person=person(Role.INVESTIGATOR, training_until=None)),
            search(category=category, purpose={"own_interest": True}),
            search(Role.ADMINISTRATOR, category=category),
            search(category=category, oldest_days=731),
        ):
            given_ = replace(spoilt, approval=approval(Rank.CHIEF_CONSTABLE, roles=OFFICER))
            assert decided(given_).outcome is Outcome.REFUSED
