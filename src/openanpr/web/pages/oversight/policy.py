"""The rules in force in plain words, the profile's numbers, and past searches judged again under others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.policy.profile import Profile, load_profile, shipped_profiles
from openanpr.policy.replay import Difference, Past, parse_past, replay
from openanpr.policy.tell import plain_words, rule_pages
from openanpr.web.api.past_decisions import MOST, PastForm, PastRoutes, past_page
from openanpr.web.api.route import Pool
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page, sent

_SECTION: Final = "/log"
_MOST_PAGES: Final = 20
_MOST_NAMED: Final = 20
_WORDS: Final = {
    "days": "Enter how many days back, from 1 to 730",
    "profile": "Choose under which profile to judge them",
}


@dataclass(frozen=True, slots=True)
class PolicyPages:
    """What the pages need: past decisions, and the judge with the rules and the profile in force."""

    past: PastRoutes


class ReplayFields(Struct, frozen=True):
    """Which past searches are judged again, and under which profile."""

    days: Annotated[int, Meta(ge=1, le=730)]
    profile: Annotated[str, Meta(pattern="^[a-z0-9-]{1,64}$")]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Searches that would be judged otherwise in one way; `ids` are the first of them."""

    was: str
    was_rules: tuple[str, ...]
    now: str
    now_rules: tuple[str, ...]
    many: int
    ids: tuple[str, ...]
    of_outcome: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """What judging again found; `more`: there are further searches that were not judged again."""

    profile: Profile
    days: int
    judged: int
    otherwise: int
    by_other_rules: int
    ways: tuple[Otherwise, ...]
    more: bool


def policy_pages(pages: PolicyPages) -> list[PageRoute]:
    """Return the pages of rules and profile."""
    act = Act.READ_LOG
    return [
        page("/log/policy", act, lambda _: Shown("log/policy.html", _values(pages))),
        sent("/log/policy/replay", act, partial(_replay, pages), pool=Pool.SEARCHES),
    ]


def _values(pages: PolicyPages) -> dict[str, object]:
    judge = pages.past.judge
    permits = frozenset(judge.rules.permits)
    return {
        "section": _SECTION,
        "pages": rule_pages(),
        "permits": permits,
        "profile": judge.profile,
        "version": judge.rules.version(judge.profile),
        "profiles": [load_profile(name) for name in shipped_profiles()],
        "told": plain_words(),
        "replayed": None,
        "faults": {},
    }


def _replay(pages: PolicyPages, visit: Visit) -> Answer:
    try:
        form = visit.form.read(ReplayFields, _WORDS)
    except FormFaultsError as fault:
        return _again(pages, fault.faults)
    if form.profile not in shipped_profiles():
        return _again(pages, {"profile": _WORDS["profile"]})
    return Shown("log/policy.html", _values(pages) | {"replayed": _judged_again(pages, visit, form)})


def _again(pages: PolicyPages, faults: dict[str, str]) -> Shown:
    return Shown("log/policy.html", _values(pages) | {"faults": faults}, 422)


def _judged_again(pages: PolicyPages, visit: Visit, form: ReplayFields) -> Replayed:
    profile, rules = load_profile(form.profile), pages.past.judge.rules
    judged, found = 0, list[Difference]()
    for past in _kept(pages, visit, form):
        judged += 1
        difference = replay(past, rules=rules, profile=profile)
        if difference is not None:
            found.append(difference)
    outcomes = sum(one.of_outcome for one in found)
    return Replayed(
        profile=profile,
        days=form.days,
        judged=judged,
        otherwise=outcomes,
        by_other_rules=len(found) - outcomes,
        ways=_ways(found),
        more=judged >= MOST * _MOST_PAGES,
    )


def _kept(pages: PolicyPages, visit: Visit, form: ReplayFields) -> Iterator[Past]:
    """Yield the past decisions of those days; each page of them is judged and logged by itself."""
    since, after = visit.asked.now - timedelta(days=form.days), ""
    for _ in range(_MOST_PAGES):
        told = past_page(pages.past, visit.call, PastForm(since, after))
        yield from parse_past(msgspec.json.encode(one).decode() for one in told.decisions)
        after = told.next
        if not after:
            return


def _ways(found: list[Difference]) -> tuple[Otherwise, ...]:
    """Return the differences by what they are: those of the outcome first, then by how many there are."""
    counts = Counter((one.was, one.now) for one in found)
    made = [_way(was, now, many, found) for (was, now), many in counts.items()]
    return tuple(sorted(made, key=lambda one: (not one.of_outcome, -one.many)))


def _way(was: str, now: str, many: int, found: list[Difference]) -> Otherwise:
    same = [one for one in found if (one.was, one.now) == (was, now)]
    (was_word, was_rules), (now_word, now_rules) = _parts(was), _parts(now)
    ids = tuple(one.id for one in same[:_MOST_NAMED])
    return Otherwise(was_word, was_rules, now_word, now_rules, many, ids, same[0].of_outcome)


def _parts(spelt: str) -> tuple[str, tuple[str, ...]]:
    """Return the outcome and the rules of a decision as a case spells it."""
    word, _, names = spelt.partition(" by ")
    told = (
        words(word)
        if word in {"allowed", "refused"}
        else f"Allowed with the authority of: {words(word).lower()}"
    )
    return told, tuple(name for name in names.split(", ") if name)
