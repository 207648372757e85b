"""Matched reads as hits: what they say, how likely they are, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from openanpr.core.advice import Advice
from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.hit import HitKind, Reason
from openanpr.core.voi_entry import Action, Priority, VoiEntry
from openanpr.core.voi_list import ListKind, ListStanding, VoiList
from openanpr.ingest.arrival import Arrival, ArrivedRead
from openanpr.match.listed import ListedEntry, ListedHit
from openanpr.run.node.hits import HitRules, Listed, MatchedRead, hits_seen

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CAMERA = CameraId(53, 1, 7)
RULES = HitRules(late_after=timedelta(minutes=2))
STOLEN = VoiList(
    "stolen", "the desk", "find them", "common law", ListKind.CRIME, timedelta(hours=25), frozenset({"cr"})
)
FRESH = ListStanding(STOLEN, 1, 1, as_of=NOW - timedelta(hours=1))
ENTRY = VoiEntry("AB12CDE", Action.STOP, Priority.HIGH)
EXACT = ListedHit(HitKind.EXACT, Reason.SAME_PLATE, ListedEntry(10, 1, "AB12CDE"), "AB12CDE", (), 0.97)


def arrived(*, age_s: float = 2.0, late: bool = False, doubtful: bool = False) -> ArrivedRead:
    at = NOW - timedelta(seconds=age_s)
    arrival = Arrival(
        key="gate-1/1",
        batch_id=UUID(int=1),
        device="gate-1",
        signed=True,
        received_at=at,
        sent_at=at,
        clock_offset_ms=0,
        clock_lag_ms=0,
        profile="test",
    )
    record = CaptureRecord(CAMERA, at, "AB12CDE", "AB12CDE", "gb_current", 0.97)
    return ArrivedRead(record, arrival, late=late, clock_doubtful=doubtful)


def seen(read, *, met=EXACT, entry=ENTRY, standing=FRESH, rules=RULES):
    listed = Listed({10: (1, entry)}, {1: standing})
    (hit,) = hits_seen([MatchedRead(read, (met,))], listed, lambda _: "north", now=NOW, rules=rules)
    return hit


def test_only_an_exact_hit_of_a_fresh_list_from_an_on_time_read_says_stop() -> None:
    assert seen(arrived()).says is Advice.STOP
    possible = replace(EXACT, kind=HitKind.POSSIBLE, reason=Reason.SAME_SHAPE)
    old = replace(FRESH, as_of=NOW - timedelta(days=3))
    for hit in (
        seen(arrived(late=True)),
        seen(arrived(doubtful=True)),
        seen(arrived(), met=possible),
        seen(arrived(), standing=old),
        seen(arrived(), standing=replace(FRESH, as_of=None)),
    ):
        assert hit.says is Advice.CHECK_PICTURE


def test_a_list_of_this_very_moment_is_new_and_not_of_an_age_that_nobody_knows() -> None:
    now = seen(arrived(), standing=replace(FRESH, as_of=NOW))
    assert now.probability > seen(arrived(), standing=FRESH).probability
    assert now.says is Advice.STOP


def test_a_read_that_waited_in_the_journal_is_late_when_it_is_matched() -> None:
    hit = seen(arrived(age_s=600))
    assert hit.late
    assert hit.says is Advice.CHECK_PICTURE


def test_an_entry_hits_until_its_last_day_is_over_though_nobody_has_weeded_it_yet() -> None:
    def hits(days: int, read=None):
        entry = ENTRY._replace(weed_on=NOW.date() - timedelta(days=days))
        listed = Listed({10: (1, entry)}, {1: FRESH})
        matched = [MatchedRead(read or arrived(), (EXACT,))]
        return len(hits_seen(matched, listed, lambda _: "north", now=NOW, rules=RULES))

    assert (hits(-1), hits(0), hits(1)) == (1, 1, 0)
    day_s = 24 * 3600
    assert hits(1, arrived(age_s=day_s, late=True)) == 1, "the vehicle came while the entry was in use"
    wrong = arrived(doubtful=True)
    wrong = replace(wrong, record=replace(wrong.record, captured_at=NOW - timedelta(days=9)))
    assert hits(1, wrong) == 0, "nobody believes a doubtful clock"


def test_a_hit_carries_the_list_and_the_place_that_routing_asks_for() -> None:
    hit = seen(arrived())
    assert (hit.entry_id, hit.list_id, hit.area, hit.camera) == (10, 1, "north", CAMERA)
    assert hit.priority is Priority.HIGH
    assert not hit.covert


def test_a_covert_entry_is_for_its_named_people_and_without_any_for_the_lists_owner() -> None:
    named = seen(arrived(), entry=ENTRY._replace(covert=True, seen_by=("unit 4",)))
    assert named.seen_by == {"unit 4"}
    assert seen(arrived(), entry=ENTRY._replace(covert=True)).seen_by == {"the desk"}


def test_what_a_named_entry_lists_does_not_hide_an_open_one() -> None:
    assert seen(arrived(), entry=ENTRY._replace(seen_by=("unit 4",))).seen_by == frozenset()


def test_an_older_list_makes_the_vehicle_less_likely() -> None:
    fresh, older = seen(arrived()), seen(arrived(), standing=replace(FRESH, as_of=NOW - timedelta(days=30)))
    assert older.probability == pytest.approx(fresh.probability / 2, rel=0.02)


def test_an_entry_that_was_taken_off_meanwhile_makes_no_hit() -> None:
    gone = Listed({}, {1: FRESH})
    assert hits_seen([MatchedRead(arrived(), (EXACT,))], gone, lambda _: "", now=NOW, rules=RULES) == ()


def test_a_silent_entry_asks_that_nobody_shows_an_interest() -> None:
    hit = seen(arrived(late=True), entry=ENTRY._replace(action=Action.SILENT))
    assert hit.quiet
    assert hit.says is Advice.CHECK_PICTURE
