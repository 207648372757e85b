"""Try a picture: what the recogniser makes of it, character by character; nothing is kept or compared."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import Anybody, Pool
from openanpr.web.pages.administration.act_form import sentence
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page, sent
from openanpr.web.pages.tried import NotReadError, Tried, TriedPlate, Tries

MOST_FILE_BYTES: Final = 20 * 2**20
_LEAST_RIVAL: Final = 0.005
_LAYOUTS: Final = {
    "gb_current": "British, since 2001",
    "gb_prefix": "British, 1983 to 2001",
    "gb_suffix": "British, 1963 to 1983",
    "gb_dateless": "British, without a year",
    "gb_ni": "Northern Irish",
    "gb_q": "British, of unknown age (Q)",
    "gb_diplomatic": "British, diplomatic",
    "gb_military": "British, military",
    "gb_trade": "British, trade",
    "je": "of Jersey",
    "gg": "of Guernsey",
    "im": "of the Isle of Man",
    "unknown": "of no layout that is known",
}
_FACES: Final = {"white": "front"}


@dataclass(frozen=True, slots=True)
class TryPages:
    """What the page needs: what reads."""

    tries: Tries


@dataclass(frozen=True, slots=True)
class Seen:
    """One plate as the page shows it; `points`: its corners; `label_x`, `label_y`: where its number is."""

    number: int
    of: TriedPlate
    face: str
    layout: str
    points: str
    label_x: float
    label_y: float
    patch: str
    likely: bool

    @property
    def rivals(self) -> bool:
        """Whether any of its characters has a rival that is worth a row."""
        return any(p >= _LEAST_RIVAL for one in self.of.characters for _, p in one.rivals)


@dataclass(frozen=True, slots=True)
class View:
    """One picture with the plates in it; `jpeg` is an address that holds the picture itself."""

    jpeg: str
    width: int
    height: int
    plates: Sequence[Seen]

    @property
    def unit(self) -> float:
        """How thick a line must be drawn to be seen: a share of the picture's width, in its pixels."""
        return round(max(self.width, self.height) / 250, 1)


def try_pages(of: TryPages) -> list[PageRoute]:
    """Return the page and what its form is sent to."""
    return [
        page("/try", Anybody.SESSION, lambda visit: _form(of, visit)),
        sent(
            "/try",
            Anybody.SESSION,
            lambda visit: _try(of, visit),
            pool=Pool.TRIES,
            files_bytes=MOST_FILE_BYTES,
        ),
    ]


def _form(of: TryPages, visit: Visit, faults: dict[str, str] | None = None) -> Shown:
    _verify_role(visit)
    values = {
        "missing": of.tries.missing,
        "faults": faults or {},
        "views": (),
        "tried": None,
        "most_mib": MOST_FILE_BYTES // 2**20,
        "section": "/try",
    }
    return Shown("try/try.html", values, 422 if faults else 200)


def _try(of: TryPages, visit: Visit) -> Answer:
    _verify_role(visit)
    file = visit.form.file("file")
    if of.tries.missing:
        return _form(of, visit, {"": "Nothing can be read here: packages of the reader are missing"})
    if file is None:
        return _form(of, visit, {"file": "Choose a picture or a clip"})
    try:
        found = of.tries.read(file.body)
    except NotReadError as fault:
        return _form(of, visit, {"file": sentence(fault)})
    values = {**_form(of, visit).values, "tried": found, "views": views_of(found)}
    return Shown("try/try.html", values)


def _verify_role(visit: Visit) -> None:
    """Refuse whoever has no role: an account alone is no reason to use the machine."""
    if not visit.person.present.standing.roles:
        raise ApiError(403, "only somebody with a role may try a picture", "ask an administrator for one")


def views_of(tried: Tried) -> list[View]:
    """Return the pictures, each with its plates; plates are numbered through."""
    seen = [_seen(number, one, tried.least) for number, one in enumerate(tried.plates, 1)]
    return [
        View(_address(one.jpeg), one.width, one.height, [s for s in seen if s.of.picture == i])
        for i, one in enumerate(tried.pictures)
    ]


def _seen(number: int, plate: TriedPlate, least: float) -> Seen:
    xs, ys = [x for x, _ in plate.corners], [y for _, y in plate.corners]
    return Seen(
        number=number,
        of=plate,
        face=_FACES.get(plate.style, "rear"),
        layout=_LAYOUTS.get(plate.layout, plate.layout.replace("_", " ")),
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in plate.corners),
        label_x=round(min(xs), 1),
        label_y=round(min(ys), 1),
        patch=_address(plate.patch) if plate.patch else "",
        likely=plate.p >= least,
    )


def _address(jpeg: bytes) -> str:
    """Return an address that is the picture itself: a browser fetches nothing, and keeps nothing."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"
