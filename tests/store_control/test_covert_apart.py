"""Lists kept before covert entries stood apart: those are moved, and what cannot be known is not told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from openanpr.core.voi_list import ChangeKind, Diff, ProposalState
from openanpr.store.control.engine import open_database, writing
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.live_entries import LiveEntries
from openanpr.store.control.migrate import _config, migrate
from tests.store_control.databases import postgresql
from tests.store_control.stand import entry, filled, marks, put

SAID = ["silent", "high", *[""] * 16]
NAMES = ("Eve", "Fay")


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request, tmp_path) -> Iterator[sa.Engine]:
    """A database of the version before."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path / 'control.db'}")
        _to_0007(engine)
        yield engine
        engine.dispose()
        return
    with postgresql() as url:
        engine = open_database(url)
        _to_0007(engine)
        yield engine
        engine.dispose()


def _to_0007(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")


class Before:
    """Writes what the version before wrote."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, table: str, **row: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(sa.insert(sa.table(table, *map(sa.column, row))).values(**row))

    def list_(self, *, revision: int, entries: int, oldest: int = 0) -> None:
        case = {"owner": "desk", "purpose": "find", "legal_basis": "s.163", "kind": "crime"}
        numbers = {"revision": revision, "oldest": oldest, "entries": entries}
        self.add("voi_list", list_id=1, name="stolen", visible_to='["ops"]', **case, **numbers)

    def entry(self, vrm: str, since: int, until: int | None = None, *names: str) -> None:
        key = {"shape": vrm.replace("O", "0").replace("I", "1"), "vrm": vrm, "pnc_id": "", "origin": "feed"}
        said = json.dumps([*SAID, *names], separators=(",", ":"))
        row = {"list_id": 1, "since": since, "until": until, "covert": bool(names), "said": said}
        self.add("voi_entry", **key, **row)

    def proposal(
        self, number: int, why: str, *counts: int, revision: int | None, state: str = "live"
    ) -> None:
        names = ("before", "added", "changed", "removed", "refused")
        row = {"kind": "hand", "state": state, "base": 0, "proposed_by": "Ann", "proposed_at_ms": 1000}
        row |= {
            "source": "by hand",
            "revive": False,
            "asks": "[]",
            "decided_by": "Bob",
            "decided_at_ms": 2000,
        }
        row |= {"decision": "" if state == "live" else f"not {why}", "revision": revision}
        if state == "ready":
            row |= {"decided_by": None, "decided_at_ms": None}
        self.add(
            "voi_proposal",
            proposal_id=number,
            list_id=1,
            why=why,
            **row,
            **dict(zip(names, counts, strict=True)),
        )

    def revision(self, number: int, proposal: int, entries: int) -> None:
        self.add(
            "voi_revision", list_id=1, revision=number, proposal_id=proposal, at_ms=2000, entries=entries
        )

    def stone(self, vrm: str, revision: int) -> None:
        key = {"shape": vrm.replace("O", "0"), "vrm": vrm, "pnc_id": "", "origin": "feed"}
        self.add(
            "voi_tombstone", list_id=1, **key, gone_by="person", revision=revision, at_ms=1, by="Ann", why="x"
        )


def test_covert_entries_are_moved_apart_and_out_of_every_count(before) -> None:
    was = Before(before)
    was.list_(revision=4, entries=3)
    was.entry("AA11AAA", 1)
    was.entry("HH11AAA", 1, None, *NAMES)
    was.entry("BB22BBB", 1, 3)
    was.entry("JJ11AAA", 2, 3, *NAMES)
    was.entry("KK11AAA", 4, None, "Gus")
    was.proposal(1, "all of it", 0, 3, 0, 0, 1, revision=1)
    was.proposal(2, "a watch", 3, 1, 0, 0, 0, revision=2)
    was.proposal(3, "two go", 4, 0, 0, 2, 0, revision=3)
    was.proposal(4, "for Gus", 2, 1, 0, 0, 0, revision=4)
    was.proposal(5, "a watch on Jim", 3, 1, 0, 0, 0, revision=None, state="refused")
    was.proposal(6, "a watch on Joe", 3, 1, 0, 0, 0, revision=None, state="ready")
    for number, entries in ((1, 3), (2, 4), (3, 2), (4, 3)):
        was.revision(number, number, entries)
    was.stone("BB22BBB", 3)
    was.stone("JJ11AAA", 3)
    migrate(before)
    store = ListStore(before)
    hidden, of_gus = (store.covert_list("stolen", frozenset(one)) for one in (NAMES, ("Gus",)))
    assert hidden is not None
    assert of_gus is not None
    assert {one.of.name for one in store.standings()} == {"stolen"}
    standing = store.standing("stolen")
    assert (standing.entries, standing.revision) == (1, 3)
    assert [(one.number, one.entries, one.diff) for one in store.history("stolen")] == [
        (3, 1, Diff(before=2, added=0, changed=0, removed=1, refused=0)),
        (1, 2, Diff(before=0, added=2, changed=0, removed=0, refused=0)),
    ]
    assert (marks(store), marks(store, of=hidden)) == ({"AA11AAA": ""}, {"HH11AAA": ""})
    assert set(marks(store, of=of_gus)) == {"KK11AAA"}
    assert [(one.number, one.why, one.entries) for one in store.history(of_gus)] == [(4, "for Gus", 1)]
    assert [one.covert for one in store.tombstones("stolen", "BB22BBB")] == [False]
    assert store.tombstones("stolen", "JJ11AAA") == ()
    assert [one.covert for one in store.tombstones(hidden, "JJ11AAA")] == [True]
    assert store.waiting() == ()
    for number in (5, 6):
        closed = store.proposal(number)
        assert (closed.state, closed.diff) == (ProposalState.REFUSED, None)
        assert "watch" not in closed.draft.why + closed.decision
    assert sorted(LiveEntries(before).all_alive().vrms) == ["AA11AAA", "HH11AAA", "KK11AAA"]
    done = filled(store, put(entry("CC33CCC")), ChangeKind.DELTA)
    assert (done.number, done.revision) == (7, 5), "no number is given twice"
    also = filled(
        store, put(entry("DD44DDD")._replace(covert=True, seen_by=NAMES)), ChangeKind.DELTA, of=hidden
    )
    assert also.revision == 5


def test_what_was_forgotten_is_not_told_for_it_may_have_been_covert(before) -> None:
    was = Before(before)
    was.list_(revision=3, entries=1, oldest=2)
    was.entry("AA11AAA", 1)
    was.proposal(1, "a watch", 0, 2, 0, 0, 0, revision=1)
    was.proposal(2, "it goes", 2, 0, 0, 1, 0, revision=2)
    was.proposal(3, "another goes", 2, 0, 0, 1, 0, revision=3)
    was.entry("BB22BBB", 1, 3)
    for number, entries in ((1, 2), (2, 2), (3, 1)):
        was.revision(number, number, entries)
    was.stone("ZZ99ZZZ", 2)
    migrate(before)
    store = ListStore(before)
    assert [(one.number, one.diff.removed) for one in store.history("stolen")] == [(3, 1), (2, 0)]
    assert store.proposal(1).diff is None
    assert "watch" not in store.proposal(1).draft.why
    assert [one.covert for one in store.tombstones("stolen", "ZZ99ZZZ")] == [True]
    assert store.standing("stolen").revision == 3
