"""What is on a list, looked at: by page, by mark, one by its number.

A look is logged before it is answered: see `web.local.acts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import Struct
from starlette.routing import Route

from openanpr.core.voi_entry import VoiEntry
from openanpr.core.voi_list import Tombstone
from openanpr.policy.ask import Act
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.numbering import LOWEST_COVERT
from openanpr.voi.cell import RowFault, parse_vrm
from openanpr.web.local.asking import Asked, Said, answered
from openanpr.web.local.list_sight import list_known

_MOST = 200
_USUAL = 50
_BEYOND_ALL = 2**53


@dataclass(frozen=True, slots=True)
class EntryRoutes:
    """What the routes need."""

    store: ListStore


class FindForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A mark to look for, as it would stand on the list."""

    vrm: Said


def entry_routes(of: EntryRoutes) -> list[Route]:
    """Return the routes of what is on lists."""
    see = Act.SEE_LISTS
    return [
        answered("/lists/{name}/entries", lambda asked: _page(of, asked), guard=see),
        answered("/lists/{name}/entries/find", lambda asked: _found(of, asked), "POST", guard=see),
        answered("/lists/{name}/entries/{entry:int}", lambda asked: _one(of, asked), guard=see),
    ]


def _page(of: EntryRoutes, asked: Asked) -> object:
    listed = _Listed.of(of.store, asked)
    most = min(max(asked.number("most", _USUAL), 1), _MOST)
    before = asked.number("before", _BEYOND_ALL) + listed.lowest
    found = of.store.latest(listed.name, before=before, limit=most + 1)
    left = found[most - 1][0] - listed.lowest if len(found) > most else None
    return {"entries": listed.told(found[:most]), "next": left}


def _found(of: EntryRoutes, asked: Asked) -> object:
    listed = _Listed.of(of.store, asked)
    try:
        vrm = parse_vrm(asked.form(FindForm).vrm)
    except RowFault as fault:
        raise ValueError(str(fault)) from fault
    return {
        "entries": listed.told(of.store.marked(listed.name, vrm, limit=_MOST)),
        "gone": [
            {"gone_by": one.gone_by, "at": one.at, "by": one.by, "why": one.why, "weed_on": one.weed_on}
            for one in stones(of.store, listed.name, vrm, asked)
            if one.lifted is None
        ],
    }


def stones(store: ListStore, name: str, vrm: str, asked: Asked) -> list[Tombstone]:
    """Return what is known of entries of a mark that left the list; raises LookupError.

    On an open list without those of which nobody knows any more whether they were covert: they left it before
    covert entries stood apart.
    """
    covert = bool(list_known(store, name, asked).of.covert_of)
    return [one for one in store.tombstones(name, vrm) if covert or not one.covert or asked.proved is None]


def _one(of: EntryRoutes, asked: Asked) -> object:
    listed = _Listed.of(of.store, asked)
    number = int(asked.path["entry"]) + listed.lowest
    found = of.store.numbered(listed.name, number)
    if found is None:
        raise LookupError("there is no such entry on the list, or not any more")
    return listed.told(((number, found),))[0]


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list of which whoever asks may know.

    Numbers of entries are told as counted from `lowest`: in the store those of covert ones are below nothing.
    `openly` are the marks on a covert list that stand on the open one too.
    """

    name: str
    lowest: int
    openly: frozenset[str]

    @classmethod
    def of(cls, store: ListStore, asked: Asked) -> _Listed:
        """Return the list that the path names; raises LookupError where there is none for whoever asks."""
        one = list_known(store, asked.path["name"], asked).of
        if one.covert_of:
            return cls(one.name, LOWEST_COVERT, store.openly(one.name))
        return cls(one.name, 0, frozenset())

    def told(self, found: Iterable[tuple[int, VoiEntry]]) -> list[dict[str, object]]:
        """Return entries with their numbers as they are told."""
        return [
            {"entry": number - self.lowest, "openly": entry.vrm in self.openly, **entry._asdict()}
            for number, entry in found
        ]
