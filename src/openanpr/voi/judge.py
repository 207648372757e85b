"""Whether an import may go live by itself or a person must look at its diff first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from openanpr.core.voi_list import Diff


@dataclass(frozen=True, slots=True)
class ImportRules:
    """How much a feed may change unseen, as shares of the list before it (of its rows for `refused`).

    `always` names a reason to ask every time; empty to ask only beyond the shares.
    """

    added: float
    changed: float
    removed: float
    refused: float
    always: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        for name in ("added", "changed", "removed", "refused"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                msg = f"ask.{name} must be a share from 0 to 1"
                raise ValueError(msg)

    @classmethod
    def of(cls, found: Mapping[str, object]) -> Self:
        """Return the rules that a profile's table `ask` holds; raises KeyError, TypeError or ValueError."""
        unknown = sorted(found.keys() - {one.name for one in fields(cls)})
        if unknown:
            msg = f"ask has no use for {', '.join(unknown)}"
            raise ValueError(msg)
        always = found.get("always", "")
        return cls(
            added=_share(found["added"]),
            changed=_share(found["changed"]),
            removed=_share(found["removed"]),
            refused=_share(found["refused"]),
            always=always if isinstance(always, str) else "asked for by the profile",
        )


def reasons_to_ask(diff: Diff, rules: ImportRules) -> tuple[str, ...]:
    """Return why a person must approve this diff, one sentence each; empty when nobody need be asked.

    A list that was empty has nothing to compare with, so its first filling is always asked about; so
    is emptying one.
    """
    asks = [rules.always] if rules.always else []
    if diff.before == 0 and diff.added:
        asks.append("the list was empty before")
    elif diff.before and diff.removed == diff.before and not diff.added:
        asks.append("nothing would be left of the list")
    for name in ("added", "changed", "removed"):
        count, most = getattr(diff, name), getattr(rules, name)
        if diff.before and count > most * diff.before:
            asks.append(f"{count} of {diff.before} entries {name}, more than the share of {most:g}")
    rows = diff.refused + diff.added + diff.changed + max(0, diff.before - diff.removed - diff.changed)
    if diff.refused > rules.refused * rows:
        asks.append(f"{diff.refused} rows refused, more than the share of {rules.refused:g}")
    return tuple(asks)


def _share(found: object) -> float:
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        msg = "a share in ask must be a number from 0 to 1"
        raise TypeError(msg)
    return float(found)
