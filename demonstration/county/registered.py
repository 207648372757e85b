"""The county's cameras that have stood for long, written into the register of a node that is not begun yet.

So that the months of before have cameras to count. Those without a case, and the newest, come by its socket.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from demonstration.county.cameras import PATROLS, POSTS
from demonstration.county.ground import Ground
from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.store.control.cameras import CameraRegister, camera_mirror
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate

_STOOD: Final = timedelta(days=150)
_LATER: Final = frozenset({11, 12, 13, 14})
"""By their numbers: those that were put up lately, or have no case yet."""


def standing_cameras(ground: Ground, *, now: datetime) -> tuple[RegisteredCamera, ...]:
    """Return them as they were put into the register."""
    since = now - _STOOD
    posts = [
        RegisteredCamera(
            camera=post.camera,
            name=post.name,
            area=post.area,
            moving=False,
            place=ground.degrees(post.at(ground)),
            added_by="max",
            added_at=since,
        )
        for post in POSTS
        if post.camera.camera not in _LATER
    ]
    cars = [
        RegisteredCamera(
            camera=car.camera, name=car.name, area=car.area, moving=True, added_by="max", added_at=since
        )
        for car in PATROLS
    ]
    return (*posts, *cars)


def write_cameras(data: Path, ground: Ground, *, now: datetime) -> frozenset[CameraId]:
    """Write them into the control database of a node that is not running; return which they are."""
    engine = open_database(f"sqlite:///{data / 'control.db'}")
    try:
        migrate(engine)
        found = standing_cameras(ground, now=now)
        CameraRegister(engine, camera_mirror(engine)).put(found)
    finally:
        engine.dispose()
    return frozenset(one.camera for one in found)
