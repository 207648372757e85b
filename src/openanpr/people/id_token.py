"""ID tokens proved: signature, issuer, audience, times, nonce (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from openanpr.people.provider import Provider

_SLACK_S: Final = 60
_OLDEST_S: Final = 600
_MOST_TOKEN: Final = 32 * 1024
_MOST_SUBJECT: Final = 255


class IdTokenError(Exception):
    """An ID token does not hold; the sentence names the part, never its value."""


def key_set(text: str) -> KeySet:
    """Return the public keys of a JWK set (RFC 7517); raises IdTokenError."""
    try:
        found = KeySet.import_key_set(json.loads(text))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise IdTokenError("the provider's keys cannot be read: see what its jwks_uri gives") from fault
    if any(key.key_type == "oct" for key in found):
        raise IdTokenError("the provider's keys are to be public ones")
    return found


def verify_id_token(
    token: str, provider: Provider, keys: KeySet, *, nonce: str, now: datetime
) -> Mapping[str, object]:
    """Return the claims of a token that holds; raises IdTokenError.

    1. Its algorithm is one of the provider's: never `none`, never one with a shared secret. 2. Its signature.
    3. Its issuer, letter by letter. 4. Its audience is this node, and no other party is named as the one it
    is for. 5. It has not ended, and was made just now. 6. Its nonce is the one of this sign-in.
    """
    if len(token) > _MOST_TOKEN:
        raise IdTokenError("the ID token is too long")
    try:
        claims = cast(
            "Mapping[str, object]", jwt.decode(token, keys, algorithms=sorted(provider.algorithms)).claims
        )
    except (JoseError, ValueError, TypeError) as fault:
        raise IdTokenError("the ID token's signature does not hold") from fault
    if claims.get("iss") != provider.issuer:
        raise IdTokenError("the ID token is another issuer's")
    _verify_audience(claims, provider.client_id)
    _verify_times(claims, int(now.timestamp()))
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise IdTokenError("the ID token belongs to another sign-in")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_SUBJECT:
        raise IdTokenError("the ID token names nobody")
    return claims


def _verify_audience(claims: Mapping[str, object], client_id: str) -> None:
    audience = claims.get("aud")
    several = cast("list[object]", audience) if isinstance(audience, list) else [audience]
    if client_id not in several:
        raise IdTokenError("the ID token is for another audience")
    party = claims.get("azp")
    if party != client_id and (party is not None or len(several) > 1):
        raise IdTokenError("the ID token was made for another party")


def _verify_times(claims: Mapping[str, object], now_s: int) -> None:
    ends, made = _seconds(claims, "exp"), _seconds(claims, "iat")
    if now_s >= ends + _SLACK_S:
        raise IdTokenError("the ID token has ended")
    if not now_s - _OLDEST_S <= made <= now_s + _SLACK_S:
        raise IdTokenError("the ID token was not made just now: are both clocks right?")
    if "nbf" in claims and now_s + _SLACK_S < _seconds(claims, "nbf"):
        raise IdTokenError("the ID token does not hold yet")


def _seconds(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise IdTokenError("the ID token lacks one of its times")
    return value
