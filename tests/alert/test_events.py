"""The live stream: order, numbers, and what a client that was away gets."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.alert.alert import OPEN
from openanpr.alert.clock import due
from openanpr.alert.events import Cursor, CursorError, Kept, body, numbered, resume, server_sent
from openanpr.alert.routing import Viewer
from openanpr.alert.work import See
from openanpr.core.advice import Advice
from openanpr.core.hit import HitKind
from tests.alert.scenes import (
    AT,
    BOOK,
    HOUR,
    MINUTE,
    NAMED,
    NOBODY_MUCH,
    OPERATOR,
    SUPERVISOR,
    covert_hit,
    knowing,
    make_hit,
    raised,
    step,
)

UNIT = ("source unit",)


def kept_of(events):
    spans: dict = {}
    for event in events:
        oldest = spans[event.channel].oldest if event.channel in spans else event.seq
        spans[event.channel] = Kept(oldest, event.seq)
    return spans


def heard(events, cursor, viewer, kept=None):
    return resume(events, kept_of(events) if kept is None else kept, cursor, viewer, BOOK)


def scene():
    """Five open and two covert events."""
    (first,) = raised(make_hit(1))
    seen = step(first.alert, See())
    (again,) = raised(make_hit(2, after=3 * MINUTE), known=knowing(seen), now=AT + 3 * MINUTE)
    (climbed,) = due([again.alert], BOOK, now=AT + 30 * MINUTE, present=(OPERATOR,)).changes
    covert = raised(covert_hit(3), covert_hit(4, after=2 * HOUR))
    other = raised(make_hit(5, vrm_listed="XY99ZZZ", vrm_read="XY99ZZZ"))
    return numbered([first, covert[0], seen, again, covert[1], climbed, *other], {})


def test_each_channel_has_numbers_of_its_own_without_a_gap() -> None:
    events = scene()
    assert [e.seq for e in events if e.channel == OPEN] == [1, 2, 3, 4, 5]
    assert [e.seq for e in events if e.channel == UNIT] == [1, 2]
    assert [e.seq for e in numbered(raised(make_hit(9)), {OPEN: 41, UNIT: 7})] == [42]


def test_a_client_gets_what_it_may_see_in_order_and_nothing_else() -> None:
    events = scene()
    assert [e.seq for e, _ in heard(events, Cursor(), OPERATOR).events] == [1, 2, 3, 4, 5]
    assert len(heard(events, Cursor(), NAMED).events) == 2
    both = replace(NAMED, roles=OPERATOR.roles)
    assert {e.id for e, _ in heard(events, Cursor(), both).events} == {e.id for e in events}
    assert heard(events, Cursor(), NOBODY_MUCH).events == ()


def test_an_escalation_brings_the_alert_to_those_it_is_told_to_whole() -> None:
    ((event, _),) = heard(scene(), Cursor(), SUPERVISOR).events
    assert event.step.kind.value == "escalated"
    assert event.alert.tally.count == 2


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_wherever_the_line_was_cut_nothing_is_missed_and_nothing_comes_twice(data) -> None:
    events = scene()
    viewer = replace(NAMED, roles=data.draw(st.sampled_from([frozenset(), OPERATOR.roles])))
    whole = heard(events, Cursor(), viewer)
    cut = data.draw(st.integers(0, len(whole.events)))
    before = whole.events[:cut]
    cursor = Cursor.parse(str(before[-1][1])) if before else Cursor()
    after = heard(events, cursor, viewer)
    assert before + after.events == whole.events
    assert after.cursor == whole.cursor
    assert heard(events, after.cursor, viewer).events == ()


def test_a_client_that_was_away_too_long_is_told_to_start_afresh() -> None:
    events = [e for e in scene() if e.channel == OPEN]
    kept = {OPEN: Kept(3, 5)}
    assert not heard(events[2:], Cursor({OPEN: 2}), OPERATOR, kept).afresh
    away = heard(events[2:], Cursor({OPEN: 1}), OPERATOR, kept)
    assert (away.afresh, away.events, away.cursor) == (True, (), Cursor({OPEN: 5}))


def test_a_client_ahead_of_a_restored_node_starts_afresh() -> None:
    assert heard(scene(), Cursor({OPEN: 99}), OPERATOR).afresh


def test_a_log_of_which_nothing_is_kept_is_no_reason_to_start_afresh() -> None:
    assert not heard([], Cursor({OPEN: 5}), OPERATOR, {OPEN: Kept(6, 5)}).afresh
    assert heard([], Cursor({OPEN: 4}), OPERATOR, {OPEN: Kept(6, 5)}).afresh


def test_a_cursor_that_asks_for_a_covert_channel_gets_the_same_as_one_that_does_not() -> None:
    events = scene()
    for seq in (0, 1, 2, 99):
        assert heard(events, Cursor({UNIT: seq}), OPERATOR) == heard(events, Cursor(), OPERATOR)
    gone = {**kept_of(events), UNIT: Kept(3, 2)}
    assert heard(events, Cursor(), OPERATOR, gone) == heard(events, Cursor(), OPERATOR)


@given(
    st.dictionaries(
        st.lists(st.text(min_size=1, max_size=6), max_size=3).map(lambda names: tuple(sorted(names))),
        st.integers(0, 10**18 - 1),
        max_size=4,
    )
)
def test_a_cursor_comes_back_from_its_text_whatever_the_names(seqs) -> None:
    text = str(Cursor(seqs))
    assert text.isascii()
    assert "\n" not in text
    assert Cursor.parse(text) == Cursor(seqs)


@pytest.mark.parametrize("text", ["7", "=x", "=1;", "=-1", "=1" * 5000, "=²", "=" + "9" * 19, "é=1"])
def test_a_cursor_that_was_never_given_out_is_refused(text) -> None:
    with pytest.raises(CursorError, match="load the queues again"):
        Cursor.parse(text)


@pytest.mark.parametrize(
    ("changes", "stop"),
    [
        ({}, True),
        ({"late": True}, False),
        ({"clock_doubtful": True}, False),
        ({"list_stale": True}, False),
        ({"kind": HitKind.POSSIBLE}, False),
        ({"advice": Advice.ASSESS}, False),
    ],
)
def test_only_a_hit_that_may_say_stop_makes_a_live_stop(changes, stop) -> None:
    (event,) = numbered(raised(make_hit(1, **changes)), {})
    assert event.stop is stop
    (first,) = raised(make_hit(2))
    (joined,) = raised(make_hit(1, after=MINUTE, **changes), known=knowing(first))
    assert numbered([joined], {})[0].stop is stop


def test_a_live_stop_is_never_said_again_by_a_step_or_where_silence_is_asked() -> None:
    (first,) = raised(make_hit(1))
    assert not numbered([step(first.alert, See())], {})[0].stop
    (quiet,) = raised(make_hit(1), make_hit(1, entry_id=11, advice=Advice.SILENT))
    assert not numbered([quiet], {})[0].stop


def test_an_event_goes_out_as_one_server_sent_event() -> None:
    event = scene()[0]
    sent = server_sent(event, Cursor({OPEN: 1}), BOOK)
    head, kind, data = sent.decode("ascii").removesuffix("\n\n").split("\n")
    assert (head, kind) == ("id: =1", "event: alert")
    record = json.loads(data.removeprefix("data: "))
    assert record["event"] == event.id == f"{event.alert.id}.1"
    assert record["alert"]["strongest"]["vrm_read"] == "AB12CDE"
    assert (record["step"]["kind"], record["stop"]) == ("raised", True)
    assert (record["alert"]["answering"], record["alert"]["answer_by"]) == (
        ["operator"],
        "2026-11-22T08:02:01.000Z",
    )


def test_a_covert_event_does_not_tell_its_readers_who_else_may_know() -> None:
    (change,) = raised(covert_hit(1, names=("na", "someone else")))
    (event,) = numbered([change], {})
    assert heard([event], Cursor(), Viewer("na")).events
    assert b"someone else" not in body(event, BOOK)
