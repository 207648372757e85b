"""How much traffic two cameras share, told by the read store as two counts: no mark, no read and no time.

It is for the case for a camera (docs/decisions/0028). Reads themselves are found by governed search alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec

from openanpr.core.camera import CameraId
from openanpr.sites.duplication import Shared
from openanpr.store.engine import ReadEngine, Value, statement
from openanpr.store.read_columns import to_ms


class _Shared(msgspec.Struct, frozen=True, array_like=True):
    reads: int
    seen_too: int


class SharedTraffic:
    """Counts of pairs of cameras, as `sites.ports.Traffic`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: ReadEngine) -> None:
        self._engine = engine

    def shared(
        self, pairs: Collection[tuple[CameraId, CameraId]], *, since: datetime, within: timedelta
    ) -> Mapping[tuple[CameraId, CameraId], Shared]:
        """Return of each pair the reads of the first since a time, and those that the second had too.

        A pair whose first camera read nothing is left out. Raises StoreError.
        """
        found = {pair: self._of(*pair, since=since, within=within) for pair in dict.fromkeys(pairs)}
        return {pair: shared for pair, shared in found.items() if shared.reads}

    def _of(self, one: CameraId, other: CameraId, *, since: datetime, within: timedelta) -> Shared:
        values: dict[str, Value] = {
            "one": [(one.force, one.source, one.camera)],
            "other": [(other.force, other.source, other.camera)],
            "since_ms": to_ms(since),
            "within_ms": within // timedelta(milliseconds=1),
        }
        (row,) = self._engine.rows(statement("shared_traffic"), values, _Shared)
        return Shared(row.reads, row.seen_too)
