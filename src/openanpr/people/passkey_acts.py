"""Adding a passkey, signing in by one, and stepping up by one; each challenge is asked and taken once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from openanpr.people.account import Account
from openanpr.people.desk import Actor, Desk, event, refusals_told, verify_fresh_actor
from openanpr.people.event import STRANGER, Deed, Done, PeopleRefusedError, Reason
from openanpr.people.keys import base64url
from openanpr.people.passkey import (
    CHALLENGE_BYTES,
    Passkey,
    PasskeyError,
    Site,
    assertion_options,
    challenge_of,
    credential_of,
    registration_options,
    verify_assertion,
    verify_registration,
)
from openanpr.people.ports import Challenge
from openanpr.people.present import Renewed, present, renewed
from openanpr.people.session import Way
from openanpr.people.sign_in import SignedIn, begin_session

CHALLENGE_LIFE: Final = timedelta(minutes=5)
_ADD: Final = "add passkey"
_SIGN_IN: Final = "sign in by passkey"
_STEP_UP: Final = "step up by passkey"
_MOST_NAME: Final = 60


@refusals_told
def begin_adding(desk: Desk, site: Site, by: Actor, *, now: datetime) -> Done[str]:
    """Return the options to make a passkey with; the person gave a second factor just now."""
    verify_fresh_actor(by, Deed.PASSKEY_BEGUN, by.account_id, now=now)
    account = _account(desk, by.account_id)
    told = event(Deed.PASSKEY_BEGUN, now, by.account_id, by.account_id, by.source)
    with desk.log.doing(told):
        challenge = _ask(desk, _ADD, by.account_id, now)
    options = registration_options(
        site,
        account_id=account.account_id,
        login=account.login,
        challenge=challenge,
        others=desk.store.passkeys_of(account.account_id),
    )
    return Done(options, (told,))


@refusals_told
def finish_adding(
    desk: Desk, site: Site, by: Actor, answer: str, *, name: str, now: datetime
) -> Done[Passkey]:
    """Return the person's new passkey; raises PeopleRefusedError, and ValueError for a name that is none."""
    if not 0 < len(name.strip()) <= _MOST_NAME:
        raise ValueError(f"a passkey has a name of 1 to {_MOST_NAME} characters")
    who, source = by.account_id, by.source
    try:
        challenge = _take(desk, answer, _ADD, who, now)
        found = verify_registration(answer, site, challenge=challenge)
    except PasskeyError as fault:
        raise _refused(fault, Deed.PASSKEY_ADDED, who, source, now) from None
    new = Passkey(found.credential_id, who, found.public_key, found.sign_count, name.strip(), now)
    told = event(Deed.PASSKEY_ADDED, now, who, who, source, passkey=_id_text(new))
    with desk.log.doing(told):
        if not desk.store.add_passkey(new):
            raise _refused(PasskeyError(), Deed.PASSKEY_ADDED, who, source, now)
    return Done(new, (told,))


@refusals_told
def remove(desk: Desk, by: Actor, credential_id: bytes, *, now: datetime) -> Done[bool]:
    """Take one of the person's own passkeys off; return whether they had it."""
    verify_fresh_actor(by, Deed.PASSKEY_REMOVED, by.account_id, now=now)
    who = by.account_id
    if all(one.credential_id != credential_id for one in desk.store.passkeys_of(who)):
        return Done(False, ())  # noqa: FBT003 - what the act gave
    told = event(Deed.PASSKEY_REMOVED, now, who, who, by.source, passkey=base64url(credential_id))
    with desk.log.doing(told):
        had = desk.store.remove_passkey(who, credential_id)
    return Done(had, (told,))


def begin_sign_in(desk: Desk, site: Site, *, now: datetime) -> str:
    """Return the options with which a browser signs in by whichever passkey the person has for this site."""
    return assertion_options(site, challenge=_ask(desk, _SIGN_IN, "", now), keys=())


@refusals_told
def sign_in_by_passkey(desk: Desk, site: Site, answer: str, *, source: str, now: datetime) -> Done[SignedIn]:
    """Return the person's session; raises PeopleRefusedError.

    No try is counted: a signature cannot be guessed, and so no stranger can make whoever has a passkey wait.
    """
    try:
        challenge = _take(desk, answer, _SIGN_IN, "", now)
        key = _used(desk, site, answer, challenge, None)
    except PasskeyError as fault:
        raise _refused(fault, Deed.SIGNED_IN, STRANGER, source, now) from None
    account = desk.store.find(key.account_id)
    if account is None or not account.able:
        told = event(Deed.SIGNED_IN, now, STRANGER, key.account_id, source, refused=Reason.DISABLED)
        raise PeopleRefusedError(str(PasskeyError()), told)
    return begin_session(desk, account, Way.PASSKEY, source, now=now)


@refusals_told
def begin_step_up(desk: Desk, site: Site, token: str, *, source: str, now: datetime) -> str:
    """Return the options with which a person gives a second factor by one of their passkeys."""
    who = present(desk, token, source=source, now=now).session.account_id
    challenge = _ask(desk, _STEP_UP, who, now)
    return assertion_options(site, challenge=challenge, keys=desk.store.passkeys_of(who))


@refusals_told
def step_up_by_passkey(
    desk: Desk, site: Site, token: str, answer: str, *, source: str, now: datetime
) -> Done[Renewed]:
    """Return the session under another token; raises PeopleRefusedError."""
    session = present(desk, token, source=source, now=now).session
    who = session.account_id
    try:
        challenge = _take(desk, answer, _STEP_UP, who, now)
        _used(desk, site, answer, challenge, who)
    except PasskeyError as fault:
        raise _refused(fault, Deed.STEPPED_UP, who, source, now) from None
    return renewed(desk, session, Way.PASSKEY, source=source, now=now)


def _ask(desk: Desk, use: str, account_id: str, now: datetime) -> bytes:
    challenge = desk.chance(CHALLENGE_BYTES)
    digest = desk.keys.digest(use, base64url(challenge))
    desk.store.put_challenge(Challenge(digest, use, account_id, b"", now + CHALLENGE_LIFE), now=now)
    return challenge


def _take(desk: Desk, answer: str, use: str, account_id: str, now: datetime) -> bytes:
    """Return the challenge that an answer answers, gone from the store whatever comes of it.

    But for a log that takes nothing: then it stays, and is as good until its time is over.
    """
    desk.log.verify_able()
    challenge = challenge_of(answer)
    kept = desk.store.take_challenge(desk.keys.digest(use, base64url(challenge)))
    if kept is None or kept.use != use or kept.account_id != account_id or now >= kept.ends_at:
        raise PasskeyError
    return challenge


def _used(desk: Desk, site: Site, answer: str, challenge: bytes, account_id: str | None) -> Passkey:
    """Return the passkey of an assertion that holds, its count kept; of two at once, one holds."""
    key = desk.store.passkey(credential_of(answer))
    if key is None or (account_id is not None and key.account_id != account_id):
        raise PasskeyError
    count = verify_assertion(answer, site, key, challenge=challenge)
    if not desk.store.count(key.credential_id, old=key.sign_count, new=count):
        raise PasskeyError
    return key


def _account(desk: Desk, account_id: str) -> Account:
    account = desk.store.find(account_id)
    if account is None:
        raise LookupError("there is no such account")
    return account


def _id_text(passkey: Passkey) -> str:
    return base64url(passkey.credential_id)


def _refused(fault: PasskeyError, deed: Deed, who: str, source: str, now: datetime) -> PeopleRefusedError:
    reason = Reason.PASSKEY_COPIED if fault.copied else Reason.PASSKEY
    return PeopleRefusedError(str(fault), event(deed, now, STRANGER, who, source, refused=reason))
