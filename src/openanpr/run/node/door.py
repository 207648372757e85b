"""The door for people, made of a node's parts: its routes, once for the network and once for the socket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from openanpr.people.desk import Desk
from openanpr.people.oidc_line import HttpLine
from openanpr.run.node.people_settings import KnownProviders, passkey_site
from openanpr.run.node.settings import NodeSettings
from openanpr.web.api.door import ApiThreads, App, Door, Names, api_app, mounted
from openanpr.web.api.openapi import with_document
from openanpr.web.api.own import own_routes
from openanpr.web.api.route import ApiRoute
from openanpr.web.api.signing_in import SignInRoutes, sign_in_routes
from openanpr.web.local.app import LocalRoute
from openanpr.web.serve import Served, serve_tcp


@dataclass(frozen=True, slots=True)
class PeopleDoor:
    """The door: what it answers, and the threads that do it."""

    desk: Desk
    signing: SignInRoutes
    routes: Sequence[ApiRoute]
    threads: ApiThreads
    clock: Callable[[], datetime]

    def local(self) -> LocalRoute:
        """Return the door as it stands on the node's socket, where tokens alone are taken."""
        return mounted(self.routes, Door(self.desk, self.clock, self.threads, None))

    def served(self, settings: NodeSettings, pages: Callable[[App, Door], App]) -> Served | None:
        """Return the door's own listener, not started yet; None where the settings want none.

        `pages` puts pages beside the API.
        """
        people, tls = settings.people, settings.tls
        if people.port == 0:
            return None
        names = Names(frozenset(people.authorities), secured=tls.key is not None)
        door = Door(self.desk, self.clock, self.threads, names)
        app = pages(api_app(self.routes, door), door)
        return serve_tcp(app, people.host, people.port, tls.certificate, tls.key)


def people_door(
    desk: Desk,
    settings: NodeSettings,
    more: Sequence[ApiRoute],
    clock: Callable[[], datetime],
    last: ExitStack,
) -> PeopleDoor:
    """Return the door with `more` routes beside those of signing in; `last` closes what it opens."""
    line = HttpLine()
    last.callback(line.close)
    threads = ApiThreads()
    last.callback(threads.close)
    providers = KnownProviders(settings.people, line, clock)
    signing = SignInRoutes(desk, passkey_site(settings.people), providers)
    routes = [*sign_in_routes(signing), *own_routes(signing), *more]
    return PeopleDoor(desk, signing, with_document(routes, version=version("openanpr")), threads, clock)
