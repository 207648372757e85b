"""What a read says of its plate: all that matching asks of it, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.read import Candidate, Character, Read

_UNCALIBRATED = "vendor/"
"""How the adapters of `wire.vendors` mark a model whose confidence nobody has held against the truth."""


@dataclass(frozen=True, slots=True)
class Said:
    """A read without its camera, time and pictures.

    `confidence` is the sender's; where it gives none it is the stand-in of the rules. `stated` tells that it
    is a confidence which means what it says; without, the read can meet an entry as possible only.
    """

    plate: str
    raw: str
    syntax: str
    confidence: float
    stated: bool
    candidates: tuple[Candidate, ...]
    characters: tuple[Character, ...]


def said_by(read: Read | CaptureRecord, *, unstated_confidence: float) -> Said:
    """Return what `read` says; `unstated_confidence` (0 to 1) stands in where a sender gives none.

    Another maker's confidence is on a scale of its own: 0.9 may mean anything, so it never counts as stated.
    """
    plate = read.plate if isinstance(read, Read) else read.vrm
    stated = read.confidence is not None and not read.model.startswith(_UNCALIBRATED)
    confidence = unstated_confidence if read.confidence is None else read.confidence
    return Said(plate, read.raw, read.syntax, confidence, stated, read.candidates, read.characters)
