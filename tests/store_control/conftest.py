"""Every test here runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from openanpr.store.control import alert_tables as _alert_tables  # noqa: F401 - adds its tables to metadata
from openanpr.store.control import assessment_tables as _assessment_tables  # noqa: F401 - as above
from openanpr.store.control import disclosed_rows as _disclosed_rows  # noqa: F401 - as above
from openanpr.store.control import ingest_tables as _ingest_tables  # noqa: F401 - as above
from openanpr.store.control import list_holders as _list_holders  # noqa: F401 - as above
from openanpr.store.control import people_tables as _people_tables  # noqa: F401 - as above
from openanpr.store.control import publication_tables as _publication_tables  # noqa: F401 - as above
from openanpr.store.control import review_tables as _review_tables  # noqa: F401 - as above
from openanpr.store.control import rights_files as _rights_files  # noqa: F401 - as above
from openanpr.store.control import rights_tables as _rights_tables  # noqa: F401 - as above
from openanpr.store.control import search_tables as _search_tables  # noqa: F401 - as above
from openanpr.store.control import site_tables as _site_tables  # noqa: F401 - as above
from openanpr.store.control.engine import open_database, writing
from openanpr.store.control.intake_store import IntakeStore
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.migrate import migrate
from openanpr.store.control.schema import metadata
from openanpr.store.control.shelf import ShelfRoom
from tests.store_control.databases import postgresql
from tests.store_control.stand import STOLEN


@pytest.fixture(scope="session")
def postgresql_engine() -> Iterator[sa.Engine]:
    with postgresql() as url:
        engine = open_database(url)
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory) -> Iterator[sa.Engine]:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('control') / 'control.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    found: sa.Engine = request.getfixturevalue(f"{request.param}_engine")
    emptied(found)
    return found


@pytest.fixture
def store(engine: sa.Engine) -> ListStore:
    made = ListStore(engine)
    made.define(STOLEN)
    return made


@pytest.fixture
def intake(engine: sa.Engine) -> IntakeStore:
    return IntakeStore.over(engine, room=ShelfRoom(most_pictures=3, most_bytes=1000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def emptied(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))
