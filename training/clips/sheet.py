"""A flat drawing in metres: the side or end of a vehicle before it is laid on its box."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Colour = tuple[float, float, float]
PX_PER_M = 240
_SHIFT = 4


class Sheet:
    """A picture (h, w, 4) BGRA with x to the right and z up, both in metres from its lower left corner."""

    def __init__(self, width_m: float, height_m: float, ground: Colour | None = None) -> None:
        """A sheet filled with `ground`; clear when that is None."""
        self.width_m, self.height_m = width_m, height_m
        self.image: Picture = np.zeros(
            (max(2, round(height_m * PX_PER_M)), max(2, round(width_m * PX_PER_M)), 4), np.uint8
        )
        if ground is not None:
            self.image[:] = (*ground, 255)

    def _px(self, points: list[tuple[float, float]]) -> NDArray[np.int32]:
        flat = np.array([(x, self.height_m - z) for x, z in points]) * PX_PER_M
        return np.round(flat * (1 << _SHIFT)).astype(np.int32)

    def poly(self, points: list[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon."""
        cv2.fillPoly(self.image, [self._px(points)], (*colour, 255), cv2.LINE_AA, _SHIFT)

    def box(self, x0: float, z0: float, x1: float, z1: float, colour: Colour, *, corner: float = 0.0) -> None:
        """Fill a box whose corners are cut by `corner` metres."""
        c = min(corner, (x1 - x0) / 2, (z1 - z0) / 2)
        self.poly(
            [
                (x0 + c, z0),
                (x1 - c, z0),
                (x1, z0 + c),
                (x1, z1 - c),
                (x1 - c, z1),
                (x0 + c, z1),
                (x0, z1 - c),
                (x0, z0 + c),
            ],
            colour,
        )

    def line(self, points: list[tuple[float, float]], colour: Colour, wide_m: float = 0.008) -> None:
        """Draw an open line."""
        thick = max(1, round(wide_m * PX_PER_M))
        cv2.polylines(
            self.image,
            [self._px(points)],
            isClosed=False,
            color=(*colour, 255),
            thickness=thick,
            lineType=cv2.LINE_AA,
            shift=_SHIFT,
        )

    def disc(self, x: float, z: float, radius: float, colour: Colour) -> None:
        """Fill a disc."""
        centre = self._px([(x, z)])[0]
        cv2.circle(
            self.image,
            tuple(centre.tolist()),
            round(radius * PX_PER_M * (1 << _SHIFT)),
            (*colour, 255),
            -1,
            cv2.LINE_AA,
            _SHIFT,
        )

    def shade(self, top: float, foot: float) -> None:
        """Multiply the colours by `top` at the upper edge running to `foot` at the lower."""
        ramp = np.linspace(top, foot, self.image.shape[0], dtype=np.float32)[:, None, None]
        self.image[..., :3] = np.clip(self.image[..., :3] * ramp, 0, 255).astype(np.uint8)

    def keep(self, points: list[tuple[float, float]]) -> None:
        """Clear everything outside a polygon."""
        mask = np.zeros(self.image.shape[:2], np.uint8)
        cv2.fillPoly(mask, [self._px(points)], 255, cv2.LINE_AA, _SHIFT)
        self.image[..., 3] = np.minimum(self.image[..., 3], mask)
