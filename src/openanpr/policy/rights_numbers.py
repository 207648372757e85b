"""By when requests and complaints are answered, and how long their words are kept: numbers of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openanpr.policy.sourced import Number, number, only

RIGHTS = frozenset(
    {
        "question_days",
        "complaint_acknowledge_days",
        "complaint_days",
        "access_months",
        "correction_months",
        "challenge_days",
        "extension_months",
        "warn_days",
        "forget_days",
    }
)


@dataclass(frozen=True, slots=True)
class RightsLimits:
    """The numbers of requests and complaints; see `docs/reference/rights.md`."""

    question_days: Number
    complaint_acknowledge_days: Number
    complaint_days: Number
    access_months: Number
    correction_months: Number
    challenge_days: Number
    extension_months: Number
    warn_days: Number
    forget_days: Number


def parse_rights(found: Mapping[str, object]) -> RightsLimits:
    """Return the numbers of the table `[rights]`. Raises KeyError, TypeError, ValueError for a fault."""
    only(found, RIGHTS, "rights.")
    return RightsLimits(**{key: number(found, key, "rights") for key in RIGHTS})


def verify_rights(rights: RightsLimits) -> None:
    """Raise ValueError for numbers that contradict one another."""
    counts: dict[str, int] = {key: getattr(rights, key).value for key in RIGHTS}
    for key in RIGHTS - {"extension_months", "warn_days"}:
        if not 1 <= counts[key] <= 36_500:
            raise ValueError(f"rights.{key} must be 1 or more, and within a hundred years")
    if not 0 <= counts["extension_months"] <= 24:
        raise ValueError("rights.extension_months must be from 0 to 24")
    if max(counts["access_months"], counts["correction_months"]) > 24:
        raise ValueError("rights.access_months and rights.correction_months must be at most 24")
    shortest = min(counts["question_days"], counts["complaint_days"], counts["challenge_days"])
    if not 0 <= counts["warn_days"] < shortest:
        raise ValueError("rights.warn_days must be less than the days in which a case is answered")
    if counts["complaint_acknowledge_days"] > counts["complaint_days"]:
        raise ValueError("rights.complaint_acknowledge_days must be at most rights.complaint_days")
