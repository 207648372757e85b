"""Publishing made of a node's parts: the clock's turn, and what is asked over the socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from openanpr.core.voi_list import ListKind
from openanpr.policy.profile import Profile
from openanpr.publish.closing import (
    Desk,
    NotPublishedError,
    Waiting,
    add_note,
    due,
    late,
    publish,
    waiting,
)
from openanpr.publish.period import Month
from openanpr.publish.ports import Kept
from openanpr.publish.publication import Fact, read_publication
from openanpr.publish.recount import recount
from openanpr.publish.recount_log import Compared
from openanpr.run.node.stores import Stores
from openanpr.store.control.list_store import ListStore
from openanpr.store.read_figures import ReadFigures

FIRST_IN_S: Final = 120.0
"""A start has more urgent things to do than to count a month that is over."""
_TURN_S: Final = 3600.0
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """As `publish.ports.Facts`: how old the oldest read is, and the oldest contents of lists not covert."""

    reads: ReadFigures
    lists: ListStore
    clock: Callable[[], datetime]

    def facts(self, month: Month) -> Sequence[Fact]:
        """Return them as they are now: what was deleted since cannot be asked any more."""
        del month
        oldest = self.reads.oldest()
        return (
            Fact(
                "oldest-read",
                "The oldest day of which reads were stored when this was counted; copies that cases keep "
                "are left out.",
                None if oldest is None else oldest.isoformat(),
            ),
            *(self._age(kind) for kind in ListKind),
        )

    def _age(self, kind: ListKind) -> Fact:
        """How old the contents of the oldest list are that has a greatest age: those by hand have none."""
        now = self.clock()
        told = [one for one in self.lists.standings() if one.of.kind is kind and one.of.max_age is not None]
        ages = [(now - one.as_of) // _DAY for one in told if one.as_of is not None]
        return Fact(
            f"{kind}-list-age-days",
            f"How many whole days old the contents of {kind} lists that others deliver were when this was "
            "counted, of the oldest one.",
            max(0, *ages) if ages else None,
        )


@dataclass(slots=True)
class NodePublishing:
    """As `web.local.figures.Publishing`; `late` is how many months should be published and are not."""

    desk: Desk
    kept_from: Callable[[], date]
    clock: Callable[[], datetime]
    late: int = field(default=0)
    _one: threading.Lock = field(default_factory=threading.Lock)  # the clock and a person at once: one waits

    def turn(self) -> float:
        """Publish what is due; return the seconds until it is looked for again."""
        now = self.clock()
        try:
            self.publish_due(now)
        finally:
            self.late = late(self.desk, now, kept_since=self._kept_since())
        return _TURN_S

    def publish_due(self, now: datetime) -> Sequence[Month]:
        """Publish what is due, the oldest first; return the months.

        Raises, once all others are published, what kept one from it.
        """
        done: list[Month] = []
        faults: list[Exception] = []
        with self._one:
            for month in due(self.desk, now, kept_since=self._kept_since()):
                try:
                    publish(self.desk, month, now=now)
                except Exception as fault:  # noqa: BLE001 - raised below: one month does not keep the others
                    faults.append(fault)
                else:
                    done.append(month)
        if faults:
            raise faults[0]
        return done

    def shown(self, month: Month | None = None) -> Sequence[Kept]:
        """Return what is published: what waits for its proof is shown to nobody."""
        kept = self.desk.kept.every() if month is None else self.desk.kept.of(month)
        return [one for one in kept if one.proof is not None]

    def waiting(self, now: datetime) -> Sequence[Waiting]:
        """Return the months that began and are not published yet, the latest first."""
        return waiting(self.desk, now, kept_since=self._kept_since())

    def note(self, month: Month, text: str, *, by: str, now: datetime) -> Kept:
        """Publish a note on a month."""
        with self._one:
            return add_note(self.desk, month, text, by=by, now=now)

    def recount(self, month: Month) -> Sequence[Compared]:
        """Return how each population of a published month does; raises NotPublishedError."""
        figures = next((one for one in self.shown(month) if one.number == 0), None)
        if figures is None:
            raise NotPublishedError
        return recount(self.desk, read_publication(figures.body), kept_since=self._kept_since())

    def _kept_since(self) -> datetime:
        return datetime.combine(self.kept_from(), datetime.min.time(), UTC)


def publishing_of(stores: Stores, profile: Profile, clock: Callable[[], datetime]) -> NodePublishing:
    """Return the publishing of a node."""
    desk = Desk(
        log=stores.log,
        kept=stores.publications,
        counters=stores.counters,
        facts=NodeFacts(ReadFigures(stores.engine), stores.lists, clock),
        numbers=profile.figures,
        profile=profile.label,
        to_days=tuple(sorted({row.to_days for row in profile.search.rows})),
    )
    return NodePublishing(desk, stores.kept_from, clock)
