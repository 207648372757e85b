"""Past decisions judged again under another profile or other rules, and what would have been different."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from openanpr.core.role import Rank
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Request
from openanpr.policy.cases import spelt
from openanpr.policy.decide import Outcome, decide
from openanpr.policy.profile import Profile
from openanpr.policy.request_json import RequestError, parse_object, request_of

_LINE = frozenset({"id", "request", "decision"})


class ReplayError(Exception):
    """A line of past decisions cannot be used; the sentence names the line, not what is in it."""


@dataclass(frozen=True, slots=True)
class Past:
    """A request as it was judged. `decided` is spelt as in a case: `allowed by search-by-role`."""

    id: str
    request: Request
    decided: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A request of the past that would be judged otherwise; `was` and `now` are spelt as in a case."""

    id: str
    was: str
    now: str

    @property
    def of_outcome(self) -> bool:
        """Whether the outcome differs, and not only the rules that led to it."""
        return self.was.partition(" by ")[0] != self.now.partition(" by ")[0]


def parse_past(lines: Iterable[str]) -> Iterator[Past]:
    """Yield the past decisions of JSON lines, empty ones left out. Raises ReplayError at the first bad."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _past(line)
            except (RequestError, TypeError, ValueError) as fault:
                raise ReplayError(f"line {number} is no past decision: {fault}") from fault


def replay(past: Past, *, rules: AccessRules, profile: Profile) -> Difference | None:
    """Return how the request would be judged otherwise, or None where it would not.

    The profile counts as in force on the day of the request, whatever its own first day.
    """
    always = replace(profile, valid_from=date.min)
    now = spelt(decide(past.request, rules=rules, profile=always))
    return None if now == past.decided else Difference(past.id, past.decided, now)


def _past(line: str) -> Past:
    found = parse_object(line)
    if frozenset(found) != _LINE:
        raise ValueError("it has id, request and decision, and nothing else")
    request, decision = found["request"], found["decision"]
    if not isinstance(request, dict) or not isinstance(decision, dict) or not isinstance(found["id"], str):
        raise TypeError("id is text, request and decision are objects")
    told = _decided(cast("dict[str, object]", decision))
    return Past(found["id"], request_of(cast("dict[str, object]", request)), told)


def _decided(decision: dict[str, object]) -> str:
    names = decision.get("rules")
    word = str(decision.get("outcome"))
    if word not in list(Outcome):
        raise ValueError(f"decision.outcome must be one of {', '.join(Outcome)}")
    if not isinstance(names, list):
        raise TypeError("decision.rules must be names")
    if word == Outcome.NEEDS_APPROVAL:
        needed = decision.get("approval")
        if not isinstance(needed, dict):
            raise TypeError("decision.approval must say who")
        word = str(cast("dict[str, object]", needed).get("least_rank"))
        if word not in list(Rank):
            raise ValueError("decision.approval.least_rank must be a rank")
    return f"{word} by {', '.join(str(name) for name in cast('list[object]', names))}"
