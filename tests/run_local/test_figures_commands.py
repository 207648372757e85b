"""`openanpr figures` against a real node: before anything is due, and what it refuses."""

from __future__ import annotations


def test_a_node_whose_first_month_is_not_over_publishes_nothing_and_says_so(told, call, asked) -> None:
    assert told("figures", "list") == "nothing is published yet"
    assert asked("figures", "list")["published"] == []
    assert told("figures", "publish") == "published: -"
    assert "nothing is published of that month" in call("figures", "show", "2026-09").err
    assert "a month is written as 2026-09" in call("figures", "show", "September").err
    assert "nothing is published" in call("figures", "note", "2026-09", "--note", "x", "--by", "Ann").err
    assert "nothing is published" in call("figures", "recompute", "2026-09", "--why", "x", "--by", "Ann").err
    assert "nothing is published" in call("figures", "sum", "2026-08", "2026-09").err
    assert "follow one another" in call("figures", "sum", "2026-09", "2026-08").err
    assert "figures-recount" in told("audit", "show", "--act", "consultation")
