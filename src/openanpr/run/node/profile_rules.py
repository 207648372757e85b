"""The numbers of the profile as ingest and the store take them."""

from __future__ import annotations

from datetime import date

from openanpr.ingest.limits import Limits
from openanpr.policy.profile import Profile, load_profile, verify_valid
from openanpr.run.node.settings import NodeSettings
from openanpr.store.retention import RetentionRule


def profile_of(settings: NodeSettings, *, on: date) -> Profile:
    """Return the profile that the settings name; raises ProfileError, also before the day it holds from."""
    profile = load_profile(settings.profile)
    verify_valid(profile, on)
    return profile


def ingest_limits(profile: Profile, settings: NodeSettings) -> Limits:
    """Return what ingest judges by."""
    numbers = profile.ingest
    return Limits(
        profile=profile.label,
        oldest_days=numbers.oldest_days.value,
        late_after_s=numbers.late_after_s.value,
        future_tolerance_s=numbers.future_tolerance_s.value,
        clock_alarm_ms=numbers.clock_alarm_ms.value,
        clock_quarantine_ms=numbers.clock_quarantine_ms.value,
        retention_days=profile.retention_days.value,
        most_reads=settings.ingest.most_reads,
    )


def retention_rule(profile: Profile) -> RetentionRule:
    """Return what retention deletes by, and quotes on its certificates."""
    return RetentionRule(profile.label, profile.retention_days.value, profile.retention_days.grounds)
