"""Priorities: kept as words, put in order by what they mean."""

from __future__ import annotations

import pytest

from openanpr.core.voi_entry import Priority

LOW, MEDIUM, HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH


def test_a_priority_is_kept_as_its_word() -> None:
    assert [str(one) for one in (LOW, MEDIUM, HIGH)] == ["low", "medium", "high"]
    assert Priority("high") is HIGH


def test_priorities_stand_in_the_order_of_their_meaning_not_of_their_letters() -> None:
    assert sorted([HIGH, LOW, MEDIUM]) == [LOW, MEDIUM, HIGH]
    assert max(LOW, HIGH, MEDIUM) is HIGH
    assert LOW < MEDIUM <= HIGH
    assert HIGH > MEDIUM >= LOW
    assert not Priority("medium") > MEDIUM
    assert [one.rank for one in (LOW, MEDIUM, HIGH)] == [1, 2, 3]


def test_a_priority_is_not_ordered_among_other_words() -> None:
    with pytest.raises(ValueError, match="urgent"):
        _ = LOW < "urgent"


def test_raising_stops_at_the_top() -> None:
    assert [LOW.raised(steps) for steps in range(4)] == [LOW, MEDIUM, HIGH, HIGH]
    assert LOW.raised() is MEDIUM
