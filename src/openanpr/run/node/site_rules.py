"""The numbers of the profile as sites take them."""

from __future__ import annotations

from openanpr.policy.profile import Profile
from openanpr.policy.site_numbers import SiteLimits
from openanpr.sites.case import Form
from openanpr.sites.numbers import Aim, SiteNumbers


def site_numbers(profile: Profile) -> SiteNumbers:
    """Return what the life of a site goes by."""
    said = profile.sites
    return SiteNumbers(
        review_days=said.review_days.value,
        warn_days=said.warn_days.value,
        grace_days=said.grace_days.value,
        uncased_days=said.uncased_days.value,
        stay_warn_days=said.stay_warn_days.value,
        stay_grace_days=said.stay_grace_days.value,
        commission_days=said.commission_days.value,
        dpia_review_days=said.dpia_review_days.value,
        near_m=said.near_m.value,
        shared_minutes=said.shared_minutes.value,
        shared_days=said.shared_days.value,
        least_plates=said.least_plates.value,
        least_part_plates=said.least_part_plates.value,
        aims=_aims(said),
    )


def _aims(said: SiteLimits) -> dict[Form, Aim]:
    return {
        Form.FIXED: Aim(said.fixed_capture_percent.value / 100, said.fixed_read_percent.value / 100),
        Form.MOVEABLE: Aim(said.moveable_capture_percent.value / 100, said.moveable_read_percent.value / 100),
        Form.VEHICLE_MOUNTED: Aim(
            said.vehicle_capture_percent.value / 100, said.vehicle_read_percent.value / 100
        ),
    }
