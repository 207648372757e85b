"""One message being taken: its records, pictures and refusals, result by result."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self
from urllib.parse import unquote_to_bytes

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.normalise import normalise
from openanpr.wire.vendors.claim import Claim, record_of
from openanpr.wire.vendors.contract import (
    MOST_PAYLOAD_BYTES,
    MOST_PICTURE_BYTES,
    MOST_TEXT_BYTES,
    CameraLookup,
    MessageFault,
    Parsed,
    Picture,
    PictureKind,
    Refusal,
)
from openanpr.wire.vendors.json_text import Said, json_object
from openanpr.wire.vendors.kept import extra_of
from openanpr.wire.vendors.multipart import Part, media_type, parts_of

_JPEG = b"\xff\xd8\xff"
_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Taking:
    """What came of one message so far; grows with each claim that is taken."""

    vendor: str
    payload: bytes
    camera: CameraLookup
    received_at: datetime
    not_final: int = 0
    sequence: int | None = None
    _sha256: str = ""
    _records: list[CaptureRecord] = field(default_factory=list[CaptureRecord])
    _pictures: list[Picture] = field(default_factory=list[Picture])
    _refused: list[Refusal] = field(default_factory=list[Refusal])

    @classmethod
    def of(cls, vendor: str, payload: bytes, camera: CameraLookup, received_at: datetime) -> Self:
        """Begin with a message; raises ValueError when `received_at` has no zone."""
        if received_at.tzinfo is None:
            raise ValueError("received_at needs a zone; use datetime.now(UTC)")
        return cls(vendor, payload, camera, received_at)

    @contextmanager
    def refusing(self, index: int | None = None) -> Generator[None]:
        """Make a fault of the message a refusal, of the whole of it or of one result."""
        try:
            yield
        except MessageFault as fault:
            self._refused.append(Refusal(str(fault), index))

    def opened(self) -> bytes:
        """Return the message; raises MessageFault when it is larger than any camera sends."""
        if len(self.payload) > MOST_PAYLOAD_BYTES:
            msg = f"the message is larger than {MOST_PAYLOAD_BYTES} bytes"
            raise MessageFault(msg)
        return self.payload

    def leave(self) -> None:
        """Count one result that is no final read."""
        self.not_final += 1

    def take(self, claim: Claim, index: int = 0) -> None:
        """Add the record of a claim and its pictures; raises MessageFault when there can be none.

        A picture that cannot be taken is refused by itself. A claim without a plate is left out.
        """
        if not normalise(claim.plate):
            self.leave()
            return
        record = record_of(claim, self.vendor, self.camera, self.received_at)
        taken: dict[PictureKind, bytes] = {}
        for kind, offered in claim.pictures:
            with self.refusing(index):
                taken.setdefault(kind, _jpeg(offered))
        here = len(self._records)
        self._pictures += [Picture(kind, here, jpeg) for kind, jpeg in taken.items()]
        marks = {kind: hashlib.sha256(jpeg).hexdigest() for kind, jpeg in taken.items()}
        self._sha256 = self._sha256 or hashlib.sha256(self.payload).hexdigest()
        extra = extra_of(self.vendor, self._sha256, claim.given, claim.said, left=claim.left, late=claim.late)
        patch, overview = marks.get(PictureKind.PATCH), marks.get(PictureKind.OVERVIEW)
        self._records.append(replace(record, patch=patch, overview=overview, extra=extra))

    def done(self) -> Parsed:
        """Return all that came of the message."""
        return Parsed(
            tuple(self._records), tuple(self._pictures), self.not_final, tuple(self._refused), self.sequence
        )


def json_and_parts(payload: bytes, content_type: str) -> tuple[Said, tuple[Part, ...]]:
    """Return the JSON object of a message and the other parts that came with it.

    The JSON may be the whole body, the field `json` of a form, or one part of several.
    Raises MessageFault when there is no such object.
    """
    kind = media_type(content_type)
    if kind == _FORM:
        return json_object(_form_field(payload)), ()
    if not kind.startswith("multipart/"):
        return json_object(payload), ()
    parts = parts_of(payload, content_type)
    for part in parts:
        if part.media_type.endswith("json") or part.body.lstrip()[:1] == b"{":
            return json_object(part.body), tuple(other for other in parts if other is not part)
    raise MessageFault("no part of the message is JSON")


def _form_field(payload: bytes) -> bytes:
    """Return the field `json` of a form; some senders leave it unescaped."""
    if len(payload) > MOST_TEXT_BYTES:
        msg = f"the form is larger than {MOST_TEXT_BYTES} bytes"
        raise MessageFault(msg)
    body = payload.removeprefix(b"json=")
    return body if body.lstrip()[:1] == b"{" else unquote_to_bytes(body.replace(b"+", b" "))


def _jpeg(offered: bytes | str) -> bytes:
    """Return a picture; raises MessageFault when it is too large, cut off in its base64, or no JPEG."""
    if len(offered) > MOST_PICTURE_BYTES * (1 if isinstance(offered, bytes) else 1.4):
        msg = f"a picture is larger than {MOST_PICTURE_BYTES} bytes"
        raise MessageFault(msg)
    if isinstance(offered, str):
        written = "".join(offered.rpartition("base64,")[2].split())
        try:
            offered = base64.b64decode(written, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MessageFault("a picture is not whole base64") from error
    if len(offered) > MOST_PICTURE_BYTES:
        msg = f"a picture is larger than {MOST_PICTURE_BYTES} bytes"
        raise MessageFault(msg)
    if not offered.startswith(_JPEG):
        raise MessageFault("a picture is not a JPEG")
    return offered
