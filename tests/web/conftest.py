"""The whole node of `tests/run_node`, for tests of its local socket."""

from __future__ import annotations

from tests.run_node.conftest import open_world, world

__all__ = ["open_world", "world"]
