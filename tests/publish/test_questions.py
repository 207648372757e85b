"""The questions and their numbers are whole, or they are not used."""

from __future__ import annotations

from importlib import resources

import pytest

from openanpr.policy.sourced import ProfileError
from openanpr.publish.assessment.numbers import load_numbers
from openanpr.publish.assessment.questions import QuestionError, parse_principles, shipped_principles
from tests.publish.scene import NUMBERS, QUESTIONS

FOLDER = resources.files("openanpr.publish.assessment")
TEXT = FOLDER.joinpath("principles.toml").read_text(encoding="utf-8")
NUMBERS_TEXT = FOLDER.joinpath("numbers.toml").read_text(encoding="utf-8")


def test_there_are_twelve_principles_with_two_questions_or_more() -> None:
    principles = shipped_principles()
    assert [one.number for one in principles] == list(range(1, 13))
    assert all(len(one.questions) >= 2 for one in principles)
    assert len(QUESTIONS) == sum(len(one.questions) for one in principles)


def test_nobody_claims_to_have_read_the_code() -> None:
    """When somebody has, they change this, and the words that say so."""
    assert not any(one.source.verified for one in shipped_principles())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "1b"', 'id = "1a"', "an id of its own"),
        ('id = "1b"', 'id = "2b"', "no id of a question of principle 1"),
        ('"sites-justified"', '"site-justified"', "which is no evidence"),
        ('evidence = ["sites-justified"]', "evidence = []", "needs evidence"),
        ('id = "1a"', 'id = "1a"\nweight = 2', "no use for question.weight"),
        (", verified = false }", "}", "verified must say"),
        ("[[principle]]", "[principle]", "cannot be used"),
    ],
)
def test_a_file_of_questions_with_a_fault_is_not_used(old, new, told) -> None:
    with pytest.raises(QuestionError, match=told):
        parse_principles(TEXT.replace(old, new, 1))


def test_a_file_that_lacks_a_principle_is_not_used() -> None:
    with pytest.raises(QuestionError, match="1 to 12, in order"):
        parse_principles(TEXT.rpartition("[[principle]]")[0])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("value = 365", "value = 0", "must be 1 or more"),
        ("value = 95", "value = 101", "at most 100"),
        ("valid_from = 2026-11-30", "valid_from = 2026-11-30T00:00:00", "must be a day"),
        ("[assessment.round_days]", "[assessment.turn_days]", "no use for assessment.turn_days"),
        ("verified = false", "", "must say true or false"),
    ],
)
def test_numbers_with_a_fault_are_not_used(old, new, told) -> None:
    with pytest.raises(ProfileError, match=told):
        load_numbers(NUMBERS_TEXT.replace(old, new, 1), where="own.toml")


def test_no_number_is_told_as_read_that_nobody_could_read() -> None:
    for name in NUMBERS.__dataclass_fields__:
        found = getattr(NUMBERS, name)
        assert name == "valid_from" or found.source is None or not found.source.verified, name
