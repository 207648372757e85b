"""What a message claims of one vehicle, in our terms, and the capture record that comes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.normalise import normalise
from openanpr.core.place import Place
from openanpr.core.plate import LONGEST_VRM, Plate, PlateError
from openanpr.core.read import Candidate, Character, Direction
from openanpr.wire.vendors.contract import CameraLookup, KnownCamera, MessageFault, PictureKind
from openanpr.wire.vendors.moment import settled

_LONGEST_TEXT = 64
_LONGEST_NAME = 256
_MOST_CANDIDATES = 16
_MOST_FRAMES = 100_000
_NO_RIVAL_BEFORE_A_COIN = 0.5  # without a confidence of the best, no rival is likelier than even

Offered: TypeAlias = tuple[PictureKind, bytes | str]
"""A picture as it came: its bytes, or the base64 of them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One vehicle as a message tells of it; nothing in it is believed yet.

    `names` are what the camera may be enrolled as, tried in this order. `at` may lack its zone.
    `plate` is the vendor's final text, `seen` what it saw before correcting it, where it says so.
    `confidence` and the scores of `rivals` and `characters` are brought to 0 to 1; `given` is the
    confidence as the vendor wrote it. `said` holds all fields, `left` the names of those not to keep.
    """

    names: tuple[str, ...]
    at: datetime
    plate: str
    confidence: float | None
    given: object
    seen: str = ""
    rivals: tuple[tuple[str, float], ...] = ()
    characters: tuple[float, ...] = ()
    direction: Direction = Direction.UNKNOWN
    frames: int = 1
    place: Place | None = None
    late: bool = False
    said: Mapping[str, object] = field(default_factory=dict[str, object])
    left: Collection[str] = ()
    pictures: tuple[Offered, ...] = ()


def record_of(claim: Claim, vendor: str, camera: CameraLookup, near: datetime) -> CaptureRecord:
    """Return the capture record of a claim, without pictures and `extra`; `near` is when it arrived.

    The plate is normalised and classed as it is spelt: nothing is repaired. Raises MessageFault for a
    camera that is not enrolled, a time without a zone or beyond belief, and text that is no plate.
    """
    known = _known(claim.names, camera)
    at = settled(claim.at, known.zone, near)
    try:
        plate = Plate.parse(claim.plate, on=at.date())
    except PlateError as error:
        raise MessageFault(str(error)) from error
    seen = normalise(claim.seen[:_LONGEST_TEXT])
    return CaptureRecord(
        camera=known.camera,
        captured_at=at,
        vrm=plate.vrm,
        raw=seen if 0 < len(seen) <= LONGEST_VRM else plate.vrm,
        syntax=plate.syntax.value,
        confidence=claim.confidence,
        candidates=_candidates(plate.vrm, claim),
        characters=_characters(plate.vrm, claim.characters),
        direction=claim.direction,
        frames=min(max(1, claim.frames), _MOST_FRAMES),
        place=claim.place if known.moving else None,
        model=f"vendor/{vendor}",
    )


def _known(names: tuple[str, ...], camera: CameraLookup) -> KnownCamera:
    tried = [name for name in names if 0 < len(name) <= _LONGEST_NAME]
    if not tried:
        raise MessageFault("the message does not name its camera")
    for name in tried:
        known = camera.find(name)
        if known is not None:
            return known
    raise MessageFault("the camera is not enrolled: add its name to this feed")


def _candidates(vrm: str, claim: Claim) -> tuple[Candidate, ...]:
    """Return the plate itself and its rivals, best first.

    Vendors score each spelling by itself, so that all of them together pass one. A rival is held to
    be no likelier than what the best leaves over; the scores as given stay in `extra`.
    """
    best = claim.confidence
    room = _NO_RIVAL_BEFORE_A_COIN if best is None else 1.0 - best
    rivals: dict[str, float] = {}
    for spelt, p in claim.rivals:
        other = normalise(spelt[:_LONGEST_TEXT])
        if other != vrm and 0 < len(other) <= LONGEST_VRM:
            rivals[other] = max(rivals.get(other, 0.0), min(p, room))
    likely = sorted(((p, other) for other, p in rivals.items() if p > 0.0), key=lambda one: (-one[0], one[1]))
    own = () if best is None else (Candidate(vrm, best),)
    return (*own, *(Candidate(other, p) for p, other in likely[:_MOST_CANDIDATES]))


def _characters(vrm: str, scores: tuple[float, ...]) -> tuple[Character, ...]:
    """Return each character with its score; none when the two do not go together one by one."""
    if len(scores) != len(vrm):
        return ()
    return tuple(Character(c, p) for c, p in zip(vrm, scores, strict=True))
