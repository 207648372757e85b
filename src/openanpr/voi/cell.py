"""The cells of a list: free text made safe to show, the VRM and the weed date parsed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

from openanpr.core.normalise import normalise
from openanpr.core.plate import LONGEST_VRM

_LEAST_PLAIN = 3  # fewer known characters would meet far too many cars
_LONGEST_TEXT = 64
_SPACING = str.maketrans("", "", " -.\u00b7\u00a0")
_PLAIN = re.compile(r"[A-Z0-9]+")
_WILD = re.compile(r"[A-Z0-9?*]+")
_TIME_OF_DAY = re.compile(r"[T ]\d{1,2}:\d{2}.*$")
_DATE_FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d/%m/%y", "%d %b %Y", "%d-%b-%Y")


class RowFault(Exception):  # noqa: N818 - not an error of the program: it becomes a BadRow
    """A row that cannot be used; the text says why and never holds the plate."""


def clean(cells: list[str]) -> list[str]:
    """Return the cells without space around them and with control characters made spaces.

    A list is shown on terminals, where such a character could move the cursor.
    """
    if "".join(cells).isprintable():
        return list(map(str.strip, cells))
    return ["".join(c if c.isprintable() else " " for c in cell).strip() for cell in cells]


def fitted(cells: list[str] | None, width: int) -> list[str]:
    """Return exactly `width` cells; empty ones beyond it, which spreadsheets add, fall away.

    Raises RowFault for any other number of cells, and for broken quotes (None).
    """
    if cells is None:
        reason = "its quotes are not closed, or the line is far too long"
        raise RowFault(reason)
    if len(cells) == width:
        return cells
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        reason = f"{len(cells)} column{'s' if len(cells) > 1 else ''} where {width} belong"
        raise RowFault(reason)
    return cells[:width]


def parse_vrm(cell: str) -> str:
    """Return the VRM of a cleaned cell: A-Z0-9, with `?` and `*` where it is left open.

    Raises RowFault when it is empty, too long, holds what no plate has, or is too open.
    """
    joined = cell.replace(" ", "")
    if (
        0 < len(joined) <= LONGEST_VRM
        and len(cell) <= _LONGEST_TEXT
        and joined.isascii()
        and joined.isalnum()
    ):
        return joined.upper()  # nearly every row of a long list
    if len(cell) > _LONGEST_TEXT:
        reason = f"the VRM has more than {LONGEST_VRM} characters"
        raise RowFault(reason)
    vrm = cell.upper().translate(_SPACING)
    if not vrm.isascii():
        vrm = _transliterated(vrm)
    if not vrm:
        reason = "the VRM is empty"
        raise RowFault(reason)
    if len(vrm) > LONGEST_VRM:
        reason = f"the VRM has more than {LONGEST_VRM} characters"
        raise RowFault(reason)
    if _PLAIN.fullmatch(vrm):
        return vrm
    if not _WILD.fullmatch(vrm):
        reason = "the VRM holds a character that no plate has (letters, digits, and ? and * as wildcards)"
        raise RowFault(reason)
    if len(vrm) - vrm.count("?") - vrm.count("*") < _LEAST_PLAIN:
        reason = f"a VRM with wildcards needs at least {_LEAST_PLAIN} letters or digits"
        raise RowFault(reason)
    return vrm


def _transliterated(vrm: str) -> str:
    whole = unicodedata.normalize("NFC", vrm)
    # What has no Latin twin stays as it is and is refused with the other odd characters.
    return "".join(c if c.isascii() else normalise(c) or c for c in whole)


@lru_cache(maxsize=4096)
def parse_weed_date(cell: str) -> date | None:
    """Return the weed date of a cleaned cell, None when it is empty; day before month, as in the UK.

    Raises RowFault when it is no date.
    """
    if not cell:
        return None
    text = _TIME_OF_DAY.sub("", cell)
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    reason = "the weed date is no date: write it as 31/12/2026 or 2026-12-31"
    raise RowFault(reason)
