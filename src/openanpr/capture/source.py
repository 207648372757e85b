"""One name for every kind of source: a path, an address, a camera or a watched folder."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from threading import Event

from openanpr.capture.file import read_path
from openanpr.capture.item import Image, Items, SourceError, SourceFault, redact
from openanpr.capture.live import Camera, read_live
from openanpr.capture.settings import CaptureSettings
from openanpr.capture.stop import Stop
from openanpr.capture.stream import SCHEMES, is_recording, stream_connect
from openanpr.capture.usb import usb_connect
from openanpr.capture.watch import read_watched
from openanpr.core.frame import Frame

_DEFAULTS = CaptureSettings()


class Source:
    """Frames out of one source, read once, in one of two ways.

    `for item in source.items()` gives frames and, in their place, faults (`SourceFault`): one bad file
    of a folder is one fault and the rest follows. Use it wherever more than one picture matters.
    `for frame in source` gives frames only and raises the first fault that ends something.

    `name` holds no password. `live` is true for a camera, which does not wait for a slow reader.
    Frames are made one at a time; none is kept here.
    """

    def __init__(self, name: str, read: Callable[[Stop], Items], *, stop: Stop, live: bool = False) -> None:
        self.name = name
        self.live = live
        self.stopping = stop
        self._read = read

    def items(self) -> Items:
        """Yield frames and faults until the end, or until told to stop.

        Leaving early closes what is open; wrap in contextlib.closing to have that at once.
        """
        if self.stopping.is_set():
            return
        with closing(self._read(self.stopping)) as found:
            for item in found:
                yield item
                if self.stopping.is_set():
                    return

    def __iter__(self) -> Generator[Frame[Image], None, None]:
        """Yield frames only.

        Raises:
            SourceError: something could not be read (not for a stream that is being tried again).
        """
        with closing(self.items()) as found:
            for item in found:
                if isinstance(item, Frame):
                    yield item
                elif not item.recovering:
                    raise SourceError(item)

    def stop(self) -> None:
        """Have the reader end at its next frame or look; may be called from any thread."""
        self.stopping.set()


def utc_now() -> datetime:
    """Return this machine's clock in UTC."""
    return datetime.now(UTC)


def open_source(
    spec: str,
    *,
    settings: CaptureSettings = _DEFAULTS,
    stop: Event | None = None,
    rng: Random | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Source:
    """Return the source that `spec` names; nothing is touched until it is read.

    `spec` is the path of a picture, a clip or a folder of both; an rtsp, rtsps, http or https address;
    `usb:0` for the first USB camera; or `watch:DIR` for a folder into which a camera drops files.
    `stop` ends reading from outside. `rng` (seed it for a repeatable run) shakes the waits between tries
    of a lost stream; `now` gives the time of arrival of a stream's frames, in UTC.

    Raises:
        SourceError: `spec` is of no known form. Everything else comes as a fault while reading.
    """
    ending = Stop(stop)
    scheme, colon, rest = spec.partition(":")
    scheme = scheme.lower()
    if colon and rest.startswith("//"):
        if scheme not in SCHEMES:
            known = ", ".join(sorted(SCHEMES))
            fault = SourceFault(
                redact(spec), f"an address of the kind {scheme}:// is not read", f"use {known}"
            )
            raise SourceError(fault)
        camera = Camera(redact(spec), stream_connect(spec, settings), settings, rng or Random(), now)
        return Source(camera.name, partial(read_live, camera), stop=ending, live=not is_recording(spec))
    if colon and scheme == "usb":
        camera = Camera(spec, usb_connect(spec, settings), settings, rng or Random(), now)
        return Source(spec, partial(read_live, camera), stop=ending, live=True)
    if colon and scheme == "watch":
        read = partial(read_watched, Path(rest), settings)
        return Source(spec, read, stop=ending)
    return Source(spec, partial(_read_path, Path(spec), settings), stop=ending)


def _read_path(path: Path, settings: CaptureSettings, _: Stop) -> Items:
    yield from read_path(path, settings)
