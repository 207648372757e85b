"""A decision in plain words: for the person who asked, and for a lawyer who reads the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from openanpr.core.role import Rank
from openanpr.policy.decide import NO_PROFILE, PROFILE_NOT_IN_FORCE, Decision, Outcome
from openanpr.policy.judge import NOTHING_PERMITS, RULES_FAILED
from openanpr.policy.remedy import Remedy

_RULE = re.compile(
    r"^\* \*\*(?P<name>[a-z-]+)\*\*(?P<permits> \(permission\))?: (?P<words>.+)$", re.MULTILINE
)
_OWN = {
    NOTHING_PERMITS: "No permission covers this act for this person.",
    RULES_FAILED: "The rules could not judge this request, so it is refused: tell who runs the node.",
    NO_PROFILE: "There is no profile to judge by, so it is refused: tell who runs the node.",
    PROFILE_NOT_IN_FORCE: "The profile does not hold yet on this day: tell who runs the node.",
}


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A rule in plain words; `permits`: it is a permission, and no refusal."""

    name: str
    words: str
    permits: bool


@dataclass(frozen=True, slots=True)
class RulePage:
    """The rules on one subject, as the page beside them has them."""

    title: str
    rules: tuple[RuleSaid, ...]


@lru_cache(maxsize=1)
def rule_pages() -> tuple[RulePage, ...]:
    """Return what the rules say, page by page, from the pages beside the rules."""
    pages = resources.files("openanpr.policy").joinpath("rules").iterdir()
    texts = [
        page.read_text(encoding="utf-8")
        for page in sorted((one for one in pages if one.name.endswith(".md")), key=lambda one: one.name)
    ]
    return tuple(
        RulePage(
            text.partition("\n")[0].lstrip("# "),
            tuple(
                RuleSaid(found["name"], found["words"], found["permits"] is not None)
                for found in _RULE.finditer(text)
            ),
        )
        for text in texts
    )


@lru_cache(maxsize=1)
def plain_words() -> Mapping[str, str]:
    """What each rule says, by its name, from the pages beside the rules."""
    return _OWN | {rule.name: rule.words for page in rule_pages() for rule in page.rules}


def tell(decision: Decision) -> str:
    """The decision in lines: what, by which rules, by whose authority, and what would help."""
    return "\n".join(_lines(decision))


def _lines(decision: Decision) -> Iterator[str]:
    match decision.outcome:
        case Outcome.ALLOWED:
            yield "Allowed."
        case Outcome.NEEDS_APPROVAL if decision.approval is not None:
            role, rank = decision.approval.role.replace("-", " "), _rank(decision.approval.least_rank)
            yield f"Allowed with the approval of an {role}, at least {rank}, and not the person who asks."
        case _:
            yield "Refused."
    words = plain_words()
    for name in decision.rules:
        yield f"  {name}: {words.get(name, 'a rule of your own')}"
    if decision.row:
        yield f"Row of the profile: {decision.row}"
    if decision.remedies:
        less = decision.outcome is Outcome.NEEDS_APPROVAL
        yield "Without an approval:" if less else "It would be allowed with one of:"
    for remedy in decision.remedies:
        yield f"  {_remedy(remedy)}"
    if decision.profile:
        yield f"Judged by {decision.profile}, {decision.version}"


def _remedy(remedy: Remedy) -> str:
    told = "; and ".join(remedy.steps)
    if remedy.rank is Rank.NONE:
        return told
    given = f"the authority of {_rank(remedy.rank)} or above"
    return f"{told}; and {given}" if told else given


def _rank(rank: Rank) -> str:
    words = rank.replace("-", " ")
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
