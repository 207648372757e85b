"""One empty store for each test, of every kind there is."""

from __future__ import annotations

import pytest

from tests.alert.stores import STORES


@pytest.fixture(params=sorted(STORES))
def store(request, tmp_path):
    return STORES[request.param](tmp_path)
