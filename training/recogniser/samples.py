"""Training samples: a drawn plate seen by a bad camera and rectified by an imperfect detector."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openanpr.read.rectify import rectify
from training.plates.draw import draw_plate
from training.recogniser.camera import View, jittered, photograph_plate, through_camera
from training.recogniser.mined import Patch
from training.recogniser.not_plates import not_a_plate

Image = NDArray[np.uint8]
STYLES = ("white", "yellow", "black", "trade", "other", "unknown")
_FOLD = str.maketrans("OI", "01")


@dataclass(frozen=True, slots=True)
class Sample:
    """A canvas uint8 (32, 160, 3) BGR, its shapes ("" if it is no plate), style index and plate flag.

    `groups` are the shapes with one space wherever the plate leaves a gap, a sign or a new line.
    """

    canvas: Image
    groups: str
    style: int
    is_plate: bool
    char_height_px: float

    @property
    def shapes(self) -> str:
        """The shapes alone."""
        return self.groups.replace(" ", "")


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture uint8 (h, w, 3) BGR of a drawn plate and the corners (4, 2) that a detector would give."""

    picture: Image
    corners: NDArray[np.float32]
    groups: str
    lines: int
    style: str
    char_height_px: float

    def sample(self) -> Sample:
        """The plate rectified, as the network sees it."""
        canvas = rectify(self.picture, self.corners, lines=self.lines)
        grey = float(np.ptp(canvas.reshape(-1, 3).mean(axis=0))) < 2.5  # an infra-red picture has no colour
        style = "unknown" if grey and self.style != "black" else self.style
        return Sample(canvas, self.groups, STYLES.index(style), True, self.char_height_px)  # noqa: FBT003


def plate_shots(
    rng: np.random.Generator, views: int = 2, view: View | None = None, family: str | None = None
) -> list[Shot]:
    """`views` pictures of one drawn plate."""
    view = view or View()
    k = rng.uniform(0.4, 0.65)
    plate = draw_plate(rng, px_per_mm=k, family=family, clean=not view.wear)
    groups = " ".join(re.split("[ o-]+", " ".join(plate.lines))).strip().translate(_FOLD)
    shots: list[Shot] = []
    for _ in range(views):
        picture, quad, height = photograph_plate(rng, plate, k, view)
        picture = through_camera(rng, picture, height, view)
        corners = jittered(rng, quad, view.jitter)
        shots.append(Shot(picture, corners, groups, len(plate.lines), plate.style, height))
    return shots


def plate_samples(
    rng: np.random.Generator, views: int = 2, view: View | None = None, family: str | None = None
) -> list[Sample]:
    """`views` samples of one drawn plate."""
    return [shot.sample() for shot in plate_shots(rng, views, view, family)]


def negative_sample(rng: np.random.Generator, mined: tuple[Patch, ...] = ()) -> Sample:
    """Something that is not a plate, see `not_a_plate`."""
    picture, quad = not_a_plate(rng, mined)
    height = float(np.hypot(*(quad[3] - quad[0]))) * 0.7
    picture = through_camera(rng, picture, max(8.0, height), View())
    canvas = rectify(picture, jittered(rng, quad, 1.0), lines=1 if rng.random() < 0.75 else 2)
    return Sample(canvas, "", STYLES.index("unknown"), is_plate=False, char_height_px=height)


def batch(
    seed: tuple[int, ...], count: int, *, negatives: float = 0.12, mined: tuple[Patch, ...] = ()
) -> list[Sample]:
    """`count` samples that depend on `seed` alone, so that a resumed training repeats nothing."""
    rng = np.random.default_rng(seed)
    samples: list[Sample] = []
    while len(samples) < count:
        samples.extend([negative_sample(rng, mined)] if rng.random() < negatives * 2 else plate_samples(rng))
    return samples[:count]
