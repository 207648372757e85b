"""The live stream of alerts: its events, their order, and what a client that was away gets. Pure.

Open alerts share one sequence; each circle of people named by covert entries has a sequence of its own. So
a number that is missing in what somebody hears never means that there is something covert behind it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, unquote

from openanpr.alert.alert import OPEN, Alert, Change, Channel, Step, StepKind
from openanpr.alert.alert_json import VERSION, alert_record, json_bytes, step_record
from openanpr.alert.routing import Viewer, admits, sees
from openanpr.alert.rules import RuleBook
from openanpr.core.advice import Advice

_LONGEST_CURSOR = 8192
_MOST_DIGITS = 18


class CursorError(ValueError):
    """A cursor that this program never gave out."""

    def __init__(self) -> None:
        super().__init__("the cursor is not one of this stream: leave it out and load the queues again")


@dataclass(frozen=True, slots=True)
class Event:
    """One step of an alert, with the alert as it stood then; `seq` counts from 1 within its channel.

    `stop`: a hit that may say stop has just arrived. Late hits never make it true.
    """

    channel: Channel
    seq: int
    step: Step
    alert: Alert
    stop: bool

    @property
    def at(self) -> datetime:
        """When the step was taken."""
        return self.step.at

    @property
    def id(self) -> str:
        """The same for the same step, however often it is sent."""
        return f"{self.alert.id}.{self.step.number}"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a client has heard, by channel. One that is not named has not been heard at all."""

    heard: Mapping[Channel, int] = field(default_factory=dict[Channel, int])

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Return the cursor that `str` wrote; raises CursorError for any other text."""
        if len(text) > _LONGEST_CURSOR or not text.isascii():
            raise CursorError
        heard: dict[Channel, int] = {}
        for part in text.split(";") if text else ():
            names, is_there, seq = part.rpartition("=")
            if not is_there or not seq.isdigit() or len(seq) > _MOST_DIGITS:
                raise CursorError
            heard[tuple(unquote(name) for name in names.split("+")) if names else OPEN] = int(seq)
        return cls(heard)

    def __str__(self) -> str:
        return ";".join(
            f"{'+'.join(quote(name, safe='') for name in channel)}={seq}"
            for channel, seq in sorted(self.heard.items())
        )

    def after(self, event: Event) -> Cursor:
        """Return the cursor of a client that has heard this event too."""
        return Cursor({**self.heard, event.channel: event.seq})


@dataclass(frozen=True, slots=True)
class Kept:
    """What is still kept of a channel: events from `oldest` to `newest`; `oldest` = `newest` + 1 for none."""

    oldest: int
    newest: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a client that was away gets.

    `events` with the cursor after each, in order. `cursor` is where to go on from. Where `afresh`, events
    that the client missed are no longer kept: it takes the cursor, then loads its queues, then listens.
    """

    events: tuple[tuple[Event, Cursor], ...]
    cursor: Cursor
    afresh: bool


def numbered(changes: Iterable[Change], last: Mapping[Channel, int]) -> tuple[Event, ...]:
    """Return the events of changes, numbered on from the `last` number of each channel (0: none yet)."""
    newest = dict(last)
    events: list[Event] = []
    for change in changes:
        channel = change.alert.key.channel
        for step in change.steps:
            newest[channel] = newest.get(channel, 0) + 1
            stop = step.kind in _HITS_CAME and _says_stop(change)
            events.append(Event(channel, newest[channel], step, change.alert, stop))
    return tuple(events)


def resume(
    events: Iterable[Event], kept: Mapping[Channel, Kept], cursor: Cursor, viewer: Viewer, book: RuleBook
) -> Resumed:
    """Return what the viewer has not heard since `cursor`, each event once, each channel in its order.

    `events` are those after the cursor (older ones are passed over), `kept` tells of every channel what the
    log still has. What the cursor says of channels that the viewer may not hear counts for nothing.
    """
    mine = {channel: span for channel, span in kept.items() if admits(channel, viewer)}
    now = Cursor({channel: span.newest for channel, span in mine.items()})
    heard = {channel: cursor.heard.get(channel, 0) for channel in mine}
    if any(heard[c] + 1 < span.oldest or heard[c] > span.newest for c, span in mine.items()):
        return Resumed((), now, afresh=True)
    by_channel: dict[Channel, list[Event]] = {}
    for event in events:
        if event.channel in mine and event.seq > heard[event.channel] and sees(event.alert, viewer, book):
            by_channel.setdefault(event.channel, []).append(event)
    for missed in by_channel.values():
        missed.sort(key=lambda event: event.seq)
    at = Cursor(heard)
    told: list[tuple[Event, Cursor]] = []
    # A merge keeps each channel in its own order even where clocks of several nodes disagree.
    for event in heapq.merge(*(by_channel[c] for c in sorted(by_channel)), key=lambda event: event.at):
        at = at.after(event)
        told.append((event, at))
    return Resumed(tuple(told), now, afresh=False)


def body(event: Event, book: RuleBook) -> bytes:
    """Return the event as JSON: what the stream sends as `data` and a webhook as its body."""
    return json_bytes(
        {
            "version": VERSION,
            "event": event.id,
            "stop": event.stop,
            "step": step_record(event.step),
            "alert": alert_record(event.alert, book),
        }
    )


def server_sent(event: Event, cursor: Cursor, book: RuleBook) -> bytes:
    """Return the event in the form of server-sent events (WHATWG HTML, 9.2), its id the cursor after it."""
    return b"id: %b\nevent: alert\ndata: %b\n\n" % (str(cursor).encode("ascii"), body(event, book))


_HITS_CAME = frozenset({StepKind.RAISED, StepKind.GREW, StepKind.REOPENED})


def _says_stop(change: Change) -> bool:
    return not change.alert.tally.quiet and any(hit.says is Advice.STOP for hit in change.hits)
