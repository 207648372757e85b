"""The entries that an alert is about, for whoever compares them with the picture."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from openanpr.alert.routing import Viewer
from openanpr.core.voi_entry import VoiEntry

Particulars: TypeAlias = Callable[[Collection[int]], Mapping[int, tuple[int, VoiEntry]]]
"""Returns of each entry its list's id and all that is known of it; without those that were erased."""


def wanted_entries(of: Particulars, entries: Collection[int], viewer: Viewer) -> list[dict[str, object]]:
    """Return the entries as JSON objects; a covert one only for those whom it names."""
    return [
        {
            "entry_id": entry_id,
            "make": one.make,
            "model": one.model,
            "colour": one.colour,
            "reason": one.reason,
            "information": one.information,
            "warning_markers": one.warning_markers,
            "action": one.action.value,
            "priority": one.priority.value,
            "owner": one.owner,
            "force_area": one.force_area,
            "weed_on": one.weed_on,
        }
        for entry_id, (_, one) in sorted(of(entries).items())
        if not one.covert or not viewer.names.isdisjoint(one.seen_by)
    ]
