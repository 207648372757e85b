"""The parts of the web application, and who is shown the way to each: to whoever may do what it is for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from openanpr.core.role import Role
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Act


@dataclass(frozen=True, slots=True)
class Item:
    """One part: its name, its address, and the acts of which one is enough to be shown the way."""

    name: str
    path: str
    acts: frozenset[Act]


MENU: Final = (
    Item("Alerts", "/alerts", frozenset({Act.ANSWER_ALERT})),
    Item("Patrol", "/patrol", frozenset({Act.ANSWER_ALERT})),
    Item("Search", "/search", frozenset({Act.SEARCH})),
    Item("Approvals", "/approvals", frozenset({Act.APPROVE})),
    Item("Vehicles of interest", "/lists", frozenset({Act.SEE_LISTS, Act.CHANGE_LIST})),
    Item("Cameras", "/cameras", frozenset({Act.MANAGE_DEVICES, Act.SEE_PLACE})),
    Item("Requests", "/requests", frozenset({Act.SEE_RIGHTS})),
    Item("Camera sites", "/sites", frozenset({Act.SEE_SITES})),
    Item("Self assessment", "/assessment", frozenset({Act.SEE_ASSESSMENT})),
    Item("Publishing", "/publishing", frozenset({Act.SEE_PUBLISHING})),
    Item("Review", "/review", frozenset({Act.REVIEW})),
    Item("Subject access", "/subject-access", frozenset({Act.SEE_ACCESS})),
    Item("Challenges", "/challenges", frozenset({Act.SEE_CHALLENGES})),
    Item("Disclosures", "/disclosures", frozenset({Act.SEE_DISCLOSURES})),
    Item("Audit log", "/log", frozenset({Act.READ_LOG})),
    Item(
        "Administration",
        "/administration",
        frozenset({Act.MANAGE_PEOPLE, Act.MANAGE_DEVICES, Act.MANAGE_QUARANTINE, Act.RUN_RETENTION}),
    ),
    Item("Try a picture", "/try", frozenset(Act)),
)


def acts_of(rules: AccessRules, roles: Iterable[Role]) -> frozenset[Act]:
    """Return the acts that the rules permit to holders of these roles at all.

    For what to show the way to, never to refuse by: each act is judged when it is done.
    """
    held = frozenset(roles)
    return frozenset(act for act in Act if not held.isdisjoint(rules.of_act[act].roles))


def menu_of(may: Iterable[Act]) -> tuple[Item, ...]:
    """Return the parts that somebody is shown the way to."""
    acts = frozenset(may)
    return tuple(item for item in MENU if item.acts & acts)
