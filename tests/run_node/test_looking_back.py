"""A new entry is looked for in the last day's reads: none that was matched before it was live is missed."""

from __future__ import annotations

import json

import pytest

from openanpr.alert.closure import Closure, NoResponse, Outcome
from openanpr.alert.work import Close, See
from openanpr.core.advice import Advice
from openanpr.store.control.live_entries import LiveEntries
from tests.run_node.world import CONTROL_ROOM, World, covert, listed, read


def look_back(world) -> None:
    while world.turn("look back") == 0:
        pass


def test_a_vehicle_that_went_by_before_the_entry_raises_an_alert_once(world) -> None:
    world.deliver(read(ago_s=600), read("KX51AAA"))
    world.pass_on()
    world.list_(listed())
    look_back(world)
    look_back(world)
    (alert,) = world.alerts()
    assert (alert.tally.count, alert.tally.advice) == (1, Advice.CHECK_PICTURE)


def test_no_read_of_more_than_a_day_ago_is_looked_at(world) -> None:
    world.deliver(read(ago_s=60))
    world.pass_on()
    world.later(hours=24, minutes=2)
    world.list_(listed())
    look_back(world)
    assert world.alerts() == ()


def test_a_read_that_was_matched_before_but_stored_after_the_approval_is_found(world) -> None:
    world.deliver(read())
    world.pass_on("match")
    world.list_(listed())
    assert world.turn("look back") > 0
    assert world.turn("look back") > 0, "it waits for the store"
    world.pass_on("store")
    look_back(world)
    assert len(world.alerts()) == 1


def test_a_read_between_the_approval_and_its_taking_in_is_not_missed(world) -> None:
    """Looking back may see a revision before matching has it: what comes in between belongs to it."""
    world.list_(listed("ZZ99ZZZ"))
    world.approve(listed("ZZ99ZZZ"), listed())
    assert world.turn("look back") > 0, "matching has yet to take the entry in"
    world.deliver(read())
    world.pass_on()
    assert world.alerts() == ()
    world.turn("follow lists")
    look_back(world)
    assert len(world.alerts()) == 1


def test_a_kill_between_the_approval_and_looking_back_loses_nothing(world) -> None:
    world.deliver(read())
    world.pass_on()
    world.list_(listed())
    url = world.settings.reads.url
    world.last.close()  # as a kill would: nothing was written down
    remembered = json.loads((world.settings.data / "looked-back.json").read_text())
    assert remembered == {}

    again = World(world.settings.data, url, again=True)
    try:
        look_back(again)
        assert len(again.alerts()) == 1
    finally:
        again.last.close()


@pytest.mark.parametrize(("wildcard", "found"), [("AB1?CDE", 1), ("AB1*", 1), ("A?", 0), ("KX*AAA", 0)])
def test_a_wildcard_is_looked_for_where_it_says_enough(world, wildcard, found, caplog) -> None:
    world.deliver(read())
    world.pass_on()
    world.list_(listed(wildcard))
    look_back(world)
    assert len(world.alerts()) == found
    assert ("cut short" in caplog.text) == (wildcard == "A?")


def test_of_a_large_file_only_what_is_new_is_looked_for(world, monkeypatch) -> None:
    """Lists of which very much changes at once are loaded whole: that makes nothing on them new."""
    monkeypatch.setattr(LiveEntries.changes_since, "__kwdefaults__", {"most": 1})
    marks = ("AB12CDE", "KX51AAA", "LB19RTK")
    world.list_(*map(listed, marks[:2]))
    look_back(world)
    world.deliver(*map(read, marks))
    world.pass_on()
    for alert in world.alerts():
        for move in (See(), Close(Closure(Outcome.NOT_RESPONDED, NoResponse.NO_UNIT))):
            world.desk.step(alert.id, move, CONTROL_ROOM, shown=1)
    world.list_(*(listed(mark, make="Ford") for mark in marks))
    look_back(world)
    (alert,) = world.alerts()
    assert alert.key.vehicle == "LB19RTK", "what was closed an hour ago is not raised again"


def test_the_log_tells_of_no_covert_alert_that_looking_back_raised(world, caplog) -> None:
    caplog.set_level("INFO")
    world.deliver(read(), read("KX51AAA"))
    world.pass_on()
    world.list_(listed(), covert("KX51AAA"))
    look_back(world)
    assert len(world.alerts()) == 2
    assert "looked back for 1 entries: 1 alerts" in caplog.text


def test_an_entry_of_which_only_the_particulars_change_counts_no_read_again(world) -> None:
    world.list_(listed())
    look_back(world)
    world.deliver(read())
    world.pass_on()
    world.list_(listed(make="Ford"))
    look_back(world)
    (alert,) = world.alerts()
    assert alert.tally.count == 1
