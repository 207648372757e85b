"""What a hit may tell people to do. Only a hit without any doubt may say stop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from openanpr.core.advice import Advice
from openanpr.core.hit import HitKind
from openanpr.core.voi_entry import Action


class Because(StrEnum):
    """The rules that made an advice, by name."""

    ENTRY_ASKS = "entry_asks"  # no doubt: the entry's own action stands
    HIT_POSSIBLE = "hit_possible"  # not spelt alike, not surely read, or a wildcard
    LIST_STALE = "list_stale"  # older than its owner allows
    READ_LATE = "read_late"  # the vehicle has long gone
    CLOCK_DOUBTFUL = "clock_doubtful"  # nobody knows whether the read is late
    ACTION_UNKNOWN = "action_unknown"  # the entry asks for nothing that is known
    ENTRY_SILENT = "entry_silent"  # whoever checks must show no interest in the vehicle


@dataclass(frozen=True, slots=True)
class Advised:
    """An advice with the rules that made it, in the order of `Because`."""

    advice: Advice
    because: tuple[Because, ...]


_ASKED = MappingProxyType(
    {
        Action.STOP: Advice.STOP,
        Action.SILENT: Advice.SILENT,
        Action.ASSESS: Advice.ASSESS,
        Action.INTELLIGENCE: Advice.RECORD,
    }
)


def action_of(text: str) -> Action | None:
    """Return the action that a list names (any case, space around it), None where it is not known."""
    named = text.strip().upper()
    return Action[named] if named in Action.__members__ else None


def advise(
    kind: HitKind, *, list_stale: bool, read_late: bool, clock_doubtful: bool, action: Action | None
) -> Advised:
    """Return what a hit says: the entry's action where there is no doubt at all, else *check the picture*.

    STOP needs an exact hit on a fresh list from an on-time read of a trusted clock, and an entry that asks
    for it. An action that is not known (None) is a doubt like the others.
    """
    doubts = {
        Because.HIT_POSSIBLE: kind is not HitKind.EXACT,
        Because.LIST_STALE: list_stale,
        Because.READ_LATE: read_late,
        Because.CLOCK_DOUBTFUL: clock_doubtful,
        Because.ACTION_UNKNOWN: action is None,
    }
    because = tuple(name for name, holds in doubts.items() if holds)
    if action is not None and not because:
        return Advised(_ASKED[action], (Because.ENTRY_ASKS,))
    quiet = (Because.ENTRY_SILENT,) if action is Action.SILENT else ()
    return Advised(Advice.CHECK_PICTURE, because + quiet)
