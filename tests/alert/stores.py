"""The stores that the contract suite runs on: whoever builds another adds it here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
import sqlalchemy as sa

from openanpr.alert.ports import (
    AlertStore,
    DeadLetters,
    DeliveryQueue,
    EventLog,
    FeedbackLog,
    OpenAlerts,
    StepLog,
    WebhookCursors,
)
from openanpr.store.control.alert_store import AlertRecords
from openanpr.store.control.alert_tables import metadata
from openanpr.store.control.engine import open_database, writing
from openanpr.store.control.migrate import migrate
from tests.alert.memory_store import MemoryStore


class WholeStore(
    AlertStore,
    OpenAlerts,
    StepLog,
    EventLog,
    FeedbackLog,
    DeliveryQueue,
    WebhookCursors,
    DeadLetters,
    Protocol,
):
    """Every port in one."""


def in_sqlite(folder: Path) -> AlertRecords:
    """An empty store in a SQLite file of its own."""
    engine = open_database(f"sqlite:///{folder / 'control.db'}")
    migrate(engine)
    return AlertRecords(engine)


def in_postgresql(engine: sa.Engine) -> AlertRecords:
    """The store of a PostgreSQL that is up, emptied."""
    with writing(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name.startswith("alert"):
                connection.execute(sa.delete(table))
    return AlertRecords(engine)


def _sqlite(request: pytest.FixtureRequest) -> AlertRecords:
    store = in_sqlite(request.getfixturevalue("tmp_path"))
    request.addfinalizer(store.engine.dispose)
    return store


STORES: dict[str, Callable[[pytest.FixtureRequest], WholeStore]] = {
    "memory": lambda _request: MemoryStore(),
    "sqlite": _sqlite,
    "postgresql": lambda request: in_postgresql(request.getfixturevalue("postgresql_engine")),
}
"""A name, and how to open an empty store for one test."""
