"""Stale lists say so, and diffs that are too large ask for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from openanpr.core.voi_list import ChangeKind, Diff, Draft, ListKind, ListStanding, VoiList
from openanpr.voi.fresh import freshness
from openanpr.voi.judge import ImportRules, reasons_to_ask

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CASE = {
    "owner": "o",
    "purpose": "p",
    "legal_basis": "b",
    "kind": ListKind.CRIME,
    "visible_to": frozenset({"x"}),
}
DAILY = VoiList("daily", max_age=24 * HOUR, **CASE)
BY_HAND = VoiList("hand", max_age=None, **CASE)
RULES = ImportRules(added=0.1, changed=0.2, removed=0.05, refused=0.01)


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        (NOW - 24 * HOUR, ""),
        (NOW - 25 * HOUR, "25 hours old, more than 24 hours"),
        (NOW - 100 * HOUR, "4 days old"),
        (None, "nobody knows"),
        (NOW + HOUR / 60, ""),
        (NOW + HOUR, "still to come"),
    ],
)
def test_a_list_is_stale_when_its_contents_are_too_old_or_their_age_is_not_known(as_of, told) -> None:
    found = freshness(ListStanding(DAILY, as_of=as_of), NOW)
    assert told in found.why_stale
    assert found.stale == bool(told)


def test_a_list_kept_by_hand_is_never_stale() -> None:
    assert not freshness(ListStanding(BY_HAND), NOW).stale


@pytest.mark.parametrize(
    "change", [{"owner": " "}, {"legal_basis": ""}, {"visible_to": frozenset()}, {"max_age": timedelta(0)}]
)
def test_a_list_without_a_case_is_no_list(change) -> None:
    with pytest.raises(ValueError, match="list"):
        VoiList(**{"name": "n", "max_age": None, **CASE, **change})


def test_a_change_without_a_person_or_a_reason_is_none() -> None:
    with pytest.raises(ValueError, match="who proposes it and why"):
        Draft("l", ChangeKind.HAND, " ", NOW, "because")
    with pytest.raises(ValueError, match="revision to go back to"):
        Draft("l", ChangeKind.ROLLBACK, "a", NOW, "because")


@pytest.mark.parametrize(
    ("diff", "asks"),
    [
        (Diff(1000, 100, 200, 50, 9), ()),
        (Diff(1000, 101, 0, 0, 0), ("101 of 1000 entries added, more than the share of 0.1",)),
        (Diff(1000, 0, 201, 0, 0), ("201 of 1000 entries changed, more than the share of 0.2",)),
        (Diff(1000, 0, 0, 51, 0), ("51 of 1000 entries removed, more than the share of 0.05",)),
        (Diff(1000, 0, 0, 0, 11), ("11 rows refused, more than the share of 0.01",)),
        (Diff(0, 5, 0, 0, 0), ("the list was empty before",)),
        (Diff(0, 0, 0, 0, 0), ()),
    ],
)
def test_a_person_is_asked_beyond_the_shares(diff, asks) -> None:
    assert reasons_to_ask(diff, RULES) == asks


def test_emptying_a_list_is_always_asked_about() -> None:
    loose = ImportRules(1.0, 1.0, 1.0, 1.0)
    assert reasons_to_ask(Diff(3, 0, 0, 3, 0), loose) == ("nothing would be left of the list",)
    assert reasons_to_ask(Diff(3, 0, 1, 0, 0), ImportRules(1, 1, 1, 1, always="a crime list")) == (
        "a crime list",
    )
