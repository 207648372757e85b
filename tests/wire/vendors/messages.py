"""Example messages of other systems, and what is needed to send them to an adapter."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openanpr.core.camera import CameraId
from openanpr.wire.vendors import axis, file_name, frigate, hikvision, openalpr, plate_recognizer
from openanpr.wire.vendors.contract import KnownCamera, Parsed

EXAMPLES = Path(__file__).with_name("examples")
SEEN = datetime(2026, 11, 22, 8, 30, 15, 250_000, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 22, 8, 30, 25, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
FILE = "20261122083015250_AB12CDE_VEHICLE_DETECTION.jpg"

_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
PATCH = _HEAD + b"patch\r\n--not-a-boundary\r\n\xff\xd9"
OVERVIEW = _HEAD + b"overview\x00\r\n\r\n\xff\xd9"
BOUNDARY = "---------------------------7e13971310878"


@dataclass(frozen=True)
class Enrolled:
    """A register of cameras for a test."""

    cameras: dict[str, KnownCamera] = field(default_factory=dict)

    def find(self, name: str) -> KnownCamera | None:
        return self.cameras.get(name)


def enrolled(*names: str, **settings: Any) -> Enrolled:
    """A register in which each of these names is the camera 53/1/7."""
    return Enrolled({name: KnownCamera(CameraId(53, 1, 7), **settings) for name in names})


ALL = enrolled("123456789", "camera-1", "02:00:5e:10:00:01/1", "gate-1", "driveway", "ftp", zone=LONDON)


def example(name: str) -> Any:
    """The JSON of an example."""
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def changed(name: str, change: Callable[[Any], object]) -> bytes:
    """An example with something changed in it, as it goes over the wire."""
    message = copy.deepcopy(example(name))
    change(message)
    return json.dumps(message).encode()


def parts(*each: tuple[str, str, bytes]) -> bytes:
    """A multipart body of (name, media type, bytes)."""
    body = b""
    for name, kind, content in each:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        body += head.encode() + f"Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def read_file(payload: bytes, content_type: str, camera: Any, received_at: datetime) -> Parsed:
    """The adapter of files, told the name of one."""
    return file_name.parse(payload, content_type, camera, received_at, name=f"ftp/{FILE}")


@dataclass(frozen=True)
class Case:
    """An adapter with a message that it takes."""

    parse: Any
    payload: bytes
    content_type: str


CASES = {
    "openalpr": Case(openalpr.parse, changed("openalpr_group.json", len), "application/json"),
    "plate_recognizer": Case(
        plate_recognizer.parse,
        parts(
            ("json", "application/json", changed("plate_recognizer.json", len)),
            ("upload", "image/jpeg", OVERVIEW),
        ),
        MULTIPART,
    ),
    "hikvision": Case(hikvision.parse, (EXAMPLES / "hikvision.xml").read_bytes(), "application/xml"),
    "hikvision in parts": Case(
        hikvision.parse,
        parts(
            ("anpr.xml", "application/xml", (EXAMPLES / "hikvision.xml").read_bytes()),
            ("licensePlatePicture.jpg", "image/jpeg", PATCH),
            ("detectionPicture.jpg", "image/jpeg", OVERVIEW),
        ),
        MULTIPART,
    ),
    "axis": Case(axis.parse, changed("axis_lost.json", len), "application/json"),
    "frigate event": Case(frigate.parse, changed("frigate_end.json", len), ""),
    "frigate update": Case(frigate.parse, changed("frigate_lpr.json", len), ""),
    "file": Case(read_file, OVERVIEW, "image/jpeg"),
}
