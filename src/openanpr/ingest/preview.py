"""What cameras see now, while somebody looks: in memory alone, the newest of each, and not for long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from openanpr.core.camera import CameraId
from openanpr.ingest.jpeg import JpegError, jpeg_size
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.wire.preview import (
    ASKED_FOR_S,
    LEAST_APART_S,
    MOST_SIDE_PX,
    Box,
    Preview,
    PreviewError,
    read_preview,
)

KEPT_S: Final = 10.0
"""A picture is shown and held for so long at most."""

MOST_CAMERAS: Final = 32
MOST_LOOKING: Final = 32
"""So many cameras are looked at at once, and each by so many people: 2 MiB of pictures at most."""

_JITTER: Final = 0.6
"""Two pictures may come nearer together than they were taken."""

_TURN_S: Final = 2.0


class PreviewsFullError(ValueError):
    """As many cameras are looked at as may be."""

    def __init__(self) -> None:
        super().__init__("too many cameras are looked at just now: wait a minute, then try again")


class NotWantedError(Exception):
    """A picture that nobody asked for."""


class TooOftenError(Exception):
    """A picture that comes too soon after the one before it."""


@dataclass(frozen=True, slots=True)
class SentPreview:
    """A preview that fits its bounds; width and height in pixels."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    boxes: tuple[Box, ...]
    age_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody who looks at a camera gets.

    `left_s`: for how long they still look, 0 for not at all; then there is no picture. `waited_s`: for how
    long none has come. `age_s` is that of the picture: what the reader said, and what has passed since.
    """

    left_s: float = 0.0
    waited_s: float = 0.0
    picture: SentPreview | None = None
    age_s: float = 0.0


@dataclass(slots=True)
class _Looked:
    """One camera that people look at: until when each, since when, and the newest picture."""

    since_s: float
    until_s: dict[str, float] = field(default_factory=dict[str, float])
    came_s: float | None = None
    picture: SentPreview | None = None

    def left_s(self, now_s: float) -> float:
        return max(0.0, max(self.until_s.values(), default=0.0) - now_s)


class Previews:
    """Who looks at which camera, and what it sees. Safe to share between threads."""

    def __init__(self, steady_s: Callable[[], float]) -> None:
        """`steady_s` is a clock in seconds that nobody sets."""
        self._steady_s = steady_s
        self._lock = Lock()
        self._cameras: dict[CameraId, _Looked] = {}

    def ask(self, camera: CameraId, person: str) -> None:
        """Have the pictures of a camera come for a minute, for this person; raises PreviewsFullError."""
        with self._lock:
            now_s = self._swept()
            one = self._cameras.get(camera)
            if one is None:
                if len(self._cameras) >= MOST_CAMERAS:
                    raise PreviewsFullError
                one = self._cameras[camera] = _Looked(now_s)
            if person not in one.until_s and len(one.until_s) >= MOST_LOOKING:
                raise PreviewsFullError
            one.until_s[person] = now_s + ASKED_FOR_S

    def wanted_s(self, camera: CameraId) -> float:
        """Return for how long the pictures of a camera are wanted, 0 where nobody looks."""
        with self._lock:
            now_s = self._swept()
            one = self._cameras.get(camera)
            return 0.0 if one is None else one.left_s(now_s)

    def put(self, camera: CameraId, picture: SentPreview) -> None:
        """Hold a picture in place of the one before it; raises NotWantedError, TooOftenError."""
        with self._lock:
            now_s = self._swept()
            one = self._cameras.get(camera)
            if one is None:
                raise NotWantedError
            if one.came_s is not None and now_s - one.came_s < LEAST_APART_S * _JITTER:
                raise TooOftenError
            one.came_s, one.picture = now_s, picture

    def seen(self, camera: CameraId, person: str) -> Seen:
        """Return what this person sees; nothing where they have not asked within the last minute."""
        with self._lock:
            now_s = self._swept()
            one = self._cameras.get(camera)
            if one is None or person not in one.until_s:
                return Seen()
            left_s = one.until_s[person] - now_s
            if one.picture is None or one.came_s is None:
                return Seen(left_s, now_s - (one.since_s if one.came_s is None else one.came_s))
            passed_s = now_s - one.came_s
            return Seen(left_s, passed_s, one.picture, one.picture.age_s + passed_s)

    def forget(self) -> float:
        """Forget what is too old; return in how many seconds to do it again."""
        with self._lock:
            self._swept()
        return _TURN_S

    def _swept(self) -> float:
        """Forget old pictures and whoever looks no more; return the time."""
        now_s = self._steady_s()
        for camera, one in list(self._cameras.items()):
            one.until_s = {person: until_s for person, until_s in one.until_s.items() if until_s > now_s}
            if not one.until_s:
                del self._cameras[camera]
            elif one.came_s is not None and now_s - one.came_s >= KEPT_S:
                one.picture = None
        return now_s


def checked_preview(body: bytes) -> SentPreview:
    """Return what a reader sent, within its bounds; raises RefusedError."""
    try:
        sent: Preview = read_preview(body)
        size = jpeg_size(sent.jpeg)
    except PreviewError as fault:
        raise RefusedError(Kind.UNREADABLE, "unreadable", str(fault)) from None
    except JpegError as fault:
        raise RefusedError(Kind.UNREADABLE, "no_jpeg", str(fault)) from None
    if max(size.width, size.height) > MOST_SIDE_PX:
        raise RefusedError(
            Kind.TOO_LARGE, "picture_too_large", f"a preview has at most {MOST_SIDE_PX} pixels either way"
        )
    return SentPreview(sent.jpeg, size.width, size.height, sent.boxes, sent.age_s)
