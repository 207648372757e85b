"""By when a case has to be acknowledged and answered, and whether it was. Pure.

A period "beginning with" a day counts that day: of one month that begins with 3 September the last day is
2 October. Days are UTC days, which begin no later than those of the United Kingdom.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from openanpr.rights.case import STATUTORY, CaseKind, CaseState, CaseStepKind, RightsCase
from openanpr.rights.numbers import RightsNumbers


@dataclass(frozen=True, slots=True)
class Due:
    """The last day to answer, None while the clock stands still, and the last day to acknowledge, if any.

    `answered` is the day of the first reply, None without one.
    """

    answer_by: date | None
    acknowledge_by: date | None
    answered: date | None

    def late(self, on: date) -> bool:
        """Whether the case is late on a day: not acknowledged or not answered in time, and still to be."""
        return self._missed(self.acknowledge_by, on) or self._missed(self.answer_by, on)

    def soon(self, on: date, warn_days: int) -> bool:
        """Whether a day falls due within `warn_days`, and is not over."""
        ends = [one for one in (self.acknowledge_by, self.answer_by) if one is not None]
        return self.answered is None and any(on <= end <= on + timedelta(days=warn_days) for end in ends)

    @property
    def in_time(self) -> bool | None:
        """Whether it was answered in time; None without an answer, or where no day was set."""
        if self.answered is None or self.answer_by is None:
            return None
        return self.answered <= self.answer_by

    def _missed(self, end: date | None, on: date) -> bool:
        return self.answered is None and end is not None and on > end


def due(case: RightsCase, numbers: RightsNumbers) -> Due:
    """Return the days of a case; a closed one that was never to be answered has none."""
    replied = next((one for one in case.steps if one.step is CaseStepKind.REPLIED), None)
    answered = None if replied is None else replied.at.date()
    if case.state is CaseState.CLOSED and answered is None:
        return Due(None, None, None)
    return Due(answer_by(case, numbers), _acknowledge_by(case, numbers), answered)


def answer_by(case: RightsCase, numbers: RightsNumbers) -> date | None:
    """Return the last day to answer; None while whoever asked has something to do first."""
    if case.kind not in STATUTORY:
        return last_day(case.received, days=_days(case.kind, numbers))
    if case.waits_for is not None:
        return None
    months = numbers.access_months if case.kind is CaseKind.ACCESS else numbers.correction_months
    if case.last(CaseStepKind.EXTENDED) is not None:
        months += numbers.extension_months
    return last_day(begins(case), months=months) + timedelta(days=_not_counted(case))


def extend_until(case: RightsCase) -> date:
    """Return the last day on which notice of an extension can be given (DPA 2018, section 54(3B))."""
    return last_day(begins(case), months=1) + timedelta(days=_not_counted(case))


def begins(case: RightsCase) -> date:
    """Return the relevant day (section 54(3)): of receipt or, where identity was asked for, of its proof."""
    asked = next((one for one in case.steps if one.step is CaseStepKind.IDENTITY_ASKED), None)
    proved = case.last(CaseStepKind.IDENTITY_PROVED)
    return case.received if asked is None or proved is None else max(case.received, proved.day)


def last_day(first: date, *, months: int = 0, days: int = 0) -> date:
    """Return the last day of a period that begins with a day; where a month has no such day, its last."""
    if not months:
        return first + timedelta(days=days - 1)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    if first.day > length:
        return date(year, month + 1, length)
    return date(year, month + 1, first.day) - timedelta(days=1)


def _not_counted(case: RightsCase) -> int:
    """Return the days on which information was waited for, after the period had begun (section 54(3C))."""
    first, asked, days = begins(case), None, 0
    for one in case.steps:
        if one.step is CaseStepKind.INFORMATION_ASKED:
            asked = one.day
        elif one.step is CaseStepKind.INFORMATION_GIVEN and asked is not None:
            days += max(0, (one.day - max(asked, first)).days + 1)
            asked = None
    return days


def _acknowledge_by(case: RightsCase, numbers: RightsNumbers) -> date | None:
    """Return the last day to acknowledge a complaint; None for other kinds, and once it was."""
    done = case.last(CaseStepKind.ACKNOWLEDGED) is not None
    if case.kind is not CaseKind.COMPLAINT or done:
        return None
    return last_day(case.received, days=numbers.complaint_acknowledge_days)


def _days(kind: CaseKind, numbers: RightsNumbers) -> int:
    of = {
        CaseKind.QUESTION: numbers.question_days,
        CaseKind.COMPLAINT: numbers.complaint_days,
        CaseKind.CHALLENGE: numbers.challenge_days,
    }
    return of[kind]
