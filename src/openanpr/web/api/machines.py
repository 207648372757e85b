"""What other systems ask by a token of their own: each route for one scope, and none of them searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from openanpr.core.voi_list import ListKind, ListStanding
from openanpr.people.service import Scope
from openanpr.voi.fresh import freshness
from openanpr.web.api.route import Anybody, ApiRoute, Call


class ListTold(Struct, frozen=True):
    """A list: whose it is, and how fresh. Nothing of its entries."""

    name: str
    kind: ListKind
    owner: str
    revision: int
    entries: int
    stale: bool


class ListsTold(Struct, frozen=True):
    """All lists."""

    lists: list[ListTold]


@dataclass(frozen=True, slots=True)
class MachineRoutes:
    """What the node tells other systems."""

    lists: Callable[[], Sequence[ListStanding]]


def machine_routes(of: MachineRoutes) -> list[ApiRoute]:
    """Return the routes of other systems."""

    def lists(call: Call) -> ListsTold:
        return ListsTold([_list(one, call.now) for one in of.lists()])

    told = "The lists and how fresh they are"
    who, scope = Anybody.MACHINE, Scope.LISTS_READ.value
    return [ApiRoute("GET", "/machine/lists", told, who, None, ListsTold, lists, scope=scope)]


def _list(standing: ListStanding, now: datetime) -> ListTold:
    one, stale = standing.of, freshness(standing, now).stale
    return ListTold(one.name, one.kind, one.owner, standing.revision, standing.entries, stale)
