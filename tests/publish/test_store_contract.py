"""The keeper of assessments in memory keeps to the contract, so that tests over it say something."""

from __future__ import annotations

import pytest

from tests.publish.scene import MemoryAssessments
from tests.publish.store_contract import AssessmentsContract


class TestInMemory(AssessmentsContract):
    @pytest.fixture
    def kept(self) -> MemoryAssessments:
        return MemoryAssessments()
