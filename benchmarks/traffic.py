"""A list and a road, drawn: marks, entries and the reads that a reader would make of passing vehicles."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.confusion import rivals
from openanpr.core.read import Candidate, Character
from openanpr.core.shape import shape_key

_LETTERS = np.frombuffer(b"ABCDEFGHJKLMNOPRSTUVWXYZ", np.uint8)
_DIGITS = np.frombuffer(b"0123456789", np.uint8)
_AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
_CAMERA = CameraId(53, 1, 7)


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of the reads: vehicles that are listed, reads with a wrong character, right ones with a doubt.

    The shares of misreads and doubts are the task's; that one vehicle in two hundred is listed is judged from
    published counts of hits.
    """

    listed: float = 0.005
    misread: float = 0.03
    doubtful: float = 0.03


def marks(count: int, seed: int) -> list[str]:
    """`count` unlike marks: five in six of the current series, the others of the prefix series."""
    chance = np.random.default_rng(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        wanted = int((count - len(found)) * 1.1) + 16
        found |= dict.fromkeys(_drawn(chance, wanted - wanted // 6, "LLDDLLL"))
        found |= dict.fromkeys(_drawn(chance, wanted // 6, "LDDDLLL"))
    drawn = list(found)
    random.Random(seed).shuffle(drawn)
    return drawn[:count]


def _drawn(chance: np.random.Generator, count: int, form: str) -> list[str]:
    columns = [chance.choice(_LETTERS if place == "L" else _DIGITS, count) for place in form]
    return np.stack(columns, axis=1).view(f"S{len(form)}").ravel().astype("U").tolist()


def wildcards(count: int, seed: int) -> list[str]:
    """`count` partial marks as witnesses give them: five of seven known mostly, four at times."""
    chance = random.Random(seed)
    forms = ("LLDDL*", "??DDLLL", "LLDDL??", "L?DDLL?", "LLDD?L?", "*DLLL", "?LDDLL?", "LLDD*")
    kinds = {"L": _LETTERS.tobytes().decode(), "D": "0123456789"}
    weights = (30, 15, 20, 10, 10, 5, 9, 1)
    return [
        "".join(chance.choice(kinds[place]) if place in kinds else place for place in form)
        for form in chance.choices(forms, weights, k=count)
    ]


def reads(count: int, listed: Sequence[str], mix: Mix, seed: int) -> list[CaptureRecord]:
    """`count` reads of passing vehicles, formed as the reader of this project forms them."""
    chance = random.Random(seed)
    others = marks(count, seed + 1)
    made: list[CaptureRecord] = []
    for other in others:
        vrm = chance.choice(listed) if chance.random() < mix.listed else other
        kind = chance.random()
        if kind < mix.misread:
            made.append(_misread(vrm, chance))
        elif kind < mix.misread + mix.doubtful:
            made.append(_record(vrm, chance.uniform(0.6, 0.95), chance, doubt=chance.randrange(len(vrm))))
        else:
            made.append(_record(vrm, min(0.9999, 1 - 10 ** chance.uniform(-4, -1.3)), chance))
    return made


def _misread(vrm: str, chance: random.Random) -> CaptureRecord:
    """A read with one character wrong; half of them name the right one as a rival."""
    places = [i for i, c in enumerate(vrm) if len(_mistakes(c)) > 0]
    place = chance.choice(places or [0])
    wrong = chance.choice(_mistakes(vrm[place]) or ["X"])
    text = vrm[:place] + wrong + vrm[place + 1 :]
    return _record(
        text, chance.uniform(0.5, 0.97), chance, doubt=place, truth=chance.choice(("", vrm[place]))
    )


def _mistakes(c: str) -> list[str]:
    return [other for other, _ in rivals(c) if shape_key(other) != shape_key(c)]


def _record(
    vrm: str, confidence: float, chance: random.Random, *, doubt: int | None = None, truth: str = ""
) -> CaptureRecord:
    """A record with six candidates and a probability for each character, as `read.decode` makes them."""
    left = 1 - confidence
    characters = [Character(c, 1 - 10 ** chance.uniform(-4, -3)) for c in vrm]
    if doubt is not None:
        named = ((truth, left * 0.8),) if truth else ()
        characters[doubt] = Character(vrm[doubt], confidence, named)
    others = [Candidate(_changed(vrm, chance), left * 10 ** chance.uniform(-7, -3)) for _ in range(4)]
    twin = vrm.replace("O", "\0").replace("0", "O").replace("\0", "0")
    if twin != vrm:  # the reader always names the other spelling, a hundredth or two as likely
        others.insert(0, Candidate(twin, left * 0.6))
    return CaptureRecord(
        camera=_CAMERA,
        captured_at=_AT,
        vrm=vrm,
        raw=shape_key(vrm),
        syntax="gb_current",
        confidence=confidence,
        candidates=(Candidate(vrm, confidence), *others),
        characters=tuple(characters),
    )


def _changed(vrm: str, chance: random.Random) -> str:
    place = chance.randrange(len(vrm))
    return vrm[:place] + chance.choice("ABCDEFGHJK") * chance.randrange(3) + vrm[place + 1 :]
