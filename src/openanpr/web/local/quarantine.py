"""The quarantine over the local socket: listed, looked at, mended, released, put away."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct
from starlette.routing import Route

from openanpr.ingest.accept import DETAILS, Reason
from openanpr.ingest.limits import Limits
from openanpr.ingest.mend import ReleaseDesk, discard, mend, release
from openanpr.ingest.quarantine import (
    ChangedMeanwhileError,
    Deed,
    Quarantine,
    QuarantinedRead,
    QuarantineList,
    Query,
    State,
)
from openanpr.policy.ask import Act
from openanpr.web.local.asking import Asked, Number, answered


class WholeQuarantine(Quarantine, QuarantineList, Protocol):
    """Quarantined reads, changed and listed."""


@dataclass(frozen=True, slots=True)
class QuarantineRoutes:
    """What the quarantine over the socket needs."""

    kept: WholeQuarantine
    desk: ReleaseDesk
    limits: Callable[[], Limits]
    clock: Callable[[], datetime]


class DeedForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Who does it, why, and the version of the read that they looked at."""

    by: str
    why: str
    version: Number


class MendForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Fields of the read to set right: a JSON merge patch (RFC 7396)."""

    by: str
    why: str
    version: Number
    patch: msgspec.Raw


def quarantine_routes(of: QuarantineRoutes) -> list[Route]:
    """Return the routes of the quarantine."""
    return [
        answered("/quarantine", lambda asked: _look(of, asked), guard=Act.MANAGE_QUARANTINE),
        answered("/quarantine/counts", lambda _: _counts(of), guard=Act.MANAGE_QUARANTINE),
        answered(
            "/quarantine/item",
            lambda asked: _item(_found(of, asked), whole=True),
            guard=Act.MANAGE_QUARANTINE,
        ),
        answered("/quarantine/mend", lambda asked: _mend(of, asked), "POST", guard=Act.MANAGE_QUARANTINE),
        answered(
            "/quarantine/release", lambda asked: _release(of, asked), "POST", guard=Act.MANAGE_QUARANTINE
        ),
        answered(
            "/quarantine/discard", lambda asked: _discard(of, asked), "POST", guard=Act.MANAGE_QUARANTINE
        ),
    ]


def _look(of: QuarantineRoutes, asked: Asked) -> object:
    state, reason = asked.query.get("state", State.WAITING), asked.query.get("reason")
    if state not in {"any", *State}:
        raise ValueError(f"state is any, {', '.join(State)}")
    if reason not in {None, *Reason}:
        raise ValueError(f"reason is one of {', '.join(Reason)}")
    found = of.kept.look(
        Query(
            state=None if state == "any" else State(state),
            reason=None if reason is None else Reason(reason),
            device=asked.query.get("device"),
            after=asked.query.get("after", ""),
            most=min(max(asked.number("most", 100), 1), 1000),
        )
    )
    return [_item(one, whole=False) for one in found]


def _counts(of: QuarantineRoutes) -> object:
    return [
        {"reason": reason, "device": device, "waiting": n, "what": DETAILS[reason]}
        for (reason, device), n in sorted(of.kept.counts().items())
    ]


def _found(of: QuarantineRoutes, asked: Asked) -> QuarantinedRead:
    item = of.kept.find(asked.query.get("id", ""))
    if item is None:
        raise LookupError("there is no quarantined read of this id")
    return item


def _mend(of: QuarantineRoutes, asked: Asked) -> object:
    form = asked.form(MendForm)
    item = _seen(_found(of, asked), form.version)
    mended = mend(item, bytes(form.patch), Deed(form.by, of.clock(), form.why))
    of.kept.change(mended)
    return _item(mended, whole=True)


def _release(of: QuarantineRoutes, asked: Asked) -> object:
    form = asked.form(DeedForm)
    deed = Deed(form.by, of.clock(), form.why)
    wanted = _found(of, asked).item_id
    return _item(release(wanted, deed, of.desk, limits=of.limits(), version=form.version), whole=False)


def _discard(of: QuarantineRoutes, asked: Asked) -> object:
    form = asked.form(DeedForm)
    put_away = discard(_seen(_found(of, asked), form.version), Deed(form.by, of.clock(), form.why))
    of.kept.change(put_away)
    return _item(put_away, whole=False)


def _seen(item: QuarantinedRead, version: int) -> QuarantinedRead:
    """Return the item; raises ChangedMeanwhileError unless it is in the version that the person looked at."""
    if item.version != version:
        raise ChangedMeanwhileError("somebody else changed this read since you looked at it: look again")
    return item


def _item(item: QuarantinedRead, *, whole: bool) -> dict[str, object]:
    """Return an item; what was sent, which holds a mark, only where one asks for the whole of it."""
    told: dict[str, object] = {
        "id": item.item_id,
        "version": item.version,
        "state": item.state,
        "reason": item.reason,
        "detail": item.detail,
        "device": item.arrival.device,
        "received_at": item.arrival.received_at,
        "mends": len(item.mends),
        "end": item.end,
    }
    if whole:
        told |= {"form": item.form, "text": _text(item), "base64": base64.b64encode(item.raw).decode("ascii")}
        told["mends"] = [
            {"by": m.deed.by, "at": m.deed.at, "why": m.deed.why, "patch": m.patch.decode()}
            for m in item.mends
        ]
    return told


def _text(item: QuarantinedRead) -> str | None:
    """Return what was sent as a person can read it; None for what is neither JSON nor MessagePack."""
    if "json" in item.form:
        return item.raw.decode("utf-8", errors="replace")
    if "msgpack" not in item.form:
        return None
    try:
        return msgspec.json.encode(msgspec.msgpack.decode(item.raw)).decode("utf-8")
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError):
        return None  # no MessagePack after all: that may be why it is held
