"""A scene becomes frames, and the truth about every pass in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.clips.backdrop import backdrop
from training.clips.camera import NEAR_M, Camera, Points
from training.clips.ground import lay_beam, lay_reflection, lay_shadow
from training.clips.layer import Layer, draw_layer, post_layer
from training.clips.light import LIGHTS, Light
from training.clips.plate import aged, flat_plate
from training.clips.scene import FRAMES_S, Scene, Vehicle, shakes, slant_deg
from training.clips.truth import Sight
from training.clips.vehicle import Build, Car, Face, build_car, to_world
from training.clips.weather import Drops, Noise, add_glow, add_streaks, lamp_colour

Picture = NDArray[np.uint8]
_MARGIN = 26
_FAR_M = 110.0  # beyond this the haze and the trees hide all


@dataclass(frozen=True, slots=True)
class _Actor:
    """A vehicle ready to draw: where it is in each frame, and how high its characters stand on each plate."""

    vehicle: Vehicle
    car: Car
    places: NDArray[np.float64]
    spans: tuple[tuple[float, float], tuple[float, float]]


def _actor(rng: np.random.Generator, vehicle: Vehicle, scene: Scene, light: Light) -> _Actor:
    styles = ("black", "black") if vehicle.style == "black" else ("white", "yellow")
    rear_lines = vehicle.rear_lines or vehicle.lines
    front = aged(rng, flat_plate(rng, vehicle.lines, styles[0], vehicle.band), vehicle.dirt)
    rear = aged(rng, flat_plate(rng, rear_lines, styles[1], vehicle.band), vehicle.dirt)
    hang = (float(rng.normal(0, 0.01)), float(rng.normal(0, 0.02)), float(rng.uniform(-0.02, 0.1)))
    places = vehicle.drive.places(scene.frames)
    car = build_car(
        rng, Build(vehicle.kind, vehicle.colour, front, rear, hang), light, float(np.median(places[:, 2]))
    )
    return _Actor(vehicle, car, places, (front.char_span, rear.char_span))


class Take:
    """One scene being filmed. `sights` fills while frames are drawn."""

    def __init__(self, scene: Scene) -> None:
        """Draw what does not change: the street, the vehicles at rest, the noise."""
        rng = np.random.default_rng(scene.seed)
        light = LIGHTS[scene.light]
        self.scene = scene
        self.light = replace(
            light, front=_dimmed(light.front, scene.dim), rear=_dimmed(light.rear, scene.dim)
        )
        self.sights: list[Sight] = []
        self._rng = rng
        self._actors = [_actor(rng, v, scene, self.light) for v in scene.vehicles]
        self._back = backdrop(scene, self.light, _MARGIN)
        self._noise = Noise(rng, scene.camera.size, light.noise, grey=light.infra_red)
        self._drops = Drops(rng, scene.camera.size, scene.drops)
        self._shake = shakes(rng, scene.frames, scene.shake_deg)

    def frames(self) -> Iterator[Picture]:
        """Each frame uint8 (h, w, 3) BGR in turn."""
        for number in range(self.scene.frames):
            yield self._frame(number)

    def _frame(self, number: int) -> Picture:
        camera = self.scene.camera.turned(*self._shake[number])
        frame = self._empty(number)
        near_last = sorted(
            range(len(self._actors)), key=lambda k: -_distance(self._actors[k], number, camera)
        )
        for k in near_last:
            if _distance(self._actors[k], number, camera) > _FAR_M:
                continue
            place = _place(self._actors[k], number)
            lay_beam(frame, self._actors[k].car.shape, place, camera, self.light)
            lay_shadow(frame, self._actors[k].car.shape, place, camera, self.light)
        self._traffic(frame, number, camera, near_last)
        return self._finish(frame, number)

    def _empty(self, number: int) -> Picture:
        w, h = self.scene.camera.size
        dx, dy = self._shake[number] * np.pi / 180 * self.scene.camera.focal_px
        # Turned to the right and up, the street moves to the left and down.
        warp = np.array([[1, 0, -_MARGIN - dx], [0, 1, -_MARGIN + dy]], np.float64)
        if self.scene.shake_deg == 0:
            return self._back[_MARGIN : _MARGIN + h, _MARGIN : _MARGIN + w].copy()
        return np.asarray(
            cv2.warpAffine(self._back, warp, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT),
            np.uint8,
        )

    def _traffic(self, frame: Picture, number: int, camera: Camera, order: list[int]) -> None:
        """Lay vehicles and posts far to near, and note which plates stay in sight."""
        open_plates: list[Sight] = []
        hidden: list[float] = []
        things: list[tuple[float, int | None]] = [
            (_distance(self._actors[k], number, camera), k) for k in order
        ]
        posts = [
            (float(np.hypot(p.x - camera.at[0], p.y - camera.at[1])), -1 - i)
            for i, p in enumerate(self.scene.posts)
        ]
        for _, k in sorted([*things, *posts], key=lambda one: -one[0]):
            if k < 0:
                post = self.scene.posts[-1 - k]
                layer = post_layer(
                    post.x, post.y, (post.wide, post.high), camera, float(np.mean(self.light.backdrop))
                )
            else:
                layer = self._vehicle(frame, self._actors[k], number, camera)
            if layer is None:
                continue
            layer.over(frame)
            for i, sight in enumerate(open_plates):
                hidden[i] += layer.covers(np.array(sight.corners))
            if k >= 0:
                self._lamps(frame, self._actors[k], number, camera)
                sight = _sight(self._actors[k], number, camera)
                if sight is not None:
                    open_plates.append(sight)
                    hidden.append(0.0)
        self.sights.extend(s for s, share in zip(open_plates, hidden, strict=True) if share < 0.03)

    def _vehicle(self, frame: Picture, actor: _Actor, number: int, camera: Camera) -> Layer | None:
        place = _place(actor, number)
        if _distance(actor, number, camera) > _FAR_M:
            return None
        layer = draw_layer(actor.car, place, camera, self._smear(actor, number, camera))
        if layer is not None and self.light.rain:
            half = actor.car.shape.length / 2
            px, depth = camera.see(to_world(np.array([(half, 0.0, 0.0), (-half, 0.0, 0.0)]), place))
            if depth.min() > NEAR_M:
                lay_reflection(frame, layer, float(px[:, 1].max()), 0.4)
        return layer

    def _smear(self, actor: _Actor, number: int, camera: Camera) -> tuple[float, float]:
        """How far the plate that is seen moves while the shutter is open, in pixels."""
        after = min(number + 1, self.scene.frames - 1)
        before = after - 1
        face = _plate_in_sight(actor.car, _place(actor, number), camera)
        if face is None:
            return 0.0, 0.0
        middle = face.corners.mean(axis=0, keepdims=True)
        cameras = [self.scene.camera.turned(*self._shake[n]) for n in (before, after)]
        at = [
            c.see(to_world(middle, _place(actor, n)))[0][0]
            for c, n in zip(cameras, (before, after), strict=True)
        ]
        dx, dy = (at[1] - at[0]) * FRAMES_S * self.light.exposure_s
        return float(np.clip(dx, -25, 25)), float(np.clip(dy, -25, 25))

    def _lamps(self, frame: Picture, actor: _Actor, number: int, camera: Camera) -> None:
        if self.light.lamps == 0 or actor.vehicle.drive.parked:
            return
        place = _place(actor, number)
        for lamps, head in ((actor.car.head_lamps, True), (actor.car.tail_lamps, False)):
            world = to_world(lamps, place)
            ahead = np.array([np.sin(place[2]), np.cos(place[2])]) * (1 if head else -1)
            way = np.array(camera.at[:2]) - world[:, :2]
            facing = np.clip((way / np.linalg.norm(way, axis=1, keepdims=True)) @ ahead, 0, 1)
            px, depth = camera.see(world)
            for (x, y), d, turn in zip(px, depth, facing, strict=True):
                if d > NEAR_M and turn > 0.2:
                    strength = self.light.lamps * turn**2 * (1.0 if head else 0.75)
                    radius = (0.085 if head else 0.07) * camera.focal_px / d
                    add_glow(
                        frame,
                        (float(x), float(y)),
                        radius,
                        lamp_colour(self.light, head=head),
                        float(strength),
                    )

    def _finish(self, frame: Picture, number: int) -> Picture:
        if self.light.rain:
            frame = add_streaks(self._rng, frame, self.light.rain)
        if self.scene.drops:
            self._drops.lay(frame)
        frame = np.asarray(cv2.GaussianBlur(frame, (0, 0), self.light.soft_px), np.uint8)
        left = min(number, self.scene.frames - 1 - number) + 1
        if left <= self.scene.fade:
            frame = (frame * (left / (self.scene.fade + 1))).astype(np.uint8)
        return self._noise.add(self._rng, frame)


def _dimmed(tint: tuple[float, float, float], share: float) -> tuple[float, float, float]:
    b, g, r = (v * share for v in tint)
    return b, g, r


def _place(actor: _Actor, number: int) -> tuple[float, float, float]:
    x, y, heading = actor.places[number].tolist()
    return x, y, heading


def _distance(actor: _Actor, number: int, camera: Camera) -> float:
    x, y, _ = _place(actor, number)
    return float(np.hypot(x - camera.at[0], y - camera.at[1]))


def _plate_in_sight(car: Car, place: tuple[float, float, float], camera: Camera) -> Face | None:
    """The plate that looks at the camera from in front of it, or None."""
    for face in (car.front_plate, car.rear_plate):
        if face is None:
            continue
        world = to_world(face.corners, place)
        normal = np.cross(world[1] - world[0], world[0] - world[3])
        if float(np.dot(normal, np.array(camera.at) - world[0])) > 0 and camera.see(world)[1].min() > NEAR_M:
            return face
    return None


def _sight(actor: _Actor, number: int, camera: Camera) -> Sight | None:
    """The plate of a vehicle in this frame if the whole of it lies in the picture."""
    place = _place(actor, number)
    face = _plate_in_sight(actor.car, place, camera)
    if face is None:
        return None
    world = to_world(face.corners, place)
    px, _ = camera.see(world)
    if (px < 1).any() or (px > np.array(camera.size) - 2).any():
        return None
    rear = face is actor.car.rear_plate
    top, foot = actor.spans[int(rear)]
    middles = (world[:2].mean(axis=0), world[2:].mean(axis=0))
    ends: Points = np.stack([middles[0] + (middles[1] - middles[0]) * s for s in (top, foot)])
    tall = camera.see(ends)[0]
    slant = slant_deg(camera, world.mean(axis=0).tolist(), place[2] + (np.pi if rear else 0.0))
    corners = tuple((float(x), float(y)) for x, y in px)
    return Sight(actor.vehicle.plate, number, float(np.linalg.norm(tall[1] - tall[0])), slant, rear, corners)
