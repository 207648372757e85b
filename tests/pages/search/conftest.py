"""A node with a past, and people who search it."""

from __future__ import annotations

import pytest

from openanpr.core.role import Rank, Role
from tests.pages.search.world import QUAY, a_journey, search_office, store, traffic


@pytest.fixture
def yard(open_office, tmp_path):
    """A node with a past."""
    office = search_office(open_office, tmp_path)
    store(office, *a_journey(), *traffic(120), *traffic(60, QUAY))
    return office


@pytest.fixture
def ivy(yard):
    return yard.person("ivy", Role.INVESTIGATOR)


@pytest.fixture
def sue(yard):
    return yard.person("sue", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT)
