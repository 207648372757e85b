"""Takes become one H.264 clip, as a roadside recorder would store it, with the truth beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from training.clips.render import Take
from training.clips.scene import FRAMES_S, Scene
from training.clips.truth import Sight, TruePass, joined, passes_of

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Film:
    """The truth of one clip: its passes, and where each plate is in each frame that shows the whole of it."""

    passes: list[TruePass]
    sights: list[Sight]


def film(scenes: Sequence[Scene], path: Path, *, stills: Path | None = None) -> Film:
    """Draw the scenes one after another into the clip `path` and return the truth of it.

    `stills`: a folder for every 25th frame as PNG. Raises ValueError when the scenes differ in size.
    """
    sizes = {scene.camera.size for scene in scenes}
    if len(sizes) != 1:
        raise ValueError("the takes of one clip need cameras of one picture size")
    path.parent.mkdir(parents=True, exist_ok=True)
    w, h = sizes.pop()
    takes = [Take(scene) for scene in scenes]
    rate = round(max(take.light.bit_rate for take in takes) * w * h / 921_600)
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w") as box:
        # One thread: with more, the encoder's bytes would differ from machine to machine.
        stream = box.add_stream(
            "libx264", rate=FRAMES_S, options={"preset": "veryfast", "threads": "1", "g": "50"}
        )
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = w, h, "yuv420p", rate
        number = 0
        for take in takes:
            for picture in take.frames():
                box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
                _still(stills, path.stem, number, picture)
                number += 1
        box.mux(stream.encode())
    part.replace(path)
    starts = np.cumsum([0, *(scene.frames for scene in scenes)]).tolist()
    passes, sights = [], []
    for take, start in zip(takes, starts[:-1], strict=True):
        passes.append(passes_of(take.scene, take.sights, first_frame=start, clip=path.stem))
        sights += [replace(sight, frame=start + sight.frame) for sight in take.sights]
    return Film(joined(passes), sights)


def _still(folder: Path | None, name: str, number: int, picture: Picture) -> None:
    if folder is not None and number % 25 == 12:
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"{name}-{number:04d}.png"), picture)
