"""Who may deliver, for which cameras, over the local socket: devices, codes, feeds, cameras."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera, Retirement
from openanpr.ingest.device import Device, Revocation
from openanpr.ingest.enrol import CodeRequest, make_code
from openanpr.ingest.feed import Feed, make_token
from openanpr.ingest.scope import Scope
from openanpr.ingest.secret_text import CHANCE_BYTES, HashKey
from openanpr.policy.ask import Act
from openanpr.store.control.intake_store import IntakeStore
from openanpr.web.local.asking import Asked, Number, WhyForm, answered


@dataclass(frozen=True, slots=True)
class DeviceRoutes:
    """What devices over the socket need; `chance` gives so many random bytes, `fresh_id` a new id.

    `seen_at` says when the newest batch of a device came, None where none did since the start.
    """

    store: IntakeStore
    hash_key: HashKey
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    fresh_id: Callable[[], str]
    seen_at: Callable[[str], datetime | None]


class CodeForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A device that is to enrol."""

    name: str
    scope: list[str]
    by: str
    life_hours: Annotated[float, Meta(gt=0, le=720)] = 24.0


class FeedForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Another maker's system."""

    name: str
    scope: list[str]
    by: str
    most_message_bytes: Number


class CameraForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A camera for the register; a fixed one needs its place."""

    camera: str
    mount: Literal["fixed", "moving"]
    name: str
    by: str
    area: str = ""
    lat: float | None = None
    lon: float | None = None


class RetireForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A camera that delivers no more."""

    camera: str
    by: str
    why: str


def device_routes(of: DeviceRoutes) -> list[Route]:
    """Return the routes of devices, feeds and cameras."""
    return [
        answered(
            "/devices",
            lambda _: [_device(of, one) for one in of.store.devices.every()],
            guard=Act.MANAGE_DEVICES,
        ),
        answered("/devices/codes", lambda _: _codes(of), guard=Act.MANAGE_DEVICES),
        answered(
            "/devices/codes", lambda asked: _code(of, asked.form(CodeForm)), "POST", guard=Act.MANAGE_DEVICES
        ),
        answered(
            "/devices/codes/{code}/withdraw",
            lambda asked: _withdraw(of, asked),
            "POST",
            guard=Act.MANAGE_DEVICES,
        ),
        answered(
            "/devices/{device}/revoke", lambda asked: _revoke(of, asked), "POST", guard=Act.MANAGE_DEVICES
        ),
        answered(
            "/feeds", lambda _: [_feed(one.feed) for one in of.store.feeds.every()], guard=Act.MANAGE_DEVICES
        ),
        answered(
            "/feeds", lambda asked: _add_feed(of, asked.form(FeedForm)), "POST", guard=Act.MANAGE_DEVICES
        ),
        answered(
            "/feeds/{feed_id}/revoke", lambda asked: _revoke_feed(of, asked), "POST", guard=Act.MANAGE_DEVICES
        ),
        answered(
            "/cameras", lambda _: [_camera(one) for one in of.store.cameras.every()], guard=Act.MANAGE_DEVICES
        ),
        answered(
            "/cameras",
            lambda asked: _add_camera(of, asked.form(CameraForm)),
            "POST",
            guard=Act.MANAGE_DEVICES,
        ),
        answered(
            "/cameras/retire",
            lambda asked: _retire(of, asked.form(RetireForm)),
            "POST",
            guard=Act.MANAGE_DEVICES,
        ),
    ]


def _code(of: DeviceRoutes, form: CodeForm) -> object:
    life, now = timedelta(hours=form.life_hours), of.clock()
    request = CodeRequest(form.name, Scope.parse(form.scope), form.by, life)
    code = make_code(request, of.store.codes, hash_key=of.hash_key, chance=of.chance(CHANCE_BYTES), now=now)
    return {"code": code, "expires_at": now + life}


def _codes(of: DeviceRoutes) -> object:
    return [
        {"code": one.code_id, "name": one.name, "scope": one.scope.texts()}
        | {"expires_at": one.expires_at, "by": one.made_by}
        for one in of.store.codes.still_open(of.clock())
    ]


def _withdraw(of: DeviceRoutes, asked: Asked) -> object:
    code = asked.path["code"].upper()
    if not of.store.codes.withdraw(code):
        raise LookupError("there is no unused code that begins so: a device that has used one is revoked")
    return {"code": code}


def _revoke(of: DeviceRoutes, asked: Asked) -> object:
    form = asked.form(WhyForm)
    device = of.store.devices.revoke(asked.path["device"], Revocation(of.clock(), form.by, form.why))
    if device is None:
        raise LookupError("there is no device of this id")
    return _device(of, device)


def _add_feed(of: DeviceRoutes, form: FeedForm) -> object:
    token, token_name, digest = make_token(of.hash_key, chance=of.chance(CHANCE_BYTES))
    scope = Scope.parse(form.scope)
    feed = Feed(of.fresh_id(), form.name, scope, token_name, digest, form.most_message_bytes)
    of.store.feeds.put(feed, by=form.by, at=of.clock())
    return {**_feed(feed), "token": token}


def _revoke_feed(of: DeviceRoutes, asked: Asked) -> object:
    form = asked.form(WhyForm)
    feed = of.store.feeds.revoke(asked.path["feed_id"], Revocation(of.clock(), form.by, form.why))
    if feed is None:
        raise LookupError("there is no feed of this id")
    return _feed(feed)


def _add_camera(of: DeviceRoutes, form: CameraForm) -> object:
    if (form.lat is None) != (form.lon is None):
        raise ValueError("a place is both: lat and lon")
    place = None if form.lat is None or form.lon is None else Place(form.lat, form.lon)
    camera = RegisteredCamera(
        camera=CameraId.parse(form.camera),
        name=form.name,
        area=form.area,
        moving=form.mount == "moving",
        place=place,
        added_by=form.by,
        added_at=of.clock(),
    )
    of.store.cameras.put([camera])
    return _camera(camera)


def _retire(of: DeviceRoutes, form: RetireForm) -> object:
    retirement = Retirement(of.clock(), form.by, form.why)
    camera = of.store.cameras.retire(CameraId.parse(form.camera), retirement)
    if camera is None:
        raise LookupError("there is no such camera in the register")
    return _camera(camera)


def _device(of: DeviceRoutes, device: Device) -> dict[str, object]:
    return {
        "device": device.device_id,
        "name": device.name,
        "scope": device.scope.texts(),
        "enrolled_at": device.enrolled_at,
        "key_id": device.key_id,
        "seen_at": of.seen_at(device.device_id),
        "revoked": device.revoked,
    }


def _feed(feed: Feed) -> dict[str, object]:
    return {"feed_id": feed.feed_id, "name": feed.name, "scope": feed.scope.texts(), "revoked": feed.revoked}


def _camera(one: RegisteredCamera) -> dict[str, object]:
    return {
        "camera": str(one.camera),
        "name": one.name,
        "area": one.area,
        "mount": "moving" if one.moving else "fixed",
        "place": None if one.place is None else [one.place.lat, one.place.lon],
        "added_by": one.added_by,
        "retired": one.retired,
    }
