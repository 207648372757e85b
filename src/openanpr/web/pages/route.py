"""One page: who may open it, what it shows, and what stands in its forms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from openanpr.policy.ask import Act
from openanpr.web.api.cookies import Cookie
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import Anybody, Asked, Call, File, Person, Pool
from openanpr.web.pages.choices import Choices
from openanpr.web.pages.form import Form

MOST_FORM_BYTES: Final = 128 * 1024

Who: TypeAlias = Anybody | Act
"""Anybody at all, whoever is signed in, or whoever the policy lets do an act."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opens a page. `by` None: nobody is signed in. `csrf`: what a form of this session must bring.

    `part`: a script of ours asks for a part of a page. `may`: what the person may do, for what to show.
    """

    asked: Asked
    by: Person | None
    form: Form
    choices: Choices
    csrf: str = field(default="", repr=False)
    part: bool = False
    may: frozenset[Act] = frozenset()

    @property
    def person(self) -> Person:
        """Whoever is signed in; raises ApiError where nobody is."""
        if self.by is None:
            raise ApiError(401, "not signed in", "sign in")
        return self.by

    @property
    def call(self) -> Call:
        """The same question, as the routes of the API take it."""
        return Call(self.asked, self.by)

    def place(self, name: str) -> str:
        """Return a part of the address, such as an id."""
        return self.asked.path[name]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, or a part of one: its template below `templates/`, and what the template speaks of."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)
    status: int = 200
    cookies: tuple[Cookie, ...] = ()


@dataclass(frozen=True, slots=True)
class SeeOther:
    """Go on at another page of this node, as after everything that was done."""

    path: str
    cookies: tuple[Cookie, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """Server-sent events for as long as both sides hold on; `held` is open for as long as they are sent."""

    events: AsyncIterator[bytes]
    held: AbstractContextManager[object]


Answer: TypeAlias = Shown | SeeOther | Stream | File


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One address. `asks`: the names that may stand behind `?`: none that is secret or a mark.

    `files`: its form may bring files. `acts` tells that it does something, and wants the form's own text.
    `by_itself`: a page asks it and no person does, so that it keeps no session from idling.
    """

    method: str
    path: str
    who: Who
    does: Callable[[Visit], Answer]
    pool: Pool = Pool.USUAL
    asks: tuple[str, ...] = ()
    from_elsewhere: bool = False
    most_body_bytes: int = MOST_FORM_BYTES
    files: bool = False
    by_itself: bool = False

    @property
    def acts(self) -> bool:
        """Whether it does something."""
        return self.method != "GET"


def page(
    path: str,
    who: Who,
    does: Callable[[Visit], Answer],
    *,
    asks: tuple[str, ...] = (),
    pool: Pool = Pool.USUAL,
) -> PageRoute:
    """Return a page that changes nothing."""
    return PageRoute("GET", path, who, does, pool, asks)


def watched(path: str, who: Who, does: Callable[[Visit], Answer], *, asks: tuple[str, ...] = ()) -> PageRoute:
    """Return what an open page goes on asking by itself, whether anybody is there or not."""
    return PageRoute("GET", path, who, does, asks=asks, by_itself=True)


def sent(
    path: str, who: Who, does: Callable[[Visit], Answer], *, pool: Pool = Pool.USUAL, files_bytes: int = 0
) -> PageRoute:
    """Return what a form is sent to; `files_bytes`: how much it may bring with its files, 0 for none."""
    most = files_bytes or MOST_FORM_BYTES
    return PageRoute("POST", path, who, does, pool, most_body_bytes=most, files=files_bytes > 0)
