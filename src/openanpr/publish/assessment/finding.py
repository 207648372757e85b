"""What evidence shows: how it stands to the question, a sentence by its id, and the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from openanpr.policy.sourced import Number, Source


class Standing(StrEnum):
    """How a piece of evidence stands to the answer YES."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    STALE = "stale"  # it would say something, but rests on something too old
    MISSING = "missing"  # nothing is known, or nobody looked


@dataclass(frozen=True, slots=True)
class Counted:
    """A count that published figures tell too, or of what people did: in public only whether there is any."""

    number: int


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many: in public only whether they are none, some or all."""

    hits: int
    of: int


Amount: TypeAlias = Counted | Part | int | str | date | datetime
"""A whole number, text or day stands as it is in public: it is of the system, and of nobody."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a finding, by the name that the catalogue has for it."""

    name: str
    amount: Amount


class Grounds(StrEnum):
    """What kind of grounds a number has."""

    SOURCE = "source"
    JUDGEMENT = "judgement"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A number that something was measured against, with its grounds: a document, why, or a setting's name.

    `verified`: whoever set it has read it in its document. Against any other, nothing is ever fulfilled here:
    it is told what was measured, and against what.
    """

    name: str
    value: int
    kind: Grounds
    grounds: str
    verified: bool = False

    @classmethod
    def of(cls, name: str, number: Number) -> Yardstick:
        """Return the yardstick that a number of a profile is."""
        source = number.source
        if source is None:
            return cls(name, number.value, Grounds.JUDGEMENT, number.judgement)
        return cls(name, number.value, Grounds.SOURCE, place_of(source), source.verified)


def place_of(source: Source) -> str:
    """Return where something stands, as one line: document, part, address."""
    return "; ".join(part for part in (source.document, source.section, source.url) if part)


@dataclass(frozen=True, slots=True)
class Found:
    """What was seen in facts that are known. `says` is the last part of the sentence's id.

    `dated`: the time of the newest thing it rests on, None where that is the moment of looking. `empty`: it
    was looked, and there is nothing of the kind, so that the question may not apply.
    """

    standing: Standing
    says: str
    figures: tuple[Figure, ...] = ()
    yardsticks: tuple[Yardstick, ...] = ()
    dated: datetime | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A piece of evidence as it stood at `at`. `source` says where it was looked, by a word of the catalogue.

    `fresh_days`: older than so many days it would be stale; None where it is always of the moment.
    """

    evidence: str
    standing: Standing
    says: str
    at: datetime
    source: str
    dated: datetime | None
    figures: tuple[Figure, ...] = ()
    yardsticks: tuple[Yardstick, ...] = ()
    fresh_days: int | None = None
    empty: bool = False

    @property
    def against_unverified(self) -> bool:
        """Whether it was measured against a number that nobody has read at its source."""
        return any(not one.verified for one in self.yardsticks)
