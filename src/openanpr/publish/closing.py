"""A month is counted once, when it is over and settled; kept, logged, and only then shown.

What is kept is never counted anew: a correction is a note. A turn that was cut short goes on with the
document that it had kept, so that the log commits to one document a month whatever happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openanpr.audit.acts import Publication as PublicationAct
from openanpr.audit.checkpoint import Checkpoint
from openanpr.policy.figure_numbers import FigureNumbers
from openanpr.publish.definitions import FIGURES, Widths, populations
from openanpr.publish.figure import tell
from openanpr.publish.log_counts import how
from openanpr.publish.log_reading import counts_in
from openanpr.publish.period import Month
from openanpr.publish.population import Counts, Population
from openanpr.publish.ports import Counter, Facts, Kept, ProvingLog, Publications
from openanpr.publish.proof import Proof
from openanpr.publish.publication import (
    FIGURES as FIGURES_KIND,
)
from openanpr.publish.publication import (
    NOTE,
    Counted,
    Publication,
    digest_of,
    members_of,
    note_body,
)
from openanpr.publish.suppress import Rule, ShownCube, show

NO_COUNTER: Final = "This node does not count it."
OTHER_LOG: Final = "The audit log of this node begins within or after the month: an earlier one has the rest."


class NotPublishedError(LookupError):
    """There is nothing published of that month."""

    def __init__(self) -> None:
        super().__init__("nothing is published of that month: see which are, with 'openanpr figures list'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts that publishing is done with.

    `to_days`: where bands of the age of searches end. `counters` are by population; those that the log
    tells of need none.
    """

    log: ProvingLog
    kept: Publications
    counters: Mapping[str, Counter]
    facts: Facts
    numbers: FigureNumbers
    profile: str
    to_days: tuple[int, ...]

    @property
    def rule(self) -> Rule:
        """By what small counts are withheld."""
        return Rule(self.numbers.least_shown.value, self.numbers.rate_least.value)

    def settled(self, month: Month) -> datetime:
        """When a month may be counted."""
        return month.settled(self.numbers.settle_days.value)

    def populations(self) -> tuple[Population, ...]:
        """What is counted."""
        numbers = self.numbers
        widths = Widths(numbers.alert_step.value, numbers.camera_step.value, numbers.entry_step.value)
        return populations(self.to_days, widths)


def due(desk: Desk, now: datetime, *, kept_since: datetime) -> tuple[Month, ...]:
    """Return the months that are settled and not yet shown, the oldest first.

    From the month on in which the log begins, where all its reads are still kept: those from `kept_since` on.
    """
    shown = {one.period for one in desk.kept.every() if one.number == 0 and one.proof is not None}
    return tuple(month for month in _settled(desk, now, kept_since, shown) if month not in shown)


def late(desk: Desk, now: datetime, *, kept_since: datetime) -> int:
    """Return how many months should have been published so many days ago and are not."""
    allowed = timedelta(days=desk.numbers.late_days.value)
    return sum(now > desk.settled(month) + allowed for month in due(desk, now, kept_since=kept_since))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A month that is not published: when it may be counted, and whether it should have been long ago."""

    month: Month
    settled: datetime
    late: bool


def waiting(desk: Desk, now: datetime, *, kept_since: datetime) -> tuple[Waiting, ...]:
    """Return the months that began and are not published yet, the latest first; nothing is counted."""
    entries = desk.log.entries_from(0, 1)
    if not entries:
        return ()
    allowed = timedelta(days=desk.numbers.late_days.value)
    found = [*due(desk, now, kept_since=kept_since)]
    month = Month.of(entries[0].at)
    while month.since <= now:
        if desk.settled(month) > now:
            found.append(month)
        month = month.next
    return tuple(
        Waiting(one, desk.settled(one), now > desk.settled(one) + allowed)
        for one in sorted(set(found), reverse=True)
    )


def publish(desk: Desk, month: Month, *, now: datetime) -> Kept:
    """Return a settled month as it is published: counted where it is not yet, kept, logged, proved.

    Raises ValueError for a month that is not settled, AuditError, and what the counters raise: nothing is
    shown then, and it is done again later.
    """
    if now < desk.settled(month):
        raise ValueError("the month is not settled: what came of it may still change")
    kept = next((one for one in desk.kept.of(month) if one.number == 0), None)
    if kept is None:
        kept = desk.kept.keep(Kept(month, 0, counted(desk, month, now=now).body(), None))
    return kept if kept.proof is not None else _shown(desk, kept, FIGURES_KIND, "", now)


def add_note(desk: Desk, month: Month, text: str, *, by: str, now: datetime) -> Kept:
    """Return a note on a published month, logged and shown; no figure of it is changed.

    Raises NotPublishedError, ValueError for a text that cannot be one, AuditError.
    """
    there = desk.kept.of(month)
    if not there or there[0].proof is None:
        raise NotPublishedError
    for one in there:
        if one.proof is None:  # it was cut short: who wrote it may be in the log already
            _shown(desk, one, NOTE, "", now)
    origin, number = members_of(there[0].body)["origin"], there[-1].number
    while True:
        number += 1
        body = note_body(month, number, text, origin=origin, at=now)
        kept = desk.kept.keep(Kept(month, number, body, None))
        if kept.body == body:  # else another came first with this number
            return _shown(desk, kept, NOTE, by, now)


def counted(desk: Desk, month: Month, *, now: datetime) -> Publication:
    """Return a month as it is counted now, and what is shown of it. Nothing is kept or logged."""
    under = desk.log.checkpoint().checkpoint
    of_log = counts_in(desk.log, month, desk.settled(month), desk.to_days, size=under.size)
    every = tuple(_counted(desk, one, month, of_log) for one in desk.populations())
    cubes = {one.population.id: one.cube for one in every if one.cube is not None}
    return Publication(
        period=month,
        settled=desk.settled(month),
        counted_at=now,
        profile=desk.profile,
        rule=desk.rule,
        under=under,
        counted=every,
        figures=tell(FIGURES, cubes, desk.rule),
        facts=tuple(desk.facts.facts(month)),
    )


def _settled(desk: Desk, now: datetime, kept_since: datetime, shown: set[Month]) -> Iterator[Month]:
    first = desk.log.entries_from(0, 1)
    if not first:
        return
    # Where the log was begun anew, months of before it may still lack their figures.
    month = min({Month.of(first[0].at), *shown})
    while month.since < kept_since and desk.settled(month) <= now:
        month = month.next
    while desk.settled(month) <= now:
        yield month
        month = month.next


def _counted(
    desk: Desk, population: Population, month: Month, of_log: Mapping[str, Counts] | None
) -> Counted:
    settled = desk.settled(month)
    if population.from_log:
        if of_log is None:
            return Counted(population, None, why=OTHER_LOG)
        return Counted(
            population, _cube(desk, population, of_log[population.id]), how(population.id, month, settled)
        )
    counter = desk.counters.get(population.id)
    if counter is None:
        return Counted(population, None, why=NO_COUNTER)
    found = counter.count(month, settled)
    return Counted(population, _cube(desk, population, found), counter.how(month, settled))


def _cube(desk: Desk, population: Population, counts: Counts) -> ShownCube:
    return show(population, counts, desk.rule)


def _shown(desk: Desk, kept: Kept, kind: str, by: str, now: datetime) -> Kept:
    """The document with its proof: its entry is in the log before anybody is shown it."""
    event = PublicationAct(
        at=now, what=kind, period=str(kept.period), digest=digest_of(kept.body), person=by or None
    )
    proof = _proof(desk, kept, desk.log.append(event).index)
    desk.kept.prove(kept.period, kept.number, proof)
    return Kept(kept.period, kept.number, kept.body, proof)


def _proof(desk: Desk, kept: Kept, index: int) -> Proof:
    opened = desk.log.disclose(index)
    under = members_of(kept.body).get("under")
    grown = () if under is None else desk.log.grown(under["size"], Checkpoint.parse(opened.note.text).size)
    return Proof(index, opened.entry, opened.path, grown, opened.note)
