"""How often something of a search was opened or handed out, by the public fields of the audit log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from openanpr.audit.acts import Act
from openanpr.audit.entry import Entry

_AT_ONCE: Final = 4_096
_GOES_ON: Final = "-more"
"""What the stage of an entry ends with that only goes on from another."""


class Entries(Protocol):
    """The audit log, read from a number on."""

    def entries_from(self, first: int, most: int) -> Sequence[Entry]:
        """Return at most so many entries from that number on; none where there are no more."""
        ...


def opened_from(log: Entries, first: int) -> Mapping[int, int]:
    """Return how often something was opened or handed out, by the entry of the search; from a number on.

    Reads, pictures and places that were opened, and what was printed or exported. Raises what the log raises.
    """
    found: Counter[int] = Counter()
    while entries := log.entries_from(first, _AT_ONCE):
        first += len(entries)
        for one in entries:
            regards = one.public.get("regards")
            if isinstance(regards, int) and _opens(one):
                found[regards] += 1
    return found


def _opens(one: Entry) -> bool:
    if one.act is Act.DISCLOSURE:
        return not str(one.public.get("what", "")).endswith(_GOES_ON)
    stage = str(one.public.get("stage", ""))
    return one.act is Act.CONSULTATION and stage.startswith("open-") and not stage.endswith(_GOES_ON)
