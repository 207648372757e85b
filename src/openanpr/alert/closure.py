"""How an alert ended, in words that can be counted.

The outcomes are those that a force must be able to tell (docs/reference/alerts.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What came of an alert."""

    NOT_RESPONDED = "not_responded"  # with its reason
    STOPPED_NO_ACTION = "stopped_no_action"
    ADVICE_GIVEN = "advice_given"
    TICKET = "ticket"
    SEIZURE = "seizure"
    ARREST = "arrest"  # with its offence
    INTELLIGENCE = "intelligence"
    MISREAD = "misread"
    LIST_ERROR = "list_error"


TO_CORRECT = frozenset({Outcome.MISREAD, Outcome.LIST_ERROR})
"""The outcomes after which somebody has to put something right."""


class NoResponse(StrEnum):
    """Why nobody went."""

    NO_UNIT = "no_unit"
    LOST = "lost"  # the vehicle was not found again
    OUT_OF_AREA = "out_of_area"
    MORE_URGENT = "more_urgent"  # other work came first
    NO_PICTURE = "no_picture"  # nobody could compare the vehicle with the entry
    OTHER = "other"  # the note says what


class ClosureError(ValueError):
    """A closing that says too little, or things that do not belong together."""


@dataclass(frozen=True, slots=True)
class Closure:
    """The outcome, and what it needs beside it; the rest stays empty.

    `offence` is the offence or its code, never a person.
    """

    outcome: Outcome
    reason: NoResponse | None = None
    offence: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse an outcome without its reason or offence, and one with another's."""
        if (self.outcome is Outcome.NOT_RESPONDED) != (self.reason is not None):
            msg = "not responded, and no other outcome, needs the reason why nobody went"
            raise ClosureError(msg)
        if (self.outcome is Outcome.ARREST) != bool(self.offence.strip()):
            msg = "an arrest, and no other outcome, needs its offence"
            raise ClosureError(msg)
        if self.reason is NoResponse.OTHER and not self.note.strip():
            msg = "where the reason is another one, the note must say which"
            raise ClosureError(msg)
