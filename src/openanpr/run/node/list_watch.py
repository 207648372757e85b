"""Follows the lists: what was approved is matched within a moment, and looked for in the last day's reads."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openanpr.core.voi_list import ListStanding
from openanpr.run.node.back_match import BackMatch, BackMatched
from openanpr.run.node.live_lists import NodeLists
from openanpr.store.control.live_entries import LiveEntries
from openanpr.store.journal import Journal

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
    """Entries to look for once the store has passed a position of the journal, and what is done then."""

    new: tuple[int, ...]
    reached: Mapping[int, int]
    position: int


class LookBack:
    """Runs entries against stored reads that are new since the revisions in a file; survives a kill.

    The file holds, by list id, the revision up to which entries were looked for.
    """

    def __init__(
        self,
        path: Path,
        entries: LiveEntries,
        back_match: BackMatch,
        journal: Journal,
        clock: Callable[[], datetime],
    ) -> None:
        self._path, self._entries, self._back_match = path, entries, back_match
        self._journal, self._clock = journal, clock
        self._aim: _Aim | None = None
        self.told = BackMatched()

    def turn(self) -> float:
        """Look back for all entries that are new; return the seconds until it is worth another try."""
        aim = self._aim or self._new_aim()
        if aim is None:
            return _IDLE_S
        self._aim = aim
        if self._journal.positions().get("store", 0) < aim.position:
            return _WAIT_S
        if aim.new:
            self.told += self._back_match.run(aim.new, now=self._clock())
        self._keep(aim.reached)
        self._aim = None
        return 0.0

    def _new_aim(self) -> _Aim | None:
        """Return what is to be looked for now, None when everything was."""
        done = self._done()
        if done is None:  # a node's first start: there are no reads yet that were not matched
            self._keep(_revisions(self._entries.lists()))
            return None
        changes = self._entries.changes_since(done)
        if changes.revisions == done:
            return None
        new = tuple(one.entry_id for one in changes.put)
        if changes.whole:
            new = tuple(self._entries.all_alive().entry_ids.tolist())
        # What was matched before these entries were live must be stored before it can be looked for.
        return _Aim(new, changes.revisions, self._journal.newest())

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


def _revisions(standings: Mapping[int, ListStanding]) -> dict[int, int]:
    return {list_id: one.revision for list_id, one in standings.items()}
