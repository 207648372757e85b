"""The public site over the local socket: handed over whole, to be hosted elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.routing import Route

from openanpr.publish.site.make import Site
from openanpr.web.local.asking import Asked, ByForm, answered
from openanpr.web.local.gate import Own


class PublicSite(Protocol):
    """The site as it is shown now; `run` makes it of a node's parts."""

    def handed_over(self, *, by: str, now: datetime) -> Site:
        """Return the site, once the log has that it was handed over, and as what."""
        ...


@dataclass(frozen=True, slots=True)
class PublicSiteRoutes:
    """What these need."""

    site: PublicSite
    clock: Callable[[], datetime]


def public_site_routes(of: PublicSiteRoutes) -> list[Route]:
    """Return the routes of the public site."""
    return [answered("/public/export", lambda asked: _export(of, asked), "POST", guard=Own.MACHINE)]


def _export(of: PublicSiteRoutes, asked: Asked) -> object:
    site = of.site.handed_over(by=asked.form(ByForm).by, now=of.clock())
    files = {path: base64.b64encode(body).decode("ascii") for path, body in site.files.items()}
    return {"digest": site.digest, "files": files}
