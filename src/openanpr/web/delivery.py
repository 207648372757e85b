"""The node as devices see it: deliveries, enrolment, keys, other makers' feeds, lists, health; no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeVar
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from openanpr.audit.acts import Act
from openanpr.ingest.acknowledgement import write_acknowledgement
from openanpr.ingest.enrol import EnrolmentDesk, enrol
from openanpr.ingest.feed import Feed, prove_feed
from openanpr.ingest.feed_message import FeedDesk, RawMessage, Rules, take_raw
from openanpr.ingest.limits import Limits
from openanpr.ingest.picture import (
    PictureIntake,
    PictureLimits,
    PictureOutcome,
    TakenPicture,
    take_picture,
)
from openanpr.ingest.receive import Intake, take_batch
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.rotate import RotationDesk, rotate
from openanpr.web.acts import NoAct, UnloggedRouteError, Within
from openanpr.web.answers import TurnedAwayError, refused, taken, turned_away
from openanpr.web.arriving import BodyLimits, authority_of, body_of, signed_request
from openanpr.web.desk_threads import DeskThreads, Room
from openanpr.web.device_lists import ListDesk, offered, page, receipt
from openanpr.web.device_previews import PreviewDesk, take_preview, wanted
from openanpr.web.request_log import log_fault, logged
from openanpr.wire.delivery import (
    BATCHES_PATH,
    DEVICE_KEY_PATH,
    DEVICES_PATH,
    FEEDS_PATH,
    HEALTH_PATH,
    LISTS_PATH,
    PICTURES_PATH,
    PREVIEWS_PATH,
    Enrolled,
    PictureAnswer,
    write_answer,
)
from openanpr.wire.forwarded import FORWARDED_TYPE, MOST_FORWARDED_BYTES
from openanpr.wire.preview import MOST_BODY_BYTES as MOST_PREVIEW_BYTES
from openanpr.wire.read_batch import MOST_BATCH_BYTES, Encoding
from openanpr.wire.signature import Request
from openanpr.wire.vendors import axis, frigate, hikvision, openalpr, plate_recognizer
from openanpr.wire.vendors.contract import MOST_PAYLOAD_BYTES, Adapter

ADAPTERS: Mapping[str, Adapter] = {
    "axis": axis.parse,
    "frigate": frigate.parse,
    "hikvision": hikvision.parse,
    "openalpr": openalpr.parse,
    "plate_recognizer": plate_recognizer.parse,
}
"""Other makers' systems that send over HTTP, by their name in the path."""

_MOST_LETTER_BYTES = 16 * 1024  # an enrolment, a new key, a receipt
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class DeliveryDesks:
    """Who does the work behind each route, and what they judge by.

    `ready` says whether the node takes deliveries; it must answer at once.
    """

    batches: Intake
    pictures: PictureIntake
    enrolment: EnrolmentDesk
    rotation: RotationDesk
    feeds: FeedDesk
    lists: ListDesk
    previews: PreviewDesk
    limits: Callable[[], Limits]
    picture_limits: PictureLimits
    clock: Callable[[], datetime]
    fresh_device_id: Callable[[], str]
    ready: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """`names`: under which authorities devices know the node, such as "node.example:8443", in small letters.

    `threads` work at once and `most_waiting` requests wait for one; more are refused for `retry_after_s`.
    A body must come whole within `body_s`; all bodies together hold at most `most_body_bytes` of memory.
    """

    names: frozenset[str]
    threads: int = 32
    most_waiting: int = 96
    retry_after_s: int = 2
    body_s: float = 60.0
    most_body_bytes: int = 256 * 1024 * 1024

    def __post_init__(self) -> None:
        """Refuse settings under which nothing could be taken."""
        if not self.names or any(not name or name != name.lower() or "/" in name for name in self.names):
            raise ValueError(
                "names must hold the node's own addresses as host or host:port, in small letters"
            )
        if self.threads < 1 or self.most_waiting < 0 or self.retry_after_s < 1 or self.body_s <= 0:
            raise ValueError("threads, retry_after_s and body_s must be above 0, most_waiting 0 or more")
        if self.most_body_bytes < MOST_PAYLOAD_BYTES:
            raise ValueError(f"most_body_bytes must be at least {MOST_PAYLOAD_BYTES}, one message of a feed")


_BATCH: Final = Within(Act.COLLECTION, "run.node.logged_intake: before the journal has it")
_DEVICE: Final = Within(Act.ENROLMENT, "run.node.logged_intake: before the register has it")

DELIVERY_ACTS: Mapping[str, Within | NoAct] = {
    BATCHES_PATH: _BATCH,
    f"{PICTURES_PATH}/{{sha256}}": NoAct("a picture is of a read, whose batch was logged"),
    DEVICES_PATH: _DEVICE,
    DEVICE_KEY_PATH: _DEVICE,
    f"{FEEDS_PATH}/{{vendor}}": _BATCH,
    f"{FEEDS_PATH}/{{vendor}}/{{token}}": _BATCH,
    f"{LISTS_PATH}/{{name}}/receipt": NoAct("a device says which revision it holds; the page was logged"),
    f"{PREVIEWS_PATH}/{{camera}}": NoAct("it is kept nowhere; whoever looks is logged before they see it"),
}
"""What each route that does something logs; pages of lists, which are only got, log a disclosure."""


def _acting(path: str, endpoint: Callable[[HttpRequest], Awaitable[Response]], method: str = "POST") -> Route:
    """Return a route that does something; raises UnloggedRouteError where nobody says what it logs."""
    if path not in DELIVERY_ACTS:
        raise UnloggedRouteError(f"{method} {path} does something: say in DELIVERY_ACTS what it logs")
    return Route(path, endpoint, methods=[method])


def delivery_app(desks: DeliveryDesks, settings: DeliverySettings) -> DeliveryApp:
    """Return the app for devices; `close` it when its server has stopped."""
    return DeliveryApp(desks, settings)


class DeliveryApp:
    """An ASGI app (HTTP alone) of a few routes; each request is measured, told to its desk and answered."""

    def __init__(self, desks: DeliveryDesks, settings: DeliverySettings) -> None:
        self._desks = desks
        self._settings = settings
        self._threads = DeskThreads(threads=settings.threads, most_waiting=settings.most_waiting)
        self._room = Room(settings.most_body_bytes)
        self._router = Router(self._routes(), redirect_slashes=False, default=_nowhere)
        self._logged = logged(self._answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise TypeError("this app speaks HTTP alone: set the server's lifespan and websockets off")
        # A path has one spelling: it is matched as it came, percent signs and all.
        scope["path"] = scope["raw_path"].decode("ascii")
        scope["app"] = self
        await self._logged(scope, receive, send)

    def close(self) -> None:
        """Take no more work; what has begun ends by itself."""
        self._threads.close()

    def _routes(self) -> list[Route]:
        listed, previewed = f"{LISTS_PATH}/{{name}}", f"{PREVIEWS_PATH}/{{camera}}"
        return [
            _acting(BATCHES_PATH, self._batch),
            _acting(f"{PICTURES_PATH}/{{sha256}}", self._picture, "PUT"),
            _acting(DEVICES_PATH, self._enrolment),
            _acting(DEVICE_KEY_PATH, self._rotation),
            _acting(f"{FEEDS_PATH}/{{vendor}}", self._feed),
            _acting(f"{FEEDS_PATH}/{{vendor}}/{{token}}", self._feed),
            Route(LISTS_PATH, self._offers, methods=["GET"]),
            Route(listed, self._page, methods=["GET"]),
            _acting(f"{listed}/receipt", self._receipt),
            Route(previewed, self._wanted, methods=["GET"]),
            _acting(previewed, self._preview),
            Route(HEALTH_PATH, self._health, methods=["GET"]),
        ]

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route the request, and answer every refusal and fault in the one form that there is for it."""
        retry_after_s = self._settings.retry_after_s
        response: Response | None = None
        try:
            await self._router(scope, receive, send)
        except RefusedError as refusal:
            if refusal.kind is Kind.LATER:
                log_fault(refusal)
            named = str(scope.get("path_params", {}).get("sha256", ""))
            response = refused(refusal, sha256=named, retry_after_s=retry_after_s)
        except TurnedAwayError as away:
            response = turned_away(away, retry_after_s=retry_after_s)
        except HTTPException as fault:  # of the router: a method that is not for this path
            away = TurnedAwayError(fault.status_code, "wrong_method")
            response = turned_away(away, fault.headers, retry_after_s=retry_after_s)
        except Exception as fault:  # noqa: BLE001 - refuses: whatever it is, the sender still has it
            log_fault(fault)
            response = turned_away(TurnedAwayError(500, "internal"), retry_after_s=retry_after_s)
        if response is not None:
            await response(scope, receive, send)

    async def _batch(self, http: HttpRequest) -> Response:
        desks, at = self._desks, self._desks.clock()

        def job(request: Request) -> bytes:
            answer = take_batch(request, desks.batches, received_at=at, limits=desks.limits())
            return write_acknowledgement(answer)

        handed_on = http.headers.get("content-type", "") == FORWARDED_TYPE
        most_bytes = MOST_FORWARDED_BYTES if handed_on else MOST_BATCH_BYTES
        return taken(await self._signed(http, job, most_bytes=most_bytes))

    async def _picture(self, http: HttpRequest) -> Response:
        desks, at = self._desks, self._desks.clock()

        def job(request: Request) -> TakenPicture:
            return take_picture(
                request,
                desks.pictures,
                received_at=at,
                limits=desks.limits(),
                picture_limits=desks.picture_limits,
            )

        kept = await self._signed(http, job, most_bytes=desks.picture_limits.most_bytes)
        status = 201 if kept.outcome is PictureOutcome.KEPT else 202
        return taken(write_answer(PictureAnswer(kept.sha256)), status=status)

    async def _enrolment(self, http: HttpRequest) -> Response:
        desks, at = self._desks, self._desks.clock()

        def job(request: Request) -> Enrolled:
            return enrol(request, desks.enrolment, device_id=desks.fresh_device_id(), now=at)

        return taken(write_answer(await self._signed(http, job)), status=201)

    async def _rotation(self, http: HttpRequest) -> Response:
        job = partial(rotate, desk=self._desks.rotation, now=self._desks.clock())
        device = await self._signed(http, job)
        return taken(write_answer(Enrolled(device.device_id, device.key_id)))

    async def _feed(self, http: HttpRequest) -> Response:
        desks, at = self._desks, self._desks.clock()
        adapter = ADAPTERS.get(http.path_params["vendor"])
        if adapter is None:
            raise TurnedAwayError(404, "unknown_path")
        if http.headers.get("content-encoding", "identity") != "identity":
            raise RefusedError(Kind.UNKNOWN_FORM, "unknown_packing", "send the message as it is")
        # The token first: a stranger's message is not even read.
        feed = await self._threads.run(partial(prove_feed, _token(http), desks.feeds.intake))
        return await self._message(http, feed, adapter, at)

    async def _message(self, http: HttpRequest, feed: Feed, adapter: Adapter, at: datetime) -> Response:
        desks = self._desks
        most = min(feed.most_message_bytes, MOST_PAYLOAD_BYTES)
        async with body_of(http, BodyLimits(most, self._room, self._settings.body_s)) as body:
            raw = RawMessage(body, http.headers.get("content-type", ""), adapter)

            def job() -> bytes:
                rules = Rules(desks.limits(), desks.picture_limits)
                return write_acknowledgement(take_raw(feed, raw, desks.feeds, received_at=at, rules=rules))

            return taken(await self._threads.run(job))

    async def _offers(self, http: HttpRequest) -> Response:
        encoding = _wanted(http)
        job = partial(offered, desk=self._desks.lists, now=self._desks.clock(), encoding=encoding)
        return taken(await self._signed(http, job), media_type=encoding)

    async def _page(self, http: HttpRequest) -> Response:
        encoding = _wanted(http)
        beside = {"desk": self._desks.lists, "now": self._desks.clock(), "encoding": encoding}
        job = partial(page, _list_name(http), **beside)
        return taken(await self._signed(http, job), media_type=encoding)

    async def _receipt(self, http: HttpRequest) -> Response:
        job = partial(receipt, _list_name(http), desk=self._desks.lists, now=self._desks.clock())
        return taken(await self._signed(http, job))

    async def _wanted(self, http: HttpRequest) -> Response:
        job = partial(wanted, http.path_params["camera"], desk=self._desks.previews, now=self._desks.clock())
        return taken(await self._signed(http, job))

    async def _preview(self, http: HttpRequest) -> Response:
        beside = {"desk": self._desks.previews, "now": self._desks.clock()}
        job = partial(take_preview, http.path_params["camera"], **beside)
        return taken(await self._signed(http, job, most_bytes=MOST_PREVIEW_BYTES))

    async def _health(self, http: HttpRequest) -> Response:
        del http
        try:
            ready = self._desks.ready()
        except Exception as fault:  # noqa: BLE001 - refuses: a node that cannot tell is not well
            log_fault(fault)
            ready = False
        return taken(b'{"status":"ok"}' if ready else b'{"status":"not_ready"}', status=200 if ready else 503)

    async def _signed(
        self, http: HttpRequest, job: Callable[[Request], _Result], *, most_bytes: int = _MOST_LETTER_BYTES
    ) -> _Result:
        """Return what `job` makes of the signed request, on a thread of the desks."""
        authority = authority_of(http, self._settings.names)
        self._threads.refuse_if_full()
        async with body_of(http, BodyLimits(most_bytes, self._room, self._settings.body_s)) as body:
            return await self._threads.run(partial(job, signed_request(http, authority, body)))


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive, send
    raise TurnedAwayError(404, "unknown_path")


def _token(http: HttpRequest) -> str:
    """Return the token of a feed: the last part of the path, or of the Authorization header."""
    in_path = http.path_params.get("token")
    if in_path is not None:
        return str(in_path)
    scheme, _, token = http.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _wanted(http: HttpRequest) -> Encoding:
    packed = Encoding.MESSAGE_PACK in http.headers.get("accept", "")
    return Encoding.MESSAGE_PACK if packed else Encoding.JSON


def _list_name(http: HttpRequest) -> str:
    try:
        return unquote(http.path_params["name"], errors="strict")
    except UnicodeDecodeError:
        raise TurnedAwayError(404, "unknown_list") from None
