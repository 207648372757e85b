"""The confusion model: same glyph, near glyph, or no rival."""

from __future__ import annotations

import itertools

import pytest

from openanpr.core.confusion import confusion_weight, rivals
from tests.core.marks import CHARACTERS

PAIRS = list(itertools.product(CHARACTERS, repeat=2))


def test_the_same_glyph_weighs_one_and_nothing_else_does() -> None:
    whole = {frozenset(pair) for pair in PAIRS if confusion_weight(*pair) == 1.0}
    assert whole == {frozenset(c) for c in CHARACTERS} | {frozenset("O0"), frozenset("I1")}


def test_confusion_runs_both_ways_alike_between_nought_and_one() -> None:
    for a, b in PAIRS:
        assert confusion_weight(a, b) == confusion_weight(b, a)
        assert 0.0 <= confusion_weight(a, b) <= 1.0


def test_o_and_0_and_i_and_1_are_mistaken_for_the_same_others() -> None:
    for c in CHARACTERS:
        assert confusion_weight("O", c) == confusion_weight("0", c)
        assert confusion_weight("I", c) == confusion_weight("1", c)


@pytest.mark.parametrize(
    "group", ["8B", "5S", "2Z", "DO0Q", "G6C", "VY", "MNH", "EF", "KX", "T17", "UV", "PR"]
)
def test_every_reported_group_is_in_the_model(group) -> None:
    for a, b in itertools.combinations(group, 2):
        assert confusion_weight(a, b) > 0.0


def test_rivals_come_best_first_and_leave_out_the_character_itself() -> None:
    assert rivals("O")[0] == ("0", 1.0)
    for c in CHARACTERS:
        weights = [weight for _, weight in rivals(c)]
        assert weights == sorted(weights, reverse=True)
        assert all(weight > 0.0 for weight in weights)
        assert c not in {other for other, _ in rivals(c)}
        assert all(c in {back for back, _ in rivals(other)} for other, _ in rivals(c))


def test_characters_with_nothing_in_common_have_no_weight() -> None:
    assert confusion_weight("A", "W") == 0.0
    assert rivals("W") == ()


@pytest.mark.parametrize("pair", [("AB", "A"), ("A", ""), ("-", "A")])
def test_only_single_characters_are_compared(pair) -> None:
    with pytest.raises(ValueError, match="single characters"):
        confusion_weight(*pair)
