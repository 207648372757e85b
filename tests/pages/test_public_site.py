"""The public site in a browser, from its own listener: each size, zoomed, by keyboard, night, on paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openanpr.publish.site.make import make_site
from openanpr.publish.words import catalogue
from openanpr.web.public.app import public_app
from openanpr.web.public.pressed import press
from openanpr.web.serve import serve_tcp
from tests.pages.office import looks_right, overflow, violations
from tests.publish.site_scene import AT, bare, state_in
from tests.publish.welsh import pseudo

_PAGES = (
    *("index.html", "figures/index.html", "figures/2026-09.html", "figures/2026.html", "rules.html"),
    *("assessment/index.html", "verify.html", "contact.html", "accessibility.html", "nothing-here.html"),
    *("assessment/principle-6.html", "assessment/principle-12.html"),
)


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    return state_in(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def address(state) -> Iterator[str]:
    pressed = press(make_site(state, [catalogue()]).files, inline={})
    with serve_tcp(public_app(lambda: pressed), "127.0.0.1", 0, None, None) as served:
        yield f"http://127.0.0.1:{served.port}"


@pytest.fixture
def opened(browser):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    # A page that is not there is told of by the browser too, and is no fault of the page.
    page.on("console", lambda one: faults.append(one.text) if "404" not in one.text else None)
    yield page
    assert faults == []
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("path", _PAGES)
def test_each_page_looks_right_at_every_size(opened, address, path) -> None:
    asked: list[str] = []
    opened.on("request", lambda one: asked.append(one.url))
    opened.goto(f"{address}/{path}")
    assert set(asked) <= {f"{address}/{path}", f"{address}/style.css"}, "nothing else is fetched"
    looks_right(opened, "public-" + path.replace("/", "-").removesuffix(".html"))


@pytest.mark.parametrize(
    "path", ["index.html", "figures/2026-09.html", "rules.html", "assessment/principle-6.html", "verify.html"]
)
def test_a_page_can_be_read_on_paper(opened, address, path) -> None:
    opened.goto(f"{address}/{path}")
    opened.emulate_media(media="print", color_scheme="dark")
    assert violations(opened) == []
    assert opened.locator("nav").is_hidden()
    assert opened.locator(".looks").is_hidden()
    assert opened.pdf(format="A4").startswith(b"%PDF-")


def _of_body(page, what: str) -> str:
    return page.evaluate(f"getComputedStyle(document.body).{what}")


def test_text_and_colours_change_without_a_script_by_keyboard_alone(opened, address) -> None:
    page = opened  # its policy lets no script run, and there is none
    page.goto(f"{address}/index.html")
    size, ground = _of_body(page, "fontSize"), _of_body(page, "backgroundColor")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert float(_of_body(page, "fontSize").removesuffix("px")) > 1.7 * float(size.removesuffix("px"))
    assert overflow(page) == 0
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert _of_body(page, "backgroundColor") == "rgb(0, 0, 0)" != ground
    assert _of_body(page, "color") == "rgb(255, 255, 0)"


@pytest.mark.parametrize("colour", ["light", "night", "strong"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["rules.html", "assessment/index.html", "assessment/principle-6.html"])
def test_every_choice_of_colours_can_be_read(opened, address, path, colour, scheme) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.goto(f"{address}/{path}")
    opened.locator("summary").click()
    opened.locator(f"#colour-{colour}").check()
    opened.locator("#size-largest").check()
    assert violations(opened) == []
    assert overflow(opened) == 0


def test_what_is_missing_or_old_looks_right_too(opened, state) -> None:
    old = make_site(bare(state), [catalogue()])
    pressed = press(old.files, inline={})
    with serve_tcp(public_app(lambda: pressed), "127.0.0.1", 0, None, None) as served:
        opened.goto(f"http://127.0.0.1:{served.port}/contact.html")
        assert opened.locator(".loud").count() == 4
        assert AT.strftime("%Y") in opened.locator("footer").inner_text()
        looks_right(opened, "public-nothing-said")


@pytest.fixture(scope="module")
def bilingual(state) -> Iterator[str]:
    """The site with a second language whose words are all longer."""
    pressed = press(make_site(state, [catalogue(), pseudo()]).files, inline={})
    with serve_tcp(public_app(lambda: pressed), "127.0.0.1", 0, None, None) as served:
        yield f"http://127.0.0.1:{served.port}"


@pytest.mark.parametrize("path", [*_PAGES[:-3], "assessment/principle-6.html"])
def test_a_language_with_longer_words_breaks_no_page(opened, bilingual, path) -> None:
    for width in (320, 390, 1280):
        opened.set_viewport_size({"width": width, "height": 800})
        opened.goto(f"{bilingual}/cy/{path}")
        assert overflow(opened) == 0, width
    assert opened.evaluate("document.documentElement.lang") == "cy"
    assert violations(opened) == []
    opened.locator(".tongues a").click()
    assert opened.url == f"{bilingual}/{path}"
    opened.locator(".tongues a").click()
    assert opened.url == f"{bilingual}/cy/{path}"
