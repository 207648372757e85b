"""Spellings of a shape string: which letters and digits a layout makes of it, and how likely."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given

from openanpr.core.gb import issued_ages
from openanpr.core.grammar import (
    Spelling,
    layout_log_prior,
    plain_spelling,
    spelling_of,
    spellings,
)
from openanpr.core.layout import Syntax, layouts
from openanpr.core.prior import LOWEST_LOG_PRIOR, UNKNOWN_LOG_PRIOR, log_priors
from openanpr.core.read import Style
from openanpr.core.shape import shape_key
from tests.core.marks import any_marks, confusable_shapes, laid_out_marks, shapes

NOVEMBER_2026 = date(2026, 11, 22)
COUNTRIES = ("gb", "eu", "any")


def texts(shape: str, country: str = "gb", style: Style | None = None) -> list[str]:
    return [s.text for s in spellings(shape, country=country, on=NOVEMBER_2026, style=style)]


@pytest.mark.parametrize(
    ("shape", "spelt"),
    [
        ("AB10CDE", ["AB10CDE"]),  # a mark typed AB1O CDE or AB10 CDE is this one
        ("0010000", ["OO10OOO"]),
        ("0Y16AB0", ["OY16ABO"]),
        ("A100AAA", ["A100AAA"]),
        ("ABC100A", ["ABC100A"]),
        ("A0Z1234", ["AOZ1234"]),
        ("B1A1001", ["BIA1001"]),
        ("12AB00", ["12AB00"]),
    ],
)
def test_position_decides_between_o_and_0_and_between_i_and_1(shape, spelt) -> None:
    assert texts(shape) == spelt


@pytest.mark.parametrize(
    ("shape", "both"),
    [
        ("01100", ["O1100", "OI100"]),  # Birmingham or Belfast
        ("J123", ["J123", "JI23"]),  # Durham or Tyrone
        ("1000", ["100O", "10OO", "1OOO", "1000"]),  # dateless three ways, or Guernsey
        ("100A1", ["100AI", "10OAI"]),  # Northern Irish: AI, or OAI
    ],
)
def test_an_ambiguous_mark_keeps_every_spelling(shape, both) -> None:
    assert texts(shape) == both


@pytest.mark.parametrize(
    ("shape", "spelt"),
    [
        ("1B19839", "1B19839"),  # Czech: digit, letter, digit, four digits
        ("RK755AJ", "RK755AJ"),  # Slovak: two letters, three digits, two letters
        ("S0100AB", "SO100AB"),  # the Slovak district SO
        ("W0B1234", "WOB1234"),  # Germany gives no leading zero
        ("1ABC010", "1ABC010"),  # Belgium
        ("131D12345", "131D12345"),  # Ireland
    ],
)
def test_abroad_known_patterns_come_first(shape, spelt) -> None:
    assert texts(shape, "eu")[0] == spelt


def test_when_the_country_is_open_british_and_foreign_spellings_stand_side_by_side() -> None:
    found = {s.text: s.syntax for s in spellings("01100AB", country="any")}
    assert spellings("AB12CDE", country="any")[0].syntax is Syntax.GB_CURRENT
    assert Syntax.FOREIGN in found.values()


def test_an_age_code_of_the_future_has_no_current_spelling() -> None:
    assert texts("AB27CDE") == []
    assert spellings("AB27CDE", on=date(2027, 3, 1))[0].syntax is Syntax.GB_CURRENT


def test_half_a_century_of_age_codes_holds_all_but_three() -> None:
    assert {f"{n:02}" for n in range(100)} - issued_ages(None) == {"00", "01", "50"}
    assert issued_ages(date(2001, 8, 31)) == frozenset()


@pytest.mark.parametrize(
    ("pattern", "syntax"),
    [
        (r"[A-HJ-PR-Y]{2}(?!00|01|50)\d{2}[A-HJ-PR-Z]{3}", Syntax.GB_CURRENT),
        (r"[A-HJ-NPR-Y](?!0)\d{1,3}[A-HJ-PR-Y]{3}", Syntax.GB_PREFIX),
        (r"[A-HJ-PR-Y]{3}(?!0)\d{1,3}[A-HJ-NPR-Y]", Syntax.GB_SUFFIX),
        (
            r"([A-HJ-PR-Y][A-PR-Z]{2}\d{1,4}|\d{1,4}[A-HJ-PR-Y][A-PR-Z]{2}|[A-Z]{2}\d{1,4}|\d{1,4}[A-Z]{2})",
            Syntax.GB_NI,
        ),
    ],
)
def test_the_layouts_stay_within_the_patterns_that_the_agency_gave(pattern, syntax) -> None:
    @given(laid_out_marks())
    def check(laid_out: tuple[object, str]) -> None:
        found = spelling_of(laid_out[1])
        assert found.syntax is not syntax or re.fullmatch(pattern, found.text)

    check()


@given(laid_out_marks())
def test_a_mark_of_a_layout_is_among_the_spellings_of_its_shape(laid_out) -> None:
    layout, mark = laid_out
    if layout.accept is None or layout.accept(mark, NOVEMBER_2026):
        assert mark in texts(shape_key(mark), "any")


@given(shapes)
def test_every_spelling_has_the_shape_it_was_asked_for(shape) -> None:
    check_spellings(shape)


@given(confusable_shapes)
def test_spellings_of_much_doubted_shapes_have_the_same_shape_too(shape) -> None:
    check_spellings(shape)


def check_spellings(shape: str) -> None:
    for country in COUNTRIES:
        found = spellings(shape, country=country, on=NOVEMBER_2026)
        assert all(shape_key(s.text) == shape for s in found)
        assert len({s.text for s in found}) == len(found)
        assert [s.log_prior for s in found] == sorted((s.log_prior for s in found), reverse=True)
        assert all(LOWEST_LOG_PRIOR <= s.log_prior <= 0.0 for s in found)
        assert Syntax.UNKNOWN not in {s.syntax for s in found}
    assert shape_key(plain_spelling(shape).text) == shape


@given(any_marks)
def test_any_string_has_a_finite_prior(mark) -> None:
    prior = layout_log_prior(shape_key(mark))
    assert UNKNOWN_LOG_PRIOR <= prior <= 0.0


def test_a_string_outside_the_grammar_pays_a_fixed_penalty() -> None:
    assert layout_log_prior("ABCDEFG") == layout_log_prior("A1B2C3D4E5") == UNKNOWN_LOG_PRIOR
    assert layout_log_prior("AB12CDE") > -0.5


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("N0DDY1", "NODDY1"),  # a letter among letters, a digit at the edge
        ("FL1CKR", "FL1CKR"),  # every mark has a digit
        ("X01X2", "XOIX2"),
        ("1010", "1010"),
        ("", ""),
    ],
)
def test_outside_the_grammar_neighbours_decide(shape, text) -> None:
    assert plain_spelling(shape) == Spelling(text, Syntax.UNKNOWN, UNKNOWN_LOG_PRIOR, "", "")


def test_a_black_ground_favours_old_marks_and_never_rules_out_a_new_one() -> None:
    on_white, on_black = log_priors(Style.WHITE), log_priors(Style.BLACK)
    assert on_black[Syntax.GB_DATELESS] > on_black[Syntax.GB_CURRENT]
    assert on_black[Syntax.GB_SUFFIX] > on_white[Syntax.GB_SUFFIX]
    assert layout_log_prior("AB12CDE", style=Style.BLACK) > UNKNOWN_LOG_PRIOR


def test_red_characters_make_a_trade_plate_likeliest() -> None:
    priors = log_priors(Style.TRADE)
    assert max(priors, key=priors.__getitem__) is Syntax.GB_TRADE
    assert spellings("123AB", style=Style.TRADE)[0].syntax is Syntax.GB_TRADE


def test_an_unknown_ground_leaves_the_priors_alone() -> None:
    assert log_priors(Style.UNKNOWN) == log_priors(None)


def test_a_letter_i_or_o_is_not_a_shape() -> None:
    with pytest.raises(ValueError, match="shape_key"):
        spellings("ABIOCDE")


def test_a_layout_must_say_what_each_position_holds() -> None:
    with pytest.raises(ValueError, match="letters alone or digits alone"):
        layouts(Syntax.FOREIGN, "XX", "lq dd")
    with pytest.raises(ValueError, match="letters alone or digits alone"):
        layouts(Syntax.FOREIGN, "XX", "ls", sets={"s": "A1"})
