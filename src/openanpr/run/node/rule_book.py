"""The rules of alerts as the settings give them, list by list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

from openanpr.alert.rules import Ladder, Level, ListRules, Route, RuleBook
from openanpr.core.voi_entry import Priority
from openanpr.core.voi_list import ListKind, VoiList
from openanpr.run.node.settings import AlertRoute, Alerts, ListAlerts, NodeSettings

_T = TypeVar("_T")
_OF_ALL = ListAlerts()


def rule_book(settings: NodeSettings, lists: Mapping[int, VoiList]) -> RuleBook:
    """Return the rules of every list that the node has, and those for a list that it does not know yet."""
    alerts = settings.alerts
    return RuleBook(
        {
            list_id: rules_of_alerts(alerts, one.called, owner=one.owner, kind=one.kind)
            for list_id, one in lists.items()
        },
        rules_of_alerts(alerts, None),
    )


def rules_for_nothing(settings: NodeSettings, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names in `alerts.list` that are none of these lists': to be told, they may be misspelt."""
    return tuple(sorted(settings.alerts.list.keys() - set(names)))


def rules_of_alerts(
    alerts: Alerts, name: str | None, *, owner: str = "", kind: ListKind = ListKind.CRIME
) -> ListRules:
    """Return the rules of the list of that name, of all others for None; raises ValueError."""
    own = _OF_ALL if name is None else alerts.list.get(name, _OF_ALL)
    ladder = _or(own.ladder, alerts.ladder)
    return ListRules(
        owner=owner or alerts.owner,
        kind=kind,
        window=timedelta(seconds=_or(own.window_s, alerts.window_s)),
        routes=tuple(_route(route) for route in _or(own.routes, alerts.routes)),
        ladder=Ladder(
            tuple(Level(timedelta(seconds=level.after_s), level.role) for level in ladder),
            timedelta(seconds=_or(own.again_every_s, alerts.again_every_s)),
        ),
        next_step_within=timedelta(seconds=_or(own.next_step_within_s, alerts.next_step_within_s)),
        outcome_within=timedelta(seconds=_or(own.outcome_within_s, alerts.outcome_within_s)),
        raise_after=_or(own.raise_after, alerts.raise_after),
    )


def _route(route: AlertRoute) -> Route:
    return Route(route.role, route.forces, route.areas, Priority[route.at_least.upper()])


def _or(own: _T | None, of_all: _T) -> _T:
    return of_all if own is None else own
