"""The webhook of Plate Recognizer Stream (guides.platerecognizer.com, Webhooks and Outputs)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from openanpr.wire.vendors import field
from openanpr.wire.vendors.claim import Claim, Offered
from openanpr.wire.vendors.contract import MOST_RESULTS, CameraLookup, MessageFault, Parsed, PictureKind
from openanpr.wire.vendors.json_text import Said
from openanpr.wire.vendors.moment import from_iso
from openanpr.wire.vendors.multipart import Part
from openanpr.wire.vendors.taking import Taking, json_and_parts

_LEFT = frozenset({"plate", "score"})


def parse(payload: bytes, content_type: str, camera: CameraLookup, received_at: datetime) -> Parsed:
    """Return a read for each result that has a plate; the picture that came along goes to all of them.

    The time is `timestamp` (UTC), or `timestamp_local` when only that has a zone. The camera is
    enrolled as its `camera_id`.
    """
    taking = Taking.of("plate_recognizer", payload, camera, received_at)
    with taking.refusing():
        message, parts = json_and_parts(taking.opened(), content_type)
        if field.text(field.within(message, "hook"), "event") not in {"", "recognition"}:
            taking.leave()
        else:
            data = field.within(message, "data") or message
            _take(taking, data, _pictures(parts))
    return taking.done()


def _take(taking: Taking, data: Said, pictures: tuple[Offered, ...]) -> None:
    found = data.get("results")
    if not isinstance(found, list):
        raise MessageFault("the message has no list of results")
    results = cast("Sequence[object]", found)
    if len(results) > MOST_RESULTS:
        msg = f"the message has more than {MOST_RESULTS} results"
        raise MessageFault(msg)
    for index, result in enumerate(results):
        with taking.refusing(index):
            if not isinstance(result, dict):
                raise MessageFault("the result is not an object")
            taking.take(_claim(data, cast("Said", result), pictures), index)


def _claim(data: Said, result: Said, pictures: tuple[Offered, ...]) -> Claim:
    rivals = [
        (field.text(rival, "plate"), field.share(field.number(rival, "score"), 1.0))
        for rival in field.objects(result, "candidates")
    ]
    beside = {
        name: data[name] for name in ("filename", "timestamp_local", "timestamp_camera") if name in data
    }
    return Claim(
        names=(field.text(data, "camera_id"),),
        at=_at(data),
        plate=field.plate(result, "plate"),
        confidence=field.share(field.number(result, "score"), 1.0),
        given=result.get("score"),
        rivals=tuple((plate, p) for plate, p in rivals if p is not None),
        # An angle of the unit circle: 90 degrees is up the picture, away from the camera.
        direction=field.direction_of(field.number(result, "direction"), towards=270.0, away=90.0),
        said={**result, **beside},
        left=_LEFT,
        pictures=pictures,
    )


def _at(data: Said) -> datetime:
    """Return the first time that has a zone, else the first of all."""
    written = [text for name in ("timestamp", "timestamp_local") if (text := field.text(data, name))]
    times = [from_iso(text) for text in written] or [from_iso("")]
    return next((at for at in times if at.tzinfo is not None), times[0])


def _pictures(parts: tuple[Part, ...]) -> tuple[Offered, ...]:
    """Return the picture of the vehicle: the part `upload`, else the first picture there is."""
    images = [part for part in parts if part.media_type.startswith("image/") or part.name == "upload"]
    named = [part for part in images if part.name == "upload"] or images
    return ((PictureKind.OVERVIEW, named[0].body),) if named and named[0].body else ()
