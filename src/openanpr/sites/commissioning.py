"""Whether a test of a camera is good enough to stand: against its aim, by light and plate kind. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from openanpr.core.camera import CameraId
from openanpr.core.camera_test import CameraTest, PartRates, Rates, Verdict, against
from openanpr.sites.numbers import Aim, SiteNumbers

LIGHT, LAYOUT = "light", "layout"
_FEWEST_LIGHTS = 2
"""A camera that was tried by day alone is not known by night."""


class Result(StrEnum):
    """What a test says of a camera."""

    PASSED = "passed"
    MISSED = "missed"  # surely below the aim, as a whole or in a part
    OPEN = "open"  # too few plates, or one light only, to say: it does not pass


@dataclass(frozen=True, slots=True)
class PartJudged:
    """One part of the plates: by what, which, how many, and how it does; `judged` False: told and no more."""

    by: str
    part: str
    plates: int
    capture: Verdict | None
    read: Verdict | None
    judged: bool


@dataclass(frozen=True, slots=True)
class Tested:
    """What was judged of one test: the camera, the test, the whole, its parts, and why it is so."""

    camera: CameraId
    test_id: str
    result: Result
    plates: int
    capture: Verdict | None
    read: Verdict | None
    parts: tuple[PartJudged, ...]
    why: tuple[str, ...]


def judge_test(test: CameraTest, aim: Aim, numbers: SiteNumbers) -> Tested:
    """Return what a test says of a camera that must reach `aim`.

    The whole must surely reach it: its 95 % interval lies above. No light may surely miss it, and each needs
    enough plates to be judged, two lights at least. Kinds of plate are judged where there are enough of them.
    """
    rates = test.score.rates
    capture, read = _verdicts(rates, aim)
    parts = tuple(_part(one, aim, numbers) for one in test.score.parts if one.by in {LIGHT, LAYOUT})
    missed = list(_missed(capture, read, parts))
    open_ = list(_open(rates, capture, read, parts, numbers))
    result = Result.MISSED if missed else Result.OPEN if open_ else Result.PASSED
    return Tested(
        test.camera, test.test_id, result, rates.plates, capture, read, parts, tuple(missed or open_)
    )


def _verdicts(rates: Rates, aim: Aim) -> tuple[Verdict | None, Verdict | None]:
    return against(rates.capture, aim.capture), against(rates.read_exact, aim.read)


def _part(one: PartRates, aim: Aim, numbers: SiteNumbers) -> PartJudged:
    enough = one.rates.plates >= numbers.least_part_plates
    return PartJudged(one.by, one.part, one.rates.plates, *_verdicts(one.rates, aim), judged=enough)


def _missed(capture: Verdict | None, read: Verdict | None, parts: tuple[PartJudged, ...]) -> Iterator[str]:
    if Verdict.MISSED in {capture, read}:
        yield "the whole is surely below its aim"
    for one in parts:
        if one.judged and Verdict.MISSED in {one.capture, one.read}:
            yield f"{one.by} {one.part} is surely below the aim"


def _open(
    rates: Rates,
    capture: Verdict | None,
    read: Verdict | None,
    parts: tuple[PartJudged, ...],
    numbers: SiteNumbers,
) -> Iterator[str]:
    if rates.plates < numbers.least_plates:
        yield f"it has {rates.plates} plates, and needs {numbers.least_plates}"
    if {capture, read} != {Verdict.REACHED}:
        yield "the whole may be above its aim or below: more plates would tell"
    lights = [one for one in parts if one.by == LIGHT]
    if len(lights) < _FEWEST_LIGHTS:
        yield "it was tried in one light: it needs plates by day and by night"
    for one in lights:
        if not one.judged:
            yield f"light {one.part} has {one.plates} plates, and needs {numbers.least_part_plates}"
