"""The document: one spelling, a schema, and nothing in public that tells of few people or of a name."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.publish.assessment.document import DocumentError, read_document
from openanpr.publish.assessment.evidence.catalogue import find_all
from openanpr.publish.assessment.evidence.look import Measuring
from openanpr.publish.assessment.facts import NotKnown
from openanpr.publish.assessment.finding import Counted, Figure, Finding, Part, Standing
from openanpr.publish.assessment.shown import shown
from openanpr.publish.assessment.telling import Audience, Telling, evidence_told
from openanpr.publish.words import catalogue
from tests.publish.scene import NOW, NUMBERS, desk_over, filled, known, log_in
from tests.publish.test_desk import signed

SCHEMA = Path(__file__).parents[2] / "docs/reference/self-assessment.schema.json"
WORDS = catalogue()
PUBLIC = Telling(WORDS, Audience.PUBLIC, NUMBERS)
INTERNAL = Telling(WORDS, Audience.INTERNAL, NUMBERS)


def told(of: Telling, *figures: Figure):
    finding = Finding("searches-judged", Standing.SUPPORTS, "all", NOW, "searches", NOW, figures)
    return evidence_told(finding, of).numbers


@pytest.fixture
def desk(tmp_path):
    log = log_in(tmp_path)
    yield desk_over(log, sites=NotKnown("sites", "not-kept"))
    log.close()


def test_every_document_fits_its_schema_and_has_one_spelling(desk) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    filled(desk)
    found = [shown(desk, 1, WORDS, Audience.INTERNAL, now=NOW).document]
    signed_desk = desk_over(desk.log, sites=NotKnown("sites", "not-kept"))
    signed(signed_desk)
    found += [shown(signed_desk, 1, WORDS, audience, now=NOW).document for audience in Audience]
    for document in found:
        body = document.to_bytes()
        jsonschema.validate(json.loads(body), schema)
        assert read_document(body) == document
        spelt = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert body == spelt.encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b'"form_version":1', b'"form_version":2'),
        lambda body: body.replace(b"{", b"{ ", 1),
        lambda body: body.replace(b'"audience"', b'"strange":1,"audience"', 1),
        lambda body: body[:-1],
        lambda _: b"[]",
        lambda _: b"\xff",
    ],
)
def test_what_is_not_such_a_document_is_refused(desk, change) -> None:
    filled(desk)
    body = shown(desk, 1, WORDS, Audience.INTERNAL, now=NOW).document.to_bytes()
    with pytest.raises(DocumentError):
        read_document(change(body))


def test_nobody_is_named_in_public(desk) -> None:
    filled(desk, by="ada-lovelace")
    inside = shown(desk, 1, WORDS, Audience.INTERNAL, now=NOW).document
    assert b"ada-lovelace" in inside.to_bytes()
    other = desk_over(desk.log, sites=NotKnown("sites", "not-kept"))
    signed(other, by="ada-lovelace", signer="sue-storm")
    public = shown(other, 1, WORDS, Audience.PUBLIC, now=NOW).document.to_bytes()
    assert b"ada-lovelace" not in public
    assert b"sue-storm" not in public


counts = st.integers(min_value=1, max_value=10_000)


@given(counts, counts)
def test_in_public_any_count_is_as_any_other_and_inside_it_is_told(one, other) -> None:
    (public,), (beside,) = (told(PUBLIC, Figure("searches-refused", Counted(n))) for n in (one, other))
    assert public == beside
    assert (public.value, "some" in public.said) == (None, True)
    (open_,) = told(INTERNAL, Figure("searches-refused", Counted(one)))
    assert open_.value == one


@given(counts, counts, counts, counts)
def test_in_public_any_share_is_as_any_other(hits, more, others, beside) -> None:
    def said(part: Part) -> str:
        (public,) = told(PUBLIC, Figure("searches-reviewed", part))
        assert public.value is None
        return public.said

    assert said(Part(hits, hits + more)) == said(Part(others, others + beside))
    assert said(Part(hits, hits)) == said(Part(others, others)) == "all"
    assert said(Part(0, hits)) == said(Part(0, others)) == "none"
    assert said(Part(0, 0)) == "of nothing"


def test_in_public_no_exact_count_of_people_is_left() -> None:
    for finding in find_all(known(searches={"refused": 3}), Measuring(NOW, NUMBERS)).values():
        exact = {one.name for one in finding.figures if isinstance(one.amount, Counted) and one.amount.number}
        for one in evidence_told(finding, PUBLIC).numbers:
            assert one.name not in exact or one.value is None


def test_what_it_was_measured_against_is_told_with_its_source() -> None:
    found = find_all(known(), Measuring(NOW, NUMBERS))
    one = evidence_told(found["misreads"], PUBLIC)
    assert [(rule.value, rule.verified) for rule in one.measured_against] == [(3, False)]
    assert one.measured_against[0].grounds.startswith("Said to stand in: What the police said")
    kept = evidence_told(found["retention-kept"], PUBLIC)
    assert [(rule.value, rule.verified) for rule in kept.measured_against] == [(365, True)]
