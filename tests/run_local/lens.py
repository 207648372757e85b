"""A device that sends previews of a camera, as its reader does."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import cv2
import numpy as np

from openanpr.core.camera import CameraId
from openanpr.deliver.enrol import enrol
from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.deliver.preview import PreviewSender
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.preview import Box, Preview

JPEG = cv2.imencode(".jpg", np.full((36, 64, 3), 90, np.uint8))[1].tobytes()


@contextmanager
def a_lens(node, asked, camera: CameraId) -> Iterator[None]:
    """A device that sends previews of a camera for as long as somebody looks."""
    code = asked("devices", "code", "--name", "lens", "--scope", str(camera), "--by", "Ann")["code"]
    key, ended = DeviceKey.generate(), threading.Event()
    fresh = Fresh(lambda: datetime.now(UTC), lambda: os.urandom(16).hex(), time.monotonic)
    with closing(Line.open(LineSettings(node.url), key, fresh)) as line:
        enrol(line, code, key.public)
        sender = PreviewSender(line, camera)

        def send() -> None:
            while not ended.wait(0.2):
                if sender.ask().wanted_s > 0:
                    sender.send(Preview(JPEG, (Box(0.25, 0.5, 0.25, 0.125),), 0.25))

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
