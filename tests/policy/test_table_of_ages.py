"""Every row of the table of who may search what (section 2.2 of the rules for ANPR), under both profiles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openanpr.core.purpose import Category, SearchKind, Stance
from openanpr.core.role import Rank, Role
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import Act
from openanpr.policy.cases import spelt
from openanpr.policy.decide import decide
from tests.policy.asking import (
    PROFILES,
    approval,
    decided,
    guarded,
    material,
    person,
    search,
)

BOTH = pytest.mark.parametrize("profile", PROFILES)
GRAVE = (Category.SERIOUS, Category.MAJOR, Category.COUNTER_TERRORISM)
SEARCHERS = (Role.CONTROL_ROOM_OPERATOR, Role.PATROL_OFFICER, Role.INVESTIGATOR, Role.ANALYST)
ALLOWED = "allowed by search-by-role"


def outcome(request, profile, *, own=None) -> str:
    by = PROFILES[profile] if own is None else own
    return spelt(decide(request, rules=shipped_rules(), profile=by))


@BOTH
@pytest.mark.parametrize("role", [Role.CONTROL_ROOM_OPERATOR, Role.PATROL_OFFICER])
def test_row_live_alerts_are_answered_by_trained_people_with_a_response_role(profile, role) -> None:
    assert (
        outcome(guarded(Act.ANSWER_ALERT, person(role), hidden=False), profile) == "allowed by alert-by-role"
    )
    lapsed = person(role, training_until=None)
    assert outcome(guarded(Act.ANSWER_ALERT, lapsed, hidden=False), profile) == "refused by training-valid"
    other = guarded(Act.ANSWER_ALERT, person(Role.INVESTIGATOR), hidden=False)
    assert outcome(other, profile) == "refused by nothing-permits"


@BOTH
@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("role", SEARCHERS)
@pytest.mark.parametrize("age", [0, 1, 89, 90])
def test_row_to_90_days_any_legitimate_investigation_with_reason_and_reference(
    profile, category, role, age
) -> None:
    assert outcome(search(role, category=category, oldest_days=age), profile) == ALLOWED
    unsaid = search(role, category=category, oldest_days=age, purpose={"reason_given": False})
    assert outcome(unsaid, profile) == "refused by search-reason"


@BOTH
@pytest.mark.parametrize("age", [91, 365, 366, 730, 731, 5000])
def test_row_beyond_90_days_is_not_for_priority_and_volume_whoever_approves(profile, age) -> None:
    for given in (None, approval(Rank.CHIEF_CONSTABLE)):
        asked = search(oldest_days=age, approval=given)
        assert outcome(asked, profile) == "refused by search-age-of-category"


@pytest.mark.parametrize("category", GRAVE)
@pytest.mark.parametrize("age", [91, 365])
def test_row_90_days_to_12_months_under_the_rule_of_2018_is_for_staff_with_that_role(category, age) -> None:
    for role in (Role.INVESTIGATOR, Role.ANALYST):
        assert outcome(search(role, category=category, oldest_days=age), "nadc-2018") == ALLOWED
    for role in (Role.CONTROL_ROOM_OPERATOR, Role.PATROL_OFFICER):
        asked = search(role, category=category, oldest_days=age, approval=approval())
        assert outcome(asked, "nadc-2018") == "refused by search-age-of-role"


@pytest.mark.parametrize("category", GRAVE)
@pytest.mark.parametrize("age", [91, 365])
def test_row_90_days_to_12_months_under_the_current_rule_needs_a_senior_officer(category, age) -> None:
    asked = search(category=category, oldest_days=age)
    assert outcome(asked, "current") == "inspector by search-age-authority"
    assert outcome(replace(asked, approval=approval(Rank.INSPECTOR)), "current") == ALLOWED
    lower = replace(asked, approval=approval(Rank.SERGEANT))
    assert outcome(lower, "current") == "inspector by search-age-authority"
    some_staff_only = replace(asked, person=person(Role.PATROL_OFFICER), approval=approval())
    assert outcome(some_staff_only, "current") == "refused by search-age-of-role"


@pytest.mark.parametrize("category", GRAVE)
@pytest.mark.parametrize("age", [366, 730])
def test_row_12_to_24_months_under_the_rule_of_2018_needs_a_senior_officer(category, age) -> None:
    asked = search(category=category, oldest_days=age)
    assert outcome(asked, "nadc-2018") == "superintendent by search-age-authority"
    assert outcome(replace(asked, approval=approval()), "nadc-2018") == ALLOWED
    lower = replace(asked, approval=approval(Rank.CHIEF_INSPECTOR))
    assert outcome(lower, "nadc-2018") == "superintendent by search-age-authority"
    beyond = search(category=category, oldest_days=731, approval=approval())
    assert outcome(beyond, "nadc-2018") == "refused by search-age-of-category"


@pytest.mark.parametrize("category", GRAVE)
@pytest.mark.parametrize("age", [366, 730])
def test_row_beyond_12_months_under_the_current_rule_is_not_there_to_be_searched(category, age) -> None:
    asked = search(category=category, oldest_days=age, approval=approval(Rank.CHIEF_CONSTABLE))
    assert outcome(asked, "current") == "refused by search-age-of-category"


@BOTH
def test_row_what_a_case_holds_beyond_its_day_is_its_owners(profile) -> None:
    held = material(Act.OPEN_HELD, oldest_days=900, case_owner="p1", asked_by="p3", asked_for="p3")
    assert outcome(held, profile) == "allowed by held-by-case-owner"
    others = material(Act.OPEN_HELD, oldest_days=900, case_owner="p3")
    assert outcome(others, profile) == "refused by nothing-permits"
    for act in (Act.OPEN_READ, Act.OPEN_PICTURE, Act.PRINT, Act.EXPORT, Act.HOLD):
        assert outcome(material(act, oldest_days=900), profile) == "refused by material-still-kept"


def test_row_norfolk_major_and_counter_terrorism_only_is_a_profile_of_ones_own() -> None:
    shipped = PROFILES["nadc-2018"]
    *near, last = shipped.search.rows
    rows = (*near, replace(last, categories=(Category.MAJOR, Category.COUNTER_TERRORISM)))
    own = replace(shipped, search=replace(shipped.search, rows=rows))
    for category in (Category.MAJOR, Category.COUNTER_TERRORISM):
        asked = search(category=category, oldest_days=425)
        assert outcome(asked, "", own=own) == "superintendent by search-age-authority"
    serious = search(category=Category.SERIOUS, oldest_days=425, approval=approval())
    assert outcome(serious, "", own=own) == "refused by search-age-of-category"


def test_row_police_scotland_superintendent_beyond_90_days_is_a_profile_of_ones_own() -> None:
    shipped = PROFILES["nadc-2018"]
    rows = tuple(
        replace(row, authority=Rank.SUPERINTENDENT if row.to_days > 90 else Rank.NONE)
        for row in shipped.search.rows
    )
    own = replace(shipped, search=replace(shipped.search, rows=rows))
    asked = search(category=Category.SERIOUS, oldest_days=91)
    assert outcome(asked, "", own=own) == "superintendent by search-age-authority"
    assert outcome(search(oldest_days=90), "", own=own) == ALLOWED


@BOTH
def test_row_urgent_word_of_mouth_counts_for_24_hours(profile) -> None:
    common = {"kind": SearchKind.COMMON_PLATES, "purpose": {"urgent": True}}
    spoken = approval(Rank.INSPECTOR, oral=True, hours_ago=24)
    assert outcome(search(**common, approval=spoken), profile) == ALLOWED
    late = search(**common, approval=replace(spoken, hours_ago=25))
    assert outcome(late, profile) == "inspector by approval-oral-recorded"
    recorded = search(**common, approval=replace(spoken, hours_ago=25, oral=False))
    assert outcome(recorded, profile) == ALLOWED
    no_hurry = search(kind=SearchKind.COMMON_PLATES, approval=spoken)
    assert outcome(no_hurry, profile) == "inspector by approval-oral-only-urgent"


@BOTH
def test_row_proactive_needs_an_objective_and_a_higher_authority_and_reactive_neither(profile) -> None:
    pattern = {"stance": Stance.PROACTIVE, "objective_given": True}
    assert outcome(search(), profile) == ALLOWED
    assert outcome(search(purpose=pattern), profile) == "inspector by search-proactive-authority"
    given = approval(Rank.INSPECTOR)
    assert outcome(search(purpose=pattern, approval=given), profile) == ALLOWED
    aimless = search(purpose=pattern | {"objective_given": False}, approval=given)
    assert outcome(aimless, profile) == "refused by search-proactive-objective"


@BOTH
def test_row_bulk_kinds_are_a_higher_tier_than_one_vehicle(profile) -> None:
    common = SearchKind.COMMON_PLATES
    assert outcome(search(kind=SearchKind.ONE_VEHICLE), profile) == ALLOWED
    assert outcome(search(kind=common), profile) == "inspector by search-bulk-authority"
    refused = "refused by search-bulk-role"
    by_patrol = search(Role.PATROL_OFFICER, kind=common, approval=approval())
    assert outcome(by_patrol, profile) == refused


@BOTH
def test_row_who_travels_with_a_vehicle_needs_an_objective_and_for_volume_crime_more(profile) -> None:
    convoy = {"kind": SearchKind.CONVOY, "purpose": {"objective_given": True}}
    serious = {**convoy, "category": Category.SERIOUS}
    assert outcome(search(**serious), profile) == "inspector by search-bulk-authority"
    assert outcome(search(**serious, approval=approval(Rank.INSPECTOR)), profile) == ALLOWED
    aimless = search(kind=SearchKind.CONVOY, category=Category.SERIOUS, approval=approval())
    assert outcome(aimless, profile) == "refused by search-convoy-objective"
    of_volume = search(**convoy, approval=approval(Rank.INSPECTOR))
    assert outcome(of_volume, profile) == "superintendent by search-convoy-authority"
    assert outcome(search(**convoy, approval=approval()), profile) == ALLOWED
    by_patrol = search(Role.PATROL_OFFICER, **serious, approval=approval())
    assert outcome(by_patrol, profile) == "refused by search-bulk-role"


@BOTH
def test_row_all_vehicles_of_an_area_are_a_higher_tier_when_it_is_wide(profile) -> None:
    area = {"kind": SearchKind.PLACE_AND_TIME, "cameras": 10, "days": 1, "reads": 5000}
    assert outcome(search(**area), profile) == ALLOWED
    for wider in ({"cameras": 11}, {"days": 2}, {"reads": 5001}):
        assert outcome(search(**area | wider), profile) == "inspector by search-bulk-authority"
    whole_town = search(**area | {"reads": 100_001})
    assert decided(whole_town, profile).approval.least_rank is Rank.SUPERINTENDENT


@BOTH
def test_row_nobody_searches_for_themselves_family_or_colleagues(profile) -> None:
    asked = search(purpose={"own_interest": True}, approval=approval(Rank.CHIEF_CONSTABLE))
    assert outcome(asked, profile) == "refused by search-own-interest"


@BOTH
@pytest.mark.parametrize("role", sorted(set(Role) - set(SEARCHERS)))
def test_row_who_has_no_searching_role_does_not_search(profile, role) -> None:
    assert decided(search(role), profile).outcome == "refused"


@BOTH
def test_row_reads_of_another_agency_leave_after_it_was_consulted(profile) -> None:
    asked = material(Act.EXPORT, of_another_agency=True)
    assert outcome(asked, profile) == "refused by export-agency-consulted"
    consulted = material(Act.EXPORT, of_another_agency=True, agency_consulted=True)
    assert outcome(consulted, profile) == "allowed by export-by-role"
