"""What an answer means, and how long to wait."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from openanpr.deliver.verdict import Verdict, full_jitter, judge, retry_after_s

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_nothing_is_let_go_of_without_its_name() -> None:
    verdicts = {judge(status, named=False) for status in range(100, 600)}
    assert verdicts.isdisjoint({Verdict.TAKEN, Verdict.UNREADABLE, Verdict.NOT_YET})


def test_only_a_2xx_takes() -> None:
    taken = {status for status in range(100, 600) if judge(status, named=True) is Verdict.TAKEN}
    assert taken == set(range(200, 300))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, "unreadable"), (401, "not_admitted"), (403, "not_admitted"), (404, "not_yet"), (408, "later"),
        (409, "not_understood"), (413, "too_large"), (415, "not_understood"), (422, "unreadable"),
        (429, "later"),
        (301, "not_understood"), (500, "later"), (503, "later"), (599, "later"),
    ],
)  # fmt: skip
def test_each_refusal_means_one_thing(status, verdict) -> None:
    assert judge(status, named=True) == verdict


def test_waits_are_spread_from_nothing_to_a_bound_that_doubles_to_the_most() -> None:
    chance = random.Random(7)
    for failures, bound in ((1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (10**6, 300)):
        waits = [full_jitter(failures, chance) for _ in range(500)]
        assert 0 <= min(waits) < 0.05 * bound
        assert 0.95 * bound < max(waits) <= bound


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0), ("7", 7), (" 7 ", 7), ("99999999", 3600), ("-3", 0), ("soon", 0), ("", 0), ("1e9", 0),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90), ("Sun, 22 Nov 2026 11:00:00 GMT", 0), ("9" * 100, 0), ("٣", 0),
        ("Sun, 22 Nov 2099 12:00:00 GMT", 3600), ("Sun, 99 Nov 2026 12:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_within_reason(header, seconds) -> None:
    assert retry_after_s(header, now=NOW) == seconds
