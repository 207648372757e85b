"""The public site: whole, small, without script, true to its state, and the same bytes for the same state."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html import escape, unescape
from itertools import pairwise
from posixpath import dirname, join, normpath

import pytest

from openanpr.audit.note import NoteKey
from openanpr.policy.profile import load_profile, shipped_profiles
from openanpr.publish.copy.links import linked
from openanpr.publish.definitions import FIGURES, Widths, populations
from openanpr.publish.proof import verify
from openanpr.publish.site.make import Site, make_site
from openanpr.publish.site.pages import style
from openanpr.publish.site.state import PublicState
from openanpr.publish.site.sums import years
from openanpr.publish.words import Catalogue, catalogue
from tests.publish.memory import PROFILE
from tests.publish.site_scene import AT, NOTE, bare, state_in
from tests.publish.test_page import Read, read
from tests.publish.test_words import CODE, SOURCE, _x

ENGLISH = catalogue()
MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> PublicState:
    return state_in(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def site(state) -> Site:
    return make_site(state, [ENGLISH])


def pages_of(site: Site) -> dict[str, str]:
    """The pages that the site makes itself, as text."""
    return {path: body.decode("utf-8") for path, body in site.files.items() if path.endswith(".html")}


def text_of(page: str) -> str:
    return " ".join(" ".join(read(VOID_INPUT.sub("", page)).texts).split())


def place_of(path: str, href: str) -> str:
    """The file that a link of a page leads to."""
    return normpath(join("/", dirname(path), unescape(href).partition("#")[0])).removeprefix("/")


VOID_INPUT = re.compile(r"<input[^>]*>")


def parsed(page: str) -> Read:
    return read(VOID_INPUT.sub("", page))


def test_the_same_state_makes_the_same_bytes(state, site) -> None:
    again = make_site(state, [ENGLISH])
    assert again.files == site.files
    assert again.digest == site.digest
    later = make_site(replace(state, at=AT + timedelta(minutes=1)), [ENGLISH])
    assert later.digest != site.digest


def test_every_page_weighs_little_with_its_style(site) -> None:
    for path, page in pages_of(site).items():
        assert len(page.encode()) + len(style().encode()) < MOST_BYTES, path
    assert sum(path.startswith("assessment/principle-") for path in pages_of(site)) == 12


@pytest.mark.parametrize("empty", [False, True])
def test_every_link_leads_to_a_file_or_an_id_that_is_there(state, empty) -> None:
    found = make_site(bare(state) if empty else state, [ENGLISH])
    for path, page in pages_of(found).items():
        tags = parsed(page).tags
        ids = [str(attrs["id"]) for _, attrs in tags if "id" in attrs]
        assert len(ids) == len(set(ids)), path
        for _, attrs in tags:
            named = attrs.get("aria-labelledby")
            assert named is None or named in ids
            href = attrs.get("href")
            assert href is None or href.startswith("#") or place_of(path, href) in found.files, (path, href)
    leads = linked(found.files)
    assert leads.broken == (), "ids too"
    assert leads.elsewhere == {}


def test_every_file_is_reached_from_the_first_page(site) -> None:
    seen, waiting = set[str](), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        if path in pages_of(site):
            hrefs = re.findall(r'href="([^"#]+)"', site.files[path].decode())
            waiting += [place_of(path, href) for href in hrefs]
    assert seen == set(site.files) - {"404.html"}


def test_no_page_has_a_script_a_form_or_anything_from_elsewhere(site) -> None:
    for path, page in pages_of(site).items():
        tags = parsed(page).tags
        assert not {"script", "img", "iframe", "object", "form", "style"} & {tag for tag, _ in tags}
        names = {name for _, attrs in tags for name in attrs}
        assert not {name for name in names if name.startswith("on") or name in {"src", "style", "action"}}
        assert "http://" not in page, path
        assert "https://" not in page, path
    assert not re.search(r"url\(|@import|https?:|GDS", style())


def test_headings_go_down_one_step_at_a_time_and_each_page_has_its_title(site) -> None:
    titles = set[str]()
    for path, page in pages_of(site).items():
        tags = parsed(page).tags
        levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), path
        assert ("html", {"lang": "en"}) in tags
        titles.add(page.partition("<title>")[2].partition("</title>")[0])
    assert len(titles) == len(pages_of(site))


def test_a_month_tells_each_figure_and_its_document_is_proved(state, site) -> None:
    page = text_of(pages_of(site)["figures/2026-09.html"])
    proved = verify(site.files["figures/2026-09.json"], log_key=NoteKey.parse(state.log.key))
    assert proved.read is not None
    assert proved.digest in page
    assert proved.read.under.root.hex() in page
    for one in proved.read.figures:
        assert f"site.figure.{one.id}.name" in ENGLISH.texts
        assert str(ENGLISH.texts[f"site.figure.{one.id}.about"]) in page
    assert "Searches refused by the rules" in page
    assert "99,000" in page
    assert "1 January 2026" in page, "the oldest day, as people write it"
    assert "withheld: too few to tell" in page
    assert "of each thousand" in page
    assert "Ann" not in page


def test_what_was_written_is_text_and_nothing_else(site) -> None:
    page = pages_of(site)["figures/2026-09.html"]
    assert escape(NOTE, quote=False) in page
    assert "<b>" not in page
    assert verify(site.files["figures/2026-09-note-1.json"],
                  log_key=NoteKey.parse(site.files["key.txt"].decode().strip())).note == NOTE  # fmt: skip


def test_a_year_is_the_sum_of_what_its_months_show(site) -> None:
    page = text_of(pages_of(site)["figures/2026.html"])
    assert "From September 2026 to October 2026: 2 months" in page
    assert "198,000" in page


def test_months_of_which_one_is_missing_are_summed_apart(state) -> None:
    months = state.months()
    (year, runs), *more = list(years([months[0], replace(months[1], period=months[1].period.next)]))
    assert (year, [run.months for run in runs], more) == (2026, [1, 1], [])


def test_what_is_old_is_said_loudly_on_every_page(state) -> None:
    loud = str(ENGLISH.texts["site.old.figures"])
    for changed in ({"late_months": 1}, {"at": AT + timedelta(days=60)}):
        for path, page in pages_of(make_site(replace(state, **changed), [ENGLISH])).items():
            assert loud in text_of(page), path
    old = replace(state, at=AT + timedelta(days=401))
    assert "its evidence is more than 400 days old" in text_of(
        pages_of(make_site(old, [ENGLISH]))["index.html"]
    )
    assert not any(loud in text_of(page) for page in pages_of(make_site(state, [ENGLISH])).values())


def test_every_page_says_when_it_was_made_and_when_the_next_figures_are_due(site) -> None:
    for path, page in pages_of(site).items():
        text = text_of(page)
        assert "last updated on 3 December 2026, 09:30 UTC" in text, path
        assert "The newest figures are of October 2026; those of the month after must be here by" in text
        assert "8 January 2027" in text, "31 days and 7 after November"


def test_before_anything_is_published_the_pages_say_so(state) -> None:
    found = pages_of(make_site(bare(state), [ENGLISH]))
    assert "No month of figures is published yet" in text_of(found["index.html"])
    assert "No self assessment is published yet" in text_of(found["assessment/index.html"])
    assert text_of(found["contact.html"]).count("Nobody has said yet") == 4
    assert "No change of rules" in text_of(found["rules.html"])


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_number_of_a_profile_is_told_with_its_source(state, name) -> None:
    profile = load_profile(name)
    page = text_of(pages_of(make_site(replace(state, profile=profile), [ENGLISH]))["rules.html"])
    for number in (*profile.numbers().values(), *profile.ranks().values(), *profile.search.rows):
        where = number.judgement if number.source is None else number.source.document
        assert where in page
    assert page.count("not verified") >= sum(
        one.source is not None and not one.source.verified for one in profile.numbers().values()
    )


def test_the_first_page_takes_its_numbers_from_the_profile(site) -> None:
    page = text_of(pages_of(site)["index.html"])
    assert f"kept for {PROFILE.retention_days.value} days" in page
    assert f"up to {PROFILE.search.ordinary_days.value} days old" in page
    assert "No speed is measured" in page
    assert "We do not say where" in page


def test_the_index_for_machines_has_the_digest_of_each_file(site) -> None:
    told = json.loads(site.files["data.json"])
    assert told["files"] == {
        path: sha256(body).hexdigest() for path, body in site.files.items() if path != "data.json"
    }
    assert [one["period"] for one in told["published"]] == ["2026-09", "2026-09", "2026-10"]


def test_what_waits_for_its_proof_makes_no_site(state) -> None:
    waiting = replace(state, published=(replace(state.published[0], proof=None),))
    with pytest.raises(ValueError, match="waits for its proof"):
        make_site(waiting, [ENGLISH])


def test_the_mark_changes_with_what_is_shown_and_not_with_the_clock_alone(state) -> None:
    assert replace(state, at=AT + timedelta(hours=1)).mark() == state.mark()
    others = [
        replace(state, at=AT + timedelta(days=1)),
        replace(state, published=state.published[:1]),
        replace(state, contact={}),
        replace(state, assessments={}),
        replace(state, rules="cd" * 32),
        replace(state, late_months=1),
    ]
    assert len({one.mark() for one in (state, *others)}) == len(others) + 1


def test_the_catalogue_tells_of_figures_and_populations_as_they_are_defined() -> None:
    assert {one.id: one.about for one in FIGURES} == {
        one.id: ENGLISH.texts[f"site.figure.{one.id}.about"] for one in FIGURES
    }
    for one in populations((90,), Widths(1, 1, 1)):
        assert ENGLISH.texts[f"site.population.{one.id}.about"] == one.about
    kept = {name.split(".")[2] for name in ENGLISH.texts if name.startswith("site.figure.")}
    assert kept == {one.id for one in FIGURES}


def test_every_text_of_the_site_is_asked_for(state) -> None:
    asked = set[str]()

    class Heard(dict[str, object]):
        def get(self, key, default=None):
            asked.add(key)
            return super().get(key, default)

    words = Catalogue("en", Heard(ENGLISH.texts))
    for one in (state, bare(state), replace(state, late_months=1, at=AT + timedelta(days=500))):
        make_site(one, [words])
    shipped = {f"site.language.{code}" for code in ("en", "cy")}
    unused = {name for name in ENGLISH.texts if name.startswith("site.")} - asked - shipped
    ranks = {name for name in unused if name.startswith("site.rank.")}
    not_in_scene = {name for name in unused if name.split(".")[1] in {"figure", "population", "fact"}}
    bands = {"site.value.at-least", "site.value.none"}
    assert unused - ranks - not_in_scene - bands == set()
    assert all(f'"{name}"' in CODE for name in bands)


def test_a_second_language_stands_in_its_own_folder_and_nothing_of_english_is_left(state) -> None:
    other = Catalogue("cy", {name: _x(text) for name, text in ENGLISH.texts.items()})
    found = make_site(state, [ENGLISH, other])
    page = found.files["cy/index.html"].decode()
    assert '<html lang="cy">' in page
    assert 'href="../index.html"' in page
    assert 'href="cy/index.html"' in found.files["index.html"].decode()
    assert 'href="../../figures/2026-09.json"' in found.files["cy/figures/2026-09.html"].decode()
    bare_text = text_of(page).replace("Aldshire Police", "")
    assert not re.findall(r"[A-WYZa-wyz]+", bare_text)
    for path, one in pages_of(found).items():
        for href in re.findall(r'href="([^"#]+)"', one):
            assert place_of(path, href) in found.files, (path, href)


def test_the_templates_hold_no_text_of_their_own() -> None:
    for path in sorted((SOURCE / "site/templates").glob("*.html")):
        page = path.read_text(encoding="utf-8")
        bare_text = re.sub(r"<code>.*?</code>|\{[{%].*?[%}]\}|<[^>]*>", " ", page, flags=re.DOTALL)
        assert not re.search(r"[A-Za-z]", bare_text), path.name
