"""What the audit log alone tells is counted as a plain look at its entries gives it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.audit.acts import LogBegin
from openanpr.publish.definitions import age_word, age_words, populations
from openanpr.publish.log_counts import HOW, how
from openanpr.publish.log_reading import counts_in, first_since
from openanpr.publish.period import Month
from openanpr.publish.population import Cell
from tests.publish.cubes import WIDTHS
from tests.publish.logs import HOUR, SEPTEMBER, Scribe, month_of_searches, opened

MONTH = Month(2026, 9)
SETTLED = MONTH.settled(31)
DAYS = (90, 365)


@pytest.fixture
def log(tmp_path):
    with opened(tmp_path / "log") as log:
        yield log


def test_a_month_is_counted_by_purpose_age_and_decision(log) -> None:
    month_of_searches(log)
    found = counts_in(log, MONTH, SETTLED, DAYS, size=log.size)
    assert found is not None
    assert found["searches"] == {
        ("serious", "to-90-days", "allowed"): Cell(6),
        ("serious", "91-to-365-days", "approved"): Cell(5),
        ("priority-and-volume", "91-to-365-days", "refused"): Cell(3),
        ("major", "over-365-days", "declined"): Cell(2),
        ("counter-terrorism", "to-90-days", "not-run"): Cell(1),
    }
    assert found["findings"] == {("proper",): Cell(7), ("improper",): Cell(1)}
    assert found["deletions"] == {(): Cell(30)}
    for population in populations(DAYS, WIDTHS):
        if population.from_log:
            population.verify(found[population.id])
            assert population.id in HOW


def test_it_is_what_a_plain_look_at_every_entry_gives(log) -> None:
    """Independent of the tally: all entries in one list, asked one question after another."""
    month_of_searches(log)
    found = counts_in(log, MONTH, SETTLED, DAYS, size=log.size)
    entries = log.entries_from(0, log.size)
    within = [one for one in entries if one.at.strftime("%Y-%m") == "2026-09"]
    asked = [
        n
        for n, one in enumerate(entries)
        if one in within and one.act == "consultation" and one.public["stage"] == "asked"
        and "oldest_days" in one.public
    ]  # fmt: skip
    of_each = Counter()
    for n in asked:
        on = [one for one in entries if one.public.get("regards") == n]
        acts = {(one.act.value, "by" in one.sealed, one.public.get("stage")) for one in on}
        refused = [one for one in on if one.act == "refusal" and one.public["refused"] == "search"]
        if any("by" not in one.sealed for one in refused):
            of_each["refused"] += 1
        elif any(act == "refusal" and by for act, by, _ in acts):
            of_each["declined"] += 1
        elif any(act == "approval" for act, _, _ in acts):
            of_each["approved"] += 1
        elif any(stage == "run" for _, _, stage in acts):
            of_each["allowed"] += 1
        else:
            of_each["not-run"] += 1
    assert found is not None
    told = Counter()
    for place, cell in found["searches"].items():
        told[place[2]] += cell.count
    assert told == of_each


def test_what_came_of_a_search_after_the_settling_is_not_counted_then_or_ever(log) -> None:
    write = Scribe(log)
    number = write.search(SEPTEMBER)
    write.append(write.decision("approved", number, SETTLED))
    late = counts_in(log, MONTH, SETTLED, DAYS, size=log.size)
    assert late is not None
    assert late["searches"] == {("serious", "to-90-days", "not-run"): Cell(1)}
    in_time = counts_in(log, MONTH, SETTLED + timedelta(milliseconds=1), DAYS, size=log.size)
    assert in_time is not None
    assert in_time["searches"] == {("serious", "to-90-days", "approved"): Cell(1)}


def test_entries_beyond_the_size_that_is_named_do_not_count(log) -> None:
    month_of_searches(log)
    size = log.size
    before = counts_in(log, MONTH, SETTLED, DAYS, size=size)
    Scribe(log).search(SEPTEMBER + HOUR, "run")
    assert counts_in(log, MONTH, SETTLED, DAYS, size=size) == before
    assert counts_in(log, MONTH, SETTLED, DAYS, size=log.size) != before


def test_a_clock_that_was_set_back_for_hours_hides_no_search(log) -> None:
    write = Scribe(log)
    for n in range(300):
        write.noise(SEPTEMBER - timedelta(days=30) + n * HOUR / 6)
    write.noise(SEPTEMBER + 20 * HOUR)
    write.search(SEPTEMBER + HOUR, "run")
    for _ in range(100):
        write.noise(datetime(2026, 11, 10, tzinfo=UTC))
    found = counts_in(log, MONTH, SETTLED, DAYS, size=log.size)
    assert found is not None
    assert found["searches"] == {("serious", "to-90-days", "allowed"): Cell(1)}


def test_the_first_entry_of_a_time_is_found(log) -> None:
    write = Scribe(log)
    for n in range(400):
        write.noise(SEPTEMBER + n * HOUR)
    for n in (0, 1, 200, 399):
        assert first_since(log, SEPTEMBER + n * HOUR, log.size) == 4 * n
    assert first_since(log, SEPTEMBER + 400 * HOUR, log.size) == log.size
    assert first_since(log, SEPTEMBER, 0) == 0


def test_a_log_that_took_the_place_of_another_within_the_month_counts_nothing_of_it(log) -> None:
    begin = LogBegin(
        at=SEPTEMBER + HOUR, why="restored", size=4, root="0" * 64, last_key="1" * 64, person="a", reason="b"
    )
    Scribe(log).append(begin)
    Scribe(log).search(SEPTEMBER + 2 * HOUR, "run")
    assert counts_in(log, MONTH, SETTLED, DAYS, size=log.size) is None
    later = counts_in(log, MONTH.next, MONTH.next.settled(31), DAYS, size=log.size)
    assert later is not None


@pytest.mark.parametrize(
    ("age", "word"),
    [
        (0, "to-90-days"),
        (90, "to-90-days"),
        (91, "91-to-365-days"),
        (365, "91-to-365-days"),
        (366, "over-365-days"),
    ],
)
def test_an_age_lies_in_one_band(age, word) -> None:
    assert age_word(age, DAYS) == word
    assert word in age_words(DAYS)


def test_how_it_is_counted_is_told_with_its_times() -> None:
    told = how("searches", MONTH, SETTLED)
    assert "2026-09-01T00:00:00Z to before 2026-10-01T00:00:00Z" in told
    assert "2026-11-01T00:00:00Z" in told
