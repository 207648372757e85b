"""Where number plates are in a picture: four corners and a score for each.

One network looks at the picture at several scales. Moving traffic gets one look; a still also gets a coarse
look for a plate that fills it, a look at full size for far plates, and a close look at each plate found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, cast

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from openanpr.read.model_file import load_session

Image = NDArray[np.uint8]
Corners = NDArray[np.float32]

_GRID = 32  # the network's height and width are multiples of this
_MAIN_PX, _MAIN_MOST_PX = 640, 960  # the long side of the main look
_COARSE_PX = 256
_FULL_FROM_PX, _FULL_MOST_PX = (
    1000,
    2560,
)  # pictures longer than the first are also seen whole, at most so long
_TILE_PX, _OVERLAP_PX = 1920, 192
_CLOSE_FROM_PX = 140  # plates at least so wide get closer looks, at these widths in views of these sizes
_CLOSE_LOOKS = ((80, (160, 96)), (112, (224, 128)))
_BEST_WIDTH_PX = 112  # of a plate as the network sees it: corners are truest there
_SLIVER_ACROSS, _SLIVER_DOWN = 0.025, 0.12  # of a plate: less than its margin
_FLOOR = 0.1  # below this no look's peak is kept, whatever the threshold
_SAME_IOU, _SAME_INSIDE = 0.35, 0.65


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A plate: corners float32 (4, 2) in pixels (tl, tr, br, bl as the plate reads) and a score 0..1."""

    corners: Corners
    score: float

    def is_cut_off(self, image: Image) -> bool:
        """Whether the edge of the picture (h, w, ...) cuts more than a sliver off the plate.

        What is left of a mark is another mark, as clear as the whole one would have been.
        """
        high, wide = image.shape[:2]
        low, top = self.corners.min(axis=0), self.corners.max(axis=0)
        width, height = top - low
        outside_x = max(0.0, -float(low[0]), float(top[0]) - wide)
        outside_y = max(0.0, -float(low[1]), float(top[1]) - high)
        return bool(outside_x > _SLIVER_ACROSS * width or outside_y > _SLIVER_DOWN * height)


@dataclass(frozen=True, slots=True)
class _Look:
    """A part of the picture, x, y, width, height in its pixels, seen at `scale`."""

    x: int
    y: int
    width: int
    height: int
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class _Peaks:
    """Corners (n, 4, 2), scores (n,) and the plates' widths (n,) as the network saw them, in pixels."""

    corners: Corners
    scores: NDArray[np.float32]
    seen_px: NDArray[np.float32]


class Detector:
    """Finds plates; one session, safe to call from one thread at a time."""

    def __init__(self, session: ort.InferenceSession, *, threshold: float) -> None:
        self._session = session
        self.threshold = threshold

    @classmethod
    def load(cls, *, threads: int, threshold: float | None = None) -> Self:
        """The detector shipped with the package; the threshold is its card's unless given (0..1).

        Raises:
            ModelError: the model or its card is missing, damaged or changed.
        """
        session, card = load_session("detector", threads=threads)
        return cls(session, threshold=card.settings.get("threshold", 0.4) if threshold is None else threshold)

    def find(self, image: Image, *, tiles: bool, most: int = 40) -> list[Detection]:
        """Plates of a picture (h, w, 3) uint8 BGR, best score first, at most `most`.

        `tiles` false is for moving traffic: one look, 640 to 960 px long. `tiles` true is for stills.

        Raises:
            ValueError: the picture has another shape or type.
        """
        _check(image)
        looks = list(_still_looks(image)) if tiles else [_main_look(image)]
        peaks = _joined([self._look(image, look) for look in looks])
        keep = peaks.scores >= self.threshold
        peaks = _Peaks(peaks.corners[keep], peaks.scores[keep], peaks.seen_px[keep])
        found = _one_each(peaks, most)
        return [self._closer(image, plate) for plate in found] if tiles else found

    def _run(self, view: Image) -> tuple[NDArray[np.float32], Corners]:
        score, corners = cast(
            tuple[NDArray[np.float32], NDArray[np.float32]], self._session.run(None, {"image": view[None]})
        )
        return score[0], corners[0]

    def _look(self, image: Image, look: _Look) -> _Peaks:
        """The peaks of one look, corners in pixels of the whole picture."""
        view, (scale_x, scale_y) = _view(image, look)
        score, corners = self._run(view)
        rows, columns = np.nonzero(score >= min(_FLOOR, self.threshold))
        found = corners[rows, columns].reshape(-1, 4, 2)
        seen = np.linalg.norm(found[:, 1] - found[:, 0], axis=1)
        whole = found / np.array([scale_x, scale_y], np.float32) + np.array([look.x, look.y], np.float32)
        return _Peaks(whole.astype(np.float32), score[rows, columns], seen.astype(np.float32))

    def _closer(self, image: Image, plate: Detection) -> Detection:
        """The same plate with its corners averaged with those of closer looks that agree.

        Only for wide plates: those that the first look saw at about their own size gain nothing.
        """
        if float(np.linalg.norm(plate.corners[1] - plate.corners[0])) < _CLOSE_FROM_PX:
            return plate
        looks = [self._close_look(image, plate.corners, *close) for close in _CLOSE_LOOKS]
        agreed = [c for c in looks if c is not None and _overlap(plate.corners[None], c)[0][0] > 0.4]
        corners = np.mean([plate.corners, *agreed], axis=0)
        return Detection(corners.astype(np.float32), plate.score)

    def _close_look(
        self, image: Image, plate: Corners, width_px: int, size: tuple[int, int]
    ) -> Corners | None:
        """Corners of the best plate in a view of `size` in which `plate` is `width_px` wide; None if none."""
        low, high = plate.min(axis=0), plate.max(axis=0)
        frame = np.array([image.shape[1], image.shape[0]], np.float32)
        middle, extent = np.clip((low + high) / 2, 0, frame), high - low
        wide, tall = size
        scale = min(width_px / max(8.0, float(extent[0])), 0.5 * tall / max(4.0, float(extent[1])))
        near, start = _cut(image, middle, (wide / scale, tall / scale))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        view = cv2.resize(near, size, interpolation=way)
        score, corners = self._run(view.astype(np.uint8))
        row, column = np.unravel_index(int(score.argmax()), score.shape)
        if score[row, column] < self.threshold:
            return None
        parts = np.array([near.shape[1] / wide, near.shape[0] / tall], np.float32)
        return corners[row, column].reshape(4, 2) * parts + np.array(start, np.float32)


def _check(image: Image) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ValueError(f"a picture must be uint8 (height, width, 3) BGR, not {image.dtype} {image.shape}")


def _main_look(image: Image) -> _Look:
    high, wide = image.shape[:2]
    longest = max(high, wide)
    length = min(_MAIN_MOST_PX, max(_MAIN_PX, longest // 2))
    return _Look(0, 0, wide, high, length / longest)


def _still_looks(image: Image) -> Iterator[_Look]:
    high, wide = image.shape[:2]
    longest = max(high, wide)
    main = _main_look(image)
    yield main
    yield _Look(0, 0, wide, high, _COARSE_PX / longest)
    if longest < _FULL_FROM_PX:
        return
    scale = min(1.0, _FULL_MOST_PX / longest)
    for y, tall in _spans(high, round(_TILE_PX / scale), round(_OVERLAP_PX / scale)):
        for x, broad in _spans(wide, round(_TILE_PX / scale), round(_OVERLAP_PX / scale)):
            yield _Look(x, y, broad, tall, scale)


def _spans(length: int, most: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Starts and lengths of overlapping equal parts, none longer than `most`, that cover `length`."""
    count = 1 if length <= most else -(-(length - overlap) // (most - overlap))
    part = length if count == 1 else -(-(length + (count - 1) * overlap) // count)
    for i in range(count):
        start = round(i * (length - part) / max(1, count - 1))
        yield start, part


def _view(image: Image, look: _Look) -> tuple[Image, tuple[float, float]]:
    """The part resized and padded to the network's grid, and the scales in x and y."""
    part = image[look.y : look.y + look.height, look.x : look.x + look.width]
    wide, high = max(1, round(look.width * look.scale)), max(1, round(look.height * look.scale))
    if (wide, high) != (look.width, look.height):
        way = cv2.INTER_AREA if look.scale < 1 else cv2.INTER_LINEAR
        part = cv2.resize(part, (wide, high), interpolation=way)
    view = np.zeros((-(-high // _GRID) * _GRID, -(-wide // _GRID) * _GRID, 3), np.uint8)
    view[:high, :wide] = part
    return view, (wide / look.width, high / look.height)


def _cut(image: Image, middle: Corners, size: tuple[float, float]) -> tuple[Image, tuple[int, int]]:
    """A part of the picture around `middle`, edges repeated where it reaches outside, and its start x, y."""
    wide, high = round(size[0]), round(size[1])
    x, y = round(float(middle[0]) - size[0] / 2), round(float(middle[1]) - size[1] / 2)
    inside = image[max(0, y) : y + high, max(0, x) : x + wide]
    before = (max(0, -y), max(0, -x))
    after = (high - inside.shape[0] - before[0], wide - inside.shape[1] - before[1])
    padded = cv2.copyMakeBorder(inside, before[0], after[0], before[1], after[1], cv2.BORDER_REPLICATE)
    return padded.astype(np.uint8), (x, y)


def _joined(parts: list[_Peaks]) -> _Peaks:
    return _Peaks(
        np.concatenate([p.corners for p in parts]),
        np.concatenate([p.scores for p in parts]),
        np.concatenate([p.seen_px for p in parts]),
    )


def _overlap(many: Corners, one: Corners) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Upright IoU of quads (n, 4, 2) with one quad, and the share of the smaller inside the other."""
    low, high = many.min(axis=1), many.max(axis=1)
    low_1, high_1 = one.min(axis=0), one.max(axis=0)
    common = np.clip(np.minimum(high, high_1) - np.maximum(low, low_1), 0, None).prod(axis=1)
    area, area_1 = (high - low).prod(axis=1), (high_1 - low_1).prod()
    iou = common / np.maximum(area + area_1 - common, 1e-6)
    inside = common / np.maximum(np.minimum(area, area_1), 1e-6)
    return iou.astype(np.float32), inside.astype(np.float32)


def _one_each(peaks: _Peaks, most: int) -> list[Detection]:
    """One detection a plate: the best score, with the corners of the look that saw it at the best size."""
    left = np.argsort(-peaks.scores, kind="stable")
    found: list[Detection] = []
    while left.size and len(found) < most:
        best = left[0]
        iou, inside = _overlap(peaks.corners[left], peaks.corners[best])
        same = (iou > _SAME_IOU) | (inside > _SAME_INSIDE)
        same[0] = True
        rivals = left[same & (iou > _SAME_IOU)] if (iou > _SAME_IOU).any() else left[:1]
        strong = rivals[peaks.scores[rivals] > 0.7 * peaks.scores[best]]
        apart = np.abs(np.log(np.maximum(peaks.seen_px[strong], 1.0) / _BEST_WIDTH_PX))
        chosen = strong[int(apart.argmin())] if strong.size else best
        found.append(Detection(peaks.corners[chosen], float(peaks.scores[best])))
        left = left[~same]
    return found
