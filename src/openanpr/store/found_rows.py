"""The two halves in which a read is stored, as searches find them, made into one row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.read import Direction, Style
from openanpr.core.read_key import ReadKey
from openanpr.search.found import FoundRead
from openanpr.search.question import Spelling
from openanpr.store.read_columns import CONFIDENCE_STEPS, DEGREE_STEPS, P_STEPS, from_ms
from openanpr.store.reads_named import Name


class PlateSide(msgspec.Struct, frozen=True, array_like=True):
    """What the order of plates keeps of a read, as far as a table shows it."""

    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str
    confidence: int | None
    late: bool
    latency_ms: int
    style: str
    candidate_plate: list[str]
    candidate_p: list[int]

    @property
    def name(self) -> Name:
        """The read's key, as statements take it."""
        return self.vrm, self.captured_ms, self.force, self.source, self.camera


class CameraSide(msgspec.Struct, frozen=True, array_like=True):
    """What the order of cameras keeps of a read, as far as a table shows it."""

    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str
    clock_doubtful: bool
    direction: str
    lat_e7: int | None
    lon_e7: int | None
    place_error_m: float | None

    @property
    def name(self) -> Name:
        """The read's key, as statements take it."""
        return self.vrm, self.captured_ms, self.force, self.source, self.camera

    @property
    def place(self) -> Place | None:
        """Where a moving camera was."""
        if self.lat_e7 is None or self.lon_e7 is None:
            return None
        return Place(self.lat_e7 / DEGREE_STEPS, self.lon_e7 / DEGREE_STEPS, self.place_error_m)


def found_reads(
    names: Iterable[Name],
    plates: Mapping[Name, PlateSide],
    cameras: Mapping[Name, CameraSide],
    how: Callable[[str], Spelling],
) -> tuple[FoundRead, ...]:
    """Return the rows of these names, in their order; `how` tells by which spelling a read answers.

    A read of which one half is missing is left out: it is just coming, or its day is just going.
    """
    return tuple(
        _found(plates[name], cameras[name], how(name[0]))
        for name in names
        if name in plates and name in cameras
    )


def _found(plate: PlateSide, around: CameraSide, spelling: Spelling) -> FoundRead:
    return FoundRead(
        key=ReadKey(CameraId(plate.force, plate.source, plate.camera), from_ms(plate.captured_ms), plate.vrm),
        spelling=spelling,
        confidence=None if plate.confidence is None else plate.confidence / CONFIDENCE_STEPS,
        late=plate.late,
        clock_doubtful=around.clock_doubtful,
        received_at=from_ms(plate.captured_ms + plate.latency_ms),
        direction=Direction(around.direction),
        style=Style(plate.style),
        rivals=_rivals(plate),
        place=around.place,
    )


def _rivals(plate: PlateSide) -> tuple[tuple[str, float], ...]:
    """Return the candidates that are spelt otherwise, the likeliest first."""
    told = zip(plate.candidate_plate, plate.candidate_p, strict=True)
    others = [(text, p / P_STEPS) for text, p in told if text not in {"", plate.vrm}]
    return tuple(sorted(others, key=lambda other: (-other[1], other[0])))
