"""What reviewers work on: an item, who has it, what was found. Frozen, pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from openanpr.policy.ask import AskedSearch
from openanpr.review.past import PastSearch
from openanpr.review.sampling import Sampled, SampledFor
from openanpr.review.signal import INNOCENT, Signal, SignalKind, Strength

MOST_TEXT = 4_000
"""Characters in what a reviewer writes."""


class Origin(StrEnum):
    """How an item came up: drawn by rule, or by a signal."""

    SAMPLE = "sample"
    SIGNAL = "signal"


class Outcome(StrEnum):
    """What a reviewer found."""

    PROPER = "proper"
    IMPROPER = "improper"
    UNCLEAR = "unclear"


class Remedy(StrEnum):
    """What is to follow. Nothing here does it: people do."""

    NONE = "none"
    ADVICE = "advice"
    TRAINING = "training"
    ACCESS_REVIEW = "access-review"
    PROFESSIONAL_STANDARDS = "professional-standards"


@dataclass(frozen=True, slots=True)
class Concern:
    """A search that an item is about, and whose it is: by that the rules judge who may review it."""

    search_id: str
    asked: AskedSearch


@dataclass(frozen=True, slots=True)
class Raised:
    """A new item. `kinds`: of a signal its kind, of a sample what it was drawn for. `key` names the story."""

    key: str
    origin: Origin
    kinds: tuple[str, ...]
    about: str
    why: str
    strength: Strength | None
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """Who has an item, and since when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reviewer found, why, and what is to follow."""

    outcome: Outcome
    text: str = field(repr=False)
    remedy: Remedy
    by: str
    at: datetime

    def __post_init__(self) -> None:
        """Raise ValueError for a finding that says nothing, or a remedy for what was proper."""
        verify_said(self.text, "a finding")
        if self.outcome is Outcome.PROPER and self.remedy is not Remedy.NONE:
            raise ValueError("what was proper needs no remedy: choose none, or another outcome")


@dataclass(frozen=True, slots=True)
class Referral:
    """Who handed an item to professional standards, when, and why."""

    by: str
    at: datetime
    why: str = field(repr=False)

    def __post_init__(self) -> None:
        """Raise ValueError for a referral without a reason."""
        verify_said(self.why, "a referral")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. Its `concerns` are the searches; it is open until there is a finding."""

    item_id: str
    raised: Raised
    at: datetime
    taken: Taken | None = None
    finding: Finding | None = None
    referral: Referral | None = None

    @property
    def innocent(self) -> str:
        """How what a signal shows may be innocent; "" for a sample."""
        kind = self.raised.kinds[0] if self.raised.origin is Origin.SIGNAL else ""
        return INNOCENT[SignalKind(kind)] if kind else ""

    @property
    def withheld(self) -> bool:
        """Whether the searcher is told nothing yet: no finding, or it is with professional standards."""
        if self.finding is None:
            return True
        return self.referral is not None or self.finding.remedy is Remedy.PROFESSIONAL_STANDARDS


_DRAWN = {
    SampledFor.OVER_ORDINARY_DAYS: "it asked further back than the ordinary days",
    SampledFor.BULK: "it swept in many vehicles",
    SampledFor.BROAD: "it swept in a town's traffic",
    SampledFor.URGENT_ORAL: "it was urgent, on an authority by word of mouth",
    SampledFor.PROACTIVE: "it looked for a pattern, not into an incident",
    SampledFor.OWN_INTEREST_REFUSED: "it was refused, because the vehicle is declared as of those close",
    SampledFor.LOT: "it was drawn by lot",
    SampledFor.LEAST_OF_TEAM: "it makes up the least number of its team and month",
}


def item_of_sample(one: Sampled) -> Raised:
    """Return the item of a sampled search."""
    why = f"Looked at by rule: {'; '.join(_DRAWN[word] for word in one.why)}."
    search = one.search
    kinds = tuple(word.value for word in one.why)
    return Raised(
        f"sample {search.search_id}", Origin.SAMPLE, kinds, search.asked_by, why, None, (_concern(search),)
    )


def item_of_signal(signal: Signal) -> Raised:
    """Return the item of a signal."""
    return Raised(
        f"signal {signal.key}",
        Origin.SIGNAL,
        (signal.kind.value,),
        signal.about,
        signal.why,
        signal.strength,
        tuple(_concern(one) for one in signal.searches),
    )


def verify_said(text: str, what: str) -> None:
    """Raise ValueError for a text that is empty, too long, or no text."""
    if not text.strip() or len(text) > MOST_TEXT:
        raise ValueError(f"{what} needs some words, at most {MOST_TEXT} characters")
    if any(not c.isprintable() and c not in "\n\r\t" for c in text):
        raise ValueError(f"{what} is plain text: letters, digits, signs, spaces and line ends")


def _concern(search: PastSearch) -> Concern:
    return Concern(search.search_id, search.asked)
