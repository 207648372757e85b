"""The keepers in memory, by the same suite as the real ones."""

from __future__ import annotations

import pytest

from tests.search.fakes import MemoryCases, MemorySearches
from tests.search.record_contract import AtOnceContract, CaseRecordsContract, SearchRecordsContract


class TestSearchesInMemory(SearchRecordsContract):
    @pytest.fixture
    def searches(self) -> MemorySearches:
        return MemorySearches()


class TestCasesInMemory(CaseRecordsContract):
    @pytest.fixture
    def cases(self) -> MemoryCases:
        return MemoryCases()


class TestAtOnceInMemory(AtOnceContract):
    pass
