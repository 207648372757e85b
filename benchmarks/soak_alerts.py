"""What a soak asks of the alerts that it left behind: every hit, step and event once."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.soak_watch import heard_of
from openanpr.alert.alert import Alert, AlertKey, Step
from openanpr.store.control.alert_documents import ALERT, STEP, unsigned
from openanpr.store.control.alert_tables import alert, alert_channel, alert_event, alert_hit, alert_step
from openanpr.store.control.engine import open_database, reading
from openanpr.store.control.live_entries import LiveEntries

WINDOW_S = 20


def alert_faults(
    data: Path, hits: Mapping[int, tuple[int, int, int, int, str]], heard: Path
) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many hits, alerts and events there are, and what is wrong with them, by its name.

    `hits` are the stored reads of listed vehicles by their id: (force, source, camera, milliseconds, VRM).
    """
    entries = _entries(data / "lists.db")
    engine = open_database(f"sqlite:///{data / 'control.db'}")
    try:
        with reading(engine) as connection:
            alerts = [
                ALERT.read(*row) for row in connection.execute(sa.select(alert.c.form, alert.c.document))
            ]
            counted = [tuple(row) for row in connection.execute(_HITS)]
            steps = [STEP.read(*row) for row in connection.execute(_STEPS)]
            events = [tuple(row) for row in connection.execute(_EVENTS)]
            newest = sum(connection.execute(sa.select(alert_channel.c.newest)).scalars())
    finally:
        engine.dispose()
    wanted = {(read_id, entries[key[4]]) for read_id, key in hits.items()}
    found = Counter((unsigned(read_id), entry_id) for read_id, entry_id, _ in counted)
    wrong = {
        "hits lost": len(wanted - found.keys()),
        "hits that no listed read made": len(found.keys() - wanted),
        "hits doubled": sum(count - 1 for count in found.values()),
        "alerts with a wrong count of hits": _miscounted(alerts, counted, steps),
        "alerts whose steps have a gap": _gaps(alerts, steps),
        "steps without their one event": _unlike_events(steps, events, newest),
        "alerts of one vehicle that overlap": _overlapping(alerts),
        "alerts of one camera's vehicle within the window": _too_near(alerts, counted, hits),
    }
    told = {"hits": len(found), "alerts": len(alerts), "events": len(events)}
    return told, wrong | heard_faults(heard_of(heard), [(event, step) for _, event, step in events])


_HITS = sa.select(alert_hit.c.read_id, alert_hit.c.entry_id, alert_hit.c.alert_id)
_STEPS = sa.select(alert_step.c.form, alert_step.c.document)
_EVENTS = sa.select(
    alert_event.c.seq, alert_event.c.alert_id, sa.func.json_extract(alert_event.c.document, "$.step.number")
).order_by(alert_event.c.seq)


def heard_faults(heard: Sequence[dict[str, Any]], events: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Return what is wrong with what the watcher heard, held against the events in their order."""
    told = [(line["alert"], line["step"]) for line in heard if line["kind"] == "alert"]
    others = [line for line in heard if line["kind"] != "alert"]
    return {
        "events not heard": len(set(events) - set(told)),
        "events heard twice": len(told) - len(set(told)),
        "events heard that are not kept": len(set(told) - set(events)),
        "events heard out of order": int(set(told) == set(events) and told != list(events)),
        "answers to the watcher that were no event": len(others),
    }


def _entries(path: Path) -> dict[str, int]:
    engine = open_database(f"sqlite:///{path}")
    try:
        alive = LiveEntries(engine).all_alive()
        return dict(zip(alive.vrms, alive.entry_ids, strict=True))
    finally:
        engine.dispose()


def _miscounted(alerts: Sequence[Alert], hits: Sequence[tuple[Any, ...]], steps: Sequence[Step]) -> int:
    held = Counter(alert_id for _, _, alert_id in hits)
    by_steps: Counter[str] = Counter()
    for step in steps:
        by_steps[step.alert_id] += step.hits
    return sum(len({one.tally.count, held[one.id], by_steps[one.id]}) > 1 for one in alerts)


def _gaps(alerts: Sequence[Alert], steps: Sequence[Step]) -> int:
    numbers: dict[str, list[int]] = defaultdict(list)
    for step in steps:
        numbers[step.alert_id].append(step.number)
    return sum(sorted(numbers[one.id]) != list(range(1, one.steps + 1)) for one in alerts)


def _unlike_events(steps: Sequence[Step], events: Sequence[tuple[Any, ...]], newest: int) -> int:
    told = Counter((alert_id, number) for _, alert_id, number in events)
    there = Counter((step.alert_id, step.number) for step in steps)
    apart = (told - there).total() + (there - told).total()
    return apart + int([seq for seq, _, _ in events] != list(range(1, newest + 1)))


def _overlapping(alerts: Sequence[Alert]) -> int:
    by_key: dict[AlertKey, list[Alert]] = defaultdict(list)
    for one in alerts:
        by_key[one.key].append(one)
    wrong = 0
    for same in by_key.values():
        ordered = sorted(same, key=lambda one: one.tally.first_at)
        wrong += sum(b.tally.first_at <= a.tally.last_at for a, b in itertools.pairwise(ordered))
        wrong += int({one.ordinal for one in same} != set(range(1, len(same) + 1)))
    return wrong


def _too_near(
    alerts: Sequence[Alert],
    counted: Sequence[tuple[Any, ...]],
    hits: Mapping[int, tuple[int, int, int, int, str]],
) -> int:
    """Return how many alerts should have been one, of vehicles that one camera alone saw.

    Reads of one camera come in the order in which they were made. Those of two may come late and fall
    between two alerts that stand already.
    """
    cameras: dict[str, set[tuple[int, ...]]] = defaultdict(set)
    of: dict[str, str] = {one.id: one.key.vehicle for one in alerts}
    for read_id, _, alert_id in counted:
        key = hits.get(unsigned(read_id))
        if key is not None:
            cameras[of[alert_id]].add(key[:3])
    wrong = 0
    by_key: dict[AlertKey, list[Alert]] = defaultdict(list)
    for one in alerts:
        if len(cameras[one.key.vehicle]) == 1:
            by_key[one.key].append(one)
    for same in by_key.values():
        ordered = sorted(same, key=lambda one: one.tally.first_at)
        wrong += sum(
            b.tally.first_at - a.tally.last_at <= timedelta(seconds=WINDOW_S)
            for a, b in itertools.pairwise(ordered)
        )
    return wrong
