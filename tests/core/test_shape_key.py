"""Normalisation, transliteration and the shape key."""

from __future__ import annotations

import pytest
from hypothesis import given

from openanpr.core.normalise import normalise
from openanpr.core.shape import SHAPES, shape_key
from tests.core.marks import CHARACTERS, any_marks, any_text


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("ab12 cde", "AB12CDE"),
        ("AB-12·CDE.", "AB12CDE"),
        ("ÄÖÜ", "AOU"),
        ("äöü", "AOU"),
        ("ØÅÆ", "OAAE"),
        ("ČĎĚŇŘŠŤŽ", "CDENRSTZ"),
        ("ŁŻŹĆŃŚ", "LZZCNS"),
        ("ÐÞĐĦŒ", "DTHDHOE"),
        ("ß", "SS"),
        ("ĞŞİı", "GSII"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
        ("αβ", "AB"),
        ("АВЕКМНОРСТУХ", "ABEKMHOPCTYX"),
        ("І", "I"),
        ("ＡＢ１２", "AB12"),  # full width
        ("١٢", "12"),  # Arabic-Indic digits
        ("Λ", ""),  # no Latin twin, and on no plate
    ],
)
def test_letters_of_other_alphabets_become_latin_by_a_fixed_table(text, normal) -> None:
    assert normalise(text) == normal


@given(any_text)
def test_normalising_twice_changes_nothing(text) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert set(once) <= set(CHARACTERS)


@given(any_text)
def test_a_shape_key_is_over_the_shapes_and_is_its_own_key(text) -> None:
    key = shape_key(text)
    assert set(key) <= set(SHAPES)
    assert shape_key(key) == key


@given(any_marks)
def test_a_shape_key_never_separates_what_a_plate_cannot_show(mark) -> None:
    for a, b in (("O", "0"), ("0", "O"), ("I", "1"), ("1", "I")):
        assert shape_key(mark.replace(a, b)) == shape_key(mark)
        assert shape_key(mark.replace(a, b, 1)) == shape_key(mark)


def test_a_shape_key_separates_everything_else() -> None:
    assert len({shape_key(c) for c in CHARACTERS}) == len(SHAPES) == 34
