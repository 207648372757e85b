"""The cases in memory, which other tests lean on, keep the contract of the port."""

from __future__ import annotations

import pytest

from tests.rights.contracts import CasesContract
from tests.rights.scene import MemoryCases


class TestCasesInMemory(CasesContract):
    @pytest.fixture
    def cases(self):
        return MemoryCases()
