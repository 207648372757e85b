"""Weeding: entries past their weed date leave, with a tombstone; and reminders before they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from openanpr.core.voi_list import ChangeKind, Draft, Proposal
from openanpr.voi.ports import WeedStore


@dataclass(frozen=True, slots=True)
class WeedRules:
    """How large a share of a list may be weeded unseen: a clock that leaps must not empty it."""

    most_removed: float

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if not 0.0 <= self.most_removed <= 1.0:
            msg = "WeedRules.most_removed must be a share from 0 to 1"
            raise ValueError(msg)


def weed(list_name: str, *, by: str, at: datetime, rules: WeedRules, store: WeedStore) -> Proposal:
    """Return the proposal that takes off all entries whose weed date is before today (UTC).

    Within the rules' share it is live when this returns, beyond it it waits for a person. With nothing
    to weed no revision is made.
    Raises LookupError when there is no such list.
    """
    on = at.astimezone(UTC).date()
    draft = Draft(list_name, ChangeKind.WEEDING, by, at, f"weed date before {on}", source="weeding")
    number = store.open_weeding(draft, on=on)
    diff = store.settle(number, on=on)
    asks: list[str] = []
    if diff.before and diff.removed > rules.most_removed * diff.before:
        asks.append(f"{diff.removed} of {diff.before} entries to weed at once: check the clock")
    proposal = store.ready(number, asks)
    if asks:
        return proposal
    return store.apply(number, by="the rules of weeding", at=at, decision="weed date passed")
