"""What is past its time goes from every store; chores are done by the clock and tell what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.voi_list import ListKind
from openanpr.ingest.quarantine import ChangedMeanwhileError, Query
from openanpr.run.node.chores import weed_all
from openanpr.run.node.forgetting import TooMuchAtOnceError
from tests.run_node.world import NOW, STOLEN, listed, read

SEEN = {"as": "Ann", "roles": "control-room"}


def test_everything_of_a_day_past_its_time_goes_and_nothing_younger(world) -> None:
    world.without_cases()
    world.list_(listed())
    world.deliver(read(), read(at=NOW + timedelta(days=2)))
    world.pass_on()
    (alert,) = world.alerts()
    for form in (
        {"do": "see", "shown": 1},
        {"do": "close", "outcome": "not_responded", "reason": "no_unit", "shown": 1},
    ):
        world.post(f"/alerts/{alert.id}/steps", form, **SEEN)
    world.later(days=world.made.rule.days - 1)
    young = read(at=world.now)
    world.deliver(young)
    world.pass_on()
    done = world.made.forgetting.run(world.now)
    assert done.certificates == ()
    assert len(world.stores.alerts.every_alert()) == 2
    world.later(days=2)
    done = world.made.forgetting.run(world.now)
    assert [one.day for one in done.certificates] == [NOW.date()]
    assert world.made.forgetting.returned == 0
    assert len(world.stores.alerts.every_alert()) == 1, "the young one stays"
    (item,) = world.stores.intake.quarantine.look(Query(state=None))
    assert item.raw == b""


def test_a_clock_that_leaps_ahead_deletes_nothing_until_a_person_has_it_run(world) -> None:
    for day in range(9):
        world.later(days=1 if day else 0)
        world.deliver(read(at=world.now))
    world.pass_on()
    world.later(days=world.made.rule.days + 30)
    with pytest.raises(TooMuchAtOnceError, match="9 days are past their time at once: check the clock"):
        world.made.forgetting.run_alone(world.now)
    assert world.made.forgetting.run(world.now).certificates != ()
    assert world.made.forgetting.run_alone(world.now).certificates == ()


def test_a_quarantined_read_that_somebody_is_at_work_on_waits_for_the_next_run(world, monkeypatch) -> None:
    world.deliver(read(at=NOW + timedelta(days=2)), read("KX51AAA", at=NOW + timedelta(days=2)))
    world.pass_on("quarantine")
    world.later(days=world.made.limits.retention_days + 3)
    change, faults = world.stores.intake.quarantine.change, [ChangedMeanwhileError("now")]

    def busy(item) -> None:
        if faults:
            raise faults.pop()
        change(item)

    monkeypatch.setattr(type(world.stores.intake.quarantine), "change", lambda _, item: busy(item))
    assert world.made.forgetting._empty_quarantine(world.now) == 2
    assert world.made.forgetting._empty_quarantine(world.now) == 0


def test_what_lists_held_before_the_first_day_kept_is_erased_however_many_revisions(world) -> None:
    for mark in ("AB11CDE", "AB12CDE", "AB13CDE"):
        world.approve(listed(mark))
        world.later(hours=1)
    first_kept = NOW + timedelta(hours=1, minutes=30)
    assert world.stores.lists.revision_at("stolen", first_kept) == 2
    assert world.stores.lists.revision_at("stolen", NOW) == 0
    world.made.forgetting._forget_versions(first_kept)
    assert world.stores.lists.standing("stolen").oldest == 2
    assert [one.vrm for _, one in world.stores.lists.entries("stolen", revision=2)] == ["AB12CDE"]
    assert [one.vrm for _, one in world.stores.lists.entries("stolen", revision=1)] == []


def test_the_journal_is_trimmed_of_what_all_have_passed_and_events_of_a_week_ago_go(world) -> None:
    world.list_(listed())
    world.deliver(read())
    world.pass_on("match", "store")
    world.made.forgetting.trim(world.now)
    assert world.stores.journal.size().batches == 1, "one has yet to take it"
    world.pass_on()
    world.made.forgetting.trim(world.now)
    assert world.stores.journal.size().batches == 0
    world.later(days=6)
    world.made.forgetting.trim_events(world.now)
    assert world.stores.alerts.after((), 0, limit=9)
    world.later(days=2)
    world.made.forgetting.trim_events(world.now)
    assert not world.stores.alerts.after((), 0, limit=9)


def test_weeding_within_its_share_is_done_and_beyond_it_waits_for_a_person_once(world, caplog) -> None:
    today = world.now.date()
    few = [listed(f"AB1{n}CDE") for n in range(9)]
    world.list_(*few, listed("AB19CDE", weed_on=today))
    many = replace(STOLEN, name="many", kind=ListKind.MASS)
    world.list_(listed("KX51AAA", weed_on=today), of=many)
    world.later(days=1)
    for _ in range(3):
        weed_all(world.stores, world.now)
        world.later(hours=1)
    assert world.stores.lists.standing("stolen").entries == 9
    assert world.stores.lists.standing("many").entries == 1
    (waiting,) = world.stores.lists.waiting()
    assert waiting.draft.list_name == "many"
    assert caplog.text.count("waits for a person") == 1
    assert len(world.stores.lists.history("stolen")) == 2


def test_an_hour_with_nothing_to_weed_leaves_no_proposal_behind(world) -> None:
    world.list_(listed(weed_on=world.now.date()), listed("KX51AAA"))
    weed_all(world.stores, world.now)
    with pytest.raises(LookupError):
        world.stores.lists.proposal(2)
    world.later(days=1)
    weed_all(world.stores, world.now)
    assert world.stores.lists.proposal(2).draft.source == "weeding"


def test_a_list_that_cannot_be_weeded_keeps_no_other_from_it(world, monkeypatch) -> None:
    today = world.now.date()
    for name in ("a", "b"):
        others = [listed(f"AB1{n}CDE") for n in range(9)]
        world.list_(*others, listed("KX51AAA", weed_on=today), of=replace(STOLEN, name=name))
    world.later(days=1)
    weeding = world.stores.lists.open_weeding

    def open_weeding(draft, *, on) -> int:
        if draft.list_name == "a":
            raise OSError("disk")
        return weeding(draft, on=on)

    monkeypatch.setattr(world.stores.lists, "open_weeding", open_weeding)
    with pytest.raises(OSError, match="disk"):
        weed_all(world.stores, world.now)
    assert [one.entries for one in world.stores.lists.standings()] == [10, 9]


def test_a_feeds_file_is_taken_in_and_a_bad_one_refused_and_told_of(open_world, caplog) -> None:
    world = open_world('[feeds]\nprofiles = ["sixteen-columns"]\nquiet_s = 1')
    inbox = world.settings.feeds.inbox
    assert inbox.stat().st_mode & 0o777 == 0o700
    (inbox / "nonsense.csv").write_bytes(b"\x00\x01")
    for _ in range(3):
        world.turn("housekeeping")
        world.later(seconds=3)
    assert not (inbox / "nonsense.csv").exists()
    assert "a feed's file was refused" in caplog.text
    assert world.keeping.failed == {}


def test_chores_are_all_done_at_the_start(world) -> None:
    world.turn("housekeeping")
    assert world.keeping.failed == {}
    assert [due.name for due in world.keeping._chores] == [
        "retention",
        "look for deleted days",
        "trim the journal",
        "trim events",
        "weed lists",
        "look for reviews",
    ]
