"""A row of a proposed change, on its way from a file or a person to the list."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from openanpr.core.voi_entry import VoiEntry


class RowOrder(IntEnum):
    """What a row asks for."""

    TAKE_OFF = 0
    PUT_ON = 1
    KEEP = 2  # it names a vehicle but cannot be used: what the list holds of it stays as it was


class StagedRow(NamedTuple):
    """A row with its line in the file, from 1; of a row that puts nothing on only the key counts."""

    line: int
    order: RowOrder
    entry: VoiEntry
