"""For which cameras a sender may speak."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from openanpr.core.camera import CameraId


@dataclass(frozen=True, slots=True)
class Scope:
    """Cameras one by one, whole sources (force, source) and whole forces; never nothing at all.

    A camera or a car speaks for cameras; a force's node that forwards, for sources or for the force.
    """

    cameras: frozenset[CameraId] = frozenset()
    sources: frozenset[tuple[int, int]] = frozenset()
    forces: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a scope of nothing."""
        if not (self.cameras or self.sources or self.forces):
            raise ValueError("a sender must be enrolled for at least one camera, source or force")

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Return the scope of `53` (force), `53/1` (source), `53/1/7` (camera); raises ValueError."""
        cameras, sources, forces = set[CameraId](), set[tuple[int, int]](), set[int]()
        for text in texts:
            numbers = text.strip().count("/") + 1
            if numbers > 3:
                raise ValueError("a scope is named as 53 (force), 53/1 (source) or 53/1/7 (camera)")
            camera = CameraId.parse("/".join([text.strip(), *["0"] * (3 - numbers)]))
            if numbers == 3:
                cameras.add(camera)
            elif numbers == 2:
                sources.add((camera.force, camera.source))
            else:
                forces.add(camera.force)
        return cls(frozenset(cameras), frozenset(sources), frozenset(forces))

    def texts(self) -> tuple[str, ...]:
        """Return what `parse` takes, sorted."""
        return (
            *(str(force) for force in sorted(self.forces)),
            *(f"{force}/{source}" for force, source in sorted(self.sources)),
            *(str(camera) for camera in sorted(self.cameras)),
        )

    def covers(self, camera: CameraId) -> bool:
        """Return whether the sender may speak for `camera`."""
        return (
            camera in self.cameras
            or (camera.force, camera.source) in self.sources
            or camera.force in self.forces
        )
