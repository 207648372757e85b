"""A signal of misuse: what shows, in which searches, how strongly, and how it may be innocent. Frozen, pure.

A signal does nothing. It stands in a queue until a person has looked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from openanpr.review.past import PastSearch


class SignalKind(StrEnum):
    """What shows."""

    OWN_VEHICLE = "own-vehicle"
    HOUSEHOLD_VEHICLE = "household-vehicle"
    COLLEAGUES_VEHICLE = "colleagues-vehicle"
    REPEATED_LOOK_UPS = "repeated-look-ups"
    PASTED_REASON = "pasted-reason"
    OFF_DUTY = "off-duty"
    REFERENCE_CLOSED = "reference-closed"
    REFERENCE_UNKNOWN = "reference-unknown"
    REFERENCE_NEVER_MATCHED = "reference-never-matched"
    LOOKED_AND_LEFT = "looked-and-left"
    FOR_OTHERS = "for-others"


class Strength(StrEnum):
    """How much it says: nothing here proves anything."""

    WEAK = "weak"
    MIDDLE = "middle"
    STRONG = "strong"


INNOCENT = {
    SignalKind.OWN_VEHICLE: "The person may have been the victim of a crime, and have searched instead of "
    "asking a colleague, or sold the vehicle and not withdrawn it.",
    SignalKind.HOUSEHOLD_VEHICLE: "The vehicle may have changed hands, or be part of an incident that "
    "reached this person by chance: then another should have searched.",
    SignalKind.COLLEAGUES_VEHICLE: "A colleague may be victim, witness or suspect in the case that the "
    "reference names.",
    SignalKind.REPEATED_LOOK_UPS: "A vehicle that is sought is looked up until it is found; reads that show "
    "nothing are not kept, and one vehicle may belong to several cases.",
    SignalKind.PASTED_REASON: "Like cases are described alike, and some units give their people a form "
    "of words.",
    SignalKind.OFF_DUTY: "Overtime, a call-out or a swapped shift may be missing from the roster.",
    SignalKind.REFERENCE_CLOSED: "Cases close when their work is done, often because of what was found.",
    SignalKind.REFERENCE_UNKNOWN: "The case system may have merged or renumbered the case, or been wrong "
    "that day.",
    SignalKind.REFERENCE_NEVER_MATCHED: "In an urgent matter the number may have been mistyped, or come "
    "from a system that is not asked.",
    SignalKind.LOOKED_AND_LEFT: "The table alone answers many questions, with no need to open a read.",
    SignalKind.FOR_OTHERS: "Somebody who is the team's operator searches for everybody.",
}
"""For each kind how it may be innocent: told with every signal."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal. `about` is the account of the person; `searches` are in the order of their times.

    `key` is the same whenever the same story shows again. `why` holds no mark, no name and no reference.
    """

    kind: SignalKind
    about: str
    key: str
    why: str
    searches: tuple[PastSearch, ...]
    strength: Strength

    @property
    def innocent(self) -> str:
        """How it may be innocent."""
        return INNOCENT[self.kind]


@dataclass(frozen=True, slots=True)
class NotComputed:
    """A kind of signal that could not be worked out, and why: silence must not look like innocence."""

    kind: SignalKind
    why: str


def story(
    kind: SignalKind,
    about: str,
    searches: Iterable[PastSearch],
    *,
    why: str,
    strength: Strength,
    subject: bytes = b"",
) -> Signal:
    """Return a signal; `subject` tells stories of one kind about one person apart (a shape, a text)."""
    ordered = sorted(
        {one.search_id: one for one in searches}.values(), key=lambda one: (one.at, one.search_id)
    )
    told = b"\0".join((kind.encode(), about.encode(), subject))
    return Signal(kind, about, hashlib.sha256(told).hexdigest()[:32], why, tuple(ordered), strength)


def times(count: int, what: str) -> str:
    """Return a count with its noun, as `1 search` or `3 searches`."""
    more = f"{what}es" if what.endswith("ch") else f"{what}s"
    return f"{count:,} {what if count == 1 else more}"
