"""Roads drawn for tests: points in kilometres east and north of a town, as a map layer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import cos, radians

from openanpr.core.place import Place
from openanpr.search.sphere import EARTH_M
from tests.search.scene import TOWN

_KM = 1 / (EARTH_M / 1000 * radians(1))


def at(east: float, north: float) -> Place:
    """Return a place so many kilometres from the town, to a tenth of a metre."""
    across = _KM / cos(radians(TOWN.lat))
    return Place(round(TOWN.lat + north * _KM, 6), round(TOWN.lon + east * across, 6))


def road(*points: tuple[float, float], kind: str = "primary") -> dict[str, object]:
    """Return a road as a feature."""
    line = [[place.lon, place.lat] for place in (at(*point) for point in points)]
    return {
        "type": "Feature",
        "properties": {"kind": "road", "class": kind, "name": "A1"},
        "geometry": {"type": "LineString", "coordinates": line},
    }


def layer(features: Iterable[object]) -> bytes:
    """Return features as a layer."""
    return json.dumps({"type": "FeatureCollection", "features": [*features]}).encode()
