"""A list store to test with, and short ways to fill it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from openanpr.core.voi_entry import Action, VoiEntry
from openanpr.core.voi_list import ChangeKind, Draft, ListKind, Proposal, VoiList
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.store.control.list_store import ListStore
from openanpr.voi.column_map import FeedProfile, parse_profile
from openanpr.voi.importing import Imported, ImportRequest, import_feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
STOLEN = VoiList(
    "stolen", "Force 53", "find stolen cars", "s.163", ListKind.CRIME, timedelta(days=1), frozenset({"ops"})
)
HEADINGS = "VRM,Make,Weed date,PNC ID"
PROFILE = """
name = "test"
list = "stolen"
source = "test feed"
file_name = 'feed_(?P<kind>full|delta)_(?P<revision>\\d+)(?:_from_(?P<base>\\d+))?\\.csv'
[columns]
vrm = "VRM"
make = "Make"
weed_on = "Weed date"
pnc_id = "PNC ID"
operation = "Op"
[defaults]
action = "stop"
[ask]
added = 1.0
changed = 1.0
removed = 0.5
refused = 0.5
"""


def profile(text: str = PROFILE) -> FeedProfile:
    return parse_profile(text, where="test.toml")


def entry(vrm: str, make: str = "", *, weed_on: date | None = None, pnc_id: str = "") -> VoiEntry:
    return VoiEntry(vrm, Action.STOP, make=make, weed_on=weed_on, pnc_id=pnc_id)


def written(folder: Path, rows: Iterable[str], name: str = "feed.csv", headings: str = HEADINGS) -> Path:
    path = folder / name
    path.write_text("\n".join([headings, *rows, ""]), encoding="utf-8")
    return path


def full(at: datetime = NOW, revision: int | None = None, *, revive: bool = False) -> ImportRequest:
    return ImportRequest(ChangeKind.FULL, "feed", at, "daily", at, revision, revive=revive)


def delta(base: int | None, revision: int | None, at: datetime = NOW) -> ImportRequest:
    return ImportRequest(ChangeKind.DELTA, "feed", at, "hourly", at, revision, base)


def bring(store: ListStore, path: Path, request: ImportRequest, text: str = PROFILE) -> Imported:
    """Import a file, and have a second person approve it where that is asked for."""
    got = import_feed(path, request, profile=profile(text), store=store)
    if got.proposal is not None and got.proposal.state == "ready":
        store.apply(got.proposal.number, by="inspector", at=request.at, decision="approved")
    return got


def filled(
    store: ListStore, rows: Iterable[StagedRow], kind: ChangeKind, *, of: str = "stolen", **draft: object
) -> Proposal:
    """Put rows through a proposal and make it live, without the rules of files."""
    number = store.open(Draft(of, kind, "feed", NOW, "test", source_at=NOW, **draft))
    store.stage(number, list(rows), ())
    store.settle(number, on=TODAY)
    store.ready(number, ())
    return store.apply(number, by="inspector", at=NOW, decision="approved")


def put(*entries: VoiEntry) -> list[StagedRow]:
    return [StagedRow(line, RowOrder.PUT_ON, one) for line, one in enumerate(entries, 1)]


def marks(store: ListStore, revision: int | None = None, of: str = "stolen") -> dict[str, str]:
    return {one.vrm: one.make for _, one in store.entries(of, revision=revision)}


def covert(one: VoiEntry, *names: str) -> VoiEntry:
    return one._replace(covert=True, seen_by=tuple(sorted(names)))


def covert_list(store: ListStore, *names: str) -> str:
    """The name of the covert part of the list for these people, which is there."""
    found = store.covert_list("stolen", frozenset(names))
    assert found is not None
    return found
