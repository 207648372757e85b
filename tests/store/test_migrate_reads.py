"""The schema goes forward by numbered steps; a store that had others is not touched."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from openanpr.store.engine import Statement
from openanpr.store.migrate_reads import Migration, MigrationError, migrate_reads, read_migrations

COLUMNS = Statement(
    "columns", "SELECT name, type FROM system.columns "
    "WHERE database = currentDatabase() AND table = {table:String} AND default_kind = ''",
)  # fmt: skip
LAST = read_migrations()[-1]
NEXT = Migration(
    LAST.number + 1, "test_colours", "CREATE TABLE IF NOT EXISTS test_colours (name String) ENGINE = Memory"
)


def columns(engine, table: str) -> set[tuple[str, str]]:
    return set(engine.rows(COLUMNS, {"table": table}, tuple[str, str]))


def test_what_was_applied_is_not_applied_again(engine) -> None:
    assert migrate_reads(engine, read_migrations()) == ()


def test_a_migration_that_changed_since_it_was_applied_stops_the_start(engine) -> None:
    first, *others = read_migrations()
    changed = replace(first, text=first.text + "\n-- a harmless comment\n")
    with pytest.raises(MigrationError, match=r"0001_arrivals is not what was applied.*new migration"):
        migrate_reads(engine, (changed, *others))


def test_a_store_that_a_newer_program_made_stops_the_start(engine) -> None:
    with pytest.raises(MigrationError, match=rf"{LAST.name}, which this program does not know"):
        migrate_reads(engine, read_migrations()[:-1])


def test_a_gap_in_the_numbers_stops_the_start(engine) -> None:
    first, _, *others = read_migrations()
    with pytest.raises(MigrationError, match="0002 is missing"):
        migrate_reads(engine, (first, *others))


def test_a_new_migration_is_applied_and_one_cut_short_before_its_record_is_applied_again(engine) -> None:
    try:
        engine.run(Statement("by hand, as before a crash", NEXT.text), {})
        assert migrate_reads(engine, (*read_migrations(), NEXT)) == (NEXT.number,)
        assert migrate_reads(engine, (*read_migrations(), NEXT)) == ()
    finally:
        engine.run(Statement("drop", "DROP TABLE test_colours"), {})
        forget = "ALTER TABLE migrations DELETE WHERE number = {number:UInt16} SETTINGS mutations_sync = 1"
        engine.run(Statement("forget", forget), {"number": NEXT.number})


def test_migrations_are_numbered_from_one_and_only_make_what_is_not_there() -> None:
    migrations = read_migrations()
    assert [migration.number for migration in migrations] == list(range(1, len(migrations) + 1))
    # To work a column out or to write down what is so already does no harm, and has no words for "if not
    # yet"; nor has what is counted of the days that are not there yet.
    again = (
        "IF NOT EXISTS", "DROP TABLE IF EXISTS", "IF EXISTS", "MATERIALIZE COLUMN", "day NOT IN",
        "MODIFY COLUMN",
    )  # fmt: skip
    assert all(any(words in migration.text for words in again) for migration in migrations)
    statements = [re.sub(r"(?m)^--.*$", "", migration.text) for migration in migrations]
    assert not any(";" in text for text in statements), "one statement a file"
    # It would name its inserts otherwise until the engine starts again: a group sent again counts twice.
    assert not any("MODIFY QUERY" in text for text in statements), "drop a view and make it anew"


def test_held_copies_have_every_column_that_the_two_orders_have(engine) -> None:
    whole = columns(engine, "reads") | columns(engine, "reads_by_camera")
    assert columns(engine, "held_reads") == whole | {("hold_id", "String")}


def test_every_column_that_arrives_is_kept_somewhere(engine) -> None:
    arriving = {name for name, _ in columns(engine, "arrivals")}
    assert arriving == {name for table in ("reads", "reads_by_camera") for name, _ in columns(engine, table)}
