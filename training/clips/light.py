"""The light and weather that a clip is taken in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Tint = tuple[float, float, float]  # BGR, 1: as painted


@dataclass(frozen=True, slots=True)
class Light:
    """How bright things are, and what lens and sensor add.

    `ambient` reaches every face, `sun` those that look at `sun_from` (a unit vector towards it), `backdrop`
    multiplies the street. `front` and `rear` multiply the plates: the rear one has its lamp. `exposure_s`
    smears what moves, `noise` is its sigma in grey levels, `soft_px` the blur of the lens. `lamps` from 0
    (off) to 1 (all that the night has). `rain` from 0 to 1. `infra_red`: a grey picture lit from the camera.
    `bit_rate` is what the recorder spends a second at 1280x720.
    """

    name: str
    ambient: Tint
    sun: Tint
    sun_from: tuple[float, float, float]
    backdrop: Tint
    front: Tint
    rear: Tint
    exposure_s: float
    noise: float
    soft_px: float
    lamps: float = 0.0
    shadow: float = 0.0
    rain: float = 0.0
    infra_red: bool = False
    bit_rate: int = 5_000_000

    def on_face(self, normal: NDArray[np.float64]) -> NDArray[np.float32]:
        """The share (3,) BGR of its paint that a face with this outward unit normal shows."""
        facing = max(0.0, float(np.dot(normal, self.sun_from)))
        sky = 0.88 + 0.2 * max(0.0, float(normal[2]))
        return np.asarray(
            [a * sky + s * facing for a, s in zip(self.ambient, self.sun, strict=True)], np.float32
        )


def _even(level: float) -> Tint:
    return level, level, level


LIGHTS = {
    light.name: light
    for light in (
        Light(
            "day",
            (0.74, 0.7, 0.67),
            (0.32, 0.38, 0.42),
            (0.56, -0.42, 0.71),
            (1.0, 1.0, 1.0),
            _even(0.98),
            _even(0.96),
            exposure_s=1 / 700,
            noise=2.2,
            soft_px=0.55,
            shadow=0.5,
        ),
        Light(
            "dusk",
            (0.36, 0.3, 0.28),
            (0.04, 0.08, 0.13),
            (0.2, 0.1, 0.97),
            (0.42, 0.33, 0.3),
            (0.56, 0.5, 0.5),
            (0.56, 0.62, 0.64),
            exposure_s=1 / 220,
            noise=6.5,
            soft_px=0.65,
            lamps=0.8,
        ),
        Light(
            "rain",
            (0.66, 0.64, 0.62),
            (0.02, 0.02, 0.02),
            (0.0, 0.0, 1.0),
            (0.66, 0.63, 0.61),
            _even(0.72),
            _even(0.72),
            exposure_s=1 / 320,
            noise=4.0,
            soft_px=0.75,
            lamps=0.35,
            rain=1.0,
        ),
        Light(
            "infra_red",
            _even(0.2),
            _even(0.1),
            (0.0, -1.0, 0.0),
            _even(0.16),
            _even(0.92),
            _even(0.92),
            exposure_s=1 / 900,
            noise=5.0,
            soft_px=0.7,
            lamps=0.6,
            infra_red=True,
            bit_rate=4_000_000,
        ),
    )
}
