"""Who sees which alerts, in what order; and that a covert one leaves no trace for others."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.alert.alert import Check, State
from openanpr.alert.alert_json import queues_json
from openanpr.alert.clock import due
from openanpr.alert.events import Cursor, Kept, body, numbered, resume
from openanpr.alert.outcomes import figures
from openanpr.alert.routing import Viewer, queues, roles_answering, sees
from openanpr.alert.rules import Route, RuleBook
from openanpr.alert.webhook import Endpoint, deliveries
from openanpr.alert.work import CheckPicture, See, Task
from openanpr.core.camera import CameraId
from openanpr.core.voi_entry import Priority
from tests.alert.scenes import (
    AT,
    BOOK,
    CRIME,
    CRIME_LIST,
    HOUR,
    MASS_LIST,
    MINUTE,
    NAMED,
    NOBODY_MUCH,
    OPERATOR,
    SECOND,
    SUPERVISOR,
    covert_hit,
    make_hit,
    only_alert,
    raised,
    walked,
)


def with_routes(*routes: Route) -> RuleBook:
    return RuleBook({CRIME_LIST: replace(CRIME, routes=routes)}, otherwise=CRIME)


def test_a_route_asks_for_its_role() -> None:
    alert = only_alert(make_hit())
    assert sees(alert, OPERATOR, BOOK)
    assert not sees(alert, NOBODY_MUCH, BOOK)
    assert not sees(alert, SUPERVISOR, BOOK)


@pytest.mark.parametrize(
    ("route", "viewer", "seen"),
    [
        (Route("operator", forces=frozenset({53})), OPERATOR, True),
        (Route("operator", forces=frozenset({52})), OPERATOR, False),
        (Route("operator", areas=frozenset({"north"})), OPERATOR, True),
        (Route("operator", areas=frozenset({"south"})), OPERATOR, False),
        (Route("operator", at_least=Priority.MEDIUM), OPERATOR, True),
        (Route("operator", at_least=Priority.HIGH), OPERATOR, False),
        (Route("operator"), replace(OPERATOR, forces=frozenset({53}), areas=frozenset({"north"})), True),
        (Route("operator"), replace(OPERATOR, forces=frozenset({52})), False),
        (Route("operator"), replace(OPERATOR, areas=frozenset({"south"})), False),
    ],
)
def test_a_route_asks_for_force_area_and_priority(route, viewer, seen) -> None:
    assert sees(only_alert(make_hit()), viewer, with_routes(route)) is seen


def test_force_and_area_must_fit_at_one_and_the_same_place() -> None:
    alert = only_alert(make_hit(1), make_hit(2, camera=CameraId(52, 1, 1), area="south"))
    crossed = replace(OPERATOR, forces=frozenset({53}), areas=frozenset({"south"}))
    assert not sees(alert, crossed, BOOK)
    assert sees(alert, replace(OPERATOR, forces=frozenset({52})), BOOK)
    assert sees(alert, replace(OPERATOR, forces=frozenset({53})), BOOK)


def test_only_the_named_people_and_teams_see_a_covert_alert_whatever_others_roles_are() -> None:
    alert = only_alert(covert_hit(names=("na", "cell")))
    everyone = Viewer("chief", roles=frozenset({"operator", "dispatcher", "supervisor", "inspector"}))
    assert not sees(alert, everyone, BOOK)
    assert sees(alert, Viewer("na"), BOOK)
    assert sees(alert, Viewer("else", teams=frozenset({"cell"})), BOOK)
    assert roles_answering(alert, BOOK) == ("cell", "na")


def test_mass_list_alerts_have_a_queue_of_their_own_and_push_nothing_down() -> None:
    crime = [c.alert for c in raised(make_hit(1), make_hit(2, after=HOUR, priority=Priority.LOW))]
    mass = [
        only_alert(make_hit(100 + i, list_id=MASS_LIST, vrm_listed=f"XY{i:02}ZZZ", priority=Priority.HIGH))
        for i in range(50)
    ]
    alone, beside = queues(crime, OPERATOR, BOOK), queues([*mass, *crime], OPERATOR, BOOK)
    assert beside.crime == alone.crime
    assert len(beside.mass.alerts) == 50


def test_a_queue_puts_first_what_waits_then_priority_escalation_and_age() -> None:
    def alert(i, **changes):
        return only_alert(make_hit(i, vrm_listed=f"AB{i:02}CDE", **changes), now=AT + i * SECOND)

    low, old, new, high = (
        alert(1, priority=Priority.LOW),
        alert(2),
        alert(3),
        alert(4, priority=Priority.HIGH),
    )
    in_hand = walked(alert(5, priority=Priority.HIGH), See())
    (climbed,) = due([alert(6)], BOOK, now=AT + 3 * MINUTE, present=(OPERATOR,)).changes
    mixed = [in_hand, low, new, climbed.alert, old, high]
    for seed in range(5):
        random.Random(seed).shuffle(mixed)
        crime = queues(mixed, OPERATOR, BOOK).crime
        assert crime.alerts == (high, climbed.alert, old, new, low, in_hand)
    assert crime.waiting == 5
    assert dict(crime.by_state)[State.SEEN] == 1


def test_a_closed_alert_is_in_no_queue() -> None:
    misread = walked(only_alert(make_hit()), See(), CheckPicture(Check.MATCH), Task("KZ41"))
    assert len(queues([misread], OPERATOR, BOOK).crime.alerts) == 1
    assert queues([replace(misread, state=State.CLOSED)], OPERATOR, BOOK).crime.alerts == ()


def all_that_shows(changes, viewer: Viewer, after: timedelta) -> bytes:
    """Everything that a viewer's screen, stream, webhook and figures are made of, as bytes."""
    alerts = [change.alert for change in changes]
    ticks = due(alerts, BOOK, now=AT + after, present=(viewer,)).changes
    latest = {a.id: a for a in alerts} | {t.alert.id: t.alert for t in ticks}
    events = numbered([*changes, *ticks], {})
    kept = {e.channel: Kept(1, e.seq) for e in events}
    stream = resume(events, kept, Cursor(), viewer, BOOK)
    hooks = [d for e in events for d in deliveries(e, [Endpoint("x", "https://x", viewer)], BOOK, now=AT)]
    parts = [
        queues_json(queues(latest.values(), viewer, BOOK), BOOK),
        *(str(cursor).encode() + body(event, BOOK) for event, cursor in stream.events),
        str(stream.cursor).encode(),
        repr([(d.message_id, d.payload) for d in hooks]).encode(),
        repr(figures(latest.values(), viewer)).encode(),
    ]
    return b"\n".join(parts)


HITS = st.builds(
    lambda i, minutes, vrm, list_id: make_hit(
        i, after=timedelta(minutes=minutes), vrm_listed=vrm, vrm_read=vrm, list_id=list_id
    ),
    st.integers(0, 40),
    st.integers(0, 120),
    st.sampled_from(["AB12CDE", "XY99ZZZ"]),
    st.sampled_from([CRIME_LIST, MASS_LIST]),
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(HITS, max_size=12),
    st.lists(HITS, min_size=1, max_size=8),
    st.integers(0, 60),
    st.randoms(use_true_random=False),
)
def test_for_everybody_else_all_is_byte_for_byte_as_without_the_covert_alerts(
    hits, more, minutes, chance: random.Random
) -> None:
    covert = [replace(h, entry_id=99, covert=True, seen_by=frozenset({"source unit"})) for h in more]
    batch = [*hits, *covert]
    chance.shuffle(batch)
    for viewer in (OPERATOR, SUPERVISOR):
        without = all_that_shows(raised(*hits), viewer, minutes * MINUTE)
        assert all_that_shows(raised(*batch), viewer, minutes * MINUTE) == without


def test_the_named_people_do_see_the_covert_alerts_in_all_of_it() -> None:
    shown = all_that_shows(raised(make_hit(1), covert_hit(2)), NAMED, MINUTE)
    assert b'"covert":true' in shown
    assert b"source%20unit=" in shown
    assert b"ListFigures(list_id=1, alerts=2" in shown
