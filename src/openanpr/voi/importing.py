"""A feed's file brought in as one transaction: staged, checked, compared, judged, then swapped in whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from openanpr.core.voi_list import UNCHANGED, ChangeKind, Draft, ListStanding, Proposal
from openanpr.core.voi_staged import RowOrder
from openanpr.voi.column_map import FeedProfile
from openanpr.voi.covert_rows import FileParts, decide_covert
from openanpr.voi.fault import ListError
from openanpr.voi.feed_batches import FeedBatch, feed_batches
from openanpr.voi.feed_file import ReadingRules
from openanpr.voi.fresh import AHEAD
from openanpr.voi.judge import reasons_to_ask
from openanpr.voi.ports import ImportStore
from openanpr.voi.stolen import StolenPolicy

_MOST_REFUSED = 100_000  # a file with more is no list; its quarantine would only fill the disk


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Who brings which delivery in, and what the source says of it.

    `feed_revision` is the source's own number: -1 when it says that nothing changed; `feed_base` the one
    that a delta starts from. `revive` allows entries back that were weeded or taken off by a person.
    """

    kind: ChangeKind
    by: str
    at: datetime
    why: str
    source_at: datetime | None = None
    feed_revision: int | None = None
    feed_base: int | None = None
    revive: bool = False


class ImportState(StrEnum):
    """What came of an import."""

    UNCHANGED = "unchanged"
    LIVE = "live"
    WAITING = "waiting"  # a person must approve it


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: the proposal (None when the source said that nothing changed), its rows."""

    state: ImportState
    proposal: Proposal | None
    rows: int


@dataclass(slots=True)
class _Tally:
    """What has gone by; changes row by row."""

    rows: int = 0
    refused: int = 0

    def counted(self, found: Iterable[FeedBatch]) -> Iterator[FeedBatch]:
        """Yield the batches, and stop a file that has hardly one usable row."""
        for batch in found:
            self.rows += 0 if batch.columns is None else len(batch.columns)
            self.rows += len(batch.refused) + sum(row.order is not RowOrder.KEEP for row in batch.rows)
            self.refused += len(batch.refused)
            if self.refused > _MOST_REFUSED:
                msg = f"more than {_MOST_REFUSED} rows cannot be used: check that the profile fits the file"
                raise ListError(msg)
            yield batch


def import_feed(
    path: Path,
    request: ImportRequest,
    *,
    profile: FeedProfile,
    store: ImportStore,
    stolen: StolenPolicy | None = None,
) -> Imported:
    """Return what came of bringing the file at `path` into the list that its profile names.

    Within the profile's shares it goes live at once; beyond them it waits for a person, who is never the
    one that brought it. Nothing of the list changes until all of it does. Its covert rows are proposed by
    themselves, to those whom they name, and nothing of that is told: see `covert_rows`.
    Raises ListError when the file cannot be used or does not follow what the list holds, LookupError when
    there is no such list.
    """
    standing = store.standing(profile.list_name)
    if standing.of.covert_of:
        msg = "a file is brought in on the open list: what is covert in it goes where it belongs"
        raise ListError(msg)
    if request.source_at is not None and request.source_at > request.at + AHEAD:
        # Kept, it would refuse every true file until that time as an older one.
        msg = "its contents bear a time that is still to come: say when they were true"
        raise ListError(msg)
    if request.feed_revision == UNCHANGED or _holds_already(standing, request):
        if request.source_at is not None:
            held = standing.feed_revision
            store.still_true(profile.list_name, as_of=request.source_at, feed_revision=held)
        return Imported(ImportState.UNCHANGED, None, 0)
    _must_follow(standing, request)
    on = request.at.astimezone(UTC).date()
    found = feed_batches(path, ReadingRules(profile, on, request.source_at, stolen))
    draft = _draft(path, request, profile)
    parts = FileParts(store.open(draft), draft, standing.of, store)
    tally = _Tally()
    try:
        _stage(parts, tally.counted(found))
    except ListError:
        for number in (parts.number, *parts.covert.values()):
            store.refuse(
                number, by=request.by, at=request.at, decision="the file could not be used to its end"
            )
        raise
    done = _decide(parts.number, standing, request, profile, store, tally.rows)
    decide_covert(parts, store)
    return done


def _stage(parts: FileParts, batches: Iterable[FeedBatch]) -> None:
    """Keep one batch while the next is read: the database works without the interpreter's lock."""
    with ThreadPoolExecutor(1, "staging") as beside:
        kept: Future[None] | None = None
        for batch in batches:
            if kept is not None:
                kept.result()
            kept = beside.submit(parts.stage, batch)
        if kept is not None:
            kept.result()


def _decide(
    number: int,
    standing: ListStanding,
    request: ImportRequest,
    profile: FeedProfile,
    store: ImportStore,
    rows: int,
) -> Imported:
    diff = store.settle(number, on=request.at.astimezone(UTC).date())
    asks = reasons_to_ask(diff, profile.ask)
    if request.revive:
        asks = (*asks, "entries that were weeded or taken off may come back")
    proposal = store.ready(number, asks)
    if asks:
        return Imported(ImportState.WAITING, proposal, rows)
    by = f"the rules of feed {profile.name}"
    proposal = store.apply(number, by=by, at=request.at, decision="within the shares of its profile")
    unchanged = proposal.revision == standing.revision
    return Imported(ImportState.UNCHANGED if unchanged else ImportState.LIVE, proposal, rows)


def _draft(path: Path, request: ImportRequest, profile: FeedProfile) -> Draft:
    return Draft(
        profile.list_name,
        request.kind,
        request.by,
        request.at,
        request.why,
        source=path.name,
        source_at=request.source_at,
        feed_revision=request.feed_revision,
        feed_base=request.feed_base,
        revive=request.revive,
    )


def _holds_already(standing: ListStanding, request: ImportRequest) -> bool:
    """Return whether this very delta has been taken: a delivery may come twice."""
    return (
        request.kind is ChangeKind.DELTA
        and request.feed_revision is not None
        and request.feed_revision == standing.feed_revision
    )


def _must_follow(standing: ListStanding, request: ImportRequest) -> None:
    if request.kind not in {ChangeKind.FULL, ChangeKind.DELTA}:
        msg = "a file is a full list or a delta"
        raise ListError(msg)
    held, brought = standing.feed_revision, request.feed_revision
    if held is not None and brought is not None and brought < held:
        msg = f"it is the source's revision {brought} and the list holds {held}: an older one is a rollback"
        raise ListError(msg)
    if standing.as_of is not None and request.source_at is not None and request.source_at < standing.as_of:
        msg = "its contents are older than what the list holds: to go back, roll the list back"
        raise ListError(msg)
    if request.kind is ChangeKind.DELTA and request.feed_base != held:
        msg = f"the delta starts from {request.feed_base} and the list holds {held}: ask for a full file"
        raise ListError(msg)
