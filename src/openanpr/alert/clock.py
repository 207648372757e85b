"""The clock on alerts: what waits too long climbs, what nobody could answer raises an alarm. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from openanpr.alert.alert import Alert, Change, State, Step, StepKind, Watch
from openanpr.alert.routing import Attendance, Viewer
from openanpr.alert.rules import ListRules, RuleBook


@dataclass(frozen=True, slots=True)
class Due:
    """What the clock changes now, and when to ask it again (None: no open alert is known).

    Ask before that time too whenever somebody signs in or out, and for alerts that were changed.
    """

    changes: tuple[Change, ...]
    look_again_at: datetime | None


def due(alerts: Iterable[Alert], book: RuleBook, *, now: datetime, present: Collection[Viewer]) -> Due:
    """Return what happens next to the alerts, given who is logged in.

    An alert that somebody had in hand and did not go on with in time waits again, from the time at which it
    was due. One that waits climbs its list's ladder; a level is never lost but by an answer. One that nobody
    who is present must answer raises an alarm, once, until somebody is there. The work grows with the alerts
    and the people, not with their product.
    """
    changes: list[Change] = []
    looks: list[datetime] = []
    there = Attendance.of(present)
    for alert in alerts:
        if not alert.is_open:
            continue
        change = _ticked(alert, book, now, there)
        if change is not None:
            changes.append(change)
        by = (alert if change is None else change.alert).watch.answer_by
        if by is not None:
            looks.append(by)
    return Due(tuple(changes), min(looks, default=None))


def next_step_by(state: State, last_step_at: datetime, rules: ListRules) -> datetime | None:
    """Return when an alert that somebody has in hand begins to wait again; None when it is closed."""
    if state is State.CLOSED:
        return None
    return last_step_at + (rules.outcome_within if state is State.TASKED else rules.next_step_within)


def _ticked(alert: Alert, book: RuleBook, now: datetime, there: Attendance) -> Change | None:
    rules = book.of(alert.key.list_id)
    steps: list[Step] = []
    ticked = _put_down(alert, rules, now, steps)
    if ticked.waits:
        ticked = _climbed(ticked, rules, now, steps)
        ticked = _attended(ticked, book, now, there, steps)
    if ticked == alert:
        return None
    # The rules of a list may have changed since: then only the time of the next look does.
    ticked = replace(ticked, version=alert.version + 1, steps=alert.steps + len(steps))
    return Change(ticked, alert.version, tuple(steps))


def _put_down(alert: Alert, rules: ListRules, now: datetime, steps: list[Step]) -> Alert:
    """Return the alert, waiting again if whoever had it in hand did not go on in time."""
    watch = alert.watch
    if alert.waits or watch.last_step_at is None:
        return alert
    by = next_step_by(alert.state, watch.last_step_at, rules)
    if by is None or now < by:
        return replace(alert, watch=replace(watch, answer_by=by))
    steps.append(_step(alert, steps, now, StepKind.PUT_DOWN))
    return replace(alert, watch=replace(watch, waiting_since=by, level=0, repeats=0))


def _climbed(alert: Alert, rules: ListRules, now: datetime, steps: list[Step]) -> Alert:
    """Return the alert at the level that its wait has reached."""
    watch, ladder = alert.watch, rules.ladder
    since = watch.waiting_since or now
    level = max(watch.level, ladder.reached(now - since))
    if level > watch.level:
        role = "" if alert.key.covert else ladder.role_of(level)
        steps.append(replace(_step(alert, steps, now, StepKind.ESCALATED), level=level, role=role))
    return replace(alert, watch=_at_level(watch, level, since, rules))


def _at_level(watch: Watch, level: int, since: datetime, rules: ListRules) -> Watch:
    return replace(
        watch,
        level=level,
        highest=max(watch.highest, level),
        told=max(watch.told, min(level, len(rules.ladder.levels))),
        answer_by=since + rules.ladder.time_of(level + 1),
    )


def _attended(alert: Alert, book: RuleBook, now: datetime, present: Attendance, steps: list[Step]) -> Alert:
    """Return the alert with the alarm raised where nobody is there who must answer, or lifted again."""
    watch, rules = alert.watch, book.of(alert.key.list_id)
    there = present.answers(alert, book)
    if there is not watch.unattended:
        return alert
    if there:
        steps.append(_step(alert, steps, now, StepKind.ATTENDED))
        return replace(alert, watch=replace(watch, unattended=False))
    steps.append(_step(alert, steps, now, StepKind.UNATTENDED))
    # All roles of the ladder are told at once: somebody must find somebody.
    return replace(alert, watch=replace(watch, unattended=True, told=len(rules.ladder.levels)))


def _step(alert: Alert, steps: list[Step], at: datetime, kind: StepKind) -> Step:
    return Step(alert.id, alert.steps + len(steps) + 1, at, kind)
