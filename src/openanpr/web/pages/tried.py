"""What was read of a picture that somebody tried: as it goes from whatever reads it to the page."""

from __future__ import annotations

from typing import Protocol

import msgspec
from msgspec import Struct


class TriedCharacter(Struct, frozen=True):
    """One position of a plate: the character chosen, its probability, and its rivals."""

    c: str
    p: float
    rivals: list[tuple[str, float]] = []


class TriedPlate(Struct, frozen=True):
    """One plate: what was seen (`raw`), the spelling made of it, how sure, and where in the picture.

    `corners` are pixels of the picture, top-left first and clockwise; `patch` is a JPEG of the plate.
    `frames` is how many frames of a clip agree, `at_s` when in it.
    """

    plate: str
    raw: str
    layout: str
    p: float
    candidates: list[tuple[str, float]]
    characters: list[TriedCharacter]
    corners: list[tuple[float, float]]
    style: str
    lines: int
    frames: int
    picture: int
    at_s: float | None = None
    patch: bytes = b""


class TriedPicture(Struct, frozen=True):
    """One picture to show: a JPEG made anew, and the size in pixels that the corners are of."""

    jpeg: bytes
    width: int
    height: int


class Tried(Struct, frozen=True):
    """All that came of one try. `cut_short`: a clip was longer than is read. `clip`: it was one."""

    pictures: list[TriedPicture]
    plates: list[TriedPlate]
    clip: bool
    frames: int
    seconds: float
    cut_short: bool
    took_s: float
    model: str
    least: float


class NotReadError(ValueError):
    """What was given cannot be read; the sentence says why and what to give instead, and nothing of it."""


class Tries(Protocol):
    """Reads what somebody tries, and keeps nothing."""

    @property
    def missing(self) -> str:
        """Why nothing can be read here and how to mend it; "" where all is well."""
        ...

    def read(self, body: bytes) -> Tried:
        """Return what was read; raises NotReadError."""
        ...


def tried_json(tried: Tried) -> bytes:
    """Return it as JSON, bytes as base64."""
    return msgspec.json.encode(tried)


def tried_of(told: bytes) -> Tried:
    """Return what `tried_json` told; raises ValueError."""
    return msgspec.json.decode(told, type=Tried)
