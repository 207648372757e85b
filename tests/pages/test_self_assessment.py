"""The page of the self assessment in a browser: at every size, zoomed, by keyboard, on paper."""

from __future__ import annotations

import pytest

from openanpr.publish.assessment.page import page as page_of
from openanpr.publish.assessment.verdict import Colour
from tests.pages.office import looks_right, violations
from tests.publish.scene import log_in, published_over


@pytest.fixture
def opened(browser, tmp_path):
    log = log_in(tmp_path)
    shown = published_over(log)
    log.close()
    file = tmp_path / "self-assessment.html"
    file.write_text(page_of(shown), encoding="utf-8")
    context = browser.new_context(java_script_enabled=True, reduced_motion="reduce")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()], "nothing is fetched beside it"
    assert {colour for colour, many in shown.document.counts.items() if many} == set(Colour)
    yield page
    context.close()


def test_it_looks_right_at_every_size(opened) -> None:
    looks_right(opened, "self-assessment")


def test_it_can_be_read_on_paper(opened) -> None:
    opened.emulate_media(media="print")
    assert violations(opened) == []
    assert opened.locator("nav").is_hidden()
    sheets = opened.pdf(format="A4")
    assert sheets.startswith(b"%PDF-")


def test_every_colour_says_in_words_what_it_is(opened) -> None:
    for one in opened.locator(".question").all():
        assert one.locator(".tag").first.inner_text().strip()
