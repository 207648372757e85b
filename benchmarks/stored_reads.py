"""Months of traffic before two thousand cameras, drawn as the columns that `store.read_columns` makes.

Drawn by numpy, for a read at a time would take half an hour for fifty million. Shares and spreads are judged:
one vehicle in a hundred passes sixteen times as often as the middle one, one camera in a hundred ten times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from openanpr.core.camera import CameraId
from openanpr.store.native import Column
from openanpr.store.read_columns import EARLINESS, to_ms

BLOCK = 100_000
CAMERAS = 2_000
READS_A_VEHICLE = 4
_SIDE_KM = 100
_READS_A_BATCH = 20
_HOURS = np.array([1, 1, 1, 1, 2, 4, 8, 10, 9, 7, 7, 7, 7, 7, 8, 9, 10, 9, 7, 5, 4, 3, 2, 1], float)
_FIRST = np.frombuffer(b"ABCDEFGHKLMNOPRSVWY", np.uint8)
_LAST = np.frombuffer(b"ABCDEFGHJKLMNOPRSTUVWXYZ", np.uint8)
_AGES = np.array([*range(2, 27), *range(51, 77)])
_Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Road:
    """Vehicles and cameras; `often` and `busy` add up their shares, `at_km` is where a camera stands."""

    marks: _Bytes
    often: NDArray[np.float64]
    cameras: NDArray[np.uint32]
    busy: NDArray[np.float64]
    at_km: NDArray[np.float64]

    def camera(self, index: int) -> CameraId:
        """The name of a camera."""
        return CameraId(*(int(n) for n in self.cameras[index]))

    def within(self, index: int, km: float) -> list[CameraId]:
        """The cameras within some distance of one, itself among them."""
        near = np.hypot(*(self.at_km - self.at_km[index]).T) <= km
        return [self.camera(int(i)) for i in np.flatnonzero(near)]


@dataclass(frozen=True, slots=True)
class DrawnReads:
    """A block of reads of one day in the order of time; `some` are VRMs among them."""

    columns: tuple[Column, ...]
    some: tuple[str, ...]


def draw_road(reads: int, chance: np.random.Generator) -> Road:
    """A road on which so many reads are made."""
    vehicles = max(1, reads // READS_A_VEHICLE)
    ages = _AGES[chance.integers(0, len(_AGES), vehicles)]
    marks = np.empty((vehicles, 7), np.uint8)
    marks[:, :2] = _FIRST[chance.integers(0, len(_FIRST), (vehicles, 2))]
    marks[:, 2], marks[:, 3] = ages // 10 + ord("0"), ages % 10 + ord("0")
    marks[:, 4:] = _LAST[chance.integers(0, len(_LAST), (vehicles, 3))]
    cameras = np.stack([chance.integers(1, most, CAMERAS) for most in (60, 31, 201)], axis=1)
    return Road(
        marks,
        _shares(chance.lognormal(0, 1.2, vehicles)),
        cameras.astype(np.uint32),
        _shares(chance.lognormal(0, 1, CAMERAS)),
        chance.uniform(0, _SIDE_KM, (CAMERAS, 2)),
    )


def drawn_reads(
    road: Road, *, reads: int, first_day: date, days: int, particulars: bool, chance: np.random.Generator
) -> Iterator[DrawnReads]:
    """So many reads over some days, BLOCK or fewer at a time; `particulars` adds doubts and pictures."""
    ends = np.linspace(0, reads, days + 1).astype(int)
    for n, count in enumerate(np.diff(ends)):
        start_ms = to_ms(datetime.combine(first_day + timedelta(days=n), datetime.min.time(), UTC))
        hours = chance.choice(24, int(count), p=_HOURS / _HOURS.sum())
        times = np.sort(start_ms + hours * 3_600_000 + chance.integers(0, 3_600_000, int(count)))
        for at in range(0, int(count), BLOCK):
            yield _drawn(road, times[at : at + BLOCK], chance, particulars=particulars)


def _drawn(
    road: Road, times: NDArray[np.int64], chance: np.random.Generator, *, particulars: bool
) -> DrawnReads:
    n = len(times)
    vehicles = np.searchsorted(road.often, chance.random(n))
    at = np.searchsorted(road.busy, chance.random(n))
    marks, cameras = road.marks[vehicles], road.cameras[at]
    latency = chance.lognormal(6.2, 0.5, n).astype(np.int64)
    sure = np.where(
        chance.random(n) < 0.6,
        chance.uniform(0.99, 1, n),
        np.maximum(0.3, 1 - chance.exponential(1 / 50, n)),
    )
    odd = (cameras[:, 2] % 2).astype(bool)
    columns = (
        _marks("vrm", marks),
        Column("captured_at", "DateTime64(3, 'UTC')", n, times.astype("<i8").tobytes()),
        *(_numbers(name, "UInt32", cameras[:, i]) for i, name in enumerate(("force", "source", "camera"))),
        _numbers("earliness", "UInt64", EARLINESS - latency),
        _maybe("confidence", "UInt16", (sure * 10_000).astype(np.uint16)),
        _numbers("late", "Bool", latency > 60_000),
        _texts("raw", n),
        _texts("syntax", n, "gb_current"),
        _choice("style", odd, ("white", "yellow")),
        *_doubts(marks, sure, chance, particulars=particulars),
        *_pictures(n, chance, particulars=particulars),
        _texts("extra", n),
        _texts("clock", n, "clock"),
        *(_absent(name, "Int32", n) for name in ("clock_error_ms", "lat_e7", "lon_e7")),
        _absent("place_error_m", "Float32", n),
        _choice("direction", odd, ("towards", "away")),
        _numbers("frames", "UInt32", chance.integers(1, 21, n)),
        _texts("model", n, "detector-1+recogniser-2"),
        *_arrival(cameras[:, 0] * 100 + cameras[:, 1], chance),
    )
    return DrawnReads(columns, tuple(bytes(mark).decode() for mark in marks[:: n // 20 + 1]))


def _arrival(devices: NDArray[np.uint32], chance: np.random.Generator) -> tuple[Column, ...]:
    """Who sent it: each device sends its reads in batches."""
    n = len(devices)
    order = np.argsort(devices, kind="stable")
    names, starts = np.unique(devices[order], return_index=True)
    ranks = np.empty(n, np.int64)
    ranks[order] = np.arange(n) - np.repeat(starts, np.diff([*starts, n]))
    _, batch = np.unique(devices * np.int64(BLOCK) + ranks // _READS_A_BATCH, return_inverse=True)
    ids = chance.integers(0, 2**63, (int(batch.max()) + 1, 2), np.uint64)
    said = {int(name): _said(f"device-{name}") for name in names}
    return (
        _maybe("clock_offset_ms", "Int32", (devices % 40).astype(np.int32)),
        Column("device", "String", n, b"".join([said[device] for device in devices.tolist()])),
        Column("batch_id", "UUID", n, ids[batch].astype("<u8").tobytes()),
        _numbers("signed", "Bool", np.ones(n, bool)),
        _texts("profile", n, "nadc-2018@2026-11"),
        _texts("released_from", n),
        _numbers("clock_doubtful", "Bool", np.zeros(n, bool)),
        *(_texts(name, n) for name in ("origin_proof", "origin_device", "origin_key")),
        Column("origin_latency_ms", "Int64", n, bytes(8 * n)),
        Column("origin_clock_offset_ms", "Nullable(Int64)", n, b"\1" * n + bytes(8 * n)),
    )


def _doubts(
    marks: _Bytes, sure: NDArray[np.float64], chance: np.random.Generator, *, particulars: bool
) -> Iterator[Column]:
    """Another candidate, a probability for each character and two rivals for every read, or nothing."""
    n = len(marks)
    each = 1 if particulars else 0
    other = marks.copy()
    other[:, 3] = ord("0") + chance.integers(0, 10, n)
    names = np.concatenate([np.zeros((n, 1), np.uint8), np.full((n, 1), 7, np.uint8), other], axis=1)
    candidates = np.stack([sure, (1 - sure) / 2], axis=1)
    characters = sure[:, None] + (1 - sure[:, None]) * chance.random((n, 7))
    rivals = _LAST[chance.integers(0, len(_LAST), (n, 2))]
    letters = np.stack([np.ones_like(rivals), rivals], axis=2)
    places = np.sort(chance.integers(0, 7, (n, 2)).astype(np.uint8), axis=1)
    yield _lists("candidate_plate", "String", n, 2 * each, names.tobytes())
    yield _lists("candidate_p", "UInt32", n, 2 * each, _millionths(candidates))
    yield _lists("character_c", "String", n, 0, b"")
    yield _lists("character_p", "UInt32", n, 7 * each, _millionths(characters))
    yield _lists("rival_at", "UInt8", n, 2 * each, places.tobytes())
    yield _lists("rival_c", "String", n, 2 * each, letters.tobytes())
    yield _lists("rival_p", "UInt32", n, 2 * each, _millionths(chance.uniform(0, 0.01, (n, 2))))


def _pictures(n: int, chance: np.random.Generator, *, particulars: bool) -> Iterator[Column]:
    for name in ("patch", "overview"):
        yield Column(name, "FixedString(32)", n, chance.bytes(32 * n) if particulars else bytes(32 * n))


def _shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    added = np.cumsum(weights)
    added /= added[-1]
    return added


def _numbers(name: str, kind: str, values: NDArray[np.generic]) -> Column:
    widths = {"Bool": "<u1", "UInt32": "<u4", "UInt64": "<u8"}
    return Column(name, kind, len(values), values.astype(widths[kind]).tobytes())


def _maybe(name: str, kind: str, values: NDArray[np.generic]) -> Column:
    return Column(name, f"Nullable({kind})", len(values), bytes(len(values)) + values.tobytes())


def _absent(name: str, kind: str, n: int) -> Column:
    return Column(name, f"Nullable({kind})", n, b"\1" * n + bytes(4 * n))


def _marks(name: str, marks: _Bytes) -> Column:
    lengths = np.full((len(marks), 1), marks.shape[1], np.uint8)
    return Column(name, "String", len(marks), np.concatenate([lengths, marks], axis=1).tobytes())


def _texts(name: str, n: int, text: str = "") -> Column:
    return Column(name, "String", n, _said(text) * n)


def _choice(name: str, second: NDArray[np.bool_], words: Sequence[str]) -> Column:
    said = [_said(word) for word in words]
    return Column(name, "String", len(second), b"".join([said[is_second] for is_second in second.tolist()]))


def _lists(name: str, kind: str, n: int, each: int, members: bytes) -> Column:
    ends = (np.arange(1, n + 1) * each).astype("<u8").tobytes()
    return Column(name, f"Array({kind})", n, ends + (members if each else b""))


def _millionths(p: NDArray[np.float64]) -> bytes:
    return np.round(p * 1_000_000).astype("<u4").tobytes()


def _said(text: str) -> bytes:
    return bytes((len(text),)) + text.encode()
