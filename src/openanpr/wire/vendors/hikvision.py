"""The `EventNotificationAlert` of Hikvision cameras (ISAPI), alone or in parts with its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from openanpr.core.place import Place
from openanpr.core.read import Direction
from openanpr.wire.vendors import field
from openanpr.wire.vendors.claim import Claim, Offered
from openanpr.wire.vendors.contract import CameraLookup, MessageFault, Parsed, PictureKind
from openanpr.wire.vendors.json_text import Said, json_object
from openanpr.wire.vendors.moment import from_iso
from openanpr.wire.vendors.multipart import Part, media_type, parts_of
from openanpr.wire.vendors.taking import Taking
from openanpr.wire.vendors.xml_text import xml_object

_DIRECTIONS = {"forward": Direction.TOWARDS, "reverse": Direction.AWAY}
_UNREAD = frozenset({"", "unknown", "noplate", "no plate", "无车牌", "车牌"})
_PATCH = ("licenseplatepicture",)
_OVERVIEW = ("detectionpicture", "vehiclepicture")  # the first that is there
_LEFT = frozenset({"ANPR", "aNPR", "dateTime", "eventType", "isDataRetransmission"})


def parse(payload: bytes, content_type: str, camera: CameraLookup, received_at: datetime) -> Parsed:
    """Return the read of each alert in the message; alerts of another type, or with no plate, are none.

    The time is `dateTime`. The camera is enrolled as `macAddress/channelID`, `macAddress`,
    `ipAddress/channelID` or `ipAddress`. What was delivered late after an outage is marked in `extra`.
    """
    taking = Taking.of("hikvision", payload, camera, received_at)
    with taking.refusing():
        if media_type(content_type).startswith("multipart/"):
            parts = parts_of(taking.opened(), content_type)
            alerts = [i for i, part in enumerate(parts) if _is_alert(part)]
            if not alerts:
                raise MessageFault("no part of the message is an alert")
            for index, (first, end) in enumerate(_spans(alerts, len(parts))):
                alert = parts[alerts[index]].body
                with taking.refusing(index):
                    _take(taking, _alert(alert), parts[first:end], index)
        else:
            _take(taking, _alert(taking.opened()), (), 0)
    return taking.done()


def _is_alert(part: Part) -> bool:
    return part.media_type.endswith(("xml", "json")) or part.body.lstrip()[:1] in {b"<", b"{"}


def _spans(alerts: list[int], count: int) -> list[tuple[int, int]]:
    """Return which parts go with each alert: those up to the next, and for the first those before it."""
    return list(zip([0, *alerts[1:]], [*alerts[1:], count], strict=True))


def _alert(data: bytes) -> Said:
    if data.lstrip()[:1] == b"{":
        message = json_object(data)
        return field.within(message, "EventNotificationAlert") or message
    return xml_object(data, "EventNotificationAlert")


def _take(taking: Taking, alert: Said, parts: Sequence[Part], index: int) -> None:
    kind = field.text(alert, "eventType")
    if not kind:
        raise MessageFault("the alert has no eventType")
    anpr = field.within(alert, "ANPR") or field.within(alert, "aNPR")
    if kind.lower() != "anpr" or field.plate(anpr, "licensePlate").lower() in _UNREAD:
        taking.leave()
        return
    taking.take(_claim(alert, anpr, parts), index)


def _claim(alert: Said, anpr: Said, parts: Sequence[Part]) -> Claim:
    channel = field.text(alert, "channelID") or field.text(alert, "dynChannelID")
    owners = (field.text(alert, "macAddress").lower(), field.text(alert, "ipAddress"))
    scores = [_score(one) for one in field.text(anpr, "plateCharBelieve").split(",")[:64]]
    return Claim(
        names=tuple(name for owner in owners if owner for name in (f"{owner}/{channel}", owner)),
        at=from_iso(field.text(alert, "dateTime")),
        plate=field.plate(anpr, "licensePlate"),
        seen=field.text(anpr, "originalLicensePlate"),
        confidence=field.share(field.number(anpr, "confidenceLevel"), 100.0),
        given=anpr.get("confidenceLevel"),
        characters=tuple(p for p in scores if p is not None),
        direction=_DIRECTIONS.get(field.text(anpr, "direction").lower(), Direction.UNKNOWN),
        place=_place(field.within(alert, "DeviceGPSInfo")),
        late=field.flag(alert, "isDataRetransmission"),
        said={**alert, **anpr},
        left=_LEFT | {"licensePlate", "direction", "confidenceLevel"},
        pictures=_pictures(parts),
    )


def _score(written: str) -> float | None:
    return field.share(field.number({"": written.strip()}, ""), 100.0)


def _pictures(parts: Sequence[Part]) -> tuple[Offered, ...]:
    """Return the plate and the scene; pictures of people in the vehicle are left out."""
    kinds = ((PictureKind.PATCH, _PATCH), (PictureKind.OVERVIEW, _OVERVIEW))
    found: list[Offered] = []
    for kind, names in kinds:
        for name in names:
            found += [(kind, p.body) for p in parts if name in f"{p.name} {p.file_name}".lower()]
    return tuple(found)


def _place(told: Said) -> Place | None:
    """Return the place from degrees, minutes and seconds with the letters of their half of the globe."""
    lat = _degrees(field.within(told, "Latitude"))
    lon = _degrees(field.within(told, "Longitude"))
    if lat is None or lon is None:
        return None
    south = field.text(told, "latitudeType").upper() == "S"
    west = field.text(told, "longitudeType").upper() == "W"
    return field.place(-lat if south else lat, -lon if west else lon)


def _degrees(told: Said) -> float | None:
    parts = [field.number(told, name) for name in ("degree", "minute", "sec")]
    if parts[0] is None:
        return None
    return parts[0] + (parts[1] or 0.0) / 60.0 + (parts[2] or 0.0) / 3600.0
