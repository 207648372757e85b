"""One question over the local socket: its parts, its answer, and what the faults of the stages become."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias, TypeVar, cast
from urllib.parse import unquote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openanpr.alert.ports import OutdatedError
from openanpr.alert.work import GrownSinceError, NoPictureError, NotPossibleError
from openanpr.audit.faults import AuditError
from openanpr.ingest.mend import StillHeldError
from openanpr.ingest.quarantine import ChangedMeanwhileError
from openanpr.people.event import Deed, PeopleRefusedError
from openanpr.people.founding import FoundedError
from openanpr.people.grave_acts import DecidedError
from openanpr.people.keys import SealError
from openanpr.people.ports import LoginTakenError
from openanpr.publish.assessment.document import DocumentError
from openanpr.publish.assessment.paper import PaperError
from openanpr.publish.assessment.ports import OutdatedError as OutdatedAssessmentError
from openanpr.publish.assessment.version import NotPossibleError as NotNowError
from openanpr.publish.words import WordsError
from openanpr.rights.answer_ports import ChangedMeanwhileError as ChangedAnswerError
from openanpr.rights.case import NotPossibleCaseStepError
from openanpr.rights.challenge import NotPossibleChallengeError
from openanpr.rights.disclosure_register import BehindError
from openanpr.rights.keys import CaseSealError
from openanpr.rights.ports import CaseChangedError, CaseTakenError
from openanpr.rights.subject_access import NotPossibleAccessError
from openanpr.rights.subject_access_pack import PackError
from openanpr.search.ask import AskError
from openanpr.search.faults import RefusedError as SearchRefusedError
from openanpr.search.ports import ReadsUnreachableError, TooMuchError
from openanpr.sites.desk import IncompleteCaseError
from openanpr.sites.life import NotPossibleStepError
from openanpr.sites.ports import ChangedSinceError
from openanpr.store.backup_files import BackupError
from openanpr.store.control.camera_tests import KnownTestError, WithdrawnTestError
from openanpr.store.control.cameras import RetiredCameraError
from openanpr.store.control.engine import DatabaseError
from openanpr.store.control.feeds import RevokedFeedError
from openanpr.store.control.proposals import ProposalOutdated
from openanpr.store.control.senders import IdTakenError
from openanpr.store.engine import StoreError
from openanpr.store.holds import HoldError
from openanpr.store.journal import JournalError
from openanpr.store.origins import OriginError
from openanpr.store.pictures import PictureError
from openanpr.store.retention import RetentionError
from openanpr.voi.by_hand import HandError
from openanpr.voi.fault import ListError
from openanpr.web.judging import NotAllowedError
from openanpr.web.local.acts import Acting, acted, logs_of
from openanpr.web.local.gate import Gate, Guard, NotProvedError, Proved
from openanpr.web.request_log import log_fault
from openanpr.wire.json_decoder import json_decoder

MOST_BODY_BYTES = 4 * 2**20

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time that says from which zone it is."""

Said = Annotated[str, msgspec.Meta(min_length=1)]
"""A text that is not empty."""

Number = Annotated[int, msgspec.Meta(ge=-1, lt=2**53)]
"""A whole number that every database can hold."""

_FormT = TypeVar("_FormT")

_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotProvedError, 401),
    (NotAllowedError, 403),
    (ChangedMeanwhileError, 409),
    (ChangedAnswerError, 409),
    (NotPossibleAccessError, 409),
    (NotPossibleCaseStepError, 409),
    (NotPossibleChallengeError, 409),
    (SearchRefusedError, 403),
    (AskError, 422),
    (PackError, 409),
    (BehindError, 503),
    (ReadsUnreachableError, 503),
    (TooMuchError, 503),
    (GrownSinceError, 409),
    (HandError, 409),
    (HoldError, 409),
    (IdTakenError, 409),
    (KnownTestError, 409),
    (WithdrawnTestError, 409),
    (NoPictureError, 409),
    (NotNowError, 409),
    (NotPossibleError, 409),
    (NotPossibleStepError, 409),
    (IncompleteCaseError, 409),
    (ChangedSinceError, 409),
    (CaseChangedError, 409),
    (CaseTakenError, 409),
    (CaseSealError, 503),
    (OriginError, 409),
    (OutdatedAssessmentError, 409),
    (OutdatedError, 409),
    (PeopleRefusedError, 409),
    (DecidedError, 409),
    (FoundedError, 409),
    (LoginTakenError, 409),
    (ProposalOutdated, 409),
    (RetiredCameraError, 409),
    (RevokedFeedError, 409),
    (StillHeldError, 409),
    (WithdrawnTestError, 409),
    (DocumentError, 503),
    (BackupError, 422),
    (ListError, 422),
    (WordsError, 422),
    (OverflowError, 422),
    (ValueError, 422),
    (AuditError, 503),
    (DatabaseError, 503),
    (JournalError, 503),
    (PaperError, 503),
    (PictureError, 503),
    (RetentionError, 503),
    (SealError, 503),
    (StoreError, 503),
    (OSError, 503),
)
"""What the faults of the stages become; the first that fits. All others are the node's own."""


_NO_SESSION = frozenset({Deed.SESSION_USED, Deed.STOLEN_SESSION_ENDED})


class Told(msgspec.Struct, frozen=True):
    """What a refused question is answered with: a sentence that says what to do."""

    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a question."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = field(repr=False)
    proved: Proved | None = None

    def form(self, kind: type[_FormT]) -> _FormT:
        """Return the body as `kind`; raises ValueError with what is wrong in it.

        Where a session proves who asks, `by` is that name: another raises NotAllowedError.
        """
        try:
            return json_decoder(kind).decode(self._named(kind) or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise ValueError(f"what was asked cannot be read: {fault}") from fault

    def _named(self, kind: type[_FormT]) -> bytes:
        if self.proved is None or "by" not in getattr(kind, "__struct_fields__", ()):
            return self.body
        said = json_decoder(dict[str, msgspec.Raw]).decode(self.body or b"{}")
        if "by" in said:
            self.proved.verify_name(json_decoder(str).decode(bytes(said["by"])))
        return msgspec.json.encode({**said, "by": self.proved.login})

    def number(self, name: str, default: int) -> int:
        """Return a query value as a whole number; raises ValueError for another text."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise ValueError(f"{name} must be a whole number")
        return int(text)

    def day(self, name: str, default: date) -> date:
        """Return a query value as a day; raises ValueError for another text."""
        text = self.query.get(name, "")
        try:
            return date.fromisoformat(text) if text else default
        except ValueError:
            raise ValueError(f"{name} must be a day such as 2026-11-22") from None


class ByForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who does it."""

    by: Said


class WhyForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who does it, and why."""

    by: Said
    why: Said


Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

Answers: TypeAlias = Callable[[Asked], object]
"""Answers a question with what msgspec can write as JSON; may wait for disks."""


class GuardedRoute(Route):
    """A route of the socket that says who may ask.

    `answers` are what a page of this node asks by too; None where the answer is no value, as of a stream.
    """

    def __init__(
        self,
        path: str,
        endpoint: Endpoint,
        *,
        methods: list[str],
        guard: Guard,
        answers: Answers | None = None,
    ) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.guard, self.answers = guard, answers


def token_of(request: Request) -> str:
    """Return the token that a command line sends; "" without one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def gate_of(request: Request) -> Gate:
    """Return the gate of the app; it stands in every request, or nothing is answered."""
    return cast("Gate", request.scope["openanpr.gate"])


def answered(path: str, answers: Answers, method: str = "GET", *, guard: Guard) -> GuardedRoute:
    """Return a route whose answers are made in a thread, once the gate let the question in.

    Its act is logged before; see `web.local.acts`. Raises UnloggedRouteError for a route that does something
    of which nobody says what it logs.
    """
    logs = logs_of(method, path)

    async def endpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY_BYTES:
                return told(413, f"a question has at most {MOST_BODY_BYTES} bytes")
        gate, token = gate_of(request), token_of(request)
        acting = cast("Acting | None", request.scope.get("openanpr.acting"))

        def answer() -> object:
            who = gate.admit(guard, token)
            asked = Asked(_plain(request.path_params), request.query_params, bytes(body), who)
            return acted(logs, acting, answers, asked)

        try:
            said = await run_in_threadpool(answer)
        except Exception as fault:  # noqa: BLE001 - each is told as a refusal
            return refusal(fault)
        return json_answer(said)

    return GuardedRoute(path, endpoint, methods=[method], guard=guard, answers=answers)


def _plain(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a path as they read; they come as they were sent."""
    return {name: unquote(one) if isinstance(one, str) else one for name, one in parts.items()}


def status_of(fault: Exception) -> int | None:
    """Return the status of a fault of the stages; None for one of the node's own."""
    if isinstance(fault, LookupError) and not isinstance(fault, KeyError | IndexError):
        return 404
    return next((status for kind, status in _STATUSES if isinstance(fault, kind)), None)


def refusal(fault: Exception) -> Response:
    """Return what a fault is answered with; one of the node's own goes into the log, without its words."""
    if isinstance(fault, PeopleRefusedError) and fault.event.deed in _NO_SESSION:
        return told(401, f"{fault}, by 'openanpr sign-in'")
    status = status_of(fault)
    if status is not None:
        return told(status, str(fault))
    log_fault(fault)
    return told(500, f"the node failed at this ({type(fault).__name__}): its log says where")


def json_answer(said: object, status: int = 200) -> Response:
    """Return something as JSON."""
    return Response(msgspec.json.encode(said), status, media_type="application/json")


def told(status: int, message: str) -> Response:
    """Return a refusal with its sentence."""
    return json_answer(Told(message), status)
