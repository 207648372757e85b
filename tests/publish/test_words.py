"""The catalogue: whole, used, honest; and another language is whole or does not load."""

from __future__ import annotations

import re
import tomllib
from html import escape
from pathlib import Path

import pytest

from openanpr.core.role import Role
from openanpr.publish.assessment.answer import AnswerKind
from openanpr.publish.assessment.evidence.catalogue import EVIDENCES, find_all
from openanpr.publish.assessment.evidence.look import Measuring
from openanpr.publish.assessment.facts import Target, unknown
from openanpr.publish.assessment.finding import Grounds, Standing, place_of
from openanpr.publish.assessment.page import page
from openanpr.publish.assessment.questions import shipped_principles
from openanpr.publish.assessment.shown import shown
from openanpr.publish.assessment.telling import Audience
from openanpr.publish.assessment.verdict import Colour
from openanpr.publish.assessment.version import State
from openanpr.publish.words import (
    Catalogue,
    WordsError,
    catalogue,
    marks,
    parse_catalogue,
    shipped_languages,
    verify_same,
)
from tests.publish.scene import (
    NOW,
    NUMBERS,
    OVER,
    QUESTIONS,
    READ,
    desk_over,
    filled,
    known,
    log_in,
    well,
)

SOURCE = Path(__file__).parents[2] / "src/openanpr/publish"
ENGLISH = catalogue()
CODE = "".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py")))
TEMPLATES = "".join(
    path.read_text(encoding="utf-8")
    for path in sorted(SOURCE.rglob("page.*"))
    if path.suffix in {".html", ".css", ".typ", ".py"}
)


def names_of(prefix: str) -> set[str]:
    return {text.removeprefix(prefix).split(".")[0] for text in ENGLISH.texts if text.startswith(prefix)}


def test_the_catalogue_has_each_word_of_the_code_and_no_other() -> None:
    targets = {"targets": (Target("capture", 980), Target("read-exact", 950))}
    loose = known(cameras=targets, rules={"numbers": {}})
    found = find_all(loose, Measuring(NOW, NUMBERS)).values()
    figures = {one.name for finding in found for one in finding.figures}
    yardsticks = {one.name for finding in found for one in finding.yardsticks}
    assert names_of("assessment.colour.") == names_of("assessment.colour-help.") == set(Colour)
    assert names_of("assessment.standing.") == set(Standing)
    assert names_of("assessment.answer.") == set(AnswerKind)
    assert names_of("assessment.evidence.") == set(EVIDENCES)
    assert names_of("assessment.question.") == set(QUESTIONS)
    assert names_of("assessment.principle.") == {str(number) for number in range(1, 13)}
    assert names_of("assessment.source.") == {*well(), "profile"} - {"rules"}
    assert names_of("assessment.figure.") == figures
    assert names_of("assessment.yardstick.") == yardsticks
    assert names_of("assessment.grounds.") == set(Grounds)
    assert names_of("assessment.role.") == {Role.AUTHORISING_OFFICER, Role.SENIOR_RESPONSIBLE_OFFICER}
    assert names_of("assessment.not-known.") == {unknown("sites")(OVER).why, "time-to-come"}


@pytest.mark.parametrize("kind", ["page", "amount", "why"])
def test_every_text_is_asked_for_somewhere(kind) -> None:
    states = {f"state-{state.value}" for state in State}
    asked = {name for name in names_of(f"assessment.{kind}.") - states if f'"{name}"' in CODE + TEMPLATES}
    fewer = {"part"}  # named whole, for the numbers that are put in
    assert all(f"amount.{name}" in CODE for name in fewer)
    assert names_of(f"assessment.{kind}.") - states - fewer == asked - fewer


def test_no_text_says_that_anything_is_complied_with() -> None:
    for text_id, text in ENGLISH.texts.items():
        forms = (text,) if isinstance(text, str) else text.values()
        said = [form for form in forms if re.search(r"compl(?:y|ies|ied|iant|iance)", form, re.IGNORECASE)]
        assert not said or text_id == "assessment.page.no-compliance", text_id


def test_no_text_holds_markup() -> None:
    for text in ENGLISH.texts.values():
        for form in (text,) if isinstance(text, str) else text.values():
            assert not re.search(r"[<>&]|\{\{", form)


def test_every_language_that_is_shipped_is_whole() -> None:
    assert shipped_languages()[0] == "en"
    for language in shipped_languages():
        verify_same(catalogue(language), ENGLISH)


def test_a_text_takes_what_it_marks_and_nothing_else() -> None:
    assert ENGLISH.say("assessment.page.version", number=3) == "Version 3"
    for given in ({}, {"number": 3, "more": 1}, {"more": 1}):
        with pytest.raises(WordsError, match="takes number"):
            ENGLISH.say("assessment.page.version", **given)
    with pytest.raises(WordsError, match=r"no text assessment\.nothing"):
        ENGLISH.say("assessment.nothing")


def test_what_is_put_in_is_never_looked_at_for_marks() -> None:
    assert ENGLISH.say("assessment.page.because", evidence="{number}") == "Because of: {number}"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "dim"), (1, "un"), (2, "dau"), (3, "tri"), (4, "4"), (6, "chwech"), (11, "11")],
)
def test_welsh_counts_by_its_own_forms(count, said) -> None:
    text = (
        '[a]\nb = { zero = "dim", one = "un", two = "dau", few = "tri", many = "chwech", other = "{count}" }'
    )
    assert parse_catalogue(text, language="cy").say("a.b", count=count) == said


def test_english_counts_by_two_forms() -> None:
    words = parse_catalogue('a = { one = "one thing", other = "{count} things" }', language="en")
    assert [words.say("a", count=n) for n in (0, 1, 2)] == ["0 things", "one thing", "2 things"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"b": None}, "lacks b"),
        ({"c": "more"}, "has c"),
        ({"a": "no mark"}, "puts in something else"),
    ],
)
def test_a_language_with_a_hole_does_not_load(change, told) -> None:
    texts = {"a": "{x}", "b": "two", **change}
    lines = "\n".join(f"{name} = {text!r}" for name, text in texts.items() if text is not None)
    other = parse_catalogue(lines, language="cy")
    with pytest.raises(WordsError, match=told):
        verify_same(other, parse_catalogue("a = '{x}'\nb = 'two'", language="en"))


@pytest.mark.parametrize(
    "text", ["a = 1", "a = ''", "a = { other = 1 }", "a = { other = 'x', lots = 'y' }", "a ="]
)
def test_what_is_no_text_does_not_load(text) -> None:
    with pytest.raises(WordsError, match="cannot be used"):
        parse_catalogue(text, language="en")


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(WordsError, match="speaks en"):
        catalogue("kw")
    with pytest.raises(WordsError, match="plural forms of kw"):
        parse_catalogue("a = 'b'", language="kw")


def test_days_and_moments_are_written_out() -> None:
    assert ENGLISH.day(NOW) == "30 November 2026"
    assert ENGLISH.moment(NOW) == "30 November 2026, 10:00 UTC"


def test_the_page_and_the_paper_hold_no_text_of_their_own() -> None:
    """What is left of the templates, tags and code taken out, has no letter."""
    page = (SOURCE / "assessment/page.html").read_text(encoding="utf-8")
    bare = re.sub(r"\{[{%].*?[%}]\}|<[^>]*>", " ", page, flags=re.DOTALL)
    assert not re.search(r"[A-Za-z]", bare)
    paper = (SOURCE / "assessment/page.typ").read_text(encoding="utf-8")
    contents = re.findall(r"\[([^\[\]]*)\]", re.sub(r"//.*", "", paper))
    for content in contents:
        left = re.sub(r"#[\w.-]+(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?|#(?:if|for)\b.*|/ ", " ", content)
        assert not re.search(r"[A-Za-z]{3}", left), content


def test_a_page_in_another_language_has_nothing_of_english_left(tmp_path) -> None:
    """A language made of x alone: what else has letters was written by people, or names a document."""
    texts = {name: _x(text) for name, text in ENGLISH.texts.items()}
    other, log = Catalogue("cy", texts), log_in(tmp_path)
    desk = desk_over(log)
    filled(desk)
    shown_ = shown(desk, 1, other, Audience.INTERNAL, now=NOW)
    log.close()
    bare = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page(shown_), flags=re.DOTALL)
    written = {
        *("So it is, as the evidence shows.", "Read the standard itself.", "ANPR manager"),
        *("current of 2021-02-01", "abababababab", "witness.example", "camera_targets"),
        *(place_of(one.source) for one in shipped_principles()),
    }
    numbers = [getattr(NUMBERS, name) for name in NUMBERS.__dataclass_fields__ if name != "valid_from"]
    written |= {one.judgement or place_of(one.source) for one in numbers}
    written |= {place_of(READ), *(f"{question}." for question in QUESTIONS)}
    for text in sorted(written, key=len, reverse=True):
        bare = bare.replace(escape(text, quote=True).replace("&#x27;", "&#39;"), " ")
    assert not re.findall(r"[A-WYZa-wyz]+", bare)


def _x(text):
    if not isinstance(text, str):
        return {form: _x(said) for form, said in text.items()}
    return "".join(
        part if part.startswith("{") else re.sub(r"[A-Za-z]", "x", part)
        for part in re.split(r"(\{[a-z_]+\})", text)
    )


def test_marks_are_found_in_all_forms() -> None:
    assert marks({"one": "{a}", "other": "{b}"}) == {"a", "b"}
    assert tomllib.loads((SOURCE / "words/en.toml").read_text(encoding="utf-8"))
