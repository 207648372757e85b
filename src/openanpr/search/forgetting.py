"""Records of searches and cases go at their time, and that is logged first."""

from __future__ import annotations

from datetime import timedelta

from openanpr.audit.acts import Erasure
from openanpr.search.judging import today_of
from openanpr.search.parts import Parts


def forget(parts: Parts) -> int:
    """Erase what is past its time, and return how many searches and cases; nothing without a profile.

    A search outlives all reads that it could find: what was looked for must be there to be reviewed. Raises
    AuditError: then nothing was erased.
    """
    now, profile = parts.clock(), parts.book().profile
    if profile is None:
        return 0
    days = parts.limits.record_days
    asked = now - timedelta(days=profile.retention_days.value + days)
    ended = today_of(now) - timedelta(days=days)
    gone = 0
    if searches := parts.records.asked_before(asked):
        parts.trail.append(
            Erasure(at=now, what="searches", rules=("retention.days", "record-days"), rows=searches)
        )
        gone += parts.records.forget(asked)
    if cases := parts.cases.ended_before(ended):
        parts.trail.append(Erasure(at=now, what="cases", rules=("record-days",), rows=cases))
        gone += parts.cases.forget(ended)
    return gone
