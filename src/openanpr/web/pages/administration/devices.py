"""What delivers and what is told: devices, their codes, feeds, services, webhooks that were given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import Struct

from openanpr.people.service import Scope
from openanpr.policy.ask import Act
from openanpr.web.pages.administration.people import Ended, all_people
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page

DEVICES: Final = "/administration/devices"
FEEDS: Final = "/administration/feeds"
SERVICES: Final = "/administration/services"
WEBHOOKS: Final = "/administration/webhooks"
SERVICE_SCOPES: Final = {
    Scope.ALERTS_READ: "Take alerts",
    Scope.LISTS_READ: "Read lists",
    Scope.LISTS_PROPOSE: "Propose changes to lists",
    Scope.FIGURES_READ: "Read figures",
    Scope.AUDIT_READ: "Read the log's public part",
    Scope.METRICS_READ: "Read metrics",
}
_DONE: Final = {
    "revoked": "It was revoked. From now on it is refused like a stranger.",
    "withdrawn": "The code was withdrawn.",
    "again": "The message waits to be sent again.",
}


class DeviceTold(Struct, frozen=True):
    """One device that enrolled."""

    device: str
    name: str
    scope: list[str]
    enrolled_at: datetime
    key_id: str
    seen_at: datetime | None
    revoked: Ended | None


class CodeTold(Struct, frozen=True):
    """A code that no device has used yet."""

    code: str
    name: str
    scope: list[str]
    expires_at: datetime
    by: str


class CodeMade(Struct, frozen=True):
    """A new code, shown once."""

    code: str
    expires_at: datetime


class FeedTold(Struct, frozen=True):
    """Another maker's system."""

    feed_id: str
    name: str
    scope: list[str]
    revoked: Ended | None


class TokenMade(Struct, frozen=True):
    """A token, shown once."""

    token: str


class ServiceTold(Struct, frozen=True):
    """Another system that asks."""

    service: str
    name: str
    owner: str
    scopes: list[Scope]
    ends_at: datetime
    revoked: Ended | None


class DeadLetter(Struct, frozen=True):
    """A message that was given up."""

    endpoint: str
    message_id: str
    state: str
    tries: int
    status: int | None
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class DevicePages:
    """What the pages need."""

    inside: Inside


def device_pages(of: DevicePages) -> list[PageRoute]:
    """Return the pages that show devices, feeds, services and webhooks."""
    devices, people = Act.MANAGE_DEVICES, Act.MANAGE_PEOPLE
    return [
        page(DEVICES, devices, lambda visit: _devices(of, visit), asks=("done",)),
        page(FEEDS, devices, lambda visit: _feeds(of, visit), asks=("done",)),
        page(WEBHOOKS, devices, lambda visit: _webhooks(of, visit), asks=("done",)),
        page(SERVICES, people, lambda visit: _services(of, visit), asks=("done",)),
    ]


def _shown(template: str, visit: Visit, **values: object) -> Shown:
    done = _DONE.get(visit.asked.query.get("done", ""), "")
    return Shown(f"administration/{template}.html", {**values, "done": done, "section": "/administration"})


def _devices(of: DevicePages, visit: Visit) -> Answer:
    found = of.inside.ask(visit, Question("GET", "/devices"), list[DeviceTold])
    codes = of.inside.ask(visit, Question("GET", "/devices/codes"), list[CodeTold])
    able = [one for one in found if one.revoked is None]
    return _shown("devices", visit, able=able, over=[one for one in found if one.revoked], codes=codes)


def _feeds(of: DevicePages, visit: Visit) -> Answer:
    found = of.inside.ask(visit, Question("GET", "/feeds"), list[FeedTold])
    able = [one for one in found if one.revoked is None]
    return _shown("feeds", visit, able=able, over=[one for one in found if one.revoked])


def _webhooks(of: DevicePages, visit: Visit) -> Answer:
    dead = of.inside.ask(visit, Question("GET", "/webhooks/dead"), list[DeadLetter])
    return _shown("webhooks", visit, dead=dead)


def _services(of: DevicePages, visit: Visit) -> Answer:
    found = of.inside.ask(visit, Question("GET", "/services"), list[ServiceTold])
    now = visit.asked.now
    able = [one for one in found if one.revoked is None and now < one.ends_at]
    names = {one.login: one.name for one in all_people(of.inside, visit)}
    values = {"able": able, "over": [one for one in found if one not in able], "names": names}
    return _shown("services", visit, **values, scopes=SERVICE_SCOPES)
