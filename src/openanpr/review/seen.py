"""What a reviewer sees of a search: who, why, how wide, counts. No mark, not even in what somebody wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openanpr.core.masked import masked
from openanpr.core.purpose import ReferenceState
from openanpr.policy.ask import Purpose, Search
from openanpr.review.item import Item, Outcome, Remedy
from openanpr.review.past import Came, Did, PastSearch

_KNOWN: Final = frozenset({ReferenceState.OPEN, ReferenceState.CLOSED})


@dataclass(frozen=True, slots=True)
class SearchSeen:
    """A search as a reviewer sees it. In `reason`, what could be a mark is masked.

    So it is in a `reference` that the case system did not know: it may be anything.
    """

    search_id: str
    at: datetime
    asked_by: str
    asked_for: str
    team: str
    purpose: Purpose
    scope: Search
    came: Came
    rules: tuple[str, ...]
    oral: bool
    reference: str = field(repr=False)
    reason: str = field(repr=False)
    did: Did


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """An item with its searches; `gone` of them are no longer kept."""

    item: Item
    overdue: bool
    searches: tuple[SearchSeen, ...]
    gone: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a searcher is told of a finding: on which of their searches, what, when, and what is to follow."""

    search_id: str
    outcome: Outcome
    remedy: Remedy
    at: datetime


def seen(search: PastSearch) -> SearchSeen:
    """Return a search as a reviewer sees it."""
    return SearchSeen(
        search.search_id,
        search.at,
        search.asked_by,
        search.asked_for,
        search.team,
        search.purpose,
        search.scope,
        search.came,
        search.rules,
        search.oral,
        search.reference if search.purpose.reference in _KNOWN else masked(search.reference),
        masked(search.reason),
        search.did,
    )
