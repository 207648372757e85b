"""The app behind the local socket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openanpr.web.local.acts import Acting
from openanpr.web.local.asking import told
from openanpr.web.local.node import metrics_route

LocalApp: TypeAlias = Starlette
"""The app behind the local socket, as `web.serve` takes it."""


def local_app(routes: Sequence[Route], acting: Acting) -> LocalApp:
    """Return the app of these routes, whose acts are logged by `acting` before they are done.

    Who may ask is the socket's matter: only its owner can open it.
    """
    app = Starlette(routes=list(routes), exception_handlers={HTTPException: _no_such_route})
    app.state.acting = acting
    return app


def metrics_app(metrics: Callable[[], bytes]) -> Starlette:
    """Return an app that tells metrics and nothing else, for a port of this machine."""
    return Starlette(routes=[metrics_route(metrics)])


def _no_such_route(_: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    return told(status, "this node answers no such question: are the command and the node of one version?")
