"""One browser for the tests of a file, and a node with pages for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from openanpr.core.role import Role
from openanpr.people.account import Account
from openanpr.web import alert_listening
from tests.pages.chromium import chromium
from tests.pages.office import Office

# Of Chromium's own window, which nobody sees here: two pages beside each page that a test opens; and a
# process kept ready for a next page. The rest is what Playwright leaves out, for the last list that a browser
# is given is the one that counts.
_WITHOUT = (
    *(
        "WebUIOmniboxPopup",
        "WebUIOmniboxAimPopup",
        "WebUIOmniboxFullPopup",
        "PreloadTopChromeWebUI",
        "AimEnabled",
    ),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "OptimizationHints"),
    "SpareRendererForSitePerProcess",
    *("ThirdPartyStoragePartitioning", "NetworkTimeServiceQuerying", "PreconnectToSearch"),
)
_FLAGS = [
    f"--disable-features={','.join(_WITHOUT)}",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--no-opt",  # no script of a test lives long enough to be worth its dearest compiler
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine; its own, Playwright would have to fetch.

    It ends with each file: while it runs, its event loop keeps other tests from having one.
    """
    program = chromium()
    if program is None:
        pytest.skip("no Chromium here: 'make test' installs one where it may, see .ci/browser")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield made
        made.close()


@pytest.fixture
def open_office(tmp_path, reads_url, browser) -> Iterator[Callable[..., Office]]:
    """Opens nodes with pages, by their settings."""
    opened: list[Office] = []

    def open_(settings: str = "") -> Office:
        office = Office(tmp_path / f"node-{len(opened)}", reads_url, browser, settings)
        opened.append(office)
        office.served.start()
        return office

    yield open_
    for office in reversed(opened):
        office.close()


@pytest.fixture
def office(open_office) -> Office:
    return open_office()


@pytest.fixture
def soon(monkeypatch) -> None:
    """Have the beats of live screens come at once."""
    monkeypatch.setattr(alert_listening, "BEAT_S", 0.3)


@pytest.fixture
def cat(office) -> Account:
    """Whoever sits in the control room."""
    return office.person("cat", Role.CONTROL_ROOM_OPERATOR)
