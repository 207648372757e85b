"""The app of the API: who asks is proved, what they send is bounded, and nothing of it is kept by a browser.

The same app answers on a listener of its own and on the node's socket. There it takes tokens alone, since no
browser comes that way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias, cast

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openanpr.people.desk import Desk
from openanpr.people.present import actor, present, still_present, verify_form
from openanpr.people.proof import SOCKET
from openanpr.people.service import Scope as ServiceScope
from openanpr.people.service_acts import service_for
from openanpr.web.api.cookies import DEVICE, OIDC, SESSION, cookie_of
from openanpr.web.api.refusals import ApiError, refusal, refused
from openanpr.web.api.route import ID_PATTERN, Anybody, ApiRoute, Asked, Call, File, Person, Pool, Reply
from openanpr.web.desk_threads import DeskThreads
from openanpr.web.request_log import logged

CSRF_HEADER: Final = "x-csrf-token"
_JSON: Final = "application/json"
_ID: Final = re.compile(ID_PATTERN)
_MOST_TOKEN: Final = 512
HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
HSTS: Final = "max-age=63072000"


@dataclass(frozen=True, slots=True)
class Names:
    """The authorities (host, or host:port) by which people reach the node, and the origins of its pages."""

    authorities: frozenset[str]
    secured: bool

    @property
    def origins(self) -> frozenset[str]:
        """What a browser says that a page of this node comes from."""
        scheme = "https" if self.secured else "http"
        return frozenset(f"{scheme}://{name}" for name in self.authorities)


App: TypeAlias = ASGIApp
"""What a listener serves."""


class ApiThreads:
    """Threads for answers: many for what is quick, few for passwords, few for what is asked of far systems.

    A flood of sign-ins fills its own threads, and whoever is signed in does not notice.
    """

    def __init__(
        self, *, usual: int = 8, passwords: int = 1, far: int = 2, searches: int = 4, tries: int = 1
    ) -> None:
        self.of: Mapping[Pool, DeskThreads] = {
            Pool.USUAL: DeskThreads(threads=usual, most_waiting=128),
            Pool.PASSWORDS: DeskThreads(threads=passwords, most_waiting=16),
            Pool.FAR: DeskThreads(threads=far, most_waiting=8),
            Pool.SEARCHES: DeskThreads(threads=searches, most_waiting=32),
            Pool.TRIES: DeskThreads(threads=tries, most_waiting=2),
        }

    def close(self) -> None:
        """Take no more work."""
        for pool in self.of.values():
            pool.close()


@dataclass(frozen=True, slots=True)
class Door:
    """What the app needs beside its routes; `names` None: the node's own socket."""

    desk: Desk
    clock: Callable[[], datetime]
    threads: ApiThreads
    names: Names | None


def api_app(routes: Sequence[ApiRoute], door: Door) -> ASGIApp:
    """Return the app of these routes, `/api` being the head of each address on its listener.

    Mounted on the node's socket it stands below `/api` already.
    """
    head = "" if door.names is None else "/api"
    served = [
        Route(
            (one.path if one.path == "/openapi.json" else head + one.path),
            partial(_answer, door, one),
            methods=[one.method],
        )
        for one in routes
    ]
    app = Starlette(routes=served, exception_handlers={HTTPException: _no_such_route})
    return _guarded(logged(app), secured=door.names is not None and door.names.secured)


def mounted(routes: Sequence[ApiRoute], door: Door) -> Mount:
    """Return the app as it stands below `/api` of another."""
    return Mount("/api", api_app(routes, door))


async def _answer(door: Door, route: ApiRoute, request: Request) -> Response:
    try:
        asked = await _asked(door, route, request)
        given = await door.threads.of[route.pool].run(lambda: _do(door, route, asked))
    except ClientDisconnect:
        return refused(400, "the line broke off")
    except Exception as fault:  # noqa: BLE001 - each is told as a refusal
        return refusal(fault)
    reply = cast("Reply[object]", given) if isinstance(given, Reply) else Reply(given)
    answer = _written(reply)
    for cookie in reply.cookies:
        cookie.put(answer)
    return answer


def _written(reply: Reply[object]) -> Response:
    if isinstance(reply.value, File):
        file = reply.value
        named = {"content-disposition": f'attachment; filename="{file.name}"'}
        return Response(file.body, reply.status, named, file.media_type)
    return Response(msgspec.json.encode(reply.value), reply.status, media_type=_JSON)


def _do(door: Door, route: ApiRoute, asked: Asked) -> object:
    """Prove who asks, then answer."""
    if route.who is Anybody.PUBLIC:
        return route.does(Call(asked, None))
    if not asked.token:
        raise ApiError(401, "not signed in", "sign in: on a command line by 'openanpr sign-in'")
    if route.who is Anybody.MACHINE:
        scope = ServiceScope(route.scope)
        service_for(door.desk, asked.token, scope, source=asked.source, now=asked.now)
        return route.does(Call(asked, None))
    return route.does(Call(asked, person_of(door.desk, asked, reads_only=route.method == "GET")))


def person_of(desk: Desk, asked: Asked, *, reads_only: bool) -> Person:
    """Return whoever shows the token; a cookie that is to change something needs its form's text beside it.

    Raises PeopleRefusedError.
    """
    if asked.by_cookie and not reads_only:
        found = verify_form(desk, asked.token, asked.csrf, source=asked.source, now=asked.now)
    else:
        found = present(desk, asked.token, source=asked.source, now=asked.now)
    return Person(found, actor(desk, found, source=asked.source, now=asked.now))


def watcher_of(desk: Desk, asked: Asked) -> Person:
    """Return whoever shows the token, for what their screen asks by itself; raises PeopleRefusedError."""
    found = still_present(desk, asked.token, source=asked.source, now=asked.now)
    return Person(found, actor(desk, found, source=asked.source, now=asked.now))


async def _asked(door: Door, route: ApiRoute, request: Request) -> Asked:
    if door.names is not None:
        verify_place(door.names, request, from_elsewhere=route.from_elsewhere)
    verify_address(request, route.asks)
    bearer, cookie = _bearer(request), "" if door.names is None else cookie_of(request, SESSION)
    if bearer and cookie:
        raise ApiError(400, "a token and a cookie were both sent", "send one of the two")
    door.threads.of[route.pool].refuse_if_full()
    body = await _body(route, request)
    local = door.names is None
    return Asked(
        path=request.path_params,
        query=request.query_params,
        body=body,
        source=SOCKET if local or request.client is None else request.client.host,
        now=door.clock(),
        token=bearer or cookie,
        csrf=request.headers.get(CSRF_HEADER, ""),
        by_cookie=bool(cookie),
        device="" if local else cookie_of(request, DEVICE),
        browser="" if local else cookie_of(request, OIDC),
        local=local,
    )


def verify_place(names: Names, request: Request, *, from_elsewhere: bool) -> None:
    """Refuse a request for another host, and one that a page of another site sends; raises ApiError."""
    if request.headers.getlist("host") != [request.headers.get("host", "")] or (
        request.headers.get("host", "").lower() not in names.authorities
    ):
        raise ApiError(421, "this node is not reached by that name", "see people.names in its settings")
    if from_elsewhere:
        return
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() not in names.origins:
        raise ApiError(403, "a page of another site asked this", "ask from a page of this node")
    if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        raise ApiError(403, "a page of another site asked this", "ask from a page of this node")


def verify_address(request: Request, asks: Collection[str]) -> None:
    """Refuse what stands in the address and does not belong there; raises ApiError."""
    named = request.query_params.multi_items()
    if len({key for key, _ in named}) < len(named) or not {key for key, _ in named} <= set(asks):
        raise ApiError(
            400, "something stands in the address that does not belong there", "say it in the body"
        )
    if not all(_ID.fullmatch(value) for value in request.path_params.values()):
        raise ApiError(404, "there is nothing of this id", "look at its id again")


def _bearer(request: Request) -> str:
    said = request.headers.getlist("authorization")
    if not said:
        return ""
    kind, _, token = said[0].partition(" ")
    token = token.strip()
    if len(said) > 1 or kind.lower() != "bearer" or not 0 < len(token) <= _MOST_TOKEN or not token.isascii():
        raise ApiError(400, "the header Authorization is none that is known here", "send: Bearer TOKEN")
    return token


async def _body(route: ApiRoute, request: Request) -> bytes:
    if route.takes is None:
        return b""
    said = request.headers.getlist("content-type")
    if len(said) != 1 or said[0].partition(";")[0].strip().lower() != _JSON:
        raise ApiError(415, "only JSON is taken", "send it with content-type: application/json")
    if "content-encoding" in request.headers:
        raise ApiError(415, "only plain JSON is taken", "send it without content-encoding")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > route.most_body_bytes:
            raise ApiError(413, f"a question has at most {route.most_body_bytes} bytes", "send less at once")
    return bytes(body)


def _guarded(app: ASGIApp, *, secured: bool) -> ASGIApp:
    """Return the app with the headers that keep a browser from doing more with an answer than show it."""

    async def guarding(scope: Scope, receive: Receive, send: Send) -> None:
        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if secured:
                    headers["strict-transport-security"] = HSTS
            await send(message)

        await app(scope, receive, adding)

    return guarding


def _no_such_route(_: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    answer = refused(status, "the API has no such route", "see the document of the API at /openapi.json")
    if isinstance(fault, HTTPException):
        for name, value in (fault.headers or {}).items():
            answer.headers[name] = value
    return answer
