"""Drawn plates say what their truth says, in every layout, and repeat by seed."""

from __future__ import annotations

import numpy as np
import pytest

from openanpr.core.plate import Plate
from openanpr.core.shape import SHAPES
from training.plates import degrade
from training.plates.draw import FAMILIES, draw_plate
from training.plates.glyphs import GLYPH_HEIGHT_PX, Typeface, glyph_mask, random_typeface
from training.plates.marks import british_mark, random_mark

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("char", ALPHABET)
def test_a_glyph_fills_its_box_from_top_to_bottom(char: str) -> None:
    ink = glyph_mask(char, Typeface())
    assert ink.shape[0] == GLYPH_HEIGHT_PX
    rows = np.flatnonzero((ink > 127).any(axis=1))
    assert rows[0] <= 2
    assert rows[-1] >= GLYPH_HEIGHT_PX - 3


def test_a_british_character_has_the_statutory_proportions() -> None:
    assert glyph_mask("H", Typeface()).shape[1] == pytest.approx(GLYPH_HEIGHT_PX * 50 / 79, abs=1)
    assert glyph_mask("1", Typeface()).shape[1] == pytest.approx(GLYPH_HEIGHT_PX * 14 / 79, abs=1)


def test_o_and_0_and_i_and_1_are_one_shape_in_the_british_typeface() -> None:
    face = Typeface()
    assert np.array_equal(glyph_mask("O", face), glyph_mask("0", face))
    assert np.array_equal(glyph_mask("I", face), glyph_mask("1", face))


def test_no_two_other_characters_are_drawn_alike() -> None:
    masks = {c: np.resize(glyph_mask(c, Typeface()), (96, 62)).astype(float) for c in SHAPES}
    pairs = [(a, b) for a in SHAPES for b in SHAPES if a < b]
    assert min(np.abs(masks[a] - masks[b]).mean() for a, b in pairs) > 4


def test_typefaces_of_any_seed_can_draw_every_character() -> None:
    rng = np.random.default_rng(4)
    for british in (True, False):
        face = random_typeface(rng, british=british)
        assert all(glyph_mask(c, face).max() == 255 for c in ALPHABET)


@pytest.mark.parametrize(
    "layout", ["current", "prefix", "suffix", "ni", "q", "diplomatic", "military", "island"]
)
def test_drawn_british_marks_are_marks_of_the_grammar(layout: str) -> None:
    rng = np.random.default_rng(11)
    marks = [Plate.parse(british_mark(rng, layout).text) for _ in range(40)]
    assert all(plate.syntax != "unknown" for plate in marks)


def test_dateless_marks_have_no_letter_that_none_was_issued_with() -> None:
    rng = np.random.default_rng(8)
    letters = "".join(c for _ in range(300) for c in british_mark(rng, "dateless").text if c.isalpha())
    assert not set(letters) & set("IQZ")


def test_no_drawn_mark_is_a_word() -> None:
    rng = np.random.default_rng(9)
    assert not any(random_mark(rng).text.isalpha() for _ in range(500))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_drawn_plate_has_its_size_in_millimetres_and_both_ground_and_ink(family: str) -> None:
    plate = draw_plate(np.random.default_rng(3), px_per_mm=0.5, family=family)
    assert plate.image.shape == (round(plate.height_mm * 0.5), round(plate.width_mm * 0.5), 3)
    assert plate.text == "".join(c for line in plate.lines for c in line if c in ALPHABET)
    assert plate.image.std() > 10


def test_the_same_seed_draws_the_same_plate() -> None:
    one, two = (draw_plate(np.random.default_rng(8), px_per_mm=0.6) for _ in range(2))
    assert one.text == two.text
    assert np.array_equal(one.image, two.image)


@pytest.mark.parametrize(
    "spoil",
    [
        degrade.relight, degrade.dusk, degrade.infra_red, degrade.washed_out, degrade.glare,
        degrade.sensor_noise, degrade.jpeg, degrade.rain,
    ],
)  # fmt: skip
def test_every_kind_of_bad_light_keeps_shape_and_type(spoil) -> None:
    picture = draw_plate(np.random.default_rng(1), px_per_mm=0.4).image
    out = spoil(np.random.default_rng(2), picture, 1.0)
    assert out.shape == picture.shape
    assert out.dtype == np.uint8
    assert not np.array_equal(out, picture)


def test_an_infra_red_picture_has_no_colour() -> None:
    picture = draw_plate(np.random.default_rng(1), px_per_mm=0.4, family="gb").image
    out = degrade.infra_red(np.random.default_rng(2), picture)
    assert np.array_equal(out[..., 0], out[..., 2])
