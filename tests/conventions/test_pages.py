"""Every page says who may open it, is documented, and holds nothing that the content policy forbids."""

from __future__ import annotations

import re

import pytest

from openanpr.policy.ask import Act
from openanpr.web.api.route import ID_PATTERN, Anybody
from openanpr.web.pages.menu import MENU
from tests.conventions.page_routes import every_page
from tests.conventions.tree import PACKAGE, ROOT, place

PAGES = every_page()
PUBLIC = {
    "GET /",
    "GET /look",
    "POST /look",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-in/provider",
    "GET /api/sign-in/provider/{provider}/callback",
    "GET /join",
    "POST /join/look",
    "POST /join",
}
"""What anybody may open. A page is not added here without a reason that stands in a decision."""
OWN = ("/account", "/sign-out", "/step-up", "/map/", "/try", "/administration/profiles")
"""What is one's own, or the same for all who are signed in."""
INDEX = {"/administration"}
"""What shows the way to parts, each to whoever may open it."""
TEMPLATES = sorted((PACKAGE / "web" / "templates").rglob("*.html"))
STYLES = sorted(one for one in (PACKAGE / "web" / "static").rglob("*.css") if "vendor" not in one.parts)
COLOURS = {"look.css", "night.css", "contrast.css", "contrast_night.css"}
"""Where the properties are given their colours."""
SCRIPTS = sorted(one for one in (PACKAGE / "web" / "static").rglob("*.js") if "vendor" not in one.parts)
EVENT = re.compile(r"""\son[a-z]+\s*=\s*["']""")


def told() -> dict[str, str]:
    """The addresses that docs/reference/pages.md has in its table, with who may open each."""
    text = (ROOT / "docs" / "reference" / "pages.md").read_text("utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `/")]
    return {address.strip().strip("`"): who.strip() for address, who in rows}


def test_a_page_is_for_whoever_may_do_an_act_or_named_public_or_ones_own() -> None:
    assert {f"{one.method} {one.path}" for one in PAGES if one.who is Anybody.PUBLIC} == PUBLIC
    own = {one.path for one in PAGES if one.who is Anybody.SESSION} - INDEX
    assert all(path.startswith(OWN) for path in own), own
    assert all(isinstance(one.who, Act) or one.who in {Anybody.PUBLIC, Anybody.SESSION} for one in PAGES)


def test_no_two_pages_share_an_address() -> None:
    named = [f"{one.method} {one.path}" for one in PAGES]
    assert sorted(named) == sorted(set(named))


def test_every_page_that_can_be_opened_is_documented_and_no_other() -> None:
    opened = {one.path for one in PAGES if one.method == "GET"}
    assert set(told()) <= opened
    parts = opened - set(told())
    assert all(any(path.startswith(f"{one}/") for one in told() if one != "/") for path in parts), parts


def test_nothing_behind_a_question_mark_can_be_a_mark_or_a_secret() -> None:
    # A force's own sign-in sends its code back in the address: its standard says so, and it is good once.
    asked = {name for one in PAGES for name in one.asks if not one.from_elsewhere}
    assert not asked & {"vrm", "mark", "plate", "code", "password", "token", "link", "reason"}
    assert re.fullmatch(ID_PATTERN, "a1B2_-.")


@pytest.mark.parametrize("path", TEMPLATES, ids=place)
def test_a_template_holds_no_script_style_or_handler_of_its_own(path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", text), "a script without src"
    assert "<style" not in text
    assert not re.search(r"\sstyle\s*=", text)
    assert not EVENT.search(text)
    assert "| safe" not in text
    assert "javascript:" not in text
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text), "something from elsewhere"


@pytest.mark.parametrize("path", TEMPLATES, ids=place)
def test_every_form_that_is_sent_brings_the_text_of_its_session(path) -> None:
    text = path.read_text("utf-8")
    forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL | re.IGNORECASE)
    public = ("/sign-in", "/join")
    for form in forms:
        action = re.search(r'action="([^"]*)"', form)
        if action is not None and action[1].startswith(public):
            continue
        assert 'name="csrf"' in form or "secret(visit)" in form, form[:200]


@pytest.mark.parametrize("path", SCRIPTS, ids=place)
def test_a_script_makes_no_code_of_text_and_keeps_nothing_in_the_browser(path) -> None:
    text = path.read_text("utf-8")
    for word in ("eval(", "new Function", "document.write", "localStorage", "sessionStorage", "indexedDB"):
        assert word not in text, word
    assert not re.search(r"https?://", text), "something from elsewhere"


@pytest.mark.parametrize("path", STYLES, ids=place)
def test_nothing_moves_by_itself(path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"@keyframes|\banimation\b|\btransition\b", text)


@pytest.mark.parametrize("path", [one for one in STYLES if one.name not in COLOURS], ids=place)
def test_a_style_takes_its_colours_from_the_properties_so_that_night_works(path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    fixed = [
        line.strip()
        for line in text.splitlines()
        if re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", line, re.IGNORECASE) and "#fd0" not in line
    ]
    allowed = {"#0b0c0c", "#000000"}  # ink upon a plate or upon the yellow of focus
    assert not [line for line in fixed if not set(re.findall(r"#[0-9a-f]+", line)) <= allowed], fixed


def test_each_part_of_the_menu_that_is_there_leads_to_a_page() -> None:
    opened = {one.path for one in PAGES if one.method == "GET"}
    assert {one.path for one in MENU} <= opened
