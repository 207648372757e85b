"""The sites in memory, which other tests lean on, keep the contract of the port."""

from __future__ import annotations

import pytest

from tests.sites.contracts import SitesContract
from tests.sites.scene import MemorySites


class TestSitesInMemory(SitesContract):
    @pytest.fixture
    def sites(self):
        return MemorySites()
