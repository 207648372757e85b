"""The page and the paper: whole, harmless, for everybody to read, and the same for the same version."""

from __future__ import annotations

import re
import zlib
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from openanpr.publish.assessment.page import page, style
from openanpr.publish.assessment.paper import paper
from openanpr.publish.assessment.shown import shown
from openanpr.publish.assessment.telling import Audience
from openanpr.publish.words import catalogue
from tests.publish.scene import NOW, QUESTIONS, desk_over, filled, log_in, published_over

HOSTILE = '<script>alert("x")</script> & #pagebreak() *bold* $x$ @here "quoted" \\ {{ 7*7 }}'
VOID = {"meta", "br", "link", "img", "hr"}


class Read(HTMLParser):
    """Tags in their order, whether each is closed, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def read(text: str) -> Read:
    found = Read()
    found.feed(text)
    found.close()
    assert not found.stack
    return found


@pytest.fixture
def published(tmp_path):
    log = log_in(tmp_path)
    yield published_over(log, HOSTILE)
    log.close()


def test_the_page_is_one_file_without_script_or_anything_from_elsewhere(published) -> None:
    text = page(published)
    found = read(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in found.tags}
    targets = {str(attrs["href"]) for _, attrs in found.tags if "href" in attrs}
    assert targets
    assert all(target.startswith("#") for target in targets)
    assert not any(
        name.startswith("on") or name in {"src", "style"} for _, attrs in found.tags for name in attrs
    )
    assert not re.search(r"url\(|@import|https?:", style())
    assert style() in text


def test_what_people_wrote_is_text_and_nothing_else(published) -> None:
    found = read(page(published))
    assert "".join(found.texts).count(HOSTILE) == 6


def test_every_link_leads_to_an_id_that_is_there_once(published) -> None:
    found = read(page(published))
    ids = [str(attrs["id"]) for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = {str(attrs["href"])[1:] for _, attrs in found.tags if "href" in attrs}
    named |= {str(attrs["aria-labelledby"]) for _, attrs in found.tags if "aria-labelledby" in attrs}
    assert named <= set(ids)


def test_headings_go_down_one_step_at_a_time_and_the_language_is_said(published) -> None:
    found = read(page(published))
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert ("html", {"lang": "en"}) in found.tags


def test_each_question_says_in_words_how_it_stands(published) -> None:
    text = page(published)
    for name in QUESTIONS:
        part = text.partition(f'id="question-{name}"')[2].partition("</article>")[0]
        told = published.document.questions()[name]
        assert told.verdict.said in part
        assert all(one.standing_said in part for one in told.evidence)


def test_what_came_after_is_told_as_such(published) -> None:
    words = "".join(read(page(published)).texts)
    assert "Not for publication" not in words
    assert "What has changed since" in words
    assert "Age of the lists" in words
    assert "Done on 30 November 2026: Written." in words


def test_a_page_is_small(published) -> None:
    assert len(page(published)) < 80_000
    assert len(zlib.compress(page(published).encode())) < 20_000


def test_a_draft_says_that_it_is_one(tmp_path) -> None:
    log = log_in(tmp_path)
    desk = desk_over(log)
    filled(desk)
    words = "".join(read(page(shown(desk, 1, catalogue(), Audience.INTERNAL, now=NOW))).texts)
    log.close()
    assert "nobody has signed it" in words
    assert "Not for publication" in words, "it has all counts"
    assert "What has changed since" not in words


def inflated(pdf: bytes) -> bytes:
    """The PDF with what it holds packed laid open behind it."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_the_paper_is_tagged_titled_and_in_its_language(published) -> None:
    whole = inflated(paper(published))
    assert whole.startswith(b"%PDF-")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in whole
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", whole)
    assert b"/StructTreeRoot" in whole
    assert re.search(rb"/Lang\s*\(en-GB\)", whole)
    for role in (b"/H1", b"/H2", b"/Table", b"/TH", b"/L"):
        assert role in whole, role
    assert b"/JavaScript" not in whole
    assert b"/URI" not in whole


def test_the_paper_is_the_same_for_the_same_version(published) -> None:
    assert paper(published) == paper(published)


def test_the_paper_has_what_people_wrote_as_text(published) -> None:
    """Markup would have ended the page, or the making of the PDF."""
    plain = paper(published)
    assert len(plain) > 50_000
