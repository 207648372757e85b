"""The push events of AXIS License Plate Verifier (developer.axis.com, License plate verifier API)."""

from __future__ import annotations

from datetime import datetime

from openanpr.wire.vendors import field
from openanpr.wire.vendors.claim import Claim, Offered
from openanpr.wire.vendors.contract import CameraLookup, MessageFault, Parsed, PictureKind
from openanpr.wire.vendors.json_text import Said
from openanpr.wire.vendors.moment import from_ms
from openanpr.wire.vendors.multipart import Part
from openanpr.wire.vendors.taking import Taking, json_and_parts

_FINAL = "lost"
_STILL_SEEN = frozenset({"new", "update", "updated"})
_PLATES = ("plateUTF8", "plateASCII", "plateText", "plateUnicode")
_KINDS = {
    "plate": PictureKind.PATCH,
    "vehicle": PictureKind.OVERVIEW,
    "frame": PictureKind.OVERVIEW,
}
_LEFT = frozenset({"ImageArray", "carState", "plateConfidence", "capture_timestamp", "plateUnicode"})


def parse(payload: bytes, content_type: str, camera: CameraLookup, received_at: datetime) -> Parsed:
    """Return the read of a vehicle that left the picture (`lost`); `new` and `update` are not final.

    The time is `capture_timestamp`. The camera is enrolled as its `sensorProviderID`, or by the
    `SerialNumber` or `MACAddress` of its `camera_info`. `Parsed.sequence` is the `packetCounter`.
    """
    taking = Taking.of("axis", payload, camera, received_at)
    with taking.refusing():
        message, parts = json_and_parts(taking.opened(), content_type)
        count = field.number(message, "packetCounter")
        taking.sequence = None if count is None or count < 0 else int(count)
        state = field.text(message, "carState").lower()
        if state in _STILL_SEEN:
            taking.leave()
        elif state == _FINAL:
            taking.take(_claim(message, parts))
        else:
            raise MessageFault("the message has no carState of new, update or lost")
    return taking.done()


def packets_missed(before: int | None, now: int | None) -> int:
    """Return how many messages were lost between two `Parsed.sequence` of one camera.

    0 when either is not known, and when the count begins again, as it does when the camera restarts.
    """
    if before is None or now is None or now <= before:
        return 0
    return now - before - 1


def _claim(message: Said, parts: tuple[Part, ...]) -> Claim:
    about = field.within(message, "camera_info")
    geotag = field.within(message, "geotag")
    confidence = field.number(message, "plateConfidence")
    # The documents show a share; some versions send a percentage.
    whole = 100.0 if confidence is not None and confidence > 1.0 else 1.0
    return Claim(
        names=(
            field.text(message, "sensorProviderID"),
            field.text(about, "SerialNumber"),
            field.text(about, "MACAddress"),
        ),
        at=from_ms(field.number(message, "capture_timestamp")),
        plate=field.plate(message, *_PLATES),
        confidence=field.share(confidence, whole),
        given=message.get("plateConfidence"),
        # `in` and `out` are what the installer called them, not towards and away: kept in `extra`.
        place=field.place(field.number(geotag, "lat"), field.number(geotag, "lon")),
        said=message,
        left=_LEFT,
        pictures=_pictures(message, parts),
    )


def _pictures(message: Said, parts: tuple[Part, ...]) -> tuple[Offered, ...]:
    """Return the pictures inside the JSON, then those that came as parts beside it."""
    inside = [
        (_KINDS.get(field.text(image, "ImageType").lower()), field.text(image, "BinaryImage"))
        for image in field.objects(message, "ImageArray")
    ]
    kind = _KINDS.get(field.text(message, "imageType").lower(), PictureKind.OVERVIEW)
    beside = [(kind, part.body) for part in parts if part.media_type.startswith("image/") and part.body]
    return (*((kind, written) for kind, written in inside if kind is not None and written), *beside)
