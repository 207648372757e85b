"""Requests to judge, each a fair one that a test spoils in one place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.role import Rank, Role
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import (
    Account,
    Act,
    Approval,
    AskedSearch,
    Guarded,
    HeldRole,
    Material,
    Person,
    Purpose,
    Request,
    Search,
)
from openanpr.policy.decide import Decision, decide
from openanpr.policy.profile import load_profile

TODAY = date(2026, 11, 29)
PROFILES = {name: load_profile(name) for name in ("nadc-2018", "current")}
OFFICER = (HeldRole(Role.AUTHORISING_OFFICER),)


def person(*roles: Role, rank: Rank = Rank.CONSTABLE, **changed: Any) -> Person:
    """Somebody who is trained and holds the roles without an end."""
    held = tuple(HeldRole(role) for role in roles)
    return replace(Person("p1", held, rank, date(2027, 6, 30), "crime-north"), **changed)


def search(
    *roles: Role,
    category: Category = Category.VOLUME,
    approval: Approval | None = None,
    purpose: dict[str, Any] | None = None,
    **changed: Any,
) -> Request:
    """A reactive search for one vehicle over 30 days; by an investigator where no role is named."""
    why = Purpose(category, Stance.REACTIVE, ReferenceState.OPEN, reason_given=True)
    what = Search(SearchKind.ONE_VEHICLE, oldest_days=30, cameras=40, days=30, reads=60)
    return Request(
        Act.SEARCH,
        TODAY,
        person(*(roles or (Role.INVESTIGATOR,))),
        purpose=replace(why, **(purpose or {})),
        search=replace(what, **changed),
        approval=approval,
    )


def approval(rank: Rank = Rank.SUPERINTENDENT, by: str = "p9", **changed: Any) -> Approval:
    """Somebody's written approval."""
    return replace(Approval(by, OFFICER, rank), **changed)


def material(act: Act, *roles: Role, **changed: Any) -> Request:
    """An act on what one's own search found."""
    why = Purpose(Category.SERIOUS, Stance.REACTIVE, ReferenceState.OPEN, reason_given=True)
    what = Material(30, "p1", "p1", recipient_named=True, end_named=True)
    who = person(*(roles or (Role.INVESTIGATOR,)))
    return Request(act, TODAY, who, purpose=why, material=replace(what, **changed))


def asked(act: Act, who: Person, **changed: Any) -> Request:
    """An act on a search of p1."""
    return Request(act, TODAY, who, asked=replace(AskedSearch("p1", "p1", "crime-north"), **changed))


def guarded(act: Act, who: Person, *named: str, hidden: bool = True) -> Request:
    """A look at something that is covert or confidential, unless told otherwise."""
    return Request(act, TODAY, who, guarded=Guarded(hidden, frozenset(named)))


def account(who: Person, of: str = "p2") -> Request:
    """A change of somebody's account."""
    return Request(Act.MANAGE_PEOPLE, TODAY, who, account=Account(of))


def decided(request: Request, profile: str = "nadc-2018") -> Decision:
    """The decision under the rules that are shipped."""
    return decide(request, rules=shipped_rules(), profile=PROFILES[profile])
