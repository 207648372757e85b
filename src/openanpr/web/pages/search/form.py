"""What the form of a search brings: times of the clock on the wall, a place told in three ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from openanpr.core.plate import PlateError
from openanpr.core.purpose import Category, SearchKind, Stance
from openanpr.search.question import (
    MOST_MEETINGS,
    MOST_SCENES,
    MOST_WITHIN_MIN,
    QuestionError,
    Spelling,
)
from openanpr.web.api.questions import QuestionForm
from openanpr.web.pages.form import Form

LEAST_SCENES: Final = 2
_LEAST_CORNERS: Final = 3
_ChoiceT = TypeVar("_ChoiceT", Category, Stance)
_DATE: Final = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})")
_PAIR: Final = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[, ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_MARKED: Final = frozenset(
    {SearchKind.ONE_VEHICLE, SearchKind.LAST_SEEN, SearchKind.WAS_IT_THERE, SearchKind.CONVOY}
)
_WORDS: Final[Mapping[str, str]] = {
    "mark": "Enter a number plate, such as AB12 CDE",
    "pattern": "Enter three characters or more of the number plate, with ? for one and * for any number",
    "marks": "Enter the number plates, one on each line",
    "where": "Choose how you tell the place",
    "camera": "Choose a camera",
    "corners": "Enter three corners or more, each on a line of its own, such as 51.4501, -2.5902",
    "lat": "Enter a latitude in degrees, such as 51.4501",
    "lon": "Enter a longitude in degrees, such as -2.5902",
    "radius_m": "Enter how many metres around the point, from 1 to 50000",
    "at_least": "Enter how many at least, in figures: 2 or more",
    "within_min": "Enter within how many minutes, from 1 to 30",
    "category": "Choose the category of the investigation",
    "stance": "Choose whether an incident is looked into or a pattern is looked for",
}
_ABOUT: Final = (
    ("time to come", "until_date"),
    ("scene", "at_least"),
    ("area", "corners"),
    ("radius", "radius_m"),
)


@dataclass(slots=True)
class Reading:
    """Reads fields, and keeps for each that cannot be taken the sentence that says what to do."""

    form: Form = field(repr=False)
    zone: ZoneInfo
    faults: dict[str, str] = field(default_factory=dict[str, str])

    def fault(self, name: str, sentence: str = "") -> None:
        """Note that a field cannot be taken; its first fault stands."""
        plain = re.sub(r"^s\d+_", "", name)
        self.faults.setdefault(name, sentence or _WORDS.get(plain, "Look at this again"))

    def text(self, name: str) -> str:
        """Return what a field says; noted as a fault where it says nothing."""
        said = self.form.text(name)
        if not said:
            self.fault(name)
        return said

    def number(self, name: str) -> float:
        """Return the number in a field; noted as a fault where there is none."""
        try:
            return float(self.form.text(name).replace(",", ""))
        except ValueError:
            self.fault(name)
            return 0.0

    def whole(self, name: str, least: int, most: int) -> int:
        """Return the whole number in a field; noted as a fault where there is none from least to most."""
        said = self.form.text(name)
        number = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(most)) else -1
        if not least <= number <= most:
            self.fault(name)
        return number

    def moment(self, name: str, *, what: str, later: bool) -> datetime | None:
        """Return a date and a time of the clock on the wall, None (noted) where there is none.

        In the hour that comes twice a year, `later` chooses the second one.
        """
        day, time = self.form.text(f"{name}_date"), self.form.text(f"{name}_time") or "00:00"
        if not (on := _DATE.fullmatch(day)):
            self.fault(f"{name}_date", f"Enter the day {what}, such as 27/11/2026")
            return None
        if not (at := _TIME.fullmatch(time)):
            self.fault(f"{name}_time", f"Enter the time {what} on the 24-hour clock, such as 14:05")
            return None
        try:
            numbers = int(on[3]), int(on[2]), int(on[1]), int(at[1]), int(at[2])
            wall = datetime(*numbers, tzinfo=self.zone, fold=int(later))
            return wall.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fault(f"{name}_date", f"The day and time {what} must be real ones")
            return None

    def span(self, before: str = "") -> dict[str, object]:
        """Return from when and until when."""
        since = self.moment(f"{before}since", what="from which you ask", later=False)
        until = self.moment(f"{before}until", what="until which you ask", later=True)
        if since is not None and until is not None and since >= until:
            self.fault(f"{before}until_date", "The end must be after the beginning")
        return {"since": since, "until": until}

    def where(self, before: str = "") -> dict[str, object]:
        """Return the place."""
        match self.form.text(f"{before}where"):
            case "cameras":
                cameras = list(dict.fromkeys(self.form.texts(f"{before}camera")))
                if not cameras:
                    self.fault(f"{before}camera")
                return {"by": "cameras", "cameras": cameras}
            case "area":
                return {"by": "area", "corners": self._corners(f"{before}corners")}
            case "radius":
                centre = {"lat": self.number(f"{before}lat"), "lon": self.number(f"{before}lon")}
                return {"by": "radius", "centre": centre, "radius_m": self.number(f"{before}radius_m")}
            case _:
                self.fault(f"{before}where")
                return {}

    def question(self, kind: SearchKind) -> QuestionForm | None:
        """Return the question, None where some of it cannot be taken."""
        told = {"kind": kind.value, **self._told(kind)}
        if self.faults:
            return None
        try:
            question = msgspec.convert(told, QuestionForm)
            question.question()
        except PlateError as fault:
            self.fault("marks" if kind is SearchKind.LIST_OF_VEHICLES else "mark", _sentence(fault))
        except QuestionError as fault:
            self.spoken(fault, kind)
        except (msgspec.ValidationError, ValueError):
            self.fault(_main(kind))
        else:
            return question
        return None

    def spoken(self, fault: QuestionError, kind: SearchKind) -> None:
        """Note what a question may not be, at the field that it is about."""
        said = str(fault)
        named = next((name for words, name in _ABOUT if words in said), _main(kind))
        self.fault(named, _sentence(fault))

    def category(self) -> Category | None:
        """Return the category, None (noted) where none was chosen."""
        return _chosen(self, "category", Category)

    def stance(self) -> Stance | None:
        """Return the stance, None (noted) where none was chosen."""
        return _chosen(self, "stance", Stance)

    def _told(self, kind: SearchKind) -> dict[str, Any]:
        if kind is SearchKind.COMMON_PLATES:
            befores = [f"s{number}_" for number in range(1, scenes_of(self.form) + 1)]
            scenes = [{"where": self.where(one), **self.span(one)} for one in befores]
            return {"scenes": scenes, "at_least": self.whole("at_least", 2, MOST_SCENES)}
        told: dict[str, Any] = {}
        if kind in _MARKED:
            told["mark"] = self.text("mark")
        if kind is SearchKind.PART_OF_A_MARK:
            told["pattern"] = self.text("pattern")
        if kind is SearchKind.LIST_OF_VEHICLES:
            told["marks"] = [one for one in re.split(r"[\n,;]+", self.text("marks")) if one.strip()]
        if kind in _MARKED or kind is SearchKind.LIST_OF_VEHICLES:
            told["spellings"] = self.form.text("spellings") or Spelling.SAME_SHAPE.value
        if kind is SearchKind.CONVOY:
            told["within_min"] = self.whole("within_min", 1, MOST_WITHIN_MIN)
            told["at_least"] = self.whole("at_least", 2, MOST_MEETINGS)
        if kind in {SearchKind.WAS_IT_THERE, SearchKind.PLACE_AND_TIME}:
            told["where"] = self.where()
        if kind is SearchKind.PLACE_AND_TIME:
            told |= {
                "direction": self.form.text("direction") or None,
                "styles": list(self.form.texts("style")),
            }
        return told | self.span()

    def _corners(self, name: str) -> list[dict[str, float]]:
        lines = [line for line in self.form.text(name).split("\n") if line.strip()]
        pairs = [_PAIR.fullmatch(line) for line in lines]
        if len(pairs) < _LEAST_CORNERS or not all(pairs):
            self.fault(name)
        return [{"lat": float(pair[1]), "lon": float(pair[2])} for pair in pairs if pair]


def day_of(text: str) -> date | None:
    """Return the day that is written as Britain writes it, None where none is."""
    on = _DATE.fullmatch(text)
    try:
        return None if on is None else date(int(on[3]), int(on[2]), int(on[1]))
    except ValueError:
        return None


def scenes_of(form: Form) -> int:
    """Return how many scenes a form has room for."""
    said = form.text("scenes")
    return (
        min(MOST_SCENES, max(LEAST_SCENES, int(said))) if said.isascii() and said.isdigit() else LEAST_SCENES
    )


def _main(kind: SearchKind) -> str:
    match kind:
        case SearchKind.PART_OF_A_MARK:
            return "pattern"
        case SearchKind.LIST_OF_VEHICLES:
            return "marks"
        case SearchKind.COMMON_PLATES:
            return "at_least"
        case SearchKind.PLACE_AND_TIME:
            return "where"
        case _:
            return "mark"


def _chosen(reading: Reading, name: str, kind: type[_ChoiceT]) -> _ChoiceT | None:
    try:
        return kind(reading.form.text(name))
    except ValueError:
        reading.fault(name)
        return None


def _sentence(fault: Exception) -> str:
    said = str(fault)
    return said[:1].upper() + said[1:]
