"""A decision: what it says holds when it is done, and nobody gets past the separation of duties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.role import Rank, Role
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import Act, Approval, AskedCase, HeldRole, Person, Purpose, Request, Search
from openanpr.policy.change import QUIET, changes
from openanpr.policy.decide import (
    NO_PROFILE,
    PROFILE_NOT_IN_FORCE,
    ApprovalNeeded,
    Outcome,
    decide,
)
from openanpr.policy.judge import NOTHING_PERMITS, RULES_FAILED, Verdict
from openanpr.policy.remedy import Remedy, _cured
from openanpr.policy.request_json import parse_request, request_json
from tests.policy.asking import (
    OFFICER,
    PROFILES,
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

AGES = st.sampled_from([0, 30, 90, 91, 200, 365, 366, 730, 731, 4000])
COUNTS = st.sampled_from([0, 1, 2, 10, 11, 5000, 5001, 100_000, 100_001])
DAYS = st.one_of(st.none(), st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=2)))
HELD = st.lists(st.builds(HeldRole, st.sampled_from(Role), DAYS), max_size=2).map(tuple)
PEOPLE = st.builds(Person, st.sampled_from(["p1", "p9"]), HELD, st.sampled_from(Rank), DAYS, st.just("team"))
PURPOSES = st.builds(
    Purpose,
    st.sampled_from(Category),
    st.sampled_from(Stance),
    st.sampled_from(ReferenceState),
    *[st.booleans()] * 4,
)
SEARCHES = st.builds(Search, st.sampled_from(SearchKind), AGES, COUNTS, COUNTS, COUNTS)
APPROVALS = st.builds(
    Approval,
    st.sampled_from(["p1", "p9"]),
    st.one_of(st.just(OFFICER), HELD),
    st.sampled_from(Rank),
    st.booleans(),
    st.sampled_from([0, 24, 25]),
)
REQUESTS = st.builds(
    lambda who, why, what, by: Request(Act.SEARCH, TODAY, who, purpose=why, search=what, approval=by),
    PEOPLE,
    PURPOSES,
    SEARCHES,
    st.one_of(st.none(), APPROVALS),
)
FAIR = st.builds(
    lambda role, category, kind, age, reads, pattern: search(
        role,
        category=category,
        kind=kind,
        oldest_days=age,
        reads=reads,
        purpose={"stance": pattern, "objective_given": True},
    ),
    st.sampled_from([Role.INVESTIGATOR, Role.ANALYST, Role.PATROL_OFFICER]),
    st.sampled_from(Category),
    st.sampled_from(SearchKind),
    AGES,
    COUNTS,
    st.sampled_from(Stance),
)
NAMES = st.sampled_from(sorted(PROFILES))
RANK_ORDER = list(Rank)


@given(REQUESTS, NAMES)
@settings(deadline=None, max_examples=150)
def test_every_request_is_decided_by_names_that_are_known(request, name) -> None:
    told = decided(request, name)
    rules = shipped_rules()
    assert told.rules
    if told.outcome is Outcome.ALLOWED:
        assert set(told.rules) <= set(rules.permits)
    else:
        assert set(told.rules) <= {*rules.forbids, NOTHING_PERMITS}
    assert (told.outcome is Outcome.NEEDS_APPROVAL) == (told.approval is not None)
    assert told == decided(parse_request(request_json(request)), name)


@given(REQUESTS, NAMES)
@settings(deadline=None, max_examples=150)
def test_who_holds_a_role_that_excludes_or_has_no_training_never_searches(request, name) -> None:
    told = decided(request, name)
    held = request.person.roles_on(TODAY)
    lapsed = request.person.training_until is None or request.person.training_until < TODAY
    if lapsed or {Role.ADMINISTRATOR, Role.AUDITOR} & set(held) or not held:
        assert told.outcome is Outcome.REFUSED
    if told.outcome is Outcome.ALLOWED:
        assert request.approval is None or request.approval.by != request.person.id


@given(FAIR, NAMES)
@settings(deadline=None, max_examples=150)
def test_an_approval_of_the_least_rank_suffices_and_a_lower_one_or_ones_own_does_not(request, name) -> None:
    told = decided(request, name)
    if told.approval is None:
        return
    least = told.approval.least_rank
    assert told.approval == ApprovalNeeded(Role.AUTHORISING_OFFICER, least, "p1")
    below = RANK_ORDER[RANK_ORDER.index(least) - 1]
    assert decided(replace(request, approval=approval(least)), name).outcome is Outcome.ALLOWED
    assert decided(replace(request, approval=approval(below)), name).outcome is not Outcome.ALLOWED
    assert decided(replace(request, approval=approval(least, by="p1")), name).outcome is not Outcome.ALLOWED


@given(FAIR, NAMES, AGES)
@settings(deadline=None, max_examples=150)
def test_what_is_allowed_is_allowed_for_younger_reads_and_fewer_of_them(request, name, age) -> None:
    if decided(request, name).outcome is Outcome.ALLOWED:
        less = replace(
            request.search, oldest_days=min(age, request.search.oldest_days), reads=request.search.reads // 2
        )
        assert decided(replace(request, search=less), name).outcome is Outcome.ALLOWED


@given(REQUESTS, NAMES)
@settings(deadline=None, max_examples=150)
def test_whoever_does_what_a_remedy_says_is_allowed(request, name) -> None:
    told = decided(request, name)
    by_step = {change.step: change for change in changes(request, PROFILES[name], tuple(Role))}
    for remedy in told.remedies:
        changed = request
        for step in remedy.steps:
            changed = by_step[step].apply(changed)
        if remedy.rank is not Rank.NONE:
            changed = replace(changed, approval=approval(remedy.rank, by="p77"))
        assert decided(changed, name).outcome is Outcome.ALLOWED
        for step in remedy.steps:
            assert by_step[step].about != "authority"


@given(REQUESTS, NAMES)
@settings(deadline=None, max_examples=100)
def test_every_refused_search_is_told_a_way(request, name) -> None:
    told = decided(request, name)
    assert (told.outcome is Outcome.REFUSED) <= bool(told.remedies)


def steps(request, name="nadc-2018") -> list[tuple[tuple[str, ...], Rank]]:
    return [(one.steps, one.rank) for one in decided(request, name).remedies]


def test_too_old_for_the_category_is_told_the_age_and_the_category_that_would_do() -> None:
    assert steps(search(oldest_days=425)) == [
        (("ask at most 90 days back",), Rank.NONE),
        (("purpose category serious or above",), Rank.SUPERINTENDENT),
    ]
    assert steps(search(oldest_days=91)) == [
        (("ask at most 90 days back",), Rank.NONE),
        (("purpose category serious or above",), Rank.NONE),
    ]
    assert steps(search(oldest_days=425), "current") == [(("ask at most 90 days back",), Rank.NONE)]


def test_beside_an_approval_the_way_of_asking_for_less_is_told() -> None:
    told = decided(search(category=Category.SERIOUS, oldest_days=425))
    assert told.outcome is Outcome.NEEDS_APPROVAL
    assert told.remedies == (Remedy(("ask at most 365 days back",)),)
    assert told.row == "grave-to-2-years"
    wide = decided(search(kind=SearchKind.PLACE_AND_TIME, cameras=11, days=2, reads=100_001))
    assert wide.approval.least_rank is Rank.SUPERINTENDENT
    assert wide.remedies == (Remedy(("at most 10 cameras, 1 days, 5000 reads",)),)


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({"reason_given": False}, "the reason written: why it is necessary and proportionate"),
        ({"reference": ReferenceState.CLOSED}, "a reference that the case system knows as open"),
        ({"own_interest": True}, "asked by somebody without an interest in the vehicle"),
    ],
)
def test_a_purpose_that_lacks_something_is_told_what(changed, step) -> None:
    assert steps(search(purpose=changed)) == [((step,), Rank.NONE)]


def test_a_pattern_without_an_objective_is_told_both_ways() -> None:
    pattern = {"stance": Stance.PROACTIVE}
    assert steps(search(purpose=pattern)) == [
        (("a known incident instead of a pattern",), Rank.NONE),
        (("the objective of the intelligence written",), Rank.INSPECTOR),
    ]


def test_beside_the_authority_for_a_pattern_a_known_incident_is_told() -> None:
    told = decided(search(purpose={"stance": Stance.PROACTIVE, "objective_given": True}))
    assert told.outcome is Outcome.NEEDS_APPROVAL
    assert told.remedies == (Remedy(("a known incident instead of a pattern",)),)


def test_a_person_without_the_role_is_told_every_role_that_has_it() -> None:
    searching = (Role.CONTROL_ROOM_OPERATOR, Role.PATROL_OFFICER, Role.INVESTIGATOR, Role.ANALYST)
    told = [((f"asked by a person whose role is {role}",), Rank.NONE) for role in searching]
    assert steps(search(Role.LIST_OWNER)) == told


def test_every_role_that_would_have_it_with_an_authority_is_told_with_the_rank() -> None:
    told = [
        ((f"asked by a person whose role is {role}",), Rank.SUPERINTENDENT)
        for role in (Role.INVESTIGATOR, Role.ANALYST)
    ]
    assert steps(search(Role.LIST_OWNER, category=Category.SERIOUS, oldest_days=425)) == told


@given(REQUESTS, NAMES)
@settings(deadline=None, max_examples=100)
def test_no_remedy_has_a_step_that_it_does_without(request, name) -> None:
    by_step = {change.step: change for change in changes(request, PROFILES[name], tuple(Role))}
    for remedy in decided(request, name).remedies:
        for left_out in remedy.steps:
            changed = request
            for step in remedy.steps:
                changed = changed if step == left_out else by_step[step].apply(changed)
            if remedy.rank is not Rank.NONE:
                changed = replace(changed, approval=approval(remedy.rank, by="p77"))
            assert decided(changed, name).outcome is not Outcome.ALLOWED


def test_a_change_that_breaks_a_rule_cures_nothing() -> None:
    base = frozenset({"search-reason", "search-reference"})
    assert _cured(base, Verdict(allowed=False, rules=(RULES_FAILED,))) == frozenset()
    assert _cured(base, Verdict(allowed=False, rules=("search-reason",))) == {"search-reference"}
    assert _cured(base, Verdict(allowed=True, rules=("search-by-role",))) == base


def test_lapsed_training_and_ended_roles_are_told_and_count_to_their_last_day() -> None:
    fair = search()
    for until, outcome in ((TODAY, Outcome.ALLOWED), (TODAY - timedelta(days=1), Outcome.REFUSED)):
        trained = replace(fair, person=replace(fair.person, training_until=until))
        assert decided(trained).outcome is outcome
        held = (HeldRole(Role.INVESTIGATOR, until),)
        assert decided(replace(fair, person=replace(fair.person, roles=held))).outcome is outcome
    assert steps(trained) == [(("training renewed",), Rank.NONE)]
    ended = steps(replace(fair, person=replace(fair.person, roles=held)))
    assert ended[0] == (("the role investigator given anew",), Rank.NONE)


def test_several_faults_are_told_with_all_that_must_change() -> None:
    untrained = search(purpose={"reason_given": False, "own_interest": True}, oldest_days=91)
    untrained = replace(untrained, person=person(Role.LIST_OWNER, training_until=None))
    common = {
        "training renewed",
        "the reason written: why it is necessary and proportionate",
        "asked by somebody without an interest in the vehicle",
    }
    operator, investigator = (
        f"asked by a person whose role is {role}" for role in (Role.CONTROL_ROOM_OPERATOR, Role.INVESTIGATOR)
    )
    assert [(set(way), rank) for way, rank in steps(untrained)] == [
        (common | {"ask at most 90 days back", operator}, Rank.NONE),
        (common | {"purpose category serious or above", investigator}, Rank.NONE),
    ]


NOT_OWN = "by somebody who neither asked for it nor was asked for"
OTHERS = {"asked_by": "p3", "asked_for": "p3"}
OFFICER_P9 = person(Role.AUTHORISING_OFFICER, id="p9")
AUDITOR = person(Role.AUDITOR, id="p8", team="standards")


@pytest.mark.parametrize(
    ("request_", "way"),
    [
        (material(Act.OPEN_READ, **OTHERS), ("by who asked for the search, or for whom it was asked",)),
        (material(Act.EXPORT, recipient_named=False), ("the recipient named",)),
        (material(Act.EXPORT, of_another_agency=True), ("the agency that owns it consulted",)),
        (material(Act.HOLD, end_named=False), ("the last day of the hold named",)),
        (material(Act.PRINT, oldest_days=731), ("by the owner of a case that holds it",)),
        (asked(Act.OPEN_IN_REVIEW, AUDITOR), ("the opening logged",)),
        (asked(Act.REVIEW, person(Role.AUDITOR)), (NOT_OWN, "by somebody of another team")),
        (asked(Act.APPROVE, person(Role.AUTHORISING_OFFICER)), (NOT_OWN,)),
        (asked(Act.APPROVE, OFFICER_P9, least_rank=Rank.INSPECTOR), ("by a rank of at least inspector",)),
        (account(person(Role.ADMINISTRATOR), of="p1"), ("by another administrator",)),
    ],
)
def test_each_act_is_told_what_it_lacks(request_, way) -> None:
    assert (way, Rank.NONE) in steps(request_)


def offered(request, profile="nadc-2018") -> dict[str, list[str]]:
    """What might be different, by what it is about; roles left out."""
    told: dict[str, list[str]] = {}
    for one in changes(request, PROFILES[profile], ()):
        told.setdefault(one.about, []).append(one.step)
    return told


def test_of_a_fair_request_nothing_but_its_purpose_could_be_different() -> None:
    assert [*offered(search())] == ["category"]
    assert offered(material(Act.PRINT)) == {"owner": ["by the owner of a case that holds it"]}
    assert offered(material(Act.EXPORT, case_owner="p1")) == {}
    assert offered(material(Act.HOLD, case_owner="p1")) == {}
    assert offered(asked(Act.APPROVE, replace(OFFICER_P9, team="t"))) == {}
    assert offered(asked(Act.OPEN_IN_REVIEW, AUDITOR, opening_logged=True)) == {}
    assert offered(account(person(Role.ADMINISTRATOR))) == {}


def test_what_is_offered_of_a_search_is_what_it_has_too_much_of() -> None:
    assert offered(search(oldest_days=400))["age"] == [
        "ask at most 365 days back",
        "ask at most 90 days back",
    ]
    assert "age" not in offered(search(oldest_days=90))
    assert offered(search(reads=100_001))["breadth"] == ["at most 100000 reads", "at most 5000 reads"]
    assert offered(search(reads=5_001))["breadth"] == ["at most 5000 reads"]
    assert "breadth" not in offered(search(reads=5_000))
    wide = {"kind": SearchKind.PLACE_AND_TIME, "reads": 1}
    assert "breadth" not in offered(search(**wide, cameras=10, days=1))
    assert offered(search(**wide, cameras=11, days=1))["breadth"] == ["at most 10 cameras"]
    assert offered(search(**wide, cameras=10, days=2))["breadth"] == ["at most 1 days"]


def test_the_categories_that_are_offered_are_those_above() -> None:
    assert offered(search(category=Category.MAJOR))["category"] == ["purpose category counter-terrorism"]
    assert "category" not in offered(search(category=Category.COUNTER_TERRORISM))
    assert offered(search(category=Category.SERIOUS))["category"] == [
        "purpose category major or above",
        "purpose category counter-terrorism",
    ]


def test_only_who_holds_another_role_or_more_is_offered_one() -> None:
    def roles_for(*held: Role) -> list[str]:
        told = changes(search(*held), PROFILES["nadc-2018"], (Role.INVESTIGATOR, Role.ANALYST))
        return [one.step.rpartition(" ")[2] for one in told if one.about == "role"]

    assert roles_for(Role.INVESTIGATOR) == ["analyst"]
    assert roles_for(Role.INVESTIGATOR, Role.AUDITOR) == ["investigator", "analyst"]


def test_an_export_of_ones_own_force_needs_no_agency_and_a_print_no_recipient() -> None:
    foreign = {"of_another_agency": True, "case_owner": "p1"}
    assert [*offered(material(Act.EXPORT, **foreign))] == ["agency"]
    assert offered(material(Act.EXPORT, **foreign, agency_consulted=True)) == {}
    assert offered(material(Act.PRINT, **foreign, recipient_named=False, end_named=False)) == {}
    assert offered(material(Act.EXPORT, case_owner="p1", end_named=False)) == {}


def test_either_of_who_asked_and_for_whom_is_enough_to_be_near() -> None:
    for near in ({"asked_by": "p3"}, {"asked_for": "p3"}):
        assert "search" not in offered(material(Act.PRINT, **near))
    assert "search" in offered(material(Act.PRINT, **OTHERS))
    for near in ({"asked_by": "p9"}, {"asked_for": "p9"}):
        assert "person" in offered(asked(Act.APPROVE, OFFICER_P9, **near))


def test_a_rank_is_offered_only_to_who_has_a_lower_one() -> None:
    for rank, told in ((Rank.SERGEANT, True), (Rank.INSPECTOR, False), (Rank.SUPERINTENDENT, False)):
        officer = replace(OFFICER_P9, rank=rank)
        assert ("rank" in offered(asked(Act.APPROVE, officer, least_rank=Rank.INSPECTOR))) is told


@pytest.mark.parametrize("act", sorted(QUIET))
def test_a_refused_look_at_what_is_guarded_is_told_nothing_more(act) -> None:
    for who in (person(Role.INVESTIGATOR), person(Role.PUBLISHER), person(Role.ADMINISTRATOR)):
        about = {"rights": AskedCase(Role.COMPLAINTS_OFFICER, frozenset({who.id}))}
        of_a_case = act in {Act.SEE_RIGHTS, Act.WORK_RIGHTS}
        told = decided(Request(act, TODAY, who, **about) if of_a_case else guarded(act, who, "p5"))
        assert told.outcome is Outcome.REFUSED
        assert (told.remedies, told.approval) == ((), None)


def test_without_a_profile_or_before_its_day_nothing_is_allowed() -> None:
    missing = decide(search(), rules=shipped_rules(), profile=None)
    assert (missing.outcome, missing.rules, missing.version) == (Outcome.REFUSED, (NO_PROFILE,), "")
    early = replace(search(), today=date(2021, 1, 31))
    told = decide(early, rules=shipped_rules(), profile=PROFILES["current"])
    assert (told.outcome, told.rules, told.remedies) == (Outcome.REFUSED, (PROFILE_NOT_IN_FORCE,), ())
    on_the_day = replace(search(), today=PROFILES["current"].valid_from)
    assert decided(on_the_day, "current").outcome is Outcome.ALLOWED


def test_a_category_without_a_row_is_refused_even_for_todays_reads() -> None:
    shipped = PROFILES["nadc-2018"]
    rows = tuple(replace(row, categories=(Category.MAJOR,)) for row in shipped.search.rows)
    own = replace(shipped, search=replace(shipped.search, rows=rows))
    told = decide(search(oldest_days=0), rules=shipped_rules(), profile=own)
    assert (told.outcome, told.rules) == (Outcome.REFUSED, ("search-age-of-category",))
    assert told.row == ""


def test_a_decision_names_what_it_was_judged_by() -> None:
    told = decided(search())
    assert told.version == shipped_rules().version(PROFILES["nadc-2018"])
    assert told.profile == "nadc-2018 of 2018-01-11"
    assert told.row == "any-purpose-to-90-days"
    assert decided(material(Act.PRINT)).row == ""


def test_a_case_system_that_cannot_be_reached_is_passed_only_in_urgency_with_authority() -> None:
    unreachable = {"reference": ReferenceState.UNREACHABLE}
    assert decided(search(purpose=unreachable)).outcome is Outcome.REFUSED
    urgent = search(purpose=unreachable | {"urgent": True})
    assert decided(urgent).outcome is Outcome.NEEDS_APPROVAL
    assert decided(replace(urgent, approval=approval())).outcome is Outcome.ALLOWED
