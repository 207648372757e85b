"""The covert entries of a list stand on lists of their own, one for each circle of people, made when needed.

So nothing that is done to the open list, or told of it, depends on them: docs/decisions/0027.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Protocol

from openanpr.core.voi_entry import VoiEntry
from openanpr.core.voi_list import ListStanding, VoiList

PART: str = "--"
"""What stands in the name of a covert list; no other is given such a name."""


class CovertParts(Protocol):
    """Lists, and the covert parts of each."""

    def standing(self, list_name: str) -> ListStanding:
        """Return how the list stands; raises LookupError when there is none of that name."""
        ...

    def covert_list(self, covert_of: str, seen_by: frozenset[str]) -> str | None:
        """Return the name of the covert part of an open list for these people alone, None for none yet."""
        ...

    def define(self, one: VoiList, *, by: str) -> None:
        """Keep a list and the case for it."""
        ...


def circle_of(entry: VoiEntry, of: VoiList) -> frozenset[str]:
    """Return who alone may know of an entry, nobody's names for an open one.

    Of a covert entry that names nobody, it is the owner of its list.
    """
    if not entry.covert:
        return frozenset()
    return frozenset(entry.seen_by) or frozenset({of.owner})


def covert_part(list_name: str, names: Collection[str], *, by: str, store: CovertParts) -> str:
    """Return the name of the list of covert entries for `names`, made where there is none yet.

    Its name is made by chance: it says nothing of them. `list_name` is the open list or a part of it.
    Raises LookupError when there is no such list.
    """
    of = store.standing(list_name).of
    open_name, circle = of.called, frozenset(names)
    found = store.covert_list(open_name, circle)
    if found is not None:
        return found
    name = f"{open_name}{PART}{secrets.token_hex(8)}"
    case = (of.owner, of.purpose, of.legal_basis, of.kind, of.max_age)
    store.define(VoiList(name, *case, visible_to=circle, covert_of=open_name, seen_by=circle), by=by)
    return name
