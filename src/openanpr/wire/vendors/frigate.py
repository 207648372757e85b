"""The MQTT messages of Frigate: `frigate/events` and `frigate/tracked_object_update` (docs.frigate.video)."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from openanpr.wire.vendors import field
from openanpr.wire.vendors.claim import Claim
from openanpr.wire.vendors.contract import CameraLookup, MessageFault, Parsed
from openanpr.wire.vendors.json_text import Said
from openanpr.wire.vendors.moment import from_ms
from openanpr.wire.vendors.taking import Taking, json_and_parts

_STILL_SEEN = frozenset({"new", "update"})
_OTHER_UPDATES = frozenset({"description", "face", "classification"})
_LEFT = frozenset(
    {"before", "thumbnail", "snapshot", "path_data", "recognized_license_plate", "plate", "score"}
)


def parse(payload: bytes, content_type: str, camera: CameraLookup, received_at: datetime) -> Parsed:
    """Return the read of a vehicle that left (`events`, type `end`), or of one `lpr` update.

    The time of an event is its `start_time`, of an update its `timestamp`. The camera is enrolled by
    its name. Subscribe to one of the two topics: they tell of the same vehicle at different times.
    """
    taking = Taking.of("frigate", payload, camera, received_at)
    with taking.refusing():
        message, _ = json_and_parts(taking.opened(), content_type)
        kind = field.text(message, "type")
        after = field.within(message, "after")
        if kind == "lpr":
            taking.take(_claim(message, message, "timestamp"))
        elif kind == "end" and not field.flag(after, "false_positive"):
            taking.take(_claim(after, _read(after), "start_time"))
        elif kind == "end" or kind in _STILL_SEEN or kind in _OTHER_UPDATES:
            taking.leave()
        else:
            raise MessageFault("the message is neither an event nor an update of a tracked object")
    return taking.done()


def _read(after: Said) -> Said:
    """Return the plate and score of an event under the names of an update, wherever this version has them."""
    for told in (after, field.within(after, "data")):
        plate = told.get("recognized_license_plate")
        if plate:
            score = told.get("recognized_license_plate_score")
            pair = cast("list[object]", plate) if isinstance(plate, list) else [plate, score]
            return {"plate": pair[0], "score": pair[-1] if len(pair) > 1 else score}
    return {}


def _claim(told: Said, read: Said, time: str) -> Claim:
    plate = field.plate(read, "plate")
    seconds = field.number(told, time)
    return Claim(
        names=(field.text(told, "camera"),),
        at=from_ms(None if seconds is None else seconds * 1000.0),
        plate=plate,
        confidence=field.share(field.number(read, "score"), 1.0),
        given=read.get("score"),
        said=told,
        left=_LEFT,
    )
