"""Sites as a node tells of them: cameras by what must be seen to, counted for alarms and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from openanpr.run.node.admitting import Admitting
from openanpr.sites.admission import Admission, Cause, Standing

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """Cameras by what must be seen to; `first_days`: how long the first of a kind still has, by the kind.

    `due`: their review or test falls due; `overdue`: it is overdue, and the grace runs; `lapsed`: they may
    not deliver; `uncased`: they have no case, and time to get one; `dpia`: sites whose impact assessment is
    too old. None of these tells which, and moveable cameras that were taken down are in none.
    """

    admitted: int = 0
    due: int = 0
    overdue: int = 0
    lapsed: int = 0
    uncased: int = 0
    dpia: int = 0
    first_days: Mapping[str, int] = field(default_factory=dict[str, int])

    def by_standing(self) -> dict[str, int]:
        """Return the counts of cameras by their standing."""
        return {
            "admitted": self.admitted,
            "due": self.due,
            "overdue": self.overdue,
            "lapsed": self.lapsed,
            "uncased": self.uncased,
        }


def site_figures(admitting: Admitting, now: datetime) -> SiteFigures:
    """Return what must be seen to now; raises what the control database raises."""
    found = [admitting.admission(one) for one in admitting.every()]
    kinds = [_kind(one, now) for one in found]
    left: dict[str, list[int]] = {}
    for one, kind in zip(found, kinds, strict=True):
        until = one.due if kind == "due" else one.until
        left.setdefault(kind, []).append((until - now) // _DAY)
    oldest = now.date() - timedelta(days=admitting.numbers.dpia_review_days)
    return SiteFigures(
        admitted=kinds.count("admitted"),
        due=kinds.count("due"),
        overdue=kinds.count("overdue"),
        lapsed=kinds.count("lapsed"),
        uncased=kinds.count("uncased"),
        dpia=sum(day < oldest for day in admitting.assessed()),
        first_days={kind: min(days) for kind, days in left.items()},
    )


def _kind(one: Admission, now: datetime) -> str:
    if one.cause is Cause.TAKEN_DOWN:
        return "down"  # somebody did it, and nobody has to see to it
    if one.standing is not Standing.WARNED:
        return "lapsed" if one.standing is Standing.LAPSED else "admitted"
    if one.cause is Cause.NO_CASE:
        return "uncased"
    return "overdue" if one.due <= now else "due"
