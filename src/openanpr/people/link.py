"""One-time links: for the first administrators, for each new account, and for one that begins anew."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from openanpr.people.keys import PeopleKeys
from openanpr.people.totp import SECRET_BYTES

LINK_LIFE: Final = timedelta(hours=24)
TOKEN_USE: Final = "link"  # noqa: S105 - the name of a use


@dataclass(frozen=True, slots=True)
class Link:
    """What is kept of a link: never its token. Good once, and not after its end.

    Whoever uses it gives the account a password and an app; all that it had before goes.
    """

    link_id: str
    account_id: str
    digest: bytes = field(repr=False)
    made_by: str
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None = None

    def good(self, now: datetime) -> bool:
        """Whether it can be used at that moment."""
        return self.used_at is None and self.made_at <= now < self.ends_at


def app_secret(token: str, keys: PeopleKeys) -> bytes:
    """Return the secret of a link's app: made of the token, so that nothing waits half made."""
    return hmac.new(keys.seals, f"app\n{token.strip()}".encode(), hashlib.sha256).digest()[:SECRET_BYTES]
