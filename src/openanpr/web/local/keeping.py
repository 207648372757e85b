"""What is kept, forgotten and proved, over the local socket: retention, certificates, holds, origins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import msgspec
from msgspec import Struct
from starlette.routing import Route

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.read_key import ReadKey
from openanpr.policy.ask import Act
from openanpr.store.engine import ReadEngine
from openanpr.store.holds import Hold, HoldError, held_counts, held_reads, holds, place_hold
from openanpr.store.origins import verify_origin
from openanpr.store.pictures import Pictures
from openanpr.store.read_columns import to_ms
from openanpr.store.reads_named import whole_read
from openanpr.store.retention import (
    RetentionRule,
    RetentionRun,
    certificates,
    preview_retention,
)
from openanpr.web.local.asking import Asked, Instant, Said, answered
from openanpr.web.local.gate import Own


class Forgets(Protocol):
    """Lets go of all that is past its time, in every store."""

    def run(self, now: datetime) -> RetentionRun:
        """Return what went of the read store, certified; what other stores let go of is in the log."""
        ...

    def check(self) -> Sequence[date]:
        """Return the certified days of which something can be found again."""
        ...


@dataclass(frozen=True, slots=True)
class KeepingRoutes:
    """What keeping and forgetting over the socket needs; `writing` is held by who writes to the reads."""

    engine: ReadEngine
    pictures: Pictures
    rule: RetentionRule
    forgetting: Forgets
    clock: Callable[[], datetime]
    writing: AbstractContextManager[object]


class ReadForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What names one read."""

    camera: str
    captured_at: Instant
    vrm: Said


class HoldForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Reads to keep for a case: whose it is, and the last day on which they are kept."""

    hold_id: Said
    case_ref: Said
    owner: Said
    until: date
    reads: list[ReadForm]


class ProveForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A read that another node handed on, and the hold that keeps it where its day has gone."""

    read: ReadForm
    hold_id: str | None = None


def keeping_routes(of: KeepingRoutes) -> list[Route]:
    """Return the routes of retention and holds."""
    return [
        answered("/retention", lambda _: _preview(of), guard=Act.RUN_RETENTION),
        answered("/retention/run", lambda _: _run(of), "POST", guard=Act.RUN_RETENTION),
        answered("/retention/certificates", lambda asked: _certificates(of, asked), guard=Act.RUN_RETENTION),
        answered(
            "/retention/check", lambda _: {"returned_days": of.forgetting.check()}, guard=Act.RUN_RETENTION
        ),
        answered("/holds", lambda _: _holds(of), guard=Act.RUN_RETENTION),
        answered("/holds", lambda asked: _hold(of, asked.form(HoldForm)), "POST", guard=Own.CASES),
        answered(
            "/origins/prove", lambda asked: _prove(of, asked.form(ProveForm)), "POST", guard=Act.RUN_RETENTION
        ),
    ]


def _preview(of: KeepingRoutes) -> object:
    today = of.clock().date()
    return {
        "profile": of.rule.profile,
        "days": of.rule.days,
        "source": of.rule.source,
        "kept_from": of.rule.kept_from(today),
        "to_go": preview_retention(of.engine, of.pictures, of.rule, today=today),
    }


def _run(of: KeepingRoutes) -> object:
    done = of.forgetting.run(of.clock())
    return {
        "certificates": [msgspec.Raw(one.to_json().encode()) for one in done.certificates],
        "ended_holds": done.ended,
    }


def _certificates(of: KeepingRoutes, asked: Asked) -> object:
    first = asked.day("since", date.min)
    return [msgspec.Raw(one.to_json().encode()) for one in certificates(of.engine) if one.day >= first]


def _holds(of: KeepingRoutes) -> object:
    counts = held_counts(of.engine)
    return [
        {"hold_id": one.hold_id, "case_ref": one.case_ref, "owner": one.owner, "until": one.until}
        | {"reads": counts.get(one.hold_id, 0)}
        for one in holds(of.engine)
    ]


def _hold(of: KeepingRoutes, form: HoldForm) -> object:
    now = of.clock()
    if form.until < now.date():
        raise HoldError("a hold ends on a day to come")
    keys = [_key(one) for one in form.reads]
    hold = Hold(form.hold_id, form.case_ref, form.owner, form.until)
    with of.writing:
        return place_hold(of.engine, of.pictures, hold, keys, at=now)


def _prove(of: KeepingRoutes, form: ProveForm) -> object:
    key = _key(form.read)
    if form.hold_id is None:
        read = whole_read(of.engine, key)
    else:
        kept = held_reads(of.engine, form.hold_id)
        read = next((one for one in kept if _is_named(one.record, key)), None)
    if read is None:
        raise LookupError("no such read is stored, or kept by that hold: name it as an alert shows it")
    key_id = verify_origin(of.engine, read)
    return {"handed_on_by": read.arrival.device, "key_id": key_id, "origin": read.origin}


def _key(form: ReadForm) -> ReadKey:
    return ReadKey(CameraId.parse(form.camera), form.captured_at, form.vrm)


def _is_named(record: CaptureRecord, key: ReadKey) -> bool:
    same_ms = to_ms(record.captured_at) == to_ms(key.captured_at)
    return same_ms and (record.camera, record.vrm) == (key.camera, key.vrm)
