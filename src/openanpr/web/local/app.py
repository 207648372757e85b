"""The app behind the local socket."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.routing import Route

from openanpr.web.local.node import metrics_route


def local_app(routes: Sequence[Route]) -> Starlette:
    """Return the app of these routes; who may ask is the socket's matter: only its owner can open it."""
    return Starlette(routes=list(routes))


def metrics_app(metrics: Callable[[], bytes]) -> Starlette:
    """Return an app that tells metrics and nothing else, for a port of this machine."""
    return Starlette(routes=[metrics_route(metrics)])
