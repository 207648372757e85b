"""The read store's schema, brought up to date: numbered SQL files, applied once, in order, never back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import msgspec

from openanpr.store.engine import ReadEngine, Statement, statement
from openanpr.store.native import block, numbers, texts

_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


class MigrationError(Exception):
    """The store's schema and the program's migrations do not fit; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: its number (from 1, no gaps), its name and its one SQL statement."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """The digest that is kept when it is applied."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class _Applied(msgspec.Struct, frozen=True, array_like=True):
    number: int
    name: str
    sha256: str


def read_migrations() -> tuple[Migration, ...]:
    """The migrations that this program carries, in order; raises MigrationError for a gap or a stray file."""
    found: list[Migration] = []
    for file in resources.files("openanpr.store").joinpath("migrations", "reads").iterdir():
        named = _FILE.fullmatch(file.name)
        if named is None:
            raise MigrationError(f"{file.name} is no migration: name it 0001_what_it_makes.sql")
        found.append(Migration(int(named[1]), named[2], file.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda migration: migration.number))


def migrate_reads(engine: ReadEngine, migrations: Sequence[Migration]) -> tuple[int, ...]:
    """Apply the migrations that the store has not had; return their numbers.

    Raises MigrationError, before any change, when an applied migration has changed or is missing here, or
    numbers have a gap; StoreError when a statement fails. May be cut short and run again: each statement
    makes only what is not there yet.
    """
    _check_numbers(migrations)
    engine.run(statement("migrations_table"), {})
    applied = engine.rows(statement("migrations_applied"), {}, _Applied)
    _check_applied(migrations, applied)
    had = {row.number for row in applied}
    todo = [migration for migration in migrations if migration.number not in had]
    for migration in todo:
        engine.run(Statement(f"migration {migration.number:04}_{migration.name}", migration.text), {})
        engine.insert(statement("migration_record"), _record(migration), token=migration.sha256)
    return tuple(migration.number for migration in todo)


def _check_numbers(migrations: Sequence[Migration]) -> None:
    for wanted, migration in enumerate(migrations, 1):
        if migration.number != wanted:
            raise MigrationError(
                f"migrations of the read store are numbered without a gap: {wanted:04} is missing or doubled"
            )


def _check_applied(migrations: Sequence[Migration], applied: Sequence[_Applied]) -> None:
    ours = {migration.number: migration for migration in migrations}
    for row in applied:
        migration = ours.get(row.number)
        if migration is None:
            raise MigrationError(
                f"the read store has had migration {row.number:04}_{row.name}, which this program does not "
                "know: a newer program made it. Install that version or a later one"
            )
        if (migration.name, migration.sha256) != (row.name, row.sha256):
            raise MigrationError(
                f"migration {row.number:04}_{row.name} is not what was applied to this read store: put its "
                "file back as it was, and make the change in a new migration"
            )
    numbers_had = {row.number for row in applied}
    for number in range(1, max(numbers_had, default=0)):
        if number not in numbers_had:
            raise MigrationError(
                f"the read store has had later migrations but not {number:04}: restore it from a backup"
            )


def _record(migration: Migration) -> bytes:
    return block(
        (
            numbers("number", "UInt16", (migration.number,)),
            texts("name", (migration.name,)),
            texts("sha256", (migration.sha256,)),
        )
    )
