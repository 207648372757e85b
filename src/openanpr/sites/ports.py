"""What the life of a site asks of the world."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from openanpr.core.camera import CameraId
from openanpr.core.camera_test import CameraTest
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.sites.contribution import Counted
from openanpr.sites.duplication import Shared
from openanpr.sites.life import Life, SiteStep


class ChangedSinceError(Exception):
    """Somebody took a step on this site meanwhile: look again."""


class Sites(Protocol):
    """Keeps the steps on sites; nothing that was kept is ever changed."""

    def append(self, site_id: str, number: int, step: SiteStep) -> None:
        """Keep a step as that number, from 0, on disk when this returns; raises ChangedSinceError."""
        ...

    def find(self, site_id: str) -> Life | None:
        """Return a site, None where there is none."""
        ...

    def every(self) -> Sequence[Life]:
        """Return all sites, those that ended too, by when they were drafted."""
        ...


class Register(Protocol):
    """The register of cameras."""

    def every(self) -> Sequence[RegisteredCamera]:
        """Return all cameras, retired ones too."""
        ...

    def put(self, cameras: Sequence[RegisteredCamera]) -> None:
        """Keep cameras in place of what was said of them; raises where one of them was retired."""
        ...


class Tests(Protocol):
    """The tests that are kept with cameras."""

    def of(self, camera: CameraId, *, most: int) -> Sequence[CameraTest]:
        """Return the tests of a camera, the newest first, withdrawn ones too."""
        ...


class Traffic(Protocol):
    """What cameras share, as counts: no mark comes out of it."""

    def shared(
        self, pairs: Collection[tuple[CameraId, CameraId]], *, since: datetime, within: timedelta
    ) -> Mapping[tuple[CameraId, CameraId], Shared]:
        """Return of each pair the reads of the first since a time, and those that the second had too.

        A pair whose first camera read nothing is left out.
        """
        ...


class Contributions(Protocol):
    """What cameras brought, as counts."""

    def counted(self, cameras: Collection[CameraId], *, since: datetime, until: datetime) -> Counted:
        """Return the counts of these cameras together, covert hits left out."""
        ...
