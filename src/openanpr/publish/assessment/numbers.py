"""The numbers of the self assessment, each with its source or the judgement that chose it: `[assessment]`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from importlib import resources

from openanpr.policy.sourced import Number, ProfileError, inner, number, only


@dataclass(frozen=True, slots=True)
class AssessmentNumbers:
    """From when evidence is too old, what it is measured against, and which counts are hidden in public.

    See docs/reference/self-assessment.md. `valid_from` is the day from which they hold.
    """

    valid_from: date
    year_days: Number
    assessment_days: Number
    checkpoint_days: Number
    lodged_days: Number
    retention_run_days: Number
    round_days: Number
    test_days: Number
    site_review_days: Number
    figures_days: Number
    answered_percent: Number
    misread_percent: Number
    list_error_percent: Number
    quarantine_days: Number


COUNTS = frozenset(one.name for one in fields(AssessmentNumbers)) - {"valid_from"}


@lru_cache(maxsize=1)
def shipped_numbers() -> AssessmentNumbers:
    """Return the numbers that come with the program."""
    file = resources.files("openanpr.publish.assessment").joinpath("numbers.toml")
    return load_numbers(file.read_text(encoding="utf-8"), where="numbers.toml")


def load_numbers(text: str, *, where: str) -> AssessmentNumbers:
    """Return the numbers that a TOML text spells. Raises ProfileError."""
    try:
        return _parsed(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise ProfileError(
            f"the numbers of the self assessment in {where} cannot be used: {fault}"
        ) from fault


def _parsed(found: Mapping[str, object]) -> AssessmentNumbers:
    only(found, frozenset({"valid_from", "assessment"}), "")
    valid_from = found["valid_from"]
    if not isinstance(valid_from, date) or isinstance(valid_from, datetime):
        raise TypeError("valid_from must be a day, written as 2026-11-30")
    said = inner(found, "assessment", "assessment")
    only(said, COUNTS, "assessment.")
    told = {key: number(said, key, "assessment") for key in COUNTS}
    for key, one in told.items():
        if one.value < 1:
            raise ValueError(f"assessment.{key} must be 1 or more")
        if key.endswith("_percent") and one.value > 100:
            raise ValueError(f"assessment.{key} is at most 100")
    return AssessmentNumbers(valid_from=valid_from, **told)
