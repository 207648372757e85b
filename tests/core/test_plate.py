"""Plate.parse: the layouts of the law, printing, and what is kept when nothing fits."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from openanpr.core.layout import Syntax
from openanpr.core.normalise import normalise
from openanpr.core.plate import LONGEST_VRM, Plate, PlateError
from openanpr.core.read import Style
from tests.core.marks import any_marks, any_text, laid_out_marks

NOVEMBER_2026 = date(2026, 11, 22)

# Every layout of SI 2001/561 schedule 3 at its shortest and longest, then the marks made outside it.
BRITISH = [
    ("AB51 ABC", Syntax.GB_CURRENT),
    ("BJ62 URY", Syntax.GB_CURRENT),
    ("OO76 OOZ", Syntax.GB_CURRENT),
    ("XA19 AAA", Syntax.GB_CURRENT),
    ("A1 ABC", Syntax.GB_PREFIX),
    ("Y999 YYY", Syntax.GB_PREFIX),
    ("ABC 1A", Syntax.GB_SUFFIX),
    ("YYY 999Y", Syntax.GB_SUFFIX),
    ("A 1", Syntax.GB_DATELESS),
    ("AB 1", Syntax.GB_DATELESS),
    ("ABC 999", Syntax.GB_DATELESS),
    ("1 A", Syntax.GB_DATELESS),
    ("999 ABC", Syntax.GB_DATELESS),
    ("1000 A", Syntax.GB_DATELESS),
    ("9999 AB", Syntax.GB_DATELESS),
    ("A 9999", Syntax.GB_DATELESS),
    ("AB 1000", Syntax.GB_DATELESS),
    ("ABZ 1234", Syntax.GB_NI),
    ("BIA 1", Syntax.GB_NI),
    ("1234 OIL", Syntax.GB_NI),
    ("AZ 1234", Syntax.GB_NI),
    ("IA 12", Syntax.GB_NI),
    ("4321 JI", Syntax.GB_NI),
    ("Q123 ABC", Syntax.GB_Q),
    ("101 D 234", Syntax.GB_DIPLOMATIC),
    ("900 X 400", Syntax.GB_DIPLOMATIC),
    ("12 AB 34", Syntax.GB_MILITARY),
    ("AB 12 CD", Syntax.GB_MILITARY),
    ("20000", Syntax.GB_TRADE),
    ("J12345", Syntax.JE),
    ("J999999", Syntax.JE),
    ("1234", Syntax.GG),
    ("12345", Syntax.GG),
    ("MN 1234", Syntax.IM),
    ("MAN 123", Syntax.IM),
    ("PMN 123 K", Syntax.IM),
    ("131-D-12345", Syntax.IE),
    ("98-MO-1", Syntax.IE),
    ("262-WX-12", Syntax.IE),
]
FOREIGN = [
    ("1B1 9839", "CZ"),
    ("RK755AJ", ""),
    ("WOB AB 123", "DE"),
    ("1-ABC-123", "BE"),
    ("CB 1234 AB", ""),
    ("1234 BCD", "ES"),
    ("А123ВС 77", "RU"),  # Cyrillic, as a keyboard gives it
]


@pytest.mark.parametrize(("text", "syntax"), BRITISH, ids=[text for text, _ in BRITISH])
def test_every_layout_of_the_british_isles_is_known_and_printed_with_its_space(text, syntax) -> None:
    plate = Plate.parse(text, on=NOVEMBER_2026)
    assert plate.syntax is syntax
    assert plate.printed == text
    assert plate.vrm == text.replace(" ", "").replace("-", "")
    assert plate.original == text


@pytest.mark.parametrize(("text", "country"), FOREIGN)
def test_a_foreign_mark_is_foreign_and_names_its_country_when_only_one_fits(text, country) -> None:
    plate = Plate.parse(text, on=NOVEMBER_2026)
    assert (plate.syntax, plate.country) == (Syntax.FOREIGN, country)


def test_a_mark_set_out_as_british_and_foreign_alike_is_british() -> None:
    assert Plate.parse("B 123 ABC").syntax is Syntax.GB_PREFIX  # Bucharest sets its marks out so too


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("AB12CDE", ("AB12", "CDE")),
        ("A123ABC", ("A123", "ABC")),
        ("ABC123A", ("ABC", "123A")),
        ("1234AB", ("1234", "AB")),
        ("ABZ1234", ("ABZ", "1234")),
        ("101D234", ("101 D", "234")),
        ("131D12345", ("131-D", "12345")),
        ("J12345", ("J12345",)),
        ("ABCDEFG", ("ABCDEFG",)),
    ],
)
def test_a_square_plate_breaks_where_the_layout_has_its_space(text, lines) -> None:
    assert Plate.parse(text).printed_lines == lines


@pytest.mark.parametrize("code", ["00", "01", "50"])
@pytest.mark.parametrize("on", [None, NOVEMBER_2026])
def test_age_codes_that_were_never_issued_are_unknown(code, on) -> None:
    assert Plate.parse(f"AB{code}CDE", on=on).syntax is Syntax.UNKNOWN


@pytest.mark.parametrize(
    ("code", "first_day"),
    [
        ("51", date(2001, 9, 1)),
        ("02", date(2002, 3, 1)),
        ("76", date(2026, 9, 1)),
        ("27", date(2027, 3, 1)),
    ],
)
def test_an_age_code_is_good_from_its_first_day_and_not_before(code, first_day) -> None:
    mark = f"AB{code}CDE"
    assert Plate.parse(mark, on=first_day).syntax is Syntax.GB_CURRENT
    eve = date.fromordinal(first_day.toordinal() - 1)
    assert Plate.parse(mark, on=eve).syntax is Syntax.UNKNOWN
    assert Plate.parse(mark).syntax is Syntax.GB_CURRENT


@pytest.mark.parametrize(
    "text",
    [
        "AI12 CDE",  # I, Q and Z are not in a tag
        "AQ12 CDE",
        "ZA12 CDE",
        "AB12 CIE",  # nor I and Q in the last three
        "AB12 CQE",
        "U123 ABC",  # U is not a year letter
        "Z123 ABC",
        "A0 ABC",  # no leading zero
        "A012 ABC",
        "ABC 012A",
        "131-ZZ-123",  # no such county
        "139-D-12345",  # no such half-year
    ],
)
def test_what_the_scheme_leaves_out_is_not_british(text) -> None:
    assert Plate.parse(text, on=NOVEMBER_2026).syntax in {Syntax.UNKNOWN, Syntax.FOREIGN}


def test_an_irish_mark_of_a_half_year_to_come_is_unknown() -> None:
    assert Plate.parse("271-D-123456", on=NOVEMBER_2026).syntax is Syntax.UNKNOWN
    assert Plate.parse("271-D-123456", on=date(2027, 1, 1)).syntax is Syntax.IE


def test_a_letter_typed_for_a_digit_is_kept_and_not_repaired() -> None:
    plate = Plate.parse("AB1O CDE", on=NOVEMBER_2026)
    assert (plate.vrm, plate.syntax) == ("AB1OCDE", Syntax.UNKNOWN)
    assert plate.shape_key == Plate.parse("AB10 CDE").shape_key


def test_the_ground_of_the_plate_tells_an_old_trade_mark_from_a_dateless_one() -> None:
    assert Plate.parse("123 AB").syntax is Syntax.GB_DATELESS
    assert Plate.parse("123 AB", style=Style.TRADE).syntax is Syntax.GB_TRADE
    assert Plate.parse("23456", style=Style.YELLOW).syntax is Syntax.GG
    assert Plate.parse("23456", style=Style.TRADE).syntax is Syntax.GB_TRADE


def test_two_plates_are_equal_however_they_were_typed() -> None:
    assert Plate.parse("ab12 cde") == Plate.parse("AB-12.CDE")


@pytest.mark.parametrize("text", ["", " ", "-.-", "Λ", "A" * (LONGEST_VRM + 1), "A " * 40])
def test_text_that_cannot_be_a_plate_is_refused_without_being_repeated(text) -> None:
    with pytest.raises(PlateError) as refused:
        Plate.parse(text)
    assert len(text) < 2 or text not in str(refused.value)


@given(any_marks)
def test_no_mark_is_refused_and_none_is_changed(mark) -> None:
    assert Plate.parse(mark, on=NOVEMBER_2026).vrm == mark


@given(any_marks)
def test_what_is_printed_parses_back_to_the_same_plate(mark) -> None:
    plate = Plate.parse(mark, on=NOVEMBER_2026)
    assert Plate.parse(plate.printed, on=NOVEMBER_2026) == plate
    assert Plate.parse(" ".join(plate.printed_lines), on=NOVEMBER_2026) == plate


@given(laid_out_marks())
def test_a_mark_of_a_layout_prints_and_parses_back(laid_out) -> None:
    layout, mark = laid_out
    plate = Plate.parse(mark)
    assert Plate.parse(plate.printed) == plate
    if layout.accept is None and layout.country == "GB":
        assert plate.syntax not in {Syntax.UNKNOWN, Syntax.FOREIGN}


@given(any_text)
def test_any_text_gives_a_plate_or_says_why_not(text) -> None:
    normal = normalise(text)
    if normal and len(normal) <= LONGEST_VRM:
        assert Plate.parse(text).vrm == normal
    else:
        with pytest.raises(PlateError):
            Plate.parse(text)
