"""The ports in memory keep their contracts, so that tests that lean on them mean something."""

from __future__ import annotations

import pytest

from openanpr.ingest.clock import RecentClocks
from tests.ingest.contracts import (
    ClocksContract,
    DevicesContract,
    JournalContract,
    QuarantineContract,
    ShelfContract,
)
from tests.ingest.pictures import Shelf
from tests.ingest.world import DeviceBook, Journal, Ledger, Quarantine


class TestJournalInMemory(JournalContract):
    @pytest.fixture
    def journal(self):
        return Journal()


class TestRecentClocks(ClocksContract):
    @pytest.fixture
    def clocks(self):
        return RecentClocks()


class TestDevicesInMemory(DevicesContract):
    @pytest.fixture
    def codes(self):
        return Ledger()

    @pytest.fixture
    def devices(self, codes):
        return DeviceBook(codes)

    @pytest.fixture
    def register(self, devices):
        return devices


class TestQuarantineInMemory(QuarantineContract):
    @pytest.fixture
    def quarantine(self):
        return Quarantine()


class TestShelfInMemory(ShelfContract):
    @pytest.fixture
    def shelf(self):
        return Shelf()
