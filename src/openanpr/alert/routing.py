"""Who sees which alerts, and in what order. Pure.

Whoever may not see an alert gets exactly what there would be without it: no row, no count, no gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import TypeAlias

from openanpr.alert.alert import Alert, Channel, State
from openanpr.alert.rules import Route, RuleBook
from openanpr.core.voi_list import ListKind

Place: TypeAlias = tuple[int, str]
"""A force and an area of it."""

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person, or a machine that is told like one.

    `name` and `teams` are what a covert entry may name. `forces` and `areas` are those they answer for (None:
    all of them).
    """

    name: str
    teams: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    forces: frozenset[int] | None = None
    areas: frozenset[str] | None = None

    @property
    def names(self) -> frozenset[str]:
        """All names under which a covert entry may admit them."""
        return self.teams | {self.name}


@dataclass(frozen=True, slots=True)
class Queue:
    """Open alerts in the order in which to answer them, and how many of them there are."""

    alerts: tuple[Alert, ...]
    by_state: tuple[tuple[State, int], ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Queues:
    """The two queues of a viewer: mass lists never stand among, before or between crime lists."""

    crime: Queue
    mass: Queue


def admits(channel: Channel, viewer: Viewer) -> bool:
    """Return whether the viewer may know of alerts of this channel at all."""
    return not channel or not viewer.names.isdisjoint(channel)


def sees(alert: Alert, viewer: Viewer, book: RuleBook) -> bool:
    """Return whether the viewer sees the alert.

    A covert one: only its named people, whatever their role. An open one: the roles of its list's routes
    where force, area and priority fit, and the roles that an escalation told.
    """
    return _reaches(alert, viewer, book, told=alert.watch.told)


def answers(alert: Alert, viewer: Viewer, book: RuleBook) -> bool:
    """Return whether the viewer is one of those who must answer it now, at its level of escalation."""
    return _reaches(alert, viewer, book, told=alert.watch.level)


@dataclass(frozen=True, slots=True)
class Post:
    """The places that the people of one role answer for between them.

    `forces` are those answered for whole, `areas` those whatever the force, `both` the pairs.
    """

    everywhere: bool
    forces: frozenset[int]
    areas: frozenset[str]
    both: frozenset[Place]

    @classmethod
    def of(cls, holders: Iterable[Viewer]) -> Post:
        """Return what these people answer for."""
        everywhere, forces, areas, both = False, set[int](), set[str](), set[Place]()
        for one in holders:
            if one.forces is None and one.areas is None:
                everywhere = True
            elif one.areas is None:
                forces.update(one.forces or ())
            elif one.forces is None:
                areas.update(one.areas)
            else:
                both.update(product(one.forces, one.areas))
        return cls(everywhere, frozenset(forces), frozenset(areas), frozenset(both))

    def covers(self, places: Iterable[Place]) -> bool:
        """Return whether somebody answers for one of the places."""
        return any(
            self.everywhere or place[0] in self.forces or place[1] in self.areas or place in self.both
            for place in places
        )


@dataclass(frozen=True, slots=True)
class Attendance:
    """Those who are logged in, filed by what makes them answer an alert.

    To ask of an alert whether anyone is there costs the same for one person as for a thousand.
    """

    names: frozenset[str]
    posts: Mapping[str, Post]

    @classmethod
    def of(cls, present: Iterable[Viewer]) -> Attendance:
        """Return the people who are present, filed."""
        people = tuple(present)
        by_role: dict[str, list[Viewer]] = {}
        for person in people:
            for role in person.roles:
                by_role.setdefault(role, []).append(person)
        posts = {role: Post.of(holders) for role, holders in by_role.items()}
        return cls(frozenset(name for person in people for name in person.names), posts)

    def answers(self, alert: Alert, book: RuleBook) -> bool:
        """Return whether any of them must answer the alert now: as `answers` says of each."""
        if alert.key.covert:
            return not self.names.isdisjoint(alert.key.channel)
        rules = book.of(alert.key.list_id)
        told = rules.ladder.roles(alert.watch.level)
        return any(
            route.role in self.posts
            and alert.priority >= route.at_least
            and self.posts[route.role].covers(_on(alert, route))
            for route in rules.routes
        ) or any(self.posts[role].covers(alert.tally.places) for role in told if role in self.posts)


def queues(alerts: Iterable[Alert], viewer: Viewer, book: RuleBook) -> Queues:
    """Return the viewer's queues of open alerts."""
    seen = sorted((a for a in alerts if a.is_open and sees(a, viewer, book)), key=queue_order)
    return Queues(
        _queue([a for a in seen if a.list_kind is ListKind.CRIME]),
        _queue([a for a in seen if a.list_kind is ListKind.MASS]),
    )


def queue_order(alert: Alert) -> tuple[bool, int, int, datetime, str]:
    """Return a key that orders a queue: what waits, by priority, escalation and time; then the rest.

    It looks at nothing but the alert itself.
    """
    since = alert.watch.waiting_since
    due = alert.watch.answer_by or _LAST
    return since is None, -alert.priority.rank, -alert.watch.level, due if since is None else since, alert.id


def roles_answering(alert: Alert, book: RuleBook) -> tuple[str, ...]:
    """Return the roles that must answer the alert now, in order; for a covert one, its named people."""
    if alert.key.covert:
        return alert.key.channel
    rules = book.of(alert.key.list_id)
    at_once = {route.role for route in rules.routes if _fits(alert, route)}
    return tuple(sorted(at_once | rules.ladder.roles(alert.watch.level)))


def _reaches(alert: Alert, viewer: Viewer, book: RuleBook, *, told: int) -> bool:
    if not admits(alert.key.channel, viewer):
        return False
    if alert.key.covert:
        return True
    rules = book.of(alert.key.list_id)
    if any(r.role in viewer.roles and _fits(alert, r) and _covers(alert, viewer, r) for r in rules.routes):
        return True
    return not rules.ladder.roles(told).isdisjoint(viewer.roles) and _covers(alert, viewer, None)


def _fits(alert: Alert, route: Route) -> bool:
    return alert.priority >= route.at_least and any(True for _ in _on(alert, route))


def _on(alert: Alert, route: Route) -> Iterable[Place]:
    """Return the places of the alert that are the route's too."""
    return (place for place in alert.tally.places if _is_in(place, route.forces, route.areas))


def _covers(alert: Alert, viewer: Viewer, route: Route | None) -> bool:
    """Return whether the vehicle was at a place of the viewer's that is the route's too."""
    return any(
        _is_in(place, viewer.forces, viewer.areas)
        and (route is None or _is_in(place, route.forces, route.areas))
        for place in alert.tally.places
    )


def _is_in(place: Place, forces: frozenset[int] | None, areas: frozenset[str] | None) -> bool:
    return (forces is None or place[0] in forces) and (areas is None or place[1] in areas)


def _queue(alerts: list[Alert]) -> Queue:
    states = Counter(alert.state for alert in alerts)
    by_state = tuple((state, states[state]) for state in State if state is not State.CLOSED)
    return Queue(tuple(alerts), by_state, sum(alert.waits for alert in alerts))
