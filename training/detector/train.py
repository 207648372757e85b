"""Train the plate detector on one or two CPU cores; stop and go on at will.

    python -m training.detector.train --data ../shared/data --out training/runs/detector --minutes 60

Scenes are drawn as they are needed by worker processes. A check-point with averaged weights is kept every
three minutes; the same command goes on from it. `--start` begins with the averaged weights of another
check-point or with those of a shipped ONNX file.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from training.detector.folding import settle, unfold, weights_from_onnx
from training.detector.light import tone
from training.detector.network import PlateNet
from training.detector.photos import Photo, photos_to_train
from training.detector.scenes import Scenes
from training.detector.targets import centre_loss, corner_loss, draw_targets

KEEP_EVERY_S = 180.0
KEPT_SCENES = 400  # of each worker, to be shown again in another light
CORNER_WEIGHT = 2.5
Made = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides a training besides the data."""

    seed: int = 1
    size: int = 320
    batch: int = 16
    rate: float = 2e-3
    decay: float = 1e-4
    warm_steps: int = 200
    ema: float = 0.9985
    minutes: float = 60.0
    steps: int = 0  # stop after so many steps; 0: by minutes alone
    shelf: int = 1500
    fresh: float = 0.5  # share of a batch that is drawn anew; the rest is shown again in another light


class Stream(IterableDataset[tuple[Tensor, ...]]):
    """Endless batches of images, heat maps and corners; each worker has its own seed."""

    def __init__(self, photos: list[Photo], recipe: Recipe, start: int) -> None:
        self.photos, self.recipe, self.start = photos, recipe, start

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng((self.recipe.seed, self.start, worker.id if worker else 0))
        scenes = Scenes(self.photos, size=self.recipe.size, shelf=self.recipe.shelf)
        kept: list[Made] = []
        while True:
            fresh = max(1, round(self.recipe.batch * self.recipe.fresh))
            batch = [
                _made(scenes, rng) for _ in range(fresh if len(kept) >= KEPT_SCENES else self.recipe.batch)
            ]
            again = [kept[int(i)] for i in rng.integers(0, max(1, len(kept)), self.recipe.batch - len(batch))]
            for made in batch:
                if len(kept) < KEPT_SCENES:
                    kept.append(made)
                else:
                    kept[int(rng.integers(KEPT_SCENES))] = made
            batch += [(tone(rng, image, grey=0.1), heat, corners) for image, heat, corners in again]
            yield tuple(torch.from_numpy(np.stack(part)) for part in zip(*batch, strict=True))


def _made(scenes: Scenes, rng: np.random.Generator) -> Made:
    scene = scenes.make(rng)
    return (scene.image, *draw_targets(scene))


@dataclass(slots=True)
class State:
    """What a check-point keeps."""

    net: PlateNet
    ema: dict[str, Tensor]
    optimiser: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    def save(self, path: Path, recipe: Recipe) -> None:
        """Write a check-point; a reader never sees half of one."""
        kept = {
            "net": self.net.state_dict(), "ema": self.ema, "optimiser": self.optimiser.state_dict(),
            "step": self.step, "seconds": self.seconds, "recipe": asdict(recipe),
        }  # fmt: skip
        fresh = path.with_suffix(".new")
        torch.save(kept, fresh)
        fresh.replace(path)

    def load(self, path: Path) -> None:
        """Take up a check-point."""
        kept: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        self.net.load_state_dict(kept["net"])
        self.ema = kept["ema"]
        self.optimiser.load_state_dict(kept["optimiser"])
        self.step, self.seconds = kept["step"], kept["seconds"]

    def average(self, keep: float) -> None:
        """Move the averaged weights a little towards the present ones."""
        keep = min(keep, (1 + self.step) / (10 + self.step))
        for name, value in self.net.state_dict().items():
            if value.dtype.is_floating_point:
                self.ema[name].mul_(keep).add_(value, alpha=1 - keep)
            else:
                self.ema[name] = value.clone()


def begin(recipe: Recipe, start: Path | None = None) -> State:
    """A fresh network (or another check-point's averaged weights) and its optimiser."""
    torch.manual_seed(recipe.seed)
    net = PlateNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if start is not None:
        start_from(net, start)
    shrunk = [p for p in net.parameters() if p.ndim > 1]
    free = [p for p in net.parameters() if p.ndim <= 1]
    groups = [{"params": shrunk, "weight_decay": recipe.decay}, {"params": free, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=recipe.rate)
    return State(net, {k: v.detach().clone() for k, v in net.state_dict().items()}, optimiser)


def start_from(net: PlateNet, start: Path) -> None:
    """Give a network the averaged weights of a check-point (.pt), or those of a shipped ONNX file."""
    if start.suffix == ".onnx":
        unfold(net, weights_from_onnx(start))
    else:
        net.load_state_dict(torch.load(start, map_location="cpu", weights_only=True)["ema"])


def rate_at(recipe: Recipe, step: int, share: float) -> float:
    """Learning rate: a short climb, then a cosine down to a fiftieth over the run's `share` 0..1."""
    climb = min(1.0, (step + 1) / recipe.warm_steps)
    return recipe.rate * climb * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def prepared(image: Tensor) -> Tensor:
    """Pictures (n, h, w, 3) uint8 as the network wants them; in memory they stay channels-last."""
    return image.permute(0, 3, 1, 2).float().mul_(1 / 127.5).sub_(1.0)


def one_step(state: State, batch: tuple[Tensor, ...]) -> tuple[float, float]:
    """One step of training; gives the two losses."""
    image, heat, corners = batch
    x = prepared(image)
    with torch.autocast("cpu", torch.bfloat16):
        raw = state.net(x)
    raw = raw.float()
    centre = centre_loss(raw[:, 0], heat[:, 0], heat[:, 1])
    corner = corner_loss(raw, corners, heat)
    state.optimiser.zero_grad(set_to_none=True)
    (centre + CORNER_WEIGHT * corner).backward()
    torch.nn.utils.clip_grad_norm_(state.net.parameters(), 10.0)
    state.optimiser.step()
    return float(centre.detach()), float(corner.detach())


def train(
    photos: list[Photo], recipe: Recipe, out: Path, *, workers: int, start: Path | None = None
) -> State:
    """Train until the recipe's minutes or steps are used up, going on from `out/last.pt` if it is there."""
    out.mkdir(parents=True, exist_ok=True)
    last = out / "last.pt"
    state = begin(recipe, start)
    if last.exists():
        state.load(last)
    stream = DataLoader(
        Stream(photos, recipe, state.step),
        batch_size=None,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
    )
    begun, kept = time.monotonic() - state.seconds, time.monotonic()
    sums = np.zeros(2)
    state.net.train()
    for batch in stream:
        if state.step == 0 and start is not None and start.suffix == ".onnx":
            settle(state.net, prepared(batch[0]))
        state.seconds = time.monotonic() - begun
        share = state.step / recipe.steps if recipe.steps else state.seconds / (60 * recipe.minutes)
        if share >= 1:
            break
        for group in state.optimiser.param_groups:
            group["lr"] = rate_at(recipe, state.step, share)
        sums = 0.98 * sums + 0.02 * np.array(one_step(state, batch))
        state.step += 1
        state.average(recipe.ema)
        if time.monotonic() - kept > KEEP_EVERY_S:
            kept = time.monotonic()
            state.save(last, recipe)
        if state.step % 100 == 0:
            scale = 1 / (1 - 0.98**state.step)
            losses = f"centre {sums[0] * scale:.3f} corner {sums[1] * scale:.3f}"
            print(f"{state.step} steps {state.seconds:.0f} s {losses}", flush=True)
    state.save(last, recipe)
    return state


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description="train the plate detector")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("OPENANPR_DATA", "../shared/data")))
    parser.add_argument("--negatives", type=Path, help="folder of pictures without plates")
    parser.add_argument("--hard", type=Path, help="JSON file of false boxes, from training.detector.mine")
    parser.add_argument("--out", type=Path, default=Path("training/runs/detector"))
    parser.add_argument("--start", type=Path, help="check-point whose averaged weights to begin with")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    cv2.setNumThreads(1)  # before any picture is touched: its pool does not live through a fork
    recipe = Recipe(minutes=given.minutes, rate=given.rate, seed=given.seed)
    photos = photos_to_train(given.data, given.negatives, given.hard)
    print(f"{len(photos)} photographs, {recipe}", flush=True)
    train(photos, recipe, given.out, workers=given.workers, start=given.start)


if __name__ == "__main__":
    main()
