"""Whether anyone is there who must answer: the same as asking each person, at the cost of asking one."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from openanpr.alert.alert import Alert
from openanpr.alert.clock import due
from openanpr.alert.routing import Attendance, Route, Viewer, answers
from openanpr.alert.rules import RuleBook
from openanpr.core.camera import CameraId
from openanpr.core.voi_entry import Priority
from tests.alert.scenes import AT, CRIME, CRIME_LIST, MINUTE, covert_hit, make_hit, only_alert

ROLES, FORCES, AREAS, NAMES = ("operator", "dispatcher", "clerk"), (52, 53), ("north", "south"), ("na", "op")


def some(values, most=2):
    return st.frozensets(st.sampled_from(values), max_size=most)


viewers = st.builds(
    Viewer,
    name=st.sampled_from(NAMES),
    teams=some(("source unit", "other unit")),
    roles=some(ROLES),
    forces=st.none() | some(FORCES),
    areas=st.none() | some(AREAS),
)
routes = st.builds(
    Route,
    role=st.sampled_from(ROLES),
    forces=st.none() | some(FORCES),
    areas=st.none() | some(AREAS),
    at_least=st.sampled_from(Priority),
)


@st.composite
def alerts(draw) -> Alert:
    make = covert_hit if draw(st.booleans()) else make_hit
    places = draw(
        st.lists(st.tuples(st.sampled_from(FORCES), st.sampled_from(AREAS)), min_size=1, max_size=3)
    )
    alert = only_alert(
        *(make(i, camera=CameraId(force, 1, 7), area=area) for i, (force, area) in enumerate(places)), now=AT
    )
    level = draw(st.integers(0, 3))
    return replace(alert, priority=draw(st.sampled_from(Priority)), watch=replace(alert.watch, level=level))


@given(alerts(), st.lists(viewers, max_size=4), st.lists(routes, min_size=1, max_size=3))
def test_it_says_what_asking_each_person_says(alert, present, its_routes) -> None:
    book = RuleBook({CRIME_LIST: replace(CRIME, routes=tuple(its_routes))}, otherwise=CRIME)
    asked_each = any(answers(alert, viewer, book) for viewer in present)
    assert Attendance.of(present).answers(alert, book) is asked_each


FEW_ROUTES = RuleBook({}, otherwise=replace(CRIME, routes=(Route("operator"), Route("clerk"))))
ONE_ALERT = only_alert(make_hit(area="area 49"), now=AT)


def spent_s(open_alerts: int, people: int) -> float:
    """CPU seconds of a look at so many waiting alerts with so many people there; the best of three."""
    waiting = [replace(ONE_ALERT, id=f"{i:032x}") for i in range(open_alerts)]
    there = [
        Viewer(f"person {i}", roles=frozenset(ROLES), areas=frozenset({f"area {i % 50}"}))
        for i in range(people)
    ]

    def once() -> float:
        began = time.process_time()
        found = due(waiting, FEW_ROUTES, now=AT + timedelta(seconds=1), present=there)
        spent = time.process_time() - began
        assert (found.changes, found.look_again_at) == ((), AT + 2 * MINUTE)
        return spent

    return min(once() for _ in range(3))


def test_five_thousand_open_alerts_and_fifty_people_are_looked_at_quickly() -> None:
    few, many = spent_s(500, 50), spent_s(5_000, 50)
    assert many < 1.0
    assert many < 30 * few  # ten times the alerts; the rest is the noise of a busy machine


def test_more_people_cost_no_more_for_each_alert() -> None:
    assert spent_s(2_000, 1_000) < 5 * spent_s(2_000, 50)
