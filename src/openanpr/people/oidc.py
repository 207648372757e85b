"""Signing in by a force's own OpenID Connect: authorisation code with PKCE, state and nonce, each once."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, cast
from urllib.parse import urlencode

from openanpr.people.account import MOST_TEXT, Account, login_of
from openanpr.people.desk import Desk, event, refusals_told
from openanpr.people.event import STRANGER, Deed, Done, PeopleEvent, PeopleRefusedError, Reason
from openanpr.people.id_token import IdTokenError, key_set, verify_id_token
from openanpr.people.keys import NONCE_BYTES, TOKEN_BYTES, SealError, base64url, token_text
from openanpr.people.ports import Challenge, LoginTakenError
from openanpr.people.provider import ClaimsError, Provider, claimed
from openanpr.people.session import Way
from openanpr.people.sign_in import SignedIn, begin_session

_LIFE: Final = timedelta(minutes=10)
_USE: Final = "oidc state"
_REFUSED: Final = "the sign-in of your force was not taken: begin it again"


class ProviderError(Exception):
    """The provider does not answer, or not as the standard says; the sentence tells which part."""


@dataclass(frozen=True, slots=True)
class CodeExchange:
    """What is sent for an authorisation code (RFC 6749, section 4.1.3, with the verifier of RFC 7636)."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)


class ProviderLine(Protocol):
    """The way to a provider."""

    def id_token(self, provider: Provider, exchange: CodeExchange) -> str:
        """Return the ID token for a code; raises ProviderError."""
        ...

    def keys(self, provider: Provider) -> str:
        """Return the provider's key set as it is now, JSON text; raises ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A browser on its way to the provider: where it goes, and by what it is known when it comes back."""

    address: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Back:
    """What came to the redirect address of a provider, and the text that the browser kept."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    browser: str = field(repr=False)
    issuer: str | None = None


@refusals_told
def begin(desk: Desk, provider: Provider, *, source: str, now: datetime) -> Done[Sent]:
    """Return where to send a browser that wants to sign in by this provider."""
    state, nonce, verifier, browser = (token_text(desk.chance(TOKEN_BYTES)) for _ in range(4))
    digest = desk.keys.digest(_USE, state)
    asked = json.dumps([provider.name, nonce, verifier, base64url(desk.keys.digest("browser", browser))])
    sealed = desk.keys.seal(asked.encode(), owner=_USE, nonce=desk.chance(NONCE_BYTES))
    told = event(Deed.SIGN_IN_BEGUN, now, STRANGER, STRANGER, source, provider=provider.name)
    with desk.log.doing(told):
        desk.store.put_challenge(Challenge(digest, _USE, "", sealed, now + _LIFE), now=now)
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect,
        "scope": "openid profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    glue = "&" if "?" in provider.authorise_at else "?"
    return Done(Sent(f"{provider.authorise_at}{glue}{urlencode(query)}", browser), (told,))


@refusals_told
def finish(
    desk: Desk, provider: Provider, line: ProviderLine, back: Back, *, source: str, now: datetime
) -> Done[SignedIn]:
    """Return the session of whoever came back from `provider`'s own redirect address.

    1. The state is one that this node gave, to this browser, for this provider, and is used up. 2. The
    issuer that the answer names, where it names one or should, is the provider (RFC 9207). 3. The code is
    changed for an ID token with the verifier. 4. The token holds. 5. Its claims give a role. Raises
    PeopleRefusedError; nothing of the provider's words reaches the person.
    """
    desk.log.verify_able()  # before the state is used up
    try:
        nonce, verifier = _taken(desk, provider, back, now)
        token = line.id_token(provider, CodeExchange(back.code, verifier))
        claims = verify_id_token(token, provider, key_set(line.keys(provider)), nonce=nonce, now=now)
        worth = claimed(claims, provider)
    except ClaimsError as fault:
        raise PeopleRefusedError(str(fault), _told(provider, Reason.NO_ROLE, source, now)) from None
    except (IdTokenError, ProviderError, SealError):
        raise PeopleRefusedError(_REFUSED, _told(provider, Reason.PROVIDER, source, now)) from None
    account, events = _account(desk, provider, claims, source, now)
    if not account.able:
        told = event(Deed.SIGNED_IN, now, STRANGER, account.account_id, source, refused=Reason.DISABLED)
        raise PeopleRefusedError(_REFUSED, told)
    done = begin_session(desk, account, Way.PROVIDER, source, now=now, claimed=worth)
    return Done(done.value, (*events, *done.events))


def _taken(desk: Desk, provider: Provider, back: Back, now: datetime) -> tuple[str, str]:
    kept = desk.store.take_challenge(desk.keys.digest(_USE, back.state))
    if kept is None or kept.use != _USE or now >= kept.ends_at:
        raise IdTokenError("the state is not one that waits")
    if back.issuer != provider.issuer and (back.issuer is not None or provider.tells_issuer):
        raise IdTokenError("the answer is another issuer's")
    asked = cast("list[str]", json.loads(desk.keys.unseal(kept.sealed, owner=_USE)))
    name, nonce, verifier, browser = asked
    if name != provider.name:
        raise IdTokenError("the state is another provider's")
    if not hmac.compare_digest(browser, base64url(desk.keys.digest("browser", back.browser))):
        raise IdTokenError("the state is another browser's")
    return nonce, verifier


def _account(
    desk: Desk, provider: Provider, claims: object, source: str, now: datetime
) -> tuple[Account, tuple[PeopleEvent, ...]]:
    """The account of a person of the provider, made where they come for the first time."""
    told = cast("dict[str, object]", claims)
    subject = str(told["sub"])
    if (found := _known(desk, provider, subject)) is not None:
        return found, ()
    # The name that people see is the provider's word; the account is found by issuer and subject alone.
    shown = told.get("name")
    name = (
        shown[:MOST_TEXT] if isinstance(shown, str) and shown.strip() and shown.isprintable() else "unnamed"
    )
    login = login_of(f"{provider.name}:{hashlib.sha256(subject.encode()).hexdigest()[:24]}")
    by = f"oidc:{provider.name}"
    account = Account(desk.fresh_id(), login, name, provider.rules.post, by, now)
    made = event(Deed.ACCOUNT_MADE, now, by, account.account_id, source, provider=provider.name)
    try:
        with desk.log.doing(made):
            desk.store.add_with(account, provider.issuer, subject)
    except LoginTakenError:  # the same person came twice at once
        if (found := _known(desk, provider, subject)) is None:
            raise
        return found, ()
    return account, (made,)


def _known(desk: Desk, provider: Provider, subject: str) -> Account | None:
    known = desk.store.account_of(provider.issuer, subject)
    return None if known is None else desk.store.find(known)


def _told(provider: Provider, reason: Reason, source: str, now: datetime) -> PeopleEvent:
    return event(Deed.SIGNED_IN, now, STRANGER, STRANGER, source, refused=reason, provider=provider.name)
