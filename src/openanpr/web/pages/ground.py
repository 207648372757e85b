"""The ground of maps: a layer, styles and tiles of the node's own, given to whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import Anybody, File
from openanpr.web.pages.route import Answer, PageRoute, Visit, page

LAYER: Final = "/map/ground"
STYLE: Final = "/map/style"
NIGHT_STYLE: Final = "/map/style/night"
_EMPTY: Final = b'{"type":"FeatureCollection","features":[]}'
_MOST_BYTES: Final = 8 * 2**20
"""So much of the file of tiles is given at once: a directory or a tile is smaller."""

_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class GroundFiles:
    """What the node has itself: GeoJSON, two MapLibre styles (JSON), each b"" for none, and PMTiles."""

    layer: bytes = b""
    style: bytes = b""
    night_style: bytes = b""
    tiles: Path | None = None


def ground_pages(files: GroundFiles) -> list[PageRoute]:
    """Return what gives these out, to whoever is signed in."""
    layer = File(files.layer or _EMPTY, "application/geo+json", "")
    return [
        page(LAYER, Anybody.SESSION, lambda _: layer),
        page(STYLE, Anybody.SESSION, lambda _: _style(files.style)),
        page(NIGHT_STYLE, Anybody.SESSION, lambda _: _style(files.night_style)),
        page(
            "/map/tiles", Anybody.SESSION, lambda visit: _tiles(files.tiles, visit), asks=("from", "length")
        ),
    ]


def _style(text: bytes) -> Answer:
    if not text:
        raise LookupError("this node has no such style of maps")
    return File(text, "application/json", "")


def _tiles(path: Path | None, visit: Visit) -> Answer:
    """Return so many bytes of the file, from a place on; fewer at its end."""
    if path is None:
        raise LookupError("this node has no tiles of its own")
    start, length = _number(visit, "from"), _number(visit, "length")
    if length > _MOST_BYTES:
        raise ApiError(400, f"at most {_MOST_BYTES} bytes are given at once", "ask for less")
    with path.open("rb") as file:
        file.seek(start)
        return File(file.read(length), "application/octet-stream", "")


def _number(visit: Visit, name: str) -> int:
    said = visit.asked.query.get(name, "")
    if not (said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS):
        raise ApiError(400, "a part of the tiles is asked for by two whole numbers", "say from and length")
    return int(said)
