"""A document says what it was made of, in one spelling; whoever reads it takes what they do not know."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from openanpr.audit.entry import canonical
from openanpr.publish.period import Month
from openanpr.publish.population import Cell
from openanpr.publish.proof import verify_figures
from openanpr.publish.publication import (
    PublicationError,
    digest_of,
    members_of,
    note_body,
    read_publication,
)
from openanpr.publish.suppress import Shown
from tests.publish.cubes import EVERY, RULE, document, months

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "publication.md"
SOME = {
    "findings": {("proper",): Cell(7), ("improper",): Cell(2)},
    "alerts": {("crime", "yes", "arrest"): Cell(61, 100), ("crime", "yes", "misread"): Cell(6, 6)},
}
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def schema() -> dict:
    return json.loads(PAGE.read_text("utf-8").partition("```json\n")[2].partition("\n```")[0])


@SLOW
@given(months(1))
def test_what_is_read_back_is_what_was_told(stores) -> None:
    made = document(stores[0])
    read = read_publication(made.body())
    assert (read.period, read.rule, read.under, read.settled) == (
        made.period,
        made.rule,
        made.under,
        made.settled,
    )
    assert read.cubes == {one.population.id: one.cube for one in made.counted}
    assert [(one.id, one.value) for one in read.figures] == [
        (one.figure.id, one.value) for one in made.figures
    ]
    verify_figures(read)
    Draft202012Validator(schema()).validate(json.loads(made.body()))


def test_a_population_that_was_not_counted_says_why_and_its_figures_are_left_out() -> None:
    body = document(SOME).body()
    told = json.loads(body)
    (rights,) = (one for one in told["populations"] if one["id"] == "rights")
    assert rights["not_counted"] == "not here"
    assert "cells" not in rights
    assert {one["population"] for one in told["figures"]} == set(SOME)
    Draft202012Validator(schema()).validate(told)
    assert read_publication(body).cubes.keys() == set(SOME)


def test_a_withheld_cell_has_the_same_numbers_whatever_it_was() -> None:
    told = json.loads(document(SOME).body())
    (findings,) = (one for one in told["populations"] if one["id"] == "findings")
    assert findings["cells"] == [
        {"of": ["proper"], "least": 7, "most": 7},
        {"of": ["improper"], "least": 1, "most": 4, "withheld": True},
        {"of": ["unclear"], "least": 0, "most": 0},
    ]


def test_fields_that_are_not_known_are_taken() -> None:
    told = json.loads(document(SOME).body())
    told["weather"] = {"rain": True}
    told["populations"][0]["colour"] = "blue"
    told["figures"][0]["more"] = [1]
    read = read_publication(canonical(told))
    verify_figures(read)
    assert read.digest == digest_of(canonical(told))


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.pop("under"),
        lambda told: told["under"].update(root="00"),
        lambda told: told["rule"].update(least_shown=1),
        lambda told: told.update(period="2026-13"),
        lambda told: told["populations"][1]["cells"].pop(),
        lambda told: told["populations"][1]["cells"].reverse(),
        lambda told: told["populations"][3]["cells"][1].update(withheld=False),
        lambda told: told["populations"][3]["cells"][1].update(least=2, most=2),
        lambda told: told["populations"][3]["cells"][0].update(least=True),
        lambda told: told["populations"][3]["cells"][0].update(least=9, most=8),
        lambda told: told["figures"][0].update(value={"least": -1, "most": 3}),
        lambda told: told["populations"][3]["axes"].extend(
            {"name": f"axis-{n}", "words": [f"w{k}" for k in range(1000)]} for n in range(9)
        ),
        lambda told: told["populations"][3].update(step=0),
        lambda told: told["populations"][3].update(axes=[]),
        lambda told: told["populations"][3]["cells"].append(told["populations"][3]["cells"][0]),
        lambda told: told.update(version=2),
        lambda told: told.update(kind="other"),
    ],
)
def test_a_document_that_lacks_something_or_shows_what_is_withheld_is_refused(change) -> None:
    told = json.loads(document(SOME).body())
    change(told)
    with pytest.raises(PublicationError):
        read_publication(canonical(told))


@pytest.mark.parametrize(
    "spelling",
    [
        lambda body: b" " + body,
        lambda body: body.replace(b'"kind":"figures"', b'"kind":"figures","kind":"figures"'),
        lambda body: body[:-1],
        lambda _: b"[]",
        lambda _: b"\xff",
    ],
)
def test_another_spelling_is_refused_for_two_readers_could_be_shown_two_things(spelling) -> None:
    with pytest.raises(PublicationError):
        members_of(spelling(document(SOME).body()))


def test_a_figure_that_is_not_the_sum_of_its_cells_is_found() -> None:
    told = json.loads(document(SOME).body())
    for one in told["figures"]:
        if one["id"] == "findings":
            one["value"]["least"] += 1
    with pytest.raises(PublicationError, match="findings"):
        verify_figures(read_publication(canonical(told)))
    told["figures"] = [{**told["figures"][0], "where": {"colour": ["red"]}}]
    with pytest.raises(PublicationError, match="an axis that is not there"):
        verify_figures(read_publication(canonical(told)))
    told["figures"] = [{**told["figures"][0], "population": "nothing"}]
    with pytest.raises(PublicationError, match="not counted"):
        verify_figures(read_publication(canonical(told)))


def test_rates_of_shown_cells_say_what_they_rest_on() -> None:
    figures = {one.figure.id: one.value for one in document(SOME).figures}
    assert figures["alerts"] == Shown(65, 73)
    assert figures["arrest-per-thousand-alerts"] == Shown(821, 985)
    assert figures["ticket-per-thousand-alerts"] == Shown(0, 0)
    assert figures["mass-list-errors-per-thousand-alerts"] is None


def test_a_note_is_a_document_of_its_own() -> None:
    at = datetime(2026, 11, 3, tzinfo=UTC)
    body = note_body(Month(2026, 9), 1, " The clock stood still on 3 September. ", origin="log", at=at)
    assert members_of(body)["note"] == "The clock stood still on 3 September."
    with pytest.raises(PublicationError, match="a note, and no figures"):
        read_publication(body)
    for text in ("  ", "x" * 2001):
        with pytest.raises(ValueError, match="a note is some text"):
            note_body(Month(2026, 9), 1, text, origin="log", at=at)


def test_every_figure_is_of_a_population_and_of_axes_and_words_that_it_has() -> None:
    known = {one.id: {axis.name: set(axis.words) for axis in one.axes} for one in EVERY}
    for one in document({name: {} for name in known}, RULE).figures:
        axes = known[one.figure.population]
        for where in (one.figure.where, one.figure.of or {}):
            for axis, words in where.items():
                assert words <= axes[axis], one.figure.id
