"""A camera on a USB port, through Video4Linux."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
from av.container import InputContainer

from openanpr.capture.decode import open_options
from openanpr.capture.item import SourceError, SourceFault
from openanpr.capture.settings import CaptureSettings


def usb_device(spec: str) -> Path:
    """Return the device of `usb:N` (N counts from 0) or `usb:/dev/NAME`.

    Raises:
        SourceError: neither form.
    """
    which = spec.removeprefix("usb:")
    if which.isascii() and which.isdigit():
        return Path(f"/dev/video{int(which)}")
    if which.startswith("/dev/"):
        return Path(which)
    raise SourceError(SourceFault(spec, "it names no camera", "write usb:0 for the first camera"))


def usb_connect(spec: str, settings: CaptureSettings) -> Callable[[], InputContainer]:
    """Return what opens the USB camera that `spec` names.

    Raises:
        SourceError: `spec` names no camera; and, from what is returned, the camera is not there.
    """
    device = usb_device(spec)

    def connect() -> InputContainer:
        if not device.exists():
            others = ", ".join(sorted(str(p) for p in Path("/dev").glob("video*"))) or "none"
            remedy = f"plug it in, or choose one that is there (now: {others})"
            raise SourceError(SourceFault(spec, f"there is no camera at {device}", remedy))
        timeout = (settings.open_timeout_s, settings.read_timeout_s)
        options = open_options(settings)
        return av.open(str(device), mode="r", format="v4l2", options=options, timeout=timeout)

    return connect
