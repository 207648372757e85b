"""The door over people on a real store: asked as a browser, as a command line, and as an attacker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from openanpr.people.oidc_line import HttpLine
from openanpr.run.node.people_settings import KnownProviders
from openanpr.run.node.settings import People
from openanpr.web.api.door import ApiThreads, Door, Names, api_app
from openanpr.web.api.openapi import with_document
from openanpr.web.api.own import own_routes
from openanpr.web.api.route import ApiRoute
from openanpr.web.api.signing_in import SignInRoutes, sign_in_routes
from tests.people.scene import HOME, PASSWORD, SITE, Person, Scene

HOST = "anpr.example"
ORIGIN = f"https://{HOST}"


@dataclass
class DoorScene:
    """The door, on its listener and on the socket."""

    people: Scene
    line: HttpLine
    settings: People = field(default_factory=People)
    more: tuple[ApiRoute, ...] = ()
    threads: ApiThreads = field(default_factory=ApiThreads)

    def __post_init__(self) -> None:
        desk = self.people.desk
        signing = SignInRoutes(desk, SITE, KnownProviders(self.settings, self.line, lambda: self.people.now))
        self.routes = with_document([*sign_in_routes(signing), *own_routes(signing), *self.more], version="0")

        def app(names: Names | None) -> Any:
            return api_app(self.routes, Door(desk, lambda: self.people.now, self.threads, names))

        self.outside, self.local = app(Names(frozenset({HOST}), secured=True)), app(None)

    def ask(
        self,
        method: str,
        path: str,
        form: Any = None,
        *,
        source: str = HOME,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        local: bool = False,
    ) -> httpx.Response:
        async def asked() -> httpx.Response:
            app = self.local if local else self.outside
            transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(source, 4242))
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                body = (
                    {"content": content}
                    if content is not None
                    else {"json": form if form is not None else {}}
                )
                return await client.request(
                    method, path, headers=dict(headers or {}), **(body if method == "POST" else {})
                )

        return asyncio.run(asked())

    def form(self, person: Person, **other: str) -> dict[str, str]:
        self.people.later(seconds=30)
        told = {"login": person.account.login, "password": PASSWORD, "code": person.code(self.people.now)}
        return told | other

    def token(self, person: Person, *, source: str = HOME) -> dict[str, str]:
        """Sign in as a command line does; return the header that proves it."""
        answer = self.ask("POST", "/api/sign-in", self.form(person), source=source)
        assert answer.status_code == 200, answer.text
        return {"authorization": f"Bearer {answer.json()['token']}"}

    def cookies(self, person: Person) -> dict[str, str]:
        """Sign in as a browser does; return the headers of its next form."""
        answer = self.ask("POST", "/api/sign-in", self.form(person, keep="cookie"))
        assert answer.status_code == 200, answer.text
        assert answer.json()["token"] is None
        kept = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
        return {"cookie": kept, "x-csrf-token": answer.json()["csrf"], "origin": ORIGIN}
