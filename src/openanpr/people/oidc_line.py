"""The way to an OpenID Connect provider over HTTP: discovery, its keys, and codes for tokens."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from openanpr.people.oidc import CodeExchange, ProviderError
from openanpr.people.provider import ClaimRules, Provider, verify_address
from openanpr.wire.json_decoder import json_decoder

_MOST_ANSWER: Final = 256 * 1024
_OK: Final = 200
_AnswerT = TypeVar("_AnswerT")


class _Discovered(msgspec.Struct, frozen=True):
    """What is used of a discovery document (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    code_challenge_methods_supported: tuple[str, ...] = ()
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(msgspec.Struct, frozen=True):
    """What is used of a token answer."""

    id_token: str


@dataclass(frozen=True, slots=True)
class Registration:
    """What an operator writes down of a provider; the rest is discovered."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    redirect: str
    rules: ClaimRules

    def __repr__(self) -> str:
        return f"Registration({self.name!r})"


@cache
def _trust() -> ssl.SSLContext:
    """Return which certificates are trusted, read once."""
    return httpx.create_ssl_context(trust_env=False)


class HttpLine:
    """A way to providers that follows no redirect, asks no proxy and reads no endless answer."""

    __slots__ = ("_client",)

    def __init__(self, *, timeout_s: float = 10.0) -> None:
        self._client = httpx.Client(
            verify=_trust(), timeout=timeout_s, follow_redirects=False, trust_env=False
        )

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def discover(self, of: Registration) -> Provider:
        """Return the provider with the addresses that it tells; raises ProviderError, ValueError."""
        verify_address(of.issuer)
        address = of.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = _read(self._get(address), _Discovered)
        if found.issuer != of.issuer:
            raise ProviderError("the provider calls itself by another name than the settings: write its own")
        if "S256" not in found.code_challenge_methods_supported:
            raise ProviderError("the provider does not say that it takes PKCE with S256: switch it on there")
        known = frozenset({"RS256", "PS256", "ES256", "ES384", "EdDSA"})
        return Provider(
            name=of.name,
            issuer=of.issuer,
            client_id=of.client_id,
            client_secret=of.client_secret,
            redirect=of.redirect,
            authorise_at=found.authorization_endpoint,
            token_at=found.token_endpoint,
            keys_at=found.jwks_uri,
            rules=of.rules,
            tells_issuer=found.authorization_response_iss_parameter_supported,
            algorithms=known & frozenset(found.id_token_signing_alg_values_supported),
        )

    def id_token(self, provider: Provider, exchange: CodeExchange) -> str:
        """Return the ID token for a code; raises ProviderError."""
        form = {
            "grant_type": "authorization_code",
            "code": exchange.code,
            "redirect_uri": provider.redirect,
            "code_verifier": exchange.verifier,
        }
        # RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
        user, secret = quote(provider.client_id, safe=""), quote(provider.client_secret, safe="")
        return _read(self._ask("POST", provider.token_at, form=form, auth=(user, secret)), _Tokens).id_token

    def keys(self, provider: Provider) -> str:
        """Return the provider's key set; raises ProviderError."""
        return self._get(provider.keys_at).decode("utf-8", "replace")

    def _get(self, address: str) -> bytes:
        return self._ask("GET", address, form=None, auth=None)

    def _ask(
        self, method: str, address: str, *, form: dict[str, str] | None, auth: tuple[str, str] | None
    ) -> bytes:
        try:
            with self._client.stream(method, address, data=form, auth=auth) as answer:
                if answer.status_code != _OK:
                    raise ProviderError(f"the provider answers with status {answer.status_code}")
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MOST_ANSWER:
                        raise ProviderError("the provider's answer has no end")
                return bytes(body)
        except httpx.HTTPError as fault:
            raise ProviderError(f"the provider does not answer ({type(fault).__name__})") from fault


def _read(body: bytes, kind: type[_AnswerT]) -> _AnswerT:
    try:
        return json_decoder(kind).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise ProviderError("the provider's answer is not what the standard says") from fault
