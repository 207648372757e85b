"""Matched reads as the hits that alerting takes: with the odds, the advice and who may know. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from openanpr.alert.hit_seen import HitSeen
from openanpr.core.camera import CameraId
from openanpr.core.voi_entry import Action, VoiEntry
from openanpr.core.voi_list import ListStanding
from openanpr.ingest.arrival import ArrivedRead
from openanpr.match.advice import advise
from openanpr.match.entry_odds import standing_of
from openanpr.match.listed import ListedHit
from openanpr.match.odds import DEFAULT_RATES, BaseRates, listed_vehicle_p
from openanpr.voi.fresh import freshness

_NO_AGE_KNOWN = timedelta(days=365)  # a list of unknown age counts as a year old: stale, and hardly likely


@dataclass(frozen=True, slots=True)
class HitRules:
    """What turns a match into a hit.

    A read is late, whatever it was on arrival, once it is older than `late_after` when it is matched.
    `half_life_days` is in how many days half of a list's entries cease to stand.
    """

    late_after: timedelta
    rates: BaseRates = DEFAULT_RATES
    half_life_days: float = 30.0


@dataclass(frozen=True, slots=True)
class Listed:
    """What the lists say of the entries that were met: by entry id, and of their lists by list id."""

    entries: Mapping[int, tuple[int, VoiEntry]]
    lists: Mapping[int, ListStanding]


@dataclass(frozen=True, slots=True)
class MatchedRead:
    """A read with what it met."""

    read: ArrivedRead
    met: tuple[ListedHit, ...]


def hits_seen(
    matched: Iterable[MatchedRead],
    listed: Listed,
    area_of: Callable[[CameraId], str],
    *,
    now: datetime,
    rules: HitRules,
) -> tuple[HitSeen, ...]:
    """Return the hits of reads at `now` (UTC), one for each entry that a read meets.

    An entry or list that is no longer known makes no hit: it was taken off while the read was matched. Nor
    does an entry whose last day of use was over when the vehicle came: weeding may have to wait for a person,
    and the end that an entry was given holds meanwhile.
    """
    hits: list[HitSeen] = []
    for one in matched:
        for met in one.met:
            found = listed.entries.get(met.entry.entry_id)
            standing = None if found is None else listed.lists.get(found[0])
            if found is not None and standing is not None and _in_use(found[1], one.read):
                here = _Met(one.read, met, *found, standing)
                hits.append(_hit(here, area_of(one.read.record.camera), now, rules))
    return tuple(hits)


@dataclass(frozen=True, slots=True)
class _Met:
    """One read and one entry that it meets, with the entry's list."""

    read: ArrivedRead
    hit: ListedHit
    list_id: int
    entry: VoiEntry
    standing: ListStanding


def _hit(one: _Met, area: str, now: datetime, rules: HitRules) -> HitSeen:
    read, met, entry, standing = one.read, one.hit, one.entry, one.standing
    record = read.record
    fresh = freshness(standing, now)
    late = read.late or now - record.captured_at > rules.late_after
    advised = advise(
        met.kind,
        list_stale=fresh.stale,
        read_late=late,
        clock_doubtful=read.clock_doubtful,
        action=entry.action,
    )
    age = _NO_AGE_KNOWN if fresh.age is None else fresh.age
    if standing.of.max_age is None:
        age = timedelta(0)
    odds = standing_of(
        record,
        entry.vrm,
        list_age_days=age / timedelta(days=1),
        half_life_days=rules.half_life_days,
    )
    return HitSeen(
        read_id=record.read_id,
        entry_id=met.entry.entry_id,
        list_id=one.list_id,
        kind=met.kind,
        reason=met.reason,
        probability=listed_vehicle_p(met.p, odds, rules.rates),
        advice=advised.advice,
        priority=entry.priority,
        vrm_listed=entry.vrm,
        vrm_read=record.vrm,
        camera=record.camera,
        area=area,
        captured_at=record.captured_at,
        received_at=read.arrival.received_at,
        late=late,
        clock_doubtful=read.clock_doubtful,
        list_stale=fresh.stale,
        silent=entry.action is Action.SILENT,
        covert=entry.covert,
        seen_by=_named(entry, standing),
    )


def _in_use(entry: VoiEntry, read: ArrivedRead) -> bool:
    """Return whether it was on the entry's last day or before, by the time at which the vehicle was there."""
    received_at = read.arrival.received_at
    at = received_at if read.clock_doubtful else min(read.record.captured_at, received_at)
    return entry.weed_on is None or at.astimezone(UTC).date() <= entry.weed_on


def _named(entry: VoiEntry, standing: ListStanding) -> frozenset[str]:
    """Return who alone may know of it; of a covert entry that names nobody, the owner of its list."""
    if not entry.covert:
        return frozenset()
    return frozenset(entry.seen_by) or frozenset({standing.of.owner})
