"""The outlines of a few kinds of road vehicle, in metres: u forward from the middle, z up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of vehicle by the corners of its outline, and where its plates hang.

    Pairs are (u, z). `nose` is the upper front edge, `cowl` the foot of the windscreen, `roof` its front and
    rear edge, `screen` the foot of the rear window, `tail` the upper rear edge. `panel`: no side windows
    behind the door. `old`: round lamps and chrome. `front_z` and `rear_z` are the heights of the plates.
    """

    name: str
    length: float
    width: float
    nose: tuple[float, float]
    cowl: tuple[float, float]
    roof: tuple[tuple[float, float], tuple[float, float]]
    screen: tuple[float, float]
    tail: tuple[float, float]
    front_z: float
    rear_z: float
    wheel: float = 0.31
    clearance: float = 0.19
    panel: bool = False
    old: bool = False

    def half_width(self, z: float) -> float:
        """Half the width at height `z`: the cabin leans in above the belt line."""
        belt, roof = self.belt, self.roof[0][1]
        lean = 0.05 if self.panel else 0.15
        return self.width / 2 - lean * max(0.0, z - belt) / (roof - belt)

    @property
    def belt(self) -> float:
        """Height of the line under the side windows."""
        return min(self.cowl[1], self.screen[1])

    @property
    def axles(self) -> tuple[float, float]:
        """Where the front and the rear axle are along u."""
        return self.length / 2 - 0.2 * self.length, -self.length / 2 + 0.19 * self.length


SHAPES = {
    s.name: s
    for s in (
        Shape(
            "hatch",
            4.1,
            1.78,
            (2.05, 0.76),
            (1.1, 0.99),
            ((0.3, 1.46), (-1.35, 1.43)),
            (-1.88, 1.0),
            (-2.03, 0.96),
            0.45,
            0.78,
        ),
        Shape(
            "saloon",
            4.7,
            1.82,
            (2.33, 0.74),
            (1.2, 0.97),
            ((0.35, 1.43), (-0.95, 1.41)),
            (-1.75, 1.06),
            (-2.32, 1.02),
            0.43,
            0.8,
        ),
        Shape(
            "estate",
            4.7,
            1.82,
            (2.33, 0.75),
            (1.2, 0.98),
            ((0.4, 1.47), (-1.9, 1.45)),
            (-2.28, 1.0),
            (-2.33, 0.95),
            0.44,
            0.78,
        ),
        Shape(
            "suv",
            4.6,
            1.92,
            (2.28, 0.98),
            (1.3, 1.14),
            ((0.55, 1.74), (-2.0, 1.72)),
            (-2.24, 1.16),
            (-2.29, 1.1),
            0.55,
            0.88,
            wheel=0.37,
            clearance=0.26,
        ),
        Shape(
            "van",
            5.2,
            2.0,
            (2.56, 1.0),
            (1.95, 1.24),
            ((1.15, 2.16), (-2.58, 2.2)),
            (-2.59, 1.36),
            (-2.6, 1.3),
            0.5,
            0.62,
            wheel=0.34,
            clearance=0.22,
            panel=True,
        ),
        Shape(
            "classic",
            3.95,
            1.58,
            (1.93, 0.8),
            (0.85, 0.97),
            ((0.5, 1.38), (-0.85, 1.36)),
            (-1.3, 0.99),
            (-1.92, 0.9),
            0.42,
            0.62,
            wheel=0.3,
            clearance=0.22,
            old=True,
        ),
    )
}
