"""An area that is drawn has an inside that everybody would draw alike."""

from __future__ import annotations

import math

import pytest

from openanpr.core.place import Place
from openanpr.search.question import Drawn, QuestionError

SQUARE = (Place(51, -3), Place(52, -3), Place(52, -2), Place(51, -2))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1)])
def test_an_area_may_be_drawn_from_any_corner_in_either_direction(order) -> None:
    assert len(Drawn(tuple(SQUARE[at] for at in order)).corners) == 4


def test_an_area_of_which_a_side_crosses_another_is_refused() -> None:
    with pytest.raises(QuestionError, match="crosses"):
        Drawn((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]))


def test_an_area_of_fewer_than_three_places_is_refused() -> None:
    with pytest.raises(QuestionError, match="corners"):
        Drawn(SQUARE[:2])
    with pytest.raises(QuestionError, match="corners"):
        Drawn((SQUARE[0], SQUARE[1], SQUARE[0]))


def test_a_hollow_area_and_a_round_one_are_areas() -> None:
    Drawn((*SQUARE[:2], Place(51.5, -2.5), SQUARE[2], SQUARE[3]))
    turns = (2 * math.pi * n / 200 for n in range(200))
    Drawn(tuple(Place(51 + math.sin(turn) / 1e4, -2 + math.cos(turn) / 1e4) for turn in turns))
