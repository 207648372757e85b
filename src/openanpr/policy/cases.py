"""Cases: requests with what must be decided on them, from a TOML file. Every rule must have one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import cast

from openanpr.core.role import Rank
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Request
from openanpr.policy.decide import Decision, Outcome, decide
from openanpr.policy.profile import Profile
from openanpr.policy.request_json import RequestError, request_of

_CASE = frozenset({"says", "from", "set", "drop", "expect", "under"})


class CaseError(Exception):
    """A file of cases cannot be used; the sentence says what to mend in it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and by the name of a profile ("" for any other) what must be decided and by which rules.

    An expectation is spelt `allowed by RULE`, `refused by RULE, RULE` or `RANK by RULE`: with the approval of
    that rank.
    """

    says: str
    request: Request
    expected: Mapping[str, str]

    def expectation(self, profile: str) -> str:
        """What is expected under the profile of that name; "" where the case says nothing of it."""
        return self.expected.get(profile, self.expected.get("", ""))


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a file of cases: how many held, the cases that did not with why, the rules without any."""

    held: int
    failed: tuple[str, ...]
    without_a_case: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether every case held, and every rule has one."""
        return not self.failed and not self.without_a_case


def shipped_cases() -> tuple[Case, ...]:
    """Return the cases that come with the rules. Raises CaseError."""
    return parse_cases(resources.files("openanpr.policy").joinpath("rules/cases.toml").read_text("utf-8"))


def parse_cases(text: str) -> tuple[Case, ...]:
    """Return the cases that a TOML text spells. Raises CaseError for the first that cannot be used."""
    try:
        found = tomllib.loads(text)
        bases = cast("Mapping[str, Mapping[str, object]]", found.get("base", {}))
        cases = cast("Sequence[Mapping[str, object]]", found.get("case", []))
        if found.keys() - {"base", "case"} or not cases:
            raise CaseError("a file of cases has tables [base.NAME] and [[case]], and at least one case")
        return tuple(_case(said, bases, place) for place, said in enumerate(cases, 1))
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError) as fault:
        raise CaseError(f"the cases cannot be used: {fault}") from fault


def try_cases(cases: Sequence[Case], *, rules: AccessRules, profile: Profile) -> Tried:
    """Return what came of the cases under these rules and this profile."""
    failed: list[str] = []
    named: set[str] = set()
    held = 0
    for case in cases:
        expected = case.expectation(profile.name)
        if not expected:
            continue
        decision = decide(case.request, rules=rules, profile=profile)
        if (got := spelt(decision)) == expected:
            held += 1
            named |= set(decision.rules)
        else:
            failed.append(f"{case.says}: expected {expected}; decided {got}")
    return Tried(held, tuple(failed), tuple(name for name in rules.names if name not in named))


def spelt(decision: Decision) -> str:
    """The decision as a case spells it."""
    word = str(decision.outcome)
    if decision.outcome is Outcome.NEEDS_APPROVAL and decision.approval is not None:
        word = str(decision.approval.least_rank)
    return f"{word} by {', '.join(decision.rules)}"


def _case(said: Mapping[str, object], bases: Mapping[str, Mapping[str, object]], place: int) -> Case:
    says = str(said.get("says", f"case {place}"))
    if strange := sorted(said.keys() - _CASE):
        raise CaseError(f"{says}: it has no use for {', '.join(strange)}")
    if said.get("from") not in bases:
        raise CaseError(f"{says}: from must name one of the bases")
    whole = _copied(bases[str(said["from"])])
    for path, value in cast("Mapping[str, object]", said.get("set", {})).items():
        _put(whole, path, value)
    for path in cast("Sequence[str]", said.get("drop", [])):
        whole.pop(path, None)
    expected = dict(_expected(said, says))
    try:
        return Case(says, request_of(whole), expected)
    except RequestError as fault:
        raise CaseError(f"{says}: {fault}") from fault


def _expected(said: Mapping[str, object], says: str) -> Iterator[tuple[str, str]]:
    words = {Outcome.ALLOWED, Outcome.REFUSED, *Rank} - {Rank.NONE}
    if "expect" in said:
        yield "", str(said["expect"])
    under = cast("Mapping[str, str]", said.get("under", {}))
    yield from under.items()
    given = [str(said["expect"])] if "expect" in said else []
    told = [*given, *under.values()]
    if not told or any(one.partition(" by ")[0] not in words or not one.partition(" by ")[2] for one in told):
        raise CaseError(f"{says}: expect is spelt allowed by RULE, refused by RULE, or RANK by RULE")


def _copied(found: Mapping[str, object]) -> dict[str, object]:
    return {
        key: _copied(cast("Mapping[str, object]", value)) if isinstance(value, dict) else value
        for key, value in found.items()
    }


def _put(whole: dict[str, object], path: str, value: object) -> None:
    *parts, last = path.split(".")
    inner = whole
    for part in parts:
        inner = cast("dict[str, object]", inner.setdefault(part, {}))
    inner[last] = value
