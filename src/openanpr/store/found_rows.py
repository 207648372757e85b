"""Stored reads as searches find them, made into the rows of a table."""

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


class FoundRow(msgspec.Struct, frozen=True, array_like=True):
    """What one order keeps of a read, as far as a table of results shows it: all of that where `tabled`.

    A row that was stored before orders had what the other one has is not `tabled`: in the order of plates
    the fields from `clock_doubtful` on are missing, in that of cameras `style` and the candidates.
    """

    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str
    tabled: bool
    confidence: int | None
    late: bool
    latency_ms: int
    style: str
    candidate_plate: list[str]
    candidate_p: list[int]
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


def joined(
    names: Iterable[Name], plates: Mapping[Name, FoundRow], cameras: Mapping[Name, FoundRow]
) -> dict[Name, FoundRow]:
    """Return whole rows of reads of which each order knows a half.

    A read of which one half is missing is left out: its day is just going.
    """
    return {
        name: msgspec.structs.replace(
            cameras[name],
            tabled=True,
            style=plates[name].style,
            candidate_plate=plates[name].candidate_plate,
            candidate_p=plates[name].candidate_p,
        )
        for name in names
        if name in plates and name in cameras
    }


def found_reads(
    names: Iterable[Name], rows: Mapping[Name, FoundRow], how: Callable[[str], Spelling]
) -> tuple[FoundRead, ...]:
    """Return the reads of these names that are whole, in their order; `how` tells how each is spelt."""
    return tuple(_found(rows[name], how(name[0])) for name in names if name in rows and rows[name].tabled)


def _found(row: FoundRow, spelling: Spelling) -> FoundRead:
    return FoundRead(
        key=ReadKey(CameraId(row.force, row.source, row.camera), from_ms(row.captured_ms), row.vrm),
        spelling=spelling,
        confidence=None if row.confidence is None else row.confidence / CONFIDENCE_STEPS,
        late=row.late,
        clock_doubtful=row.clock_doubtful,
        received_at=from_ms(row.captured_ms + row.latency_ms),
        direction=Direction(row.direction),
        style=Style(row.style),
        rivals=_rivals(row),
        place=row.place,
    )


def _rivals(row: FoundRow) -> tuple[tuple[str, float], ...]:
    """Return the candidates that are spelt otherwise, the likeliest first."""
    told = zip(row.candidate_plate, row.candidate_p, strict=True)
    others = [(text, p / P_STEPS) for text, p in told if text not in {"", row.vrm}]
    return tuple(sorted(others, key=lambda other: (-other[1], other[0])))
