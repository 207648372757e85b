"""What in a text could be a number plate, masked: of what people wrote, before others see it. Pure."""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "[mark]"
# What could be a mark: letters and digits in two or three runs, close together or a blank or dash apart. Too
# much is masked rather than too little; a reviewer who needs it opens the search, and that is logged.
_LETTERS, _DIGITS, _GAP = r"[^\W\d_]{1,3}", r"\d{1,4}", r"[\s.-]?"
_RUNS: Final = rf"{_LETTERS}{_GAP}{_DIGITS}(?:{_GAP}{_LETTERS})?|{_DIGITS}{_GAP}{_LETTERS}"
_MIXED: Final = r"(?=[^\W_]*\d)(?=[^\W_]*[^\W\d_])[^\W_]{2,8}"
_MARK: Final = re.compile(rf"(?<![^\W_])(?:{_RUNS}|{_MIXED})(?![^\W_])")
_ONE_WORD: Final = re.compile(rf"(?<![^\W_]){_MIXED}(?![^\W_])")
_BETWEEN: Final = re.compile(r"[\s.\d-]+")
_SMALL_WORD: Final = re.compile(
    "a|am|an|and|at|by|car|day|few|for|hrs|i|in|is|it|man|may|men|min|mph|no|nr|of|off|on|or|out|pm|st|the|to"
    "|two|up|van|via|was"
)
"""What stands beside a number in ordinary text, a blank apart; no run of a mark alone."""


def masked(text: str) -> str:
    """Return a text with everything masked that could be a mark."""
    return _MARK.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    text = found.group()
    apart = any(not c.isalnum() for c in text)
    small = all(_SMALL_WORD.fullmatch(word.casefold()) for word in _BETWEEN.split(text) if word)
    return _ONE_WORD.sub(MASK, text) if apart and small else MASK
