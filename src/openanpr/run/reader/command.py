"""`openanpr reader`: sources in, reads delivered."""

from __future__ import annotations

import random
import secrets
import signal
import sqlite3
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from openanpr.deliver.line import Fresh, Line
from openanpr.deliver.outbox import Outbox
from openanpr.deliver.preview import PreviewSender
from openanpr.deliver.send import Chance, Sender
from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.interrupt import Interrupt
from openanpr.run.reader.delivery import Delivery, Putting, waits_for_nothing
from openanpr.run.reader.joining import joined, open_line, own_key
from openanpr.run.reader.previewing import Previewing
from openanpr.run.reader.reading import MakeReader, Reading, load_delivering_reader
from openanpr.run.reader.settings import DeliverySettings, refuse_unfit
from openanpr.run.reader.standing import Look, Teller
from openanpr.run.reader.state import held
from openanpr.run.reader.waiting import open_outbox
from openanpr.run.sighting import printable
from openanpr.wire.device_key import DeviceKey

_SLICE_S = 0.1
_LAST_REQUEST_S = 1.0
_PREVIEW_PATIENCE_S = 4.0
_HOPELESS = 3  # failures in a row after which the end does not wait for the line


def run_reader(
    settings: DeliverySettings,
    *,
    out: TextIO,
    err: TextIO,
    make_reader: MakeReader = load_delivering_reader,
) -> int:
    """Read and deliver until the sources end or a signal comes; return the exit code.

    SIGTERM is an orderly end and gives 0, Ctrl-C 130; a second signal ends at once.
    """
    try:
        refuse_unfit(settings)
        with ExitStack() as last, Interrupt() as interrupt:
            running = _started(settings, out, err, interrupt, last)
            _read(running, settings, make_reader, interrupt)
            left = _finish(running, settings, interrupt)
            _refuse_broken(running.delivery, settings)
    except RefusedError as error:
        print(f"openanpr: {printable(str(error))}", file=err)
        return ExitCode.REFUSED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if interrupt.exit_code == 128 + signal.SIGTERM:
        return ExitCode.DONE
    if interrupt.exit_code is not None:
        return interrupt.exit_code
    return ExitCode.SOURCE_FAILED if running.reading.faults or left else ExitCode.DONE


@dataclass(frozen=True, slots=True)
class _Running:
    outbox: Outbox
    delivery: Delivery
    reading: Reading
    previewing: Previewing | None


def _started(
    settings: DeliverySettings, out: TextIO, err: TextIO, interrupt: Interrupt, last: ExitStack
) -> _Running:
    """Enrol if need be and begin to deliver what waits, before any model is loaded."""
    state = last.enter_context(held(settings.state))
    chance = Chance(lambda: datetime.now(UTC), time.monotonic, random.Random(), uuid4)
    key = own_key(settings, state)
    line = open_line(settings, key, Fresh(chance.clock, lambda: secrets.token_hex(16), chance.steady_s))
    try:
        enrolled = joined(settings, state, key, line)
        outbox = open_outbox(state)
    except RefusedError:
        line.close()
        raise
    delivery = Delivery(Sender(outbox, line, enrolled.device, chance=chance), interrupt.event.set)
    putting = Putting(outbox, settings.camera)
    reading = Reading(settings, state, putting, err)
    teller = Teller(out, err, as_json=settings.as_json, every_s=settings.waits.tell_s)
    looking = _Looking(settings, outbox, delivery, (putting, reading), teller)
    last.callback(_let_go, outbox, line, delivery, looking)
    delivery.start()
    looking.start()
    previewing = _previewing(settings, key, last) if settings.preview else None
    return _Running(outbox, delivery, reading, previewing)


def _previewing(settings: DeliverySettings, key: DeviceKey, last: ExitStack) -> Previewing:
    """Begin to ask whether anybody looks, over a line of its own that is soon given up."""
    fresh = Fresh(lambda: datetime.now(UTC), lambda: secrets.token_hex(16), time.monotonic)
    line = open_line(settings, key, fresh, patience_s=_PREVIEW_PATIENCE_S)
    previewing = Previewing(PreviewSender(line, settings.camera), time.monotonic)
    last.callback(_end_previews, previewing, line)
    previewing.start()
    return previewing


def _end_previews(previewing: Previewing, line: Line) -> None:
    if previewing.stop(timeout_s=_LAST_REQUEST_S):
        line.close()


def _let_go(outbox: Outbox, line: Line, delivery: Delivery, looking: _Looking) -> None:
    ended = delivery.stop(timeout_s=_LAST_REQUEST_S)
    looking.stop()
    if ended:  # else a request is under way, and the end of the process closes what is open
        line.close()
        outbox.close()


def _read(
    running: _Running, settings: DeliverySettings, make_reader: MakeReader, interrupt: Interrupt
) -> None:
    try:
        watch = None if running.previewing is None else running.previewing.look
        running.reading.run(make_reader(settings, watch), interrupt)
    except sqlite3.Error as error:
        raise RefusedError(_broken(settings.state)) from error


def _refuse_broken(delivery: Delivery, settings: DeliverySettings) -> None:
    if delivery.failed:
        raise RefusedError(f"{_broken(settings.state)} ({delivery.failed})")


def _finish(running: _Running, settings: DeliverySettings, interrupt: Interrupt) -> bool:
    """Deliver what can be delivered in the time that is left; return whether something still waits."""
    began_s, waits = time.monotonic(), settings.waits
    while not (empty := waits_for_nothing(running.outbox)) and not running.delivery.failed:
        most_s = waits.after_signal_s if interrupt.stopped else waits.after_end_s
        standing = running.delivery.standing
        if time.monotonic() - began_s > most_s or standing.alarm or standing.failures >= _HOPELESS:
            break
        time.sleep(_SLICE_S)
    return not empty


class _Looking:
    """The thread that looks how the reader stands, and tells."""

    def __init__(
        self,
        settings: DeliverySettings,
        outbox: Outbox,
        delivery: Delivery,
        work: tuple[Putting, Reading],
        teller: Teller,
    ) -> None:
        self._settings = settings
        self._outbox, self._delivery, self._teller = outbox, delivery, teller
        self._putting, self._reading = work
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="standing", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look once more, and end."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            ended = self._ended.wait(self._settings.waits.look_s)
            try:
                fill = self._outbox.fill()
            except sqlite3.Error:
                return  # the delivery finds the same, and ends the process with a sentence
            look = Look(
                at=datetime.now(UTC),
                camera=str(self._settings.camera),
                fill=fill,
                delivery=self._delivery.standing,
                counts=self._putting.counts,
                source_lost=self._reading.lost,
            )
            # The last line is always told.
            self._teller.look(look, steady_s=float("inf") if ended else time.monotonic())
            if ended:
                return


def _broken(state: Path) -> str:
    return f"the outbox in {state} can no longer be used: look at the disk; what was put waits in it"
