"""The recogniser: a small convolutional reader with three answers (characters, style, is it a plate)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from openanpr.read.ctc import GAP
from training.recogniser.samples import STYLES

CLASSES = GAP + 1
STEPS = 80


class _Block(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = (
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.conv2, self.norm2 = (
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm1(self.conv1(x)))
        return functional.relu(x + self.norm2(self.conv2(y)))


def _down(inside: int, outside: int, stride: tuple[int, int], kernel: int = 3) -> nn.Sequential:
    conv = nn.Conv2d(inside, outside, kernel, stride=stride, padding=kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outside), nn.ReLU())


class _Context(nn.Module):
    """Each step looks at its neighbours along the line, around a shortcut."""

    def __init__(self, channels: int, reach: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, (1, reach), padding=(0, reach // 2), bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.norm(self.conv(x)))


class RecogniserNet(nn.Module):
    """Canvases uint8 (n, 32, 160, 3) BGR to log-probabilities (n, 80, 36), style (n, 6), plate (n,).

    Each picture is brought to zero mean and unit deviation over all its channels together, so that
    brightness and contrast go and hue stays.
    """

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        a, b, c, d = width, width * 2, round(width * 3.4 / 8) * 8, round(width * 5.6 / 8) * 8
        self.trunk = nn.Sequential(
            _down(3, a, (2, 2), 5), _Block(a),
            _down(a, b, (2, 1)), _Block(b), _down(b, c, (2, 1)), _Block(c),
        )  # fmt: skip
        self.fold = nn.Sequential(
            nn.Conv2d(c, d, (4, 3), padding=(0, 1), bias=False), nn.BatchNorm2d(d), nn.ReLU()
        )
        self.context = nn.Sequential(_Context(d, 7), _Context(d, 7))
        self.drop = nn.Dropout(0.1)
        self.characters = nn.Conv2d(d, CLASSES, 1)
        self.style = nn.Linear(c + d, len(STYLES))
        self.plate = nn.Linear(c + 2 * d, 1)
        self.brightness = nn.Linear(6, len(STYLES), bias=False)  # colours before they are normalised away

    def forward(self, canvases: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log-probabilities, style logits and plate logit of a batch."""
        x = canvases.permute(0, 3, 1, 2).to(torch.float32)
        flat = x.flatten(1)
        mean = flat.mean(1)[:, None, None, None]
        deviation = ((flat - flat.mean(1, keepdim=True)) ** 2).mean(1).sqrt()[:, None, None, None]
        colour = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1) / 255
        x = (x - mean) / (deviation + 4.0)
        x = self.trunk(x.contiguous(memory_format=torch.channels_last))
        line = self.context(self.fold(x))
        logits = self.characters(self.drop(line)).squeeze(2).transpose(1, 2).to(torch.float32)
        wide, narrow = x.mean((2, 3)), line.mean((2, 3))
        style = self.style(torch.cat([wide, narrow], 1)).to(torch.float32) + self.brightness(colour)
        plate = self.plate(torch.cat([wide, narrow, line.amax((2, 3))], 1)).squeeze(1).to(torch.float32)
        return functional.log_softmax(logits, 2), style, plate
