"""One line a request in the program's log, and stacks of faults: neither holds anything that was sent."""

from __future__ import annotations

import logging
import time
import traceback

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("openanpr.web")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_DEEPEST = 8
_OFTEN = frozenset({"/v1/previews/{camera}", "/cameras/{camera}/preview/now"})
"""Asked every few seconds for as long as all is well: a line each would bury the others."""


def logged(app: ASGIApp) -> ASGIApp:
    """Return `app`, with a line for each request: method, template of the route, status, milliseconds.

    What is asked every few seconds has one at the level of debugging alone, where it was answered well.
    The path itself may hold a token, the method anything at all; neither is written down as it came.
    """

    async def logging_app(scope: Scope, receive: Receive, send: Send) -> None:
        status = 0
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            took_ms = 1000 * (time.perf_counter() - began)
            _log.log(_level(route, status), "%s %s %d %.1f ms", method, route, status, took_ms)

    return logging_app


def _level(route: str, status: int) -> int:
    return logging.DEBUG if route in _OFTEN and status == 200 else logging.INFO


def log_fault(fault: BaseException) -> None:
    """Write down where something went wrong: kinds and places, never a message, which may hold a value."""
    _log.error("a fault of the node, not of the request:\n%s", stack_of(fault))


def stack_of(fault: BaseException) -> str:
    """Return the kinds of a fault and of those behind it, with the places in code that each went through."""
    told: list[str] = []
    one: BaseException | None = fault
    while one is not None and len(told) < _DEEPEST:
        frames = traceback.extract_tb(one.__traceback__)
        lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        told.append("\n".join([f"{type(one).__module__}.{type(one).__qualname__}", *lines]))
        one = one.__cause__ or one.__context__
    return "\ncaused by ".join(told)
