"""How long cameras may deliver, and what they must reach: the numbers of a profile for sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openanpr.policy.sourced import Number, RankWanted, number, only, rank_wanted

_DAYS = frozenset(
    {"review_days", "grace_days", "uncased_days", "commission_days", "dpia_review_days", "shared_days"}
)
_PERCENT = frozenset(
    f"{form}_{what}_percent" for form in ("fixed", "moveable", "vehicle") for what in ("capture", "read")
)
_OTHERS = frozenset(
    {
        "warn_days",
        "stay_warn_days",
        "stay_grace_days",
        "near_m",
        "shared_minutes",
        "least_plates",
        "least_part_plates",
    }
)
SITE_COUNTS = _DAYS | _PERCENT | _OTHERS
SITE_RANKS = frozenset({"authorise_rank"})


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """The numbers of sites; see `docs/reference/sites.md`. Shares are whole percents."""

    review_days: Number
    warn_days: Number
    grace_days: Number
    stay_warn_days: Number
    stay_grace_days: Number
    uncased_days: Number
    commission_days: Number
    dpia_review_days: Number
    near_m: Number
    shared_minutes: Number
    shared_days: Number
    least_plates: Number
    least_part_plates: Number
    fixed_capture_percent: Number
    fixed_read_percent: Number
    moveable_capture_percent: Number
    moveable_read_percent: Number
    vehicle_capture_percent: Number
    vehicle_read_percent: Number
    authorise_rank: RankWanted


def parse_sites(found: Mapping[str, object]) -> SiteLimits:
    """Return the numbers of the table `[sites]`. Raises KeyError, TypeError, ValueError for a fault."""
    only(found, SITE_COUNTS | SITE_RANKS, "sites.")
    counts = {key: number(found, key, "sites") for key in SITE_COUNTS}
    return SiteLimits(**counts, authorise_rank=rank_wanted(found, "authorise_rank", "sites"))


def verify_sites(sites: SiteLimits) -> None:
    """Raise ValueError for numbers that contradict one another."""
    counts: dict[str, int] = {key: getattr(sites, key).value for key in SITE_COUNTS}
    for key in _DAYS - {"grace_days"}:
        if counts[key] < 1:
            raise ValueError(f"sites.{key} must be 1 or more")
    if min(counts.values()) < 0:
        raise ValueError("the numbers of sites must be 0 or more")
    if counts["warn_days"] >= counts["review_days"]:
        raise ValueError("sites.warn_days must be less than sites.review_days")
    if any(not 1 <= counts[key] <= 99 for key in _PERCENT):
        raise ValueError("the percents of sites must be from 1 to 99: no sample shows that all is read")
    if not 1 <= counts["least_part_plates"] <= counts["least_plates"]:
        raise ValueError("sites.least_part_plates must be 1 or more and at most sites.least_plates")
