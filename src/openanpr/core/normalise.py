"""Plate text as typed or printed anywhere, made into A-Z and 0-9 by a fixed table."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart by itself; accents fall away without being listed.
_SPELT = {
    "Æ": "AE",
    "Ð": "D",
    "Ø": "O",
    "Þ": "TH",
    "Đ": "D",
    "Ħ": "H",
    "Ł": "L",
    "Ŋ": "N",
    "Œ": "OE",
    "Ŧ": "T",
    "ẞ": "SS",
    "Ə": "A",
}
# Greek and Cyrillic capitals by look, not by sound: a plate shows a shape, and the countries that
# use these alphabets print only letters with a Latin twin.
_GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")
_CYRILLIC = ("АВЕКМНОРСТУХІЅЈ", "ABEKMHOPCTYXISJ")

_TABLE = str.maketrans(_SPELT | dict(zip(*_GREEK, strict=True)) | dict(zip(*_CYRILLIC, strict=True)))
_KEPT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def normalise(text: str) -> str:
    """Return `text` as A-Z and 0-9 alone: upper case, no spaces or marks, letters transliterated.

    `Ä` is A, `Ø` is O, `Æ` is AE, Cyrillic `Н` is H; digits of any script become 0-9; whatever has
    no Latin twin is left out. Doing it twice changes nothing. May return the empty string.
    """
    upper = text.upper()
    if not upper.isascii():
        upper = "".join(_latin(c) for c in unicodedata.normalize("NFKD", upper).upper())
    return "".join(c for c in upper if c in _KEPT)


def _latin(c: str) -> str:
    """Return one character of decomposed text as Latin capitals or a digit, else as it is."""
    digit = unicodedata.decimal(c, None)
    return c.translate(_TABLE) if digit is None else str(digit)
