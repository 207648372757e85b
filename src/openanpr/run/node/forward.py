"""All reads of this node to another one, through an outbox, as they came and with their proof."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from openanpr.audit.acts import Disclosure
from openanpr.audit.port import NODE, Log
from openanpr.deliver.enrol import ClockWrongError, CodeRefusedError, EnrolmentError, enrol
from openanpr.deliver.line import Line
from openanpr.deliver.outbox import Outbox
from openanpr.deliver.outbox_file import OutboxFullError
from openanpr.deliver.send import Chance, Sender
from openanpr.ingest.journal import TooManyHopsError, origins_of
from openanpr.ingest.picture import PictureStore
from openanpr.run.node.decoded import DecodedEntries
from openanpr.run.node.secret_file import SecretFileError
from openanpr.run.node.standing import ForwardStanding
from openanpr.store.journal import Group
from openanpr.wire.device_key import PublicKey
from openanpr.wire.forwarded import OriginBatch

_NOT_ENROLLED_S = 15.0
_NOT_ENROLLED: Mapping[type[Exception], str] = {
    SecretFileError: "no_code",
    ClockWrongError: "clock_wrong",
    CodeRefusedError: "code_refused",
    EnrolmentError: "line_down",
}
"""Why this node is not known to the other one yet, in a word."""


class ForwardReads:
    """The journal's consumer that hands batches on; `put` is called when something was put."""

    name = "forward"

    def __init__(
        self, outbox: Outbox, put: Callable[[], None], *, log: Log, to: str, clock: Callable[[], datetime]
    ) -> None:
        """`to` is the other node's address; that it gets a batch is logged before the outbox has it."""
        self._outbox, self._put, self._log, self._to, self._clock = outbox, put, log, to, clock
        self._logged = ""

    def take(self, group: Group, decoded: DecodedEntries) -> None:
        """Put what was accepted into the outbox, each batch once; raises OutboxFullError: it comes again."""
        del decoded  # batches go on as they came
        handed_on = [(batch.key, origins) for batch in group.batches if (origins := _origins(batch.body))]
        # A group that finds the outbox full comes again and again: it is one disclosure.
        events = () if group.name == self._logged else [self._told(*one) for one in handed_on]
        self._log.append_all(events)
        self._logged = group.name
        for _, origins in handed_on:
            self._outbox.put_origins(origins)
        self._put()

    def _told(self, key: str, origins: Sequence[OriginBatch]) -> Disclosure:
        return Disclosure(
            at=self._clock(),
            person=NODE,
            recipient=self._to,
            what="forwarded-reads",
            purpose="forwarding",
            reference=key,
            reason="standing arrangement: forward.url in the settings",
            reads=sum(one.taken for one in origins),
        )


def _origins(body: bytes) -> tuple[OriginBatch, ...]:
    try:
        return origins_of(body)
    except TooManyHopsError:
        return ()  # it has been here before: nodes that forward in a ring end it so


class ForwardedPictures:
    """The pictures of a node that forwards: each also goes into the outbox, where there is room."""

    def __init__(self, store: PictureStore, outbox: Outbox) -> None:
        self._store, self._outbox = store, outbox

    def keep(self, sha256: str, day: date, jpeg: bytes) -> None:
        """Keep a picture as `PictureStore.keep` does."""
        with suppress(OutboxFullError):  # counted there, and an alarm; this node keeps the picture itself
            self._outbox.put_picture(jpeg)
        self._store.keep(sha256, day, jpeg)


class Forwarding:
    """Empties the outbox into the other node; enrols there first, as often as it takes."""

    def __init__(
        self,
        outbox: Outbox,
        line: Line,
        remembered: Path,
        *,
        code: Callable[[], str],
        key: PublicKey,
        chance: Chance,
    ) -> None:
        """`remembered` is the file with the id under which the other node knows this one."""
        self._outbox, self._line, self._remembered = outbox, line, remembered
        self._code, self._key, self._chance = code, key, chance
        self._sender: Sender | None = None
        self._refused = ""

    def turn(self) -> float:
        """Send what is due; return the seconds until something may be."""
        if self._sender is None:
            self._sender = self._enrolled()
        return _NOT_ENROLLED_S if self._sender is None else self._sender.step()

    def standing(self) -> ForwardStanding:
        """Return how delivery goes."""
        fill = self._outbox.fill()
        if self._sender is None:
            return ForwardStanding(fill.reads, self._refused or "not_enrolled", alarm=True, full=fill.full)
        now = self._sender.standing
        verdict = "" if now.verdict is None else str(now.verdict)
        return ForwardStanding(fill.reads, now.reason or verdict, alarm=now.alarm, full=fill.full)

    def _enrolled(self) -> Sender | None:
        device = self._device()
        if device is None:
            try:
                device = enrol(self._line, self._code(), self._key)
            except tuple(_NOT_ENROLLED) as fault:
                self._refused = _NOT_ENROLLED[type(fault)]
                return None
            self._remember(device)
        return Sender(self._outbox, self._line, device, chance=self._chance)

    def _device(self) -> str | None:
        try:
            return str(json.loads(self._remembered.read_text(encoding="utf-8"))["device"])
        except FileNotFoundError:
            return None

    def _remember(self, device: str) -> None:
        """Keep the id on disk; a kill before this costs nothing, for the same code and key get it again."""
        part = self._remembered.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            json.dump({"device": device}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._remembered)
