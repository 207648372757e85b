"""Signing in with a password and a second factor; a session begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openanpr.people.account import Account, login_of
from openanpr.people.desk import Desk, event, refusals_told
from openanpr.people.event import STRANGER, Deed, Done, PeopleEvent, PeopleRefusedError, Reason
from openanpr.people.keys import TOKEN_BYTES, token_text
from openanpr.people.second_factor import FactorError, use_code
from openanpr.people.session import TOKEN_USE, Claimed, Session, Way, csrf_token
from openanpr.people.tries import DEVICE_BYTES, SlowDownError, begin_sign_in, device_token, succeeded

NOT_TAKEN: Final = "sign-in is not taken: check the name, the password and the code"
"""The one answer to whatever was wrong."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody typed to sign in. `device` is what an earlier sign-in gave this browser, or empty."""

    login: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    source: str
    device: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who is in. `token` and `device` are shown to the browser once and kept nowhere."""

    account: Account
    session: Session
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    device: str = field(repr=False)


@refusals_told
def sign_in(desk: Desk, said: Said, *, now: datetime) -> Done[SignedIn]:
    """Return the person's session; raises PeopleRefusedError, with one sentence for every fault.

    Where the log takes nothing, nobody is let in and nothing is used up.

    1. The try is counted. 2. The password, which costs as much where nobody has the name. 3. The second
    factor, used up. 4. A session with a token that was nobody's before.
    """
    desk.log.verify_able()
    account = _account(desk, said.login)
    subject = STRANGER if account is None else account.account_id
    try:
        counted = begin_sign_in(desk, _shown(said.login), subject, said.device, said.source, now=now)
    except SlowDownError as fault:
        refused = event(Deed.SIGNED_IN, now, STRANGER, subject, said.source, refused=Reason.SLOWED_DOWN)
        raise PeopleRefusedError(
            f"too many tries have failed: wait {fault.wait_s:.0f} seconds", refused, wait_s=fault.wait_s
        ) from None
    kept = None if account is None else desk.store.credentials(account.account_id)
    verdict = desk.passwords.check(said.password, None if kept is None else kept.password)
    if account is None or kept is None:
        raise _refused(said, subject, Reason.UNKNOWN_ACCOUNT, now)
    if not verdict.right:
        raise _refused(said, subject, Reason.WRONG_PASSWORD, now)
    if not account.able:
        raise _refused(said, subject, Reason.DISABLED, now)
    try:
        way = use_code(desk, account.account_id, said.code, now=now)
    except FactorError as fault:
        raise _refused(said, subject, fault.reason, now) from None
    done = begin_session(desk, account, way, said.source, now=now)
    if verdict.outdated:
        desk.store.rehash(account.account_id, old=kept.password, new=desk.passwords.hash(said.password))
    succeeded(desk, counted)
    return done


def begin_session(
    desk: Desk,
    account: Account,
    way: Way,
    source: str,
    *,
    now: datetime,
    claimed: Claimed | None = None,
) -> Done[SignedIn]:
    """Return a new session of somebody who has proved who they are."""
    token = token_text(desk.chance(TOKEN_BYTES))
    session = Session(
        session_id=desk.fresh_id(),
        family=desk.fresh_id(),
        account_id=account.account_id,
        digest=desk.keys.digest(TOKEN_USE, token),
        way=way,
        began_at=now,
        seen_at=now,
        ends_at=now + desk.sessions.whole,
        fresh_at=now,
        fresh_source=source,
        claimed=claimed,
    )
    device = device_token(account.account_id, desk.chance(DEVICE_BYTES), desk.keys)
    events: list[PeopleEvent] = []
    if way is Way.RECOVERY:
        events.append(event(Deed.RECOVERY_CODE_USED, now, account.account_id, account.account_id, source))
    events.append(
        event(
            Deed.SIGNED_IN,
            now,
            account.account_id,
            account.account_id,
            source,
            session=session.session_id,
            way=way.value,
        )
    )
    with desk.log.doing(*events):
        desk.store.put_session(session)
    return Done(SignedIn(account, session, token, csrf_token(token, desk.keys), device), tuple(events))


def _account(desk: Desk, login: str) -> Account | None:
    try:
        return desk.store.by_login(login_of(login))
    except ValueError:
        return None


def _shown(login: str) -> str:
    """The name under which tries are counted: as it is kept, so that capitals do not make it another."""
    try:
        return login_of(login)
    except ValueError:
        return login


def _refused(said: Said, subject: str, reason: Reason, now: datetime) -> PeopleRefusedError:
    told = event(Deed.SIGNED_IN, now, STRANGER, subject, said.source, refused=reason)
    return PeopleRefusedError(NOT_TAKEN, told)
