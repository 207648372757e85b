"""The key of a device: made on it, kept in a file that only its owner can read, never sent."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_OWNER_ONLY = 0o600
_MOST_BYTES = 4096


class DeviceKeyError(ValueError):
    """A key file or a public key cannot be used; the sentence says why and holds nothing of the key."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half of a device's key that others may know (Ed25519, RFC 8032)."""

    ed25519: Ed25519PublicKey

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key written as PEM or as base64 of its 32 bytes; raises DeviceKeyError."""
        try:
            if text.lstrip().startswith("-----BEGIN"):
                key = load_pem_public_key(text.encode("ascii"))
            else:
                key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))
        except (ValueError, binascii.Error, UnsupportedAlgorithm):
            raise DeviceKeyError("a public key is PEM, or base64 of the 32 bytes of an Ed25519 key") from None
        if not isinstance(key, Ed25519PublicKey):
            raise DeviceKeyError("the public key is of another kind: an Ed25519 key is needed")
        return cls(key)

    @property
    def base64(self) -> str:
        """The 32 bytes of the key as base64."""
        return base64.b64encode(self._raw).decode()

    @property
    def pem(self) -> str:
        """The key as PEM (SubjectPublicKeyInfo, RFC 8410)."""
        return self.ed25519.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def key_id(self) -> str:
        """The JWK thumbprint of the key, base64url of a SHA-256 (RFC 7638, RFC 8037)."""
        x = base64.urlsafe_b64encode(self._raw).rstrip(b"=").decode()
        named = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"), sort_keys=True)
        digest = hashlib.sha256(named.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @property
    def _raw(self) -> bytes:
        return self.ed25519.public_bytes(Encoding.Raw, PublicFormat.Raw)


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """Both halves of a device's key; neither its text nor an error ever shows the private one."""

    ed25519: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """Return a new key from the system's own source of randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the key in a file; raises DeviceKeyError for a file that others can read, and OSError."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            _refuse_loose(os.fstat(file.fileno()))
            text = file.read(_MOST_BYTES)
        try:
            key = load_pem_private_key(text, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise DeviceKeyError(
                "the key file holds no unencrypted PEM key; make a new one and enrol again"
            ) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise DeviceKeyError("the key file holds another kind of key: an Ed25519 key is needed")
        return cls(key)

    def write(self, path: Path) -> None:
        """Keep the key in a new file of mode 0600, on disk when this returns; raises OSError (it exists)."""
        text = self.ed25519.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _OWNER_ONLY)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @property
    def public(self) -> PublicKey:
        """The half that others may know."""
        return PublicKey(self.ed25519.public_key())


def _refuse_loose(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise DeviceKeyError("the key file must be a plain file")
    if status.st_uid != os.geteuid():
        raise DeviceKeyError(
            "the key file belongs to another user: chown it to the user that runs this program"
        )
    if stat.S_IMODE(status.st_mode) & ~_OWNER_ONLY:
        raise DeviceKeyError(
            "the key file is open to others: chmod it to 0600, or make a new key and enrol again"
        )
