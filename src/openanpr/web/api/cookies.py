"""The cookies of a browser: each of this host alone, over TLS alone, and out of reach of any script."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response

from openanpr.web.api.refusals import ApiError

SESSION: Final = "__Host-session"
DEVICE: Final = "__Host-device"
OIDC: Final = "__Host-oidc"
DEVICE_LIFE_S: Final = 180 * 24 * 3600
OIDC_LIFE_S: Final = 600


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie to set; without a life it ends with the browser, with a life of 0 it is taken away.

    `same_site` is strict but for what must come back from a force's own sign-in.
    """

    name: str
    value: str = field(repr=False)
    life_s: int | None = None
    same_site: Literal["strict", "lax"] = "strict"

    def put(self, answer: Response) -> None:
        """Set it on an answer."""
        answer.set_cookie(
            self.name,
            self.value,
            max_age=self.life_s,
            path="/",
            secure=True,
            httponly=True,
            samesite=self.same_site,
        )


def gone(name: str) -> Cookie:
    """Return what takes a cookie away."""
    return Cookie(name, "", 0)


def cookie_of(request: Request, name: str) -> str:
    """Return the value of a cookie, "" where there is none; raises ApiError for one that is there twice.

    Two of one name were set from two places, and one of the two is not ours.
    """
    pairs = [
        pair.strip().partition("=")
        for header in request.headers.getlist("cookie")
        for pair in header.split(";")
    ]
    found = [value for key, _, value in pairs if key == name]
    if len(found) > 1:
        raise ApiError(400, "one cookie is there twice", "delete the cookies of this site, then sign in")
    return found[0] if found else ""
