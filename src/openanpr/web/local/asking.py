"""One question over the local socket: its parts, its answer, and what the faults of the stages become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openanpr.alert.closure import ClosureError
from openanpr.alert.events import CursorError
from openanpr.alert.ports import OutdatedError
from openanpr.alert.work import GrownSinceError, NotPossibleError
from openanpr.ingest.mend import MendError, StillHeldError
from openanpr.ingest.quarantine import ChangedMeanwhileError
from openanpr.store.control.proposals import ProposalOutdated
from openanpr.store.engine import StoreError
from openanpr.store.holds import HoldError
from openanpr.store.retention import RetentionError
from openanpr.voi.by_hand import HandError
from openanpr.voi.fault import ListError
from openanpr.wire.json_decoder import json_decoder

MOST_BODY_BYTES = 4 * 2**20

_FormT = TypeVar("_FormT")

_CONFLICTS = (
    ChangedMeanwhileError,
    GrownSinceError,
    HandError,
    HoldError,
    NotPossibleError,
    OutdatedError,
    ProposalOutdated,
    StillHeldError,
)
_UNFIT = (ClosureError, CursorError, ListError, MendError, ValueError, OverflowError)
_OURS = (RetentionError, StoreError)


class Told(msgspec.Struct, frozen=True):
    """What a refused question is answered with: a sentence that says what to do."""

    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a question."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = field(repr=False)

    def form(self, kind: type[_FormT]) -> _FormT:
        """Return the body as `kind`; raises ValueError with what is wrong in it."""
        try:
            return json_decoder(kind).decode(self.body or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise ValueError(f"what was asked cannot be read: {fault}") from fault

    def many(self, name: str) -> tuple[str, ...]:
        """Return the parts of a query value between commas; nothing for none."""
        return tuple(part for part in self.query.get(name, "").split(",") if part)

    def number(self, name: str, default: int) -> int:
        """Return a query value as a whole number; raises ValueError for another text."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise ValueError(f"{name} must be a whole number")
        return int(text)


Answers: TypeAlias = Callable[[Asked], object]
"""Answers a question with what msgspec can write as JSON; may wait for disks."""


def answered(path: str, answers: Answers, method: str = "GET") -> Route:
    """Return a route whose answers are made in a thread."""

    async def endpoint(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY_BYTES:
                return told(413, f"a question has at most {MOST_BODY_BYTES} bytes")
        asked = Asked(request.path_params, request.query_params, body)
        try:
            said = await run_in_threadpool(answers, asked)
        except LookupError as fault:
            return told(404, str(fault.args[0]) if fault.args else "there is nothing of that name")
        except _CONFLICTS as fault:
            return told(409, str(fault))
        except _UNFIT as fault:
            return told(422, str(fault))
        except (*_OURS, OSError) as fault:
            return told(503, str(fault))
        return json_answer(said)

    return Route(path, endpoint, methods=[method])


def json_answer(said: object, status: int = 200) -> Response:
    """Return something as JSON."""
    return Response(msgspec.json.encode(said), status, media_type="application/json")


def told(status: int, message: str) -> Response:
    """Return a refusal with its sentence."""
    return json_answer(Told(message), status)
