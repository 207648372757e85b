"""The forms of the public: looked at, shown back, opened as a case; and how a case stands.

It can open a case and look one up by its code, and has nothing else of the node. Bodies are small, what waits
is bounded, and reading pages never waits for it. Nothing that was sent is in an address or a log.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from openanpr.rights.case import CaseState
from openanpr.rights.desk import Received
from openanpr.rights.flood import Buckets, side_of
from openanpr.rights.form import FormTokens, Sending, WrittenForm
from openanpr.rights.intake import CaseTold, Intake
from openanpr.rights.reference import CHANCE_BYTES, NotAReferenceError, parse_reference
from openanpr.web.public.pressed import Headers
from openanpr.web.request_log import log_fault

ASK, SEND, LOOK = "/ask", "/ask/send", "/ask/status"
PATHS: Final = frozenset({ASK, SEND, LOOK})
_MOST_BYTES: Final = 64 * 1024
"""4000 characters of any writing, as a form sends them, and the rest of the form."""
_MOST_FIELDS: Final = 12
_FORM: Final = b"application/x-www-form-urlencoded"
_WITHIN_S: Final = 10.0
_LOOK_S: Final = 0.25
"""A look takes at least so long, whatever it finds."""
_AT_WORK, _MOST_WAITING = 2, 24
_PAGES_AN_HOUR, _PAGES_AT_ONCE = 36_000, 300
"""Ten a second in all: a few hundredths of a core."""


_OUTCOMES: Final[Mapping[int, str]] = {
    HTTPStatus.OK: "answered",
    HTTPStatus.UNPROCESSABLE_ENTITY: "answered",
    HTTPStatus.TOO_MANY_REQUESTS: "limited",
    HTTPStatus.SERVICE_UNAVAILABLE: "failed",
}
"""What an answer is counted as, by its status; any other one was refused."""


class Pages(Protocol):
    """Makes a page of the site for one answer."""

    def __call__(self, name: str, kind: str, values: Mapping[str, object], lang: str, /) -> bytes | None:
        """Return the page; None before the first pages were made. `busy` is made beforehand, at no cost."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come in; each bounds memory and the disk."""

    pages: Buckets
    pages_each: Buckets
    cases: Buckets
    cases_each: Buckets
    looks_each: Buckets
    looks_of: Buckets  # at one reference, from wherever


def limits_of(*, cases: int, cases_each: int, chance: Callable[[int], bytes] = os.urandom) -> Limits:
    """Return the limits: cases an hour, in all and from one side, and what follows of them for one side."""
    key = chance(32)
    return Limits(
        Buckets(key, an_hour=_PAGES_AN_HOUR, at_once=_PAGES_AT_ONCE, slots=1),
        Buckets(key, an_hour=cases_each * 20, at_once=cases_each * 5),
        Buckets(key, an_hour=cases, at_once=max(1, cases // 2), slots=1),
        Buckets(key, an_hour=cases_each, at_once=cases_each),
        Buckets(key, an_hour=40, at_once=10),
        Buckets(key, an_hour=20, at_once=10),
    )


@dataclass(frozen=True, slots=True)
class IntakeApp:
    """Answers what forms send. `proxies` are the addresses whose word on who comes is taken.

    `told` counts answers by what they were: nothing of who asked.
    """

    intake: Intake
    tokens: FormTokens
    pages: Pages
    limits: Limits
    clock: Callable[[], datetime]
    origin: str
    proxies: frozenset[str] = frozenset()
    chance: Callable[[int], bytes] = os.urandom
    workers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_AT_WORK, thread_name_prefix="forms")
    )
    waiting: list[int] = field(default_factory=lambda: [0])
    told: Counter[str] = field(default_factory=Counter[str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one form."""
        status, body = await self._answered(scope, receive)
        self.told[_OUTCOMES.get(status, "refused")] += 1  # on the loop's thread alone
        head = self._headers(body)
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})

    async def _answered(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        asked = dict(scope["headers"])
        side = self._side(scope, asked)
        now_s = time.monotonic()
        # Counted before anything is read: what is refused costs next to nothing.
        if not (self.limits.pages_each.take(side, now_s) and self.limits.pages.take("", now_s)):
            return self._busy("limit", HTTPStatus.TOO_MANY_REQUESTS)
        if asked.get(b"content-type", b"").partition(b";")[0].strip().lower() != _FORM:
            return self._busy("strange", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        sent = await _body(receive)
        if sent is None:
            return self._busy("strange", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        said = _fields(sent)
        if said is None or (scope["path"] == SEND and _elsewhere(asked)):
            return self._busy("strange", HTTPStatus.BAD_REQUEST)
        if scope["path"] != LOOK:
            return await self._made(lambda: self._form(scope["path"], said, side))
        until = time.monotonic() + _LOOK_S
        answer = await self._made(lambda: self._look(said, side))
        await asyncio.sleep(max(0.0, until - time.monotonic()))
        return answer

    async def _made(self, make: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        """Make an answer in a thread of the forms' own; where too much waits, say so at once."""
        if self.waiting[0] >= _MOST_WAITING:
            return self._busy("limit", HTTPStatus.SERVICE_UNAVAILABLE)
        self.waiting[0] += 1  # on the loop's thread alone
        try:
            return await asyncio.get_running_loop().run_in_executor(self.workers, self._safe, make)
        finally:
            self.waiting[0] -= 1

    def _safe(self, make: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        try:
            return make()
        except Exception as fault:  # noqa: BLE001 - refuses: nothing of what was sent may be told in a fault
            log_fault(fault)
            return self._busy("down", HTTPStatus.SERVICE_UNAVAILABLE)

    def _form(self, path: str, said: Mapping[str, str], side: str) -> tuple[int, bytes]:
        form, lang = WrittenForm.read(said), said.get("lang", "")
        if form is None:
            return self._busy("strange", HTTPStatus.BAD_REQUEST)
        faults = form.faults()
        if faults or said.get("change"):
            values = {"form": form, "faults": {} if said.get("change") else faults}
            status = HTTPStatus.OK if said.get("change") else HTTPStatus.UNPROCESSABLE_ENTITY
            return self._page("ask", form.kind, values, lang, status)
        if path == ASK:
            return self._check(form, "", lang)
        sending, token = self.tokens.read(said.get("token", ""), form, self.clock())
        if sending is not Sending.GOOD:
            return self._check(form, sending.value, lang)
        return self._open(form, token, side, lang)

    def _check(self, form: WrittenForm, again: str, lang: str) -> tuple[int, bytes]:
        token = self.tokens.make(form, self.chance(CHANCE_BYTES), self.clock())
        values = {"form": form, "again": again, "token": token}
        return self._page("check", form.kind, values, lang, HTTPStatus.OK)

    def _open(self, form: WrittenForm, token: bytes, side: str, lang: str) -> tuple[int, bytes]:
        now_s = time.monotonic()
        if not (self.limits.cases_each.take(side, now_s) and self.limits.cases.take("", now_s)):
            return self._busy("limit", HTTPStatus.TOO_MANY_REQUESTS, lang)
        got: Received = self.intake.open(form, token)
        return self._page("sent", got.kind, {"got": got}, lang, HTTPStatus.OK)

    def _look(self, said: Mapping[str, str], side: str) -> tuple[int, bytes]:
        reference, code, lang = (
            said.get("reference", "")[:40],
            said.get("code", "")[:40],
            said.get("lang", ""),
        )
        now_s, limits = time.monotonic(), self.limits
        if not (limits.looks_each.take(side, now_s) and limits.looks_of.take(_named(reference), now_s)):
            return self._busy("limit", HTTPStatus.TOO_MANY_REQUESTS, lang)
        told: CaseTold | None = self.intake.look_up(reference, code)
        if told is None:
            values = {"not_found": True, "reference": reference}
            return self._page("track", "", values, lang, HTTPStatus.UNPROCESSABLE_ENTITY)
        late = told.answered is None and told.answer_by is not None and told.answer_by < self.clock().date()
        values = {
            "got": told,
            "standing": _standing(told),
            "late": late and told.state is not CaseState.CLOSED,
        }
        return self._page("stands", told.kind, values, lang, HTTPStatus.OK)

    def _page(
        self, name: str, kind: str, values: Mapping[str, object], lang: str, status: int
    ) -> tuple[int, bytes]:
        made = self.pages(name, kind, values, lang)
        return (HTTPStatus.SERVICE_UNAVAILABLE, b"") if made is None else (status, made)

    def _busy(self, why: str, status: int, lang: str = "") -> tuple[int, bytes]:
        return self._page("busy", "", {"why": why}, lang, status)

    def _side(self, scope: Scope, asked: Mapping[bytes, bytes]) -> str:
        """Who comes: the address that connected or, where that is a proxy of ours, the one it names last."""
        client = scope.get("client")
        address = client[0] if client else ""
        if address in self.proxies:
            named = asked.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip()
            return side_of(named or address)
        return side_of(address)

    def _headers(self, body: bytes) -> Headers:
        told = {
            "content-type": "text/html; charset=utf-8",
            "content-length": str(len(body)),
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
            f"form-action {self.origin}; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
        }
        return tuple((name.encode(), value.encode()) for name, value in told.items())


def _named(reference: str) -> str:
    """Return a reference as it is kept, however it was written; "" for what is none."""
    try:
        return parse_reference(reference)
    except NotAReferenceError:
        return ""


def _standing(told: CaseTold) -> str:
    """Return the word for where a case stands, as the catalogue has it."""
    if told.state is CaseState.OPEN:
        return "acknowledged" if told.acknowledged else "open"
    if told.state is CaseState.WAITING and told.waits_for is not None:
        return told.waits_for.value
    return told.state.value


async def _body(receive: Receive) -> bytes | None:
    """Return what was sent; None where it is too much, breaks off or takes too long."""
    body = bytearray()
    try:
        async with asyncio.timeout(_WITHIN_S):
            while True:
                part = await receive()
                if part["type"] != "http.request":
                    return None
                body += part.get("body", b"")
                if len(body) > _MOST_BYTES:
                    return None
                if not part.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        return None


def _fields(body: bytes) -> dict[str, str] | None:
    """Return the fields of a form; None for one that is no text, has too many, or says one twice."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError:
        return None
    told = dict(pairs)
    return told if len(told) == len(pairs) else None


def _elsewhere(asked: Mapping[bytes, bytes]) -> bool:
    """Whether a browser says that another site had it send this: what is sent was looked at here first."""
    return asked.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}
