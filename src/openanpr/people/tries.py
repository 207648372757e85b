"""The keys under which tries are slowed down, and a browser that is known from an earlier sign-in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openanpr.people.desk import Desk
from openanpr.people.keys import PeopleKeys, base64url
from openanpr.people.slow_down import BY_ACCOUNT, BY_DEVICE, BY_SOURCE, Slowing
from openanpr.people.source import place_of

DEVICE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Counted:
    """A try that was counted: what to forget where it succeeds, and what to give back."""

    own: bytes
    shared: bytes | None


class SlowDownError(Exception):
    """Too many tries have failed: wait so many seconds."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many tries have failed")
        self.wait_s = wait_s


def device_token(account_id: str, chance: bytes, keys: PeopleKeys) -> str:
    """Return the text by which a browser is known again as one that this person signed in with.

    It lets nobody in: failures of others are not counted against whoever shows it (OWASP, *Slow Down Online
    Guessing Attacks with Device Cookies*).
    """
    name = base64url(chance)
    return f"{name}.{base64url(keys.digest('device', f'{account_id} {name}'))}"


def known_device(text: str, account_id: str, keys: PeopleKeys) -> bool:
    """Whether a text is a device token of this person; compared in constant time."""
    name, _, proof = text.partition(".")
    right = base64url(keys.digest("device", f"{account_id} {name}"))
    return hmac.compare_digest(proof.encode(), right.encode())


def begin_sign_in(
    desk: Desk, login: str, account_id: str, device: str, source: str, *, now: datetime
) -> Counted:
    """Count a try to sign in before it is judged; raises SlowDownError where it must wait.

    By sign-in name, whether or not somebody has it, and by source; a browser that is known is counted apart
    from both.
    """
    if device and known_device(device, account_id, desk.keys):
        own = desk.keys.digest("tries of a device", device)
        _begin(desk, own, BY_DEVICE, now)
        return Counted(own, None)
    shared = desk.keys.digest("tries of a source", place_of(source))
    _begin(desk, shared, BY_SOURCE, now)
    own = desk.keys.digest("tries of a login", login)
    _begin(desk, own, BY_ACCOUNT, now)
    return Counted(own, shared)


def begin_step(desk: Desk, account_id: str, *, now: datetime) -> Counted:
    """Count a try of somebody signed in to give a second factor; strangers cannot make it wait."""
    own = desk.keys.digest("tries of a step", account_id)
    _begin(desk, own, BY_ACCOUNT, now)
    return Counted(own, None)


def succeeded(desk: Desk, counted: Counted) -> None:
    """Forget the person's failures; of the source's, take back this try and one more."""
    desk.store.succeeded(counted.own)
    if counted.shared is not None:
        desk.store.give_back(counted.shared)


def _begin(desk: Desk, key: bytes, slowing: Slowing, now: datetime) -> None:
    wait_s = desk.store.begin_try(key, slowing, now)
    if wait_s > 0:
        raise SlowDownError(wait_s)
