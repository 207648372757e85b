"""What would make a refused request allowed: found by asking the same rules about changed requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from openanpr.core.role import Rank, Role
from openanpr.policy.ask import Request
from openanpr.policy.change import Change, authorities, changes
from openanpr.policy.judge import NOTHING_PERMITS, RULES_FAILED, Verdict
from openanpr.policy.profile import Profile

Ask = Callable[[Sequence[Request]], Sequence[Verdict]]
Way = tuple[Change, ...]

_LEADS = ("age", "category", "breadth")


@dataclass(frozen=True, slots=True)
class Remedy:
    """Steps that together would have the request allowed, by an authority of at least `rank` unless none."""

    steps: tuple[str, ...]
    rank: Rank = Rank.NONE


@dataclass(frozen=True, slots=True)
class Found:
    """The least rank whose approval alone suffices (none: no approval does), and the other ways."""

    rank: Rank
    remedies: tuple[Remedy, ...]


def find_remedies(
    request: Request, refused: Verdict, *, ask: Ask, profile: Profile, roles: Sequence[Role]
) -> Found:
    """Return what would have a refused request allowed. `ask` puts changed requests to the same rules.

    One change first; where none helps, several that together do. Where an approval alone suffices, only a way
    of asking for less is told beside it. `roles` are those to which the rules permit the act.
    """
    ranks = authorities(request, profile)
    given = ask([one.apply(request) for one in ranks])
    least = next((one.rank for one, said in zip(ranks, given, strict=True) if said.allowed), Rank.NONE)
    told = changes(request, profile, roles)
    singles = tuple(one for one in told if one.narrows or least is Rank.NONE)
    answers = ask([one.apply(request) for one in singles])
    allowed = tuple(one for one, said in zip(singles, answers, strict=True) if said.allowed)
    if least is not Rank.NONE:
        return Found(least, tuple(Remedy((one.step,)) for one in allowed[:1]))
    base = frozenset(refused.rules)
    said_to = (*zip(singles, answers, strict=True), *zip(ranks, given, strict=True))
    cures = {one: _cured(base, said) for one, said in said_to}
    search = _Several(request, base, singles, ranks, cures, ask)
    return Found(Rank.NONE, search.by_one(allowed) or search.by_several())


def _cured(base: frozenset[str], said: Verdict) -> frozenset[str]:
    """The refusals that a change took away; it may have brought others."""
    return frozenset() if RULES_FAILED in said.rules else base - frozenset(said.rules)


@dataclass(frozen=True, slots=True)
class _Several:
    """The search for remedies of one refusal: the changes, the authorities, and which refusals each cures.

    A way is asked about only if its steps cure every refusal between them.
    """

    request: Request
    refused_by: frozenset[str]
    singles: tuple[Change, ...]
    ranks: tuple[Change, ...]
    cures: Mapping[Change, frozenset[str]]
    ask: Ask

    def by_one(self, allowed: Sequence[Change]) -> tuple[Remedy, ...]:
        """Single changes that suffice, alone or with an authority; of each kind the mildest, of roles all."""
        done = {one.about for one in allowed}
        open_ = [one for one in self.singles if one.about not in done and self.cures[one]]
        ways = [(one,) for one in allowed]
        ways += self._allowed([(one, rank) for one in open_ for rank in self.ranks])
        mildest: dict[str, Remedy] = {}
        for way in ways:
            kind = way[0].step if way[0].about == "role" else way[0].about
            mildest.setdefault(kind, _remedy(way))
        return tuple(mildest.values())

    def by_several(self) -> tuple[Remedy, ...]:
        """Several changes at once that suffice: one way for each change that may lead."""
        roles = [one for one in self.singles if one.about == "role"]
        near: list[Way] = [(), *((rank,) for rank in self.ranks)]
        far: list[Way] = [(role, *tail) for tail in near for role in roles]
        # A lead alone, if roles and authorities do the rest; else with the other leads.
        for beside in ((), _LEADS):
            starts = dict.fromkeys(self._chosen(lead, beside) for lead in _LEADS)
            for tails in (near, far[: len(roles)], far[len(roles) :]):
                asked = {start: [(*start, *tail) for tail in tails] for start in starts}
                good = set(self._allowed([way for ways in asked.values() for way in ways]))
                first = [next((way for way in ways if way in good), None) for ways in asked.values()]
                fewest = [self._fewest(way) for way in first if way is not None]
                if fewest:
                    return tuple(_remedy(way) for way in {frozenset(way): way for way in fewest}.values())
        return ()

    def _allowed(self, ways: Sequence[Way]) -> list[Way]:
        """Those of the ways that the rules allow, in order."""
        whole = self.refused_by - {NOTHING_PERMITS}
        hopeful = [way for way in ways if whole <= frozenset().union(*(self.cures[one] for one in way))]
        said = self.ask([_all_applied(way, self.request) for way in hopeful])
        return [way for way, verdict in zip(hopeful, said, strict=True) if verdict.allowed]

    def _fewest(self, way: Way) -> Way:
        """The way without the steps that it does without."""
        fewer = self._allowed([tuple(other for other in way if other is not one) for one in way])
        return self._fewest(fewer[0]) if fewer else way

    def _chosen(self, lead: str, beside: tuple[str, ...]) -> Way:
        """Of each kind the change that cures most, while it still cures something; the lead goes first."""
        first = [one for one in self.singles if one.about == lead]
        others = [one for one in self.singles if one.about not in {*_LEADS, "role"}]
        rest = [one for one in self.singles if one.about in beside and one.about != lead]
        chosen: dict[str, Change] = {}
        left = set(self.refused_by) - {NOTHING_PERMITS}
        for group in (first, others, rest):
            for one in sorted(group, key=lambda change: -len(self.cures[change])):
                if one.about not in chosen and self.cures[one] & left:
                    chosen[one.about] = one
                    left -= self.cures[one]
        return tuple(chosen.values())


def _remedy(way: Way) -> Remedy:
    rank = next((one.rank for one in way if one.rank is not Rank.NONE), Rank.NONE)
    return Remedy(tuple(one.step for one in way if one.rank is Rank.NONE), rank)


def _all_applied(way: Way, state: Request) -> Request:
    for one in way:
        state = one.apply(state)
    return state
