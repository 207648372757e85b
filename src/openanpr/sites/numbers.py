"""The numbers that the life of a site goes by, each from the profile in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from openanpr.sites.case import Form


@dataclass(frozen=True, slots=True)
class Aim:
    """What cameras of one form must reach in a test: shares of plates, 0 to 1."""

    capture: float
    read: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNumbers:
    """All in days but for what says otherwise.

    `warn` is how long before a review falls due people are told, `grace` how long after it a camera still
    delivers, `uncased` how long one without a case does, `commission` how long after it was authorised a site
    has to pass its test, `near_m` within which other cameras are told of, `shared_minutes` within which two
    cameras count as having seen the same vehicle, `shared_days` how far back that is counted. For the stay
    of a moveable camera `stay_warn_days` and `stay_grace_days` are what `warn` and `grace` are for a review.
    """

    review_days: int
    warn_days: int
    grace_days: int
    uncased_days: int
    commission_days: int
    stay_warn_days: int
    stay_grace_days: int
    dpia_review_days: int
    near_m: int
    shared_minutes: int
    shared_days: int
    least_plates: int
    least_part_plates: int
    aims: Mapping[Form, Aim]

    @property
    def review(self) -> timedelta:
        """From one review to the next."""
        return timedelta(days=self.review_days)

    @property
    def warn(self) -> timedelta:
        """Before a review is due."""
        return timedelta(days=self.warn_days)

    @property
    def grace(self) -> timedelta:
        """After a review is due."""
        return timedelta(days=self.grace_days)

    @property
    def stay_warn(self) -> timedelta:
        """Before a stay is over."""
        return timedelta(days=self.stay_warn_days)

    @property
    def stay_grace(self) -> timedelta:
        """After a stay is over."""
        return timedelta(days=self.stay_grace_days)

    @property
    def uncased(self) -> timedelta:
        """For a camera without a case."""
        return timedelta(days=self.uncased_days)

    @property
    def commission(self) -> timedelta:
        """From authority to a test that passed."""
        return timedelta(days=self.commission_days)

    @property
    def shared(self) -> timedelta:
        """Within which two cameras saw the same vehicle."""
        return timedelta(minutes=self.shared_minutes)
