"""The node itself over the local socket: how it does, its metrics, a backup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openanpr.web.local.asking import Asked, answered, refusal
from openanpr.web.local.gate import Own

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class NodeRoutes:
    """What the node tells of itself; each is called anew for each question."""

    standing: Callable[[], object]
    metrics: Callable[[], bytes]
    backup: Callable[[Path], object]


class BackupForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to: the whole path of a folder that is not there yet."""

    destination: str


def node_routes(of: NodeRoutes) -> list[Route]:
    """Return the routes of the node itself."""
    return [
        answered("/node", lambda _: of.standing(), guard=Own.MACHINE),
        answered("/node/backup", lambda asked: _backup(of, asked), "POST", guard=Own.MACHINE),
        metrics_route(of.metrics),
    ]


def metrics_route(metrics: Callable[[], bytes]) -> Route:
    """Return the route that Prometheus asks."""

    def tell(_: Request) -> Response:
        try:
            return Response(metrics(), media_type=METRICS_TYPE)
        except Exception as fault:  # noqa: BLE001 - told as a refusal
            return refusal(fault)

    return Route("/metrics", tell)


def _backup(of: NodeRoutes, asked: Asked) -> object:
    destination = Path(asked.form(BackupForm).destination)
    if not destination.is_absolute():
        raise ValueError("give the whole path of the backup")
    return of.backup(destination)
