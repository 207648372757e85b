"""A request that a device has signed: HTTP Message Signatures (RFC 9421), Ed25519, over its body's digest.

Signed are the method, the authority, the path, the query, Content-Digest (RFC 9530) and Content-Type, and
Content-Encoding where there is one. `@target-uri` is not: it carries the scheme, which a node behind a proxy
that ends TLS cannot know. The authority is, so that what was signed for one node is worth nothing at another.

The base string is made by the package http-message-signatures. It reads the clock and has one error for all
faults; here time is an argument and each fault has its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
)
from http_message_signatures.algorithms import ED25519
from http_message_signatures.digests import ContentDigest
from http_message_signatures.resolvers import HTTPSignatureKeyResolver, MappingKeyResolver

from openanpr.wire.device_key import DeviceKey, PublicKey

COMPONENTS = ("@method", "@authority", "@path", "@query", "content-digest", "content-type")
"""What every signature covers."""

_ENCODING = "content-encoding"
_LABEL = "device"
_MOST_HEADER = 4096
_MOST_NONCE = 128
_ALGORITHM = ED25519.algorithm_id

Keys = Callable[[str], PublicKey | None]
"""The key that is enrolled under a key id, None when there is none or it was revoked."""


class Nonces(Protocol):
    """Remembers what was used."""

    def seen(self, keyid: str, nonce: str, until: datetime) -> bool:
        """Return whether the nonce of this key was used before, and remember it until `until` (one step)."""
        ...


class SignatureError(ValueError):
    """A request cannot be trusted; `fault` is a short name for counting. Holds no key and no nonce."""

    fault: ClassVar[str] = "malformed"


class UnknownKeyError(SignatureError):
    """No device is enrolled with this key, or it was revoked."""

    fault = "unknown_key"


class WrongSignatureError(SignatureError):
    """The signature was not made over this request by this key."""

    fault = "wrong_signature"


class WrongDigestError(SignatureError):
    """The body is not the one that was signed."""

    fault = "wrong_digest"


class WrongAlgorithmError(SignatureError):
    """Signed by something other than Ed25519."""

    fault = "wrong_algorithm"


class MissingComponentError(SignatureError):
    """The signature leaves out something that it must cover or say."""

    fault = "missing_component"


class ExpiredError(SignatureError):
    """The signature is older than it allows itself."""

    fault = "expired"


class FromTheFutureError(SignatureError):
    """The signature was made later than now, beyond what clocks may differ."""

    fault = "from_the_future"


class ReplayedError(SignatureError):
    """The signature was used before."""

    fault = "replayed"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent or came: `method` in capitals, `url` absolute, `headers` with each name once.

    A node gives the URL by which devices know it; repeated header lines are joined by `, ` beforehand.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far clocks may differ, and how long a signature may live, in seconds."""

    tolerance_s: int = 300
    longest_life_s: int = 600


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, and when by the signer's own clock (UTC, whole seconds)."""

    keyid: str
    created: datetime


@dataclass(frozen=True, slots=True)
class _Message:
    """What the signing package looks at; it writes into `headers`."""

    method: str
    url: str
    headers: dict[str, str]


def sign(
    request: Request, key: DeviceKey, *, created: datetime, nonce: str, life_s: int = 300
) -> dict[str, str]:
    """Return the headers to send beside those of `request`: Content-Digest, Signature-Input, Signature.

    `nonce` must be new each time (16 random bytes and more, as text). Raises ValueError for a request
    without Content-Type or with a URL that is not absolute.
    """
    headers = _lower(request.headers)
    covered = (*COMPONENTS, _ENCODING) if _ENCODING in headers else COMPONENTS
    keyid = key.public.key_id
    resolver = MappingKeyResolver(public_keys={}, private_keys={keyid: key.ed25519})
    message = _Message(request.method, request.url, headers)
    try:
        HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=resolver).sign(
            message, key_id=keyid, created=created, expires=created + timedelta(seconds=life_s), nonce=nonce,
            label=_LABEL, covered_component_ids=covered, body=request.body,
        )  # fmt: skip
    except HTTPMessageSignaturesException as e:
        raise ValueError(f"the request cannot be signed: {e}") from e
    return {name: headers[name] for name in ("Content-Digest", "Signature-Input", "Signature")}


def verify(
    request: Request, *, keys: Keys, nonces: Nonces, now: datetime, limits: Limits | None = None
) -> Signer:
    """Return who signed `request`; raises the SignatureError that names what is wrong with it.

    The nonce is remembered last, when all else was found right: a forged request uses none up.
    """
    headers = _lower(request.headers)
    for name in ("signature-input", "signature"):
        if not 0 < len(headers.get(name, "")) <= _MOST_HEADER:
            raise MissingComponentError(
                f"the request needs one {name} header of at most {_MOST_HEADER} characters"
            )
    check = _Check(keys, headers, now, limits or Limits())
    try:
        (proved,) = check.verify(_Message(request.method, request.url, headers), max_age=None)
    except HTTPMessageSignaturesException:
        raise check.refusal() from None
    try:
        ContentDigest.verify(proved.covered_components['"content-digest"'], request.body)
    except HTTPMessageSignaturesException:
        raise WrongDigestError("the body does not have the digest that was signed") from None
    said = check.said
    if nonces.seen(said.keyid, said.nonce, said.expires + timedelta(seconds=check.limits.tolerance_s)):
        raise ReplayedError("this signature was used before: sign each try anew")
    return Signer(said.keyid, said.created)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a signature says of itself."""

    keyid: str
    nonce: str
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class _Found(HTTPSignatureKeyResolver):
    """The one key that our rules let through, handed to the package."""

    keys: dict[str, Ed25519PublicKey]

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        """Return the key that was found under this id."""
        return self.keys.get(key_id)


class _Component(Protocol):
    """One covered component as the package parsed it."""

    @property
    def value(self) -> object:
        """Its name."""
        ...

    @property
    def params(self) -> Mapping[str, object]:
        """What narrows it."""
        ...


class _SignatureInput(Protocol):
    """The member of Signature-Input as the package parsed it: components, and what it says of itself."""

    @property
    def params(self) -> Mapping[str, object]:
        """What the signature says of itself."""
        ...

    def __iter__(self) -> Iterator[_Component]:
        """Yield the covered components."""
        ...


class _Check(HTTPMessageVerifier):
    """The package's verifier, with our rules for what a signature must say asked before the key is used."""

    def __init__(self, keys: Keys, headers: Mapping[str, str], now: datetime, limits: Limits) -> None:
        self._keys, self._headers, self._now = keys, headers, now
        self._found = _Found({})
        self._said: _Said | None = None
        self.limits = limits
        super().__init__(signature_algorithm=ED25519, key_resolver=self._found)

    @property
    def said(self) -> _Said:
        """What the signature says of itself; raises SignatureError before it was looked at."""
        if self._said is None:
            raise SignatureError("the signature says nothing of itself")
        return self._said

    def refusal(self) -> SignatureError:
        """Return the refusal for what the package found wrong: the words, or once those pass the proof."""
        if self._said is None:
            return SignatureError("Signature-Input and Signature are not one signature as RFC 9421 has it")
        return WrongSignatureError("the signature was not made over this request by this key")

    def validate_created_and_expires(
        self, sig_input: _SignatureInput, max_age: timedelta | None = None
    ) -> None:
        """Raise what our rules refuse; the package asks this first and lets our errors pass."""
        del max_age
        said = sig_input.params
        if said.get("alg", _ALGORITHM) != _ALGORITHM:
            raise WrongAlgorithmError(f"the signature must be made by {_ALGORITHM}")
        _refuse_uncovered(sig_input, self._headers)
        keyid, nonce = said.get("keyid"), said.get("nonce")
        if not isinstance(keyid, str) or not isinstance(nonce, str) or not 0 < len(nonce) <= _MOST_NONCE:
            raise MissingComponentError(
                f"the signature must say keyid and a nonce of at most {_MOST_NONCE} characters"
            )
        created, expires = _moment(said.get("created")), _moment(said.get("expires"))
        key = self._keys(keyid)
        if key is None:
            raise UnknownKeyError("no device is enrolled with this key, or it was revoked")
        _refuse_untimely(created, expires, self._now, self.limits)
        self._found.keys[keyid] = key.ed25519
        self._said = _Said(keyid, nonce, created, expires)


def _refuse_uncovered(sig_input: _SignatureInput, headers: Mapping[str, str]) -> None:
    """Refuse a signature that leaves out a component; one with parameters is not the same component."""
    covered = {component.value for component in sig_input if not component.params}
    needed = {*COMPONENTS, _ENCODING} if _ENCODING in headers else set(COMPONENTS)
    missing = sorted(needed - covered)
    if missing:
        raise MissingComponentError(f"the signature must cover {', '.join(missing)}")
    absent = [name for name in needed if not name.startswith("@") and name not in headers]
    if absent:
        raise MissingComponentError(f"the request must have {', '.join(sorted(absent))}")


def _refuse_untimely(created: datetime, expires: datetime, now: datetime, limits: Limits) -> None:
    tolerance = timedelta(seconds=limits.tolerance_s)
    if created > now + tolerance:
        raise FromTheFutureError(
            f"the signature is more than {limits.tolerance_s} s in the future: set the clock"
        )
    if expires <= created or expires - created > timedelta(seconds=limits.longest_life_s):
        raise ExpiredError(f"a signature must live more than 0 s and at most {limits.longest_life_s} s")
    if expires < now - tolerance:
        raise ExpiredError("the signature has expired: sign each try anew, and set the clock")


def _moment(said: object) -> datetime:
    if not isinstance(said, int) or isinstance(said, bool):
        raise MissingComponentError("the signature must say created and expires, in seconds")
    try:
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError):
        raise SignatureError("created and expires must be seconds since 1970") from None


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers by lower-case name; raises SignatureError where one name comes twice."""
    lower = {name.lower(): value for name, value in headers.items()}
    if len(lower) != len(headers):
        raise SignatureError("a header comes twice under names that differ in case only")
    return lower
