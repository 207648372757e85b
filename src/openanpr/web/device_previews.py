"""Previews as readers send them: whether somebody looks, and the newest picture while somebody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openanpr.core.camera import CameraId
from openanpr.ingest.preview import NotWantedError, Previews, TooOftenError, checked_preview
from openanpr.ingest.prove import Proof, prove
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.tally import Tally
from openanpr.web.answers import TurnedAwayError
from openanpr.web.device_lists import turning_away
from openanpr.wire.preview import ASKED_FOR_S, PREVIEW_TYPE, PreviewAnswer, write_preview_answer
from openanpr.wire.signature import Request


@dataclass(frozen=True, slots=True)
class PreviewDesk:
    """What previews need of the world; nothing of them is kept but in the memory of `previews`."""

    proof: Proof
    previews: Previews
    tally: Tally


def wanted(camera_text: str, request: Request, desk: PreviewDesk, *, now: datetime) -> bytes:
    """Return for how long a device's previews of a camera are wanted.

    Raises RefusedError, TurnedAwayError: 404 for what is no camera.
    """
    with turning_away(desk.tally):
        return _answer(_its_camera(camera_text, request, desk, now), desk)


def take_preview(camera_text: str, request: Request, desk: PreviewDesk, *, now: datetime) -> bytes:
    """Hold a picture for whoever looks; return for how long more are wanted.

    Raises RefusedError, and TurnedAwayError: 404 for what is no camera, 409 where nobody looks, 429 for one
    that comes too soon. Then nothing was held.
    """
    with turning_away(desk.tally):
        camera = _its_camera(camera_text, request, desk, now)
        if {name.lower(): value for name, value in request.headers.items()}["content-type"] != PREVIEW_TYPE:
            raise RefusedError(Kind.UNKNOWN_FORM, "unknown_encoding", f"send previews as {PREVIEW_TYPE}")
        if desk.previews.wanted_s(camera) <= 0:
            raise TurnedAwayError(409, "not_wanted")
        picture = checked_preview(request.body)
        try:
            desk.previews.put(camera, picture)
        except NotWantedError:
            raise TurnedAwayError(409, "not_wanted") from None
        except TooOftenError:
            raise TurnedAwayError(429, "too_often") from None
        return _answer(camera, desk)


def _its_camera(text: str, request: Request, desk: PreviewDesk, now: datetime) -> CameraId:
    """Return the camera that an address names, proved to be the device's own."""
    device = prove(request, desk.proof, now=now)
    try:
        camera = CameraId.parse(text.replace(".", "/"))
    except ValueError:
        raise TurnedAwayError(404, "unknown_path") from None
    if not device.scope.covers(camera):
        raise RefusedError(Kind.NOT_ADMITTED, "not_its_camera", "this device may not speak for the camera")
    return camera


def _answer(camera: CameraId, desk: PreviewDesk) -> bytes:
    left_s = min(ASKED_FOR_S, round(desk.previews.wanted_s(camera), 1))
    return write_preview_answer(PreviewAnswer(str(camera), left_s))
