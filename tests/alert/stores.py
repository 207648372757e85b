"""The stores that the contract suite runs on: whoever builds another adds it here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.alert.memory_store import MemoryStore

STORES: dict[str, Callable[[Path], object]] = {"memory": lambda _folder: MemoryStore()}
"""A name, and how to open an empty store in an empty folder."""
