"""Rows written column by column are what rows written one by one are."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind
from openanpr.store.control.engine import reading
from openanpr.store.control.list_tables import voi_arriving, voi_change, voi_staged
from openanpr.voi import feed_batches
from openanpr.voi.importing import ImportState, import_feed
from tests.store_control.stand import NOW, PROFILE, bring, entry, filled, full, marks, profile, put, written

HEADINGS = "VRM,Make,Weed date,PNC ID,C,R,E,P"
MAPPED = PROFILE.replace(
    "[defaults]", 'covert = "C"\nreview_on = "R"\nentered_on = "E"\npriority = "P"\n[defaults]'
)
ODD = [
    "AA11AAA,FORD,31/12/2027,1/2,yes,1/1/2027,2/1/2026,High",
    "OI01O*,Škoda,,é/\\,,,,low",
    'BB22BBB,"say ""so"", then",,"a,b",no,,,',
    "CC33?CC,back\\slash\\n,2028-01-01,,,2027-02-03,1/2/2025,medium",
]


@pytest.mark.parametrize("row", ODD)
@pytest.mark.parametrize("first", ["cut", "one by one"])
def test_a_file_changes_nothing_when_its_rows_are_read_the_other_way(
    store, folder, monkeypatch, row, first
) -> None:
    path = written(folder, [row, "ZZ99ZZZ,A,,,,,,"], headings=HEADINGS)
    plain = feed_batches.cut
    ways = {"cut": plain, "one by one": lambda *_: None}
    monkeypatch.setattr(feed_batches, "cut", ways.pop(first))
    bring(store, path, full(), MAPPED)
    for waits in store.waiting():
        store.apply(waits.number, by="inspector", at=NOW, decision="the covert part")
    assert sum(one.entries for one in store.every_standing()) == 2
    monkeypatch.setattr(feed_batches, "cut", *ways.values())
    again = bring(store, path, full(NOW + timedelta(days=1)), MAPPED)
    assert (again.state, again.proposal.diff.refused) == (ImportState.UNCHANGED, 0)
    assert store.waiting() == (), "nor is anything of the covert part another"


def test_thousands_of_rows_come_in_with_each_of_their_cells_in_its_place(store, folder) -> None:
    rows = [f"AB{n}CDE,make {n},,{n}/A" for n in range(2345)]
    bring(store, written(folder, rows), full())
    found = {one.vrm: (one.make, one.pnc_id) for _, one in store.entries("stolen")}
    assert found == {f"AB{n}CDE": (f"make {n}", f"{n}/A") for n in range(2345)}


def test_nothing_staged_is_left_behind_and_what_waits_beside_it_stays(store, engine, folder) -> None:
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    waits = written(folder, ["AA11AAA,,,", "BB22BBB,,,"], name="waits.csv")
    got = bring(store, waits, full(), PROFILE.replace("[ask]", '[ask]\nalways = "look"'))
    assert rows_left(engine) == [0, 0, 0]
    assert got.proposal is not None
    assert set(marks(store)) == {"AA11AAA", "BB22BBB"}


def rows_left(engine) -> list[int]:
    with reading(engine) as connection:
        tables = (voi_arriving, voi_staged, voi_change)
        return [
            connection.execute(sa.select(sa.func.count()).select_from(one)).scalar_one() for one in tables
        ]


def test_a_proposal_that_waits_keeps_its_rows_when_another_is_closed(store, folder) -> None:
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    looked = PROFILE.replace("[ask]", '[ask]\nalways = "look"')
    first = waiting(store, written(folder, ["AA11AAA,,,", "BB22BBB,,,"]), looked)
    second = waiting(store, written(folder, ["AA11AAA,,,", "CC33CCC,,,"]), looked)
    store.refuse(second.number, by="inspector", at=NOW, decision="no")
    store.apply(first.number, by="inspector", at=NOW, decision="yes")
    assert set(marks(store)) == {"AA11AAA", "BB22BBB"}


def waiting(store, path, text):
    got = import_feed(path, full(), profile=profile(text), store=store)
    assert got.state is ImportState.WAITING
    return got.proposal
