"""A place in a question to the cameras that it means: those the person may know of. Pure."""

from __future__ import annotations

from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.span import Span
from openanpr.search.ports import Seen, SeenThen
from openanpr.search.question import Around, Cameras, Drawn, QuestionError, Where
from openanpr.search.sight import Sight
from openanpr.search.sphere import circle, distance_m, inside, verify_area


def seen_then(where: Where, span: Span, sight: Sight) -> SeenThen:
    """Return the cameras of a place that were not retired before the span, and the area for moving ones.

    Raises QuestionError for a number that no camera has, for a place without any camera, and for an area
    that cannot be told. A camera that the person may not know of is as one that is not there.
    """
    if isinstance(where, Cameras):
        if any(camera not in sight.cameras for camera in where.cameras):
            raise QuestionError("a camera that is named is not in the register: look at its number")
        return SeenThen(Seen(where.cameras), span)
    area = circle(where) if isinstance(where, Around) else where
    verify_area(area.corners)
    there = tuple(
        sorted(
            one.camera
            for one in sight.cameras.values()
            if not one.moving and alive(one, span) and _within(one, where)
        )
    )
    if not there and not moving(sight, span):
        raise QuestionError("no camera stood there then: ask for a wider place or another time")
    return SeenThen(Seen(there, area), span)


def alive(camera: RegisteredCamera, span: Span) -> bool:
    """Tell whether a camera was not retired before the span.

    When it came into the register says little: reads may be older, released once the camera was known.
    """
    return camera.retired is None or camera.retired.at > span.since


def moving(sight: Sight, span: Span) -> tuple[CameraId, ...]:
    """Return the cameras that drive, and were not retired before the span."""
    return tuple(sorted(one.camera for one in sight.cameras.values() if one.moving and alive(one, span)))


def _within(camera: RegisteredCamera, where: Around | Drawn) -> bool:
    if camera.place is None:
        return False
    if isinstance(where, Around):
        return distance_m(where.centre, camera.place) <= where.radius_m
    return inside(camera.place, where.corners)
