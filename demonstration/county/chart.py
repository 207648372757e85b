"""The county as a map layer: a GeoJSON FeatureCollection.

Each feature has `kind` (land, water, road, place, in this order), `name`, and for water (lake, river), roads
(motorway, primary, secondary, street) and places (town, village) a `class`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demonstration.county.ground import Ground, Line, Point


def chart(ground: Ground) -> dict[str, Any]:
    """Return the FeatureCollection; `name` says that all is invented."""
    return {"type": "FeatureCollection", "name": ground.name, "features": list(_features(ground))}


def write_chart(ground: Ground, path: Path) -> None:
    """Write it as a file, without needless space."""
    path.write_text(json.dumps(chart(ground), separators=(",", ":")) + "\n", "utf-8")


def _features(ground: Ground) -> Iterator[dict[str, Any]]:
    def at(point: Point) -> list[float]:
        place = ground.degrees(point)
        return [place.lon, place.lat]

    def along(line: Line) -> list[list[float]]:
        return [at(point) for point in line]

    for line in ground.land:
        # RFC 7946: an outer ring runs against the clock. The drawing runs with it.
        yield _feature("Polygon", [along(line)[::-1]], kind="land", name=ground.name)
    for water in ground.water:
        lake = water.kind == "lake"
        shape = ("Polygon", [along(water.line)[::-1]]) if lake else ("LineString", along(water.line))
        yield _feature(*shape, kind="water", name=water.name, **{"class": water.kind})
    for leg in ground.legs:
        yield _feature("LineString", along(leg.line), kind="road", name=leg.road, **{"class": leg.kind})
    for place in ground.places.values():
        yield _feature("Point", at(place.at), kind="place", name=place.name, **{"class": place.kind})


def _feature(shape: str, coordinates: object, **properties: str) -> dict[str, Any]:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}
