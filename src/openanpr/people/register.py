"""Who is who: accounts, roles, training. Each act is one administrator's, and each asks `duties` first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from openanpr.core.role import Rank, Role
from openanpr.people.account import Account, Ended
from openanpr.people.desk import Actor, Desk, duty_refusal, event, refusals_told
from openanpr.people.duties import (
    DutyError,
    grave_role,
    verify_administrator,
    verify_any,
    verify_grant,
    verify_maker,
    verify_other,
)
from openanpr.people.event import Deed, Done, PeopleEvent
from openanpr.people.founding import LinkMade, Newcomer, make_link, new_account
from openanpr.people.roles import Grant
from openanpr.people.training import Training

_NO_ROLE: Final = "there is no such role to withdraw, or not any more"
_DISABLED: Final = "this account is disabled already"
_MAY_RECORD: Final = frozenset({Role.ADMINISTRATOR, Role.ANPR_MANAGER})


@dataclass(frozen=True, slots=True)
class RoleAsked:
    """A role that somebody is to have, from one moment to another, and why."""

    account_id: str
    role: Role
    rank: Rank | None
    starts_at: datetime
    ends_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A course that somebody passed."""

    account_id: str
    course: str
    passed_on: date
    expires_on: date


@refusals_told
def add_person(desk: Desk, by: Actor, newcomer: Newcomer, *, now: datetime) -> Done[LinkMade]:
    """Return the link for a new account, which has no role; raises PeopleRefusedError, LoginTakenError."""
    _verify(by, Deed.ACCOUNT_MADE, "", now)
    account = new_account(desk, newcomer, by.account_id, now=now)
    made = event(Deed.ACCOUNT_MADE, now, by.account_id, account.account_id, by.source)
    with desk.log.doing(made):
        desk.store.add(account)
    link = make_link(desk, account, by.account_id, by.source, now=now)
    return Done(link.value, (made, *link.events))


@refusals_told
def link_again(desk: Desk, by: Actor, account_id: str, *, now: datetime) -> Done[LinkMade]:
    """Return another link for an account whose first was never used; the earlier one is gone.

    An account that somebody signs in to gets other credentials by a grave act. Raises PeopleRefusedError,
    LookupError, ValueError.
    """
    _verify(by, Deed.LINK_MADE, account_id, now)
    account = known(desk, account_id)
    if in_use(desk, account) or not account.able:
        raise ValueError("this account is in use: two administrators renew its credentials together")
    return make_link(desk, account, by.account_id, by.source, now=now)


@refusals_told
def give_role(desk: Desk, by: Actor, asked: RoleAsked, *, now: datetime) -> Done[Grant]:
    """Give a role that one administrator may give; raises PeopleRefusedError, ValueError, LookupError.

    Not to oneself, not beside a role that is kept apart from it, not before now; a searching role not to a
    person whom the same administrator added.
    """
    if grave_role(asked.role) is not None:
        fault = DutyError("this role is given by two administrators: propose it")
        raise duty_refusal(fault, Deed.ROLE_GIVEN, now, by, asked.account_id)
    try:
        verify_administrator(by.roles)
        verify_maker(known(desk, asked.account_id).made_by, by.account_id, asked.role)
    except DutyError as fault:
        raise duty_refusal(fault, Deed.ROLE_GIVEN, now, by, asked.account_id) from None
    grant = grant_of(desk, by.account_id, asked, now=now)
    return give(desk, by, grant, now=now)


@refusals_told
def give(desk: Desk, by: Actor, grant: Grant, *, now: datetime) -> Done[Grant]:
    """Keep a grant that may stand beside the person's others; raises PeopleRefusedError."""
    done = given_event(grant, by, now)
    try:
        verify_grant(grant, desk.store.grants_of(grant.account_id))
        with desk.log.doing(done):
            desk.store.give(grant, lambda others: verify_grant(grant, others))
    except DutyError as fault:
        role = grant.role.value
        raise duty_refusal(fault, Deed.ROLE_GIVEN, now, by, grant.account_id, role=role) from None
    return Done(grant, (done,))


def given_event(grant: Grant, by: Actor, now: datetime) -> PeopleEvent:
    """Return the event of a role that is given."""
    role, number = grant.role.value, grant.grant_id
    return event(Deed.ROLE_GIVEN, now, by.account_id, grant.account_id, by.source, role=role, grant=number)


def grant_of(desk: Desk, given_by: str, asked: RoleAsked, *, now: datetime) -> Grant:
    """Return the grant that is asked for; raises ValueError for one that begins in the past, LookupError."""
    if not known(desk, asked.account_id).able:
        raise ValueError("this account is disabled: it gets no role")
    if asked.starts_at < now:
        raise ValueError("a role starts now or later: what was done without it stays done without it")
    return Grant(
        desk.fresh_id(),
        asked.account_id,
        asked.role,
        None if asked.rank is Rank.NONE else asked.rank,
        asked.starts_at,
        asked.ends_at,
        given_by,
        now,
        asked.why,
    )


@refusals_told
def withdraw_role(desk: Desk, by: Actor, grant_id: str, why: str, *, now: datetime) -> Done[Grant]:
    """Take a role away at once, one's own too; raises PeopleRefusedError, LookupError."""
    _verify(by, Deed.ROLE_WITHDRAWN, "", now)
    held = next((one for one in desk.store.every_grant() if one.grant_id == grant_id), None)
    if held is None or held.withdrawn is not None:
        raise LookupError(_NO_ROLE)
    told = event(
        Deed.ROLE_WITHDRAWN,
        now,
        by.account_id,
        held.account_id,
        by.source,
        role=held.role.value,
        grant=grant_id,
    )
    with desk.log.doing(told):
        grant = desk.store.withdraw(grant_id, Ended(now, by.account_id, why))
        if grant is None:
            raise LookupError(_NO_ROLE)
    return Done(grant, (told,))


@refusals_told
def record_training(desk: Desk, by: Actor, passed: Passed, *, now: datetime) -> Done[Training]:
    """Record that somebody passed a course; by an administrator or an ANPR manager, not of themselves."""
    try:
        verify_any(by.roles, _MAY_RECORD)
        verify_other(by.account_id, passed.account_id, "record their own training")
    except DutyError as fault:
        raise duty_refusal(fault, Deed.TRAINING_RECORDED, now, by, passed.account_id) from None
    known(desk, passed.account_id)
    if passed.passed_on > now.date():
        raise ValueError("a course is recorded once it was passed")
    training = Training(
        desk.fresh_id(),
        passed.account_id,
        passed.course.strip(),
        passed.passed_on,
        passed.expires_on,
        by.account_id,
        now,
    )
    told = event(
        Deed.TRAINING_RECORDED,
        now,
        by.account_id,
        passed.account_id,
        by.source,
        course=training.course,
        training=training.training_id,
    )
    with desk.log.doing(told):
        desk.store.record(training)
    return Done(training, (told,))


@refusals_told
def disable(desk: Desk, by: Actor, account_id: str, why: str, *, now: datetime) -> Done[Account]:
    """Disable another person's account and end its sessions and links at once; raises PeopleRefusedError.

    One administrator is enough to take access away; two give it back.
    """
    try:
        verify_administrator(by.roles)
        verify_other(by.account_id, account_id, "disable their own account")
    except DutyError as fault:
        raise duty_refusal(fault, Deed.ACCOUNT_DISABLED, now, by, account_id) from None
    if not why.strip():
        raise ValueError("an account is disabled for a reason: say why")
    if not known(desk, account_id).able:
        raise ValueError(_DISABLED)
    told = event(Deed.ACCOUNT_DISABLED, now, by.account_id, account_id, by.source)
    with desk.log.doing(told):
        if not desk.store.disable(account_id, Ended(now, by.account_id, why)):
            raise ValueError(_DISABLED)
    return Done(known(desk, account_id), (told,))


def in_use(desk: Desk, account: Account) -> bool:
    """Whether somebody signs in to an account already, in whichever way."""
    outside = account.made_by.startswith("oidc:")
    has_keys = bool(desk.store.passkeys_of(account.account_id))
    return outside or has_keys or desk.store.credentials(account.account_id) is not None


def known(desk: Desk, account_id: str) -> Account:
    """Return the account; raises LookupError."""
    account = desk.store.find(account_id)
    if account is None:
        raise LookupError("there is no such account")
    return account


def _verify(by: Actor, deed: Deed, subject: str, now: datetime) -> None:
    try:
        verify_administrator(by.roles)
    except DutyError as fault:
        raise duty_refusal(fault, deed, now, by, subject) from None
