"""What the network should say about a scene, and how far it was from saying it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.detector.network import SIZE_UNIT_PX, STRIDE, corners_px

SPREAD = 0.09  # the centre's bell, in plate widths and heights
LEAST_SPREAD = 0.55  # in cells


@dataclass(frozen=True, slots=True)
class Truth:
    """One plate of a scene: corners (4, 2) in pixels; `exact` is false where only an upright box is known."""

    corners: NDArray[np.float32]
    exact: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A training picture: image (S, S, 3) uint8 BGR, its plates, and weights (S, S) in 0..1, 0 = ignore."""

    image: NDArray[np.uint8]
    plates: tuple[Truth, ...]
    weight: NDArray[np.float32]


def draw_targets(scene: Scene) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Maps (3, h, w): centre heat, its weight, exactness; and (8, h, w) corners in pixels (nan = none)."""
    high, wide = scene.image.shape[0] // STRIDE, scene.image.shape[1] // STRIDE
    heat = np.zeros((3, high, wide), np.float32)
    heat[1] = scene.weight.reshape(high, STRIDE, wide, STRIDE).min(axis=(1, 3))
    corners = np.full((8, high, wide), np.nan, np.float32)
    ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
    for plate in scene.plates:
        centre = plate.corners.mean(axis=0)
        cx, cy = int(centre[0] // STRIDE), int(centre[1] // STRIDE)
        if not (0 <= cx < wide and 0 <= cy < high):
            continue
        extent = plate.corners.max(axis=0) - plate.corners.min(axis=0)
        sx, sy = np.maximum(LEAST_SPREAD, SPREAD * extent / STRIDE)
        bell = np.exp(-((xs - cx) ** 2) / (2 * sx * sx) - (ys - cy) ** 2 / (2 * sy * sy))
        near = (bell > 0.3) & (bell > heat[0])
        corners[:, near] = plate.corners.reshape(8, 1)
        heat[2][near] = float(plate.exact)
        heat[0] = np.maximum(heat[0], bell)
        heat[1][near] = 1.0
        heat[1, cy, cx] = 1.0
    return heat, corners


def centre_loss(logit: Tensor, heat: Tensor, weight: Tensor) -> Tensor:
    """The penalty-reduced focal loss of centre heat maps (Law and Deng 2018), per plate."""
    positive = (heat > 0.999).float()
    chance = torch.sigmoid(logit)
    found = positive * (1 - chance) ** 2 * F.logsigmoid(logit)
    quiet = (1 - positive) * (1 - heat) ** 4 * chance**2 * F.logsigmoid(-logit)
    return -((found + quiet) * weight).sum() / positive.sum().clamp(min=1.0)


def corner_loss(raw: Tensor, corners: Tensor, heat: Tensor) -> Tensor:
    """Distance of the corners in plate sizes; only their upright extent where only a box is known."""
    here = ~torch.isnan(corners[:, 0])
    if not bool(here.any()):
        return raw.sum() * 0.0
    want = corners.permute(0, 2, 3, 1)[here].view(-1, 4, 2)
    got = corners_px(raw).permute(0, 2, 3, 1)[here].view(-1, 4, 2)
    exact = heat[:, 2][here]
    share = heat[:, 0][here]
    extent = want.amax(1) - want.amin(1)
    size = extent.prod(1).clamp(min=16.0).sqrt()
    apart = F.smooth_l1_loss(
        got / size[:, None, None], want / size[:, None, None], beta=0.04, reduction="none"
    )
    low = F.smooth_l1_loss(
        got.amin(1) / size[:, None], want.amin(1) / size[:, None], beta=0.04, reduction="none"
    )
    high = F.smooth_l1_loss(
        got.amax(1) / size[:, None], want.amax(1) / size[:, None], beta=0.04, reduction="none"
    )
    each = exact * apart.sum((1, 2)) + (1 - exact) * 0.25 * (low.sum(1) + high.sum(1))
    scale = (raw[:, 9][here] - torch.log(size / SIZE_UNIT_PX)).abs()
    return ((each + 0.1 * scale) * share).sum() / share.sum().clamp(min=1.0)
