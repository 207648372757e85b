"""The reader that ships with the program, made from the command's settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from openanpr.capture.item import Image, SourceError
from openanpr.capture.source import open_source
from openanpr.core.frame import Frame
from openanpr.core.read import Read
from openanpr.run.exit_code import RefusedError
from openanpr.run.settings import ReadSettings

_REPORT_AFTER_S = 3.0


class PlateReader(Protocol):
    """What the command needs of a reader."""

    def read(self, source_frames: Iterable[Frame[Image]], /) -> Iterator[Read]:
        """Yield the reads of one source's frames, as soon as each is sure."""
        ...


def is_live(spec: str) -> bool:
    """Return whether `spec` names a camera, whose reads should not wait until a vehicle has gone."""
    try:
        return open_source(spec).live
    except SourceError:
        return False


def load_reader(settings: ReadSettings) -> PlateReader:
    """Return the shipped reader. Raises RefusedError when its models cannot be trusted or loaded."""
    # Here and not above: a bad list is told of before half a second goes into loading models.
    from openanpr.read.model_file import ModelError  # noqa: PLC0415
    from openanpr.read.reader import Reader, ReaderSettings  # noqa: PLC0415

    wanted = ReaderSettings(
        country=settings.country,
        threads=settings.threads,
        on=settings.on,
        pictures=settings.pictures,
        report_after_s=_REPORT_AFTER_S if any(map(is_live, settings.sources)) else None,
    )
    if settings.min_confidence is not None:
        wanted = replace(wanted, min_confidence=settings.min_confidence)
    try:
        return Reader.load(wanted)
    except ModelError as error:
        raise RefusedError(str(error)) from error
