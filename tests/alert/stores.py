"""The stores that the contract suite runs on: whoever builds another adds it here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from openanpr.alert.ports import (
    AlertStore,
    DeadLetters,
    DeliveryQueue,
    EventLog,
    FeedbackLog,
    OpenAlerts,
    StepLog,
)
from tests.alert.memory_store import MemoryStore


class WholeStore(
    AlertStore, OpenAlerts, StepLog, EventLog, FeedbackLog, DeliveryQueue, DeadLetters, Protocol
):
    """Every port in one."""


STORES: dict[str, Callable[[Path], WholeStore]] = {"memory": lambda _folder: MemoryStore()}
"""A name, and how to open an empty store in an empty folder."""
