"""What a call of `openanpr reader` asks for, checked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from openanpr.capture.item import SourceError
from openanpr.capture.source import open_source
from openanpr.core.camera import CameraId
from openanpr.core.grammar import Country
from openanpr.run.exit_code import RefusedError


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds: between two lines of standing, between two looks, and for delivery when reading has ended.

    `after_signal_s` bounds the last delivery when the program is told to stop, `after_end_s` when the sources
    have ended.
    """

    tell_s: float = 60.0
    look_s: float = 1.0
    after_signal_s: float = 5.0
    after_end_s: float = 60.0


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """One call of `openanpr reader`.

    `code` enrols; None: what is remembered in `state` is used. `as_live` plays files at their own pace, as if
    they were seen now; `loop` does so again and again. `preview`: small pictures are sent while
    somebody at the node looks.
    """

    node: str
    camera: CameraId
    sources: tuple[str, ...]
    state: Path
    code: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    client_certificate: Path | None = None
    country: Country = "gb"
    threads: int = 1
    min_confidence: float | None = None
    as_live: bool = False
    loop: bool = False
    as_json: bool = False
    preview: bool = True
    waits: Waits = field(default_factory=Waits)

    @property
    def live(self) -> bool:
        """Whether reads should not wait until a vehicle has gone."""
        return self.as_live or self.loop or any(map(is_live, self.sources))


def is_live(spec: str) -> bool:
    """Return whether `spec` names a camera."""
    try:
        return open_source(spec).live
    except SourceError:
        return False


def is_endless(spec: str) -> bool:
    """Return whether reading `spec` never ends by itself."""
    return is_live(spec) or spec.lower().startswith("watch:")


def refuse_unfit(settings: DeliverySettings) -> None:
    """Raise RefusedError for sources that do not go together: one camera is one lens."""
    if not settings.sources:
        raise RefusedError("name a SOURCE to read: a stream, usb:0, watch:DIR, a clip, a picture or a folder")
    endless = [spec for spec in settings.sources if is_endless(spec)]
    if endless and len(settings.sources) > 1:
        raise RefusedError(
            "a stream, a USB camera or a watched folder never ends, so nothing could be read after it: start "
            "one reader for each, with a camera number of its own"
        )
    if endless and (settings.loop or settings.as_live):
        raise RefusedError("--loop and --as-live are for clips and pictures: a camera is live already")
    for spec in settings.sources:
        try:
            open_source(spec)
        except SourceError as error:
            raise RefusedError(str(error)) from error
