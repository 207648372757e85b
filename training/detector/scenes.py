"""Training scenes: a crop of a photograph or a drawn place, with plates, distractors, light and weather.

Real plates of a photograph stay with their box as weak truth, or are painted over; drawn plates carry exact
corners. Whatever is cut by the edge or too small to be found is given no weight.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector import distract, light
from training.detector.paste import erase, grown, paste, random_quad
from training.detector.photos import Photo
from training.detector.street import car_end, street
from training.detector.targets import Scene, Truth
from training.plates.draw import DrawnPlate, draw_plate

Image = NDArray[np.uint8]
Rng = np.random.Generator
LEAST_WIDTH_PX = 20.0  # of a plate in the picture that the network sees
LEAST_SEEN = 0.8  # share of a plate inside the picture
_PLATE_PX_PER_MM = 0.55


class PlateShelf:
    """Drawn plates used several times and renewed slowly: drawing one costs more than the rest of a scene."""

    def __init__(self, size: int, *, family: str | None = None) -> None:
        self._size = size
        self._family = family
        self._kept: list[DrawnPlate] = []

    def take(self, rng: Rng) -> DrawnPlate:
        """One plate; one in five is new once the shelf is full."""
        if len(self._kept) < self._size:
            self._kept.append(draw_plate(rng, px_per_mm=_PLATE_PX_PER_MM, family=self._family))
            return self._kept[-1]
        at = int(rng.integers(self._size))
        if rng.random() < 0.2:
            self._kept[at] = draw_plate(rng, px_per_mm=_PLATE_PX_PER_MM, family=self._family)
        return self._kept[at]


@dataclass(slots=True)
class Draft:
    """A scene being made: picture, truths so far, weight map."""

    image: Image
    weight: NDArray[np.float32]
    plates: list[Truth] = field(default_factory=list[Truth])
    taken: list[NDArray[np.float32]] = field(default_factory=list[NDArray[np.float32]])

    def free(self, quad: NDArray[np.float32], margin: float = 4) -> bool:
        """True if the quad's extent overlaps nothing placed so far."""
        low, high = quad.min(axis=0) - margin, quad.max(axis=0) + margin
        return not any(bool(np.all(low < t[1]) and np.all(high > t[0])) for t in self.taken)

    def take(self, quad: NDArray[np.float32]) -> None:
        """Nothing else may be put over this quad."""
        self.taken.append(np.stack([quad.min(axis=0), quad.max(axis=0)]))

    def ignore(self, low: NDArray[np.float32], high: NDArray[np.float32]) -> None:
        """No weight inside a box."""
        x0, y0 = np.maximum(0, np.floor(low)).astype(int)
        x1, y1 = np.maximum(0, np.ceil(high)).astype(int)
        self.weight[y0:y1, x0:x1] = 0.0

    def add(self, quad: NDArray[np.float32], *, exact: bool) -> None:
        """Keep a plate as truth, or ignore it if it is cut or too small."""
        size = self.image.shape[0]
        low, high = quad.min(axis=0), quad.max(axis=0)
        seen = np.prod(np.clip(high, 0, size) - np.clip(low, 0, size)) / max(1.0, float(np.prod(high - low)))
        middle = quad.mean(axis=0)
        inside = bool(np.all(middle > 0) and np.all(middle < size))
        if seen < LEAST_SEEN or not inside or high[0] - low[0] < LEAST_WIDTH_PX * (1.0 if exact else 1.1):
            self.ignore(low, high)
        else:
            self.plates.append(Truth(quad.astype(np.float32), exact))


class Scenes:
    """Makes scenes of `size` pixels from photographs; everything random comes from the caller's generator."""

    def __init__(self, photos: list[Photo], *, size: int, shelf: int = 1500) -> None:
        self.size = size
        self.plates = PlateShelf(shelf)
        self.things = distract.Shelf(shelf // 2)
        self._pools = {k: [p for p in photos if p.kind == k] for k in ("street", "close", "empty")}
        self._hard = [p for p in photos if len(p.hard)]
        self._pools = {k: pool for k, pool in self._pools.items() if pool}

    def make(self, rng: Rng) -> Scene:
        """One scene."""
        roll = rng.random()
        if roll < 0.12 or not self._pools:
            draft = self._drawn(rng)
        elif roll < 0.24:
            draft = self._blank(
                distract.page(rng, self.size) if rng.random() < 0.6 else distract.pattern(rng, self.size)
            )
        else:
            draft = self._photo(rng)
        self._fill(rng, draft, plates=roll >= 0.2 or roll < 0.12)
        grey = 0.35 if draft.plates else 0.6
        image = light.weather(rng, draft.image, grey=grey)
        return Scene(np.ascontiguousarray(image), tuple(draft.plates), draft.weight)

    def _blank(self, image: Image) -> Draft:
        return Draft(image, np.ones((self.size, self.size), np.float32))

    def _drawn(self, rng: Rng) -> Draft:
        draft = self._blank(street(rng, self.size))
        for _ in range(int(rng.integers(1, 4))):
            wide = int(np.exp(rng.uniform(np.log(60), np.log(self.size * 1.2))))
            x, y = (
                int(rng.uniform(-0.3 * wide, self.size - 0.5 * wide)),
                int(rng.uniform(-0.2 * wide, self.size - 0.4 * wide)),
            )
            car = car_end(rng, wide)
            self._lay_car(rng, draft, car.image, car.mask, (x, y), car.plate)
        return draft

    def _lay_car(
        self,
        rng: Rng,
        draft: Draft,
        car: Image,
        mask: NDArray[np.float32],
        at: tuple[int, int],
        spot: tuple[float, float, float],
    ) -> None:
        x, y = at
        x0, y0, x1, y1 = (
            max(0, x),
            max(0, y),
            min(self.size, x + car.shape[1]),
            min(self.size, y + car.shape[0]),
        )
        body = np.array([[x, y], [x + car.shape[1], y + car.shape[0]]], np.float32)
        if x1 <= x0 or y1 <= y0 or not draft.free(body):
            return
        alpha = mask[y0 - y : y1 - y, x0 - x : x1 - x, None]
        part = draft.image[y0:y1, x0:x1]
        draft.image[y0:y1, x0:x1] = (
            part * (1 - alpha) + car[y0 - y : y1 - y, x0 - x : x1 - x] * alpha
        ).astype(np.uint8)
        if rng.random() < 0.8:
            self._put_plate(rng, draft, np.array([x + spot[0], y + spot[1]], np.float32), spot[2], slant=0.6)
        draft.take(body)

    def _photo(self, rng: Rng) -> Draft:
        kinds = [k for k in ("street", "close", "empty") if k in self._pools]
        share = np.array([{"street": 0.35, "close": 0.4, "empty": 0.25}[k] for k in kinds])
        pool = self._pools[str(rng.choice(kinds, p=share / share.sum()))]
        if self._hard and rng.random() < 0.2:
            pool = self._hard
        photo = pool[int(rng.integers(len(pool)))]
        move, scale = self._window(rng, photo)
        image = cv2.warpAffine(
            photo.image, move, (self.size, self.size),
            flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT if rng.random() < 0.7 else cv2.BORDER_REPLICATE,
        )  # fmt: skip
        draft = self._blank(image.astype(np.uint8))
        for x, y, w, h in photo.boxes:
            box = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)
            quad = cv2.transform(box[None], move)[0].astype(np.float32)
            quad = _upright(quad)
            if quad[:, 0].max() < 0 or quad[:, 1].max() < 0 or quad.min() > self.size:
                continue
            self._real_plate(rng, draft, quad, scale)
        return draft

    def _window(self, rng: Rng, photo: Photo) -> tuple[NDArray[np.float64], float]:
        """An affine move from photograph to scene, and its scale: plates from 20 px to nine tenths of it."""
        high, wide = photo.image.shape[:2]
        if len(photo.hard) and rng.random() < 0.6:
            x, y, w, h = photo.hard[int(rng.integers(len(photo.hard)))]
            scale = float(
                np.clip(np.exp(rng.uniform(np.log(24), np.log(self.size * 0.5))) / max(w, 4), 0.1, 2.0)
            )
            middle, aim = np.array([x + w / 2, y + h / 2]), rng.uniform(0.15, 0.85, 2) * self.size
        elif len(photo.boxes) and rng.random() < 0.85:
            x, y, w, h = photo.boxes[int(rng.integers(len(photo.boxes)))]
            want = np.exp(
                rng.uniform(np.log(24), np.log(self.size * (0.55 if photo.kind == "street" else 0.9)))
            )
            most = 1.7 if photo.kind == "street" else 1.25
            scale = float(
                np.clip(
                    want / w,
                    0.9 * self.size / wide if photo.kind == "street" else 0.55 * self.size / wide,
                    most,
                )
            )
            middle, aim = np.array([x + w / 2, y + h / 2]), rng.uniform(0.1, 0.9, 2) * self.size
        else:
            least = self.size / max(high, wide)
            scale = float(np.clip(np.exp(rng.uniform(np.log(least), np.log(least * 3.5))), 0.1, 1.7))
            middle, aim = rng.uniform(0, 1, 2) * (wide, high), rng.uniform(0.2, 0.8, 2) * self.size
        angle = np.radians(rng.normal(0, 4)) if rng.random() < 0.4 else 0.0
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        shift = aim - turn @ middle
        if rng.random() < 0.9:  # fill the scene with the photograph as far as it goes
            spare = self.size - scale * np.array([wide, high])
            shift = np.clip(shift, np.minimum(spare, 0), np.maximum(spare, 0))
        return np.hstack([turn, shift[:, None]]), scale

    def _real_plate(self, rng: Rng, draft: Draft, quad: NDArray[np.float32], scale: float) -> None:
        roll = rng.random()
        if roll < 0.45:
            draft.add(quad, exact=False)
            draft.take(quad)
            return
        low, high = quad.min(axis=0), quad.max(axis=0)
        pad = 0.06 * (high - low) + 1
        erase(rng, draft.image, (*(low - pad), *(high + pad)))  # type: ignore[arg-type]
        if roll < 0.88:
            self._put_plate(
                rng,
                draft,
                quad.mean(axis=0),
                float(high[0] - low[0]) * rng.uniform(0.9, 1.25),
                blur=max(0.0, 0.45 * scale - 0.3),
                slant=0.6,
            )
        draft.take(quad)

    def _put_plate(
        self,
        rng: Rng,
        draft: Draft,
        middle: NDArray[np.float32],
        width: float,
        *,
        blur: float = 0.0,
        slant: float = 1.0,
    ) -> None:
        """A drawn plate with its holder, at a middle and a width in pixels before it is turned."""
        plate = self.plates.take(rng)
        aspect = plate.image.shape[1] / plate.image.shape[0]
        if aspect < 2.6:  # a two-line plate is narrower than a one-line plate
            width *= 0.6
        quad = random_quad(rng, aspect, width, slant=slant) + middle
        if not draft.free(quad):
            return
        height = width / aspect
        soft = blur + (rng.uniform(0, 0.045) * height if rng.random() < 0.5 else 0.0)
        if rng.random() < 0.5:
            holder = np.full(
                (24, 60, 3), rng.uniform(5, 90) if rng.random() < 0.7 else rng.uniform(90, 240), np.uint8
            )
            paste(rng, draft.image, holder, grown(quad, rng.uniform(1.02, 1.2)), blur=soft)
        paste(rng, draft.image, plate.image, quad, own=float(rng.choice([0.2, 0.5, 0.9])), blur=soft)
        draft.add(quad, exact=True)
        draft.take(quad)

    def _marks(self, rng: Rng, draft: Draft) -> None:
        """Words and badges laid straight on the picture, as on a car's tail."""
        for _ in range(int(rng.integers(1, 4))):
            x, y = (int(v) for v in rng.uniform(-10, self.size - 10, 2))
            height = int(np.exp(rng.uniform(np.log(7), np.log(60))))
            place = np.array([[x - height, y - height], [x + 6 * height, y + 2 * height]], np.float32)
            if not draft.free(place):
                continue
            if rng.random() < 0.65:
                distract.lettering(rng, draft.image, (x, y), height)
            else:
                distract.emblem(rng, draft.image, (x, y), height)
            draft.take(place)

    def _fill(self, rng: Rng, draft: Draft, *, plates: bool) -> None:
        """Distractors anywhere, and a few plates in free places."""
        if rng.random() < 0.35:
            self._marks(rng, draft)
        for _ in range(int(rng.choice([0, 1, 2, 4], p=[0.4, 0.3, 0.2, 0.1]))):
            thing = self.things.take(rng)
            wide = float(np.exp(rng.uniform(np.log(24), np.log(self.size * 0.8))))
            quad = random_quad(rng, thing.shape[1] / thing.shape[0], wide) + rng.uniform(
                0, self.size, 2
            ).astype(np.float32)
            if draft.free(quad):
                paste(rng, draft.image, thing, quad, own=0.4, blur=rng.uniform(0, 0.8))
                draft.take(quad)
        if not plates:
            return
        for _ in range(int(rng.choice([0, 1, 2, 4, 6], p=[0.3, 0.25, 0.2, 0.15, 0.1]))):
            wide = float(
                np.exp(rng.uniform(np.log(24), np.log(self.size * (0.9 if rng.random() < 0.4 else 0.35))))
            )
            self._put_plate(rng, draft, rng.uniform(0.02, 0.98, 2).astype(np.float32) * self.size, wide)


def _upright(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    """The upright rectangle around a quad, as corners."""
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
