"""A watched folder: a file is taken once it is complete, and its report lies beside it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.core.voi_list import ListKind, VoiList
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.migrate import migrate
from openanpr.voi.column_map import shipped_profile
from openanpr.voi.importing import ImportState
from openanpr.voi.inbox import Inbox
from openanpr.voi.stolen import shipped_stolen_policy
from tests.voi.test_feed_file import SAMPLES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUIET = timedelta(seconds=30)


@pytest.fixture
def store(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'control.db'}")
    migrate(engine)
    made = ListStore(engine)
    for name, kind in (
        ("stolen", ListKind.CRIME),
        ("no-insurance", ListKind.MASS),
        ("no-keeper", ListKind.MASS),
    ):
        made.define(VoiList(name, "o", "p", "b", kind, timedelta(days=1), frozenset({"ops"})))
    yield made
    engine.dispose()


@pytest.fixture
def inbox(tmp_path, store) -> Inbox:
    (tmp_path / "in").mkdir()
    profiles = [shipped_profile(name) for name in ("pnc-like", "midas-like", "dvla-like")]
    return Inbox(tmp_path / "in", profiles, store, QUIET, "inbox", shipped_stolen_policy())


def laid(inbox: Inbox, name: str, text: str, at: datetime = NOW - QUIET):
    path = inbox.folder / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def swept(inbox: Inbox, after: timedelta = timedelta(0)):
    """Look twice, as far apart as a file has to rest, so that all that rests is taken."""
    return [*inbox.sweep(NOW + after), *inbox.sweep(NOW + after + QUIET)]


def report(taken):
    return json.loads(taken.path.with_name(f"{taken.path.name}.report.json").read_text())


def test_a_file_is_taken_once_it_has_rested_and_not_while_it_grows(inbox) -> None:
    path = laid(inbox, "midas_full_1.txt", SAMPLES["midas-like"][:60])
    assert list(inbox.sweep(NOW)) == []
    laid(inbox, "midas_full_1.txt", SAMPLES["midas-like"])
    assert list(inbox.sweep(NOW + QUIET)) == []
    assert list(inbox.sweep(NOW + QUIET * 1.5)) == []
    (taken,) = inbox.sweep(NOW + QUIET * 2)
    assert (path.exists(), taken.path.parent.name, taken.imported.rows) == (False, "done", 2)


def test_a_feed_that_renames_into_place_is_taken_at_once_and_its_half_files_never(inbox) -> None:
    part = laid(inbox, "dvla_full_1.csv.part", "AB12")
    laid(inbox, ".dvla_full_2.csv", "AB12")
    assert swept(inbox) == []
    part.write_text(SAMPLES["dvla-like"], encoding="utf-8")
    part.rename(inbox.folder / "dvla_full_1.csv")
    (taken,) = inbox.sweep(NOW)
    assert taken.imported.proposal.diff.added == 2


def test_the_report_tells_what_came_of_a_file_and_no_plate(inbox) -> None:
    laid(inbox, "dvla_full_1.csv", SAMPLES["dvla-like"])
    (taken,) = swept(inbox)
    told = report(taken)
    assert (told["state"], told["list"], told["rows"]) == ("waiting", "no-keeper", 3)
    assert (told["added"], told["refused"], told["proposal"], told["revision"]) == (2, 1, 1, None)
    assert told["refused_rows"] == [
        {"line": 3, "reason": "the weed date is no date: write it as 31/12/2026 or 2026-12-31"}
    ]
    assert "the list was empty before" in told["approval_asked_because"]
    text = json.dumps(told)
    assert len(told["sha256"]) == 64
    assert not any(mark in text for mark in ("AB12CDE", "XY19ZZZ", "BB22"))


def test_a_full_file_and_then_its_delta_go_live_one_after_the_other(inbox, store) -> None:
    head, *lines = SAMPLES["pnc-like"].splitlines()
    many = [f"A,AB{n} CDE,26/{n},FORD,,,S,,STOLEN,,,53,,20/11/2026,\n" for n in range(10, 50)]
    laid(inbox, "pnc_full_1.csv", f"{head}\n{''.join(many)}")
    (first,) = swept(inbox)
    store.apply(first.imported.proposal.number, by="inspector", at=NOW, decision="seen")
    laid(inbox, "pnc_delta_2_from_1.csv", "\n".join([head, lines[0], "D" + many[0][1:]]), NOW)
    (second,) = swept(inbox, timedelta(hours=1))
    diff = second.imported.proposal.diff
    assert (second.imported.state, diff.added, diff.removed) == (ImportState.LIVE, 1, 1)
    standing = store.standing("stolen")
    assert (standing.revision, standing.feed_revision, standing.entries, standing.as_of) == (2, 2, 40, NOW)


def test_a_file_that_cannot_be_used_is_refused_with_its_reason_and_the_others_go_on(inbox) -> None:
    laid(inbox, "holiday.jpg", "x")
    laid(inbox, "midas_full_1.txt", "<html>signed out</html>")
    laid(inbox, "pnc_delta_9_from_8.csv", SAMPLES["pnc-like"])
    laid(inbox, "dvla_full_1.csv", SAMPLES["dvla-like"])
    taken = {one.path.name.split("Z-")[1]: one for one in swept(inbox)}
    assert taken["dvla_full_1.csv"].imported is not None
    told = {name: one.why_refused for name, one in taken.items() if one.imported is None}
    assert "no feed profile knows" in told["holiday.jpg"]
    assert "lacks the columns" in told["midas_full_1.txt"]
    assert "ask for a full file" in told["pnc_delta_9_from_8.csv"]
    assert {one.path.parent.name for one in taken.values() if one.imported is None} == {"refused"}
    assert report(taken["holiday.jpg"])["why"] == told["holiday.jpg"]


def test_a_name_that_comes_again_overwrites_no_file_of_before(inbox) -> None:
    seen = []
    for _ in range(2):
        laid(inbox, "dvla_full_1.csv", SAMPLES["dvla-like"])
        seen += [one.path for one in swept(inbox)]
    assert len(set(seen)) == 2
    assert all(path.exists() for path in seen)


def test_an_error_of_the_store_leaves_the_file_to_be_tried_again(inbox, store) -> None:
    path = laid(inbox, "dvla_full_1.csv", SAMPLES["dvla-like"])

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    stage, store.stage = store.stage, full_disk
    with pytest.raises(OSError, match="No space"):
        swept(inbox)
    assert path.exists()
    store.stage = stage
    assert len(swept(inbox)) == 1
