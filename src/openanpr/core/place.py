"""A point on the ground."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """WGS84 latitude and longitude in degrees, and their error in metres (None: not known)."""

    lat: float
    lon: float
    error_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is not on the earth."""
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            msg = "a place needs a latitude from -90 to 90 and a longitude from -180 to 180, in degrees"
            raise ValueError(msg)
