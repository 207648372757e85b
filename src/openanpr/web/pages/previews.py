"""What a camera sees now, in a browser: asked for by a button, shown for a minute, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from msgspec import Struct

from openanpr.ingest.preview import KEPT_S
from openanpr.policy.ask import Act
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent, watched

_SECTION: Final = "/cameras"
_ADDRESS: Final = "/cameras/{camera}/preview"


@dataclass(frozen=True, slots=True)
class PreviewPages:
    """What the pages need."""

    inside: Inside


class BoxTold(Struct, frozen=True):
    """Where a plate was found, in parts of the picture."""

    left: float
    top: float
    width: float
    height: float


class PictureTold(Struct, frozen=True):
    """The newest picture, base64, with its size in pixels."""

    jpeg: str
    width: int
    height: int
    boxes: list[BoxTold]
    age_s: float


class SeenTold(Struct, frozen=True):
    """A camera, how long the person still looks at it, how long no picture has come, and the newest one."""

    camera: str
    name: str
    retired: bool
    left_s: float
    waited_s: float
    picture: PictureTold | None

    @property
    def id(self) -> str:
        """The camera as it stands in an address."""
        return self.camera.replace("/", ".")

    @property
    def sends_none(self) -> bool:
        """Whether it is time to say that nothing comes."""
        return self.picture is None and self.waited_s >= KEPT_S


class LookTold(Struct, frozen=True):
    """A look that was granted."""

    camera: str


def preview_pages(pages: PreviewPages) -> list[PageRoute]:
    """Return the pages of live previews."""
    may = Act.MANAGE_DEVICES
    return [
        page(_ADDRESS, may, partial(_shown, pages, "cameras/preview.html")),
        watched(f"{_ADDRESS}/now", may, partial(_shown, pages, "cameras/preview_part.html")),
        sent(_ADDRESS, may, partial(_look, pages)),
    ]


def _shown(pages: PreviewPages, template: str, visit: Visit) -> Answer:
    told = pages.inside.ask(visit, Question("GET", _ADDRESS, _place(visit)), SeenTold)
    return Shown(template, {"section": _SECTION, "told": told})


def _look(pages: PreviewPages, visit: Visit) -> Answer:
    pages.inside.ask(visit, Question("POST", _ADDRESS, _place(visit)), LookTold)
    return SeeOther(f"/cameras/{visit.place('camera')}/preview")


def _place(visit: Visit) -> dict[str, str]:
    return {"camera": visit.place("camera")}
