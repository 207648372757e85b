"""An Ed25519 signature verified with Python's standard library alone (RFC 8032, 5.1). Pure.

For whoever has nothing but Python, such as the verifier that the public downloads. It verifies and cannot
sign: it handles no secret, so how long it takes tells nothing. The package cryptography is quicker, and is
used where it is installed; both accept the same signatures.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
"""A square root of -1."""


class SignatureError(ValueError):
    """A signature that does not hold, or a key that is none."""


@dataclass(frozen=True, slots=True)
class _Point:
    """A point of the curve in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z."""

    x: int
    y: int
    z: int
    t: int

    def __add__(self, other: _Point) -> _Point:
        """The sum (RFC 8032, 5.1.4); complete, so that it also doubles."""
        a = (self.y - self.x) * (other.y - other.x) % _P
        b = (self.y + self.x) * (other.y + other.x) % _P
        c = 2 * self.t * other.t * _D % _P
        d = 2 * self.z * other.z % _P
        e, f, g, h = b - a, d - c, d + c, b + a
        return _Point(e * f % _P, g * h % _P, f * g % _P, e * h % _P)

    def __neg__(self) -> _Point:
        return _Point(-self.x % _P, self.y, self.z, -self.t % _P)

    def __mul__(self, times: int) -> _Point:
        found, doubled = _NEUTRAL, self
        while times:
            if times & 1:
                found += doubled
            doubled += doubled
            times >>= 1
        return found

    def to_bytes(self) -> bytes:
        """The point in its only spelling (RFC 8032, 5.1.2)."""
        inverse = pow(self.z, _P - 2, _P)
        x, y = self.x * inverse % _P, self.y * inverse % _P
        return (y | (x & 1) << 255).to_bytes(KEY_BYTES, "little")


_NEUTRAL: Final = _Point(0, 1, 1, 0)


def _point(data: bytes) -> _Point:
    """The point that 32 bytes spell (RFC 8032, 5.1.3); raises SignatureError."""
    spelt = int.from_bytes(data, "little")
    sign, y = spelt >> 255, spelt & (1 << 255) - 1
    if y >= _P:
        raise SignatureError("the key is not in its only spelling")
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _ROOT % _P
    if (v * x * x - u) % _P or (x == 0 and sign):
        raise SignatureError("the key is no point of the curve")
    if x & 1 != sign:
        x = _P - x
    return _Point(x, y, 1, x * y % _P)


_BASE: Final = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(KEY_BYTES, "little"))


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Return if the key has signed the message, without the factor of eight, as OpenSSL verifies.

    Raises SignatureError.
    """
    if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise SignatureError("a key has 32 bytes, and a signature 64")
    key, told, scalar = _point(public), signature[:32], int.from_bytes(signature[32:], "little")
    if scalar >= _ORDER:
        raise SignatureError("the signature is not in its only spelling")
    asked = int.from_bytes(hashlib.sha512(told + public + message).digest(), "little") % _ORDER
    if (_BASE * scalar + -key * asked).to_bytes() != told:
        raise SignatureError("the signature does not hold")
