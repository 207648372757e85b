"""The sources of one camera, read in turn, and their reads put into the outbox."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO, TypeAlias

from openanpr.capture.item import Image, SourceFault
from openanpr.capture.prefetch import prefetch
from openanpr.capture.settings import Backoff, CaptureSettings
from openanpr.capture.source import Source, open_source
from openanpr.core.frame import Frame
from openanpr.run.exit_code import RefusedError
from openanpr.run.interrupt import Interrupt
from openanpr.run.plate_reader import PlateReader
from openanpr.run.reader.as_live import Clocks, as_live
from openanpr.run.reader.delivery import Putting
from openanpr.run.reader.settings import DeliverySettings, is_endless, is_live
from openanpr.run.reader.state import StateFolder
from openanpr.run.sighting import printable

if TYPE_CHECKING:
    from openanpr.read.watch import Watch

_REPORT_AFTER_S = 3.0
_CLOCKS = Clocks(lambda: datetime.now(UTC), time.monotonic)


def load_delivering_reader(settings: DeliverySettings, watch: Watch | None) -> PlateReader:
    """Return the shipped reader with pictures on, and told to `watch` what it looks at.

    Raises RefusedError when its models cannot be used.
    """
    # Here and not above: a wrong call is told of before half a second goes into loading models.
    from openanpr.read.model_file import ModelError  # noqa: PLC0415
    from openanpr.read.reader import Reader, ReaderSettings  # noqa: PLC0415

    wanted = ReaderSettings(
        country=settings.country,
        threads=settings.threads,
        pictures=True,
        report_after_s=_REPORT_AFTER_S if settings.live else None,
    )
    if settings.min_confidence is not None:
        wanted = replace(wanted, min_confidence=settings.min_confidence)
    try:
        return Reader.load(wanted, watch=watch)
    except ModelError as error:
        raise RefusedError(str(error)) from error


class Reading:
    """Reads until the sources end or an end is asked for."""

    def __init__(self, settings: DeliverySettings, state: StateFolder, putting: Putting, err: TextIO) -> None:
        self._settings = settings
        # A camera is never given up: it may be away for a night.
        self._capture = CaptureSettings(backoff=Backoff(tries=None), state=state.watched)
        self._putting = putting
        self._err = err
        self._frames = 0
        self.lost = False
        self.faults = 0

    def run(self, reader: PlateReader, interrupt: Interrupt) -> None:
        """Read every source in turn, with `--loop` again and again; raises sqlite3.Error."""
        while not interrupt.stopped:
            before = self._frames
            for spec in self._settings.sources:
                self._read(spec, reader, interrupt)
            if not self._settings.loop:
                return
            if self._frames == before:  # else a clip that is gone would be opened without a pause
                interrupt.event.wait(1.0)

    def _read(self, spec: str, reader: PlateReader, interrupt: Interrupt) -> None:
        if interrupt.stopped:
            return
        source = self._opened(spec, interrupt)
        with closing(self._good(source)) as frames:
            for read in reader.read(frames):
                self._putting.put(read)

    def _opened(self, spec: str, interrupt: Interrupt) -> Source:
        source = open_source(spec, settings=self._capture, stop=interrupt.event)
        if self._settings.as_live or self._settings.loop:
            return prefetch(as_live(source, _CLOCKS))
        if is_endless(spec) and not is_live(spec):
            return source  # a watched file counts as read when the next is asked for: not ahead of its reads
        return prefetch(source)

    def _good(self, source: Source) -> Generator[Frame[Image], None, None]:
        with closing(source.items()) as items:
            for item in items:
                if isinstance(item, SourceFault):
                    self._fault(item)
                    continue
                self.lost = False
                self._frames += 1
                yield item

    def _fault(self, fault: SourceFault) -> None:
        print(f"openanpr: {printable(str(fault))}", file=self._err, flush=True)
        if fault.recovering:
            self.lost = True
        else:
            self.faults += 1


MakeReader: TypeAlias = "Callable[[DeliverySettings, Watch | None], PlateReader]"
