"""Keys for webhooks in the text forms of Standard Webhooks 1.0, and signing with a key pair.

Source: github.com/standard-webhooks/standard-webhooks, "Signature scheme": `whsec_` a shared secret, `whsk_`
and `whpk_` the halves of an Ed25519 key pair, each in base64.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openanpr.wire.device_key import DeviceKey

_SHARED, _PRIVATE, _PUBLIC = "whsec_", "whsk_", "whpk_"
_LEAST_SHARED, _MOST_SHARED = 24, 64
_SEED = 32


class WebhookKeyError(ValueError):
    """A key or secret for webhooks cannot be used; the sentence holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Signs webhooks as `v1a`; receivers need `public` only."""

    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the signer of a key `whsk_...`: its 32 bytes, or those and the public half's 32.

        Raises WebhookKeyError.
        """
        raw = _unwrapped(text, _PRIVATE)
        if len(raw) not in {_SEED, 2 * _SEED}:
            raise WebhookKeyError("a private key for webhooks is whsk_ and base64 of 32 or 64 bytes")
        signer = cls(Ed25519PrivateKey.from_private_bytes(raw[:_SEED]))
        if len(raw) > _SEED and raw[_SEED:] != signer._public:
            raise WebhookKeyError("the two halves of the private key for webhooks do not belong together")
        return signer

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the signer of a PEM file that only its owner can read; raises DeviceKeyError and OSError."""
        return cls(DeviceKey.read(path).ed25519)

    @property
    def scheme(self) -> str:
        """The version that stands before the signature."""
        return "v1a"

    @property
    def public(self) -> str:
        """The half that receivers are given, as `whpk_...`."""
        return _PUBLIC + base64.b64encode(self._public).decode("ascii")

    def sign(self, content: bytes) -> bytes:
        """Return the signature of `content` (Ed25519, RFC 8032)."""
        return self.key.sign(content)

    @property
    def _public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()


def shared_secret(text: str) -> bytes:
    """Return the bytes of a secret `whsec_...`, 24 to 64 of them; raises WebhookKeyError."""
    raw = _unwrapped(text, _SHARED)
    if not _LEAST_SHARED <= len(raw) <= _MOST_SHARED:
        raise WebhookKeyError(
            f"a secret for webhooks is {_SHARED} and base64 of {_LEAST_SHARED} to {_MOST_SHARED} bytes"
        )
    return raw


def _unwrapped(text: str, prefix: str) -> bytes:
    word = text.strip()
    try:
        if word.startswith(prefix):
            return base64.b64decode(word.removeprefix(prefix), validate=True)
    except (ValueError, binascii.Error):
        pass  # told below, without the text
    raise WebhookKeyError(f"this key for webhooks must be {prefix} and base64")
