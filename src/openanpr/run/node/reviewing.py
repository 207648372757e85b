"""Review made of a node's parts: the desk of reviewers, and the round that a node does each night."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from openanpr.core.span import Span
from openanpr.people.declared import digest_of_shape
from openanpr.people.desk import Desk
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.decide import decide
from openanpr.policy.profile import Profile
from openanpr.review.desk import ReviewDesk
from openanpr.review.duty import roster_in
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.opened import opened_from
from openanpr.review.round import RoundDesk, review_round
from openanpr.review.sampling import SamplingKey
from openanpr.run.node.stores import Stores
from openanpr.search.ports import CaseSystem
from openanpr.store.control.review_past import ReviewPast

ROSTER = "roster.csv"
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Reviewing:
    """The parts that a round and the desk share. `roster`: the file, which need not be there.

    `wakes`: what has a round begin before its time.
    """

    stores: Stores
    people: Desk
    cases: CaseSystem
    numbers: ReviewNumbers
    in_force: tuple[AccessRules, Profile]
    roster: Path
    wakes: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    def desk(self) -> ReviewDesk:
        """Return the desk of reviewers."""
        rules, profile = self.in_force
        kept = self.stores.reviews
        judge = partial(decide, rules=rules, profile=profile)
        return ReviewDesk(kept.items, kept.rounds, self._past(), self.stores.log, judge, self.numbers)

    def wake(self) -> None:
        """Have a round begin."""
        for wake in self.wakes:
            wake()

    def turn(self, now: datetime) -> float:
        """Do the round of a day; return the seconds until the next. Raises RosterError, AuditError."""
        kept = self.stores.reviews
        review_round(
            RoundDesk(
                past=self._past(),
                items=kept.items,
                references=kept.references,
                rounds=kept.rounds,
                declared=kept.declared,
                cases=self.cases,
                roster=self._roster(),
                log=self.stores.log,
                key=SamplingKey.derive(self.stores.secrets.hash_key.key),
                numbers=self.numbers,
                limits=self.in_force[1].search,
            ),
            now=now,
        )
        return _DAY_S

    def _past(self) -> ReviewPast:
        digest = partial(digest_of_shape, keys=self.people.keys)
        return self.stores.reviews.past(digest, partial(opened_from, self.stores.log))

    def _roster(self) -> Mapping[str, Sequence[Span]] | None:
        accounts = {one.login: one.account_id for one in self.people.store.every()}
        return roster_in(self.roster, account_of=accounts)
