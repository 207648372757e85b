"""An alert: hits sent to people, and where the work on it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from openanpr.alert.closure import Closure
from openanpr.alert.hit_seen import HitSeen
from openanpr.core.advice import Advice
from openanpr.core.voi_entry import Priority
from openanpr.core.voi_list import ListKind

Channel: TypeAlias = tuple[str, ...]
"""Who may know of it: the names of a covert entry in order; empty for all whom routing reaches."""

OPEN: Channel = ()


class State(StrEnum):
    """How far people have come with an alert."""

    NEW = "new"
    SEEN = "seen"
    PICTURE_CHECKED = "picture_checked"
    TASKED = "tasked"
    CLOSED = "closed"


class Check(StrEnum):
    """What a person found who compared the picture with the entry, or that they could not."""

    MATCH = "match"
    MISREAD = "misread"  # the plate says something else
    WRONG_VEHICLE = "wrong_vehicle"  # the plate is right, the vehicle is not the one described
    STALE_ENTRY = "stale_entry"  # the entry should have been taken off the list
    POSSIBLE_CLONE = "possible_clone"  # another vehicle may carry the mark of this one
    CANNOT_CHECK = "cannot_check"  # there is no picture, or none that shows enough to compare


@dataclass(frozen=True, slots=True, order=True)
class AlertKey:
    """What makes two hits belong to one alert, given time: the list, the vehicle, and who may know.

    `vehicle` is the shape of its mark (O is 0, I is 1). Hits of covert entries never share an alert with
    open ones, nor with covert ones of other people.
    """

    list_id: int
    vehicle: str
    channel: Channel = OPEN

    @classmethod
    def of(cls, hit: HitSeen) -> AlertKey:
        """The key that a hit belongs under."""
        return cls(hit.list_id, hit.vehicle, tuple(sorted(hit.seen_by)))

    @property
    def covert(self) -> bool:
        """Whether only named people may know of it."""
        return bool(self.channel)


@dataclass(frozen=True, slots=True)
class Tally:
    """The hits of an alert in sum; the hits themselves are in the store.

    `count` is all of them, `late` those that came too late to act on. `places` are the forces and areas of
    the cameras, `entries` the ids of the entries met. `first_at` and `last_at` span the times of the hits.
    """

    count: int
    late: int
    strongest: HitSeen
    first_at: datetime
    last_at: datetime
    entries: frozenset[int]
    places: frozenset[tuple[int, str]]
    quiet: bool
    doubtful_clock: bool
    stale_list: bool

    @property
    def advice(self) -> Advice:
        """What the alert says: the boldest of its hits, but nothing bold where one asks for silence."""
        if self.quiet and self.strongest.says is not Advice.SILENT:
            return Advice.CHECK_PICTURE
        return self.strongest.says


@dataclass(frozen=True, slots=True)
class Watch:
    """The clock on an alert.

    `waiting_since` is when it began to wait for a person, None while someone has it in hand. `level` counts
    the escalations of this wait, `highest` is the most that any wait reached. The roles of the first `told`
    levels see the alert; that never shrinks. `repeats` counts further hits of this wait. `unattended`: the
    alarm was given that nobody is logged in who could answer. `answer_by` is when the clock next acts.
    """

    raised_at: datetime
    waiting_since: datetime | None
    answer_by: datetime | None
    level: int = 0
    highest: int = 0
    told: int = 0
    repeats: int = 0
    unattended: bool = False
    last_step_at: datetime | None = None  # by a person
    first_step_at: datetime | None = None
    level_at_first_step: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One vehicle of one list, seen within a window.

    `id` tells nothing and has no order. `ordinal` counts the alerts of the same key, from 1. `version` grows
    by one with every change, `steps` is the number of the last step. `follows` is the id of an earlier alert
    of the same vehicle that still waited when this one was raised.
    """

    id: str
    key: AlertKey
    ordinal: int
    version: int
    steps: int
    list_kind: ListKind
    priority: Priority
    tally: Tally
    watch: Watch
    state: State = State.NEW
    check: Check | None = None
    closure: Closure | None = None
    follows: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return self.state is not State.CLOSED

    @property
    def waits(self) -> bool:
        """Whether it waits for a person to answer."""
        return self.is_open and self.watch.waiting_since is not None


class StepKind(StrEnum):
    """What happened to an alert."""

    RAISED = "raised"
    GREW = "grew"  # further hits
    REOPENED = "reopened"  # further hits after it had been answered: somebody must look again
    PUT_DOWN = "put_down"  # somebody began and did not go on in time
    ESCALATED = "escalated"
    UNATTENDED = "unattended"  # nobody is logged in who could answer
    ATTENDED = "attended"  # somebody is again
    SEEN = "seen"
    PICTURE_CHECKED = "picture_checked"
    NOT_CHECKED = "not_checked"  # somebody said that it cannot be
    TASKED = "tasked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to an alert: numbered from 1 without a gap.

    `by` is the person, None for the node itself. `hits` counts what joined, `late` those of them that came
    late. `level` and `role` tell an escalation, `to` who was tasked, `shown` the hits a person had in view.
    """

    alert_id: str
    number: int
    at: datetime
    kind: StepKind
    by: str | None = None
    hits: int = 0
    late: int = 0
    level: int | None = None
    role: str = ""
    check: Check | None = None
    to: str = ""
    closure: Closure | None = None
    shown: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What came of an alert, told to whoever answers for the entries; for a covert one, its named people.

    `correct` says that the list or the reader is to be put right.
    """

    alert_id: str
    list_id: int
    entries: frozenset[int]
    to: tuple[str, ...]
    check: Check | None
    closure: Closure
    correct: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Change:
    """An alert as it is to be kept, with all that made it so; kept whole or not at all.

    `expected` is the version that the store must still hold, 0 for a new alert.
    """

    alert: Alert
    expected: int
    steps: tuple[Step, ...]
    hits: tuple[HitSeen, ...] = ()
    feedback: Feedback | None = None
