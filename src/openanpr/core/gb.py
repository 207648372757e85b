"""The layouts of the British Isles, from SI 2001/561 schedule 3 and from what the islands issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from openanpr.core.layout import DIGITS, Layout, Syntax, layouts

_NO_IQZ = "ABCDEFGHJKLMNOPRSTUVWXY"  # tags and old three-letter groups
_NO_IQ = _NO_IQZ + "Z"  # the last three letters of a current mark
_YEAR = "ABCDEFGHJKLMNPRSTVWXY"  # year letters: no I, O, Q, U, Z
_TAG = "ABCDEFGHKLMNOPRSVWY"  # first letters in normal issue
_RARE_TAG = "JTUX"  # X: export tags; J, T, U: allowed by the layout, not in normal issue

# Very short marks are few, and a cut-off plate or a house number looks just like one.
_SHORT = {1: -5.0, 2: -5.0, 3: -3.0, 4: -1.5, 5: -0.5}

_IRISH_COUNTIES = "C CE CN CW D DL G KE KK KY L LD LH LK LM LS MH MN MO OY RN SO T TN TS W WD WH WW WX"
_COUNTY_LETTERS = "CDEGHKLMNORSTWXY"
_FIRST_IRISH_YEAR, _LAST_PLAIN_YEAR, _FIRST_HALVED_YEAR = 1987, 2012, 2013


@cache
def british_layouts() -> tuple[Layout, ...]:
    """Return every layout met on British and Irish vehicles."""
    return (
        *_current(),
        *_by_year_letter(),
        *_dateless(),
        *_northern_irish(),
        *_special(),
        *_islands(),
        *irish_layouts(),
    )


@cache
def issued_ages(on: date | None) -> frozenset[str]:
    """Return the age codes of current marks that exist on `on` (None: all that ever will).

    Code YY runs from 1 March 20YY, code YY + 50 from 1 September. The first is 51 (2001); 01 was
    never used, and 50 and 00 fall in 2050 and are taken as misreads until then.
    """
    spring = {f"{year:02}": date(2000 + year, 3, 1) for year in range(2, 50)}
    autumn = {f"{year + 50:02}": date(2000 + year, 9, 1) for year in range(1, 50)}
    return frozenset(code for code, first in (spring | autumn).items() if on is None or first <= on)


def _age_issued(text: str, on: date | None) -> bool:
    return text[2:4] in issued_ages(on)


def _not_manx(text: str, on: date | None) -> bool:
    """MN, MAN and any letter with MN are the Isle of Man's own and were never issued in Britain."""
    del on
    letters = text.strip(DIGITS)[:3] if text[0].isalpha() else text.strip(DIGITS)
    return letters != "MAN" and letters[-2:] != "MN"


def _not_man(text: str, on: date | None) -> bool:
    del on
    return not text.endswith("MAN")


def _current() -> tuple[Layout, ...]:
    """AB51 ABC, since September 2001."""
    sets = {"t": _TAG, "r": _RARE_TAG, "m": _NO_IQZ, "l": _NO_IQ}
    return (
        *layouts(Syntax.GB_CURRENT, "GB", "tmdd lll", sets=sets, accept=_age_issued),
        *layouts(Syntax.GB_CURRENT, "GB", "rmdd lll", sets=sets, accept=_age_issued, lean=-4.0),
    )


def _by_year_letter() -> tuple[Layout, ...]:
    """Prefix A123 ABC (1983-2001), its Q for vehicles of unknown age, suffix ABC 123A (1963-83)."""
    sets = {"y": _YEAR, "l": _NO_IQZ}
    return (
        *layouts(Syntax.GB_PREFIX, "GB", "y{1-3} lll", sets=sets, accept=_not_man),
        *layouts(Syntax.GB_Q, "GB", "Q{1-3} lll", sets=sets),
        *layouts(Syntax.GB_SUFFIX, "GB", "lll {1-3}y", sets=sets, accept=_not_manx),
    )


def _leaning(rows: tuple[Layout, ...]) -> tuple[Layout, ...]:
    return tuple(replace(row, lean=row.lean + _SHORT.get(len(row.allowed), 0.0)) for row in rows)


def _dateless() -> tuple[Layout, ...]:
    """A 1 to ABC 123 and 1 A to 123 ABC, with four figures beside one or two letters (1903-63)."""
    templates = ("l {1-4}", "ll {1-4}", "lll {1-3}", "{1-4} l", "{1-4} ll", "{1-3} lll")
    return _leaning(
        tuple(
            row
            for template in templates
            for row in layouts(Syntax.GB_DATELESS, "GB", template, sets={"l": _NO_IQZ}, accept=_not_manx)
        )
    )


def _northern_irish() -> tuple[Layout, ...]:
    """AIA 1234 and 1234 AIA, AZ 1234 and 1234 AZ: I or Z as the second or third letter.

    The pairs that name a Northern Irish county come first; the rest of the pattern leans away, for
    it also holds the old marks of the Republic.
    """
    sets = {
        "s": _NO_IQZ,  # the serial letter
        "i": "ABGJLW",  # IA Antrim, IB Armagh, IG and IL Fermanagh, IJ Down, IW Londonderry
        "j": "JOUX",  # JI Tyrone, OI and XI Belfast, UI Derry
        "z": "IZ",
        "o": "ABCDEFGHJKLMNOPRSTUVWXY",
        "p": "ABCDEFGHIJKLMNOPRSTUVWXYZ",
    }
    named = ("sIi", "sjI", "soZ", "Ii", "jI", "oZ")
    other = ("szp", "soz", "oz")
    rows = [(group, 0.0) for group in named] + [(group, -3.0) for group in other]
    return _leaning(
        tuple(
            row
            for group, lean in rows
            for template in (f"{group} {{1-4}}", f"{{1-4}} {group}")
            for row in layouts(Syntax.GB_NI, "GB", template, sets=sets, lean=lean)
        )
    )


def _special() -> tuple[Layout, ...]:
    """Diplomatic, military and trade marks. An old trade mark reads like a dateless one."""
    sets = {"l": _NO_IQ, "t": "23456789", "x": "456789"}
    rows = (
        (Syntax.GB_DIPLOMATIC, "ndd D ndd", 0.0),
        (Syntax.GB_DIPLOMATIC, "ndd X xdd", 0.0),
        (Syntax.GB_MILITARY, "dd ll dd", 0.0),
        (Syntax.GB_MILITARY, "ll dd ll", 0.0),
        (Syntax.GB_TRADE, "tdddd", 0.0),
        (Syntax.GB_TRADE, "{1-3} ll", -2.0),
        (Syntax.GB_TRADE, "{1-3} lll", -2.0),
    )
    return tuple(
        row
        for syntax, template, lean in rows
        for row in layouts(syntax, "GB", template, sets=sets, lean=lean)
    )


def _islands() -> tuple[Layout, ...]:
    """Jersey J1 to J999999, Guernsey 1 to 99999, the Isle of Man MN and MAN in many orders."""
    manx = (
        *("MN {1-4}", "{1-4} MN", "MAN {1-3}", "{1-4} MAN", "lMN {1-3}", "{1-3} lMN"),
        *("MAN {1-3} y", "y {1-3} MAN", "lMN {1-3} y"),
    )
    sets = {"l": _NO_IQ, "y": _NO_IQ}
    return (
        *layouts(Syntax.JE, "JE", "J{1-6}"),
        *layouts(Syntax.GG, "GG", "{1-5}"),
        *(row for template in manx for row in layouts(Syntax.IM, "IM", template, sets=sets)),
    )


@cache
def irish_layouts() -> tuple[Layout, ...]:
    """Return the Irish layouts: 87-D-1 to 12-D-12345, 131-D-12345 since 2013, ZV for old vehicles."""
    # How common a number of so many digits is; one-letter counties are the cities, whose run long.
    city = {1: -5.0, 2: -4.0, 3: -3.0, 4: -1.0, 5: 0.0, 6: -1.0}
    county = {1: -4.0, 2: -3.0, 3: -1.5, 4: -0.5, 5: 0.0, 6: -3.0}
    sets = {"h": "12", "c": _COUNTY_LETTERS}
    rows = [
        replace(row, lean=year_lean + serial[digits])
        for head, year_lean in (("dd", -1.0), ("ddh", 0.0))
        for letters, serial in (("c", city), ("cc", county))
        for digits, row in enumerate(
            layouts(Syntax.IE, "IE", f"{head}-{letters}-{{1-6}}", sets=sets, accept=_irish_issued),
            start=1,
        )
    ]
    return (*rows, *layouts(Syntax.IE, "IE", "ZV {1-5}", lean=-3.0))


def _irish_issued(text: str, on: date | None) -> bool:
    """A county that exists and a year from 1987 to `on`; from 2013 a half-year follows the year."""
    head = text.rstrip(DIGITS)
    when = head.rstrip(_COUNTY_LETTERS)
    century = 1900 if int(when[:2]) >= _FIRST_IRISH_YEAR - 1900 else 2000
    year, half = century + int(when[:2]), when[2:]
    lawful = year >= _FIRST_HALVED_YEAR if half else _FIRST_IRISH_YEAR <= year <= _LAST_PLAIN_YEAR
    begun = on is None or date(year, 7 if half == "2" else 1, 1) <= on
    return lawful and begun and head[len(when) :] in _irish_counties()


@cache
def _irish_counties() -> frozenset[str]:
    return frozenset(_IRISH_COUNTIES.split())
