"""Sessions: who is signed in, since when, and whether a token that is shown still counts. Pure.

The token is 256 random bits, shown once; only its keyed hash is kept. It is another one after every sign-in
and step-up, and one that was given up and comes back ends the whole family: somebody has a copy.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openanpr.core.role import Rank, Role
from openanpr.people.account import Ended
from openanpr.people.event import Reason
from openanpr.people.keys import PeopleKeys, base64url
from openanpr.people.source import place_of

_CLOCK_SLACK: Final = timedelta(seconds=60)
_ROTATION_SLACK: Final = timedelta(seconds=10)
TOKEN_USE: Final = "session"  # noqa: S105 - the name of a use


class Way(StrEnum):
    """How a person proved who they are."""

    APP = "app"  # password and a code of an app
    RECOVERY = "recovery"  # password and a recovery code
    PASSKEY = "passkey"
    PROVIDER = "provider"  # the force's own sign-in


class SessionError(Exception):
    """A token does not count; `reason` says why. `stolen`: the family of the token is to be ended."""

    def __init__(self, reason: Reason, *, stolen: bool = False) -> None:
        super().__init__("not signed in, or not any more: sign in")
        self.reason, self.stolen = reason, stolen


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lives without being used and in all, and how long a second factor counts as fresh.

    OWASP, *Session Management Cheat Sheet*; a whole life of one long shift.
    """

    idle: timedelta = timedelta(minutes=15)
    whole: timedelta = timedelta(hours=12)
    fresh: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Roles and rank that a force's own sign-in spoke for; they count as long as the session."""

    provider: str
    roles: frozenset[Role]
    rank: Rank | None


@dataclass(frozen=True, slots=True)
class Session:
    """One token of a person. `family` is the same for all tokens that came one out of another.

    `fresh_at` and `fresh_source` are when and from where a second factor was last given. `followed_at`:
    another token has taken its place.
    """

    session_id: str
    family: str
    account_id: str
    digest: bytes = field(repr=False)
    way: Way
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    fresh_at: datetime
    fresh_source: str
    claimed: Claimed | None = None
    followed_at: datetime | None = None
    ended: Ended | None = None


def verify_counts(session: Session | None, rules: SessionRules, *, now: datetime) -> Session:
    """Return the session of a token that still counts; raises SessionError.

    A token that was given up comes back as a copy does; only moments after is it a page that was slow.
    """
    if session is None:
        raise SessionError(Reason.UNKNOWN_TOKEN)
    if session.ended is not None:
        raise SessionError(Reason.OVER)
    if session.followed_at is not None:
        raise SessionError(Reason.REPLAYED_TOKEN, stolen=now > session.followed_at + _ROTATION_SLACK)
    if now < session.seen_at - _CLOCK_SLACK:
        raise SessionError(Reason.CLOCK_WENT_BACK)
    if now >= session.ends_at or now >= idles_at(session, rules):
        raise SessionError(Reason.OVER)
    return session


def verify_fresh(session: Session, rules: SessionRules, *, source: str, now: datetime) -> None:
    """Raise SessionError unless a second factor was given minutes ago, from where the request comes."""
    fresh = session.fresh_at - _CLOCK_SLACK <= now < session.fresh_at + rules.fresh
    if not fresh or place_of(session.fresh_source) != place_of(source):
        raise SessionError(Reason.NOT_FRESH)


def idles_at(session: Session, rules: SessionRules) -> datetime:
    """Return when the session ends unless the person does something before."""
    return session.seen_at + rules.idle


def next_of(session: Session, *, session_id: str, digest: bytes, source: str, now: datetime) -> Session:
    """Return the session in this one's place after a second factor; its whole life stays as it was."""
    return replace(
        session,
        session_id=session_id,
        digest=digest,
        seen_at=now,
        fresh_at=now,
        fresh_source=source,
    )


def csrf_token(token: str, keys: PeopleKeys) -> str:
    """Return the text that a form must bring beside the session's cookie: it is bound to that one token."""
    return base64url(keys.digest("csrf", token))


def verify_csrf(said: str, token: str, keys: PeopleKeys) -> None:
    """Raise SessionError unless `said` belongs to the session's token; compared in constant time."""
    if not hmac.compare_digest(said.encode(), csrf_token(token, keys).encode()):
        raise SessionError(Reason.WRONG_CSRF)
