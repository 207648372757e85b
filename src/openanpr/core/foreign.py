"""How other European countries set out their marks: enough to tell O from 0 and I from 1.

A pattern here says which positions hold letters and which hold digits, and which letters a country
leaves out. It is not a register of what is issued: district codes are listed only where they decide
between a letter and a digit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from openanpr.core.layout import DIGITS, LETTERS, Accept, Layout, Syntax, layouts

_NO_I = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_NO_IO = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_NO_IOU = "ABCDEFGHJKLMNPQRSTVWXYZ"
_NO_IOQU = "ABCDEFGHJKLMNPRSTVWXYZ"
_CONSONANTS = "BCDFGHJKLMNPRSTVWXYZ"
_DUTCH = "BDFGHJKLMNPRSTVWXZ"
_POLISH = "ACEFGHJKLMNPRSTUVWXY"  # after the district; no B, D, I, O, Z
_GREEK = "ABEHIKMNOPTXYZ"
_CYRILLIC = "ABCEHKMOPTXY"

_OLD = -3.0  # a form no longer issued, seldom met
_LONGEST_GERMAN = 8
_LETTER_LEAN = -0.7  # for each I and O: seldom issued where a digit could stand in its place
_RARE = -1.5  # a form for few vehicles, or an older one still common


_AUSTRIAN = (
    "AM B BA BB BL BM BN BR BZ D DL DO E EF EU FB FE FF FK FR FV G GB GD GF GK GM GR GS GU HA HB HE HF "
    "HL HO I IL IM JE JO JU JW K KB KF KG KI KL KO KR KS KU L LA LB LE LF LI LL LN LZ MA MD ME MI MT MU "
    "MZ ND NK OP OW P PE PL PT RA RE RI RO S SB SD SE SK SL SO SP SR ST SV SW SZ T TA TU UU VB VI VK VL "
    "VO W WB WE WL WN WO WT WU WY WZ ZE ZT ZW"
)
_POLISH_CITIES = (
    "BI BL BS CB CG CT CW DB DJ DL DW DX EL EP ER ES FG FZ GA GD GS KK KN KR KT LB LC LU LZ NE NO OP PK "
    "PL PN PO PY PZ RK RP RT RZ SB SC SD SG SH SI SJ SK SL SM SO SR SS ST SW SY SZ TK WA WB WD WE WF WH "
    "WI WJ WK WN WO WP WR WT WU WW WX WY ZK ZS"
)
_SLOVAK = (
    "AA BA BB BJ BL BN BR BS BT BY CA DK DS DT EC EL GA GL HC HE IL KA KE KK KM KN KS LC LE LM LV MA MI "
    "ML MT MY NM NO NR NZ PB PD PE PK PN PO PP PT PU RA RK RS RV SA SB SC SE SI SK SL SN SO SP SV TN TO "
    "TR TS TT TV VK VT ZA ZC ZH ZM ZV"
)


@dataclass(frozen=True, slots=True)
class _Country:
    """`cars` in millions, rounded; `rows` are (template, lean); `sets` as for `layouts`."""

    code: str
    cars: float
    rows: tuple[tuple[str, float], ...]
    sets: dict[str, str] = field(default_factory=dict[str, str])
    accept: Accept | None = None
    letter_lean: float = _LETTER_LEAN  # 0 where a list of district codes vouches for I and O


def _codes(text: str) -> Accept:
    """Return the rule that a mark starts with one of these codes."""
    codes = frozenset(text.split())
    longest = max(len(code) for code in codes)

    def accept(mark: str, on: date | None) -> bool:
        del on
        letters = mark[:longest].rstrip(DIGITS)
        return any(letters[:n] in codes for n in range(1, len(letters) + 1))

    return accept


def _whole_code(text: str) -> Accept:
    """Return the rule that the letters before the first digit are one of these codes."""
    codes = frozenset(text.split())

    def accept(mark: str, on: date | None) -> bool:
        del on
        return mark[: len(mark) - len(mark.lstrip(LETTERS))] in codes

    return accept


_GERMAN_I_O = _codes(
    "IGB IK IL IN IZ OA OB OC OD OE OF OG OH OK OL OP OR OS OT OV OZ "
    + " ".join(c for c in LETTERS if c not in "IO")
)


def _german() -> tuple[tuple[str, float], ...]:
    """One to three letters of district, one or two of serial, one to four digits, eight in all."""
    return tuple(
        (f"{'l' * letters} n{'d' * (digits - 1)}{tail}", _short(letters + digits) + tail_lean)
        for letters in range(2, 6)
        for digits in range(1, 5)
        for tail, tail_lean in (("", 0.0), ("E", -2.0), ("H", -3.0))
        if letters + digits + len(tail) <= _LONGEST_GERMAN
    )


def _short(length: int) -> float:
    """Few marks are short, and a cut-off plate looks like one."""
    return {2: -5.0, 3: -5.0, 4: -3.0, 5: -1.5, 6: -0.5}.get(length, 0.0)


def _plain(*templates: str) -> tuple[tuple[str, float], ...]:
    return tuple((template, 0.0) for template in templates)


def _rated(lean: float, *templates: str) -> tuple[tuple[str, float], ...]:
    return tuple((template, lean) for template in templates)


_WEST = (
    _Country("DE", 49, _german(), accept=_GERMAN_I_O),
    _Country(
        "FR",
        39,
        (*_plain("ll-ddd-ll"), *_rated(_OLD, "{1-4} ll dd", "{1-3} lll dd")),
        {"l": _NO_IOU},
    ),
    _Country("IT", 40, (*_plain("ll dddll"), *_rated(_OLD, "ll ddddd")), {"l": _NO_IOQU}),
    _Country(
        "ES",
        25,
        (*_plain("dddd sss"), *_rated(_OLD, "l dddd ll", "ll dddd ll", "E dddd sss")),
        {"s": _CONSONANTS},
    ),
    _Country("PT", 6, _plain("ll-dd-ll", "dd-ll-dd", "dd-dd-ll", "ll-dd-dd")),
    _Country(
        "NL",
        9,
        (
            *_plain("l-ddd-ll", "ll-ddd-l", "lll-dd-l", "d-lll-dd", "dd-lll-d"),
            *_rated(_RARE, "dd-ll-ll", "ll-ll-dd", "ll-dd-ll", "d-ll-ddd", "ddd-ll-d"),
            *_rated(_OLD, "dd-ll-dd"),
        ),
        {"l": _DUTCH},
    ),
    _Country(
        "BE", 6, (*_plain("n-lll-ddd"), *_rated(_RARE, "lll-ddd"), *_rated(_OLD, "ddd-lll")), {"l": _NO_I}
    ),
    _Country("LU", 0.45, (*_plain("ll dddd"), *_rated(_RARE, "ddddd")), {"l": _NO_IO}),
    _Country(
        "CH",
        4.8,
        _plain("ll {1-6}"),
        accept=_whole_code("AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH"),
        letter_lean=0.0,
    ),
    _Country(
        "AT",
        5,
        (
            *_plain("l nddddl", "l ndddll", "ll nddll"),
            *_rated(
                _RARE,
                "ll ndddl",
                "ll ddlll",
                "l nddll",
                "l ndddl",
                "l nddddll",
                "ll nddddl",
                "ll ndddll",
                "ll nll",
                "ll ndll",
            ),
        ),
        accept=_whole_code(_AUSTRIAN),
        letter_lean=0.0,
    ),
    _Country(
        "AT",
        0.2,  # marks of the owner's choice
        _plain("ll lln", "ll llln", "l llln", "l lllnd", "ll lllnd"),
        accept=_codes(_AUSTRIAN),
    ),
)
_NORTH = (
    _Country("SE", 5, _plain("lll ddd", "lll ddk"), {"l": "ABCDEFGHJKLMNOPRSTUWXYZ", "k": _NO_IOQU}),
    _Country("NO", 2.9, _plain("ll nddd", "ll ndddd"), {"l": "ABCDEFHJKLNPRSTUVWXYZ"}),
    _Country("DK", 2.8, _plain("ll dd ddd"), {"l": _NO_IO}),
    _Country("FI", 2.8, (*_plain("lll-nd", "lll-ndd"), *_rated(_OLD, "lll-n", "ll-ndd"))),
    _Country("EE", 0.85, _plain("ddd lll"), {"l": _NO_IO}),
    _Country("LV", 0.8, (*_plain("ll-nddd"), *_rated(_RARE, "ll-n", "ll-nd", "ll-ndd"))),
    _Country("LT", 1.7, _plain("lll ddd"), {"l": _NO_IO}),
)
_EAST = (
    _Country(
        "PL",
        13,  # cities: a district of two letters
        _plain("ll ddddd", "ll dddds", "ll dddss", "ll nsddd", "ll nssdd"),
        {"s": _POLISH},
        _whole_code(_POLISH_CITIES),
        letter_lean=0.0,
    ),
    _Country(
        "PL",
        14,  # the country: three letters; a digit that stands alone is not 0
        (
            *_plain("pll sddd", "pll ddss", "pll nsdd", "pll ddsn", "pll nssn", "pll sdds", "pll ssdd"),
            *_plain("pll ddddd", "pll dddds", "pll dddss"),
        ),
        {"p": "BCDEFGKLNOPRSTWZ", "s": _POLISH},
    ),
    _Country(
        "CZ",
        6.5,
        (*_plain("nrd dddd", "nrs dddd"), *_rated(_RARE, "EL dddss"), *_rated(_OLD, "lll dd-dd")),
        {"r": "ABCEHJKLMPSTUZ", "s": "ABCDEFHJKLMNPRSTUVXYZ"},
    ),
    _Country("SK", 2.6, _plain("ll dddll"), accept=_whole_code(_SLOVAK), letter_lean=0.0),
    _Country("HU", 4.2, (*_plain("lll-ddd"), *_rated(_RARE, "ll ll-ddd"))),
    _Country(
        "RO",
        8,
        (*_plain("ll dd fll", "B dd fll", "B ddd fll"), *_rated(_OLD, "ll 0ddddd", "B 0ddddd")),
        {"f": _NO_IOQU + "U", "l": LETTERS},
        _whole_code(
            "B AB AG AR BC BH BN BR BT BV BZ CJ CL CS CT CV DB DJ GJ GL GR HD HR IF IL IS MH MM MS "
            "NT OT PH SB SJ SM SV TL TM TR VL VN VS"
        ),
        letter_lean=0.0,
    ),
    _Country(
        "BG",
        2.9,
        _plain("c dddd ll", "cc dddd ll"),
        {"l": _CYRILLIC, "c": _CYRILLIC},
        _whole_code("A B BH BP BT E EB EH K KH M H OB P PA PB PK PP C CA CB CC CH CM CO CT T TX Y X"),
        letter_lean=0.0,
    ),
    _Country("GR", 5.8, _plain("lll-nddd"), {"l": _GREEK}),
    _Country(
        "HR", 1.9, _plain("ll ddd-ll", "ll dddd-ll", "ll ddd-s", "ll dddd-s"), {"s": "ABCDEFGHIJKLMNOPRSTUVZ"}
    ),
    _Country(
        "SI",
        1.2,
        _plain("ll ll-ddd", "ll dd-lll", "ll ddd-ll", "ll ld-ddd", "ll dl-ddd", "ll dd-dll", "ll dd-ldd"),
        accept=_codes("CE GO KK KP KR LJ MB MS NM PO SG"),
    ),
    _Country("CY", 0.6, _plain("lll ddd"), {"l": _NO_IO}),
    _Country("MT", 0.3, _plain("lll ddd")),
)
# Beyond the Union; cars cut to the share that is met inside it.
_BEYOND = (
    _Country("RS", 1.0, _plain("ll ddd-ll", "ll dddd-ll")),
    _Country("BA", 0.5, _plain("ldd-l-ddd"), {"l": "AEJKMOT"}),
    _Country("MK", 0.3, _plain("ll dddd-ll")),
    _Country("ME", 0.2, _plain("ll ll-ddd")),
    _Country("AL", 0.4, _plain("ll ddd ll"), {"l": _NO_IO}),
    _Country("UA", 2.5, _plain("ll dddd ll"), {"l": "ABCEHIKMOPTX"}),
    _Country("BY", 0.2, _plain("dddd ll-n"), {"l": "ABCEHIKMOPTX"}),
    _Country("MD", 0.4, _plain("lll ddd")),
    _Country(
        "TR",
        0.1,
        _plain("pd l dddd", "pd ll ddd", "pd ll dddd", "pd lll dd", "pd lll ddd"),
        {"p": "012345678"},
    ),
    _Country("RU", 0.3, _plain("l ddd ll dd", "l ddd ll ddd"), {"l": _CYRILLIC}),
)


def _country_rows(country: _Country, share: float) -> tuple[Layout, ...]:
    return tuple(
        replace(row, lean=row.lean + math.log(share), letter_lean=country.letter_lean)
        for template, lean in country.rows
        for row in layouts(
            Syntax.FOREIGN, country.code, template, sets=country.sets, lean=lean, accept=country.accept
        )
    )


@cache
def foreign_layouts() -> tuple[Layout, ...]:
    """Return the layouts of other European countries; a `lean` holds the country's share."""
    countries = (*_WEST, *_NORTH, *_EAST, *_BEYOND)
    # The camera's own country is not known, so the differences between large and small countries
    # are softened by a square root.
    total = sum(math.sqrt(country.cars) for country in countries)
    return tuple(
        row for country in countries for row in _country_rows(country, math.sqrt(country.cars) / total)
    )
