"""What the acts of people need of the world, and who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from openanpr.core.role import Role
from openanpr.people.account import Account
from openanpr.people.duties import DutyError
from openanpr.people.event import Deed, PeopleEvent, PeopleRefusedError, Reason
from openanpr.people.keys import PeopleKeys
from openanpr.people.password import Passwords
from openanpr.people.ports import EventLog, PeopleStore
from openanpr.people.roles import Grant
from openanpr.people.session import Claimed, SessionRules
from openanpr.people.standing import Standing, standing
from openanpr.people.training import TrainingRules

_Given = ParamSpec("_Given")
_Gives = TypeVar("_Gives")


@dataclass(frozen=True, slots=True)
class Desk:
    """What acts of people need. `chance` gives so many random bytes, `fresh_id` an id that tells nothing.

    Every act is told to `log` before the store is written, and so is every refusal.
    """

    store: PeopleStore
    keys: PeopleKeys
    passwords: Passwords
    chance: Callable[[int], bytes]
    fresh_id: Callable[[], str]
    sessions: SessionRules
    training: TrainingRules
    log: EventLog


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person who proved it, with the roles of this moment.

    `fresh`: by a second factor minutes ago, from the same place.
    """

    account_id: str
    roles: frozenset[Role]
    source: str
    fresh: bool


def refusals_told(
    act: Callable[Concatenate[Desk, _Given], _Gives],
) -> Callable[Concatenate[Desk, _Given], _Gives]:
    """Return the act, whose refusals are in the log before anybody hears of them; each once."""

    @wraps(act)
    def telling(desk: Desk, *given: _Given.args, **named: _Given.kwargs) -> _Gives:
        try:
            return act(desk, *given, **named)
        except PeopleRefusedError as refusal:
            if not refusal.told:
                desk.log.tell(refusal.event)
                refusal.told = True
            raise

    return telling


def event(
    deed: Deed,
    now: datetime,
    by: str,
    subject: str,
    source: str,
    *,
    refused: Reason | None = None,
    **about: str,
) -> PeopleEvent:
    """Return the event of an act; `about` in the order of its names."""
    return PeopleEvent(deed, now, by, subject, source, tuple(sorted(about.items())), refused)


def duty_refusal(
    fault: DutyError, deed: Deed, now: datetime, by: Actor, subject: str, **about: str
) -> PeopleRefusedError:
    """Return the refusal that a rule on duties becomes."""
    told = event(deed, now, by.account_id, subject, by.source, refused=Reason.DUTY, **about)
    return PeopleRefusedError(str(fault), told)


def verify_fresh_actor(by: Actor, deed: Deed, subject: str, *, now: datetime) -> None:
    """Raise PeopleRefusedError unless the actor gave a second factor minutes ago."""
    if not by.fresh:
        raise PeopleRefusedError(
            "this act needs your second factor once more, now: give it, then try again",
            event(deed, now, by.account_id, subject, by.source, refused=Reason.NOT_FRESH),
        )


def standing_of(
    desk: Desk,
    account: Account,
    *,
    now: datetime,
    claimed: Claimed | None = None,
    ends_at: datetime | None = None,
) -> Standing:
    """Return what a person may act as now; `claimed` until `ends_at` beside the grants that are kept."""
    grants = list(desk.store.grants_of(account.account_id))
    if claimed is not None and ends_at is not None and now < ends_at:
        grants += [
            Grant(
                grant_id="claimed",
                account_id=account.account_id,
                role=role,
                rank=claimed.rank if role is Role.AUTHORISING_OFFICER else None,
                starts_at=now,
                ends_at=ends_at,
                given_by=f"oidc:{claimed.provider}",
                given_at=now,
                why="the force's own sign-in says so",
            )
            for role in sorted(claimed.roles)
        ]
    trainings = desk.store.trainings_of(account.account_id)
    return standing(account, grants, trainings, desk.training, now=now)


def administrators(desk: Desk, *, now: datetime) -> tuple[Account, ...]:
    """Return the administrators who can act now: able, in office, with credentials of their own."""
    holders = {
        grant.account_id
        for grant in desk.store.every_grant()
        if grant.role is Role.ADMINISTRATOR and grant.holds(now)
    }
    found = (desk.store.find(account_id) for account_id in sorted(holders))
    return tuple(
        account
        for account in found
        if account is not None and account.able and desk.store.credentials(account.account_id) is not None
    )
