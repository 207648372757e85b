"""The answer beside the evidence: no answer outweighs evidence that is missing, stale or says otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.publish.assessment.answer import Answer, AnswerKind
from openanpr.publish.assessment.finding import Finding, Grounds, Standing, Yardstick
from openanpr.publish.assessment.verdict import Colour, judge
from tests.publish.scene import NOW

LOOSE = (Yardstick("days", 1, Grounds.JUDGEMENT, "because"),)
READ = (Yardstick("days", 1, Grounds.SOURCE, "an act", verified=True),)


def finding(standing: Standing, *, yardsticks=(), empty: bool = False, name: str = "it") -> Finding:
    return Finding(name, standing, "all", NOW, "log", NOW, (), yardsticks, None, empty)


def answer(kind: AnswerKind) -> Answer:
    return Answer(kind, "So it is.", "ada", NOW)


findings = st.lists(
    st.builds(
        finding,
        st.sampled_from(Standing),
        yardsticks=st.sampled_from([(), LOOSE, READ]),
        empty=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)
answers = st.sampled_from([None, *map(answer, AnswerKind)])


@given(answers, findings)
def test_missing_or_stale_evidence_is_red_whatever_the_assessor_says(said, found) -> None:
    if any(one.standing in {Standing.MISSING, Standing.STALE} for one in found):
        assert judge(said, found).colour is Colour.RED


@given(findings)
def test_a_yes_that_any_evidence_contradicts_is_red(found) -> None:
    if any(one.standing is Standing.CONTRADICTS for one in found):
        assert judge(answer(AnswerKind.YES), found).colour is Colour.RED


@given(answers, findings)
def test_green_needs_a_yes_that_all_evidence_supports_by_numbers_that_were_read(said, found) -> None:
    green = judge(said, found).colour is Colour.GREEN
    borne_out = all(one.standing is Standing.SUPPORTS and not one.against_unverified for one in found)
    borne_out = borne_out and not all(one.empty for one in found)
    assert green == (said is not None and said.kind is AnswerKind.YES and borne_out)


@given(answers, findings)
def test_all_but_green_and_what_does_not_apply_needs_an_action(said, found) -> None:
    verdict = judge(said, found)
    assert verdict.needs_action == (verdict.colour not in {Colour.GREEN, Colour.NOT_APPLICABLE})


S, C = Standing.SUPPORTS, Standing.CONTRADICTS


@pytest.mark.parametrize(
    ("kind", "standings", "colour", "why"),
    [
        (AnswerKind.YES, [S, S], Colour.GREEN, "supported"),
        (AnswerKind.YES, [S, C], Colour.RED, "contradicted"),
        (AnswerKind.PARTLY, [S, C], Colour.AMBER, "partly"),
        (AnswerKind.PARTLY, [S], Colour.AMBER, "partly"),
        (AnswerKind.PARTLY, [C, C], Colour.RED, "contradicted"),
        (AnswerKind.NO, [C], Colour.AMBER, "no"),
        (AnswerKind.NO, [S, C], Colour.AMBER, "no"),
        (AnswerKind.NO, [S, S], Colour.RED, "better-than-said"),
        (AnswerKind.NOT_APPLICABLE, [S], Colour.RED, "applies"),
    ],
)
def test_an_answer_stands_as_far_as_the_evidence_lets_it(kind, standings, colour, why) -> None:
    found = judge(answer(kind), [finding(one) for one in standings])
    assert (found.colour, found.why) == (colour, why)


def test_what_was_measured_against_an_unverified_number_is_measured_and_never_green() -> None:
    found = judge(answer(AnswerKind.YES), [finding(S), finding(S, yardsticks=LOOSE, name="that")])
    assert (found.colour, found.why, found.because) == (Colour.MEASURED, "unverified", ("that",))
    assert judge(answer(AnswerKind.YES), [finding(S, yardsticks=READ)]).colour is Colour.GREEN


def test_it_does_not_apply_only_where_the_evidence_shows_nothing_of_the_kind() -> None:
    nothing = finding(S, empty=True)
    assert judge(answer(AnswerKind.NOT_APPLICABLE), [nothing]).colour is Colour.NOT_APPLICABLE
    assert judge(answer(AnswerKind.NOT_APPLICABLE), [nothing, finding(S)]).colour is Colour.RED


@pytest.mark.parametrize("kind", [AnswerKind.YES, AnswerKind.PARTLY, AnswerKind.NO])
def test_nothing_of_the_kind_bears_nothing_out(kind) -> None:
    nothing = finding(S, empty=True)
    assert judge(answer(kind), [nothing, nothing]).why == "nothing-to-show"
    assert judge(answer(kind), [nothing, finding(S)]).why != "nothing-to-show"


def test_no_answer_is_red_and_a_question_without_evidence_is_never_judged() -> None:
    assert judge(None, [finding(S)]) == judge(None, [finding(C)])
    assert judge(None, [finding(S)]).why == "unanswered"
    with pytest.raises(ValueError, match="without evidence"):
        judge(answer(AnswerKind.YES), [])
