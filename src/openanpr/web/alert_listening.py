"""Whoever listens to alerts: what happened since, a steady beat, and at each whether they still may.

The local socket and the pages both tell it, each in its own words.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from starlette.concurrency import run_in_threadpool

from openanpr.alert.desk import AlertDesk
from openanpr.alert.events import Cursor, Event
from openanpr.alert.routing import Viewer
from openanpr.people.event import PeopleRefusedError
from openanpr.web.judging import NotAllowedError
from openanpr.web.local.gate import NotProvedError, Proved

BEAT_S = 10.0

Admit: TypeAlias = Callable[[], Proved | None]
"""Asks anew who listens; raises where they may no more."""


class Words(Protocol):
    """How what happens is written, as server-sent events; called in threads that may wait for disks."""

    def begun(self) -> bytes:
        """Say that the line is open."""
        ...

    def afresh(self, cursor: Cursor) -> bytes:
        """Say that something was missed which is kept no more."""
        ...

    def told(self, event: Event, after: Cursor) -> bytes:
        """Tell one event; `after` is how far has been heard with it."""
        ...

    def beat(self) -> bytes:
        """Say that the line still holds."""
        ...


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens, how they are told, and how it is asked anew whether they still may."""

    viewer: Viewer
    words: Words
    admit: Admit


@dataclass(frozen=True, slots=True)
class _Heard:
    said: tuple[bytes, ...]
    cursor: Cursor


async def listened(desk: AlertDesk, one: Listener, cursor: Cursor) -> AsyncIterator[bytes]:
    """Yield what happens after `cursor`, until the desk closes, and what had happened by then.

    A beat goes out at a steady pace, so that a lost connection is noticed at both ends. It depends on nothing
    that happens: whoever may not know of an alert must not hear the beat come late either. With each beat it
    is asked again whether the viewer may still listen: a session that was ended, or a role, ends the stream.
    """
    rings = desk.bell.rings
    yield await run_in_threadpool(one.words.begun)
    beat_at_s = time.monotonic() + BEAT_S
    while True:
        closing = desk.closed
        found = await run_in_threadpool(_heard, desk, one, cursor)
        for said in found.said:
            yield said
        moved, cursor = found.cursor != cursor, found.cursor
        if closing:
            return
        if moved and time.monotonic() < beat_at_s:
            continue  # once a beat is due it goes out and is asked again, also while more and more happens
        rings = await desk.bell.heard_after(rings, max(beat_at_s - time.monotonic(), 0.0))
        if time.monotonic() >= beat_at_s:
            if not await run_in_threadpool(_as_before, one):
                return
            yield await run_in_threadpool(one.words.beat)
            beat_at_s = time.monotonic() + BEAT_S


def _heard(desk: AlertDesk, one: Listener, cursor: Cursor) -> _Heard:
    found = desk.heard_since(cursor, one.viewer)
    said = [one.words.afresh(found.cursor)] if found.afresh else []
    said += [one.words.told(event, after) for event, after in found.events]
    return _Heard(tuple(said), found.cursor)


def _as_before(one: Listener) -> bool:
    """Whether the viewer may still listen, and as what they began."""
    try:
        proved = one.admit()
    except (NotProvedError, NotAllowedError, PeopleRefusedError):
        return False
    return proved is None or (proved.login, proved.alert_roles) == (one.viewer.name, one.viewer.roles)
