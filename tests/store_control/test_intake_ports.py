"""The control database keeps the contracts of ingest's ports, and the stand-ins in memory keep the same."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.span import Span
from openanpr.ingest.accept import Mount
from openanpr.run.node.admitting import Admitting
from openanpr.sites.admission import FOREVER
from openanpr.store.control.site_store import SiteStore
from openanpr.store.nonces import Nonces
from tests.ingest import world
from tests.ingest.contracts import (
    CamerasContract,
    DevicesContract,
    FeedsContract,
    NoncesContract,
    QuarantineContract,
    SendersContract,
    ShelfContract,
    at_once,
)
from tests.ingest.test_feed import Feeds
from tests.ingest.world import NOW
from tests.sites.scene import NUMBERS


class _Ledger:
    @pytest.fixture
    def codes(self, intake):
        return intake.codes

    @pytest.fixture
    def devices(self, intake):
        return intake.devices

    @pytest.fixture
    def register(self, intake):
        return intake.devices

    @pytest.fixture
    def senders(self, intake):
        return intake.senders


class TestEnrolledDevices(_Ledger, DevicesContract):
    pass


class TestEnrolledSenders(_Ledger, SendersContract):
    pass


class TestSendersInMemory(SendersContract):
    @pytest.fixture
    def codes(self):
        return world.Ledger()

    @pytest.fixture
    def register(self, codes):
        return world.DeviceBook(codes)

    @pytest.fixture
    def senders(self, register):
        return register


class TestEnrolledFeeds(FeedsContract):
    @pytest.fixture
    def feeds_of(self, intake):
        def of(*feeds):
            for feed in feeds:
                intake.feeds.put(feed, by="ann", at=NOW)
            return intake.feeds

        return of


class TestFeedsInMemory(FeedsContract):
    @pytest.fixture
    def feeds_of(self):
        return Feeds


class TestCamerasOfANode(CamerasContract):
    SAID: ClassVar = {"name": "The gate", "area": "north", "added_by": "ann", "added_at": NOW}

    @pytest.fixture
    def cameras_of(self, intake, engine):
        def of(mounts):
            intake.cameras.put(
                [
                    RegisteredCamera(
                        camera=camera, moving=mount is Mount.MOVING, place=Place(51.5, -0.1), **self.SAID
                    )
                    for camera, mount in mounts.items()
                ]
            )
            numbers = replace(NUMBERS, uncased_days=(self.UNTIL - NOW).days)
            return Admitting(SiteStore(engine), intake.cameras, numbers, lambda: NOW)

        return of


class TestCamerasInMemory(CamerasContract):
    @pytest.fixture
    def cameras_of(self):
        def of(mounts):
            made = world.Register(mounts)
            made.shut = {camera: (Span(self.UNTIL, FOREVER),) for camera in mounts}
            return made

        return of


class TestQuarantinedReads(QuarantineContract):
    @pytest.fixture
    def quarantine(self, intake):
        return intake.quarantine


class TestPictureShelf(ShelfContract):
    @pytest.fixture
    def shelf(self, intake):
        return intake.shelf


class TestNoncesOnDisk(NoncesContract):
    @pytest.fixture
    def nonces(self, tmp_path):
        with Nonces.open(tmp_path / "nonces.db", clock=lambda: NOW) as opened:
            yield opened

    def test_of_many_at_once_with_one_nonce_one_is_new(self, nonces) -> None:
        told = at_once(lambda _: nonces.seen("key", "n-1", self.UNTIL))
        assert told.count(False) == 1


class TestNoncesInMemory(NoncesContract):
    @pytest.fixture
    def nonces(self):
        return world.Nonces()
