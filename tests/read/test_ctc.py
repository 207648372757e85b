"""Rival strings out of scores along a line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.shape import SHAPES
from openanpr.read.ctc import BLANK, CLASSES, GAP, beam_search, gaps_of, positions_of, without_gaps


def scores(path: str, sure: float = 0.98) -> np.ndarray:
    """Log-probabilities that follow `path`, in which _ is the blank."""
    rest = (1 - sure) / (CLASSES - 1)
    log_p = np.full((len(path), CLASSES), math.log(rest), np.float32)
    for step, c in enumerate(path):
        log_p[step, BLANK if c == "_" else SHAPES.index(c)] = math.log(sure)
    return log_p


def test_a_clear_path_is_read_and_its_repeats_are_one_character() -> None:
    assert beam_search(scores("__AA__BB_1_1__"))[0][0] == "AB11"


def test_a_line_of_blanks_reads_as_nothing() -> None:
    strings = beam_search(scores("________"))
    assert strings[0][0] == ""
    assert positions_of(scores("________"), strings) == ()


def test_a_doubtful_character_brings_its_rival_into_the_strings_and_into_the_position() -> None:
    log_p = scores("_A_8_C_")
    log_p[3] = math.log(1e-4)
    log_p[3, SHAPES.index("8")], log_p[3, SHAPES.index("B")] = math.log(0.6), math.log(0.39)
    strings = beam_search(log_p)
    assert [text for text, _ in strings[:2]] == ["A8C", "ABC"]
    assert [c for c, _ in positions_of(log_p, strings)[1][:2]] == ["8", "B"]


def test_probabilities_of_all_rivals_together_never_pass_one() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 2, (20, CLASSES))
    log_p = (noise - np.log(np.exp(noise).sum(1, keepdims=True))).astype(np.float32)
    assert sum(math.exp(p) for _, p in beam_search(log_p)) <= 1 + 1e-4


def test_scores_of_another_shape_are_refused_with_what_was_wanted_and_found() -> None:
    with pytest.raises(ValueError, match=r"steps, 35.*\(4, 7\)"):
        beam_search(np.zeros((4, 7), np.float32))


def spaced_scores(path: str, sure: float = 0.98) -> np.ndarray:
    """As `scores`, with a space in `path` for a gap."""
    rest = (1 - sure) / GAP
    log_p = np.full((len(path), GAP + 1), math.log(rest), np.float32)
    for step, c in enumerate(path):
        log_p[step, {"_": BLANK, " ": GAP}.get(c, SHAPES.index(c) if c in SHAPES else BLANK)] = math.log(sure)
    return log_p


def test_a_gap_parts_two_characters_and_is_none_itself() -> None:
    log_p, gap = without_gaps(spaced_scores("_A_1_ _1_"))
    strings = beam_search(log_p)
    assert strings[0][0] == "A11"
    assert np.exp(log_p).sum(1) == pytest.approx(np.ones(9), abs=1e-4)
    assert [g > 0.9 for g in gaps_of(log_p, gap, strings)] == [False, True]


def test_gaps_are_not_told_where_the_beam_chose_another_string_than_the_likeliest_path() -> None:
    log_p, gap = without_gaps(spaced_scores("_A_ _B_"))
    assert gaps_of(log_p, gap, (("A", 0.0),)) == ()
    assert gaps_of(*without_gaps(spaced_scores("____")), (("", 0.0),)) == ()


def test_scores_without_a_class_for_gaps_are_refused() -> None:
    with pytest.raises(ValueError, match=r"steps, 36.*\(4, 35\)"):
        without_gaps(np.zeros((4, CLASSES), np.float32))


def _exact(log_p: np.ndarray, text: str) -> float:
    """The forward probability of one text, by the textbook."""
    marks = [BLANK]
    for c in text:
        marks += [SHAPES.index(c), BLANK]
    alpha = np.full(len(marks), -np.inf)
    alpha[0] = 0.0
    previous = alpha.copy()
    for step, row in enumerate(log_p):
        for s, mark in enumerate(marks):
            ways = [previous[s]] if step else ([0.0] if s < 2 else [])
            if step and s >= 1:
                ways.append(previous[s - 1])
            if step and s >= 2 and mark != BLANK and mark != marks[s - 2]:
                ways.append(previous[s - 2])
            alpha[s] = (np.logaddexp.reduce(ways) if ways else -np.inf) + row[mark]
        previous = alpha.copy()
    return float(np.logaddexp.reduce(alpha[-2:]))


@settings(deadline=None, max_examples=25)
@given(st.text(alphabet="AB8Z", min_size=1, max_size=4), st.integers(0, 1000))
def test_a_strings_score_is_its_forward_probability(text: str, seed: int) -> None:
    log_p = scores("_".join(["", *text, ""]), sure=0.9)
    log_p += np.random.default_rng(seed).normal(0, 0.3, log_p.shape).astype(np.float32)
    log_p -= np.log(np.exp(log_p).sum(1, keepdims=True))
    best, score = beam_search(log_p, width=40)[0]
    assert score == pytest.approx(_exact(log_p, best), abs=0.25)
