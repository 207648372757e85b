"""A decision in plain words, for a person who knows no Cedar."""

from __future__ import annotations

from dataclasses import replace

from openanpr.core.purpose import Category
from openanpr.core.role import Rank, Role
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import Act
from openanpr.policy.decide import ApprovalNeeded, decide
from openanpr.policy.tell import plain_words, tell
from tests.policy.asking import asked, decided, guarded, person, search


def test_an_allowed_search_is_told_with_its_rule_and_row() -> None:
    lines = tell(decided(search())).splitlines()
    assert lines[0] == "Allowed."
    assert lines[1] == f"  search-by-role: {plain_words()['search-by-role']}"
    assert lines[2] == "Row of the profile: any-purpose-to-90-days"
    assert lines[3].startswith("Judged by nadc-2018 of 2018-01-11, sha256:")
    assert len(lines) == 4


def test_an_approval_is_told_with_role_rank_and_the_narrower_way() -> None:
    lines = tell(decided(search(category=Category.SERIOUS, oldest_days=425))).splitlines()
    assert lines[0] == (
        "Allowed with the approval of an authorising officer, at least a superintendent, "
        "and not the person who asks."
    )
    assert lines[3:5] == ["Without an approval:", "  ask at most 365 days back"]
    inspector = tell(decided(search(kind="common-plates"))).splitlines()
    assert "at least an inspector, and" in inspector[0]
    assert not [line for line in inspector if line.startswith("Without")]


def test_a_refusal_is_told_with_its_rules_and_what_would_help() -> None:
    lines = tell(decided(search(oldest_days=425))).splitlines()
    assert lines[0] == "Refused."
    assert lines[1].startswith("  search-age-of-category: Nobody asks for reads older than")
    assert lines[2:5] == [
        "It would be allowed with one of:",
        "  ask at most 90 days back",
        "  purpose category serious or above; and the authority of a superintendent or above",
    ]


def test_a_rank_of_two_words_is_told_in_two_words() -> None:
    needed = ApprovalNeeded(Role.AUTHORISING_OFFICER, Rank.CHIEF_INSPECTOR, "p1")
    told = tell(replace(decided(search(kind="common-plates")), approval=needed))
    assert "at least a chief inspector, and" in told


def test_steps_that_must_be_done_together_are_told_in_one_line() -> None:
    lines = tell(decided(asked(Act.REVIEW, person(Role.AUDITOR)))).splitlines()
    both = "by somebody who neither asked for it nor was asked for; and by somebody of another team"
    assert f"  {both}" in lines


def test_a_refused_look_and_a_failure_are_told_in_words_without_a_way() -> None:
    covert = tell(decided(guarded(Act.SEE_COVERT, person(), "p5"))).splitlines()
    assert covert[:2] == ["Refused.", "  nothing-permits: No permission covers this act for this person."]
    assert len(covert) == 3
    missing = tell(decide(search(), rules=shipped_rules(), profile=None)).splitlines()
    assert missing == ["Refused.", f"  no-profile: {plain_words()['no-profile']}"]


def test_every_rank_has_its_order() -> None:
    assert [rank.level for rank in Rank] == list(range(len(Rank)))
    assert Rank.SUPERINTENDENT.level > Rank.INSPECTOR.level > Rank.NONE.level == 0
