"""Alerts as a screen hears them live: at each connecting the whole queue, then each alert that changes.

No cursor is in a browser's hands: one that was away is given the queue as it is, never a part of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Final, TypeAlias

import msgspec

from openanpr.alert.alert import StepKind
from openanpr.alert.desk import AlertDesk
from openanpr.alert.events import Cursor, Event
from openanpr.people.desk import Desk
from openanpr.people.session import Session, idles_at
from openanpr.policy.ask import Act
from openanpr.web.alert_listening import Listener, listened
from openanpr.web.api.door import watcher_of
from openanpr.web.judging import NotAllowedError
from openanpr.web.local.alerts import viewer_of
from openanpr.web.local.gate import Proved
from openanpr.web.pages.alerts.cards import Card, Cards, sees_places
from openanpr.web.pages.alerts.words import ADVICE, WORDS
from openanpr.web.pages.inside import Inside
from openanpr.web.pages.look import Look
from openanpr.web.pages.route import Shown, Stream, Visit

Queues: TypeAlias = Callable[[Visit], Mapping[str, object]]
_ALARMS: Final = frozenset(
    {StepKind.RAISED, StepKind.REOPENED, StepKind.PUT_DOWN, StepKind.ESCALATED, StepKind.UNATTENDED}
)
"""What wants somebody's attention: a screen sounds, and says it to whoever hears the page."""

_MOST_KEPT: Final = 256


@dataclass(slots=True)
class Written:
    """Cards that were written a moment ago: fifty screens are told of one alert, and it is written once."""

    cards: OrderedDict[tuple[str, int, bool], str] = field(
        default_factory=OrderedDict[tuple[str, int, bool], str], repr=False
    )
    lock: Lock = field(default_factory=Lock)

    def once(self, key: tuple[str, int, bool], write: Callable[[], str]) -> str:
        """Return the card of that alert and version, written now if it is not there yet."""
        with self.lock:
            found = self.cards.get(key)
            if found is None:
                found = self.cards[key] = write()
                if len(self.cards) > _MOST_KEPT:
                    self.cards.popitem(last=False)
            return found


@dataclass(frozen=True, slots=True)
class Screen:
    """What the live stream of a screen needs; `queues` gives the values of the queue's template."""

    inside: Inside
    people: Desk
    desk: AlertDesk
    cards: Cards
    look: Look
    clock: Callable[[], datetime]
    queues: Queues
    template: str = "alerts/queue.html"
    card: str = "alerts/card.html"
    asks: tuple[str, ...] = ()
    written: Written = field(default_factory=Written)


def stream(of: Screen, visit: Visit) -> Stream:
    """Return what a screen hears; whoever listens counts as being there. Raises NotAllowedError."""
    proved = of.inside.proved(visit, Act.ANSWER_ALERT)
    viewer = viewer_of({name: visit.asked.query.get(name, "") for name in of.asks}, proved)
    places = sees_places(proved)
    words = _AsCards(of, visit, places, visit.person.present.session)
    cursor = of.desk.newest(viewer)  # before the queue is read: what comes between is told twice, never not
    heard = listened(of.desk, Listener(viewer, words, words.again), cursor)
    return Stream(heard, of.desk.present(viewer))


@dataclass(slots=True)
class _AsCards:
    """What a screen hears; `session` is that of whoever listens, as it was when last asked."""

    of: Screen
    visit: Visit
    places: bool
    session: Session

    def again(self) -> Proved:
        """Return who listens, asked anew; raises PeopleRefusedError, NotAllowedError.

        That a screen listens is nobody's activity: the session idles, and the stream ends with it. It also
        ends where they may see places no more, or now: the screen comes again and is told as they are now.
        """
        asked = replace(self.visit.asked, now=self.of.clock())
        by = watcher_of(self.of.people, asked)
        proved = self.of.inside.proved(replace(self.visit, asked=asked, by=by), Act.ANSWER_ALERT)
        if sees_places(proved) != self.places:
            raise NotAllowedError("what may be seen of places has changed: listen anew")
        self.session = by.present.session
        return proved

    def begun(self) -> bytes:
        html = self.of.look.page(self.visit, self._queue())
        told = {**self._times(), "html": html, "csrf": self.visit.csrf}
        return b"retry: 1000\n" + said("queue", told)

    def afresh(self, cursor: Cursor) -> bytes:
        del cursor
        return self.begun()

    def told(self, event: Event, after: Cursor) -> bytes:
        del after
        alert = event.alert
        card = self.of.cards.of_alert(alert, places=self.places)
        key = alert.id, alert.version, self.places
        html = self.of.written.once(key, partial(self._card, card)) if alert.is_open else ""
        alarm = "stop" if event.stop else "alert" if event.step.kind in _ALARMS else ""
        told = card.alert
        return said(
            "alert",
            {
                "now": self.of.clock(),
                "id": told.id,
                "version": told.version,
                "look": told.look,
                "order": told.order,
                "kind": told.list_kind,
                "open": told.is_open,
                "alarm": alarm,
                "said": spoken(card) if alarm else "",
                "html": html,
            },
        )

    def beat(self) -> bytes:
        return said("beat", self._times())

    def _times(self) -> Mapping[str, object]:
        idles = idles_at(self.session, self.of.people.sessions)
        return {"now": self.of.clock(), "idles_at": idles, "ends_at": self.session.ends_at}

    def _queue(self) -> Shown:
        return Shown(self.of.template, self.of.queues(self.visit))

    def _card(self, card: Card) -> str:
        return self.of.look.part(self.of.card, {**WORDS, "card": card})


def said(name: str, told: Mapping[str, object]) -> bytes:
    """Return a server-sent event (WHATWG HTML, 9.2)."""
    return b"event: %b\ndata: %b\n\n" % (name.encode("ascii"), msgspec.json.encode(told))


def spoken(card: Card) -> str:
    """Return an alert as a screen reader says it: its mark letter by letter."""
    told = card.alert
    hit = told.strongest
    sure = "exact" if hit.exact else "possible"
    where = card.place or f"camera {hit.camera}"
    return f"{ADVICE[told.advice].short}: {' '.join(hit.vrm_read)}, {sure}, {where}"
