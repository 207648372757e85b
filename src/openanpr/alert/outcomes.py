"""What came of the alerts: back to the owners of the lists, and in figures by list. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from openanpr.alert.alert import Alert, Feedback
from openanpr.alert.closure import Outcome
from openanpr.alert.routing import Viewer, admits


@dataclass(frozen=True, slots=True)
class ListFigures:
    """The alerts of one list in figures. A share is from 0 to 1, None where there is nothing to share out.

    `answered` are those that a person took a step on, `in_time` those of them before any escalation.
    `median_wait` is the time from raising to the first step of those answered. `misread_share` is of the
    closed ones.
    """

    list_id: int
    alerts: int
    hits: int
    late_hits: int
    answered: int
    in_time: int
    closed: int
    outcomes: Mapping[Outcome, int]
    median_wait: timedelta | None

    @property
    def unanswered(self) -> int:
        """Alerts that no person ever took a step on."""
        return self.alerts - self.answered

    @property
    def answered_share(self) -> float | None:
        """Answered, of all alerts."""
        return _share(self.answered, self.alerts)

    @property
    def in_time_share(self) -> float | None:
        """Answered before any escalation, of all alerts."""
        return _share(self.in_time, self.alerts)

    @property
    def misread_share(self) -> float | None:
        """Closed as misread, of those closed."""
        return self.outcome_share(Outcome.MISREAD)

    def outcome_share(self, outcome: Outcome) -> float | None:
        """Return the share of the closed alerts that had this outcome."""
        return _share(self.outcomes.get(outcome, 0), self.closed)


def figures(alerts: Iterable[Alert], viewer: Viewer) -> tuple[ListFigures, ...]:
    """Return the figures of each list in the order of list ids, open and closed alerts together.

    Covert alerts count only for the people they name.
    """
    by_list: dict[int, list[Alert]] = {}
    for alert in alerts:
        if admits(alert.key.channel, viewer):
            by_list.setdefault(alert.key.list_id, []).append(alert)
    return tuple(_figures(list_id, by_list[list_id]) for list_id in sorted(by_list))


def to_read(feedback: Iterable[Feedback]) -> tuple[Feedback, ...]:
    """Return what an owner is told in the order to read it: what must be put right first, then the newest."""
    return tuple(sorted(feedback, key=_to_read))


def _to_read(one: Feedback) -> tuple[bool, float, str]:
    return not one.correct, -one.at.timestamp(), one.alert_id


def _figures(list_id: int, alerts: list[Alert]) -> ListFigures:
    waits = sorted(
        a.watch.first_step_at - a.watch.raised_at for a in alerts if a.watch.first_step_at is not None
    )
    outcomes = Counter(a.closure.outcome for a in alerts if a.closure is not None)
    return ListFigures(
        list_id=list_id,
        alerts=len(alerts),
        hits=sum(a.tally.count for a in alerts),
        late_hits=sum(a.tally.late for a in alerts),
        answered=len(waits),
        in_time=sum(a.watch.level_at_first_step == 0 for a in alerts),
        closed=outcomes.total(),
        outcomes={outcome: outcomes[outcome] for outcome in Outcome},
        median_wait=_median(waits),
    )


def _median(waits: list[timedelta]) -> timedelta | None:
    if not waits:
        return None
    middle = len(waits) // 2
    return waits[middle] if len(waits) % 2 else (waits[middle - 1] + waits[middle]) / 2


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
