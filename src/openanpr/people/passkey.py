"""Passkeys: registration and assertion verified as W3C Web Authentication Level 3 says (7.1 and 7.2)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

CHALLENGE_BYTES: Final = 32
_MOST_RESPONSE: Final = 64 * 1024
_TIMEOUT_MS: Final = 120_000
_ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,  # what the TPM of many a desk computer can do
]


class PasskeyError(Exception):
    """What a passkey answered does not hold. `copied`: its count went back, as with a copy of the key."""

    def __init__(self, *, copied: bool = False) -> None:
        super().__init__("the passkey is not taken: try again, or sign in another way")
        self.copied = copied


@dataclass(frozen=True, slots=True)
class Site:
    """For whom passkeys are: the host name, its whole origin (https://...), and what people call it."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A person's passkey: its id, its public key (COSE), and how often it says that it was used."""

    credential_id: bytes
    account_id: str
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a registration gives."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int


def registration_options(
    site: Site, *, account_id: str, login: str, challenge: bytes, others: Iterable[Passkey]
) -> str:
    """Return the options for `navigator.credentials.create`, as JSON; `others` are not made a second time.

    The key must verify its user (a PIN, a finger): so it is two factors in one.
    """
    return options_to_json(
        generate_registration_options(
            rp_id=site.host,
            rp_name=site.name,
            user_name=login,
            user_id=account_id.encode(),
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in others],
            supported_pub_key_algs=_ALGORITHMS,
        )
    )


def assertion_options(site: Site, *, challenge: bytes, keys: Iterable[Passkey]) -> str:
    """Return the options for `navigator.credentials.get`, as JSON; no keys: whichever the person has."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in keys],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def verify_registration(answer: str, site: Site, *, challenge: bytes) -> NewPasskey:
    """Return the new passkey; raises PasskeyError.

    Attestation is verified where there is any, and no maker is asked for.
    """
    _refuse_long(answer)
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except Exception as fault:  # refuses: the package lets faults of many kinds through
        raise PasskeyError from fault
    return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count)


def credential_of(answer: str) -> bytes:
    """Return the id of the passkey that an assertion names; raises PasskeyError. Nothing is proved yet."""
    _refuse_long(answer)
    try:
        return parse_authentication_credential_json(answer).raw_id
    except Exception as fault:  # refuses, as above
        raise PasskeyError from fault


def challenge_of(answer: str) -> bytes:
    """Return the challenge that an answer says it answers; raises PasskeyError. Nothing is proved yet."""
    _refuse_long(answer)
    try:
        said = json.loads(answer)["response"]["clientDataJSON"]
        told = json.loads(_unpadded(cast("str", said)))["challenge"]
        return _unpadded(cast("str", told))
    except Exception as fault:  # refuses: any text may be in there
        raise PasskeyError from fault


def verify_assertion(answer: str, site: Site, key: Passkey, *, challenge: bytes) -> int:
    """Return the passkey's new count, which the caller keeps only if the kept one is still `key.sign_count`.

    Raises PasskeyError for anything that does not hold: challenge, origin, host, user not verified,
    signature, and a count that did not grow.
    """
    _refuse_long(answer)
    try:
        # The signature first and the count after it: only a right signature may say that a key was copied.
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as fault:  # refuses, as above
        raise PasskeyError from fault
    if found.credential_id != key.credential_id:
        raise PasskeyError
    counts = key.sign_count > 0 or found.new_sign_count > 0
    if counts and found.new_sign_count <= key.sign_count:
        raise PasskeyError(copied=True)
    return found.new_sign_count


def _refuse_long(answer: str) -> None:
    if len(answer) > _MOST_RESPONSE:
        raise PasskeyError


def _unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
