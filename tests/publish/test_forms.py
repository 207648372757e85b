"""The forms among the pages of the site: small, whole, without script, sent to one place, in any language."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from openanpr.publish.site.forms import KINDS, STATUS_PAGE, form_path, posts
from openanpr.publish.site.make import Site, make_site
from openanpr.publish.site.pages import style
from openanpr.publish.words import Catalogue, catalogue
from tests.publish.site_scene import state_in
from tests.publish.test_site import MOST_BYTES, pages_of, parsed, place_of, text_of
from tests.publish.test_words import _x

ORIGIN = "https://anpr.aldshire.example"
FORMS = {form_path(kind) for kind in KINDS} | {STATUS_PAGE}


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    return replace(state_in(tmp_path_factory.mktemp("state")), intake=ORIGIN)


@pytest.fixture(scope="module")
def site(state) -> Site:
    return make_site(state, [catalogue()])


def test_without_a_place_to_send_to_there_is_no_form_and_no_way_to_one(state) -> None:
    files = make_site(replace(state, intake=""), [catalogue()]).files
    assert not FORMS & set(files)
    assert not [path for path, body in pages_of(Site(files)).items() if "ask-" in body or "<form" in body]


def test_forms_are_pages_of_their_own_and_each_is_reached_from_the_contacts(site) -> None:
    with_form = {path for path, page in pages_of(site).items() if "<form" in page}
    assert with_form == FORMS == {path for path in site.files if posts(path)}
    contact = site.files["contact.html"].decode()
    assert {path for path in FORMS if f'href="{path}"' in contact} == FORMS


def test_a_form_is_sent_to_one_place_and_by_its_body_alone(site) -> None:
    for path in FORMS:
        page = site.files[path].decode()
        tags = parsed(page).tags
        (form,) = [attrs for tag, attrs in tags if tag == "form"]
        assert form["method"] == "post"
        assert form["action"].startswith(f"{ORIGIN}/ask")
        assert f"form-action {ORIGIN}" in page
        assert not {"script", "img", "iframe", "style"} & {tag for tag, _ in tags}
        assert page.replace(form["action"], "").replace(f"form-action {ORIGIN}", "").count("http") <= 1
    others = set(pages_of(site)) - FORMS
    assert all("form-action 'none'" in site.files[path].decode() for path in others)


def test_each_field_has_its_label_and_its_help(site) -> None:
    for path in FORMS:
        page = site.files[path].decode()
        fields = re.findall(r'<(?:input type="text"|textarea)[^>]*id="([a-z]+)"', page)
        assert len(fields) >= 2
        for name in fields:
            assert f'<label for="{name}">' in page
            if name != "website":
                assert f'id="{name}-help"' in page


def test_pages_with_forms_are_as_light_and_as_whole_as_the_others(site) -> None:
    titles = set[str]()
    for path, page in pages_of(site).items():
        assert len(page.encode()) + len(style().encode()) < MOST_BYTES
        levels = [int(tag[1]) for tag, _ in parsed(page).tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), path
        titles.add(page.partition("<title>")[2].partition("</title>")[0])
        for href in re.findall(r'href="([^"#]+)"', page):
            assert place_of(path, href) in site.files, (path, href)
    assert len(titles) == len(pages_of(site))


def test_the_days_that_a_form_promises_are_those_of_the_profile(state, site) -> None:
    assert "within 1 month." in text_of(site.files["ask-access.html"].decode())
    assert f"within {state.profile.rights.question_days.value} days" in text_of(
        site.files["ask-question.html"].decode()
    )


def test_another_language_has_its_own_forms_and_nothing_of_english_is_left(state) -> None:
    other = Catalogue("cy", {name: _x(text) for name, text in catalogue().texts.items()})
    found = make_site(state, [catalogue(), other])
    page = found.files["cy/ask-access.html"].decode()
    assert 'name="lang" value="cy"' in page
    assert posts("cy/ask-access.html")
    told = text_of(page).replace("Aldshire Police", "")
    assert not re.findall(r"[A-WYZa-wyz]+", told)
