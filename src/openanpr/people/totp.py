"""One-time codes of an authenticator app: RFC 6238, six digits, 30 seconds, each good once."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pyotp.exceptions import OTPVerificationError
from pyotp.totp import TOTP

SECRET_BYTES: Final = 20
DRIFT_STEPS: Final = 1
"""How many steps of 30 s a clock may be off, either way (RFC 6238, section 5.2)."""

NEVER: Final = -1
"""The last step of an app whose codes were never used."""


class CodeError(Exception):
    """A code is wrong. `replayed`: it was right, and it or a later one was used before."""

    def __init__(self, *, replayed: bool) -> None:
        super().__init__("the code is not taken: wait for the next one")
        self.replayed = replayed


@dataclass(frozen=True, slots=True)
class App:
    """An authenticator app: its secret sealed, and the last step whose code was used."""

    sealed: bytes = field(repr=False)
    last_step: int = NEVER


def app_text(secret: bytes) -> str:
    """Return the secret as a person types it into an app (base32); raises ValueError for another length."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"an app's secret has {SECRET_BYTES} random bytes (RFC 4226, section 4)")
    return base64.b32encode(secret).decode()


def app_address(secret: bytes, *, login: str, issuer: str) -> str:
    """Return the `otpauth:` address that an app takes in, typed or as a square code."""
    return TOTP(app_text(secret)).provisioning_uri(name=login, issuer_name=issuer)


def step_of(code: str, secret: bytes, *, last_step: int, now: datetime) -> int:
    """Return the step whose code this is; the caller keeps it as the last one before anything else happens.

    Raises CodeError for a wrong code, and for one of a step that is not later than `last_step`. All codes
    that may be right are computed and compared in constant time.
    """
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        digits = ""
    try:
        step = TOTP(app_text(secret)).verify_and_get_timecode(digits, for_time=now, valid_window=DRIFT_STEPS)
    except OTPVerificationError:
        raise CodeError(replayed=False) from None
    if step <= last_step:
        raise CodeError(replayed=True)
    return step
