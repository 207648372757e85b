"""How a reader stands: one line now and then and on every change, and the alarms. Never a plate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from openanpr.deliver.enrol import CLOCK_FAULTS
from openanpr.deliver.outbox import Fill
from openanpr.deliver.send import Standing
from openanpr.deliver.verdict import Verdict
from openanpr.run.read_command import let_go_of
from openanpr.run.reader.delivery import Counts

# What each alarm says, and what to do about it.
ALARMS: Mapping[str, str] = {
    "outbox_full": "the outbox is full: new reads are refused and counted; mend the line to the node, or "
    "make room on the disk",
    "pictures_refused": "no room for pictures: reads go on without them; mend the line to the node",
    "disk_full": "the disk of the outbox is full: make room",
    "clock_wrong": "the node refuses what this clock signs: set it with a time service",
    "not_admitted": "the node does not admit this device or its key: ask the node's operator",
    "not_a_node": "what answers is not a node, or not of this version: check --node and what lies between",
    "source_lost": "the source gives no frames: it is tried again without end; look at the camera",
    "set_aside": "the node refuses some reads or pictures for good; they are kept: openanpr reader status",
    "camera_lapsed": "the node holds what this camera captures: its time is over, for it has no case, or a "
    "review or a move is overdue. Nothing of it will be taken: stop this reader, or have its site seen to "
    "(at the node: openanpr sites cameras)",
    "quarantined": "the node holds reads of this camera in quarantine: its operator must look",
    "unfit": "reads were made that the format cannot carry: they are not delivered; report it",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment."""

    at: datetime
    camera: str
    fill: Fill
    delivery: Standing
    counts: Counts
    source_lost: bool

    @property
    def alarms(self) -> tuple[str, ...]:
        """The alarms that are on, by name."""
        verdict, fill = self.delivery.verdict, self.fill
        clock = self.delivery.reason in CLOCK_FAULTS
        on = {
            "outbox_full": fill.full,
            "pictures_refused": fill.pictures_full,
            "disk_full": self.delivery.reason == "disk_full",
            "clock_wrong": verdict is Verdict.NOT_ADMITTED and clock,
            "not_admitted": verdict is Verdict.NOT_ADMITTED and not clock,
            "not_a_node": verdict is Verdict.NOT_UNDERSTOOD,
            "source_lost": self.source_lost,
            "set_aside": fill.reads_aside + fill.pictures_aside > 0,
            "camera_lapsed": self.delivery.lapsing,
            "quarantined": self.delivery.quarantined > self.delivery.lapsed,
            "unfit": self.counts.unfit > 0,
        }
        return tuple(name for name in ALARMS if on[name])

    @property
    def oldest_s(self) -> int | None:
        """The age of the read that waits longest, None when none waits."""
        return (
            None if self.fill.oldest is None else max(0, round((self.at - self.fill.oldest).total_seconds()))
        )

    def as_json(self) -> str:
        """Return one line for programs."""
        fill, delivery = self.fill, self.delivery
        return json.dumps(
            {
                "at": _time(self.at),
                "camera": self.camera,
                "made": self.counts.made,
                "delivered": delivery.reads,
                "quarantined": delivery.quarantined,
                "waiting": fill.reads - fill.reads_aside,
                "oldest_s": self.oldest_s,
                "pictures_waiting": fill.pictures - fill.pictures_aside,
                "set_aside": fill.reads_aside + fill.pictures_aside,
                "refused": fill.refused_reads,
                "refused_pictures": fill.refused_pictures,
                "node": str(delivery.verdict) if delivery.verdict else None,
                "reason": delivery.reason,
                "alarms": self.alarms,
            }
        )

    def as_text(self) -> str:
        """Return one line for people."""
        fill, delivery = self.fill, self.delivery
        waiting, pictures = fill.reads - fill.reads_aside, fill.pictures - fill.pictures_aside
        oldest = "" if self.oldest_s is None else f", the oldest {self.oldest_s} s old"
        node = "not asked yet" if delivery.verdict is None else str(delivery.verdict).replace("_", " ")
        why = f" ({delivery.reason})" if delivery.reason else ""
        on = f"; alarms: {', '.join(self.alarms)}" if self.alarms else ""
        return (
            f"{_time(self.at)} camera {self.camera}: {self.counts.made} reads made, "
            f"{delivery.reads} delivered; {waiting} reads and {pictures} pictures wait{oldest}; "
            f"node: {node}{why}{on}"
        )


class Teller:
    """Tells how the reader stands on `out`, and of alarms on `err` as they come and go."""

    def __init__(self, out: TextIO, err: TextIO, *, as_json: bool, every_s: float) -> None:
        self._out: TextIO | None = out
        self._err = err
        self._as_json = as_json
        self._every_s = every_s
        self._on: tuple[str, ...] = ()
        self._last: tuple[object, ...] | None = None
        self._told_s = float("-inf")

    def look(self, look: Look, *, steady_s: float) -> None:
        """Tell what is due: alarms at once, the line when something changed or its time has come."""
        self._alarm(look)
        now = (look.alarms, look.delivery.verdict, look.delivery.reason, look.fill.reads == 0)
        if now != self._last or steady_s - self._told_s >= self._every_s:
            self._last, self._told_s = now, steady_s
            self._say(look.as_json() if self._as_json else look.as_text())

    def _alarm(self, look: Look) -> None:
        for name in look.alarms:
            if name not in self._on:
                print(f"ALARM {name}: {ALARMS[name]}", file=self._err, flush=True)
        for name in self._on:
            if name not in look.alarms:
                print(f"over: {name}", file=self._err, flush=True)
        self._on = look.alarms

    def _say(self, line: str) -> None:
        if self._out is None:
            return
        try:
            print(line, file=self._out, flush=True)
        except OSError:
            let_go_of(self._out)
            self._out = None  # nobody listens any more: reading and delivery go on


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
