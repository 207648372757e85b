"""The app behind the local socket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from openanpr.web.local.acts import Acting
from openanpr.web.local.asking import told
from openanpr.web.local.gate import Gate
from openanpr.web.local.node import metrics_route

LocalRoute: TypeAlias = BaseRoute
"""A route of the socket, or an app that stands on it."""
LocalApp: TypeAlias = ASGIApp
"""The app behind the local socket, as `web.serve` takes it."""


def local_app(routes: Sequence[LocalRoute], acting: Acting, gate: Gate) -> LocalApp:
    """Return the app of these routes, whose acts are logged by `acting` before they are done.

    Only the socket's owner can open it, and the gate asks who that is.
    """
    app = Starlette(routes=list(routes), exception_handlers={HTTPException: _no_such_route})

    async def gated(scope: Scope, receive: Receive, send: Send) -> None:
        # As it was sent, a path is cut at its own slashes, and not where a list's name has one.
        path = scope.get("raw_path", b"").decode("ascii")
        sent = {"path": path} if path else {}
        await app({**scope, **sent, "openanpr.gate": gate, "openanpr.acting": acting}, receive, send)

    return gated


def metrics_app(metrics: Callable[[], bytes]) -> Starlette:
    """Return an app that tells metrics and nothing else, for a port of this machine."""
    return Starlette(routes=[metrics_route(metrics)])


def _no_such_route(_: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    return told(status, "this node answers no such question: are the command and the node of one version?")
