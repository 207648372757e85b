"""Counts of cases are what a plain look at each case gives, as they stood when a month was settled."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from openanpr.core.span import Span
from openanpr.publish.definitions import populations
from openanpr.publish.period import Month
from openanpr.rights.case import CaseKind, CaseStepKind, Outcome, Via, Words
from openanpr.rights.desk import Came, RightsDesk, Took
from openanpr.store.control.engine import reading
from openanpr.store.control.rights_counts import RightsCounts
from openanpr.store.control.rights_store import RightsStore
from tests.publish.cubes import WIDTHS
from tests.rights.scene import KEYS, NUMBERS, OWNERS, WORDS

MONTH = Month(2026, 9)
SETTLED = MONTH.settled(31)
RIGHTS = {one.id: one for one in populations((90, 365), WIDTHS)}["rights"]


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(engine) -> RightsDesk:
    return RightsDesk(
        cases=RightsStore(engine, KEYS, os.urandom),
        keys=KEYS,
        numbers=NUMBERS,
        owners=OWNERS,
        chance=os.urandom,
    )


def case(
    desk: RightsDesk,
    kind: CaseKind,
    came: datetime,
    replied: datetime | None = None,
    outcome: Outcome | None = None,
    *,
    on: date | None = None,
) -> str:
    how = Came(via=Via.LETTER if on else Via.WEB, on=on)
    reference = desk.open(kind, WORDS, how, Took("ida", came)).reference
    if replied is not None:
        desk.take(reference, CaseStepKind.REPLIED, Words(text="so"), Took("ida", replied))
    if outcome is not None:
        desk.close(reference, outcome, None, Took("ida", replied or came))
    return reference


def counted(engine, month: Month = MONTH) -> dict[tuple[str, ...], int]:
    counter = RightsCounts(engine, NUMBERS)
    counts = counter.count(month, month.settled(31))
    RIGHTS.verify(counts)
    return {place: cell.count for place, cell in counts.items()}


def test_each_case_is_counted_by_its_kind_and_by_when_it_was_answered(engine, desk) -> None:
    case(desk, CaseKind.ACCESS, at(9, 3), at(10, 2), Outcome.ANSWERED)
    case(desk, CaseKind.ACCESS, at(9, 3), at(10, 3))
    case(desk, CaseKind.CHALLENGE, at(9, 3), at(9, 10))
    case(desk, CaseKind.COMPLAINT, at(9, 30))
    case(desk, CaseKind.CORRECTION, at(9, 1), SETTLED + timedelta(days=1))
    case(desk, CaseKind.QUESTION, at(9, 3), at(9, 4))
    case(desk, CaseKind.ACCESS, at(9, 3), None, Outcome.WITHDRAWN)
    case(desk, CaseKind.ACCESS, at(8, 31), at(9, 3))
    case(desk, CaseKind.ACCESS, at(10, 1), at(10, 3))
    assert counted(engine) == {
        ("access", "in-time"): 1,
        ("access", "late"): 1,
        ("challenge", "in-time"): 1,
        ("complaint", "not-answered"): 1,
        ("correction", "not-answered"): 1,
    }


def test_a_letter_counts_in_the_month_in_which_it_came(engine, desk) -> None:
    case(desk, CaseKind.ACCESS, at(10, 5), at(10, 6), on=date(2026, 9, 30))
    assert counted(engine) == {("access", "in-time"): 1}
    assert counted(engine, MONTH.next) == {}


def test_what_is_done_after_settling_changes_no_count(engine, desk) -> None:
    reference = case(desk, CaseKind.ACCESS, at(9, 3))
    before = counted(engine)
    desk.take(reference, CaseStepKind.REPLIED, Words(text="so"), Took("ida", SETTLED))
    desk.close(reference, Outcome.ANSWERED, None, Took("ida", SETTLED + timedelta(days=900)))
    case(desk, CaseKind.ACCESS, SETTLED + timedelta(days=1), on=date(2026, 9, 3))
    desk.forget(SETTLED + timedelta(days=2000))
    assert counted(engine) == before == {("access", "not-answered"): 1}


def test_the_query_that_is_told_runs_as_it_is_told(engine, desk) -> None:
    case(desk, CaseKind.ACCESS, at(9, 3), at(9, 4))
    query = RightsCounts(engine, NUMBERS).how(MONTH, SETTLED)
    with reading(engine) as connection:
        rows = connection.execute(sa.text(query.replace(":", r"\:"))).all()
    assert len(rows) == 2
    assert "rights_words" not in query


def test_complaints_and_requests_of_a_year_are_told_with_those_past_their_day(engine, desk) -> None:
    case(desk, CaseKind.COMPLAINT, at(9, 3))
    case(desk, CaseKind.COMPLAINT, at(11, 20))
    case(desk, CaseKind.ACCESS, at(9, 3), at(10, 20))
    case(desk, CaseKind.CHALLENGE, at(11, 25))
    case(desk, CaseKind.QUESTION, at(1, 3))
    year = Span(at(1, 1), at(11, 30))
    assert RightsCounts(engine, NUMBERS).within(year) == (2, 1, 2, 1)
