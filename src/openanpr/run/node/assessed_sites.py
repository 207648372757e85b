"""The cases for cameras as the self assessment counts them: how many, and never which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from openanpr.publish.assessment.facts import SiteFacts
from openanpr.run.node.admitting import Admitting
from openanpr.sites.admission import Cause, Standing
from openanpr.sites.life import Life, Step

_JUSTIFIED = frozenset({Cause.COMMISSIONING, Cause.REVIEW, Cause.DECIDED})


def site_facts(admitting: Admitting, lives: Sequence[Life], now: datetime) -> SiteFacts:
    """Return the counts over all cameras that are not retired; raises what the control database raises."""
    cases = {life.site_id: life.case for life in lives if life.authorised}
    oldest = now.date() - timedelta(days=admitting.numbers.dpia_review_days)
    cameras = [(admitting.admission(one), cases.get(one.site_id or "")) for one in admitting.every()]
    looked_at = [case.dpia.looked_at for _, case in cameras if case is not None and case.dpia is not None]
    reviews = [step.at for life in lives for step in life.steps if step.step is Step.REVIEWED]
    return SiteFacts(
        cameras=len(cameras),
        justified=sum(
            one.cause in _JUSTIFIED and one.standing is not Standing.LAPSED for one, case in cameras if case
        ),
        overdue=sum(one.cause is Cause.REVIEW and one.due <= now for one, _ in cameras),
        assessed=len(looked_at),
        assessments_overdue=sum(day < oldest for day in looked_at),
        consulted=sum(bool(case.consulted) for _, case in cameras if case is not None),
        newest_review_at=max(reviews, default=None),
    )
