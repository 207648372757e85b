"""Which marks a string of shapes can be: the spellings that some layout allows.

All layouts of one length are laid side by side as bits: for each position, each shape has the set of
layouts that allow it there, and the sets of all positions are cut. What is left is tried one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Literal

from openanpr.core.foreign import foreign_layouts
from openanpr.core.gb import british_layouts, irish_layouts
from openanpr.core.layout import Layout, Syntax
from openanpr.core.prior import LOWEST_LOG_PRIOR, UNKNOWN_LOG_PRIOR, log_priors
from openanpr.core.read import Style
from openanpr.core.shape import SHAPES, as_letters, shape_key

Country = Literal["gb", "eu", "any"]
"""Whose layouts to try: the British Isles, the rest of Europe with Ireland, or both."""

_HALF = -0.6931  # log of one half: at home or abroad, when that is not known
_IRISH_IN_EUROPE = -4.0  # as for a country of its size, see `foreign_layouts`
_CACHE = 8192


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to spell a shape string.

    `text` is A-Z0-9; `log_prior` is the natural log of the layout's share (see `prior`), not divided
    by the number of marks in the layout; `pattern` is the layout (see `Layout.pattern`), empty when
    no layout is known; `country` is the two-letter code of the country of issue, empty when not known
    or when several foreign countries share the layout.
    """

    text: str
    syntax: Syntax
    log_prior: float
    pattern: str
    country: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A layout with the runs of letters and digits that spell a shape string by it."""

    layout: Layout
    runs: tuple[tuple[int, int, bool], ...]  # start, end, letters


@dataclass(frozen=True, slots=True)
class _Table:
    """All layouts of one length; bit n of `allowed[position][shape]` stands for `rows[n]`."""

    rows: tuple[_Row, ...]
    allowed: tuple[dict[str, int], ...]


@lru_cache(maxsize=_CACHE)
def spellings(
    shape: str, *, country: Country = "gb", on: date | None = None, style: Style | None = None
) -> tuple[Spelling, ...]:
    """Return every spelling of `shape` that a layout allows, best first; empty when none does.

    `shape` is over the 34 shapes (1 for I, 0 for O). `on` bars marks not yet issued on that day.
    `style` is the ground of the plate and changes the priors of British layouts. Each text comes
    once, with its likeliest syntax. Raises ValueError for a character that is not a shape.
    """
    table = _tables(country).get(len(shape))
    matched = _matched(shape, table) if table else ()
    if not matched and not set(shape) <= set(SHAPES):
        msg = "spellings takes the 34 shapes, with 1 for I and 0 for O; pass text through shape_key first"
        raise ValueError(msg)
    best: dict[str, Spelling] = {}
    priors = _priors(country, style)
    for row in matched:
        layout, text = row.layout, _spell(shape, row)
        if layout.accept is not None and not layout.accept(text, on):
            continue
        weight = priors[layout.syntax] + layout.lean
        if layout.letter_lean:
            weight += layout.letter_lean * (text.count("I") + text.count("O"))
        spelling = Spelling(text, layout.syntax, weight, layout.pattern, layout.country)
        best[text] = _likelier(best[text], spelling) if text in best else spelling
    return tuple(_floored(spelling) for spelling in sorted(best.values(), key=_rank))


def layout_log_prior(
    text_shape: str, *, country: Country = "gb", on: date | None = None, style: Style | None = None
) -> float:
    """Return the log prior of the best spelling of a shape string; a fixed penalty when none is known.

    Never minus infinity: a mark outside the grammar is doubted, not refused.
    """
    found = spellings(text_shape, country=country, on=on, style=style)
    return found[0].log_prior if found else UNKNOWN_LOG_PRIOR


def plain_spelling(shape: str) -> Spelling:
    """Return the spelling of a shape string that no layout allows.

    A 1 or 0 with letters on both sides is taken for I or O, any other for a digit. Every mark has a
    digit, so a string that would be left with none keeps its 1 and 0.
    """
    spelt = "".join(as_letters(c) if _among_letters(shape, i) else c for i, c in enumerate(shape))
    text = spelt if any(c.isdigit() for c in spelt) else shape
    return Spelling(text, Syntax.UNKNOWN, UNKNOWN_LOG_PRIOR, "", "")


def _among_letters(shape: str, i: int) -> bool:
    """Say whether the nearest sure shapes left and right of position `i` are both letters."""
    left = shape[:i].rstrip("10")
    right = shape[i + 1 :].lstrip("10")
    return left[-1:].isalpha() and right[:1].isalpha()


def spelling_of(vrm: str, *, on: date | None = None, style: Style | None = None) -> Spelling:
    """Return what a mark is exactly as spelt: British first, then foreign, else `Syntax.UNKNOWN`.

    A mark set out as a British one that was never issued is unknown, not foreign: on UK roads it is
    far more often a misread or a false plate.
    """
    shape = shape_key(vrm)
    countries: tuple[Country, ...] = ("gb",) if _set_out_as_british(vrm, shape) else ("gb", "eu")
    for country in countries:
        for spelling in spellings(shape, country=country, on=on, style=style):
            if spelling.text == vrm:
                return spelling
    return Spelling(vrm, Syntax.UNKNOWN, UNKNOWN_LOG_PRIOR, "", "")


def _set_out_as_british(vrm: str, shape: str) -> bool:
    table = _tables("gb").get(len(shape))
    return table is not None and any(_spell(shape, row) == vrm for row in _matched(shape, table))


def _likelier(a: Spelling, b: Spelling) -> Spelling:
    """Return the likelier of two readings of one text; two foreign countries leave none named."""
    best = a if a.log_prior >= b.log_prior else b
    if a.syntax is b.syntax and a.country != b.country:
        return replace(best, country="")
    return best


def _floored(spelling: Spelling) -> Spelling:
    """Return the spelling with its prior at least that of the rarest layout."""
    if spelling.log_prior >= LOWEST_LOG_PRIOR:
        return spelling
    return replace(spelling, log_prior=LOWEST_LOG_PRIOR)


def _rank(spelling: Spelling) -> tuple[float, str]:
    return (-spelling.log_prior, spelling.text)


def _matched(shape: str, table: _Table) -> list[_Row]:
    """Return the rows whose every position allows its shape."""
    bits = -1
    for allowed, c in zip(table.allowed, shape, strict=True):
        bits &= allowed.get(c, 0)
        if not bits:
            return []
    rows: list[_Row] = []
    while bits:
        lowest = bits & -bits
        rows.append(table.rows[lowest.bit_length() - 1])
        bits ^= lowest
    return rows


def _spell(shape: str, row: _Row) -> str:
    if "0" not in shape and "1" not in shape:
        return shape
    letters = as_letters(shape)
    return "".join((letters if is_letters else shape)[start:end] for start, end, is_letters in row.runs)


@cache
def _priors(country: Country, style: Style | None) -> dict[Syntax, float]:
    """Return the log prior of each syntax; foreign leans already share out the foreign part."""
    british = log_priors(style)
    if country == "gb":
        return british
    share = 0.0 if country == "eu" else _HALF
    abroad = {Syntax.FOREIGN: share, Syntax.IE: _IRISH_IN_EUROPE + share}
    return {syntax: prior + share for syntax, prior in british.items()} | abroad


@cache
def _tables(country: Country) -> dict[int, _Table]:
    """Return the tables by length of mark."""
    british: tuple[Layout, ...] = () if country == "eu" else british_layouts()
    foreign: tuple[Layout, ...] = () if country == "gb" else foreign_layouts()
    irish: tuple[Layout, ...] = irish_layouts() if country == "eu" else ()
    by_length: dict[int, list[Layout]] = {}
    for layout in (*british, *irish, *foreign):
        by_length.setdefault(len(layout.allowed), []).append(layout)
    return {length: _table(group) for length, group in by_length.items()}


def _table(group: list[Layout]) -> _Table:
    allowed: tuple[dict[str, int], ...] = tuple({} for _ in group[0].allowed)
    for n, layout in enumerate(group):
        for position, characters in zip(allowed, layout.allowed, strict=True):
            for shape in shape_key(characters):
                position[shape] = position.get(shape, 0) | 1 << n
    return _Table(tuple(_Row(layout, _runs(layout)) for layout in group), allowed)


def _runs(layout: Layout) -> tuple[tuple[int, int, bool], ...]:
    """Return (start, end, letters) of each run of one kind, positions counted without separators."""
    runs: list[tuple[int, int, bool]] = []
    for i, kind in enumerate(c for c in layout.pattern if c in "LD"):
        if runs and runs[-1][2] == (kind == "L"):
            runs[-1] = (runs[-1][0], i + 1, runs[-1][2])
        else:
            runs.append((i, i + 1, kind == "L"))
    return tuple(runs)
