"""Follows the lists: what was approved is matched within a moment, and looked for in the last day's reads."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from openanpr.core.voi_list import ListStanding
from openanpr.run.node.back_match import BackMatch, BackMatched
from openanpr.run.node.live_lists import NodeLists
from openanpr.store.control.live_entries import AliveEntries, LiveEntries
from openanpr.store.journal import Journal

_LOG = logging.getLogger("openanpr.node")
_LOOK_EVERY_S = 0.25
_WAIT_S = 0.2
_IDLE_S = 3600.0


class ListWatch:
    """Brings approved changes into matching; `found` is called when there are entries to look back for."""

    def __init__(self, lists: NodeLists, found: Callable[[], None]) -> None:
        self._lists, self._found = lists, found

    def turn(self) -> float:
        """Take in what changed; return the seconds until the next look."""
        if len(self._lists.refresh().new):
            self._found()
        return _LOOK_EVERY_S


@dataclass(frozen=True, slots=True)
class _Aim:
    """Entries to look for; `new.revisions` are those up to which that is done then.

    `position` is how far the store must have passed the journal before; None until matching has them too.
    """

    new: AliveEntries
    position: int | None = None


class LookBack:
    """Runs entries against stored reads that are new since the revisions in a file; survives a kill.

    The file holds, by list id, the revision up to which entries were looked for. No read is missed: one that
    came after an entry was live is matched with it, one that came before is in the store when it is looked
    for, because the store must first have passed all that had come when matching took the entry in.
    """

    def __init__(
        self,
        path: Path,
        lists: NodeLists,
        entries: LiveEntries,
        back_match: BackMatch,
        journal: Journal,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._path, self._lists, self._entries, self._back_match = path, lists, entries, back_match
        self._journal, self._clock = journal, clock
        self._aim: _Aim | None = None

    def turn(self) -> float:
        """Look back for all entries that are new; return the seconds until it is worth another try."""
        self._aim = self._aim or self._new_aim()
        if self._aim is None:
            return _IDLE_S
        if self._aim.position is None:
            if not self._is_live(self._aim.new.revisions):
                return _WAIT_S
            self._aim = replace(self._aim, position=self._journal.newest())
        if self._journal.positions().get("store", 0) < (self._aim.position or 0):
            return _WAIT_S
        if self._aim.new.vrms:
            _tell(self._back_match.run(self._aim.new, now=self._clock()))
        self._keep(self._aim.new.revisions)
        self._aim = None
        return 0.0

    def _is_live(self, reached: Mapping[int, int]) -> bool:
        """Return whether matching has the lists as they are at these revisions, or later ones."""
        live = _revisions(self._lists.standings())
        return all(live.get(list_id, -1) >= revision for list_id, revision in reached.items())

    def _new_aim(self) -> _Aim | None:
        """Return what is to be looked for now, None when everything was."""
        done = self._done()
        if done is None:  # a node's first start: there are no reads yet that were not matched
            self._keep(_revisions(self._lists.standings()))
            return None
        # Not what was on its list before: the reads of its vehicle are counted already, under another entry.
        new = self._entries.new_since(done)
        return None if new.revisions == done else _Aim(new)

    def _done(self) -> dict[int, int] | None:
        try:
            said: dict[str, int] = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return {int(list_id): revision for list_id, revision in said.items()}

    def _keep(self, revisions: Mapping[int, int]) -> None:
        """Write the file whole, on disk, in place of the one before."""
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as stream:
            json.dump({str(list_id): revision for list_id, revision in revisions.items()}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(self._path)


def _tell(done: BackMatched) -> None:
    if done.entries:
        _LOG.info("looked back for %d entries: %d alerts, without covert ones", done.entries, done.alerts)
    if done.cut:
        _LOG.warning("looking back was cut short %d times: older passages may be missing", done.cut)


def _revisions(standings: Mapping[int, ListStanding]) -> dict[int, int]:
    return {list_id: one.revision for list_id, one in standings.items()}
