"""All that ingest asks of the control database, made once for a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa

from openanpr.store.control.camera_tests import CameraTests
from openanpr.store.control.cameras import CameraRegister, camera_mirror
from openanpr.store.control.codes import EnrolmentCodes
from openanpr.store.control.devices import EnrolledDevices, device_mirror
from openanpr.store.control.feeds import EnrolledFeeds, feed_mirror
from openanpr.store.control.quarantined_reads import QuarantinedReads
from openanpr.store.control.senders import EnrolledSenders
from openanpr.store.control.shelf import PictureShelf, ShelfRoom


@dataclass(frozen=True, slots=True)
class IntakeStore:
    """The parts of one control database that ingest asks. Safe to share between threads.

    One for a process: a second one would see what the first one changed, a revocation too, a second late.
    """

    codes: EnrolmentCodes
    devices: EnrolledDevices
    feeds: EnrolledFeeds
    senders: EnrolledSenders
    cameras: CameraRegister
    tests: CameraTests
    quarantine: QuarantinedReads
    shelf: PictureShelf

    @classmethod
    def over(cls, engine: sa.Engine, *, room: ShelfRoom) -> Self:
        """Return the store over a database whose schema is of this version (`migrate`)."""
        devices = device_mirror(engine)
        return cls(
            codes=EnrolmentCodes(engine, devices),
            devices=EnrolledDevices(engine, devices),
            feeds=EnrolledFeeds(engine, feed_mirror(engine)),
            senders=EnrolledSenders(engine),
            cameras=CameraRegister(engine, camera_mirror(engine)),
            tests=CameraTests(engine),
            quarantine=QuarantinedReads(engine),
            shelf=PictureShelf(engine, room),
        )
