"""Voting, on readings drawn from a simulated recogniser whose errors are alike from frame to frame."""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from openanpr.core.read import Style
from openanpr.read.reading import Reading
from openanpr.read.vote import Ballot, VotedReading, frame_weight

SHAPES = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Seen:
    """One frame's reading and the height of its plate in pixels."""

    reading: Reading
    height_px: float


def reading_of(chances: NDArray[np.float64]) -> Reading:
    """The reading of a matrix (characters, 34) of probabilities: eight best texts, five best shapes."""
    texts = [("", 0.0)]
    positions: list[tuple[tuple[str, float], ...]] = []
    for row in chances:
        order = np.argsort(-row)[:5]
        positions.append(tuple((SHAPES[k], float(row[k])) for k in order))
        grown = [(text + SHAPES[k], p + math.log(row[k])) for text, p in texts for k in order]
        texts = sorted(grown, key=lambda each: -each[1])[:8]
    return Reading(tuple(texts), tuple(positions), 0.9, Style.WHITE, 1)


def frames_of(
    rng: np.random.Generator, truth: str, heights: Sequence[float], *, boast: float = 1.0
) -> list[Seen]:
    """Readings of one plate: each frame is calibrated alone (`boast` 1) or too sure of itself (over 1).

    Half of the noise is the same in all frames, the rest drifts; below 14 px a character may get lost.
    """
    shape = (len(truth), len(SHAPES))
    fixed, drift = rng.normal(size=shape), rng.normal(size=shape)
    mark = np.array([SHAPES.index(c) for c in truth])
    seen: list[Seen] = []
    for height in heights:
        drift = 0.8 * drift + 0.6 * rng.normal(size=shape)
        clear = 0.9 + 0.42 * max(0.0, height - 8)
        evidence = math.sqrt(0.5) * (fixed + drift)
        evidence[np.arange(len(truth)), mark] += clear
        chances = np.exp(boast * clear * evidence)
        chances /= chances.sum(1, keepdims=True)
        if rng.random() < 0.08 * (14 - height):
            chances = np.delete(chances, rng.integers(len(truth)), axis=0)
        seen.append(Seen(reading_of(chances), height))
    return seen


def vote(seen: Sequence[Seen]) -> VotedReading:
    ballot = Ballot()
    for i, each in enumerate(seen):
        weight = frame_weight(each.height_px, plate_score=each.reading.plate_score)
        ballot.add(each.reading, weight=weight, frame_index=i, quality=each.height_px)
    return ballot.result()


def simple(text: str, p: float = 0.9, rivals: str = "") -> Reading:
    """A reading that is sure of `text` by `p`; `rivals` shares the rest."""
    strings = [(text, math.log(p))]
    if rivals:
        strings.append((rivals, math.log((1 - p) * 0.9)))
    each = p ** (1 / max(1, len(text)))
    return Reading(tuple(strings), tuple(((c, each),) for c in text), 0.8, Style.YELLOW, 1)


def truths(rng: np.random.Generator, n: int) -> list[str]:
    return ["".join(rng.choice(list(SHAPES), 7)) for _ in range(n)]


def coming(best_px: float, n: int) -> list[float]:
    """Plate heights of an approach: most frames are far."""
    return [9 + (best_px - 9) * (i / (n - 1)) ** 3 for i in range(n)]


def test_gaps_are_the_mean_over_the_frames_that_read_the_winner_in_any_order() -> None:
    frames = [replace(simple("EU1731"), gaps=g) for g in ((0.1, 0.9, 0, 0, 0), (0.3, 0.7, 0, 0, 0), ())]
    other = replace(simple("EU131", 0.5), gaps=(0.9, 0, 0, 0))
    told = []
    for order in ([*frames, other], [other, *reversed(frames)]):
        ballot, late = Ballot(), Ballot()
        for i, each in enumerate(order):
            (ballot if i % 2 else late).add(each, weight=0.5, frame_index=i, quality=1.0)
        ballot.absorb(late)
        told.append(ballot.result().reading.gaps)
    assert told[0] == told[1]
    assert told[0] == pytest.approx((0.2, 0.8, 0, 0, 0), abs=1e-4)


def test_gaps_that_do_not_fit_the_text_are_refused() -> None:
    with pytest.raises(ValueError, match="gaps"):
        Ballot().add(replace(simple("AB12"), gaps=(0.5,)), weight=1.0, frame_index=0, quality=1.0)


@pytest.mark.parametrize("boast", [1.0, 1.6])
def test_a_vote_over_equal_frames_beats_the_surest_single_frame(boast: float) -> None:
    rng = np.random.default_rng(1)
    single = voted = 0
    for truth in truths(rng, 80):
        seen = frames_of(rng, truth, [13.0] * 20, boast=boast)
        surest = max(seen, key=lambda each: each.reading.strings[0][1])
        single += surest.reading.strings[0][0] == truth
        voted += vote(seen).reading.strings[0][0] == truth
    assert voted >= single + 8  # a tenth of all


@pytest.mark.parametrize("boast", [1.0, 1.6])
def test_many_far_frames_do_not_spoil_a_few_near_ones(boast: float) -> None:
    rng = np.random.default_rng(2)
    nearest = majority = voted = 0
    for truth in truths(rng, 80):
        seen = frames_of(rng, truth, coming(16.0, 25), boast=boast)
        firsts = [each.reading.strings[0][0] for each in seen]
        nearest += firsts[-1] == truth
        majority += max(set(firsts), key=lambda text: (firsts.count(text), text)) == truth
        voted += vote(seen).reading.strings[0][0] == truth
    assert voted >= nearest - 3
    assert voted >= majority + 6


def test_a_vote_says_how_sure_it_is() -> None:
    rng = np.random.default_rng(3)
    told: list[tuple[float, bool]] = []
    for truth in truths(rng, 150):
        heights = [float(rng.uniform(11, 18))] * int(rng.integers(1, 30))
        best = vote(frames_of(rng, truth, heights)).reading.strings[0]
        told.append((math.exp(best[1]), best[0] == truth))
    p, right = np.array(told, dtype=np.float64).T
    # Half of this model's noise never changes, which no vote can see: it may claim a little too much here,
    # never wildly. On rendered plates the claims were within 0.03; calibration comes after the vote.
    assert abs(p.mean() - right.mean()) < 0.12
    assert right[p > 0.95].mean() > 0.9


def test_a_thousand_like_frames_are_hardly_surer_than_thirty() -> None:
    few, many = ([Seen(simple("AB12CDE", 0.6, "A812CDE"), 20)] * n for n in (30, 1000))
    assert vote(many).reading.strings[0][1] == pytest.approx(vote(few).reading.strings[0][1], abs=0.02)


def test_far_frames_that_agree_on_a_wrong_text_lose_to_two_near_ones() -> None:
    far = [Seen(simple("A812CDE", 0.8, "AB12CDE"), 11)] * 200
    near = [Seen(simple("AB12CDE", 0.9, "A812CDE"), 26)] * 2
    out = vote([*far, *near])
    assert out.reading.strings[0][0] == "AB12CDE"
    assert (out.agreeing, out.frames) == (2, 202)
    assert out.best_frame in {200, 201}


def test_characters_seen_well_in_different_frames_make_a_text_that_no_frame_had() -> None:
    def half(clear: str, wrong: str, at: int) -> Reading:
        text = clear[:at] + wrong + clear[at + 1 :]
        positions = tuple(
            ((c, 0.5), (clear[i], 0.45)) if i == at else ((c, 0.99),) for i, c in enumerate(text)
        )
        return Reading(((text, math.log(0.45)),), positions, 0.9, Style.WHITE, 1)

    out = vote([Seen(half("AB12CDE", wrong, at), 20) for at, wrong in ((1, "8"), (3, "Z"), (6, "F"))])
    assert out.reading.strings[0][0] == "AB12CDE"
    assert out.agreeing == 0
    assert out.best_text != "AB12CDE"  # said openly: no picture was read so


def test_the_vote_of_one_frame_is_its_own_reading() -> None:
    only = simple("AB12CDE", 0.7, "A812CDE")
    out = vote([Seen(only, 20)])
    assert out.reading == only
    assert (out.agreeing, out.frames, out.best_frame, out.best_text) == (1, 1, 0, "AB12CDE")


@settings(deadline=None, max_examples=40)
@given(data=st.data(), seed=st.integers(0, 500))
def test_the_order_of_the_frames_does_not_change_the_vote(data: st.DataObject, seed: int) -> None:
    rng = np.random.default_rng(seed)
    heights = [float(h) for h in rng.uniform(9, 24, 8)]
    seen = frames_of(rng, truths(rng, 1)[0], heights)
    shuffled = data.draw(st.permutations(seen))
    first, second = vote(seen), vote(shuffled)
    assert first.reading == second.reading
    assert (first.agreeing, first.frames) == (second.agreeing, second.frames)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 500), cut=st.integers(0, 6))
def test_two_ballots_on_one_plate_join_to_the_ballot_of_all_frames(seed: int, cut: int) -> None:
    rng = np.random.default_rng(seed)
    seen = frames_of(rng, truths(rng, 1)[0], [float(h) for h in rng.uniform(9, 24, 6)])
    whole, left, right = Ballot(), Ballot(), Ballot()
    for i, each in enumerate(seen):
        part = left if i < cut else right
        for ballot in (whole, part):
            weight = frame_weight(each.height_px)
            ballot.add(each.reading, weight=weight, frame_index=i, quality=each.height_px)
    left.absorb(right)
    assert left.result().reading == whole.result().reading
    assert left.result().agreeing == whole.result().agreeing


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 500), n=st.integers(1, 12))
def test_a_vote_is_a_distribution_and_its_characters_spell_its_best_text(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    seen = frames_of(rng, truths(rng, 1)[0], [float(h) for h in rng.uniform(9, 24, n)])
    reading = vote(seen).reading
    chances = [math.exp(p) for _, p in reading.strings]
    assert sum(chances) <= 1 + 1e-9
    assert chances == sorted(chances, reverse=True)
    assert "".join(position[0][0] for position in reading.positions) == reading.strings[0][0]
    assert all(sum(p for _, p in position) <= 1 + 1e-9 for position in reading.positions)


def test_the_best_frame_is_the_best_of_those_that_read_what_was_voted() -> None:
    ballot = Ballot()
    right, wrong = simple("AB12CDE", 0.9), simple("A812CDE", 0.5, "AB12CDE")
    kept: list[bool] = []
    for i, (reading, quality) in enumerate([(right, 3), (right, 5), (right, 4), (wrong, 9), (right, 5)]):
        kept.append(ballot.add(reading, weight=0.8, frame_index=i, quality=quality))
    assert kept == [True, True, False, True, False]
    assert ballot.kept == {1, 3}
    assert ballot.result().best_frame == 1


def test_a_ballot_keeps_three_pictures_and_little_memory_however_many_frames() -> None:
    rng = np.random.default_rng(4)
    ballot = Ballot()
    sizes: list[int] = []
    truth = truths(rng, 1)[0]
    for i in range(12):
        for k, each in enumerate(frames_of(rng, truth, [11.0] * 100)):
            ballot.add(each.reading, weight=frame_weight(11), frame_index=100 * i + k, quality=rng.random())
            assert len(ballot.kept) <= 3
        sizes.append(len(pickle.dumps(ballot)))
    assert sizes[-1] < 1.3 * max(sizes[:5])
    assert ballot.result().reading.strings[0][0] == truth


def test_style_and_lines_go_to_the_weightier_frames() -> None:
    ballot = Ballot()
    for i, (style, weight) in enumerate([(Style.WHITE, 0.2), (Style.WHITE, 0.2), (Style.YELLOW, 0.9)]):
        reading = Reading((("A1", -0.1),), ((("A", 0.9),), (("1", 0.9),)), 0.5, style, 1 + (i == 2))
        ballot.add(reading, weight=weight, frame_index=i, quality=1)
    out = ballot.result().reading
    assert (out.style, out.lines) == (Style.YELLOW, 2)
    assert out.plate_score == pytest.approx(0.5, abs=1e-4)


def test_what_cannot_be_counted_is_refused() -> None:
    good = simple("AB12CDE")
    with pytest.raises(ValueError, match="at least one frame"):
        Ballot().result()
    with pytest.raises(ValueError, match="weight"):
        Ballot().add(good, weight=0.0, frame_index=0, quality=1)
    for bad in (
        Reading((), (), 0.9, Style.WHITE, 1),
        Reading(good.strings, good.positions[1:], 0.9, Style.WHITE, 1),
        Reading((("A", 0.0),), ((),), 0.9, Style.WHITE, 1),
    ):
        with pytest.raises(ValueError, match="position"):
            Ballot().add(bad, weight=0.5, frame_index=0, quality=1)


def test_an_empty_text_may_be_voted_and_loses_to_a_readable_one() -> None:
    blank = Reading((("", math.log(0.6)),), (), 0.3, Style.UNKNOWN, 1)
    out = vote([Seen(blank, 10), Seen(simple("AB12CDE"), 22), Seen(simple("AB12CDE"), 22)])
    assert out.reading.strings[0][0] == "AB12CDE"


def test_a_nearer_sharper_surer_frame_weighs_more() -> None:
    assert frame_weight(10) < frame_weight(16) < frame_weight(24) <= 1
    assert frame_weight(20, sharpness=0.2) < frame_weight(20, sharpness=0.9)
    assert frame_weight(20, plate_score=0.2) < frame_weight(20, plate_score=0.9)
    assert frame_weight(0, sharpness=0, plate_score=0) > 0
