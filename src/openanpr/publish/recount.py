"""A published month counted anew from log and stores, and compared with what was published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from openanpr.audit.checkpoint import Checkpoint
from openanpr.audit.merkle import ProofError, verify_consistency
from openanpr.publish.closing import Desk
from openanpr.publish.ports import ProvingLog
from openanpr.publish.publication import ReadPublication
from openanpr.publish.recount_log import Agreement, Compared, compared, counts_of_log


def recount(desk: Desk, read: ReadPublication, *, kept_since: datetime) -> tuple[Compared, ...]:
    """Return how each population that was published does, counted anew from log and store.

    Only what is shown is compared and told: a count that is withheld is told to nobody here either. What the
    store keeps from `kept_since` on alone cannot be counted any more. Raises what the counters raise.
    """
    return tuple(_recounted(desk, read, kept_since))


def _recounted(desk: Desk, read: ReadPublication, kept_since: datetime) -> Iterator[Compared]:
    of_log = counts_of_log(read, desk.log) if _same_log(desk.log, read.under) else None
    for name, cube in read.cubes.items():
        counter = desk.counters.get(name)
        if cube.population.from_log:
            yield compared(name, cube, read, None if of_log is None else of_log.get(name))
        elif counter is None:
            yield Compared(name, Agreement.UNKNOWN)
        elif read.period.since < kept_since:
            yield Compared(name, Agreement.GONE)
        else:
            yield compared(name, cube, read, counter.count(read.period, read.settled))


def _same_log(log: ProvingLog, under: Checkpoint) -> bool:
    """Whether the log goes on from the checkpoint: it may have been begun anew since."""
    now = log.checkpoint().checkpoint
    if under.origin != now.origin or under.size > now.size:
        return False
    try:
        verify_consistency(
            old_size=under.size,
            old_root=under.root,
            new_size=now.size,
            new_root=now.root,
            path=log.grown(under.size, now.size),
        )
    except ProofError:
        return False
    return True
