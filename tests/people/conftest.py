"""One set of people for each test, in a SQLite file of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.people_store import PeopleRecords
from tests.people.scene import Scene


@pytest.fixture
def scene(tmp_path) -> Iterator[Scene]:
    engine = open_database(f"sqlite:///{tmp_path / 'control.db'}")
    migrate(engine)
    yield Scene(PeopleRecords(engine), path=tmp_path / "control.db")
    engine.dispose()
