"""The app of the public listener: pages from memory, nothing kept of who asks; forms where there are any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from openanpr.web.public.intake import PATHS
from openanpr.web.public.pressed import Answer, Headers, Pressed

_READS: Final = frozenset({"GET", "HEAD"})
_ON_304: Final = frozenset({b"etag", b"cache-control", b"vary", b"content-security-policy"})
_BARE: Final = (
    (b"content-length", b"0"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)

Shown: TypeAlias = Callable[[], Pressed | None]
"""Returns what is shown now; None before the first pages were made."""


def public_app(shown: Shown, forms: ASGIApp | None = None) -> ASGIApp:
    """Return the app; whatever `shown` returns is held in memory, so that no page waits for a store.

    `forms` answers what the forms of the site send; without it nothing but reading is answered.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError("the public site speaks HTTP and nothing else")
        if forms is not None and scope["method"] == "POST" and scope["path"] in PATHS:
            await forms(scope, receive, send)
            return
        status, headers, body = _answered(shown(), scope["method"], scope["path"], dict(scope["headers"]))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def _answered(
    pressed: Pressed | None, method: str, path: str, asked: Mapping[bytes, bytes]
) -> tuple[int, Headers, bytes]:
    if method not in _READS:
        return HTTPStatus.METHOD_NOT_ALLOWED, (*_BARE, (b"allow", b"GET, HEAD")), b""
    if pressed is None:
        return HTTPStatus.SERVICE_UNAVAILABLE, (*_BARE, (b"retry-after", b"10")), b""
    answers = pressed.packed if _takes_gzip(asked.get(b"accept-encoding", b"")) else pressed.plain
    found = answers.get(path, pressed.missing)
    if found.status == HTTPStatus.OK and _has(asked.get(b"if-none-match", b""), found):
        return HTTPStatus.NOT_MODIFIED, tuple(one for one in found.headers if one[0] in _ON_304), b""
    return found.status, found.headers, found.body if method == "GET" else b""


def _takes_gzip(accepted: bytes) -> bool:
    """Whether gzip is named, and not as what must not come (q=0); RFC 9110, 12.5.3."""
    for one in accepted.lower().split(b","):
        name, _, weight = one.partition(b";")
        if name.strip() == b"gzip":
            said = weight.strip().removeprefix(b"q=").strip()
            return not said or bool(said.strip(b"0."))
    return False


def _has(said: bytes, found: Answer) -> bool:
    """Whether whoever asks has this already; compared weakly, RFC 9110, 13.1.2."""
    tags = {one.strip().removeprefix(b"W/") for one in said.split(b",")}
    return b"*" in tags or found.tag in tags
