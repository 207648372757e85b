"""Sites in the control database: steps that are added one after the other, and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.sites.case import SiteCamera
from openanpr.sites.life import Life, SiteStep
from openanpr.sites.ports import ChangedSinceError
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.ingest_tables import register_change
from openanpr.store.control.numbering import Register, next_change
from openanpr.store.control.site_documents import read_step, write_step
from openanpr.store.control.site_tables import site, site_place, site_since, site_step
from openanpr.store.control.times import from_us, to_us
from openanpr.store.control.upsert import insert_into

_ASKS: Final = "asks-for-cases"


class SiteStore:
    """Sites, as `sites.ports.Sites`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        """Over a database whose schema is of this version."""
        self._engine = engine

    def append(self, site_id: str, number: int, step: SiteStep) -> None:
        """Keep a step as that number, from 0; raises ChangedSinceError where another has it."""
        with writing(self._engine) as connection:
            next_change(connection, Register.SITES)  # whoever else appends waits here
            kept = sa.select(sa.func.count()).where(site_step.c.site_id == site_id)
            if connection.execute(kept).scalar_one() != number:
                raise ChangedSinceError("somebody took a step on this site meanwhile: look again")
            at_us = to_us(step.at)
            if number == 0:
                connection.execute(sa.insert(site).values(site_id=site_id, drafted_at_us=at_us))
            row = {"site_id": site_id, "number": number, "at_us": at_us, **write_step(step)}
            connection.execute(sa.insert(site_step).values(**row))
            places = list(_places(site_id, number, step.cameras))
            if places:
                connection.execute(sa.insert(site_place), places)

    def find(self, site_id: str) -> Life | None:
        """Return a site, None where there is none."""
        found = self._lives(site.c.site_id == site_id)
        return found[0] if found else None

    def every(self) -> tuple[Life, ...]:
        """Return all sites, those that ended too, by when they were drafted."""
        return self._lives(sa.true())

    def version(self) -> tuple[int, int]:
        """Return two numbers of which one grows with every change of a site or of the register of cameras."""
        wanted = (Register.SITES, Register.CAMERAS)
        rows = sa.select(register_change.c.register, register_change.c.change).where(
            register_change.c.register.in_(wanted)
        )
        with reading(self._engine) as connection:
            found: dict[str, int] = {row.register: row.change for row in connection.execute(rows)}
        return found.get(Register.SITES, 0), found.get(Register.CAMERAS, 0)

    def asks_since(self, now: datetime) -> datetime:
        """Return when this node began to ask for cases: `now`, where it is asked for the first time."""
        with writing(self._engine) as connection:
            first = insert_into(connection, site_since).values(which=_ASKS, at_us=to_us(now))
            connection.execute(first.on_conflict_do_nothing(index_elements=["which"]))
            at_us = sa.select(site_since.c.at_us).where(site_since.c.which == _ASKS)
            return from_us(connection.execute(at_us).scalar_one())

    def _lives(self, which: sa.ColumnElement[bool]) -> tuple[Life, ...]:
        steps = (
            sa.select(site_step.c.site_id, site_step.c.number, site_step.c.form, site_step.c.document)
            .join(site, site.c.site_id == site_step.c.site_id)
            .where(which)
            .order_by(site.c.drafted_at_us, site.c.site_id, site_step.c.number)
        )
        places = sa.select(site_place).join(site, site.c.site_id == site_place.c.site_id).where(which)
        with reading(self._engine) as connection:
            stood: dict[tuple[str, int], dict[CameraId, SiteCamera]] = {}
            for row in connection.execute(places):
                one = _camera_of(row)
                stood.setdefault((row.site_id, row.number), {})[one.camera] = one
            lives: dict[str, list[SiteStep]] = {}
            for site_id, number, form, document in connection.execute(steps):
                step = read_step(form, document, stood.get((site_id, number), {}))
                lives.setdefault(site_id, []).append(step)
        return tuple(Life(site_id, tuple(found)) for site_id, found in lives.items())


def _places(site_id: str, number: int, cameras: Iterable[SiteCamera]) -> Iterable[dict[str, object]]:
    for one in cameras:
        if one.place is not None or one.looks:
            yield {
                "site_id": site_id,
                "number": number,
                "force": one.camera.force,
                "source": one.camera.source,
                "camera": one.camera.camera,
                "lat": None if one.place is None else one.place.lat,
                "lon": None if one.place is None else one.place.lon,
                "error_m": None if one.place is None else one.place.error_m,
                "looks": one.looks,
            }


def _camera_of(row: sa.Row[Any]) -> SiteCamera:
    place = None if row.lat is None else Place(row.lat, row.lon, row.error_m)
    return SiteCamera(CameraId(row.force, row.source, row.camera), place, row.looks)
