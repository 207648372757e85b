"""A second language on every page: in its own folder, linked page by page, marked, whole, and no heavier."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from itertools import pairwise

import pytest

from openanpr.publish.assessment import desk
from openanpr.publish.assessment.questions import shipped_principles
from openanpr.publish.assessment.shown import in_force
from openanpr.publish.copy.links import linked
from openanpr.publish.site.make import Site, make_site
from openanpr.publish.site.pages import style
from openanpr.publish.site.state import PublicState
from openanpr.publish.words import WordsError, catalogue, parse_catalogue, verify_same
from tests.publish.scene import NUMBERS, READ, MemoryAssessments, desk_over, log_in, published_over
from tests.publish.site_scene import NOTE, assessment_of, bare, state_in
from tests.publish.test_page import read
from tests.publish.welsh import LETTERS, as_toml, pseudo

ENGLISH, WELSH = catalogue(), pseudo()
MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> PublicState:
    """A state whose assessment was signed while the program spoke both languages."""
    folder = tmp_path_factory.mktemp("state")
    found, log = state_in(folder), log_in(tmp_path_factory.mktemp("both"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "shipped_languages", lambda: ("en", "cy"))
        patch.setattr(desk, "catalogue", {"en": ENGLISH, "cy": WELSH}.__getitem__)
        store = MemoryAssessments()
        shown = published_over(log, store=store)
        kept = in_force(desk_over(log, store), WELSH)
    log.close()
    assert kept is not None
    return replace(found, assessments={"en": assessment_of(shown), "cy": assessment_of(kept)})


@pytest.fixture(scope="module")
def site(state) -> Site:
    return make_site(state, [ENGLISH, WELSH])


def pages(site: Site, *, welsh: bool) -> dict[str, str]:
    return {
        path: body.decode()
        for path, body in site.files.items()
        if path.endswith(".html") and path.startswith("cy/") == welsh
    }


def test_the_catalogue_of_the_test_is_whole_longer_and_of_other_letters() -> None:
    texts = [text for text in WELSH.texts.values() if isinstance(text, str)]
    english = [text for text in ENGLISH.texts.values() if isinstance(text, str)]
    assert sum(map(len, texts)) > 1.3 * sum(map(len, english))
    assert {"ŵ", "ŷ"} <= set(LETTERS) & set("".join(texts))
    assert not re.search(r"[A-Za-z]", re.sub(r"\{[a-z_]+\}", "", "".join(texts)))


def test_each_page_is_there_in_both_and_each_leads_to_the_other(site) -> None:
    welsh, english = pages(site, welsh=True), pages(site, welsh=False)
    assert {path.removeprefix("cy/") for path in welsh} == set(english)
    for path, page in english.items():
        other = welsh[f"cy/{path}"]
        up = "/" if path == "404.html" else "../" * path.count("/")
        assert '<html lang="en">' in page
        assert '<html lang="cy">' in other
        assert f'<a lang="cy" hreflang="cy" href="{up}cy/{path}">' in page
        back = "/" if path == "404.html" else f"../{up}"
        assert f'<a lang="en" hreflang="en" href="{back}{path}">' in other
    assert linked(site.files).broken == ()


def test_no_page_is_heavier_than_it_may_be_in_either(site) -> None:
    for path, page in (*pages(site, welsh=True).items(), *pages(site, welsh=False).items()):
        assert len(page.encode()) + len(style().encode()) < MOST_BYTES, path


def told(page: str) -> str:
    """What a reader sees of a page, without what is in another language and says so, and without code."""
    bare_page = re.sub(r"<style>.*?</style>|<code>.*?</code>|<pre>.*?</pre>", " ", page, flags=re.DOTALL)
    bare_page = re.sub(r'<dd class="code">.*?</dd>', " ", bare_page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", " ", bare_page))


def untranslated(state: PublicState) -> list[str]:
    """What people wrote, and what names a document: it stays as it was written."""
    profile = state.profile
    rows = (*profile.numbers().values(), *profile.ranks().values(), *profile.search.rows)
    sources = [one.source for one in rows if one.source is not None]
    found = [part for one in sources for part in (one.document, one.section, one.url) if part]
    found += [one.judgement for one in rows if one.source is None]
    found += [part for one in shipped_principles() for part in (one.source.document, one.source.section)]
    numbers = [getattr(NUMBERS, name) for name in NUMBERS.__dataclass_fields__ if name != "valid_from"]
    found += [one.judgement or one.source.document for one in numbers]
    found += [part for one in numbers if one.source for part in (one.source.section, one.source.url) if part]
    found += [NOTE, state.name, profile.title, profile.label, "ANPR manager", "Read the standard itself."]
    found += [
        "So it is, as the evidence shows.",
        "current of 2021-02-01",
        "current.2021-02-01",
        "witness.example",
        # What the assessor of the scene wrote.
        *("It was looked at with care.", "Two people wait for their course.", "Nothing is kept longer."),
        READ.document,
        READ.section,
        *("We do not know it for each list.", "manager & more", "Written.", "abababababab"),
    ]
    return sorted(
        {*found, *state.contact.values(), state.log.read.origin, "camera_targets"}, key=len, reverse=True
    )


def test_nothing_of_english_is_left_on_any_page(site, state) -> None:
    for path, page in pages(site, welsh=True).items():
        text = told(page)
        for one in untranslated(state):
            text = " ".join(text.split()).replace(" ".join(one.split()), " ")
        # The numbers of questions, and digests.
        text = re.sub(r"\b[0-9]{1,2}[a-z]\.|\b[0-9a-f]{64}\b", " ", text)
        assert sorted(set(re.findall(r"[A-Za-z]{2,}", text))) == [], path


def test_days_and_numbers_are_written_as_the_language_writes_them(site) -> None:
    page = told(site.files["cy/figures/2026-09.html"].decode())
    assert "99.000" in page
    assert "99,000" not in page
    month = WELSH.say("date.month.12")
    assert f"2026 {month} 3" in page
    assert "99,000" in told(site.files["figures/2026-09.html"].decode())


def test_where_an_assessment_was_not_frozen_in_it_its_english_text_says_that_it_is_english(state) -> None:
    english = replace(state, assessments={"en": state.assessments["en"]})
    for path, page in pages(make_site(english, [ENGLISH, WELSH]), welsh=True).items():
        if path.startswith("cy/assessment/"):
            assert '<div lang="en">' in page
            outside, _, within = page.partition('<div lang="en">')
            assert "Nothing on this page says" not in outside
            within = within.partition("</main>")[0]
            assert re.search(r"[A-Za-z]{5,}", told(within))


def test_headings_and_names_are_as_in_english(site) -> None:
    for path, page in pages(site, welsh=True).items():
        english = read(re.sub(r"<input[^>]*>", "", site.files[path.removeprefix("cy/")].decode())).tags
        other = read(re.sub(r"<input[^>]*>", "", page)).tags
        assert [tag for tag, _ in other] == [tag for tag, _ in english], path
        levels = [int(tag[1]) for tag, _ in other if re.fullmatch(r"h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_before_anything_is_published_both_say_so(state) -> None:
    found = make_site(bare(state), [ENGLISH, WELSH])
    said = str(WELSH.texts["site.figures.none"])
    assert said in found.files["cy/index.html"].decode()
    assert linked(found.files).broken == ()


@pytest.mark.parametrize("hole", ["site.home.lead", "date.month.3", "number.thousands", "site.year.run"])
def test_a_text_too_few_or_too_many_keeps_the_language_from_loading(hole) -> None:
    assert hole in WELSH.texts
    fewer = {name: text for name, text in WELSH.texts.items() if name != hole}
    with pytest.raises(WordsError, match=f"lacks {re.escape(hole)}"):
        verify_same(parse_catalogue(as_toml(fewer), language="cy"), ENGLISH)
    more = {**WELSH.texts, "site.home.more": "ŵ"}
    with pytest.raises(WordsError, match=r"has site\.home\.more, which nothing asks for"):
        verify_same(parse_catalogue(as_toml(more), language="cy"), ENGLISH)
    marked = {**WELSH.texts, "site.foot.made": "ŵ"}
    with pytest.raises(WordsError, match=r"site\.foot\.made"):
        verify_same(parse_catalogue(as_toml(marked), language="cy"), ENGLISH)
