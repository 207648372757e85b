"""The control database brought to the schema of this version, from migrations inside the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from openanpr.store.control.engine import DatabaseError, writing

_SCRIPTS: Final = Path(__file__).parent.parent / "migrations" / "control"
_LOCK: Final = 0x0A4E5052  # any number, the same in all nodes: one migrates, the others wait


def migrate(engine: sa.Engine) -> str:
    """Return the revision that the schema is at once all migrations have run, each in its transaction.

    Running it again changes nothing. Raises DatabaseError when the database is newer than this program.
    """
    config, newest = _config(), head()
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        found = MigrationContext.configure(connection).get_current_revision()
        if found == newest:
            return newest
        scripts = ScriptDirectory.from_config(config)
        if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
            msg = (
                "the control database was written by a later version: upgrade this node, or restore a backup"
            )
            raise DatabaseError(msg)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest


@cache
def head() -> str:
    """Return the revision that this version's schema is at: every migration is loaded for it, once."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        msg = "the package lacks its migrations: install it again"
        raise DatabaseError(msg)
    return found


def _config() -> Config:
    config = Config()
    # A % in a path would be taken for the beginning of a variable.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
