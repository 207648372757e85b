"""One door for each test, over people in a SQLite file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from openanpr.people.oidc_line import HttpLine
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.people_store import PeopleRecords
from tests.people.scene import Person, Scene
from tests.web_api.scene import DoorScene
from tests.web_api.searching import SearchScene


@pytest.fixture
def door(tmp_path) -> Iterator[DoorScene]:
    engine, line = open_database(f"sqlite:///{tmp_path / 'control.db'}"), HttpLine()
    migrate(engine)
    made = DoorScene(Scene(PeopleRecords(engine)), line)
    yield made
    made.threads.close()
    line.close()
    engine.dispose()


@pytest.fixture
def ann(door) -> Person:
    return door.people.founder("ann")


@pytest.fixture
def found(tmp_path) -> Iterator[SearchScene]:
    """The door with searches behind it."""
    engine, line = open_database(f"sqlite:///{tmp_path / 'control.db'}"), HttpLine()
    migrate(engine)
    made = SearchScene.make(Scene(PeopleRecords(engine)), line, tmp_path)
    yield made
    made.door.threads.close()
    with suppress(OSError):  # a test may have closed it
        made.searches.log.close()
    line.close()
    engine.dispose()
