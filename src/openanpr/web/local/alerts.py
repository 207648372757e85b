"""Alerts over the local socket: queues, the live stream, steps, figures, and webhooks that gave up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from openanpr.alert.alert import Check, Feedback
from openanpr.alert.alert_json import alert_record, hit_record, queues_json, step_record
from openanpr.alert.closure import Closure, NoResponse, Outcome
from openanpr.alert.desk import AlertDesk
from openanpr.alert.events import Cursor, CursorError, server_sent
from openanpr.alert.outcomes import ListFigures
from openanpr.alert.ports import DeadLetters, DeliveryQueue, FeedbackLog, StepLog
from openanpr.alert.routing import Viewer
from openanpr.alert.webhook import Delivery, sent_again
from openanpr.alert.work import CheckPicture, Close, Move, See, Task, possible
from openanpr.web.local.asking import Asked, answered, told
from openanpr.wire.read_json import rfc3339

_BEAT_S = 10.0


class AlertLogs(StepLog, FeedbackLog, Protocol):
    """What happened to alerts, and what owners are told of it."""


class Webhooks(DeadLetters, DeliveryQueue, Protocol):
    """Webhooks on their way and given up."""


@dataclass(frozen=True, slots=True)
class AlertRoutes:
    """What alerts over the socket need."""

    desk: AlertDesk
    logs: AlertLogs
    webhooks: Webhooks
    clock: Callable[[], datetime]


class StepForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A person's step: `do` is see, check, task or close; the fields of the others stay out.

    `shown` is how many hits of the alert the person had in view.
    """

    do: str
    shown: int
    note: str = ""
    check: Check | None = None
    to: str = ""
    outcome: Outcome | None = None
    reason: NoResponse | None = None
    offence: str = ""

    def move(self) -> Move:
        """Return the step as alerting knows it; raises ValueError for one that says too little."""
        match self.do:
            case "see":
                return See(self.note)
            case "check" if self.check is not None:
                return CheckPicture(self.check, self.note)
            case "task":
                return Task(self.to, self.note)
            case "close" if self.outcome is not None:
                return Close(Closure(self.outcome, self.reason, self.offence, self.note))
            case _:
                raise ValueError("a step is see, check (with check), task (with to) or close (with outcome)")


def viewer_of(query: Mapping[str, str]) -> Viewer:
    """Return who looks: `as` is the name; `roles`, `teams`, `forces` and `areas` are lists with commas.

    Raises ValueError without a name.
    """
    name = query.get("as", "").strip()
    if not name:
        raise ValueError("say who looks: as=NAME, and roles=ROLE,ROLE")

    def many(key: str) -> frozenset[str]:
        return frozenset(part for part in query.get(key, "").split(",") if part)

    forces = many("forces")
    return Viewer(
        name,
        teams=many("teams"),
        roles=many("roles"),
        forces=frozenset(map(int, forces)) if forces else None,
        areas=many("areas") or None,
    )


def alert_routes(of: AlertRoutes) -> list[Route]:
    """Return the routes of alerts."""

    async def stream(request: Request) -> Response:
        return await _listen(of.desk, request)

    return [
        answered("/alerts/queues", lambda asked: _queues(of, asked)),
        answered("/alerts/figures", lambda asked: [*map(_figures, of.desk.figures(viewer_of(asked.query)))]),
        Route("/alerts/stream", stream),
        answered("/alerts/{alert_id}", lambda asked: _alert(of, asked)),
        answered("/alerts/{alert_id}/steps", lambda asked: _step(of, asked), "POST"),
        answered(
            "/feedback/{name}", lambda asked: [*map(_feedback, of.logs.feedback_to(asked.path["name"]))]
        ),
        answered("/webhooks/dead", lambda _: [*map(_delivery, of.webhooks.dead())]),
        answered("/webhooks/dead/{endpoint}/{message_id}", lambda asked: _again(of, asked), "POST"),
    ]


def _queues(of: AlertRoutes, asked: Asked) -> object:
    return msgspec.Raw(queues_json(of.desk.queues(viewer_of(asked.query)), of.desk.book))


def _alert(of: AlertRoutes, asked: Asked) -> object:
    alert = of.desk.find(asked.path["alert_id"], viewer_of(asked.query))
    return {
        "alert": alert_record(alert, of.desk.book),
        "possible": possible(alert),
        "steps": [step_record(step) for step in of.logs.steps_of(alert.id)],
        "hits": [hit_record(hit) for hit in of.logs.hits_of(alert.id)],
    }


def _step(of: AlertRoutes, asked: Asked) -> object:
    form = asked.form(StepForm)
    viewer = viewer_of(asked.query)
    alert = of.desk.step(asked.path["alert_id"], form.move(), viewer, shown=form.shown)
    return {"alert": alert_record(alert, of.desk.book), "possible": possible(alert)}


def _again(of: AlertRoutes, asked: Asked) -> object:
    wanted = asked.path["endpoint"], asked.path["message_id"]
    found = next((d for d in of.webhooks.dead() if (d.endpoint, d.message_id) == wanted), None)
    if found is None:
        raise LookupError("there is no such dead letter")
    waiting = sent_again(found, now=of.clock())
    of.webhooks.settle(waiting)
    return _delivery(waiting)


async def _listen(desk: AlertDesk, request: Request) -> Response:
    """Return the stream from now on, or from where the client says that it had come."""
    said = request.headers.get("last-event-id", request.query_params.get("after"))
    try:
        viewer = viewer_of(request.query_params)
        cursor = await run_in_threadpool(desk.newest, viewer) if said is None else Cursor.parse(said)
    except CursorError as fault:
        return told(409, str(fault))
    except ValueError as fault:
        return told(422, str(fault))
    return StreamingResponse(_stream(desk, viewer, cursor), media_type="text/event-stream", headers=_NOT_KEPT)


_NOT_KEPT = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def _stream(desk: AlertDesk, viewer: Viewer, cursor: Cursor) -> AsyncIterator[bytes]:
    """Yield what happens after `cursor`; whoever listens counts as being there.

    A beat goes out when nothing happens, so that a lost connection is noticed at both ends. The stream ends
    with the node.
    """
    with desk.present(viewer):
        heard = desk.bell.rings
        yield b": connected\n\n"
        while not desk.bell.ended:
            found = await run_in_threadpool(desk.heard_since, cursor, viewer)
            if found.afresh:
                yield b"id: %b\nevent: afresh\ndata: {}\n\n" % str(found.cursor).encode("ascii")
            for event, after in found.events:
                yield server_sent(event, after, desk.book)
            moved, cursor = found.cursor != cursor, found.cursor
            if moved:
                continue
            rings = await desk.bell.heard_after(heard, _BEAT_S)
            if rings == heard:
                yield b": still here\n\n"
            heard = rings


def _figures(one: ListFigures) -> dict[str, object]:
    return {
        "list_id": one.list_id,
        "alerts": one.alerts,
        "hits": one.hits,
        "late_hits": one.late_hits,
        "answered": one.answered,
        "in_time": one.in_time,
        "closed": one.closed,
        "outcomes": {outcome.value: count for outcome, count in one.outcomes.items() if count},
        "misread_share": one.misread_share,
        "median_wait_s": None if one.median_wait is None else one.median_wait.total_seconds(),
    }


def _feedback(one: Feedback) -> dict[str, object]:
    return {
        "alert": one.alert_id,
        "list_id": one.list_id,
        "entries": sorted(one.entries),
        "outcome": one.closure.outcome.value,
        "correct": one.correct,
        "at": rfc3339(one.at),
        "by": one.by,
        "note": one.closure.note,
    }


def _delivery(delivery: Delivery) -> dict[str, object]:
    """Return what an operator needs of a webhook; never its payload, which holds a mark."""
    return {
        "endpoint": delivery.endpoint,
        "message_id": delivery.message_id,
        "state": delivery.state.value,
        "tries": delivery.tries,
        "status": delivery.status,
        "begun_at": rfc3339(delivery.begun_at),
    }
