"""New entries of a list against the reads of the last day: the vehicle may have gone by an hour ago.

No stored read older than a day is looked at for a new entry: further back leads a governed search alone. What
is found says stop only where the vehicle has just gone by: it is late as any read is that waited. Only whole
marks (with their same-shape spellings) and wildcards with three fixed characters or more are looked for;
doubtful characters are not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from openanpr.audit.acts import Consultation
from openanpr.audit.port import NODE, Log
from openanpr.core.read_key import ReadKey
from openanpr.core.shape import shape_key
from openanpr.ingest.arrival import ArrivedRead
from openanpr.match.wildcard import WILDCARDS
from openanpr.run.node.match_reads import AlertRaising, HitFinding
from openanpr.store.control.live_entries import AliveEntries
from openanpr.store.engine import ReadEngine
from openanpr.store.reads_look_back import LOOKED_BACK, MOST_KEYS, keys_of_shapes, shapes_like
from openanpr.store.reads_named import whole_reads
from openanpr.store.wildcard_form import WildcardError

_SHAPES_AT_ONCE = 5_000
_READS_AT_ONCE = 1_000
_ENTRIES_AT_ONCE = 10_000
_MOST_FITTING = 10_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class BackMatched:
    """What looking back came to.

    `entries` were looked for and `alerts` raised or grown, covert ones left out. `cut` counts questions that
    were cut short or could not be asked.
    """

    entries: int = 0
    alerts: int = 0
    cut: int = 0

    def __add__(self, other: BackMatched) -> BackMatched:
        return BackMatched(
            self.entries + other.entries,
            self.alerts + other.alerts,
            self.cut + other.cut,
        )


class BackMatch:
    """Looks back for new entries."""

    def __init__(self, engine: ReadEngine, finding: HitFinding, raising: AlertRaising, log: Log) -> None:
        self._engine, self._finding, self._raising, self._log = engine, finding, raising, log

    def run(self, new: AliveEntries, *, now: datetime) -> BackMatched:
        """Return what came of the reads of the day before `now`; alerts are kept on disk.

        May be repeated: a hit that is counted is not counted again. Raises what the stores raise.
        """
        self._log.append(
            Consultation(
                at=now,
                person=NODE,
                stage="asked",
                kind="new-entries",
                purpose="alerting",
                reference=f"{len(new.vrms)} entries that are new on lists",
                reason="a vehicle that was put on a list may have gone by in the last day",
                oldest_days=LOOKED_BACK.days,
            )
        )
        told = BackMatched(sum(not new.standings[one].of.covert_of for one in new.list_ids))
        for begin in range(0, len(new.vrms), _ENTRIES_AT_ONCE):
            part = slice(begin, begin + _ENTRIES_AT_ONCE)
            told += self._part(set(new.vrms[part]), frozenset(new.entry_ids[part]), now)
        return told

    def _part(self, vrms: Collection[str], wanted: Collection[int], now: datetime) -> BackMatched:
        shapes = {shape_key(vrm) for vrm in vrms if WILDCARDS.isdisjoint(vrm)}
        cut = 0
        for wild in (vrm for vrm in vrms if not WILDCARDS.isdisjoint(vrm)):
            fitting, is_cut = self._fitting(wild, now)
            shapes |= fitting
            cut += is_cut
        keys: list[ReadKey] = []
        for part in _parts(sorted(shapes), _SHAPES_AT_ONCE):
            seen = keys_of_shapes(self._engine, part, now=now, limit=MOST_KEYS)
            keys += seen.keys
            cut += seen.more
        alerts = 0
        for some in _parts(keys, _READS_AT_ONCE):
            alerts += self._alert(whole_reads(self._engine, some), wanted, now)
        return BackMatched(0, alerts, cut)

    def _fitting(self, wildcard: str, now: datetime) -> tuple[frozenset[str], bool]:
        """Return the shapes of the marks seen that fit a wildcard, and whether some are missing."""
        try:
            seen = shapes_like(self._engine, wildcard, now=now, limit=_MOST_FITTING)
        except WildcardError:
            return frozenset(), True
        return seen.shapes, seen.more

    def _alert(self, reads: Sequence[ArrivedRead], wanted: Collection[int], now: datetime) -> int:
        hits = [hit for hit in self._finding.hits(reads, now=now) if hit.entry_id in wanted]
        changes = self._raising.take(hits, now=now)
        return sum(not change.alert.key.covert for change in changes)


def _parts(items: Sequence[_T], size: int) -> Iterable[Sequence[_T]]:
    return (items[at : at + size] for at in range(0, len(items), size))
