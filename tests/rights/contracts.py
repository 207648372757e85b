"""What whoever keeps cases must hold to, for the one in memory and the one in the database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openanpr.rights.case import CaseStep, CaseStepKind, Outcome, Words
from openanpr.rights.ports import CaseChangedError, CaseTakenError
from tests.rights.scene import DAY, NOW, WORDS, new, opened

NOTED = CaseStep(
    step=CaseStepKind.NOTED, at=NOW + DAY, by="ida", words=Words(text="rang", people=("pc1",), teams=("t1",))
)
CLOSED = CaseStep(step=CaseStepKind.CLOSED, at=NOW + 2 * DAY, by="ida", outcome=Outcome.WITHDRAWN)


class CasesContract:
    """Fixture `cases`: keeps none yet."""

    def test_a_case_is_found_with_its_steps_and_words(self, cases) -> None:
        assert cases.find("a") is None
        cases.open(new("a"))
        cases.append("a", 1, NOTED)
        assert cases.find("a").steps == (opened(), NOTED)
        assert cases.find("a").words == WORDS
        assert cases.find("a").excluded == ({"pc1"}, {"t1"})
        assert cases.find("b") is None

    @pytest.mark.parametrize("number", [0, 2, 7])
    def test_a_step_that_is_not_the_next_is_not_kept(self, cases, number) -> None:
        cases.open(new("a"))
        with pytest.raises(CaseChangedError):
            cases.append("a", number, NOTED)
        with pytest.raises(CaseChangedError):
            cases.append("nobody's", number, NOTED)
        assert cases.find("a").steps == (opened(),)

    def test_a_reference_and_a_form_open_one_case(self, cases) -> None:
        cases.open(new("a", form=b"f"))
        with pytest.raises(CaseTakenError):
            cases.open(new("a", form=b"g"))
        with pytest.raises(CaseTakenError):
            cases.open(new("b", form=b"f"))
        assert (cases.by_form(b"f"), cases.by_form(b"g")) == ("a", None)
        assert [one.reference for one in cases.every()] == ["a"]

    def test_a_code_is_kept_with_its_case(self, cases) -> None:
        cases.open(new("a"))
        assert (cases.code_of("a"), cases.code_of("b")) == (b"code of a", None)

    def test_closed_cases_are_told_apart_from_others(self, cases) -> None:
        cases.open(new("z", opened(at=NOW - DAY)))
        cases.open(new("a"))
        cases.open(new("b"))
        cases.append("b", 1, CLOSED)
        assert [one.reference for one in cases.every()] == ["z", "a"]
        assert [one.reference for one in cases.every(closed=True)] == ["b"]

    def test_words_are_forgotten_and_steps_are_not(self, cases) -> None:
        for name in "ab":
            cases.open(new(name))
            cases.append(name, 1, NOTED)
        cases.append("b", 2, CLOSED)
        assert list(cases.to_forget(NOW + 2 * DAY)) == []
        assert list(cases.to_forget(NOW + 3 * DAY)) == ["b"]
        cases.forget("b")
        assert list(cases.to_forget(NOW + 3 * DAY)) == []
        assert cases.find("b").steps == (replace(opened(), words=None), NOTED.bare, CLOSED)
        assert cases.find("a").words == WORDS
