"""Links: for the first two administrators, for new accounts, and what using one makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from openanpr.core.role import Role
from openanpr.people.account import Account, Post, login_of
from openanpr.people.desk import Desk, administrators, event, refusals_told
from openanpr.people.duties import verify_grant
from openanpr.people.event import MACHINE_OWNER, STRANGER, Deed, Done, PeopleEvent, PeopleRefusedError, Reason
from openanpr.people.keys import NONCE_BYTES, TOKEN_BYTES, token_text
from openanpr.people.link import LINK_LIFE, TOKEN_USE, Link, app_secret
from openanpr.people.password import verify_fit
from openanpr.people.ports import Acceptance, Credentials, LoginTakenError
from openanpr.people.recovery import CODE_BYTES, COUNT, code_digest, codes
from openanpr.people.roles import Grant
from openanpr.people.totp import NEVER, App, CodeError, app_address, app_text, step_of

FOUNDERS: Final = 2
"""So many administrators the machine's owner may make; grave acts need two, and so do these."""

_FOUNDER_YEARS: Final = timedelta(days=366)
_ISSUER: Final = "OpenANPR"
_NOT_GOOD: Final = "this link is not good, or not any more: ask an administrator for another"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person who is to have an account."""

    login: str
    name: str
    post: Post


@dataclass(frozen=True, slots=True)
class LinkMade:
    """A link for an account; its token is shown once."""

    account: Account
    token: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """What whoever holds a link is shown: whose account it is, and the secret for their app."""

    account: Account
    app_text: str = field(repr=False)
    app_address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What whoever holds a link gives: a password of their own, and the code that the app shows."""

    password: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The account as it is now; the recovery codes are shown once."""

    account: Account
    recovery: tuple[str, ...] = field(repr=False)


class FoundedError(ValueError):
    """There are administrators already: they make accounts and give roles."""

    def __init__(self) -> None:
        super().__init__(
            f"there are {FOUNDERS} administrators who can sign in: they add people and give roles together"
        )


@refusals_told
def first_link(desk: Desk, newcomer: Newcomer, *, now: datetime) -> Done[LinkMade]:
    """Return a link for a first administrator, made by the machine's owner; raises FoundedError, ValueError.

    Good while fewer than two administrators can sign in. Asked again for the same name before the link was
    used, it gives another link, and the earlier one is gone.
    """
    if len(administrators(desk, now=now)) >= FOUNDERS:
        raise FoundedError
    account = desk.store.by_login(login_of(newcomer.login))
    events: list[PeopleEvent] = []
    if account is None:
        account, events = _founder(desk, newcomer, now)
    elif desk.store.credentials(account.account_id) is not None or not _founds(desk, account):
        raise ValueError("this account is in use: name another for the new administrator")
    made = make_link(desk, account, MACHINE_OWNER, MACHINE_OWNER, now=now)
    return Done(made.value, (*events, *made.events))


def new_account(desk: Desk, newcomer: Newcomer, by: str, *, now: datetime) -> Account:
    """Return an account that is yet to be kept, of no use until its link is used.

    Raises LoginTakenError, ValueError.
    """
    login = login_of(newcomer.login)
    if desk.store.by_login(login) is not None:
        raise LoginTakenError
    return Account(desk.fresh_id(), login, newcomer.name.strip(), newcomer.post, by, now)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is yet to be kept, what is shown of it once, and the event that it is."""

    link: Link
    made: LinkMade
    event: PeopleEvent


def make_link(desk: Desk, account: Account, by: str, source: str, *, now: datetime) -> Done[LinkMade]:
    """Return a link for an account; an earlier one of it is gone."""
    new = new_link(desk, account, by, source, now=now)
    with desk.log.doing(new.event):
        desk.store.put_link(new.link)
    return Done(new.made, (new.event,))


def new_link(desk: Desk, account: Account, by: str, source: str, *, now: datetime) -> NewLink:
    """Return a link for an account, yet to be kept."""
    token = token_text(desk.chance(TOKEN_BYTES))
    ends_at = now + LINK_LIFE
    link = Link(desk.fresh_id(), account.account_id, desk.keys.digest(TOKEN_USE, token), by, now, ends_at)
    told = event(Deed.LINK_MADE, now, by, account.account_id, source, link=link.link_id)
    return NewLink(link, LinkMade(account, token, ends_at), told)


@refusals_told
def look(desk: Desk, token: str, *, source: str, now: datetime) -> Invitation:
    """Return what a link is for; nothing is used up. Raises PeopleRefusedError for one that is not good."""
    _, account = _good(desk, token, source, now)
    secret = app_secret(token, desk.keys)
    address = app_address(secret, login=account.login, issuer=_ISSUER)
    return Invitation(account, app_text(secret), address)


@refusals_told
def accept(desk: Desk, token: str, answer: Answer, *, source: str, now: datetime) -> Done[Accepted]:
    """Use a link up: the account has this password, this app and new recovery codes, and nothing from before.

    Raises ValueError for a password that will not do, and PeopleRefusedError for a link that is not good or a
    code that the app cannot have shown; the link stays good then.
    """
    link, account = _good(desk, token, source, now)
    verify_fit(answer.password, account.login)
    secret = app_secret(token, desk.keys)
    try:
        step = step_of(answer.code, secret, last_step=NEVER, now=now)
    except CodeError:
        told = event(
            Deed.LINK_USED, now, STRANGER, account.account_id, source, refused=Reason.WRONG_SECOND_FACTOR
        )
        sentence = "the code is not the one that the app shows now: see that both clocks are right"
        raise PeopleRefusedError(sentence, told) from None
    recovery = codes(desk.chance(COUNT * CODE_BYTES))
    sealed = desk.keys.seal(secret, owner=account.account_id, nonce=desk.chance(NONCE_BYTES))
    acceptance = Acceptance(
        link.link_id,
        account.account_id,
        Credentials(desk.passwords.hash(answer.password), App(sealed, step)),
        tuple(code_digest(code, account.account_id, desk.keys) for code in recovery),
        now,
    )
    told = event(Deed.LINK_USED, now, account.account_id, account.account_id, source, link=link.link_id)
    with desk.log.doing(told):  # where it is not told, the link stays good
        if not desk.store.accept(acceptance):
            raise _not_good(account.account_id, source, now)
    return Done(Accepted(account, recovery), (told,))


def _good(desk: Desk, token: str, source: str, now: datetime) -> tuple[Link, Account]:
    link = desk.store.link(desk.keys.digest(TOKEN_USE, token))
    account = None if link is None else desk.store.find(link.account_id)
    if link is None or account is None or not account.able or not link.good(now):
        raise _not_good(STRANGER if link is None else link.account_id, source, now)
    return link, account


def _not_good(subject: str, source: str, now: datetime) -> PeopleRefusedError:
    told = event(Deed.LINK_USED, now, STRANGER, subject, source, refused=Reason.UNKNOWN_TOKEN)
    return PeopleRefusedError(_NOT_GOOD, told)


def _founder(desk: Desk, newcomer: Newcomer, now: datetime) -> tuple[Account, list[PeopleEvent]]:
    account = new_account(desk, newcomer, MACHINE_OWNER, now=now)
    made = event(Deed.ACCOUNT_MADE, now, MACHINE_OWNER, account.account_id, MACHINE_OWNER)
    grant = Grant(
        grant_id=desk.fresh_id(),
        account_id=account.account_id,
        role=Role.ADMINISTRATOR,
        rank=None,
        starts_at=now,
        ends_at=now + _FOUNDER_YEARS,
        given_by=MACHINE_OWNER,
        given_at=now,
        why="a first administrator of this node",
    )
    given = event(
        Deed.ROLE_GIVEN,
        now,
        MACHINE_OWNER,
        account.account_id,
        MACHINE_OWNER,
        role=grant.role.value,
        grant=grant.grant_id,
    )
    with desk.log.doing(made, given):
        desk.store.add(account)
        desk.store.give(grant, lambda others: verify_grant(grant, others))
    return account, [made, given]


def _founds(desk: Desk, account: Account) -> bool:
    grants = desk.store.grants_of(account.account_id)
    return any(one.role is Role.ADMINISTRATOR and one.given_by == MACHINE_OWNER for one in grants)
