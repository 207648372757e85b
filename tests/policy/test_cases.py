"""Every rule has a case, every case holds, and a rule without one is told."""

from __future__ import annotations

import pytest

from openanpr.policy.access_rules import load_rules, shipped_rules
from openanpr.policy.cases import CaseError, Tried, parse_cases, shipped_cases, try_cases
from tests.policy.asking import PROFILES
from tests.policy.test_access_rules import SCHEMA, TEXTS

BASE = """
[base.a]
act = "run-retention"
today = 2026-11-29
[base.a.person]
id = "p"
roles = [{ role = "anpr-manager" }]
rank = "none"
training_until = 2027-01-01
team = "t"
"""


def one(case: str) -> str:
    return f'{BASE}\n[[case]]\nsays = "it"\nfrom = "a"\n{case}\n'


@pytest.mark.parametrize("name", PROFILES)
def test_every_shipped_rule_has_a_case_and_every_case_holds(name) -> None:
    tried = try_cases(shipped_cases(), rules=shipped_rules(), profile=PROFILES[name])
    assert tried == Tried(len(shipped_cases()), (), ())
    assert tried.good


@pytest.mark.parametrize("name", PROFILES)
def test_what_a_case_says_is_said_once(name) -> None:
    says = [case.says for case in shipped_cases()]
    assert len(set(says)) == len(says)
    assert all(case.expectation(name) for case in shipped_cases())


def test_a_rule_without_a_case_fails() -> None:
    own = """@id("never-on-monday") forbid (principal, action == Action::"hold", resource)
        when { context.today < context.today };"""
    rules = load_rules(TEXTS | {"own.cedar": own}, SCHEMA)
    tried = try_cases(shipped_cases(), rules=rules, profile=PROFILES["current"])
    assert tried.without_a_case == ("never-on-monday",)
    assert not tried.failed
    assert not tried.good


def test_a_case_that_does_not_hold_is_told_with_what_was_decided() -> None:
    cases = parse_cases(one('expect = "refused by retention-by-manager"'))
    tried = try_cases(cases, rules=shipped_rules(), profile=PROFILES["current"])
    assert tried.failed == (
        "it: expected refused by retention-by-manager; decided allowed by retention-by-manager",
    )
    assert tried.held == 0
    assert "retention-by-manager" in tried.without_a_case


def test_a_case_of_another_profile_is_passed_over_and_one_of_this_goes_before_the_rest() -> None:
    allowed, refused = "allowed by retention-by-manager", "refused by x"
    cases = parse_cases(one(f'under = {{ other = "{refused}" }}'))
    passed_over = try_cases(cases, rules=shipped_rules(), profile=PROFILES["current"])
    assert passed_over == Tried(0, (), shipped_rules().names)
    cases = parse_cases(one(f'expect = "{refused}"\nunder = {{ current = "{allowed}" }}'))
    assert try_cases(cases, rules=shipped_rules(), profile=PROFILES["current"]).held == 1
    assert len(try_cases(cases, rules=shipped_rules(), profile=PROFILES["nadc-2018"]).failed) == 1


def test_a_case_that_says_nothing_of_itself_is_named_by_its_place() -> None:
    text = one('expect = "refused by x"') + '\n[[case]]\nfrom = "a"\nexpect = "refused"\n'
    with pytest.raises(CaseError, match=r"^case 2: expect is spelt"):
        parse_cases(text)


def test_parts_are_set_and_dropped_without_a_trace_in_the_base() -> None:
    text = one(
        'set = { "person.team" = "u", "account.person" = "q" }\ndrop = ["account"]\nexpect = "refused by x"'
    )
    text += '\n[[case]]\nsays = "again"\nfrom = "a"\nexpect = "refused by x"\n'
    changed, again = parse_cases(text)
    assert (changed.request.person.team, again.request.person.team) == ("u", "t")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "at least one case"),
        (BASE, "at least one case"),
        ("x = 1\n" + one('expect = "refused by x"'), r"tables \[base.NAME\]"),
        ("[[case", "cannot be used"),
        ("case = 1", "cannot be used"),
        (one(""), "it: expect is spelt"),
        (one('expect = "refused"'), "it: expect is spelt"),
        (one('expect = "maybe by x"'), "it: expect is spelt"),
        (one('expect = "refused by "'), "it: expect is spelt"),
        (one('expect = "none by x"'), "it: expect is spelt"),
        (one('under = { current = "perhaps by x" }'), "it: expect is spelt"),
        (one('expect = "refused by x"').replace('from = "a"', 'from = "b"'), "one of the bases"),
        (one('expect = "refused by x"\ncolour = 1'), "no use for colour"),
        (one('expect = "refused by x"\nset = { "person.rank" = "boss" }'), r"it: \$.person.rank"),
        (one('expect = "refused by x"\nset = { "act.of" = 1 }'), "cannot be used"),
        (one('expect = "refused by x"\ndrop = ["person"]'), "it: .*person"),
    ],
)  # fmt: skip
def test_cases_with_a_fault_are_refused_with_what_to_mend(text, told) -> None:
    with pytest.raises(CaseError, match=told):
        parse_cases(text)
