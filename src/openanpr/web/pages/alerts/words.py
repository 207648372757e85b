"""What alerts say, in plain words: for whoever has seconds, and for whoever hears the page read out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from openanpr.alert.alert import Check, State, StepKind
from openanpr.alert.closure import NoResponse, Outcome
from openanpr.core.advice import Advice
from openanpr.core.hit import Band, Reason


@dataclass(frozen=True, slots=True)
class Told:
    """Something in a few words, and in a sentence. `look`: the class of its colours."""

    short: str
    long: str = ""
    look: str = ""


ADVICE: Final[Mapping[Advice, Told]] = {
    Advice.STOP: Told("Stop", "A stop is allowed. Check the entry at its source first; you decide.", "stop"),
    Advice.ASSESS: Told("Assess", "Stop only on further grounds.", "warn"),
    Advice.SILENT: Told("Do not stop", "Show no interest in the vehicle. Report only.", "quiet"),
    Advice.RECORD: Told("Record", "Keep the sighting. Nothing more is asked.", "plain"),
    Advice.CHECK_PICTURE: Told(
        "Check picture", "Compare the picture with the entry before anything else.", "warn"
    ),
}

REASONS: Final[Mapping[Reason, Told]] = {
    Reason.SAME_PLATE: Told("same mark, surely read"),
    Reason.LOW_CONFIDENCE: Told("same mark, but not surely read"),
    Reason.SAME_SHAPE: Told("O or 0, I or 1: a plate cannot tell them apart"),
    Reason.DOUBTFUL_CHARACTER: Told("one character may be another"),
    Reason.RIVAL_READING: Told("another reading of the plate, less likely"),
    Reason.RAW_READING: Told("as it was first seen, before it was corrected"),
    Reason.WILDCARD: Told("the entry leaves characters open"),
}

BANDS: Final[Mapping[Band, Told]] = {
    Band.HIGH: Told("High", "nine in ten or better"),
    Band.MEDIUM: Told("Medium", "better than even"),
    Band.LOW: Told("Low", "less than even"),
}

CHECKS: Final[Mapping[Check, Told]] = {
    Check.MATCH: Told("It matches", "Plate and vehicle are the listed ones."),
    Check.MISREAD: Told("Misread", "The plate says something else."),
    Check.WRONG_VEHICLE: Told("Wrong vehicle", "The plate is right, the vehicle is not the one described."),
    Check.STALE_ENTRY: Told("Old entry", "It should be off the list."),
    Check.POSSIBLE_CLONE: Told("Possible clone", "Another vehicle may carry this mark."),
    Check.CANNOT_CHECK: Told("Cannot be checked", "No picture, or none that shows enough."),
}

OUTCOMES: Final[Mapping[Outcome, Told]] = {
    Outcome.NOT_RESPONDED: Told("Not responded", "Nobody went. Say why."),
    Outcome.STOPPED_NO_ACTION: Told("Stopped, no action"),
    Outcome.ADVICE_GIVEN: Told("Advice given"),
    Outcome.TICKET: Told("Ticket"),
    Outcome.SEIZURE: Told("Vehicle seized"),
    Outcome.ARREST: Told("Arrest", "Say for which offence."),
    Outcome.INTELLIGENCE: Told("Intelligence only"),
    Outcome.MISREAD: Told("Misread", "The reader is told, to be put right."),
    Outcome.LIST_ERROR: Told("List error", "The list's owner is told, to put it right."),
}

NO_RESPONSES: Final[Mapping[NoResponse, Told]] = {
    NoResponse.NO_UNIT: Told("No unit was free"),
    NoResponse.LOST: Told("The vehicle was not found again"),
    NoResponse.OUT_OF_AREA: Told("It left the area"),
    NoResponse.MORE_URGENT: Told("Other work came first"),
    NoResponse.NO_PICTURE: Told("There was no picture to compare"),
    NoResponse.OTHER: Told("Another reason: say which in the note"),
}

STATES: Final[Mapping[State, Told]] = {
    State.NEW: Told("New", "nobody has looked"),
    State.SEEN: Told("Seen", "somebody has it in hand"),
    State.PICTURE_CHECKED: Told("Picture checked", "picture and entry were compared"),
    State.TASKED: Told("Tasked", "a unit has it"),
    State.CLOSED: Told("Closed", "done"),
}

STEPS: Final[Mapping[StepKind, Told]] = {
    StepKind.RAISED: Told("Raised"),
    StepKind.GREW: Told("Further hits"),
    StepKind.REOPENED: Told("Further hits: it waits again"),
    StepKind.PUT_DOWN: Told("Nobody went on with it in time: it waits again"),
    StepKind.ESCALATED: Told("Escalated"),
    StepKind.UNATTENDED: Told("Nobody is signed in who must answer it"),
    StepKind.ATTENDED: Told("Somebody is there again"),
    StepKind.SEEN: Told("Seen"),
    StepKind.PICTURE_CHECKED: Told("Picture checked"),
    StepKind.NOT_CHECKED: Told("Picture not checked"),
    StepKind.TASKED: Told("Tasked"),
    StepKind.CLOSED: Told("Closed"),
}

WORDS: Final[Mapping[str, object]] = {
    "advice_words": ADVICE,
    "reason_words": REASONS,
    "band_words": BANDS,
    "check_words": CHECKS,
    "outcome_words": OUTCOMES,
    "no_response_words": NO_RESPONSES,
    "state_words": STATES,
    "step_words": STEPS,
}
"""What every template of alerts speaks with."""
