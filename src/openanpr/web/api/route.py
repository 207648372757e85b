"""One route of the API: who may ask, what it takes and gives. The document is made of the same values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from openanpr.people.desk import Actor
from openanpr.people.present import Present
from openanpr.policy.ask import Act
from openanpr.web.api.cookies import Cookie
from openanpr.web.api.refusals import ApiError, form_fault
from openanpr.wire.json_decoder import json_decoder

MOST_BODY_BYTES = 128 * 1024
ID_PATTERN = r"[A-Za-z0-9_.-]{1,200}"
"""What may stand in an address: ids that the node gave, and nothing of anybody's."""

Text = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A line of text that is not empty."""
LongText = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""Some lines of text."""
Secret = Annotated[str, Meta(min_length=1, max_length=200)]
"""A password, a code or a token."""
Optional = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A line of text that may be empty."""

_FormT = TypeVar("_FormT", bound=Struct)
_GivenT = TypeVar("_GivenT")


class Anybody(StrEnum):
    """Who may ask where no act of the policy is judged."""

    PUBLIC = auto()
    SESSION = auto()  # whoever is signed in, about themselves alone
    MACHINE = auto()  # another system, by a token of its own and its scope


Who: TypeAlias = Anybody | Act


class Pool(StrEnum):
    """Which threads answer.

    Passwords cost so much that they have their own, and so have far lines, searches that run, and
    pictures that people try.
    """

    USUAL = auto()
    PASSWORDS = auto()
    FAR = auto()
    SEARCHES = auto()
    TRIES = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came: `token` is the session's or the service's, `device` and `browser` are cookies'.

    `by_cookie`: the token came in a cookie. `local`: over the node's own socket.
    """

    path: Mapping[str, str]
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    source: str
    now: datetime
    token: str = field(default="", repr=False)
    csrf: str = field(default="", repr=False)
    by_cookie: bool = False
    device: str = field(default="", repr=False)
    browser: str = field(default="", repr=False)
    local: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever asks, signed in: their session and standing, and themselves as one who acts."""

    present: Present
    actor: Actor

    @property
    def account_id(self) -> str:
        """The id of their account."""
        return self.actor.account_id


@dataclass(frozen=True, slots=True)
class Call:
    """A question that was let in; `by` is None where anybody may ask."""

    asked: Asked
    by: Person | None

    @property
    def now(self) -> datetime:
        """When it was asked."""
        return self.asked.now

    @property
    def person(self) -> Person:
        """Whoever is signed in; raises ApiError where nobody is."""
        if self.by is None:
            raise ApiError(401, "not signed in", "sign in: on a command line by 'openanpr sign-in'")
        return self.by


@dataclass(frozen=True, slots=True)
class Reply(Generic[_GivenT]):
    """An answer with cookies to set, or with bytes of a kind of their own in place of JSON."""

    value: _GivenT
    cookies: tuple[Cookie, ...] = ()
    status: int = 200


@dataclass(frozen=True, slots=True)
class File:
    """Bytes that are given out as they are; `name` is what a browser would save them as."""

    body: bytes = field(repr=False)
    media_type: str
    name: str


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing is asked beside the address."""


class Ended(Struct, frozen=True):
    """How many were ended."""

    ended: int


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One route. `asks`: the names that may stand behind `?` in its address: none that is secret or a mark.

    `takes` None: no body. `from_elsewhere`: a browser may come to it from another site.
    """

    method: str
    path: str
    summary: str
    who: Who
    takes: type[Struct] | None
    gives: Any
    does: Callable[[Call], object]
    pool: Pool = Pool.USUAL
    asks: tuple[str, ...] = ()
    from_elsewhere: bool = False
    media_type: str = "application/json"
    scope: str = ""
    most_body_bytes: int = MOST_BODY_BYTES


def get(
    path: str,
    summary: str,
    who: Who,
    gives: type[_GivenT],
    does: Callable[[Call], _GivenT | Reply[_GivenT]],
    *,
    asks: tuple[str, ...] = (),
) -> ApiRoute:
    """Return a route that changes nothing."""
    return ApiRoute("GET", path, summary, who, None, gives, does, asks=asks)


def post(  # noqa: PLR0913 - the parts of a route, in the order in which they are read
    path: str,
    summary: str,
    who: Who,
    takes: type[_FormT],
    gives: type[_GivenT],
    does: Callable[[Call, _FormT], _GivenT | Reply[_GivenT]],
    *,
    pool: Pool = Pool.USUAL,
) -> ApiRoute:
    """Return a route that does something; what it takes is read once, here."""

    def answer(call: Call) -> object:
        return does(call, form_of(call.asked.body, takes))

    return ApiRoute("POST", path, summary, who, takes, gives, answer, pool)


def form_of(body: bytes, kind: type[_FormT]) -> _FormT:
    """Return a body as `kind`; raises FormError, which holds nothing of what was sent."""
    try:
        return json_decoder(kind).decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError) as fault:
        raise form_fault(fault) from None
