"""What ingest did, as numbers for metrics: no plate, no place, of devices nothing but their ids."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from openanpr.ingest.refusal import RefusedError, later


class What(StrEnum):
    """What is counted."""

    BATCHES = "batches"  # taken, repeated, nothing_final (of a feed)
    READS = "reads"  # accepted, late, duplicate, doubtful, place_ignored
    QUARANTINED = "quarantined"  # by reason, and device
    REFUSED = "refused"  # whole deliveries, by fault
    PICTURES = "pictures"  # kept, shelved
    ENROLMENTS = "enrolments"  # enrolled, rotated


@dataclass(frozen=True, slots=True)
class Counts:
    """A snapshot since the process started; `quarantined` is by (reason, device id), the others by name."""

    batches: Mapping[str, int]
    reads: Mapping[str, int]
    quarantined: Mapping[tuple[str, str], int]
    refused: Mapping[str, int]
    pictures: Mapping[str, int]
    enrolments: Mapping[str, int]


class Tally:
    """Counts up; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counter[tuple[What, str, str]]()

    def count(self, what: What, name: str, by: int = 1, *, device: str = "") -> None:
        """Count `by` more; nothing for 0."""
        if by:
            with self._lock:
                self._counts[what, name, device] += by

    def snapshot(self) -> Counts:
        """Return the counts as they are now."""
        with self._lock:
            counts = dict(self._counts)

        def of(what: What) -> Mapping[str, int]:
            return MappingProxyType({name: n for (kind, name, _), n in counts.items() if kind is what})

        quarantined = {(name, d): n for (kind, name, d), n in counts.items() if kind is What.QUARANTINED}
        return Counts(
            batches=of(What.BATCHES),
            reads=of(What.READS),
            quarantined=MappingProxyType(quarantined),
            refused=of(What.REFUSED),
            pictures=of(What.PICTURES),
            enrolments=of(What.ENROLMENTS),
        )


@contextmanager
def refusals_counted(tally: Tally) -> Generator[None]:
    """Count what is refused inside, by its fault; what nobody foresaw is refused for now."""
    try:
        yield
    except RefusedError as refusal:
        tally.count(What.REFUSED, refusal.counted)
        raise
    except Exception as fault:  # refuses: nothing is acknowledged after a fault that nobody foresaw
        tally.count(What.REFUSED, "internal")
        raise later("internal") from fault
