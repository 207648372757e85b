"""What a camera sees now, over the local socket: asked for, which is logged, then shown for a minute."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct
from starlette.routing import Route

from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.ingest.preview import Previews, Seen
from openanpr.policy.ask import Act
from openanpr.web.local.acts import MACHINE_OWNER
from openanpr.web.local.asking import Asked, Said, answered
from openanpr.web.local.camera_health import camera_of


@dataclass(frozen=True, slots=True)
class PreviewRoutes:
    """What looks at cameras need; `find` gives a camera of the register."""

    previews: Previews
    find: Callable[[CameraId], RegisteredCamera | None]


class LookForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Who looks."""

    by: Said = MACHINE_OWNER


class RetiredSinceError(ValueError):
    """A camera that was retired sees nothing more."""

    def __init__(self) -> None:
        super().__init__("this camera was retired: it sends nothing more")


def preview_routes(of: PreviewRoutes) -> list[Route]:
    """Return the routes of previews."""
    address = "/cameras/{camera}/preview"
    return [
        answered(address, lambda asked: _seen(of, asked), guard=Act.MANAGE_DEVICES),
        answered(address, lambda asked: _look(of, asked), "POST", guard=Act.MANAGE_DEVICES),
    ]


def _look(of: PreviewRoutes, asked: Asked) -> object:
    """Have pictures come for a minute, for whoever asks; raises LookupError, PreviewsFullError."""
    said, one = asked.form(LookForm), _camera(of, asked)
    if one.retired is not None:
        raise RetiredSinceError
    of.previews.ask(one.camera, said.by)
    return {"camera": str(one.camera), "left_s": of.previews.seen(one.camera, said.by).left_s}


def _seen(of: PreviewRoutes, asked: Asked) -> object:
    """Return the newest picture to whoever asked for it within the last minute, which is logged."""
    one = _camera(of, asked)
    by = asked.query.get("as", "").strip() or MACHINE_OWNER if asked.proved is None else asked.proved.login
    return {
        "camera": str(one.camera),
        "name": one.name,
        "retired": one.retired is not None,
        **_told(of.previews.seen(one.camera, by)),
    }


def _told(seen: Seen) -> dict[str, object]:
    picture = seen.picture
    shown = None if picture is None else {
        "jpeg": b64encode(picture.jpeg).decode("ascii"),
        "width": picture.width,
        "height": picture.height,
        "boxes": picture.boxes,
        "age_s": round(seen.age_s, 1),
    }  # fmt: skip
    return {"left_s": round(seen.left_s, 1), "waited_s": round(seen.waited_s, 1), "picture": shown}


def _camera(of: PreviewRoutes, asked: Asked) -> RegisteredCamera:
    one = of.find(camera_of(asked.path["camera"]))
    if one is None:
        raise LookupError("there is no such camera in the register")
    return one
