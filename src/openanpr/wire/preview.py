"""One small picture of what a camera sees now, and the boxes that the reader found on it: no mark, no text.

A reader sends it while somebody looks, and nothing is kept of it at either end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from openanpr.core.camera import CameraId
from openanpr.wire.delivery import AnswerError

PREVIEW_TYPE: Final = "application/vnd.msgpack"
MOST_JPEG_BYTES: Final = 64 * 1024
MOST_SIDE_PX: Final = 640
MOST_BOXES: Final = 40
MOST_BODY_BYTES: Final = MOST_JPEG_BYTES + 4 * 1024
ASKED_FOR_S: Final = 60.0
"""One asking is good for so long."""

LEAST_APART_S: Final = 0.5
"""Two pictures of a camera are so far apart at least."""

_Part = Annotated[float, Meta(ge=0, le=1)]
_Short = Annotated[str, Meta(max_length=64)]


class PreviewError(ValueError):
    """What came is no preview."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a plate was found: parts of the picture's width and height, from its left and its top."""

    left: float
    top: float
    width: float
    height: float


class _Sent(Struct, frozen=True):
    jpeg: Annotated[bytes, Meta(min_length=1, max_length=MOST_JPEG_BYTES)]
    boxes: Annotated[list[tuple[_Part, _Part, _Part, _Part]], Meta(max_length=MOST_BOXES)]
    age_ms: Annotated[int, Meta(ge=0, le=60_000)]
    version: Literal[1] = 1


class PreviewAnswer(Struct, frozen=True):
    """For how many seconds more the previews of a camera are wanted; 0: nobody looks."""

    camera: _Short
    wanted_s: Annotated[float, Meta(ge=0, le=ASKED_FOR_S)]


@dataclass(frozen=True, slots=True)
class Preview:
    """A JPEG of at most 640 pixels either way, what was found on it, and how old it was when it was sent."""

    jpeg: bytes
    boxes: tuple[Box, ...]
    age_s: float


_SENT = msgspec.msgpack.Decoder(_Sent)
_ANSWERS = msgspec.json.Decoder(PreviewAnswer)


def camera_part(camera: CameraId) -> str:
    """Return a camera as it stands in an address: `53.1.7`."""
    return str(camera).replace("/", ".")


def write_preview(preview: Preview) -> bytes:
    """Return a preview as MessagePack."""
    boxes = [(one.left, one.top, one.width, one.height) for one in preview.boxes[:MOST_BOXES]]
    age_ms = min(60_000, max(0, round(preview.age_s * 1000)))
    return msgspec.msgpack.encode(_Sent(preview.jpeg, boxes, age_ms))


def read_preview(body: bytes) -> Preview:
    """Return what a reader sent; raises PreviewError."""
    try:
        sent = _SENT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise PreviewError("this is no preview: a JPEG, boxes in parts of it, its age") from None
    if any(math.isnan(part) for box in sent.boxes for part in box):
        raise PreviewError("a box of this preview is nowhere")
    return Preview(sent.jpeg, tuple(Box(*box) for box in sent.boxes), sent.age_ms / 1000)


def write_preview_answer(answer: PreviewAnswer) -> bytes:
    """Return the node's answer as JSON."""
    return msgspec.json.encode(answer)


def read_preview_answer(body: bytes) -> PreviewAnswer:
    """Return the node's answer; raises AnswerError."""
    try:
        return _ANSWERS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AnswerError("this is not the JSON of a PreviewAnswer") from None
