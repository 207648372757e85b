"""The life of a stolen report, over the dated policy that comes with the program."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.voi.fault import ListError
from openanpr.voi.stolen import (
    months_after,
    shipped_stolen_policy,
    stolen_policy,
    stolen_review_on,
    stolen_standing,
    stolen_weed_on,
)

POLICY = shipped_stolen_policy()
DAY = date(2026, 1, 10)


def on(days: int, confirmed: date | None = None):
    return stolen_standing(DAY, confirmed, on=DAY + timedelta(days=days), policy=POLICY)


def test_the_policy_says_where_it_comes_from_and_that_nobody_verified_it() -> None:
    assert (POLICY.status, POLICY.valid_from) == ("unverified", date(2026, 1, 1))
    assert POLICY.source


def test_an_unconfirmed_report_is_reminded_of_and_weeded_after_six_weeks() -> None:
    assert not on(2).overdue
    assert on(3).overdue
    assert on(28).reminders == tuple(DAY + timedelta(days=n) for n in (2, 14, 28))
    assert on(42).weed_on == DAY + timedelta(weeks=6)
    assert (on(42).weeded, on(43).weeded) == (False, True)
    assert on(28).prompt_on is None


def test_a_confirmed_report_stays_six_years_with_a_question_each_year() -> None:
    confirmed = DAY + timedelta(days=1)
    standing = on(43, confirmed)
    assert (standing.confirmed, standing.overdue, standing.weeded) == (True, False, False)
    assert (standing.weed_on, standing.prompt_on) == (date(2032, 1, 10), date(2027, 1, 11))
    late = stolen_standing(DAY, confirmed, on=date(2032, 1, 10), policy=POLICY)
    assert (len(late.reminders), late.prompt_on, late.weeded) == (5, None, False)
    assert stolen_standing(DAY, confirmed, on=date(2032, 1, 11), policy=POLICY).weeded


def test_the_owner_is_asked_for_the_first_time_after_two_days_or_a_year_after_the_confirmation() -> None:
    assert stolen_review_on(DAY, None, POLICY) == on(2).reminders[0]
    assert stolen_review_on(DAY, DAY + timedelta(days=1), POLICY) == on(2, DAY + timedelta(days=1)).prompt_on


def test_a_confirmation_that_is_still_to_come_does_not_count() -> None:
    assert not on(5, DAY + timedelta(days=6)).confirmed


def test_the_numbers_are_the_policys_own() -> None:
    short = replace(POLICY, unconfirmed_weed_days=7, confirmed_years=1)
    assert stolen_weed_on(DAY, None, short) == date(2026, 1, 17)
    assert stolen_weed_on(DAY, DAY, short) == date(2027, 1, 10)


def test_a_day_that_a_month_lacks_becomes_its_last() -> None:
    assert months_after(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert months_after(date(2026, 12, 31), 2) == date(2027, 2, 28)


@pytest.mark.parametrize("text", ["", "name = 1", 'status = "so"', "reminder_days = 3", "]"])
def test_a_policy_that_cannot_be_used_is_refused(text) -> None:
    with pytest.raises(ListError, match="stolen-report policy cannot be used"):
        stolen_policy(text)


@given(
    entered=st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    confirmed_after=st.one_of(st.none(), st.integers(0, 60)),
    day=st.integers(0, 3000),
)
def test_a_report_is_weeded_exactly_after_its_weed_date_and_reminded_only_before(
    entered, confirmed_after, day
) -> None:
    confirmed = None if confirmed_after is None else entered + timedelta(days=confirmed_after)
    today = entered + timedelta(days=day)
    standing = stolen_standing(entered, confirmed, on=today, policy=POLICY)
    assert standing.weeded == (today > standing.weed_on)
    assert all(entered < one <= min(today, standing.weed_on) for one in standing.reminders)
    assert standing.prompt_on is None or today < standing.prompt_on <= standing.weed_on
