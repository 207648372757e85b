"""Hits become alerts: one for a vehicle within a window, growing rather than repeating. Pure.

The work grows with the hits of a batch (and their sorting), not with the alerts that are open or their size.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from openanpr.alert.alert import Alert, AlertKey, Change, Step, StepKind, Tally, Watch
from openanpr.alert.hit_seen import HitId, HitSeen
from openanpr.alert.rules import ListRules, RuleBook

IdOf = Callable[[AlertKey, HitSeen], str]
"""The id of an alert by its key and first hit."""

_LEAST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of the keys and hits of a batch.

    `alerts` are the open ones of each key; `raised` counts the alerts that each key ever had, closed ones
    too; `counted` are those of the hits that any alert holds already.
    """

    alerts: Mapping[AlertKey, tuple[Alert, ...]] = field(default_factory=dict[AlertKey, tuple[Alert, ...]])
    raised: Mapping[AlertKey, int] = field(default_factory=dict[AlertKey, int])
    counted: frozenset[HitId] = frozenset()


def keyed_ids(secret: bytes) -> IdOf:
    """Return ids of 32 hex digits that stay the same when a batch comes again.

    They are keyed, because the marks of all vehicles can be tried out, and have no order, so that a missing
    one cannot be noticed. Raises ValueError for a secret of fewer than 16 bytes. Source: BLAKE2, RFC 7693.
    """
    if len(secret) < _LEAST_SECRET:
        msg = f"the secret for alert ids needs at least {_LEAST_SECRET} bytes"
        raise ValueError(msg)

    def id_of(key: AlertKey, first: HitSeen) -> str:
        named = repr((key.list_id, key.vehicle, key.channel, first.id)).encode()
        return hashlib.blake2b(named, key=secret[:64], digest_size=16).hexdigest()

    return id_of


def raise_alerts(
    hits: Iterable[HitSeen], known: Known, book: RuleBook, *, now: datetime, id_of: IdOf
) -> tuple[Change, ...]:
    """Return the alerts that a batch of hits raises or adds to, each once.

    A hit joins the open alert of its vehicle and list that is nearest in time, if that is within the list's
    window; else it raises a new one. A hit that is counted already, or twice in the batch, counts once. A
    late hit joins without asking for attention. The outcome does not depend on the order of the batch.
    """
    by_key: dict[AlertKey, list[HitSeen]] = {}
    for hit in sorted(_once(hits, known.counted), key=lambda hit: (hit.at, hit.id)):
        by_key.setdefault(AlertKey.of(hit), []).append(hit)
    changes: list[Change] = []
    for key in sorted(by_key):
        made = _Making(key, book.of(key.list_id), now, id_of)
        spans = _spread(by_key[key], known.alerts.get(key, ()), made.rules)
        changes += _changes(made, spans, known.raised.get(key, 0))
    return tuple(changes)


@dataclass(frozen=True, slots=True)
class _Making:
    """What the alerts of one key have in common while they are made."""

    key: AlertKey
    rules: ListRules
    now: datetime
    id_of: IdOf


@dataclass(slots=True)
class _Span:
    """An alert, or one to be, while hits are handed out: its first and last time move."""

    first: datetime
    last: datetime
    alert: Alert | None
    hits: list[HitSeen] = field(default_factory=list[HitSeen])


def _once(hits: Iterable[HitSeen], counted: frozenset[HitId]) -> Iterable[HitSeen]:
    """Return each hit that is not counted yet once."""
    once: dict[HitId, HitSeen] = {}
    for hit in hits:
        other = once.setdefault(hit.id, hit)
        if other != hit and repr(hit) < repr(other):
            # One hit came twice with unlike particulars: the same of the two wins in any order.
            once[hit.id] = hit
    return (hit for hit in once.values() if hit.id not in counted)


def _spread(hits: Iterable[HitSeen], alerts: Sequence[Alert], rules: ListRules) -> list[_Span]:
    """Return the alerts with the hits that join them, and the new ones, in order of their first time."""
    spans = sorted(
        (_Span(a.tally.first_at, a.tally.last_at, a) for a in alerts), key=lambda s: (s.first, s.last)
    )
    firsts = [span.first for span in spans]
    for hit in hits:
        at = hit.at
        after = bisect_right(firsts, at)
        # Spans of one key do not overlap, so that the nearest is the one before or the one after.
        near = [(max(at - spans[i].last, timedelta(0)), i) for i in (after - 1,) if i >= 0]
        near += [(spans[i].first - at, i) for i in (after,) if i < len(spans)]
        gap, i = min(near, default=(None, after))
        if gap is None or gap > rules.window:
            i = after
            spans.insert(i, _Span(at, at, None))
            firsts.insert(i, at)
        span = spans[i]
        span.hits.append(hit)
        span.first, span.last = min(span.first, at), max(span.last, at)
        firsts[i] = span.first
    return spans


def _changes(made: _Making, spans: Iterable[_Span], raised: int) -> list[Change]:
    changes: list[Change] = []
    before: Alert | None = None
    for span in spans:
        if span.alert is None:
            raised += 1
            change = _new(made, span.hits, raised, before)
        elif span.hits:
            change = _grown(made, span.alert, span.hits)
        else:
            before = span.alert
            continue
        changes.append(change)
        before = change.alert
    return changes


def _new(made: _Making, hits: Sequence[HitSeen], ordinal: int, before: Alert | None) -> Change:
    now, rules = made.now, made.rules
    live = sum(not hit.late for hit in hits)
    repeats = max(live - 1, 0)
    ignored = before if before is not None and before.waits else None
    priority = max(hit.priority for hit in hits).raised(repeats // rules.raise_after)
    if ignored is not None and live:
        # The window must not hide that the vehicle came again while nobody looked.
        priority = max(priority, ignored.priority.raised())
    name = made.id_of(made.key, hits[0])
    alert = Alert(
        id=name,
        key=made.key,
        ordinal=ordinal,
        version=1,
        steps=1,
        list_kind=rules.kind,
        priority=priority,
        tally=_tally_of(hits),
        watch=Watch(now, now, now + rules.ladder.time_of(1), repeats=repeats),
        follows=None if ignored is None else ignored.id,
    )
    step = Step(name, 1, now, StepKind.RAISED, hits=len(hits), late=len(hits) - live)
    return Change(alert, 0, (step,), tuple(hits))


def _grown(made: _Making, alert: Alert, hits: Sequence[HitSeen]) -> Change:
    now, rules, watch = made.now, made.rules, alert.watch
    live = sum(not hit.late for hit in hits)
    kind, before = StepKind.GREW, watch.repeats
    if live and watch.waiting_since is None:
        # The hit that reopens is the first of a new wait; those that come with it are its repeats.
        kind, before = StepKind.REOPENED, -1
        watch = replace(watch, waiting_since=now, answer_by=now + rules.ladder.time_of(1), level=0)
    # A wait that goes on keeps its start: a further hit must never put off the escalation.
    repeats = before + live
    steps_up = repeats // rules.raise_after - max(before, 0) // rules.raise_after
    grown = replace(
        alert,
        version=alert.version + 1,
        steps=alert.steps + 1,
        priority=max(alert.priority.raised(steps_up), *(hit.priority for hit in hits)),
        tally=_joined(alert.tally, _tally_of(hits)),
        watch=replace(watch, repeats=repeats),
    )
    step = Step(alert.id, grown.steps, now, kind, hits=len(hits), late=len(hits) - live)
    return Change(grown, alert.version, (step,), tuple(hits))


def _tally_of(hits: Sequence[HitSeen]) -> Tally:
    times = [hit.at for hit in hits]
    return Tally(
        count=len(hits),
        late=sum(hit.late for hit in hits),
        strongest=max(hits, key=lambda hit: hit.strength),
        first_at=min(times),
        last_at=max(times),
        entries=frozenset(hit.entry_id for hit in hits),
        places=frozenset((hit.camera.force, hit.area) for hit in hits),
        quiet=any(hit.quiet for hit in hits),
        doubtful_clock=any(hit.clock_doubtful for hit in hits),
        stale_list=any(hit.list_stale for hit in hits),
    )


def _joined(one: Tally, other: Tally) -> Tally:
    return Tally(
        count=one.count + other.count,
        late=one.late + other.late,
        strongest=max(one.strongest, other.strongest, key=lambda hit: hit.strength),
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
        entries=one.entries | other.entries,
        places=one.places | other.places,
        quiet=one.quiet or other.quiet,
        doubtful_clock=one.doubtful_clock or other.doubtful_clock,
        stale_list=one.stale_list or other.stale_list,
    )
