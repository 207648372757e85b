"""What a device and a node say to each other beside the batches: paths, answers, enrolment.

Every answer to a delivery names what it answers, so that none can be taken for another's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

BATCHES_PATH = "/v1/batches"
"""POST a batch here."""

PICTURES_PATH = "/v1/pictures"
"""PUT a JPEG here, under its SHA-256: /v1/pictures/<64 hex digits>."""

DEVICES_PATH = "/v1/devices"
"""POST an enrolment here."""

DEVICE_KEY_PATH = "/v1/devices/key"
"""POST a change of keys here."""

FEEDS_PATH = "/v1/feeds"
"""POST another maker's message here, under the maker's name: /v1/feeds/<vendor>."""

LISTS_PATH = "/v1/lists"
"""GET the lists here, and under its name what changed on one: /v1/lists/<name>."""

PREVIEWS_PATH = "/v1/previews"
"""GET whether somebody looks at a camera, POST what it sees now: /v1/previews/<camera>, such as 53.1.7."""

HEALTH_PATH = "/v1/health"
"""GET whether the node works."""

CAMERA_LAPSED = "camera_lapsed"
"""Why a node holds what a camera captured that had no leave to deliver then."""

MOST_PICTURE_BYTES = 1024 * 1024
MOST_ANSWER_BYTES = 64 * 1024

_Message = TypeVar("_Message")
_Short = Annotated[str, Meta(max_length=64)]
_Device = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
_Code = Annotated[str, Meta(min_length=1, max_length=128)]
_KeyText = Annotated[str, Meta(max_length=1024)]
_Fault = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,64}\Z")]


class HeldAnswer(Struct, frozen=True):
    """A read that went to quarantine: its place in the batch from 0, and the short name of the reason."""

    index: Annotated[int, Meta(ge=0)]
    reason: _Fault


class BatchAnswer(Struct, frozen=True):
    """What the node answers to a batch: taken with a 2xx status, else `error` is a short name for why not.

    `accepted` and `quarantined` add up to the reads that were sent; `duplicates` and `late` are among the
    accepted, `held` names each that was quarantined. `received_at` is the node's clock when the batch first
    came. `batch_id` is empty where the node could not or would not read it (a signature that it does not
    take).
    """

    batch_id: _Short = ""
    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    quarantined: int = 0
    held: list[HeldAnswer] = []
    received_at: datetime | None = None
    error: _Fault | None = None


class Refused(Struct, frozen=True, omit_defaults=True):
    """Why the node did not take a request, and what was in it as far as it could be told.

    It is the one form of all refusals; who asks reads it as the answer that it waits for.
    """

    error: _Fault
    batch_id: _Short = ""
    sha256: _Short = ""


class PictureAnswer(Struct, frozen=True, omit_defaults=True):
    """What the node answers to a picture, by the digest it was sent under."""

    sha256: _Short = ""
    error: _Fault | None = None


class Enrolment(Struct, frozen=True):
    """A device asks to be known: a code that a person gave it, good once, and its public key.

    The request is signed with that key, which proves that the device has the other half.
    """

    code: _Code
    public_key: _KeyText
    version: int = 1


class Enrolled(Struct, frozen=True):
    """The node knows the device: its id there, and the id of its key as the node reckons it.

    The same code with the same key gets the same answer again, for the answer may have been lost.
    """

    device: _Device
    key_id: _Short


class AnswerError(ValueError):
    """What came back is not an answer of a node."""


def write_answer(answer: BatchAnswer | PictureAnswer | Enrolment | Enrolled | Refused) -> bytes:
    """Return a message as JSON."""
    return msgspec.json.encode(answer)


# Made when this file is imported, by one thread: msgspec cannot bear two that use a type for the first time.
_BATCH_ANSWERS = msgspec.json.Decoder(BatchAnswer)
_PICTURE_ANSWERS = msgspec.json.Decoder(PictureAnswer)
_ENROLMENTS = msgspec.json.Decoder(Enrolment)
_ENROLLED = msgspec.json.Decoder(Enrolled)


def read_batch_answer(body: bytes) -> BatchAnswer:
    """Return the node's answer to a batch; raises AnswerError."""
    return _read(body, _BATCH_ANSWERS)


def read_picture_answer(body: bytes) -> PictureAnswer:
    """Return the node's answer to a picture; raises AnswerError."""
    return _read(body, _PICTURE_ANSWERS)


def read_enrolment(body: bytes) -> Enrolment:
    """Return a device's request to be known; raises AnswerError."""
    return _read(body, _ENROLMENTS)


def read_enrolled(body: bytes) -> Enrolled:
    """Return the node's answer to an enrolment; raises AnswerError."""
    return _read(body, _ENROLLED)


def _read(body: bytes, decoder: msgspec.json.Decoder[_Message]) -> _Message:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AnswerError(f"this is not the JSON of a {decoder.type.__name__}") from None
