"""A batch of hits taken in: load, raise, save, and again where somebody else was quicker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from openanpr.alert.alert import AlertKey, Change
from openanpr.alert.hit_seen import HitSeen
from openanpr.alert.ports import AlertStore, OutdatedError
from openanpr.alert.raising import IdOf, raise_alerts
from openanpr.alert.rules import RuleBook


def take_in(
    hits: Sequence[HitSeen], store: AlertStore, book: RuleBook, *, now: datetime, id_of: IdOf, tries: int = 8
) -> tuple[Change, ...]:
    """Return the alerts that a batch raised or added to, kept on disk.

    May be repeated with the same batch at any time: what is counted stays counted once. Raises OutdatedError
    when others were quicker `tries` times in a row; nothing of the batch is kept then.
    """
    keys = {AlertKey.of(hit) for hit in hits}
    ids = {hit.id for hit in hits}
    for _ in range(tries):
        changes = raise_alerts(hits, store.load(keys, ids), book, now=now, id_of=id_of)
        try:
            store.save(changes)
        except OutdatedError:
            continue
        return changes
    raise OutdatedError
