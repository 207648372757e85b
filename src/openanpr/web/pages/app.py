"""The app of the pages: who opens one is proved, what they send is bounded, and a browser keeps nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openanpr.people.event import PeopleRefusedError
from openanpr.people.session import csrf_token
from openanpr.policy.ask import Act
from openanpr.web.answers import TurnedAwayError
from openanpr.web.api.cookies import DEVICE, OIDC, SESSION, cookie_of
from openanpr.web.api.door import HEADERS, HSTS, Door, person_of, verify_address, verify_place, watcher_of
from openanpr.web.api.refusals import ApiError, Refused, refusal_of
from openanpr.web.api.route import Anybody, Asked, File, Person
from openanpr.web.desk_threads import Places, Room
from openanpr.web.judging import Judge
from openanpr.web.pages.account.signing import here
from openanpr.web.pages.assets import Assets
from openanpr.web.pages.choices import NAME as LOOK_COOKIE
from openanpr.web.pages.choices import choices_of
from openanpr.web.pages.faults import page_refusal
from openanpr.web.pages.form import CSRF, Form, SentFile, gathered, read_fields
from openanpr.web.pages.look import Look
from openanpr.web.pages.menu import acts_of
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Stream, Visit
from openanpr.web.pages.streaming import Streaming
from openanpr.web.request_log import logged

_MOST_FILES: Final = 4
_MOST_FIELDS: Final = 400
_MOST_UPLOADS: Final = 4
_MOST_STREAMS: Final = 12
_UPLOAD_S: Final = 120.0
_DRAIN_S: Final = 20.0
_MOST_DRAINED_BYTES: Final = 64 * 2**20
_PERMISSIONS: Final = "camera=(), display-capture=(), geolocation=(self), microphone=(), payment=()"
_FORMS: Final = "application/x-www-form-urlencoded"
_FILES: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Pages:
    """What the app needs beside its routes; `uploads`: so many forms with files come in at once.

    `senders`: of each person one is taken in and answered at a time. `streams`: so many each person hears.
    """

    door: Door
    look: Look
    judge: Judge
    assets: Assets
    uploads: Room = field(default_factory=lambda: Room(_MOST_UPLOADS))
    senders: Places = field(default_factory=lambda: Places(1))
    streams: Places = field(default_factory=lambda: Places(_MOST_STREAMS))


def pages_app(routes: Sequence[PageRoute], pages: Pages, api: ASGIApp) -> ASGIApp:
    """Return the app of these pages; what begins with `/api`, and the API's document, is `api`'s.

    But for a page at such an address, which is for browsers that come back there.
    """
    served = [Route(one.path, partial(_answer, pages, one), methods=[one.method]) for one in routes]
    app = Starlette(
        routes=[pages.assets.route(), *served],
        exception_handlers={HTTPException: partial(_no_such_page, pages)},
    )
    names = pages.door.names
    policy = content_policy(pages.look.site.map_origins)
    guarded = _guarded(logged(app), policy, secured=names is not None and names.secured)

    for_browsers = [compile_path(one.path)[0] for one in routes if one.path.startswith("/api/")]

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        asks_api = path.startswith("/api/") or path == "/openapi.json"
        shown = asks_api and _wants_page(scope) and any(one.match(path) for one in for_browsers)
        to = api if asks_api and not shown else guarded
        await to(scope, receive, send)

    return both


def _wants_page(scope: Scope) -> bool:
    """Whether a browser asks that shows what it gets, as when somebody is sent back here."""
    return "text/html" in Headers(scope=scope).get("accept", "")


async def _answer(pages: Pages, route: PageRoute, request: Request) -> Response:
    with ExitStack() as held:
        return await _answered(pages, route, request, held)


async def _answered(pages: Pages, route: PageRoute, request: Request, held: ExitStack) -> Response:
    """Return the answer; `held` keeps what whoever asks has to themselves until it is there."""
    visit: Visit | None = None
    try:
        asked, form = await _asked(pages, route, request, held)
        pool = pages.door.threads.of[route.pool]
        visit = await run_in_threadpool(_visit, pages, route, request, asked, form)
        given = await pool.run(partial(_do, pages, route, visit))
        if isinstance(given, Shown):
            given = await run_in_threadpool(_written, pages, visit, given)
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception as fault:  # noqa: BLE001 - each is told as a page
        if route.files:
            await _drained(request)
        return await run_in_threadpool(_refused, pages, request, visit, fault)
    if isinstance(given, Stream):
        return Streaming(given, pages.streams.of(visit.person.account_id))
    return _sent(given)


def _do(pages: Pages, route: PageRoute, visit: Visit) -> Answer:
    """Answer whoever may come in; what they do there is judged by what does it."""
    if isinstance(route.who, Act):
        person = visit.person
        pages.judge.verify_open(route.who, person.account_id, person.present.standing.roles)
    return route.does(visit)


def _visit(pages: Pages, route: PageRoute, request: Request, asked: Asked, form: Form) -> Visit:
    """Prove who it is; a page for anybody also knows whoever is signed in, but turns nobody away."""
    door, by = pages.door, None
    if route.who is not Anybody.PUBLIC:
        if not asked.token:
            raise ApiError(401, "not signed in", "sign in")
        if route.by_itself:
            by = watcher_of(door.desk, asked)
        else:
            by = person_of(door.desk, asked, reads_only=not route.acts)
    elif asked.token:
        by = _known(pages, asked)
    may = frozenset[Act]() if by is None else acts_of(pages.judge.rules, by.present.standing.roles)
    return Visit(
        asked=asked,
        by=by,
        form=form,
        choices=choices_of(cookie_of(request, LOOK_COOKIE)),
        csrf=csrf_token(asked.token, door.desk.keys) if by is not None else "",
        part="hx-request" in request.headers,
        may=may,
    )


def _known(pages: Pages, asked: Asked) -> Person | None:
    try:
        return person_of(pages.door.desk, asked, reads_only=True)
    except PeopleRefusedError:
        return None


def _written(pages: Pages, visit: Visit, shown: Shown) -> Response:
    answer = HTMLResponse(pages.look.page(visit, shown), shown.status)
    for cookie in shown.cookies:
        cookie.put(answer)
    return answer


def _sent(given: SeeOther | File | Shown | Response) -> Response:
    match given:
        case SeeOther():
            answer: Response = RedirectResponse(given.path, 303)
            for cookie in given.cookies:
                cookie.put(answer)
            return answer
        case File():
            named = {"content-disposition": f'attachment; filename="{given.name}"'} if given.name else {}
            return Response(given.body, 200, named, given.media_type)
        case Shown():
            raise TypeError("a page is written before it is sent")
        case Response():
            return given


def _refused(pages: Pages, request: Request, visit: Visit | None, fault: Exception) -> Response:
    """Tell a refusal as a page; whoever is not signed in is led to where they can."""
    why = page_refusal(fault)
    turned_away = visit is None and why.status == 401  # else a page for anybody refused a sign-in
    if turned_away and request.method == "GET" and not _is_part(request):
        return RedirectResponse(f"/sign-in?next={request.url.path}", 303)
    return _refusal_page(pages, request, visit, why)


def _is_part(request: Request) -> bool:
    """Whether a script asks, for a part or for events: it would take the page to sign in for its answer."""
    return "hx-request" in request.headers or "text/event-stream" in request.headers.get("accept", "")


def _refusal_page(pages: Pages, request: Request, visit: Visit | None, why: Refused) -> Response:
    template = "refused_part.html" if _is_part(request) else "refused.html"
    shown = Shown(template, {"why": why, "back": _came_from(request)}, why.status)
    whose = visit or Visit(
        Asked({}, {}, b"", "", pages.door.clock()), None, Form(), choices_of(_look_of(request))
    )
    answer = HTMLResponse(pages.look.page(whose, shown), why.status)
    if why.wait_s > 0:
        answer.headers["retry-after"] = str(int(why.wait_s) + 1)
    return answer


def _came_from(request: Request) -> str:
    """Return the page of this node on which a form was filled in; the page itself where none was."""
    path = urlsplit(request.headers.get("referer", "")).path if request.method != "GET" else request.url.path
    return here(path)


def _look_of(request: Request) -> str:
    try:
        return cookie_of(request, LOOK_COOKIE)
    except ApiError:
        return ""


async def _no_such_page(pages: Pages, request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    said = (
        ApiError(405, "this page takes no such request", "go back to the page that you came from")
        if status == 405
        else ApiError(404, "there is no such page", "check the address, or begin at the start page")
    )
    return await run_in_threadpool(_refusal_page, pages, request, None, refusal_of(said))


async def _asked(pages: Pages, route: PageRoute, request: Request, held: ExitStack) -> tuple[Asked, Form]:
    if pages.door.names is not None:
        verify_place(
            pages.door.names, request, from_elsewhere=route.from_elsewhere or _comes_by_link(route, request)
        )
    verify_address(request, route.asks)
    pages.door.threads.of[route.pool].refuse_if_full()
    token = cookie_of(request, SESSION)
    asked = Asked(
        path=request.path_params,
        query=request.query_params,
        body=b"",
        source=request.client.host if request.client else "",
        now=pages.door.clock(),
        token=token,
        csrf=request.headers.get("x-csrf-token", ""),
        by_cookie=True,
        device=cookie_of(request, DEVICE),
        browser=cookie_of(request, OIDC),
    )
    if route.files and route.who is not Anybody.PUBLIC:
        sender = await run_in_threadpool(_known_sender, pages, asked)
        try:
            held.enter_context(pages.senders.of(sender))
        except TurnedAwayError:
            raise ApiError(
                429, "a file of yours is still being read", "wait until it is done, then send this one"
            ) from None
    form = await _form(pages, route, request) if route.acts else Form()
    return replace(asked, csrf=form.text(CSRF) or asked.csrf), form


def _known_sender(pages: Pages, asked: Asked) -> str:
    """Return whose files come in: strangers are refused before.

    The form's own text is verified when it is there.
    """
    if not asked.token:
        raise ApiError(401, "not signed in", "sign in")
    return person_of(pages.door.desk, asked, reads_only=True).account_id


def _comes_by_link(route: PageRoute, request: Request) -> bool:
    """Whether somebody follows a link of another site: that brings no cookie of ours."""
    return not route.acts and request.headers.get("sec-fetch-mode") == "navigate"


async def _form(pages: Pages, route: PageRoute, request: Request) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORMS:
        return read_fields(await _body(route, request))
    if kind == _FILES and route.files:
        return await _upload(pages, route, request)
    raise ApiError(415, "only a form of this node's own pages is taken", "send the page's own form")


async def _upload(pages: Pages, route: PageRoute, request: Request) -> Form:
    """Return a form with files; few come in at once and none for ever, for they are held in memory."""
    pages.uploads.take()
    try:
        async with asyncio.timeout(_UPLOAD_S):
            return await _with_files(route, request)
    except TimeoutError:
        raise ApiError(408, "what was sent came too slowly", "try again on a better line") from None
    finally:
        pages.uploads.give_back()


async def _drained(request: Request) -> None:
    """Let what is still coming pass by, within bounds: a browser that sends hears no refusal before."""
    passed = 0
    try:
        async with asyncio.timeout(_DRAIN_S):
            async for chunk in request.stream():
                passed += len(chunk)
                if passed > _MOST_DRAINED_BYTES:
                    return
    except (TimeoutError, ClientDisconnect, RuntimeError):
        return


async def _body(route: PageRoute, request: Request) -> bytes:
    return b"".join([chunk async for chunk in _bounded(route, request)])


async def _bounded(route: PageRoute, request: Request) -> AsyncGenerator[bytes]:
    """Yield what is sent, and no more than the page takes."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > route.most_body_bytes:
            most = (
                f"{route.most_body_bytes // 2**20} MiB" if route.files else f"{route.most_body_bytes} bytes"
            )
            raise ApiError(413, f"this page takes at most {most}", "send less at once")
        yield chunk


async def _with_files(route: PageRoute, request: Request) -> Form:
    """Return a form with its files, all of it kept in memory: nothing of it comes to a disk."""
    parser = MultiPartParser(
        request.headers, _bounded(route, request), max_files=_MOST_FILES, max_fields=_MOST_FIELDS
    )
    parser.spool_max_size = route.most_body_bytes + 1
    try:
        found = await parser.parse()
    except MultiPartException as fault:
        raise ApiError(
            400, "what was sent is no form that can be read", "send the page's own form"
        ) from fault
    texts = [(name, one) for name, one in found.multi_items() if isinstance(one, str)]
    files = {
        name: SentFile(one.filename or "", await one.read())
        for name, one in found.multi_items()
        if isinstance(one, UploadFile)
    }
    await found.close()
    return Form(gathered(texts), files)


def content_policy(map_origins: Sequence[str]) -> str:
    """Return what a browser may load for a page: nothing inline, and nothing from elsewhere but maps.

    `data:` and `blob:` are pictures that a page holds itself. Tiles of maps are fetched, then shown.
    """
    maps = "".join(f" {origin}" for origin in map_origins)
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:{maps}; "
        f"connect-src 'self'{maps}; worker-src 'self'; manifest-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def _guarded(app: ASGIApp, policy: str, *, secured: bool) -> ASGIApp:
    """Return the app with the headers that keep a browser from doing more with a page than show it."""

    async def guarding(scope: Scope, receive: Receive, send: Send) -> None:
        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kept = headers.get("cache-control", "no-store")
                for name, value in HEADERS.items():
                    headers[name] = value
                headers["cache-control"] = kept
                headers["content-security-policy"] = policy
                headers["permissions-policy"] = _PERMISSIONS
                # With none at all a form would say that it comes from nowhere, and be refused.
                headers["referrer-policy"] = "same-origin"
                if secured:
                    headers["strict-transport-security"] = HSTS
            await send(message)

        await app(scope, receive, adding)

    return guarding
