"""The group webhook of OpenALPR and Rekor Scout (docs.rekor.ai, JSON Group Results)."""

from __future__ import annotations

from datetime import datetime

from openanpr.wire.vendors import field
from openanpr.wire.vendors.claim import Claim, Offered
from openanpr.wire.vendors.contract import CameraLookup, MessageFault, Parsed, PictureKind
from openanpr.wire.vendors.json_text import Said
from openanpr.wire.vendors.moment import from_ms
from openanpr.wire.vendors.taking import Taking, json_and_parts

_NO_READ = frozenset({"alpr_results", "alpr_plate", "heartbeat", "vehicle", "vehicle_group"})
_LEFT = frozenset(
    {
        "best_plate_number",
        "best_confidence",
        "data_type",
        "is_preview",
        "plate_path",
        "uuids",
        "plate_indexes",
        "vehicle_crop_jpeg",
        "best_plate",
        "web_server_config",
    }
)


def parse(payload: bytes, content_type: str, camera: CameraLookup, received_at: datetime) -> Parsed:
    """Return the read of one group; a preview, a single frame or a heartbeat is none.

    The time is `epoch_start`, when the vehicle came into view. The camera is enrolled as its
    `agent_uid/camera_id` or its `camera_id`.
    """
    taking = Taking.of("openalpr", payload, camera, received_at)
    with taking.refusing():
        message, _ = json_and_parts(taking.opened(), content_type)
        group = field.within(message, "group") or message
        kind = field.text(group, "data_type")
        if kind in _NO_READ or field.flag(group, "is_preview"):
            taking.leave()
        elif kind in {"", "alpr_group"} and "best_plate_number" in group:
            taking.take(_claim(group))
        else:
            raise MessageFault("the message is not an alpr_group with a best_plate_number")
    return taking.done()


def _claim(group: Said) -> Claim:
    best = field.within(group, "best_plate")
    camera = field.text(group, "camera_id")
    confidence = field.number(group, "best_confidence")
    rivals = [
        (field.text(rival, "plate"), field.share(field.number(rival, "confidence"), 100.0))
        for rival in field.objects(group, "candidates") or field.objects(best, "candidates")
    ]
    return Claim(
        names=(f"{field.text(group, 'agent_uid')}/{camera}", camera) if camera else (),
        at=from_ms(field.number(group, "epoch_start")),
        plate=field.plate(group, "best_plate_number"),
        confidence=field.share(confidence, 100.0),
        given=group.get("best_confidence"),
        rivals=tuple((plate, p) for plate, p in rivals if p is not None),
        # 0 degrees is straight up in the picture, clockwise: a vehicle that comes nearer moves down it.
        direction=field.direction_of(field.number(group, "travel_direction"), towards=180.0, away=0.0),
        frames=len(field.several(group, "plate_indexes")),
        place=field.place(field.number(group, "gps_latitude"), field.number(group, "gps_longitude")),
        said=group,
        left=_LEFT,
        pictures=_pictures(group, best),
    )


def _pictures(group: Said, best: Said) -> tuple[Offered, ...]:
    offered = (
        (PictureKind.PATCH, field.text(best, "plate_crop_jpeg")),
        (PictureKind.OVERVIEW, field.text(group, "vehicle_crop_jpeg")),
    )
    return tuple((kind, written) for kind, written in offered if written)
