"""What each list asks for: the window of an alert, who is told, and how long it may wait."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from openanpr.core.voi_entry import Priority
from openanpr.core.voi_list import ListKind

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Level:
    """A role that is told when an alert has waited `after` for an answer."""

    after: timedelta
    role: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels of escalation; above the last, its role is told again every `again_every`."""

    levels: tuple[Level, ...]
    again_every: timedelta

    def __post_init__(self) -> None:
        """Refuse a ladder that would never end a wait or whose rungs stand in no order."""
        times = [level.after for level in self.levels]
        if not times or times[0] <= _NOTHING or self.again_every <= _NOTHING:
            msg = "a ladder needs at least one level, and times longer than nothing"
            raise ValueError(msg)
        if any(a >= b for a, b in pairwise(times)):
            msg = "the levels of a ladder must come one after another, each later than the one before"
            raise ValueError(msg)

    def time_of(self, level: int) -> timedelta:
        """Return how long an alert has waited when it reaches `level`, counted from 1, without end."""
        top = len(self.levels)
        if level <= top:
            return self.levels[level - 1].after
        return self.levels[-1].after + (level - top) * self.again_every

    def reached(self, waited: timedelta) -> int:
        """Return the level of an alert that has waited so long; 0 before the first."""
        last = self.levels[-1].after
        if waited >= last:
            return len(self.levels) + (waited - last) // self.again_every
        return bisect_right([level.after for level in self.levels], waited)

    def role_of(self, level: int) -> str:
        """Return the role that is told at `level`, counted from 1."""
        return self.levels[min(level, len(self.levels)) - 1].role

    def roles(self, levels: int) -> frozenset[str]:
        """Return the roles of the first so many levels."""
        return frozenset(level.role for level in self.levels[:levels])


@dataclass(frozen=True, slots=True)
class Route:
    """A role that is told at once of alerts in these forces and areas (None: all), from a priority up."""

    role: str
    forces: frozenset[int] | None = None
    areas: frozenset[str] | None = None
    at_least: Priority = Priority.LOW


@dataclass(frozen=True, slots=True)
class ListRules:
    """The rules of one list.

    A hit joins the open alert of its vehicle within `window` of that alert's other hits. `raise_after`
    further hits on a waiting alert raise its priority by one. An alert that was seen or checked must be
    worked on within `next_step_within`, one that was tasked within `outcome_within`; else it waits again.
    """

    owner: str
    kind: ListKind
    window: timedelta
    routes: tuple[Route, ...]
    ladder: Ladder
    next_step_within: timedelta
    outcome_within: timedelta
    raise_after: int = 3

    def __post_init__(self) -> None:
        """Refuse rules under which an alert would reach nobody or never be waited for."""
        if not self.owner.strip() or not self.routes:
            msg = "the rules of a list need its owner and at least one route"
            raise ValueError(msg)
        if min(self.window, self.next_step_within, self.outcome_within) <= _NOTHING:
            msg = "the times in the rules of a list must be longer than nothing"
            raise ValueError(msg)
        if self.raise_after < 1:
            msg = "raise_after counts further hits: one or more"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules by list id, and those for a list that has none of its own: no hit is left without rules."""

    lists: Mapping[int, ListRules]
    otherwise: ListRules

    def of(self, list_id: int) -> ListRules:
        """Return the rules of a list."""
        return self.lists.get(list_id, self.otherwise)
