"""The settings of what the public sees: the table `[public]` of `node.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openanpr.run.node.toml_tree import Bounds, Count, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicContact:
    """Whom the public turns to, as texts that are shown as they stand; without one the page says so."""

    question: str = ""
    complaint: str = ""
    access: str = ""
    stopped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIntake:
    """Where the forms of the public site are sent to; without `url` the site has none, and contacts alone.

    `url` is the origin under which the public listener is reached. `cases_an_hour` bounds what is opened in
    all, `cases_an_hour_each` from one side. `proxies` are the addresses of proxies before the listener.
    """

    url: str = ""
    cases_an_hour: Count = 60
    cases_an_hour_each: Count = 6
    proxies: frozenset[Name] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAddress:
    """An address that a page leads to, the day on which it was looked at last, and by which post."""

    address: Name
    looked_at: Name
    looked_by: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """Where the public reads its site; port 0: nowhere. `name` is who publishes; none: `pages.name`.

    `copy_days`: how old a copy that is kept elsewhere may be.
    """

    host: Name = "127.0.0.1"
    port: Annotated[int, Bounds(0, 65535)] = 0
    name: str = ""
    copy_days: Annotated[int, Bounds(1, 366)] = 7
    contact: PublicContact = PublicContact()
    intake: PublicIntake = PublicIntake()
    addresses: tuple[PublicAddress, ...] = ()
