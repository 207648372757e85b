"""Which searches are looked at by rule, and why: all of some kinds, and a share of the rest by lot.

The lot of a search is HMAC-SHA-256 under the key of its month, over its id. Nobody without the key can
foresee it; whoever is given a month's key afterwards works the draw out again, and learns of no other month.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from heapq import nsmallest
from typing import Final, Self, TypeAlias

from openanpr.core.purpose import SearchKind, Stance
from openanpr.policy.search_numbers import SearchNumbers
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.past import Came, PastSearch

_LEAST_ROOT: Final = 32
_LOTS: Final = 1 << 64
_OWN_INTEREST: Final = "search-own-interest"
_SWEEPS: Final = frozenset({SearchKind.COMMON_PLATES, SearchKind.CONVOY})
_MAY_SWEEP: Final = frozenset(
    {SearchKind.PART_OF_A_MARK, SearchKind.PLACE_AND_TIME, SearchKind.LIST_OF_VEHICLES}
)


_PLAIN: Final = frozenset({SearchKind.ONE_VEHICLE, SearchKind.LAST_SEEN, SearchKind.WAS_IT_THERE})


class SampledFor(StrEnum):
    """Why a search is looked at: one of those always looked at, or by lot, or to make up a team's least."""

    OVER_ORDINARY_DAYS = "over-ordinary-days"
    BULK = "bulk"
    BROAD = "broad"
    URGENT_ORAL = "urgent-oral"
    PROACTIVE = "proactive"
    OWN_INTEREST_REFUSED = "own-interest-refused"
    LOT = "lot"
    LEAST_OF_TEAM = "least-of-team"


@dataclass(frozen=True, slots=True)
class SamplingKey:
    """The secret from which the keys of the months are made: at least 32 random bytes of the node's own."""

    root: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raise ValueError for a key that could be guessed."""
        if len(self.root) < _LEAST_ROOT:
            raise ValueError(f"the key of sampling has at least {_LEAST_ROOT} random bytes")

    @classmethod
    def derive(cls, node_key: bytes) -> Self:
        """Return the secret that comes of the node's own key."""
        return cls(hmac.digest(node_key, b"openanpr review 1 sampling", "sha256"))

    def of_month(self, month: date) -> bytes:
        """Return the key of one month, which tells nothing of those of other months."""
        return hmac.digest(self.root, f"openanpr review 1 {month:%Y-%m}".encode(), "sha256")


def commitment(month_key: bytes) -> str:
    """Return what is logged of a month's key: it shows later that no other key was put in its place."""
    return hashlib.sha256(month_key).hexdigest()


def lot(month_key: bytes, search_id: str) -> int:
    """Return the lot of a search: a whole number below 2**64, as likely one as another."""
    return int.from_bytes(hmac.digest(month_key, search_id.encode(), "sha256")[:8], "big")


def drawn(its_lot: int, share_percent: int) -> bool:
    """Tell whether a lot is in the share."""
    return its_lot * 100 < share_percent * _LOTS


def month_of(at: datetime) -> date:
    """Return the first day of the UTC month of a time."""
    return at.astimezone(UTC).date().replace(day=1)


@dataclass(frozen=True, slots=True)
class Sampled:
    """A search that is looked at, and why."""

    search: PastSearch
    why: tuple[SampledFor, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """By what is drawn: numbers of review, limits of searches, the secret; `since` when all are there."""

    numbers: ReviewNumbers
    limits: SearchNumbers
    key: SamplingKey
    since: datetime


def sampled(searches: Iterable[PastSearch], draw: Draw, *, now: datetime) -> Iterator[Sampled]:
    """Give the searches that are looked at; each once, the same ones whenever it is worked out again.

    A team's least of a month is made up when the month is over, of those with the lowest lots, and only where
    all of the month lies after `draw.since`.
    """
    keys: dict[tuple[int, int], bytes] = {}
    rest: dict[_Group, list[tuple[int, str, PastSearch]]] = defaultdict(list)
    by_lot: dict[_Group, int] = defaultdict(int)
    share = draw.numbers.share_percent.value
    is_plain = _plain(draw.limits)
    for one in searches:
        always = () if is_plain(one) else always_looked_at(one, draw.limits)
        if always:
            yield Sampled(one, always)
            continue
        day = one.at if one.at.tzinfo is UTC else one.at.astimezone(UTC)
        month = day.year, day.month
        if month not in keys:
            keys[month] = draw.key.of_month(date(*month, 1))
        its_lot = lot(keys[month], one.search_id)
        group = (one.team, month)
        if drawn(its_lot, share):
            by_lot[group] += 1
            yield Sampled(one, (SampledFor.LOT,))
        else:
            rest[group].append((its_lot, one.search_id, one))
    least = draw.numbers.least_a_month.value
    for group, left in rest.items():
        if by_lot[group] < least and _is_whole(group[1], draw.since, now):
            for _, _, one in nsmallest(least - by_lot[group], left):
                yield Sampled(one, (SampledFor.LEAST_OF_TEAM,))


def always_looked_at(one: PastSearch, limits: SearchNumbers) -> tuple[SampledFor, ...]:
    """Return why a search is looked at whatever its lot; none for an ordinary one."""
    scope = one.scope
    found: list[SampledFor] = []
    if scope.oldest_days > limits.ordinary_days.value:
        found.append(SampledFor.OVER_ORDINARY_DAYS)
    if _is_bulk(one, limits):
        found.append(SampledFor.BULK)
    if scope.reads > limits.broad_reads.value:
        found.append(SampledFor.BROAD)
    if one.oral and one.purpose.urgent:
        found.append(SampledFor.URGENT_ORAL)
    if one.purpose.stance is Stance.PROACTIVE:
        found.append(SampledFor.PROACTIVE)
    if one.came is Came.REFUSED and _OWN_INTEREST in one.rules:
        found.append(SampledFor.OWN_INTEREST_REFUSED)
    return tuple(found)


_Group: TypeAlias = tuple[str, tuple[int, int]]


def _plain(limits: SearchNumbers) -> Callable[[PastSearch], bool]:
    """Return a quick test that most searches pass, and none that is always looked at."""
    ordinary, reads = limits.ordinary_days.value, limits.bulk_reads.value  # at most what a broad one reads

    def is_plain(one: PastSearch) -> bool:
        scope = one.scope
        return (
            scope.oldest_days <= ordinary
            and scope.reads <= reads
            and scope.kind in _PLAIN
            and one.purpose.stance is Stance.REACTIVE
            and one.came is not Came.REFUSED
            and not one.oral
        )

    return is_plain


def _is_bulk(one: PastSearch, limits: SearchNumbers) -> bool:
    """As the rule `search-bulk-authority` sees it."""
    scope = one.scope
    if scope.kind in _SWEEPS:
        return True
    if scope.kind in _MAY_SWEEP and scope.reads > limits.bulk_reads.value:
        return True
    return scope.kind is SearchKind.PLACE_AND_TIME and (
        scope.cameras > limits.bulk_cameras.value or scope.days > limits.bulk_days.value
    )


def _is_whole(month: tuple[int, int], since: datetime, now: datetime) -> bool:
    begins = datetime(*month, 1, tzinfo=UTC)
    ends = (begins + timedelta(days=32)).replace(day=1)
    return since <= begins and ends <= now
