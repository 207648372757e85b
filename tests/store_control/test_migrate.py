"""The control database and how it comes to its schema."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from openanpr.store.control.engine import DatabaseError, open_database, reading, writing
from openanpr.store.control.list_tables import metadata, voi_list, voi_proposal
from openanpr.store.control.migrate import head, migrate


def test_the_migrations_make_the_tables_that_the_code_speaks_of(engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing_and_needs_no_file_in_the_working_folder(
    engine, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert migrate(engine) == head()
    assert not list(tmp_path.iterdir())


def test_a_database_of_a_later_version_is_left_alone(tmp_path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'later.db'}")
    migrate(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="later version"):
        migrate(engine)
    engine.dispose()


def test_sqlite_syncs_fully_and_holds_foreign_keys(tmp_path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'one.db'}")
    with engine.connect() as connection:
        told = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    engine.dispose()
    assert told == ["wal", 2, 1]


@pytest.mark.parametrize("url", ["sqlite://", "mysql://host/db", "no url at all"])
def test_another_database_is_refused_with_a_sentence(url) -> None:
    with pytest.raises(DatabaseError, match="control database"):
        open_database(url)


def test_what_fails_half_way_leaves_nothing(engine) -> None:
    def half() -> None:
        with writing(engine) as connection:
            said = dict.fromkeys(["owner", "purpose", "legal_basis"], "x")
            numbers = dict.fromkeys(["revision", "oldest", "entries"], 0)
            connection.execute(
                sa.insert(voi_list).values(name="a", kind="mass", visible_to="[]", **said, **numbers)
            )
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half()
    with reading(engine) as connection:
        assert connection.execute(sa.select(voi_list)).first() is None


@pytest.mark.usefixtures("store")
def test_the_database_itself_refuses_one_person_in_both_roles(engine) -> None:
    row = {
        **dict.fromkeys(["why", "source", "decision"], ""),
        "list_id": sa.select(voi_list.c.list_id).scalar_subquery(),
        "kind": "hand",
        "state": "live",
        "base": 0,
        "proposed_by": "a",
        "decided_by": "a",
        "proposed_at_ms": 0,
        "revive": False,
        "asks": "[]",
    }

    def both() -> None:
        with writing(engine) as connection:
            connection.execute(sa.insert(voi_proposal).values(**row))

    with pytest.raises(sa.exc.IntegrityError):
        both()
