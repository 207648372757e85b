"""What a read leaves open: which other marks are looked up, how each is named, who is spared it."""

from __future__ import annotations

import pytest

from openanpr.core.hit import Reason
from openanpr.core.read import Candidate, Character
from openanpr.core.shape import shape_key
from openanpr.match.doubt import MatchRules, Otherwise, is_open, otherwise
from openanpr.match.said import said_by
from tests.match.reads import make_read
from tests.match.records import make_record

RULES = MatchRules()
SURE = tuple(Character(c, 0.9999) for c in "AB12CDE")


def opened(plate: str = "AB12CDE", **changes) -> dict[str, Otherwise]:
    said = said_by(make_read(plate, **({"characters": SURE} | changes)), unstated_confidence=0.85)
    return {other.shape: other for other in otherwise(said, shape_key(plate), RULES)}


def with_character(position: int, character: Character) -> tuple[Character, ...]:
    return (*SURE[:position], character, *SURE[position + 1 :])


def test_one_character_off_is_a_doubtful_character_and_more_is_a_rival_reading() -> None:
    candidates = (Candidate("AB12CDE", 0.7), Candidate("A812CDE", 0.15), Candidate("A812CDF", 0.1))
    found = opened(confidence=0.7, candidates=candidates)
    assert found["A812CDE"].reason is Reason.DOUBTFUL_CHARACTER
    assert found["A812CDF"].reason is Reason.RIVAL_READING


def test_a_correction_keeps_the_odds_that_the_reader_gave_the_uncorrected_mark() -> None:
    candidates = (Candidate("AB12CDE", 0.7), Candidate("AB1ZCDE", 0.25))
    assert opened(confidence=0.7, candidates=candidates, raw="AB1ZCDE")["AB1ZCDE"].p == pytest.approx(0.25)


def test_an_uncorrected_mark_without_odds_has_what_the_read_leaves() -> None:
    assert opened(confidence=0.7, raw="AB1ZCDE")["AB1ZCDE"].p == pytest.approx(0.3)


def test_what_was_seen_is_looked_up_once_and_as_what_was_seen() -> None:
    candidates = (Candidate("AB12CDE", 0.7), Candidate("AB1ZCDE", 0.25))
    said = said_by(make_read(confidence=0.7, candidates=candidates, raw="AB1ZCDE"), unstated_confidence=0.85)
    reasons = [other.reason for other in otherwise(said, "AB12CDE", RULES) if other.shape == "AB1ZCDE"]
    assert reasons[0] is Reason.RAW_READING


def test_spellings_of_one_shape_are_as_likely_as_all_of_them_together() -> None:
    candidates = (Candidate("AB12CDE", 0.7), Candidate("ABI0CD", 0.1), Candidate("AB1OCD", 0.15))
    assert opened(confidence=0.7, candidates=candidates)["AB10CD"].p == pytest.approx(0.25)


def test_candidates_that_a_sender_gives_too_much_never_pass_certainty() -> None:
    candidates = (Candidate("AB12CDF", 0.9), Candidate("AB12CDF", 0.9))
    assert opened(confidence=0.7, candidates=candidates)["AB12CDF"].p == 1.0


def test_a_named_rival_takes_its_share_before_the_unnamed_ones() -> None:
    # B with 0.6: the reader names D with 0.3, so 8 has the 0.1 that is left and not the whole 0.4.
    found = opened(confidence=0.6, characters=with_character(1, Character("B", 0.6, (("D", 0.3),))))
    assert found["AD12CDE"].p == pytest.approx(0.3)
    assert found["A812CDE"].p == pytest.approx(0.1)


def test_a_character_without_any_probability_leaves_nothing_to_reckon_with() -> None:
    assert opened(confidence=0.6, characters=with_character(1, Character("B", 0.0, (("8", 0.9),)))) == {}


def test_characters_that_do_not_fit_the_mark_are_not_reckoned_with() -> None:
    assert opened(confidence=0.6, characters=(Character("B", 0.6),)) == {}


@pytest.mark.parametrize(
    "record",
    [
        make_record(confidence=0.9995, characters=SURE),
        make_record(confidence=0.98, characters=SURE),
        make_record(confidence=0.98, characters=with_character(1, Character("B", 0.9999, (("8", 0.0001),)))),
        make_record(confidence=0.9995, characters=with_character(1, Character("B", 0.6))),
        make_record(confidence=0.98, characters=SURE, candidates=(Candidate("ABIZCDE", 0.0001),)),
        make_record("AB10CDE", confidence=0.98, characters=SURE, candidates=(Candidate("ABIOCDE", 0.5),)),
    ],
    ids=["sure", "sure characters", "unlikely rival", "sure as a whole", "unlikely mark", "same shape"],
)
def test_a_read_that_leaves_nothing_open_is_spared_the_slow_look(record) -> None:
    assert is_open(record, RULES) is False


@pytest.mark.parametrize(
    "record",
    [
        make_record(confidence=0.98, characters=with_character(1, Character("B", 0.95))),
        make_record(confidence=0.98, characters=with_character(1, Character("B", 0.9999, (("8", 0.02),)))),
        make_record(confidence=None, characters=with_character(6, Character("E", 0.6))),
        make_record(confidence=0.98, characters=SURE, candidates=(Candidate("AB12CDF", 0.01),)),
        make_record(confidence=0.9995, characters=SURE, candidates=(Candidate("AB12CDF", 0.02),)),
    ],
    ids=["doubtful character", "likely rival", "no confidence", "likely mark", "likely mark of a sure read"],
)
def test_a_read_that_may_mean_another_mark_is_looked_at(record) -> None:
    assert is_open(record, RULES) is True


@pytest.mark.parametrize("name", ["exact_confidence", "least_doubt", "spelling_doubt", "unstated_confidence"])
@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_each_rule_of_matching_is_a_probability(name, share) -> None:
    with pytest.raises(ValueError, match=name):
        MatchRules(**{name: share})


@pytest.mark.parametrize("name", ["exact_confidence", "least_doubt", "spelling_doubt", "unstated_confidence"])
def test_never_and_always_are_probabilities_too(name) -> None:
    assert getattr(MatchRules(**{name: 0.0}), name) == 0.0
    assert getattr(MatchRules(**{name: 1.0}), name) == 1.0
