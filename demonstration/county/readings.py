"""What a camera makes of a pass: mostly the mark as it is, now and then a doubt or a mistake. Pure."""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache

from demonstration.county.traffic import Pass
from demonstration.county.vehicles import Vehicle
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.confusion import confusion_weight, rivals
from openanpr.core.place import Place
from openanpr.core.plate import Plate
from openanpr.core.read import Candidate, Character, Direction, Style

MODEL = "invented-camera"
_LIKELY = 0.5  # a confusion below this weight is not made here


@dataclass(frozen=True, slots=True)
class Eyes:
    """How well cameras read: the shares of reads in doubt and of reads that are wrong."""

    doubted: float = 0.05
    mistaken: float = 0.03


@dataclass(frozen=True, slots=True)
class _Spelt:
    """A mark as read, how sure of it, and the position and spelling of its one rival (-1: none)."""

    vrm: str
    p: float
    where: int = -1
    rival: str = ""
    rival_p: float = 0.0


def reading_of(one: Pass, *, eyes: Eyes, seed: int, place: Place | None = None) -> CaptureRecord:
    """Return the read of a pass, without pictures: the same for the same seed and pass.

    `place` is where a moving camera was. Make and colour stand in `extra`, and that all is invented.
    """
    # A checksum in place of a generator: hundreds of thousands of reads are made of a past.
    lot = zlib.crc32(f"{seed} {one.camera} {one.at.timestamp():.3f} {one.vehicle.vrm}".encode())
    spelt = _spelt(one.vehicle.vrm, eyes, lot)
    candidates = (Candidate(spelt.vrm, spelt.p),)
    if spelt.rival:
        candidates = (*candidates, Candidate(spelt.rival, spelt.rival_p))
    return CaptureRecord(
        camera=one.camera,
        captured_at=one.at.astimezone(UTC).replace(microsecond=one.at.microsecond // 1000 * 1000),
        vrm=spelt.vrm,
        raw=spelt.vrm,
        syntax=_syntax(spelt.vrm),
        confidence=spelt.p,
        candidates=candidates,
        characters=_characters(spelt),
        style=Style.YELLOW if one.direction is Direction.AWAY else Style.WHITE,
        direction=one.direction,
        frames=3 + lot % 12,
        place=place,
        model=MODEL,
        extra=_extra(one.vehicle),
    )


def _spelt(vrm: str, eyes: Eyes, lot: int) -> _Spelt:
    share = lot / 2**32
    if share >= eyes.doubted + eyes.mistaken:
        return _Spelt(vrm, round(0.93 + lot % 1000 * 0.000069, 4))
    chance = random.Random(lot)
    where = chance.randrange(len(vrm))
    spots = [n for n in (*range(where, len(vrm)), *range(where)) if _wrong(vrm, n)]
    if not spots:
        return _Spelt(vrm, round(chance.uniform(0.6, 0.9), 4))
    other = _wrong(vrm, spots[0])
    wrong = vrm[: spots[0]] + other + vrm[spots[0] + 1 :]
    p, rival_p = round(chance.uniform(0.5, 0.75), 4), round(chance.uniform(0.1, 0.24), 4)
    if share < eyes.mistaken:
        return _Spelt(wrong, p, spots[0], vrm, rival_p)
    return _Spelt(vrm, p, spots[0], wrong, rival_p)


def _wrong(vrm: str, where: int) -> str:
    """The character that the one there is likeliest mistaken for among those of its kind; empty for none."""
    c = vrm[where]
    likely = (
        other
        for other, weight in rivals(c)
        if other.isdigit() == c.isdigit() and _LIKELY <= weight < 1 and confusion_weight(c, other) < 1
    )
    return next(likely, "")


def _characters(spelt: _Spelt) -> tuple[Character, ...]:
    """Each character with its chance where one is in doubt; nothing where none is, as a plain camera does."""
    if spelt.where < 0:
        return ()
    sure = Character("", 0.997)
    doubted = ((spelt.rival[spelt.where], spelt.rival_p),)
    return tuple(
        Character(c, spelt.p, doubted) if n == spelt.where else sure._replace(c=c)
        for n, c in enumerate(spelt.vrm)
    )


@lru_cache(maxsize=100_000)
def _syntax(vrm: str) -> str:
    return str(Plate.parse(vrm).syntax)


@lru_cache(maxsize=100_000)
def _extra(vehicle: Vehicle) -> str:
    said = {"invented": True, "make": vehicle.make, "colour": vehicle.colour, "body": vehicle.kind}
    return json.dumps(said, separators=(",", ":"))
