"""A public listener with forms over a real port, with cases in memory, for tests and for measuring it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import httpx

from openanpr.publish.site.make import make_site
from openanpr.publish.site.state import PublicState
from openanpr.publish.words import catalogue
from openanpr.rights.form import FormTokens
from openanpr.rights.intake import intake_of
from openanpr.run.node.public_forms import FormPages, busy_pages
from openanpr.web.public.app import public_app
from openanpr.web.public.intake import IntakeApp, limits_of
from openanpr.web.public.pressed import press
from openanpr.web.public.visits import Visits, counted
from openanpr.web.serve import serve_tcp
from tests.rights.scene import KEYS, World

SAID = {"text": "What do you hold?\r\nAll of it.", "name": "Jo <b>Mills", "contact": "jo@example.org"}
CODE = re.compile(r'<dt>Code</dt><dd class="code">([^<]+)</dd>')
REFERENCE = re.compile(r'<dt>Reference</dt><dd class="code">([^<]+)</dd>')
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')


@dataclass
class Door:
    """A public listener with forms, over cases in memory; the clock is the test's."""

    state: PublicState
    world: World = field(default_factory=World)
    cases: int = 1000
    cases_each: int = 500
    proxies: frozenset[str] = frozenset()
    client: httpx.Client = None  # type: ignore[assignment]
    told: Counter[str] = field(default_factory=Counter)

    def app(self) -> IntakeApp:
        site = SimpleNamespace(state=self.state, ready=busy_pages(self.state))
        return IntakeApp(
            told=self.told,
            intake=intake_of(self.world.desk, lambda: self.world.now),
            tokens=FormTokens(KEYS.forms),
            pages=FormPages(site),
            limits=limits_of(cases=self.cases, cases_each=self.cases_each),
            clock=lambda: self.world.now,
            origin=self.state.intake,
            proxies=self.proxies,
        )

    def ask(self, path: str = "/ask", **said: str) -> httpx.Response:
        return self.client.post(path, data=said)

    def checked(self, kind: str = "access", **said: str) -> dict[str, str]:
        """What the page that shows a form back would send."""
        page = self.ask(kind=kind, **{**SAID, **said})
        assert page.status_code == 200, page.text
        form = page.text.partition("</form>")[0]
        return {name: unescape(value) for name, value in HIDDEN.findall(form)}

    def sent(self, kind: str = "access", **said: str) -> tuple[str, str]:
        """A case that was opened: its reference and its code."""
        form = self.checked(kind, **said)
        self.world.now += timedelta(seconds=5)
        page = self.ask("/ask/send", **form)
        assert page.status_code == 200, page.text
        return REFERENCE.findall(page.text)[0], CODE.findall(page.text)[0]


def opened(state: PublicState, **more: Any) -> Iterator[Door]:
    """Open a listener as a node does, for the length of a turn of a loop."""
    door = Door(state, **more)
    files = make_site(state, [catalogue()]).files
    pressed = press(files, inline={}, posting={"ask-access.html": state.intake})
    app = counted(public_app(lambda: pressed, door.app()), Visits())
    served = serve_tcp(app, "127.0.0.1", 0, None, None)
    with served, httpx.Client(base_url=f"http://127.0.0.1:{served.port}") as client:
        door.client = client
        yield door
