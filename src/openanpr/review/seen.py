"""What a reviewer sees of a search: who, why, how wide, counts. No mark, not even in what somebody wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openanpr.core.purpose import ReferenceState
from openanpr.policy.ask import Purpose, Search
from openanpr.review.item import Item, Outcome, Remedy
from openanpr.review.past import Came, Did, PastSearch

MASK: Final = "[mark]"
_KNOWN: Final = frozenset({ReferenceState.OPEN, ReferenceState.CLOSED})
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


@dataclass(frozen=True, slots=True)
class SearchSeen:
    """A search as a reviewer sees it. In `reason`, what could be a mark is masked.

    So it is in a `reference` that the case system did not know: it may be anything.
    """

    search_id: str
    at: datetime
    asked_by: str
    asked_for: str
    team: str
    purpose: Purpose
    scope: Search
    came: Came
    rules: tuple[str, ...]
    oral: bool
    reference: str = field(repr=False)
    reason: str = field(repr=False)
    did: Did


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """An item with its searches; `gone` of them are no longer kept."""

    item: Item
    overdue: bool
    searches: tuple[SearchSeen, ...]
    gone: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a searcher is told of a finding: on which of their searches, what, when, and what is to follow."""

    search_id: str
    outcome: Outcome
    remedy: Remedy
    at: datetime


def seen(search: PastSearch) -> SearchSeen:
    """Return a search as a reviewer sees it."""
    return SearchSeen(
        search.search_id,
        search.at,
        search.asked_by,
        search.asked_for,
        search.team,
        search.purpose,
        search.scope,
        search.came,
        search.rules,
        search.oral,
        search.reference if search.purpose.reference in _KNOWN else masked(search.reference),
        masked(search.reason),
        search.did,
    )


def masked(text: str) -> str:
    """Return a text with everything masked that could be a mark."""
    return _MARK.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    text = found.group()
    apart = any(not c.isalnum() for c in text)
    small = all(_SMALL_WORD.fullmatch(word.casefold()) for word in _BETWEEN.split(text) if word)
    return _ONE_WORD.sub(MASK, text) if apart and small else MASK
