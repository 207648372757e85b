"""A tour of the county in a browser: its people at their screens, and the pictures of the tutorial."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from demonstration.people import WORDS
from tests.demonstration.running import County
from tests.pages.office import SIZES, violations

PICTURES = (
    "start",
    "alerts",
    "answers",
    "possible",
    "patrol",
    "refused",
    "journey",
    "approval",
    "list-change",
    "cameras",
    "quarantine",
    "jobs",
    "review",
    "proof",
    "own-log",
    "try",
)
"""Every picture that the tour makes, for `docs/pictures/tour/NAME.jpg`."""
_PLACE = os.environ.get("OPENANPR_TOUR_PICTURES", "")
"""The folder where they are written; none where it is not set."""


@dataclass(slots=True)
class Tour:
    """A county with a browser before it, in which everybody signs in once."""

    county: County
    browser: Browser
    stack: ExitStack
    pages: dict[str, Page] = field(default_factory=dict[str, Page])
    made: list[str] = field(default_factory=list[str])

    def at(self, login: str, size: str = "desktop") -> Page:
        """Return somebody's screen, signed in by the sign-in page with their password and a code."""
        if login not in self.pages:
            width, height = SIZES[size]
            context = self.browser.new_context(
                viewport=ViewportSize(width=width, height=height),
                base_url=f"http://localhost:{self.county.port}",
                locale="en-GB",
                timezone_id="Europe/London",
            )
            self.stack.callback(context.close)
            context.set_default_timeout(30_000)
            page = self.pages[login] = context.new_page()
            self._sign_in(page, login)
        return self.pages[login]

    def _sign_in(self, page: Page, login: str) -> None:
        codes = (self.county.out / "people" / f"{login}.codes").read_text("utf-8").split()
        page.goto("/sign-in")
        page.get_by_label("Sign-in name").fill(login)
        page.get_by_label("Password", exact=True).fill(WORDS)
        page.get_by_label("Code").fill(codes[0])
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    def picture(self, page: Page, name: str, at: Locator | None = None) -> None:
        """Check that a page is fit to be shown, and keep a picture of it as it stands, or from `at` on."""
        assert name in PICTURES, name
        found = violations(page)
        assert not found, found
        if at is None:
            page.evaluate("scrollTo(0, 0)")
        else:
            at.evaluate("one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 16)")
        self.made.append(name)
        if _PLACE:
            Path(_PLACE).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(_PLACE, f"{name}.jpg")), type="jpeg", quality=72)
