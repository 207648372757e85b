"""What review needs of the world: small protocols; `store` and `run` provide them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from openanpr.core.purpose import ReferenceState
from openanpr.core.span import Span
from openanpr.policy.ask import Request
from openanpr.policy.decide import Decision
from openanpr.review.done import RoundDone
from openanpr.review.figures import ReviewFigures
from openanpr.review.item import Finding, Item, Raised, Referral, Taken
from openanpr.review.past import PastSearch
from openanpr.review.references import Retested
from openanpr.review.vehicles import DeclaredVehicle


class PastSearches(Protocol):
    """The searches that were asked, refused ones too."""

    def since(self, at: datetime) -> Iterable[PastSearch]:
        """Return those asked at or after a time."""
        ...

    def of(self, search_ids: Sequence[str]) -> Sequence[PastSearch]:
        """Return those of these ids that are still kept, the oldest first."""
        ...

    def marks_of(self, search_id: str) -> tuple[str, ...]:
        """Return the marks, or the part of one, that a search named; none where it named none."""
        ...


class DeclaredVehicles(Protocol):
    """The vehicles that people declared."""

    def every(self) -> Sequence[DeclaredVehicle]:
        """Return all, withdrawn ones too."""
        ...


class CaseSystem(Protocol):
    """What knows of references: as `search.ports.CaseSystem`."""

    def state_of(self, reference: str) -> ReferenceState:
        """Return the state of a reference; UNREACHABLE where the system does not answer. It never raises."""
        ...


class Items(Protocol):
    """The items of review."""

    def raise_all(self, raised: Iterable[Raised], *, at: datetime) -> int:
        """Keep what is new, and return how many items that made.

        A story that shows again with further searches grows while nobody has it, and is a new item otherwise.
        """
        ...

    def undecided(self, *, most: int, after: Item | None = None) -> tuple[Item, ...]:
        """Return items without a finding, the oldest first; those after an item, if one is given."""
        ...

    def item(self, item_id: str) -> Item | None:
        """Return one."""
        ...

    def take(self, item_id: str, taken: Taken, *, stale_before: datetime) -> bool:
        """Give an item to a reviewer: one that nobody has, or was taken before; tell whether it was given."""
        ...

    def give_back(self, item_id: str, by: str) -> bool:
        """Take an item from who has it; tell whether they had it."""
        ...

    def find(self, item_id: str, finding: Finding) -> bool:
        """Keep a finding by who has the item, where there is none; of many at once one is kept."""
        ...

    def refer(self, item_id: str, referral: Referral) -> bool:
        """Keep a referral where there is a finding and no referral."""
        ...

    def found_on(self, account_id: str) -> tuple[Item, ...]:
        """Return the items with a finding on searches that a person asked, or that were asked for them."""
        ...

    def figures(self, span: Span, *, overdue_before: datetime) -> ReviewFigures:
        """Return the counts of a stretch of time."""
        ...


class References(Protocol):
    """What the case system said when it was asked again."""

    def retested(self) -> Mapping[str, Retested]:
        """Return the last answer for each reference, by its key."""
        ...

    def keep(self, told: Iterable[Retested]) -> None:
        """Keep answers, in the place of earlier ones of the same reference."""
        ...


class Rounds(Protocol):
    """What rounds did."""

    def keep_round(self, done: RoundDone) -> None:
        """Keep what a round did, in the place of the one before."""
        ...

    def last_round(self) -> RoundDone | None:
        """Return what the last one did, None where there was none."""
        ...


Judge = Callable[[Request], Decision]
"""`policy.decide.decide` with the rules and the profile in force."""
FreshId = Callable[[], str]
