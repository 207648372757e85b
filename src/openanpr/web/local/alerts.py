"""Alerts over the local socket: queues, the live stream, steps, figures, and webhooks that gave up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeAlias, cast

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from openanpr.alert.alert import Check, Feedback
from openanpr.alert.alert_json import alert_record, hit_record, queues_json, step_record
from openanpr.alert.closure import Closure, NoResponse, Outcome
from openanpr.alert.desk import AlertDesk
from openanpr.alert.events import Cursor, CursorError, Event, server_sent
from openanpr.alert.outcomes import ListFigures, to_read
from openanpr.alert.ports import DeadLetters, DeliveryQueue, FeedbackLog, StepLog
from openanpr.alert.routing import Viewer
from openanpr.alert.webhook import Delivery, sent_again
from openanpr.alert.work import CheckPicture, Close, Move, See, Task
from openanpr.policy.ask import Act
from openanpr.web.alert_listening import Listener, listened
from openanpr.web.local.asking import Asked, GuardedRoute, Number, answered, gate_of, refusal, token_of, told
from openanpr.web.local.gate import Proved
from openanpr.web.local.hit_pictures import PicturesOfHits
from openanpr.web.local.wanted import Particulars, wanted_entries
from openanpr.web.request_log import log_fault
from openanpr.wire.read_json import rfc3339

_MOST_DIGITS = 9


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
    pictures: PicturesOfHits
    clock: Callable[[], datetime]
    wanted: Particulars


class _StepForm(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    """A person's step; `shown` is how many hits of the alert the person had in view."""

    shown: Number
    note: str = ""


class SeeForm(_StepForm, frozen=True, forbid_unknown_fields=True, tag="see"):
    """Take note of it."""

    def move(self) -> Move:
        """Return the step as alerting knows it."""
        return See(self.note)


class CheckForm(_StepForm, frozen=True, forbid_unknown_fields=True, tag="check", kw_only=True):
    """Say what the picture shows."""

    check: Check

    def move(self) -> Move:
        """Return the step as alerting knows it."""
        return CheckPicture(self.check, self.note)


class TaskForm(_StepForm, frozen=True, forbid_unknown_fields=True, tag="task", kw_only=True):
    """Give it to a unit."""

    to: str

    def move(self) -> Move:
        """Return the step as alerting knows it; raises ValueError for a unit without a name."""
        return Task(self.to, self.note)


class CloseForm(_StepForm, frozen=True, forbid_unknown_fields=True, tag="close", kw_only=True):
    """Say what came of it."""

    outcome: Outcome
    reason: NoResponse | None = None
    offence: str = ""

    def move(self) -> Move:
        """Return the step as alerting knows it; raises ClosureError."""
        return Close(Closure(self.outcome, self.reason, self.offence, self.note))


StepForm: TypeAlias = SeeForm | CheckForm | TaskForm | CloseForm
_STEP = cast("type[StepForm]", StepForm)


def viewer_of(query: Mapping[str, str], proved: Proved | None) -> Viewer:
    """Return who looks: `as` is the name; `roles`, `teams`, `forces` and `areas` are lists with commas.

    Where a session proves who asks, name, roles and team are its own, whatever is said; forces and areas
    narrow the view. Raises ValueError without a name, and for a force that is no number; NotAllowedError
    where another name is said than the one that is signed in.
    """
    name = query.get("as", "").strip()
    if proved is not None:
        proved.verify_name(name)
        name = proved.login
    if not name:
        raise ValueError("say who looks: as=NAME, and roles=ROLE,ROLE")

    def many(key: str) -> frozenset[str]:
        return frozenset(part for part in map(str.strip, query.get(key, "").split(",")) if part)

    forces = many("forces")
    if not all(force.isascii() and force.isdigit() and len(force) <= _MOST_DIGITS for force in forces):
        raise ValueError("forces are numbers with commas, such as 53,54")
    return Viewer(
        name,
        teams=many("teams") if proved is None else frozenset({proved.team}),
        roles=many("roles") if proved is None else proved.alert_roles,
        forces=frozenset(map(int, forces)) or None,
        areas=many("areas") or None,
    )


def _viewer(asked: Asked) -> Viewer:
    return viewer_of(asked.query, asked.proved)


def alert_routes(of: AlertRoutes) -> list[Route]:
    """Return the routes of alerts."""

    async def stream(request: Request) -> Response:
        return await _listen(of.desk, request)

    return [
        answered("/alerts/queues", lambda asked: _queues(of, asked), guard=Act.ANSWER_ALERT),
        answered(
            "/alerts/figures",
            lambda asked: [*map(_figures, of.desk.figures(_viewer(asked)))],
            guard=Act.ANSWER_ALERT,
        ),
        GuardedRoute("/alerts/stream", stream, methods=["GET"], guard=Act.ANSWER_ALERT),
        answered("/alerts/{alert_id}", lambda asked: _alert(of, asked), guard=Act.ANSWER_ALERT),
        answered("/alerts/{alert_id}/pictures", lambda asked: _pictures(of, asked), guard=Act.ANSWER_ALERT),
        answered("/alerts/{alert_id}/pictures/held", lambda asked: _held(of, asked), guard=Act.ANSWER_ALERT),
        answered("/alerts/{alert_id}/steps", lambda asked: _step(of, asked), "POST", guard=Act.ANSWER_ALERT),
        answered(
            "/feedback/{name}",
            lambda asked: [*map(_feedback, _told_to(of, asked))],
            guard=Act.SEE_LISTS,
        ),
        answered(
            "/webhooks/dead", lambda asked: [*map(_delivery, _dead(of, asked))], guard=Act.MANAGE_DEVICES
        ),
        answered(
            "/webhooks/dead/{endpoint}/{message_id}",
            lambda asked: _again(of, asked),
            "POST",
            guard=Act.MANAGE_DEVICES,
        ),
    ]


def _queues(of: AlertRoutes, asked: Asked) -> object:
    return msgspec.Raw(queues_json(of.desk.queues(_viewer(asked)), of.desk.book))


def _alert(of: AlertRoutes, asked: Asked) -> object:
    viewer = _viewer(asked)
    alert = of.desk.find(asked.path["alert_id"], viewer)
    return {
        "alert": alert_record(alert, of.desk.book),
        "possible": of.desk.possible(alert),
        "steps": [step_record(step) for step in of.logs.steps_of(alert.id)],
        "hits": [hit_record(hit) for hit in of.logs.hits_of(alert.id)],
        "wanted": wanted_entries(of.wanted, alert.tally.entries, viewer),
    }


def _told_to(of: AlertRoutes, asked: Asked) -> tuple[Feedback, ...]:
    told = to_read(of.logs.feedback_to(asked.path["name"]))
    return tuple(one for one in told if _may_know(of, one.alert_id, asked.proved))


def _may_know(of: AlertRoutes, alert_id: str, proved: Proved | None) -> bool:
    """Whether an alert may be spoken of: one of a covert entry only to those whom it names."""
    if proved is None:
        return True
    return of.desk.may_know(alert_id, Viewer(proved.login, teams=frozenset({proved.team})))


def _dead(of: AlertRoutes, asked: Asked) -> list[Delivery]:
    return [one for one in of.webhooks.dead() if _may_know(of, _alert_id(one), asked.proved)]


def _alert_id(delivery: Delivery) -> str:
    """The alert that a message is of: its id stands before the number of the event."""
    return delivery.message_id.rpartition(".")[0]


def _pictures(of: AlertRoutes, asked: Asked) -> object:
    alert = of.desk.find(asked.path["alert_id"], _viewer(asked))
    return list(of.pictures.told(of.logs.hits_of(alert.id)))


def _held(of: AlertRoutes, asked: Asked) -> object:
    """Tell how many pictures there are to look at: no look at them, for nothing of them is told."""
    alert = of.desk.find(asked.path["alert_id"], _viewer(asked))
    return of.pictures.held(of.logs.hits_of(alert.id))


def _step(of: AlertRoutes, asked: Asked) -> object:
    form = asked.form(_STEP)
    viewer = _viewer(asked)
    alert = of.desk.step(asked.path["alert_id"], form.move(), viewer, shown=form.shown)
    return {"alert": alert_record(alert, of.desk.book), "possible": of.desk.possible(alert)}


def _again(of: AlertRoutes, asked: Asked) -> object:
    wanted = asked.path["endpoint"], asked.path["message_id"]
    found = next((d for d in _dead(of, asked) if (d.endpoint, d.message_id) == wanted), None)
    if found is None:
        raise LookupError("there is no such dead letter")
    waiting = sent_again(found, now=of.clock())
    of.webhooks.settle(waiting)
    return _delivery(waiting)


async def _listen(desk: AlertDesk, request: Request) -> Response:
    """Return the stream from now on, or from where the client says that it had come."""
    said = request.headers.get("last-event-id", request.query_params.get("after"))
    try:
        gate, token = gate_of(request), token_of(request)
        proved = await run_in_threadpool(gate.admit, Act.ANSWER_ALERT, token)
        viewer = viewer_of(request.query_params, proved)
        admit = partial(gate.still_admits, Act.ANSWER_ALERT, token)
        cursor = await run_in_threadpool(desk.newest, viewer) if said is None else Cursor.parse(said)
    except CursorError as fault:
        return told(409, str(fault))
    except Exception as fault:  # noqa: BLE001 - told as a refusal
        return refusal(fault)
    return _Listening(desk, Listener(viewer, _AsJson(desk), admit), cursor)


class _Listening(StreamingResponse):
    """The stream of one viewer, who counts as being there for as long as it is being sent."""

    def __init__(self, desk: AlertDesk, one: Listener, cursor: Cursor) -> None:
        super().__init__(
            listened(desk, one, cursor),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        self._present = partial(desk.present, one.viewer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._present():
            try:
                await super().__call__(scope, receive, send)
            except Exception as fault:  # noqa: BLE001 - the stream breaks off, and the client comes again
                log_fault(fault)


@dataclass(frozen=True, slots=True)
class _AsJson:
    """Events as the socket tells them: JSON, each with the cursor after it."""

    desk: AlertDesk

    def begun(self) -> bytes:
        return b": connected\n\n"

    def afresh(self, cursor: Cursor) -> bytes:
        return b"id: %b\nevent: afresh\ndata: {}\n\n" % str(cursor).encode("ascii")

    def told(self, event: Event, after: Cursor) -> bytes:
        return server_sent(event, after, self.desk.book)

    def beat(self) -> bytes:
        return b": still here\n\n"


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
        "put_right": one.correct,
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
