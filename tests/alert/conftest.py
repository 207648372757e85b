"""One empty store for each test, of every kind there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from tests.alert.stores import STORES
from tests.store_control.databases import postgresql


@pytest.fixture(scope="session")
def postgresql_engine() -> Iterator[sa.Engine]:
    with postgresql() as url:
        engine = open_database(url)
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.fixture(params=sorted(STORES))
def store(request):
    return STORES[request.param](request)
