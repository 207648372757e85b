"""Train the recogniser: `python -m training.recogniser.train --samples 1500000`.

Resumable: kill it at any moment and give the same command again. Every batch depends only on the seed
and its number, so a resumed run sees what an unbroken one would have seen.
"""

from __future__ import annotations

import argparse
import math
import time
from copy import deepcopy
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from openanpr.core.shape import SHAPES
from openanpr.read.ctc import BLANK, GAP
from training.recogniser.mined import Patch, mined_patches
from training.recogniser.network import CLASSES, STEPS, RecogniserNet
from training.recogniser.samples import batch

RUNS = Path(__file__).parents[1] / "runs"
_EMA = 0.999


class _Batches(IterableDataset):  # type: ignore[type-arg]
    """Batches number `first` to `last` of the stream that `seed` names."""

    def __init__(self, seed: int, size: int, first: int, last: int, mined: tuple[Patch, ...] = ()) -> None:
        self.seed, self.size, self.first, self.last, self.mined = seed, size, first, last, mined

    def __iter__(self):  # noqa: ANN204
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        info = torch.utils.data.get_worker_info()
        offset, stride = (info.id, info.num_workers) if info else (0, 1)
        for number in range(self.first + offset, self.last, stride):
            samples = batch((self.seed, number), self.size, mined=self.mined)
            labels = [[GAP if c == " " else SHAPES.index(c) for c in s.groups] for s in samples]
            yield (
                torch.from_numpy(np.stack([s.canvas for s in samples])),
                torch.tensor([i for label in labels for i in label], dtype=torch.long),
                torch.tensor([len(label) for label in labels]),
                torch.tensor([s.style for s in samples]),
                torch.tensor([float(s.is_plate) for s in samples]),
            )


def loss_of(net: nn.Module, parts: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    """The training loss of one batch, and the share of it that is characters."""
    canvases, labels, lengths, style, plate = parts
    log_p, style_logits, plate_logit = net(canvases)
    steps = torch.full((len(canvases),), STEPS)
    ctc = functional.ctc_loss(
        log_p.transpose(0, 1), labels, steps, lengths, blank=BLANK, reduction="none", zero_infinity=True
    )
    characters = (ctc / lengths.clamp(min=3)).mean()
    known = plate > 0.5
    styles = (
        functional.cross_entropy(style_logits[known], style[known]) if known.any() else style_logits.sum() * 0
    )
    plates = functional.binary_cross_entropy_with_logits(plate_logit, plate)
    return characters + 0.1 * styles + 0.3 * plates, characters.detach()


def _mined(arguments: argparse.Namespace) -> tuple[Patch, ...]:
    if arguments.hard is None:
        return ()
    patches = mined_patches(arguments.negatives, arguments.hard)
    print(f"{len(patches)} places that a detector took for plates", flush=True)
    return patches


def _rate(step: int, steps: int, peak: float) -> float:
    warm = min(1.0, (step + 1) / 300)
    return peak * warm * max(0.004, 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))


def train(arguments: argparse.Namespace) -> Path:
    """Run or resume one training; returns the check-point's path."""
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    net = RecogniserNet(arguments.width).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=arguments.rate, weight_decay=0.02, betas=(0.9, 0.98))
    average = deepcopy(net).eval()
    steps, step = arguments.samples // arguments.batch, 0
    file = RUNS / f"{arguments.name}.pt"
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists():
        state = torch.load(file, weights_only=True)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step = int(state["step"])
        print(f"resumed {file.name} at step {step}", flush=True)
    elif arguments.start_from:
        weights = with_gap(weights_of(Path(arguments.start_from)))
        net.load_state_dict(weights)
        average.load_state_dict(weights)
    batches = DataLoader(
        _Batches(arguments.seed, arguments.batch, step, steps, _mined(arguments)), batch_size=None,
        num_workers=arguments.workers,
        prefetch_factor=4 if arguments.workers else None,
    )  # fmt: skip
    saved = began = time.monotonic()
    shown, seen = 0.0, 0
    net.train()
    for parts in batches:
        for group in optimiser.param_groups:
            group["lr"] = _rate(step, steps, arguments.rate)
        with torch.autocast("cpu", torch.bfloat16, enabled=not arguments.full_precision):
            loss, characters = loss_of(net, parts)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 3.0)
        optimiser.step()
        step += 1
        keep = min(_EMA, step / (step + 20))
        with torch.no_grad():
            for mean, now in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
                mean.lerp_(now, 1 - keep) if mean.is_floating_point() else mean.copy_(now)
        shown, seen = shown + float(characters), seen + 1
        if seen == 100:
            pace = (time.monotonic() - began) / seen / arguments.batch * 1000
            print(f"step {step}/{steps} loss {shown / seen:.4f} {pace:.2f} ms a sample", flush=True)
            shown, seen, began = 0.0, 0, time.monotonic()
        if time.monotonic() - saved > arguments.save_every or step == steps:
            _save(file, net, average, optimiser, step)
            saved = time.monotonic()
    return file


def weights_of(file: Path) -> dict[str, Tensor]:
    """The averaged weights in a check-point, or those of a shipped ONNX file, by their layers' names."""
    if file.suffix != ".onnx":
        return torch.load(file, weights_only=True)["average"]
    arrays = {
        i.name.removeprefix("net."): numpy_helper.to_array(i) for i in onnx.load(str(file)).graph.initializer
    }
    counters = (
        RecogniserNet().state_dict()
    )  # batch counters are no part of what is shipped, nor of what is learnt
    missing = {name: value for name, value in counters.items() if name.endswith("num_batches_tracked")}
    return {name: torch.from_numpy(a.copy()) for name, a in arrays.items() if name in counters} | missing


def with_gap(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of a network that knew no gap between groups: it begins as an unlikely sort of blank."""
    kernel, bias = weights["characters.weight"], weights["characters.bias"]
    if len(kernel) == CLASSES:
        return weights
    return weights | {
        "characters.weight": torch.cat([kernel, kernel[BLANK:]]),
        "characters.bias": torch.cat([bias, bias[BLANK:] - 4.0]),
    }


def _save(
    file: Path, net: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer, step: int
) -> None:
    state = {
        "net": net.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
    }
    torch.save(state, file.with_suffix(".tmp"))
    file.with_suffix(".tmp").rename(file)


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--name", default="recogniser", help="name of the check-point in training/runs")
    options.add_argument("--samples", type=int, default=1_500_000)
    options.add_argument("--batch", type=int, default=128)
    options.add_argument("--rate", type=float, default=2.5e-3)
    options.add_argument("--width", type=int, default=24)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--save-every", type=float, default=180.0, help="seconds")
    options.add_argument("--start-from", default=None, help="check-point or shipped ONNX to begin with")
    options.add_argument("--negatives", type=Path, help="folder of pictures without plates")
    options.add_argument("--hard", type=Path, help="false boxes on them, from training.detector.mine")
    options.add_argument("--full-precision", action="store_true", help="float32 instead of bfloat16")
    return options


if __name__ == "__main__":
    train(parser().parse_args())
