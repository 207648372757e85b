"""Lists, people and hits made by hand, for tests of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from openanpr.alert.alert import Alert, Change
from openanpr.alert.closure import Closure, NoResponse, Outcome
from openanpr.alert.hit_seen import HitSeen
from openanpr.alert.raising import Known, keyed_ids, raise_alerts
from openanpr.alert.routing import Viewer
from openanpr.alert.rules import Ladder, Level, ListRules, Route, RuleBook
from openanpr.alert.work import Move, take_step
from openanpr.core.advice import Advice
from openanpr.core.camera import CameraId
from openanpr.core.hit import HitKind, Reason
from openanpr.core.voi_entry import Priority
from openanpr.core.voi_list import ListKind

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ID_OF = keyed_ids(b"a secret of this test alone")

CRIME_LIST, MASS_LIST, OTHER_CRIME = 1, 2, 3

LADDER = Ladder(
    (Level(2 * MINUTE, "dispatcher"), Level(5 * MINUTE, "supervisor"), Level(15 * MINUTE, "inspector")),
    again_every=10 * MINUTE,
)
CRIME = ListRules(
    owner="stolen vehicles desk",
    kind=ListKind.CRIME,
    window=30 * MINUTE,
    routes=(Route("operator"),),
    ladder=LADDER,
    next_step_within=4 * MINUTE,
    outcome_within=40 * MINUTE,
    raise_after=3,
)
MASS = replace(CRIME, owner="insurance desk", kind=ListKind.MASS, window=12 * HOUR)
BOOK = RuleBook({CRIME_LIST: CRIME, MASS_LIST: MASS}, otherwise=replace(CRIME, owner="force anpr lead"))

OPERATOR = Viewer("op", roles=frozenset({"operator"}))
DISPATCHER = Viewer("di", roles=frozenset({"dispatcher"}))
SUPERVISOR = Viewer("su", roles=frozenset({"supervisor"}))
NAMED = Viewer("na", teams=frozenset({"source unit"}))
NOBODY_MUCH = Viewer("no", roles=frozenset({"clerk"}))

NO_UNIT = Closure(Outcome.NOT_RESPONDED, reason=NoResponse.NO_UNIT)


class Pictured:
    """The `HitPictures` of a desk, in memory: pictures are `here` or they are not."""

    def __init__(self, *, here: bool = True) -> None:
        self.here = here

    def any_here(self, hits: Sequence[HitSeen]) -> bool:
        return self.here and bool(hits)


def make_hit(read_id: int = 1, *, after: timedelta = timedelta(0), **changes: Any) -> HitSeen:
    """A sure and timely hit on a stolen car, `after` the start of the scene, with any field changed."""
    hit = HitSeen(
        read_id=read_id,
        entry_id=10,
        list_id=CRIME_LIST,
        kind=HitKind.EXACT,
        reason=Reason.SAME_PLATE,
        probability=0.97,
        advice=Advice.STOP,
        priority=Priority.MEDIUM,
        vrm_listed="AB12CDE",
        vrm_read="AB12CDE",
        camera=CameraId(53, 1, 7),
        area="north",
        captured_at=AT + after,
        received_at=AT + after + SECOND,
    )
    return replace(hit, **changes)


def covert_hit(read_id: int = 1, *, names: tuple[str, ...] = ("source unit",), **changes: Any) -> HitSeen:
    """A hit on an entry that only `names` may know of."""
    particulars = {"entry_id": 99, "covert": True, "seen_by": frozenset(names), "advice": Advice.SILENT}
    return make_hit(read_id, **{**particulars, **changes})


def raised(*hits: HitSeen, now: datetime = AT + SECOND, known: Known | None = None) -> tuple[Change, ...]:
    """What a batch raises beside what is known."""
    return raise_alerts(hits, known or Known(), BOOK, now=now, id_of=ID_OF)


def only_alert(*hits: HitSeen, now: datetime = AT + SECOND) -> Alert:
    """The one alert that a batch raises."""
    (change,) = raised(*hits, now=now)
    return change.alert


def knowing(*changes: Change) -> Known:
    """What a store knows after these changes."""
    alerts = {change.alert.key: (change.alert,) for change in changes if change.alert.is_open}
    ordinals = {change.alert.key: change.alert.ordinal for change in changes}
    return Known(alerts, ordinals, frozenset(hit.id for change in changes for hit in change.hits))


def step(alert: Alert, move: Move, *, by: Viewer = OPERATOR, after: timedelta = MINUTE) -> Change:
    """A person's step by somebody who has all hits in view."""
    return take_step(alert, move, by=by, at=AT + after, shown=alert.tally.count, book=BOOK)


def walked(alert: Alert, *moves: Move, by: Viewer = OPERATOR) -> Alert:
    """The alert after these steps."""
    for move in moves:
        alert = step(alert, move, by=by).alert
    return alert
