"""The grammar weighs rival spellings; it never forces one."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.grammar import Country
from openanpr.core.read import Style
from openanpr.core.shape import SHAPES, shape_key
from openanpr.read.calibrate import Calibration
from openanpr.read.decode import Decoded, View, decode
from openanpr.read.reading import Reading

DAY = date(2026, 11, 22)


def reading(
    *strings: tuple[str, float], style: Style = Style.WHITE, plate: float = 0.99, gaps: tuple[float, ...] = ()
) -> Reading:
    best = strings[0][0]
    return Reading(
        tuple((text, math.log(p)) for text, p in strings),
        tuple(((c, 0.97), ("Z", 0.02)) for c in best),
        plate,
        style,
        1,
        gaps,
    )


def decoded(
    *strings: tuple[str, float],
    country: Country = "gb",
    style: Style = Style.WHITE,
    gaps: tuple[float, ...] = (),
) -> Decoded:
    found = decode(
        reading(*strings, style=style, gaps=gaps),
        country=country,
        on=DAY,
        calibration=Calibration(),
        view=View(20),
    )
    assert found is not None
    return found


def test_o_and_0_are_told_apart_by_position() -> None:
    found = decoded(("0V13ABC", 0.97))
    assert (found.plate, found.raw) == ("OV13ABC", "0V13ABC")


def test_a_likely_layout_wins_over_a_slightly_better_seen_string_outside_the_grammar() -> None:
    found = decoded(("A812CDE", 0.5), ("AB12CDE", 0.45))
    assert found.plate == "AB12CDE"
    assert found.raw == "A812CDE"


def test_what_was_clearly_seen_is_kept_though_no_layout_allows_it() -> None:
    found = decoded(("N0DDY1", 0.98))
    assert shape_key(found.plate) == "N0DDY1"
    assert found.raw == "N0DDY1"


def test_an_age_code_of_the_future_is_not_preferred() -> None:
    found = decode(
        reading(("AB79CDE", 0.5), ("AB76CDE", 0.45)),
        country="gb",
        on=DAY,
        calibration=Calibration(),
        view=View(20),
    )
    assert found is not None
    assert found.plate == "AB76CDE"


def test_a_spelling_that_position_cannot_decide_keeps_its_rival_and_loses_confidence() -> None:
    open_mark = decoded(("1101", 0.99))  # 110 I, 11 OI, 1 IOI, I 101, II 01
    closed_mark = decoded(("BX12CDE", 0.99))
    assert open_mark.confidence < closed_mark.confidence
    assert len(open_mark.candidates) > 1


def gap_after(count: int, length: int, p: float = 0.95) -> tuple[float, ...]:
    return tuple(p if i == count else 1 - p for i in range(1, length))


@pytest.mark.parametrize(
    ("shape", "after", "plate"),
    [
        ("EU1731", 2, "EU1731"),  # EU 1731
        ("EU1731", 3, "EUI731"),  # EUI 731
        ("61OCH".replace("O", "0"), 2, "61OCH"),  # 61 OCH
        ("610CH", 3, "610CH"),  # 610 CH
        ("R1770XN", 4, "R177OXN"),  # R177 OXN
    ],
)
def test_where_the_groups_part_tells_letters_from_digits(shape: str, after: int, plate: str) -> None:
    spaced = decoded((shape, 0.98), country="any", gaps=gap_after(after, len(shape)))
    assert spaced.plate == plate
    assert spaced.confidence > 0.75
    assert spaced.confidence > decoded((shape, 0.98), country="any").confidence


def test_a_gap_says_nothing_of_what_was_seen() -> None:
    gaps = gap_after(1, 7)  # no layout of this mark parts there
    odd, plain = (
        decoded(("BX12CDE", 0.9), ("8X12CDE", 0.08), gaps=gaps),
        decoded(("BX12CDE", 0.9), ("8X12CDE", 0.08)),
    )
    assert odd.plate == plain.plate == "BX12CDE"
    assert odd.shapes_p == pytest.approx(plain.shapes_p)


def test_sure_shapes_stay_sure_where_the_spelling_is_open() -> None:
    found = decoded(("1101", 0.99))
    assert found.shapes_p > 0.9 > found.confidence
    alike = sum(c.p for c in found.candidates if shape_key(c.plate) == "1101")
    assert alike == pytest.approx(found.shapes_p, abs=0.02)


def test_a_rival_of_a_doubtful_place_takes_no_more_than_the_place_has() -> None:
    doubtful = Calibration(place_bias=0.0)  # an even chance that this is a plate at all
    found = decode(
        reading(("BX12CDE", 0.6), ("8X12CDE", 0.3)), country="gb", on=DAY, calibration=doubtful, view=View(20)
    )
    assert found is not None
    assert sum(c.p for c in found.candidates) <= 0.5 + 1e-6
    assert found.candidates[0].p == max(c.p for c in found.candidates)


def test_nothing_read_is_nothing_decoded() -> None:
    empty = Reading((("", -0.1),), (), 0.9, Style.WHITE, 1)
    assert decode(empty, country="gb", on=DAY, calibration=Calibration(), view=View(20)) is None


@pytest.mark.parametrize("country", ["gb", "eu", "any"])
@given(text=st.text(alphabet=SHAPES, min_size=1, max_size=10), p=st.floats(0.05, 0.99))
def test_any_string_is_decoded_to_its_own_shape_with_sound_probabilities(
    country: Country, text: str, p: float
) -> None:
    found = decoded((text, p), country=country)
    assert shape_key(found.plate) == text
    assert 0 <= found.confidence <= 1
    assert sum(c.p for c in found.candidates) <= 1 + 1e-6
    assert len(found.characters) == len(found.plate)
    assert found.candidates[0].plate == found.plate
