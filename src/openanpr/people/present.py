"""A token shown with a request: who it is, and what they may act as now; stepping up; signing out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from openanpr.people.account import Ended
from openanpr.people.desk import Actor, Desk, duty_refusal, event, refusals_told, standing_of
from openanpr.people.duties import DutyError, verify_administrator
from openanpr.people.event import STRANGER, Deed, Done, PeopleRefusedError, Reason
from openanpr.people.keys import TOKEN_BYTES, token_text
from openanpr.people.second_factor import FactorError, use_code
from openanpr.people.session import (
    TOKEN_USE,
    Session,
    SessionError,
    Way,
    csrf_token,
    next_of,
    verify_counts,
    verify_csrf,
    verify_fresh,
)
from openanpr.people.standing import Standing
from openanpr.people.tries import SlowDownError, begin_step, succeeded

_SEEN_EVERY: Final = timedelta(seconds=30)
_STOLEN: Final = "a token that was given up was shown again"


@dataclass(frozen=True, slots=True)
class Present:
    """A person with a request: their session, and what they may act as at this moment."""

    session: Session
    standing: Standing


@dataclass(frozen=True, slots=True)
class Renewed:
    """A session under another token, which is shown to the browser once."""

    session: Session
    token: str = field(repr=False)
    csrf: str = field(repr=False)


@refusals_told
def present(desk: Desk, token: str, *, source: str, now: datetime) -> Present:
    """Return who shows this token, for something that they do; raises PeopleRefusedError.

    Roles, training and the account are looked at anew each time: what ended a moment ago does not count.
    """
    found = still_present(desk, token, source=source, now=now)
    if now >= found.session.seen_at + _SEEN_EVERY:
        desk.store.seen(found.session.session_id, now)
    return found


@refusals_told
def still_present(desk: Desk, token: str, *, source: str, now: datetime) -> Present:
    """Return who shows this token, for what their screen asks by itself; raises PeopleRefusedError.

    It keeps no session from idling: a screen that nobody touches is nobody's activity.
    """
    session = desk.store.session(desk.keys.digest(TOKEN_USE, token))
    try:
        session = verify_counts(session, desk.sessions, now=now)
    except SessionError as fault:
        raise _refused(desk, session, fault, source, now) from None
    account = desk.store.find(session.account_id)
    if account is None or not account.able:
        raise _refused(desk, session, SessionError(Reason.DISABLED), source, now)
    found = standing_of(desk, account, now=now, claimed=session.claimed, ends_at=session.ends_at)
    return Present(session, found)


@refusals_told
def verify_form(desk: Desk, token: str, csrf: str, *, source: str, now: datetime) -> Present:
    """Return who sends a form; raises PeopleRefusedError, also where it is not the session's form."""
    found = present(desk, token, source=source, now=now)
    try:
        verify_csrf(csrf, token, desk.keys)
    except SessionError as fault:
        raise _refused(desk, found.session, fault, source, now) from None
    return found


def actor(desk: Desk, found: Present, *, source: str, now: datetime) -> Actor:
    """Return the person as one who acts."""
    try:
        verify_fresh(found.session, desk.sessions, source=source, now=now)
    except SessionError:
        fresh = False
    else:
        fresh = True
    return Actor(found.session.account_id, found.standing.roles, source, fresh)


@refusals_told
def step_up(desk: Desk, token: str, code: str, *, source: str, now: datetime) -> Done[Renewed]:
    """Return the session under another token, after a second factor; raises PeopleRefusedError.

    Somebody who stole the token can try codes no faster than at the door.
    """
    desk.log.verify_able()
    found = present(desk, token, source=source, now=now)
    who = found.session.account_id
    try:
        counted = begin_step(desk, who, now=now)
        way = use_code(desk, who, code, now=now)
    except SlowDownError as fault:
        told = event(Deed.STEPPED_UP, now, who, who, source, refused=Reason.SLOWED_DOWN)
        sentence = f"too many codes were wrong: wait {fault.wait_s:.0f} seconds"
        raise PeopleRefusedError(sentence, told, wait_s=fault.wait_s) from None
    except FactorError as fault:
        told = event(Deed.STEPPED_UP, now, who, who, source, refused=fault.reason)
        raise PeopleRefusedError("the code is not taken: wait for the next one", told) from None
    done = renewed(desk, found.session, way, source=source, now=now)
    succeeded(desk, counted)
    return done


@refusals_told
def renewed(desk: Desk, session: Session, way: Way, *, source: str, now: datetime) -> Done[Renewed]:
    """Return the session under another token, a second factor having been given just now."""
    token = token_text(desk.chance(TOKEN_BYTES))
    digest = desk.keys.digest(TOKEN_USE, token)
    successor = next_of(session, session_id=desk.fresh_id(), digest=digest, source=source, now=now)
    who = session.account_id
    done = event(
        Deed.STEPPED_UP,
        now,
        who,
        who,
        source,
        session=successor.session_id,
        before=session.session_id,
        way=way.value,
    )
    with desk.log.doing(done):
        if not desk.store.follow(session, successor, now):
            raise _refused(desk, session, SessionError(Reason.OVER), source, now)
    return Done(Renewed(successor, token, csrf_token(token, desk.keys)), (done,))


def sign_out(desk: Desk, token: str, *, source: str, now: datetime) -> Done[None]:
    """End the session of this token; nothing is refused where there is none."""
    session = desk.store.session(desk.keys.digest(TOKEN_USE, token))
    if session is None or all(one.family != session.family for one in desk.store.open_sessions(now)):
        return Done(None, ())
    who = session.account_id
    told = event(Deed.SIGNED_OUT, now, who, who, source, session=session.session_id)
    with desk.log.doing(told):
        desk.store.end_family(session.family, Ended(now, who, "signed out"))
    return Done(None, (told,))


@refusals_told
def end_session(desk: Desk, by: Actor, session_id: str, why: str, *, now: datetime) -> Done[int]:
    """End one session, one's own or as an administrator, with its whole family; raises LookupError."""
    found = next((one for one in desk.store.open_sessions(now) if one.session_id == session_id), None)
    if found is None:
        raise LookupError("there is no such session, or not any more")
    _verify_may_end(by, found.account_id, now)
    told = event(Deed.SESSIONS_REVOKED, now, by.account_id, found.account_id, by.source, session=session_id)
    with desk.log.doing(told):
        count = desk.store.end_family(found.family, Ended(now, by.account_id, why))
    return Done(count, (told,))


@refusals_told
def end_sessions(desk: Desk, by: Actor, account_id: str, why: str, *, now: datetime) -> Done[int]:
    """End all sessions of a person, by themselves or an administrator; return how many there were."""
    _verify_may_end(by, account_id, now)
    told = event(Deed.SESSIONS_REVOKED, now, by.account_id, account_id, by.source)
    with desk.log.doing(told):
        count = desk.store.end_sessions(account_id, Ended(now, by.account_id, why))
    return Done(count, (told,))


def _verify_may_end(by: Actor, account_id: str, now: datetime) -> None:
    if by.account_id == account_id:
        return
    try:
        verify_administrator(by.roles)
    except DutyError as fault:
        raise duty_refusal(fault, Deed.SESSIONS_REVOKED, now, by, account_id) from None


def _refused(
    desk: Desk, session: Session | None, fault: SessionError, source: str, now: datetime
) -> PeopleRefusedError:
    subject = STRANGER if session is None else session.account_id
    if fault.stolen and session is not None:
        told = event(
            Deed.STOLEN_SESSION_ENDED,
            now,
            STRANGER,
            subject,
            source,
            refused=fault.reason,
            session=session.session_id,
        )
        with desk.log.doing(told):
            desk.store.end_family(session.family, Ended(now, STRANGER, _STOLEN))
        refusal = PeopleRefusedError(str(fault), told)
        refusal.told = True
        return refusal
    return PeopleRefusedError(
        str(fault), event(Deed.SESSION_USED, now, STRANGER, subject, source, refused=fault.reason)
    )
