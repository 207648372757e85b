"""The covert rows of a feed's file: proposed by themselves, to those whom they name and to nobody else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC

from openanpr.core.voi_list import ChangeKind, Draft, VoiList
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.voi.covert_part import circle_of, covert_part
from openanpr.voi.feed_batches import FeedBatch
from openanpr.voi.ports import ImportStore

_ASKS = ("somebody whom they name decides on covert entries",)
_FILES = (ChangeKind.FULL, ChangeKind.DELTA)


@dataclass(slots=True)
class FileParts:
    """The proposals that one file comes to; changes batch by batch.

    `number` is that of the open rows, `covert` has those of the covert ones by the list that they are for. A
    full file replaces the covert entries of a circle only where it has rows for that circle: a file that says
    nothing of what is covert leaves it as it is.
    """

    number: int
    draft: Draft
    of: VoiList
    store: ImportStore
    covert: dict[str, int] = field(default_factory=dict[str, int])
    keep: list[StagedRow] = field(default_factory=list[StagedRow])

    def stage(self, batch: FeedBatch) -> None:
        """Keep the rows of a batch, each with its part."""
        hidden = [row for row in batch.rows if row.entry.covert]
        rows = [row for row in batch.rows if not row.entry.covert] if hidden else batch.rows
        # Of a row that cannot be used nobody knows whether it is covert: it takes nothing off any list.
        self.keep += [row for row in rows if row.order is RowOrder.KEEP]
        self.store.stage(self.number, rows, batch.refused, batch.columns)
        for circle in {circle_of(row.entry, self.of) for row in hidden}:
            some = [row for row in hidden if circle_of(row.entry, self.of) == circle]
            self.store.stage(self._number(circle), [_named(row, circle) for row in some], ())

    def _number(self, circle: frozenset[str]) -> int:
        name = covert_part(self.of.name, circle, by=self.draft.by, store=self.store)
        if name not in self.covert:
            # The source's numbers are those of the open list.
            draft = replace(self.draft, list_name=name, feed_revision=None, feed_base=None)
            self.covert[name] = self.store.open(draft)
        return self.covert[name]


def decide_covert(parts: FileParts, store: ImportStore) -> None:
    """Have the covert parts of a file wait for those whom they name, whatever the shares of its profile.

    A part that changes nothing is closed; a full one takes the place of one that still waits.
    """
    draft = parts.draft
    for name, number in parts.covert.items():
        store.stage(number, parts.keep, ())
        diff = store.settle(number, on=draft.at.astimezone(UTC).date())
        before = [one for one in store.waiting() if one.draft.list_name == name]
        for one in before if draft.kind is ChangeKind.FULL else ():
            if one.draft.kind in _FILES:
                store.refuse(one.number, by=draft.by, at=draft.at, decision="a later file is in its place")
        if diff.empty and not diff.refused:
            store.refuse(number, by=draft.by, at=draft.at, decision="the list would stay as it is")
        else:
            store.ready(number, _ASKS)


def _named(row: StagedRow, circle: frozenset[str]) -> StagedRow:
    return row._replace(entry=row.entry._replace(seen_by=tuple(sorted(circle))))
