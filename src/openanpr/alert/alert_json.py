"""Alerts, steps and queues as JSON: what goes to screens, streams and webhooks (docs/reference/alerts.md)."""

from __future__ import annotations

import json
from datetime import datetime

from openanpr.alert.alert import Alert, Step
from openanpr.alert.closure import Closure
from openanpr.alert.hit_seen import HitSeen
from openanpr.alert.routing import Queue, Queues, roles_answering
from openanpr.alert.rules import RuleBook
from openanpr.wire.read_json import rfc3339

VERSION = 1
"""The version of the form; it grows when a field changes its meaning or goes."""

_P_DIGITS = 6


def alert_record(alert: Alert, book: RuleBook) -> dict[str, object]:
    """Return an alert as a JSON object; it names no person."""
    tally, watch = alert.tally, alert.watch
    return {
        "id": alert.id,
        "version": alert.version,
        "list_id": alert.key.list_id,
        "list_kind": alert.list_kind.value,
        "covert": alert.key.covert,
        "state": alert.state.value,
        "priority": alert.priority.value,
        "advice": tally.advice.value,
        "show_no_interest": tally.quiet,
        "check": None if alert.check is None else alert.check.value,
        "closure": None if alert.closure is None else _closure(alert.closure),
        "hits": tally.count,
        "late_hits": tally.late,
        "clock_doubtful": tally.doubtful_clock,
        "list_stale": tally.stale_list,
        "first_at": rfc3339(tally.first_at),
        "last_at": rfc3339(tally.last_at),
        "strongest": hit_record(tally.strongest),
        "entries": sorted(tally.entries),
        "raised_at": rfc3339(watch.raised_at),
        "waiting_since": _maybe(watch.waiting_since),
        "answer_by": _maybe(watch.answer_by),
        "answering": [] if alert.key.covert else list(roles_answering(alert, book)),
        "escalation": watch.level,
        "unattended": watch.unattended,
        "follows": alert.follows,
        "last_step_at": _maybe(watch.last_step_at),
    }


def step_record(step: Step) -> dict[str, object]:
    """Return a step as a JSON object."""
    return {
        "number": step.number,
        "at": rfc3339(step.at),
        "kind": step.kind.value,
        "by": step.by,
        "hits": step.hits,
        "late_hits": step.late,
        "level": step.level,
        "role": step.role,
        "check": None if step.check is None else step.check.value,
        "to": step.to,
        "closure": None if step.closure is None else _closure(step.closure),
        "note": step.note,
    }


def queues_json(queues: Queues, book: RuleBook) -> bytes:
    """Return a viewer's queues as JSON: nothing in it depends on what the viewer does not see."""
    record: dict[str, object] = {
        "version": VERSION,
        "crime": _queue(queues.crime, book),
        "mass": _queue(queues.mass, book),
    }
    return json_bytes(record)


def json_bytes(record: dict[str, object]) -> bytes:
    """Return an object as JSON in ASCII on one line, always the same for the same object."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode("ascii")


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _queue(queue: Queue, book: RuleBook) -> dict[str, object]:
    return {
        "waiting": queue.waiting,
        "by_state": {state.value: count for state, count in queue.by_state},
        "alerts": [alert_record(alert, book) for alert in queue.alerts],
    }


def hit_record(hit: HitSeen) -> dict[str, object]:
    """Return a hit as a JSON object."""
    return {
        "read_id": hit.read_id,
        "entry_id": hit.entry_id,
        "kind": hit.kind.value,
        "reason": hit.reason.value,
        "probability": round(hit.probability, _P_DIGITS),
        "advice": hit.says.value,
        "vrm_listed": hit.vrm_listed,
        "vrm_read": hit.vrm_read,
        "camera": str(hit.camera),
        "area": hit.area,
        "captured_at": rfc3339(hit.captured_at),
        "received_at": rfc3339(hit.received_at),
        "late": hit.late,
        "clock_doubtful": hit.clock_doubtful,
        "list_stale": hit.list_stale,
    }


def _closure(closure: Closure) -> dict[str, object]:
    return {
        "outcome": closure.outcome.value,
        "reason": None if closure.reason is None else closure.reason.value,
        "offence": closure.offence,
        "note": closure.note,
    }
