"""The detector's network: a small residual ladder to stride 32, a path back up to stride 8, one head.

For each cell of 8x8 pixels it says whether a plate's centre lies there and where the four corners are. Plain
3x3 convolutions with batch normalisation and ReLU, because onnxruntime runs those fastest on one CPU thread;
widths are multiples of 16, its block size.
"""

from __future__ import annotations

import math
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE = 8
SIZE_UNIT_PX = 16.0  # exp(0) in the size output stands for this many pixels
HEAT_PRIOR = 0.01


def unit(inward: int, outward: int, *, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inward, outward, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outward),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two 3x3 convolutions, narrow in the middle, added to their input."""

    def __init__(self, channels: int, middle: int) -> None:
        super().__init__()
        self.first = unit(channels, middle)
        self.second = nn.Sequential(
            nn.Conv2d(middle, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """The input plus what the two convolutions add."""
        return F.relu(x + self.second(self.first(x)))


class PlateNet(nn.Module):
    """(N, 3, H, W) in -1..1, BGR, H and W multiples of 32, to (N, 10, H/8, W/8).

    Channel 0 is the centre's logit, 1-8 the corners (tl, tr, br, bl; x, y) from the cell's middle in units of
    the plate's size, 9 the logarithm of that size (square root of the area, in 16 px).
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(unit(3, 16, stride=2), unit(16, 32, stride=2))
        self.at8 = nn.Sequential(unit(32, 48, stride=2), Residual(48, 32))
        self.at16 = nn.Sequential(unit(48, 96, stride=2), Residual(96, 48), Residual(96, 48))
        self.at32 = nn.Sequential(unit(96, 128, stride=2), Residual(128, 64), Residual(128, 64))
        self.down32 = nn.Conv2d(128, 48, 1)
        self.side16 = nn.Conv2d(96, 48, 1)
        self.side8 = nn.Conv2d(48, 48, 1)
        self.join16 = unit(48, 48)
        self.join8 = unit(48, 48)
        self.wide = unit(48, 96, kernel=1)
        self.out = nn.Conv2d(96, 10, 1)
        self._start()

    def _start(self) -> None:
        nn.init.normal_(self.out.weight, std=0.01)
        bias = cast(Tensor, self.out.bias)
        nn.init.zeros_(bias)
        with torch.no_grad():
            bias[0] = -math.log((1 - HEAT_PRIOR) / HEAT_PRIOR)
            bias[1:9] = torch.tensor([-1.0, -0.25, 1.0, -0.25, 1.0, 0.25, -1.0, 0.25])
            bias[9] = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """Raw maps; see the class."""
        eight = self.at8(self.stem(x))
        sixteen = self.at16(eight)
        deep = self.down32(self.at32(sixteen))
        sixteen = self.join16(self.side16(sixteen) + F.interpolate(deep, scale_factor=2.0))
        eight = self.join8(self.side8(eight) + F.interpolate(sixteen, scale_factor=2.0))
        return cast(Tensor, self.out(self.wide(eight)))


def corners_px(raw: Tensor) -> Tensor:
    """(N, 8, h, w) corner coordinates in input pixels from the network's raw (N, 10, h, w)."""
    height, width = raw.shape[2], raw.shape[3]
    middle_x = (torch.arange(width, dtype=raw.dtype, device=raw.device) + 0.5) * STRIDE
    middle_y = (torch.arange(height, dtype=raw.dtype, device=raw.device) + 0.5) * STRIDE
    size = SIZE_UNIT_PX * torch.exp(raw[:, 9:10].clamp(-3, 4))
    moves = raw[:, 1:9] * size
    x = moves[:, 0::2] + middle_x.view(1, 1, 1, -1)
    y = moves[:, 1::2] + middle_y.view(1, 1, -1, 1)
    return torch.stack([x, y], dim=2).flatten(1, 2)


class Exported(nn.Module):
    """What the ONNX file holds: uint8 NHWC BGR in; scores that are local peaks, and corners, out."""

    def __init__(self, net: PlateNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (n, h/8, w/8) and corners (n, h/8, w/8, 8) in pixels."""
        raw = self.net(image.permute(0, 3, 1, 2).float() * (1 / 127.5) - 1.0)
        heat = torch.sigmoid(raw[:, 0:1])
        peak = F.max_pool2d(heat, 3, stride=1, padding=1)
        score = torch.where(heat == peak, heat, torch.zeros_like(heat))[:, 0]
        return score, corners_px(raw).permute(0, 2, 3, 1)
