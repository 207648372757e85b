"""What a hit may tell people to do, as a truth table."""

from __future__ import annotations

from itertools import product

import pytest

from openanpr.core.advice import Advice
from openanpr.core.hit import HitKind
from openanpr.core.voi_entry import Action
from openanpr.match.advice import Because, action_of, advise

EXACT, POSSIBLE = HitKind.EXACT, HitKind.POSSIBLE
CHECK = Advice.CHECK_PICTURE
ALL = list(product(HitKind, [False, True], [False, True], [False, True], [*Action, None]))


def advised(kind, stale, late, clock, action):
    return advise(kind, list_stale=stale, read_late=late, clock_doubtful=clock, action=action)


# kind, list stale, read late, clock doubtful, action: what is said, and why
TABLE = [
    (EXACT, 0, 0, 0, "STOP", Advice.STOP, "entry_asks"),
    (EXACT, 0, 0, 0, "SILENT", Advice.SILENT, "entry_asks"),
    (EXACT, 0, 0, 0, "ASSESS", Advice.ASSESS, "entry_asks"),
    (EXACT, 0, 0, 0, "INTELLIGENCE", Advice.RECORD, "entry_asks"),
    (EXACT, 0, 0, 0, "detain", CHECK, "action_unknown"),
    (EXACT, 0, 0, 0, "", CHECK, "action_unknown"),
    (POSSIBLE, 0, 0, 0, "STOP", CHECK, "hit_possible"),
    (EXACT, 1, 0, 0, "STOP", CHECK, "list_stale"),
    (EXACT, 0, 1, 0, "STOP", CHECK, "read_late"),
    (EXACT, 0, 0, 1, "STOP", CHECK, "clock_doubtful"),
    (POSSIBLE, 1, 1, 1, "STOP", CHECK, "hit_possible list_stale read_late clock_doubtful"),
    (POSSIBLE, 0, 1, 0, "STOP", CHECK, "hit_possible read_late"),
    (POSSIBLE, 0, 0, 0, "SILENT", CHECK, "hit_possible entry_silent"),
    (EXACT, 1, 0, 0, "SILENT", CHECK, "list_stale entry_silent"),
    (EXACT, 0, 1, 0, "ASSESS", CHECK, "read_late"),
    (POSSIBLE, 0, 0, 0, "INTELLIGENCE", CHECK, "hit_possible"),
    (POSSIBLE, 1, 1, 1, "detain", CHECK, "hit_possible list_stale read_late clock_doubtful action_unknown"),
]


@pytest.mark.parametrize(("case", "advice", "because"), [(row[:5], *row[5:]) for row in TABLE])
def test_the_truth_table(case, advice, because) -> None:
    kind, stale, late, clock, action = case
    said = advised(kind, bool(stale), bool(late), bool(clock), action_of(action))
    assert (said.advice, " ".join(said.because)) == (advice, because)


def test_of_all_cases_one_may_say_stop() -> None:
    stops = [case for case in ALL if advised(*case).advice is Advice.STOP]
    assert len(ALL) == 80
    assert stops == [(EXACT, False, False, False, Action.STOP)]


def test_whatever_is_in_doubt_says_check_the_picture_and_names_every_doubt() -> None:
    for case in ALL:
        kind, stale, late, clock, action = case
        doubts = sum([kind is POSSIBLE, stale, late, clock, action is None])
        said = advised(*case)
        assert (said.advice is CHECK) == (doubts > 0)
        assert len(set(said.because) - {Because.ENTRY_SILENT, Because.ENTRY_ASKS}) == doubts
        assert said.because


def test_a_silent_entry_stays_silent_in_doubt() -> None:
    for case in ALL:
        if case[-1] is Action.SILENT:
            said = advised(*case)
            assert said.advice is Advice.SILENT or Because.ENTRY_SILENT in said.because


@pytest.mark.parametrize(
    ("text", "action"), [(" stop ", Action.STOP), ("Silent", Action.SILENT), ("STOP IT", None)]
)
def test_an_action_is_known_by_its_word_in_any_case(text, action) -> None:
    assert action_of(text) is action
