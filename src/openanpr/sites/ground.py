"""The five grounds on which a camera may be wanted, and what is shown for each that is claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_TEXT = 4000
"""So many characters a text of a case may have."""


class Ground(StrEnum):
    """What a camera may be there for; a force that claims one has evidence of it."""

    NATIONAL_SECURITY = "national-security"  # and counter-terrorism
    SERIOUS_CRIME = "serious-crime"  # serious, organised and major
    LOCAL_CRIME = "local-crime"
    CONFIDENCE = "community-confidence"  # that it is lacking, and reassurance is wanted
    PREVENTION = "prevention"  # of crime, and its reduction


WORDS = {
    Ground.NATIONAL_SECURITY: "national security and counter-terrorism",
    Ground.SERIOUS_CRIME: "serious, organised and major crime",
    Ground.LOCAL_CRIME: "local crime",
    Ground.CONFIDENCE: "lack of community confidence and reassurance",
    Ground.PREVENTION: "crime prevention and reduction",
}
"""Each ground as people say it."""


class CaseError(ValueError):
    """A part of a case says too little, or what cannot be; the sentence holds none of its words."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows a ground: what it is, where it is kept, of which day, and who answers for it."""

    what: str
    reference: str
    on: date
    by: str

    def __post_init__(self) -> None:
        """Refuse evidence that nobody could look up."""
        said("what of a piece of evidence", self.what)
        said("reference of a piece of evidence", self.reference)
        said("by of a piece of evidence", self.by)


@dataclass(frozen=True, slots=True)
class Claim:
    """One ground that is claimed, and its evidence, which may be wanting while the case is a draft."""

    ground: Ground
    evidence: tuple[Evidence, ...] = ()


def said(what: str, text: str) -> None:
    """Raise CaseError for a text that says nothing, or is too long."""
    if not text.strip():
        raise CaseError(f"the {what} says nothing")
    fits(what, text)


def fits(what: str, text: str) -> None:
    """Raise CaseError for a text that is too long."""
    if len(text) > MOST_TEXT:
        raise CaseError(f"the {what} has more than {MOST_TEXT} characters")
