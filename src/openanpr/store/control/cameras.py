"""The register of cameras in the control database: what they are called, where they stand, who said so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera, Retirement
from openanpr.ingest.accept import Mount
from openanpr.store.control.engine import reading
from openanpr.store.control.ingest_tables import camera as camera_table
from openanpr.store.control.mirror import Changed, Mirror
from openanpr.store.control.numbering import Register, next_change
from openanpr.store.control.times import from_us, from_us_or_none, to_us
from openanpr.store.control.upsert import insert_into

CameraMirror: TypeAlias = Mirror[CameraId, RegisteredCamera]
_C: Final = camera_table.c
_KEY: Final = ("force", "source", "camera")
_SAID: Final = ("name", "area", "moving", "lat", "lon", "place_error_m", "added_by", "added_at_us", "change")
_NOT_RETIRED: Final = {"retired_at_us": None, "retired_by": None, "retired_why": None}


class RetiredCameraError(Exception):
    """A camera was retired: reinstate it before anything else is said of it."""


class CameraRegister:
    """The cameras of a node. Safe to share between threads.

    `mount` and `area` answer from memory: what this process changed is seen at once, what another process
    changed after a second at most.
    """

    __slots__ = ("_engine", "_mirror")

    def __init__(self, engine: sa.Engine, mirror: CameraMirror) -> None:
        """`mirror`: see `camera_mirror`."""
        self._engine, self._mirror = engine, mirror

    def mount(self, camera: CameraId) -> Mount | None:
        """Return whether a camera stands or drives; None for one that is retired or not in the register."""
        found = self._mirror.get(camera)
        if found is None or found.retired is not None:
            return None
        return Mount.MOVING if found.moving else Mount.FIXED

    def area(self, camera: CameraId) -> str:
        """Return the area of a camera, also a retired one, as routing names it; empty for none.

        Empty also for a camera that is not in the register: an alert is then told to those who answer for
        all areas, and not lost.
        """
        found = self._mirror.get(camera)
        return "" if found is None else found.area

    def put(self, cameras: Sequence[RegisteredCamera]) -> None:
        """Keep cameras, all or none, new or in place of what was said of them.

        Raises RetiredCameraError where one of them was retired, ValueError where one says so of itself.
        """
        if any(one.retired is not None for one in cameras):
            raise ValueError("a camera is retired by retire, not by putting it")
        with self._mirror.changing() as connection:
            change = next_change(connection, Register.CAMERAS)
            retired = connection.execute(
                sa.select(*(_C[k] for k in _KEY)).where(_C.retired_at_us.is_not(None))
            )
            gone = {CameraId(*row) for row in retired}.intersection(one.camera for one in cameras)
            if gone:
                raise RetiredCameraError(f"camera {min(gone)} was retired: reinstate it before it is changed")
            rows = [_cells(one, change) for one in cameras]
            if rows:
                new = insert_into(connection, camera_table)
                said = {name: new.excluded[name] for name in _SAID}
                connection.execute(new.on_conflict_do_update(index_elements=_KEY, set_=said), rows)

    def retire(self, camera: CameraId, retirement: Retirement) -> RegisteredCamera | None:
        """Retire a camera and return it; one that was retired keeps its first retirement; None: no such."""
        said = {
            "retired_at_us": to_us(retirement.at),
            "retired_by": retirement.by,
            "retired_why": retirement.why,
        }
        return self._change(camera, _C.retired_at_us.is_(None), said)

    def reinstate(self, camera: CameraId, *, by: str, at: datetime) -> RegisteredCamera | None:
        """Put a retired camera into the register again, added by whom and when; None: no such camera.

        One that is not retired stays as it is.
        """
        if not by.strip():
            raise ValueError("to reinstate a camera needs the person")
        said = _NOT_RETIRED | {"added_by": by, "added_at_us": to_us(at)}
        return self._change(camera, _C.retired_at_us.is_not(None), said)

    def find(self, camera: CameraId) -> RegisteredCamera | None:
        """Return a camera, retired or not."""
        with reading(self._engine) as connection:
            return _find(connection, camera)

    def every(self) -> tuple[RegisteredCamera, ...]:
        """Return all cameras, also retired ones, by force, source and number."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(camera_table).order_by(*(_C[k] for k in _KEY)))
            return tuple(map(_camera_of, rows))

    def _change(
        self, camera: CameraId, where: sa.ColumnElement[bool], said: dict[str, Any]
    ) -> RegisteredCamera | None:
        with self._mirror.changing() as connection:
            change = next_change(connection, Register.CAMERAS)
            connection.execute(
                sa.update(camera_table).where(_is(camera), where).values(change=change, **said)
            )
            return _find(connection, camera)


def camera_mirror(engine: sa.Engine, *, clock: Callable[[], float] = time.monotonic) -> CameraMirror:
    """Return the cameras in memory: one for a process."""
    return Mirror(engine, _changed, clock=clock)


def _is(camera: CameraId) -> sa.ColumnElement[bool]:
    return sa.and_(_C.force == camera.force, _C.source == camera.source, _C.camera == camera.camera)


def _find(connection: sa.Connection, camera: CameraId) -> RegisteredCamera | None:
    row = connection.execute(sa.select(camera_table).where(_is(camera))).first()
    return None if row is None else _camera_of(row)


def _changed(connection: sa.Connection, seen: int) -> Iterator[Changed[CameraId, RegisteredCamera]]:
    rows = connection.execute(sa.select(camera_table).where(_C.change > seen).order_by(_C.change))
    for row in rows:
        found = _camera_of(row)
        yield Changed(row.change, found.camera, found.camera, found)


def _cells(one: RegisteredCamera, change: int) -> dict[str, object]:
    place = one.place
    return {
        "force": one.camera.force,
        "source": one.camera.source,
        "camera": one.camera.camera,
        "name": one.name,
        "area": one.area,
        "moving": one.moving,
        "lat": None if place is None else place.lat,
        "lon": None if place is None else place.lon,
        "place_error_m": None if place is None else place.error_m,
        "added_by": one.added_by,
        "added_at_us": to_us(one.added_at),
        "first_added_at_us": to_us(one.added_at),
        "change": change,
        **_NOT_RETIRED,
    }


def _camera_of(row: sa.Row[Any]) -> RegisteredCamera:
    retired = None
    if row.retired_at_us is not None:
        retired = Retirement(from_us(row.retired_at_us), row.retired_by, row.retired_why)
    return RegisteredCamera(
        camera=CameraId(row.force, row.source, row.camera),
        name=row.name,
        area=row.area,
        moving=row.moving,
        place=None if row.lat is None else Place(row.lat, row.lon, row.place_error_m),
        added_by=row.added_by,
        added_at=from_us(row.added_at_us),
        retired=retired,
        first_added_at=from_us_or_none(row.first_added_at_us),
    )
