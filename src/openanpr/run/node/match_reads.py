"""Reads from the journal against the lists, and what they hit into alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from openanpr.alert.alert import Change
from openanpr.alert.hit_seen import HitSeen
from openanpr.alert.ports import AlertStore
from openanpr.alert.raising import IdOf
from openanpr.alert.rules import RuleBook
from openanpr.alert.take_in import take_in
from openanpr.core.camera import CameraId
from openanpr.ingest.arrival import ArrivedRead
from openanpr.match.doubt import MatchRules
from openanpr.run.node.decoded import DecodedEntries
from openanpr.run.node.hits import HitRules, Listed, MatchedRead, hits_seen
from openanpr.run.node.live_lists import NodeLists
from openanpr.store.control.live_entries import LiveEntries
from openanpr.store.journal import Group

_AT_ONCE = 4096


class AlertRaising:
    """Hits into the alert store; `changed` is called whenever alerts were raised or grew."""

    def __init__(
        self,
        store: AlertStore,
        book: Callable[[], RuleBook],
        id_of: IdOf,
        changed: Callable[[Sequence[Change]], None],
    ) -> None:
        self._store, self._book, self._id_of, self._changed = store, book, id_of, changed

    def take(self, hits: Sequence[HitSeen], *, now: datetime) -> tuple[Change, ...]:
        """Return what the hits raised or added to, kept on disk; hits that are counted change nothing."""
        if not hits:
            return ()
        changes = take_in(hits, self._store, self._book(), now=now, id_of=self._id_of)
        if changes:
            self._changed(changes)
        return changes


class HitFinding:
    """Reads against the lists as they are now."""

    def __init__(
        self,
        lists: NodeLists,
        entries: LiveEntries,
        area_of: Callable[[CameraId], str],
        *,
        match_rules: MatchRules,
        hit_rules: HitRules,
    ) -> None:
        self._lists, self._entries, self._area_of = lists, entries, area_of
        self._match_rules, self._hit_rules = match_rules, hit_rules

    def hits(self, reads: Sequence[ArrivedRead], *, now: datetime) -> tuple[HitSeen, ...]:
        """Return what these reads hit, the whole of each entry looked up only where one is met."""
        matched: list[MatchedRead] = []
        for start in range(0, len(reads), _AT_ONCE):
            part = reads[start : start + _AT_ONCE]
            found = self._lists.match([read.record for read in part], self._match_rules)
            matched += [MatchedRead(part[i], met) for i, met in found.items()]
        if not matched:
            return ()
        ids = {met.entry.entry_id for one in matched for met in one.met}
        listed = Listed(self._entries.particulars(ids), self._lists.standings())
        return hits_seen(matched, listed, self._area_of, now=now, rules=self._hit_rules)


class MatchReads:
    """The journal's consumer that matches and alerts."""

    name = "match"

    def __init__(self, finding: HitFinding, raising: AlertRaising, clock: Callable[[], datetime]) -> None:
        self._finding, self._raising, self._clock = finding, raising, clock

    def take(self, group: Group, decoded: DecodedEntries) -> None:
        """Match and alert; the same group again counts nothing twice, for a hit has a name of its own."""
        reads = decoded.reads(group)
        now = self._clock()
        self._raising.take(self._finding.hits(reads, now=now), now=now)
