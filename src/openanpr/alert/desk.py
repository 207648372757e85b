"""What people do with alerts on a node: their queues, their steps, the live stream, and who is there."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from openanpr.alert.alert import Alert, Channel
from openanpr.alert.bell import Bell
from openanpr.alert.clock import due
from openanpr.alert.events import Cursor, Event, Kept, Resumed, resume
from openanpr.alert.outcomes import ListFigures, figures
from openanpr.alert.ports import AlertStore, EventLog, HitPictures, OpenAlerts, OutdatedError, StepLog
from openanpr.alert.routing import Queues, Viewer, admits, queues, sees
from openanpr.alert.rules import RuleBook
from openanpr.alert.work import (
    CheckPicture,
    Deed,
    Move,
    NoPictureError,
    NoSuchAlertError,
    possible,
    take_step,
)

_TRIES = 8
_EVENTS_AT_ONCE = 1_000
_MOST_REMEMBERED = 4_096


class KeptAlerts(AlertStore, OpenAlerts, StepLog, EventLog, Protocol):
    """What the desk needs of the store."""

    def every_alert(self) -> tuple[Alert, ...]:
        """Return all alerts that are kept, closed ones too."""
        ...


class AlertDesk:
    """Alerts as people meet them. Safe to share between threads."""

    def __init__(
        self,
        store: KeptAlerts,
        book: Callable[[], RuleBook],
        clock: Callable[[], datetime],
        bell: Bell,
        pictures: HitPictures,
    ) -> None:
        self._store, self._book, self._clock, self._pictures = store, book, clock, pictures
        self._lock, self._ticking = threading.Lock(), threading.Lock()
        self._present: dict[int, Viewer] = {}
        self._seen_pictured = set[str]()
        self._numbers = itertools.count(1)
        self._closed = threading.Event()
        self.bell = bell
        self.ask_the_clock: Callable[[], None] = _nobody
        """Called when somebody came: who waits for the clock of alerts puts its waking here."""

    @property
    def book(self) -> RuleBook:
        """The rules as they are now."""
        return self._book()

    def now(self) -> datetime:
        """Return the time that the desk goes by."""
        return self._clock()

    def close(self) -> None:
        """Have all who listen be sent away, for the node is about to end; the clock acts no more.

        It would find nobody there, and raise an alarm for each alert that waits.
        """
        with self._ticking:
            self._closed.set()
        self.bell.ring()

    @property
    def closed(self) -> bool:
        """Whether nobody is to listen any more."""
        return self._closed.is_set()

    def queues(self, viewer: Viewer) -> Queues:
        """Return what waits for this viewer."""
        return queues(self._store.open_alerts(), viewer, self._book())

    def figures(self, viewer: Viewer) -> tuple[ListFigures, ...]:
        """Return the figures of each list, of the alerts that this viewer may know of."""
        return figures(self._store.every_alert(), viewer)

    def find(self, alert_id: str, viewer: Viewer) -> Alert:
        """Return an alert that the viewer sees; raises NoSuchAlertError, also for one that they do not."""
        alert = self._store.find(alert_id)
        if not sees(alert, viewer, self._book()):
            raise NoSuchAlertError
        return alert

    def may_know(self, alert_id: str, viewer: Viewer) -> bool:
        """Return whether the viewer may know of an alert at all; not of one that is not kept any more.

        Of an open entry everybody may, of a covert one those whom it names.
        """
        try:
            return admits(self._store.find(alert_id).key.channel, viewer)
        except NoSuchAlertError:
            return False

    def possible(self, alert: Alert) -> tuple[str, ...]:
        """Return what may be done with the alert now, as words; no check where no picture is here.

        One that was here a while ago is not looked for again, for a queue must be quick; `step` does look.
        """
        found = possible(alert)
        if Deed.CHECK not in found or alert.id in self._seen_pictured or self._pictured(alert):
            return found
        return tuple(one for one in found if one != Deed.CHECK)

    def _pictured(self, alert: Alert) -> bool:
        found = self._pictures.any_here(self._store.hits_of(alert.id))
        if found:
            if len(self._seen_pictured) >= _MOST_REMEMBERED:
                self._seen_pictured.clear()
            self._seen_pictured.add(alert.id)
        return found

    def step(self, alert_id: str, move: Move, viewer: Viewer, *, shown: int) -> Alert:
        """Return the alert after a person's step, kept on disk.

        Raises what `alert.work.take_step` raises, and NoPictureError for what a picture shows where none of
        the alert is here: nobody can have compared it.
        """
        for _ in range(_TRIES):
            alert = self._store.find(alert_id)
            change = take_step(alert, move, by=viewer, at=self._clock(), shown=shown, book=self._book())
            if isinstance(move, CheckPicture) and move.of_a_picture and not self._pictured(alert):
                raise NoPictureError
            try:
                self._store.save([change])
            except OutdatedError:
                continue  # a hit or another person came first: judged again as it is now
            self.bell.ring()
            return change.alert
        raise OutdatedError

    def tick(self) -> datetime | None:
        """Let the clock act on what waits; return when it must be asked again, None when nothing waits."""
        with self._ticking:
            for _ in range(_TRIES):
                if self.closed:
                    return None
                with self._lock:
                    present = tuple(self._present.values())
                found = due(self._store.open_alerts(), self._book(), now=self._clock(), present=present)
                if not found.changes:
                    return found.look_again_at
                try:
                    self._store.save(found.changes)
                except OutdatedError:
                    continue
                self.bell.ring()
                return found.look_again_at
            raise OutdatedError

    @contextmanager
    def present(self, viewer: Viewer) -> Generator[None]:
        """Count the viewer as being there while the block lasts."""
        number = next(self._numbers)
        with self._lock:
            self._present[number] = viewer
        self.bell.ring()
        self.ask_the_clock()
        try:
            yield
        finally:
            with self._lock:
                del self._present[number]
            self.bell.ring()

    @property
    def viewers(self) -> int:
        """How many are there."""
        with self._lock:
            return len(self._present)

    def newest(self, viewer: Viewer) -> Cursor:
        """Return the cursor of a viewer who begins to listen now."""
        return Cursor({c: span.newest for c, span in self._store.kept().items() if admits(c, viewer)})

    def heard_since(self, cursor: Cursor, viewer: Viewer) -> Resumed:
        """Return what the viewer has not heard since `cursor`, of each channel at most a thousand at once.

        The cursor that comes back is as far as was looked: asked again with it, the rest comes.
        """
        reached: dict[Channel, Kept] = {}
        events: list[Event] = []
        for channel, span in self._store.kept().items():
            heard = cursor.heard.get(channel, 0)
            reached[channel] = span
            if admits(channel, viewer) and heard < span.newest:
                found = self._store.after(channel, heard, limit=_EVENTS_AT_ONCE)
                events += found
                # Events may have come and gone since `kept` was asked: what was found says what there is.
                first, last = (found[0].seq, found[-1].seq) if found else (span.newest + 1, span.newest)
                reached[channel] = Kept(first, last)
        return resume(events, reached, cursor, viewer, self._book())


def _nobody() -> None:
    """Nobody waits for the clock of alerts."""
