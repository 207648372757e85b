"""The keys of cases: words are sealed, codes and forms are kept as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openanpr.rights.reference import CHANCE_BYTES, make_code, plain_code

NONCE_BYTES: Final = 12
_LEAST_ROOT: Final = 32


class CaseSealError(Exception):
    """The words of a case do not open: they were changed or moved, or the node's key is another."""

    def __init__(self) -> None:
        super().__init__("the words of a case do not open: restore the node's hash.key of the same backup")


@dataclass(frozen=True, slots=True)
class RightsKeys:
    """Three keys made from the node's own key, which lies outside the database.

    So a copy of the database alone tests no guess of a code, and reads nothing of what people wrote.
    """

    codes: bytes = field(repr=False)
    forms: bytes = field(repr=False)
    seals: bytes = field(repr=False)

    @classmethod
    def derive(cls, root: bytes) -> Self:
        """Return the keys that come of the node's key (HKDF-SHA-256, RFC 5869), at least 32 random bytes."""
        if len(root) < _LEAST_ROOT:
            raise ValueError("the node's key has at least 32 random bytes")
        return cls(_derived(root, b"codes"), _derived(root, b"forms"), _derived(root, b"seals"))

    def code_of_form(self, form: bytes) -> str:
        """Return the code of the case that a form opens: sent twice, a form shows the same code twice."""
        return make_code(hmac.new(self.forms, b"code\n" + form, hashlib.sha256).digest()[:CHANCE_BYTES])

    def form_digest(self, form: bytes) -> bytes:
        """Return the keyed hash by which a form is known again."""
        return hmac.new(self.forms, b"form\n" + form, hashlib.sha256).digest()

    def code_digest(self, reference: str, code: str) -> bytes:
        """Return the keyed hash of the code of one case (HMAC-SHA-256, RFC 2104)."""
        said = f"{reference}\n{plain_code(code)}".encode()
        return hmac.new(self.codes, said, hashlib.sha256).digest()

    def seal(self, words: bytes, *, of: str, nonce: bytes) -> bytes:
        """Return words closed with AES-256-GCM (NIST SP 800-38D); they open for the same step only."""
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a seal needs {NONCE_BYTES} random bytes of its own")
        return nonce + AESGCM(self.seals).encrypt(nonce, words, of.encode())

    def unseal(self, sealed: bytes, *, of: str) -> bytes:
        """Return the words; raises CaseSealError."""
        try:
            return AESGCM(self.seals).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], of.encode())
        except (InvalidTag, ValueError) as fault:
            raise CaseSealError from fault


def _derived(root: bytes, what: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"openanpr rights 1 " + what).derive(root)
