"""Everything that a node must let go of when its time is over, in every store, not in that of reads alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from openanpr.audit.acts import Erasure, Holding
from openanpr.audit.port import logged
from openanpr.ingest.limits import Limits
from openanpr.ingest.mend import emptied, overdue
from openanpr.ingest.quarantine import ChangedMeanwhileError
from openanpr.run.node.stores import Stores
from openanpr.store.announced import forget_announcements
from openanpr.store.damaged_parts import damaged_parts
from openanpr.store.engine import ReadEngine
from openanpr.store.holds import held_counts, holds
from openanpr.store.read_columns import to_ms
from openanpr.store.retention import (
    RetentionRule,
    RetentionRun,
    preview_retention,
    returned_days,
    run_retention,
)

_LOG = logging.getLogger("openanpr.node")
_EVENTS_KEPT = timedelta(days=7)  # for streams and webhooks that were away
_AT_ONCE = 500
_MOST_DAYS_ALONE = 7


class TooMuchAtOnceError(Exception):
    """More days are past their time than a node may delete by itself: a clock that leaps must not do it."""


class Forgetting:
    """Lets go of what is past its time under one rule; only the read store's part is certified."""

    def __init__(self, stores: Stores, rule: RetentionRule, limits: Callable[[], Limits]) -> None:
        self._stores, self._rule, self._limits = stores, rule, limits
        self.returned = 0
        self._logged_from: date | None = None
        self.damaged = 0

    def check(self) -> tuple[date, ...]:
        """Return the certified days of which anything can be found again; the alarms go by the last look.

        It looks too for parts of the read store that are damaged, which the engine puts aside in silence.
        """
        found = tuple(returned_days(self._stores.engine, self._stores.pictures))
        self.returned, self.damaged = len(found), len(damaged_parts(self._stores.engine))
        return found

    def run_alone(self, now: datetime) -> RetentionRun:
        """Do what `run` does, by the clock and without a person.

        Raises TooMuchAtOnceError, before anything goes, where more than a week of days is past its time: a
        node that runs deletes a day a day. A person who has looked at the clock then has it run.
        """
        stores = self._stores
        due = preview_retention(stores.engine, stores.pictures, self._rule, today=now.date())
        if len(due) > _MOST_DAYS_ALONE:
            raise TooMuchAtOnceError(
                f"{len(due)} days are past their time at once: check the clock, then run retention"
            )
        return self.run(now)

    def run(self, now: datetime) -> RetentionRun:
        """Let go of everything that is past its time; return what went of the read store, certified."""
        stores = self._stores
        with stores.writing:
            done = self._run_reads(now)
        first_kept = datetime.combine(self._rule.kept_from(now.date()), datetime.min.time(), UTC)
        self._log_others(first_kept.date(), now)
        gone = stores.alerts.forget_alerts(first_kept)
        held = self._empty_quarantine(now)
        shelved = stores.intake.shelf.forget(first_kept)
        late = now - self._limits().oldest
        forget_announcements(stores.engine, late.date())
        self._forget_versions(first_kept)
        stores.empty_logs()
        if done.certificates or self.damaged:
            self.check()
        _LOG.info(
            "retention: %d days of reads, %d alerts, %d quarantined reads and %d shelved pictures let go",
            len(done.certificates),
            gone.alerts,
            held,
            shelved,
        )
        return done

    def _run_reads(self, now: datetime) -> RetentionRun:
        """Let days of reads and holds that are over go; each is in the audit log before, certified after."""
        engine, pictures, log = self._stores.engine, self._stores.pictures, self._stores.log
        due = preview_retention(engine, pictures, self._rule, today=now.date())
        going = [self._erasure(now, "reads", one.day, one.reads) for one in due]
        with logged(log, *going, *_holds_over(engine, now)) as receipts:
            done = run_retention(engine, pictures, self._rule, at=now)
        asked = {one.day: receipt.index for one, receipt in zip(due, receipts, strict=False)}
        log.append_all(
            [
                replace(self._erasure(now, "reads-certified", one.day, one.reads), regards=asked.get(one.day))
                for one in done.certificates
            ]
        )
        return done

    def _log_others(self, first_kept: date, now: datetime) -> None:
        """Log, once a day, that what other stores have of before is let go of."""
        if self._logged_from != first_kept:
            self._stores.log.append(self._erasure(now, "alerts-lists-and-quarantine-before", first_kept, 0))
            self._logged_from = first_kept

    def _erasure(self, now: datetime, what: str, day: date, rows: int) -> Erasure:
        return Erasure(
            at=now, what=what, rules=(f"retention.days of {self._rule.profile}",), rows=rows, day=day
        )

    def trim(self, now: datetime) -> None:
        """Let go of batches that every consumer has passed, and of events that nobody will ask for."""
        late = now - self._limits().oldest - timedelta(days=1)
        self._stores.journal.trim(forget_before_ms=to_ms(late))

    def trim_events(self, now: datetime) -> None:
        """Let go of events and delivered webhooks that are old."""
        self._stores.alerts.forget_deliveries(now - _EVENTS_KEPT)
        self._stores.alerts.forget_events(now - _EVENTS_KEPT)

    def _empty_quarantine(self, now: datetime) -> int:
        quarantine, limits, emptied_ones = self._stores.intake.quarantine, self._limits(), 0
        while True:
            ids = quarantine.overdue(now - limits.retention, most=_AT_ONCE)
            before = emptied_ones
            for item_id in ids:
                item = quarantine.find(item_id)
                if item is None or not overdue(item, now=now, limits=limits):
                    continue
                try:
                    quarantine.change(emptied(item, at=now))
                except ChangedMeanwhileError:
                    continue  # somebody is at work on it: the next run takes it
                emptied_ones += 1
            if emptied_ones == before:
                return emptied_ones

    def _forget_versions(self, first_kept: datetime) -> None:
        """Let go of what lists held before the first day that is kept."""
        lists = self._stores.lists
        for name in (standing.of.name for standing in lists.every_standing()):
            lists.forget(name, before_revision=lists.revision_at(name, first_kept), stones_before=first_kept)


def _holds_over(engine: ReadEngine, now: datetime) -> Iterator[Holding]:
    """Yield the holds whose end has passed and that still keep reads."""
    counts = held_counts(engine)
    for hold in holds(engine):
        if hold.until < now.date() and hold.hold_id in counts:
            yield Holding(
                at=now,
                step="ended",
                hold=hold.hold_id,
                reads=counts[hold.hold_id],
                until=hold.until,
                reference=hold.case_ref,
            )
