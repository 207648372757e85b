"""The numbers of review, each with its source or the judgement that chose it: the table `[review]`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources

from openanpr.policy.sourced import Number, ProfileError, inner, number, only

LEAST_WINDOW_DAYS = 62
"""Two whole months: the month that has just ended must lie in what a round looks at."""


@dataclass(frozen=True, slots=True)
class ReviewNumbers:
    """How much is sampled, what shows as a signal, and how long it may wait; see docs/reference/review.md."""

    share_percent: Number
    least_a_month: Number
    window_days: Number
    repeat_least: Number
    repeat_days: Number
    repeat_long: Number
    pasted_references: Number
    pasted_near_percent: Number
    duty_grace_minutes: Number
    retest_days: Number
    closed_references: Number
    nothing_least: Number
    nothing_percent: Number
    nothing_after_hours: Number
    others_least: Number
    others_times: Number
    others_team: Number
    overdue_days: Number
    taken_days: Number


COUNTS = frozenset(field.name for field in fields(ReviewNumbers))


@lru_cache(maxsize=1)
def shipped_numbers() -> ReviewNumbers:
    """Return the numbers that come with the program."""
    text = resources.files("openanpr.review").joinpath("review.toml").read_text(encoding="utf-8")
    return load_numbers(text, where="review.toml")


def load_numbers(text: str, *, where: str) -> ReviewNumbers:
    """Return the numbers of the table `[review]` of a TOML text. Raises ProfileError."""
    try:
        return parse_review(inner(tomllib.loads(text), "review", "review"))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise ProfileError(f"the numbers of review in {where} cannot be used: {fault}") from fault


def parse_review(found: Mapping[str, object]) -> ReviewNumbers:
    """Return the numbers of the table. Raises KeyError, TypeError, ValueError for a fault."""
    only(found, COUNTS, "review.")
    told = ReviewNumbers(**{key: number(found, key, "review") for key in COUNTS})
    for key in COUNTS:
        if found_number(told, key).value < 1:
            raise ValueError(f"review.{key} must be 1 or more")
    for key in ("share_percent", "pasted_near_percent", "nothing_percent"):
        if found_number(told, key).value > 100:
            raise ValueError(f"review.{key} is at most 100")
    if told.window_days.value < LEAST_WINDOW_DAYS:
        raise ValueError(
            f"review.window_days must be {LEAST_WINDOW_DAYS} or more: a month is drawn when it is over"
        )
    if told.repeat_least.value < 2 or told.pasted_references.value < 2:
        raise ValueError("review.repeat_least and review.pasted_references must be 2 or more")
    if told.repeat_days.value > told.window_days.value or told.retest_days.value > told.window_days.value:
        raise ValueError("review.repeat_days and review.retest_days must be at most review.window_days")
    return told


def found_number(numbers: ReviewNumbers, key: str) -> Number:
    """Return one number by its name."""
    found: Number = getattr(numbers, key)
    return found
