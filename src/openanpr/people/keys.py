"""The keys of people's secrets: tokens are kept as keyed hashes, what must be read again is sealed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TOKEN_BYTES: Final = 32
NONCE_BYTES: Final = 12
_LEAST_ROOT: Final = 32
_LONGEST_TOKEN: Final = 512


class SealError(Exception):
    """A sealed secret does not open: it was changed or moved, or the node's key is another."""

    def __init__(self) -> None:
        super().__init__("a sealed secret does not open: restore the node's hash.key of the same backup")


@dataclass(frozen=True, slots=True)
class PeopleKeys:
    """Two keys made from the node's own key, which lies outside the database.

    So a copy of the database alone tests no guess of a token and reads no sealed secret.
    """

    tokens: bytes = field(repr=False)
    seals: bytes = field(repr=False)

    @classmethod
    def derive(cls, root: bytes) -> Self:
        """Return the keys that come of the node's key (HKDF-SHA-256, RFC 5869), at least 32 random bytes."""
        if len(root) < _LEAST_ROOT:
            raise ValueError("the node's key has at least 32 random bytes")
        return cls(_derived(root, b"tokens"), _derived(root, b"seals"))

    def digest(self, use: str, text: str) -> bytes:
        """Return the keyed hash of a secret (HMAC-SHA-256, RFC 2104); `use` tells a session from a link.

        A text longer than any secret of ours is hashed too: it is as unknown as any other.
        """
        said = text.strip()[:_LONGEST_TOKEN]
        return hmac.new(self.tokens, f"{use}\n{said}".encode(), hashlib.sha256).digest()

    def seal(self, secret: bytes, *, owner: str, nonce: bytes) -> bytes:
        """Return the secret closed with AES-256-GCM (NIST SP 800-38D); it opens for the same owner only."""
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a seal needs {NONCE_BYTES} random bytes of its own")
        return nonce + AESGCM(self.seals).encrypt(nonce, secret, owner.encode())

    def unseal(self, sealed: bytes, *, owner: str) -> bytes:
        """Return the secret; raises SealError."""
        try:
            return AESGCM(self.seals).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.encode())
        except (InvalidTag, ValueError) as fault:
            raise SealError from fault


def token_text(chance: bytes) -> str:
    """Return a new token of 256 random bits, as text that stands in a cookie, a header or an address."""
    if len(chance) != TOKEN_BYTES:
        raise ValueError(f"a token is made of {TOKEN_BYTES} random bytes")
    return base64url(chance)


def base64url(raw: bytes) -> str:
    """Return bytes as base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _derived(root: bytes, what: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"openanpr people 1 " + what).derive(root)
