"""A node whose pages are served to a real browser; its clock and its turns are in the hands of a test.

All of it is the node's own wiring; only the sign-in is cut short: a session is begun, and its cookie given.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, ViewportSize, expect

from openanpr.core.role import Rank, Role
from openanpr.people.account import Account
from openanpr.run.node import build
from openanpr.web.serve import Served
from tests.conventions.tree import ROOT
from tests.ports import free_port
from tests.run_node.world import World
from tests.web_api.node_people import somebody, token_of

SIZES = {"desktop": (1366, 768), "control-room": (1920, 1080), "phone": (390, 844)}
ZOOMED = (320, 480)
"""What is left of a window of 1,280 pixels at 400 % (WCAG 2.2, 1.4.10)."""
NAMED = {
    *("button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "slider", "spinbutton"),
    *("img", "image", "table", "dialog", "navigation", "region", "meter", "progressbar"),
}
"""Roles of which each needs a name that a screen reader can say."""
_MOST_STOPS = 60
_TAB = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
_sessions: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()
"""The developer's line to a page. It is never closed but with its browser: Chromium would take a virtual
authenticator, of whichever session, off the page with it, and a passkey would be waited for without end.
"""
AXE = ROOT / "tests" / "pages" / "vendor" / "axe.min.js"
PATIENCE_MS = 30_000
"""What a page may take on a machine with much else to do; how soon pages are there is measured elsewhere."""
expect.set_options(timeout=PATIENCE_MS)
_SCREENS = os.environ.get("OPENANPR_SCREENS", "")
"""A folder for a picture of each page that a test looks at; none where it is not set."""


_OF_THE_LINE = re.compile(
    r"status of (4\d\d|503)|net::ERR_(INCOMPLETE_CHUNKED_ENCODING|CONNECTION_REFUSED|INTERNET_DISCONNECTED)"
)
"""What a browser says by itself of a refusal, or of a node that is away: no fault of a page."""


class Office:
    """A node with people at browsers."""

    def __init__(self, folder: Path, reads_url: str, browser: Browser, settings: str = "") -> None:
        """`settings` are more of the node's, tables other than `[people]`."""
        self.port = free_port()
        people = f'[people]\nport = {self.port}\nnames = ["localhost:{self.port}"]\n'
        passkeys = f'[people.passkeys]\nrelying_party = "localhost"\norigin = "{self.home}"\n'
        self.world = World(folder, reads_url, f"{settings}\n{people}{passkeys}")
        self.served = self._served()
        self.browser = browser

    def _served(self) -> Served:
        served = build.people_of(self.world.made, self.world.telling)
        assert served is not None
        return served

    def start_again(self) -> None:
        """Serve the pages of a node that was away."""
        self.served = self._served()
        self.served.start()

    @property
    def home(self) -> str:
        return f"http://localhost:{self.port}"

    def person(self, login: str, *roles: Role, rank: Rank | None = None, team: str = "North") -> Account:
        """Return a new account with these roles."""
        return somebody(self.world, login, *roles, rank=rank, team=team)

    @contextmanager
    def at(self, account: Account | None = None, *, size: str = "desktop", **more: Any) -> Iterator[Page]:
        """Open a browser of its own, signed in as somebody; nothing it says on its console may be a fault."""
        width, height = SIZES[size]
        viewport = ViewportSize(width=width, height=height)
        context: BrowserContext = self.browser.new_context(
            viewport=viewport, base_url=self.home, locale="en-GB", timezone_id="Europe/London", **more
        )
        context.set_default_timeout(PATIENCE_MS)
        if account is not None:
            self.sign_in(context, account)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda fault: said.append(str(fault)))
        try:
            yield page
            faults = [one for one in said if not _OF_THE_LINE.search(one)]
            assert not faults, faults
        finally:
            context.close()

    def sign_in(self, context: BrowserContext, account: Account) -> None:
        """Give a browser the cookie of a new session."""
        token = token_of(self.world, account)
        context.add_cookies(
            [
                {
                    "name": "__Host-session",
                    "value": token,
                    "url": self.home.replace("http", "https"),
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )

    def close(self) -> None:
        self.served.stop(2)
        self.world.made.door.threads.close()
        self.world.last.close()


_RUN_AXE = """(of) => axe.run(document, {
  runOnly: of,
  // What passed is not listed; and nothing is fetched first, which one rule would have: that of audio that
  // plays by itself, and no page has an element for that.
  resultTypes: ["violations", "incomplete"], preload: false,
}).then((found) => [
  ...found.violations.flatMap((one) => one.nodes.map((node) => [one.id, node])),
  // What has the very colour of its ground axe takes for hidden on purpose; here nothing is.
  ...found.incomplete.filter((one) => one.id === "color-contrast").flatMap((one) => one.nodes
    .filter((node) => node.any.some((why) => why.data?.messageKey === "equalRatio"))
    .map((node) => [one.id, node])),
].map(([rule, node]) => `${rule}: ${node.target} ${node.failureSummary}`))"""
_ALL = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(page: Page, of: tuple[str, ...] = _ALL) -> list[str]:
    """Return what axe finds against WCAG 2.2 A and AA, and against good practice, in a page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(_RUN_AXE, list(of))


_WIDER = """() => new Promise((told) => {
  // What is drawn to its room, as a chart, is drawn anew in the frame after a window has changed.
  const after = (frames) => frames
    ? requestAnimationFrame(() => after(frames - 1))
    : told(document.documentElement.scrollWidth - document.documentElement.clientWidth);
  after(document.querySelector("[data-chart], canvas") ? 3 : 0);
})"""


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window: 0 where it does not scroll sideways."""
    return page.evaluate(_WIDER)


def comes(page: Page, so: Callable[[], object]) -> None:
    """Wait until something is so that no locator tells of."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while not so():
        assert time.monotonic() < until, "it did not come"
        page.wait_for_timeout(50)


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of a page, where somebody wants to look at it."""
    if _SCREENS:
        Path(_SCREENS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{_SCREENS}/{name}.png", full_page=True)


def nameless(page: Page) -> list[str]:
    """Return what the accessibility tree has without a name, of what needs one."""
    session = _session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.send("Accessibility.disable")
    return [
        node["role"]["value"]
        for node in nodes
        if not node.get("ignored")
        and node.get("role", {}).get("value") in NAMED
        and not node.get("name", {}).get("value", "").strip()
    ]


def unseen_stops(page: Page) -> list[str]:
    """Return what the keyboard comes to without anybody seeing it: going through a page by Tab alone."""
    session, left = _session(page), _MOST_STOPS
    likely = page.evaluate(_WATCH_STOPS)
    while left > 0 and not page.evaluate("stops.ended"):
        for _ in range(min(left, likely)):
            # As when the key is held down: a press of Playwright's takes three times as long.
            session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **_TAB})
        left, likely = left - likely, 5
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **_TAB})
    return page.evaluate("stops.told()")


def _session(page: Page) -> CDPSession:
    if page not in _sessions:
        _sessions[page] = page.context.new_cdp_session(page)
    return _sessions[page]


_WATCH_STOPS = """() => {
  // From the top: the browser would go on from where the focus was last.
  document.body.tabIndex = -1;
  document.body.focus({ preventScroll: true });
  document.body.removeAttribute("tabindex");
  scrollTo(0, 0);
  const met = new Set(), unseen = [];
  const one = (style) => [
    style.outlineStyle !== "none" && style.outlineWidth !== "0px" ? style.outlineColor : "",
    style.boxShadow, style.backgroundColor, style.borderColor, style.borderWidth,
  ].join();
  const look = () => {
    const at = document.activeElement;
    if (!at || at === document.body) { window.stops.ended ||= met.size > 0; return; }
    if (met.has(at)) { window.stops.ended = true; return; }
    met.add(at);
    // The design system draws the ring of a radio or a checkbox before its label, not on the field itself.
    const drawn = at.matches(".govuk-radios__input, .govuk-checkboxes__input") ? at.nextElementSibling : null;
    const drawing = () => one(getComputedStyle(at)) + (drawn ? one(getComputedStyle(drawn, "::before")) : "");
    const box = at.getBoundingClientRect();
    const focused = drawing();
    at.blur();
    const bare = drawing();
    at.focus({ preventScroll: true });
    const across = box.right > 0 && box.left < innerWidth, down = box.bottom > 0 && box.top < innerHeight;
    const name = `${at.tagName} ${at.className} ${(at.textContent || "").trim().slice(0, 30)}`;
    if (!(box.width > 0 && across && down && focused !== bare)) unseen.push(name);
  };
  // Where a stop is, is looked at when it is about to be left: once the browser has brought it into view.
  const leaving = (event) => event.key === "Tab" && !window.stops.ended && look();
  document.addEventListener("keydown", leaving, true);
  window.stops = { ended: false, told: () => {
    if (!window.stops.ended) look();
    document.removeEventListener("keydown", leaving, true);
    // The link that skips to the content takes room while it has the focus: what is pressed next would move.
    document.activeElement?.blur();
    return unseen;
  } };
  // Once round, and what follows the last stop: how many that is at the most is told to whoever presses.
  const stops = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]");
  return [...stops].filter((one) => one.checkVisibility()).length + 2;
}"""


def looks_right(page: Page, name: str, *, light: str = "day") -> None:
    """Check a page as it stands at three sizes, zoomed, by the keyboard and as a screen reader has it.

    Nothing that axe finds, nothing wider than the window, nothing nameless, no stop that nobody sees.
    """
    before = page.viewport_size
    for size, (width, height) in SIZES.items():
        page.set_viewport_size(ViewportSize(width=width, height=height))
        screenshot(page, f"{name}-{size}-{light}")
        found = violations(page)
        assert not found, f"{size}: {found}"
        assert overflow(page) == 0, size
    page.set_viewport_size(ViewportSize(width=ZOOMED[0], height=ZOOMED[1]))
    screenshot(page, f"{name}-zoomed-{light}")
    assert overflow(page) == 0, "at 400 %"
    if before is not None:
        page.set_viewport_size(before)
    assert nameless(page) == []
    if light == "day" and not page.locator(".map, canvas").count():
        page.emulate_media(color_scheme="dark")
        screenshot(page, f"{name}-{next(iter(SIZES))}-night")
        unclear = violations(page, ("color-contrast",))
        assert not unclear, f"by night: {unclear}"
        page.emulate_media(color_scheme="light")
    assert unseen_stops(page) == []
