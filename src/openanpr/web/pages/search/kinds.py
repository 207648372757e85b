"""The kinds of question in plain words, and what else of a search is told in words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from openanpr.core.purpose import Category, SearchKind, Stance
from openanpr.search.between import OnWhich, WorkedOut
from openanpr.search.found import Did
from openanpr.search.question import Spelling
from openanpr.search.record import State


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: what it is called, what it asks, and an example of when."""

    name: SearchKind
    title: str
    asks: str


KINDS: Final = (
    Kind(SearchKind.ONE_VEHICLE, "One vehicle", "Where and when was this number plate read?"),
    Kind(SearchKind.LAST_SEEN, "Last seen", "Where was this number plate read last? One read, or none."),
    Kind(
        SearchKind.WAS_IT_THERE,
        "Was it there",
        "Was this number plate read at a place, and what could the cameras there have seen?",
    ),
    Kind(
        SearchKind.PART_OF_A_MARK,
        "Part of a number plate",
        "A witness has some characters: which number plates fit them?",
    ),
    Kind(SearchKind.PLACE_AND_TIME, "Place and time", "What passed a place at a time?"),
    Kind(
        SearchKind.COMMON_PLATES,
        "Common plates",
        "Which number plates were read at two scenes or more?",
    ),
    Kind(
        SearchKind.CONVOY,
        "Travelling together",
        "Which vehicles were read by the same cameras shortly before or after this one, again and again?",
    ),
    Kind(
        SearchKind.LIST_OF_VEHICLES,
        "List of vehicles",
        "Where and when were these number plates read?",
    ),
)
KIND_OF: Final[Mapping[str, Kind]] = {kind.name.value: kind for kind in KINDS}

CATEGORIES: Final[Mapping[Category, tuple[str, str]]] = {
    Category.VOLUME: ("Priority and volume crime", "Such as burglary, theft or going equipped"),
    Category.SERIOUS: (
        "Serious crime",
        "An offence that is likely to draw three years or more; violence, great gain or many people",
    ),
    Category.MAJOR: (
        "Major investigation",
        "Such as homicide or kidnap, under a senior investigating officer",
    ),
    Category.COUNTER_TERRORISM: ("Counter-terrorism", "Terrorism and threats to national security"),
}
STANCES: Final[Mapping[Stance, tuple[str, str]]] = {
    Stance.REACTIVE: ("A known incident is looked into", "Something happened, or is happening"),
    Stance.PROACTIVE: ("A pattern is looked for", "Needs the objective of the intelligence in writing"),
}
SPELLINGS: Final[Mapping[Spelling, tuple[str, str]]] = {
    Spelling.SAME_SHAPE: (
        "As written, and the same shape",
        "The letter O and the figure 0, and the letter I and the figure 1, look alike on a plate",
    ),
    Spelling.EXACT: ("As written, and nothing else", ""),
    Spelling.MISREAD: (
        "Likely misreads too",
        "One character may be another, such as 8 and B. Sweeps in more vehicles of no interest",
    ),
}
ANSWERS_AS: Final[Mapping[Spelling, str]] = {
    Spelling.EXACT: "As written",
    Spelling.SAME_SHAPE: "Same shape",
    Spelling.MISREAD: "Possible misread",
}
STATES: Final[Mapping[State, tuple[str, str]]] = {
    State.REFUSED: ("Refused", "red"),
    State.WAITING: ("Waits for an authority", "yellow"),
    State.DECLINED: ("Authority refused", "red"),
    State.READY: ("Ready to run", "blue"),
    State.WITHDRAWN: ("Withdrawn", "grey"),
    State.RUNNING: ("Running", "purple"),
    State.ANSWERED: ("Answered", "green"),
    State.STOPPED: ("Stopped", "grey"),
    State.FAILED: ("No answer", "orange"),
    State.BROKEN_OFF: ("Broken off", "orange"),
}
"""Each state in words, and the colour of its tag."""
BETWEEN: Final[Mapping[WorkedOut, str]] = {
    WorkedOut.ROADS: "No camera stands on a likely way between them",
    WorkedOut.STRAIGHT: "No camera stands near the straight line between them",
    WorkedOut.SAME_PLACE: "It came back to the same place: no way is likelier than another",
    WorkedOut.TOO_LONG: "Too long apart: the way may have led anywhere",
    WorkedOut.TOO_QUICK: "Sooner than anybody drives there: is it one vehicle? Look at pictures and clocks",
    WorkedOut.NO_PLACE: "It is not known where one of the reads was",
    WorkedOut.NOT_REACHED: "Not worked out: only the newest legs are. Ask for a shorter time",
}
"""What is said of a leg where no camera is told of."""
ON_WHICH: Final[Mapping[OnWhich, str]] = {
    OnWhich.EVERY: "every likely way",
    OnWhich.QUICKEST: "the quickest way",
    OnWhich.SOME: "another likely way",
}
DID: Final[Mapping[Did, tuple[str, str]]] = {
    Did.WELL: ("Worked as usual", "green"),
    Did.FEWER: ("Read fewer than usual", "orange"),
    Did.NOTHING: ("Read nothing", "red"),
    Did.UNKNOWN: ("Too little is known", "grey"),
}
"""What a camera did, in words, and the colour of its tag."""
SUMMED: Final = frozenset({SearchKind.PART_OF_A_MARK, SearchKind.COMMON_PLATES, SearchKind.CONVOY})
"""Kinds whose answer is marks and not reads."""
