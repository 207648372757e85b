"""The numbers that entries get go by what came onto their list, not by how the database went about it.

A planner chooses its way by all that stands in a table, and covert entries stand there too.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind, Draft
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from tests.store_control.conftest import emptied
from tests.store_control.stand import NOW, STOLEN, TODAY, entry, filled, put

WAYS = ("enable_hashjoin", "enable_mergejoin", "enable_nestloop")


def numbered(engine: sa.Engine) -> list[list[str]]:
    """The marks of the list by their numbers, after each of three files and after going back."""
    emptied(engine)
    store = ListStore(engine)
    store.define(STOLEN)
    told: list[list[str]] = []
    for every in (3, 50, 1):
        rows = [entry(f"AB{number:03}XYZ", "KIA" * every) for number in range(999, -1, -every)]
        filled(store, put(*rows), ChangeKind.FULL)
        told.append([one.vrm for _, one in store.entries("stolen")])
    back = store.open(Draft("stolen", ChangeKind.ROLLBACK, "Ann", NOW, "a test", back_to=1))
    store.settle(back, on=TODAY)
    store.ready(back, ())
    store.apply(back, by="Bob", at=NOW, decision="a test")
    return [*told, [one.vrm for _, one in store.entries("stolen")]]


@pytest.mark.parametrize("way", WAYS)
def test_entries_get_the_same_numbers_whichever_way_the_planner_goes(postgresql_engine, way) -> None:
    expected = numbered(postgresql_engine)
    others = " ".join(f"-c {one}=off" for one in WAYS if one != way)
    url = postgresql_engine.url.update_query_dict({"options": others})
    engine = open_database(url.render_as_string(hide_password=False))
    try:
        assert numbered(engine) == expected
    finally:
        engine.dispose()


def test_both_databases_number_entries_alike(sqlite_engine, postgresql_engine) -> None:
    first, *later = numbered(sqlite_engine)
    assert first == sorted(first)
    assert [first, *later] == numbered(postgresql_engine)
