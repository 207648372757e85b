"""What matching holds of an entry, and the hit that it makes; all else of the entry stays in the store."""

from __future__ import annotations

from dataclasses import dataclass

from openanpr.core.hit import HitKind, Reason


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """One entry by its numbers: `entry_id` is its own on this node, `list_id` its list's.

    `vrm` is A-Z0-9, with `?` and `*` where it is left open.
    """

    entry_id: int
    list_id: int
    vrm: str


@dataclass(frozen=True, slots=True)
class ListedHit:
    """A read that meets a listed entry; the fields mean what `core.hit.Hit` says."""

    kind: HitKind
    reason: Reason
    entry: ListedEntry
    read_plate: str
    positions: tuple[int, ...]
    p: float
