"""RTSP and HTTP(S) addresses: how to connect, and what kind of thing stands behind one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import av
from av.container import InputContainer

from openanpr.capture.decode import open_options
from openanpr.capture.file import CLIP_SUFFIXES
from openanpr.capture.settings import CaptureSettings

SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})

_PROBE_US = "1000000"  # a camera's first frames are held back for this long at most, not for five seconds


def stream_connect(url: str, settings: CaptureSettings) -> Callable[[], InputContainer]:
    """Return what opens `url` (RTSP or HTTP, user and password allowed) within the set timeouts."""
    options = {**open_options(settings), "analyzeduration": _PROBE_US, "fpsprobesize": "0"}
    if url.lower().startswith("rtsp"):
        options["rtsp_transport"] = settings.transport
    timeout = (settings.open_timeout_s, settings.read_timeout_s)
    return partial(av.open, url, mode="r", options=options, timeout=timeout)


def is_recording(url: str) -> bool:
    """Return whether `url` names a clip or an HLS playlist: it waits for a slow reader, a camera does not.

    Only a hint by its name, used to choose what prefetch does when it is full.
    """
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    return url.lower().startswith("http") and suffix in (CLIP_SUFFIXES - {".mjpeg", ".mjpg"}) | {".m3u8"}
