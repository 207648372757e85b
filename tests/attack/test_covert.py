"""Attacks on covert entries: whoever is not named is told what they would be told without them.

Two nodes live through the same, but for covert entries that one of them has. All that somebody who is not
named can ask of lists is asked of both, and must be answered alike, letter by letter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.core.role import Role
from openanpr.core.voi_entry import Action, EntryKey, Origin, VoiEntry
from openanpr.core.voi_list import ChangeKind, Draft
from openanpr.run.node.chores import weed_all
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.numbering import LOWEST_COVERT
from openanpr.voi.by_hand import Asker, HandError, approve, propose_entry, propose_removal, propose_rollback
from openanpr.voi.covert_part import covert_part
from openanpr.voi.weed import WeedRules, weed
from tests.run_node.world import World, covert, listed
from tests.store_control.conftest import emptied, engine, postgresql_engine, sqlite_engine
from tests.store_control.stand import NOW, TODAY, entry, filled, put
from tests.store_control.stand import STOLEN as OF_STORE
from tests.web_api.node_people import somebody, token_of

__all__ = ["engine", "postgresql_engine", "sqlite_engine"]

EVE_AND_FAY = ("Eve", "Fay")
MARKS = ("AB12CDE", "AB12CDF", "KX51AAA", "OO11AAA", "0011AAA")
FORM = {
    "why": "a test",
    "vrm": "KX51AAA",
    "action": "stop",
    "reason": "theft",
    "owner": "desk",
    "weed_on": "2026-12-20",
}
FILE = """VRM,Make,C,S
AB12CDE,FORD,,
KX51AAA,SEAT,,
0011AAA,,,
"""
PROFILE = """
name = "own"
list = "stolen"
source = "test"
file_name = '(?P<kind>full).csv'
[columns]
vrm = "VRM"
make = "Make"
covert = "C"
seen_by = "S"
[defaults]
action = "stop"
[ask]
added = 1.0
changed = 1.0
removed = 1.0
refused = 1.0
"""


class Asking:
    """A node, and what it tells lena, who is named for nothing."""

    def __init__(self, folder: Path, reads: str) -> None:
        self.folder = folder
        self.world = World(folder / "node", reads)
        people = {
            login: somebody(self.world, login, Role.LIST_OWNER) for login in ("lena", "lou", "ivy", "ian")
        }
        self.world.made.gate._founded = True
        self.tokens = {login: token_of(self.world, one, "socket") for login, one in people.items()}
        (folder / "own.toml").write_text(PROFILE)

    def as_(self, login: str) -> World:
        self.world.token = self.tokens[login]
        return self.world

    def said(self, login: str, method: str, path: str, form: Any = None, **query: str) -> tuple[int, Any]:
        more = {} if form is None else {"json": form}
        answer = self.as_(login).request(method, path, query=query, **more)
        return answer.status_code, answer.json()

    def told(self) -> dict[str, Any]:
        """All that lena can ask."""
        paths = ["/lists", "/lists/stolen", "/lists/stolen/history", "/lists/stolen/review", "/proposals"]
        paths += ["/lists/stolen/holders", "/lists/stolen/entries", "/imports/profiles"]
        paths += [f"/lists/stolen/entries/{number}" for number in range(1, 12)]
        paths += [f"/proposals/{number}" for number in range(1, 15)]
        paths += [f"/lists/stolen/tombstones/{mark}" for mark in MARKS]
        found: dict[str, Any] = {path: self.said("lena", "GET", path) for path in paths}
        for mark in MARKS:
            found[mark] = self.said("lena", "POST", "/lists/stolen/entries/find", {"vrm": mark})
        self.world.token = ""
        node = self.world.get("/node")
        return found | {name: node[name] for name in ("listed", "lists", "alarms")}

    def bring(self, rows: str = FILE) -> tuple[int, Any]:
        path = self.folder / "full.csv"
        path.write_text(rows)
        form = {"path": str(path), "profile": str(self.folder / "own.toml"), "why": "daily"}
        return self.said("lena", "POST", "/imports", form)

    def hide(self, mark: str, *names: str, **more: Any) -> int:
        """Put a covert entry on, by two whom it names; return the number of its proposal."""
        form = {**FORM, "vrm": mark, "covert": True, "seen_by": list(names), **more}
        status, told = self.said(names[0], "POST", "/lists/stolen/entries", form)
        assert status == 200, told
        status, done = self.said(names[1], "POST", f"/proposals/{told['number']}/approve", {})
        assert (status, done["state"]) == (200, "live")
        return int(told["number"])


@pytest.fixture
def rich(tmp_path_factory, reads_url) -> Iterator[Asking]:
    made = Asking(tmp_path_factory.mktemp("alone"), reads_url)
    yield made
    made.world.last.close()


@pytest.fixture
def pair(tmp_path_factory, reads_url) -> Iterator[tuple[Asking, Asking]]:
    made = [Asking(tmp_path_factory.mktemp(name), reads_url) for name in ("with", "without")]
    yield made[0], made[1]
    for one in made:
        one.world.last.close()


def alike(pair: tuple[Asking, Asking], step: str) -> None:
    one, other = (json.dumps(asking.told(), default=str).replace(str(asking.folder), "") for asking in pair)
    assert one == other, step


def both(pair: tuple[Asking, Asking], do: Callable[[Asking], Any]) -> None:
    """Do the same on both nodes: it is answered alike."""
    one, other = (json.dumps(do(asking), default=str) for asking in pair)
    assert one == other


def test_no_count_diff_history_or_error_tells_of_a_covert_entry(pair) -> None:
    rich, _ = pair
    both(pair, lambda one: one.world.list_(listed("AB12CDE"), listed("OO11AAA")))
    rich.hide("KX51AAA", "ivy", "ian", review_on="2026-11-22")
    alike(pair, "a covert entry came by hand")
    rich.hide("AB12CDE", "ivy", "ian")
    rich.hide("0011AAA", "ian", "lou")
    alike(pair, "of a mark that is open, and of one in another spelling of an open one")
    status, waits = rich.said(
        "ivy", "POST", "/lists/stolen/entries", {**FORM, "covert": True, "seen_by": ["ivy", "lou"]}
    )
    assert status == 200
    alike(pair, "one waits for somebody")
    for do in ("approve", "refuse"):
        for login in ("lena", "ian"):
            form = {} if do == "approve" else {"why": "x"}
            there = rich.said(login, "POST", f"/proposals/{waits['number']}/{do}", form)
            nothing = rich.said(login, "POST", f"/proposals/{2**48}/{do}", form)
            assert there[0] == nothing[0] == 404
            assert there[1]["message"].replace(str(waits["number"]), str(2**48)) == nothing[1]["message"]
    both(pair, lambda one: one.said("lena", "POST", "/lists/stolen/entries", FORM))
    both(pair, lambda one: one.said("lou", "POST", "/proposals/2/approve", {}))
    alike(pair, "lena puts on openly what is covert")
    both(pair, Asking.bring)
    both(pair, lambda one: one.said("lou", "POST", "/proposals/3/approve", {}))
    alike(pair, "a whole file names it")
    both(pair, lambda one: one.bring("VRM,Make,C,S\nAB12CDF,,,\n"))
    alike(pair, "the next file names it no more")
    both(pair, lambda one: one.said("lena", "POST", "/lists/stolen/rollback", {"why": "x", "to": 1}))
    both(pair, lambda one: one.said("lou", "POST", "/proposals/5/approve", {}))
    alike(pair, "the list goes back")
    both(pair, lambda one: one.world.later(days=60))
    both(pair, lambda one: weed_all(one.world.stores, one.world.now))
    both(pair, lambda one: one.said("lena", "POST", "/lists/stolen/weeding", {}))
    rich.world.made.forgetting.run(rich.world.now)
    alike(pair, "time passes, what is over is weeded")


def test_the_covert_entry_stays_as_it_is_whatever_a_file_says_and_the_named_hear_of_it(rich) -> None:
    rich.world.list_(listed("AB12CDE"))
    rich.hide("KX51AAA", "ivy", "ian", reason="quiet")
    name = rich.world.covert_list("ivy", "ian")
    before = rich.world.stores.lists.find(name, EntryKey("KX51AAA", "", Origin.HAND))
    assert before is not None
    for rows in (FILE, "VRM,Make,C,S\nAB12CDF,,,\n", FILE):
        status, told = rich.bring(rows)
        assert status == 200
        if told["state"] == "waiting":
            assert rich.said("lou", "POST", f"/proposals/{told['proposal']['number']}/approve", {})[0] == 200
        assert rich.world.stores.lists.find(name, before.key) == before
    told = dict(rich.said("ivy", "GET", f"/lists/{name}")[1])
    assert (told["openly"], told["entries"]) == (1, 1)
    (one,) = rich.said("ian", "GET", f"/lists/{name}/entries")[1]["entries"]
    assert (one["vrm"], one["openly"], one["reason"]) == ("KX51AAA", True, "quiet")


def test_the_covert_rows_of_a_file_wait_for_somebody_whom_they_name_and_for_nobody_else(pair) -> None:
    rich, plain = pair
    both(pair, lambda one: one.world.list_(listed("AB12CDE")))
    status, told = rich.bring("VRM,Make,C,S\nAB12CDE,,,\nLB07SEO,,yes,ivy; ian\nLB08SEO,,yes,lou\n")
    assert (status, told["rows"]) == (200, 3)
    plain.bring("VRM,Make,C,S\nAB12CDE,,,\n")
    alike(pair, "nobody else hears of them, not whoever brought them in either")
    (waits,) = rich.said("ivy", "GET", "/proposals")[1]
    rows = rich.said("ivy", "GET", f"/proposals/{waits['number']}")[1]["rows"]
    assert [one["after"]["vrm"] for one in rows["added"]] == ["LB07SEO"]
    assert rich.said("lou", "POST", f"/proposals/{waits['number']}/approve", {})[0] == 404
    assert rich.said("ian", "POST", f"/proposals/{waits['number']}/approve", {})[1]["state"] == "live"
    alike(pair, "they are live")
    rich.bring("VRM,Make,C,S\nAB12CDE,,,\n")
    plain.bring("VRM,Make,C,S\nAB12CDE,,,\n")
    assert rich.said("ivy", "GET", "/proposals")[1] == [], (
        "a file that says nothing of them takes nothing off"
    )
    alike(pair, "a file says nothing of them")
    rich.bring("VRM,Make,C,S\nAB12CDE,,,\nLB07SEO,,,\n")
    (one,) = rich.said("ivy", "GET", f"/lists/{rich.world.covert_list('ian', 'ivy')}/entries")[1]["entries"]
    assert (one["covert"], one["openly"]) == (True, True), "what a file uncovers stays covert, and is told of"


def test_a_covert_list_is_not_there_for_whoever_is_not_named_whatever_they_ask(rich) -> None:
    rich.world.list_(listed("AB12CDE"))
    rich.hide("KX51AAA", "ivy", "ian")
    name, none = rich.world.covert_list("ian", "ivy"), "stolen--0123456789abcdef"
    (number, _), *_ = rich.world.stores.lists.latest(name, before=2**53, limit=5)
    form = {**FORM, "of_vrm": "KX51AAA", "of_origin": "hand"}
    for method, part, body in (
        ("GET", "", None),
        ("GET", "/history", None),
        ("GET", "/review", None),
        ("GET", "/holders", None),
        ("GET", "/entries", None),
        ("GET", f"/entries/{number - LOWEST_COVERT}", None),
        ("GET", "/tombstones/KX51AAA", None),
        ("POST", "/entries/find", {"vrm": "KX51AAA"}),
        ("POST", "/entries", FORM),
        ("POST", "/corrections", form),
        ("POST", "/removals", {"why": "x", "vrm": "KX51AAA", "origin": "hand"}),
        ("POST", "/rollback", {"why": "x", "to": 1}),
        ("POST", "/weeding", {}),
    ):
        there = rich.said("lena", method, f"/lists/{name}{part}", body)
        nothing = rich.said("lena", method, f"/lists/{none}{part}", body)
        assert there[0] == 404, part
        assert json.dumps(there).replace(name, none) == json.dumps(nothing), part
    path = rich.folder / "full.csv"
    path.write_text("VRM,Make,C,S\nAB12CDE,,,\n")
    brought = {"path": str(path), "profile": str(rich.folder / "own.toml"), "why": "x"}
    there, nothing = (rich.said("lena", "POST", "/imports", {**brought, "list": one}) for one in (name, none))
    assert there[0] == 404
    assert json.dumps(there).replace(name, none) == json.dumps(nothing)
    assert rich.said("ivy", "POST", "/imports", {**brought, "list": name})[0] == 422
    case = {"owner": "x", "purpose": "x", "legal_basis": "x", "kind": "crime", "visible_to": ["lena"]}
    assert rich.said("lena", "POST", "/lists", {"name": name, **case})[0] == 422
    assert rich.said("lena", "GET", f"/lists/{name}")[0] == 404


def test_a_removed_covert_entry_stays_covert_in_what_is_told_of_the_gone(pair) -> None:
    rich, _ = pair
    both(pair, lambda one: one.world.list_(listed("AB12CDE")))
    rich.hide("KX51AAA", "ivy", "ian")
    name = rich.world.covert_list("ian", "ivy")
    said = {"why": "over", "vrm": "KX51AAA", "origin": "hand"}
    number = rich.said("ivy", "POST", f"/lists/{name}/removals", said)[1]["number"]
    assert rich.said("ian", "POST", f"/proposals/{number}/approve", {})[1]["state"] == "live"
    (stone,) = rich.world.stores.lists.tombstones(name, "KX51AAA")
    assert stone.covert
    (told,) = rich.said("ivy", "GET", f"/lists/{name}/tombstones/KX51AAA")[1]
    assert told["why"] == "over"
    alike(pair, "it was there and is gone")
    both(pair, lambda one: one.said("lena", "POST", "/lists/stolen/entries", FORM))
    alike(pair, "and nobody needs to say that it may come back")


def test_who_is_named_for_one_circle_learns_nothing_of_another(pair) -> None:
    rich, plain = pair
    for one in pair:
        one.world.list_(listed("AB12CDE"))
        one.hide("KX51AAA", "ivy", "ian")
    rich.hide("KX52AAA", "lou", "ian")

    def seen(one: Asking) -> str:
        name = one.world.covert_list("ian", "ivy")
        (number, _), *_ = one.world.stores.lists.latest(name, before=2**53, limit=5)
        paths = ["/lists", "/proposals", f"/lists/{name}", f"/lists/{name}/history", f"/lists/{name}/entries"]
        told = json.dumps([one.said("ivy", "GET", path) for path in paths])
        for chance in (name, str(number - LOWEST_COVERT), str(one.world.stores.lists.ids()[name])):
            told = told.replace(chance, "BY CHANCE")
        return told

    assert seen(rich) == seen(plain)


# What stands on the open list, and what it is like, is decided by what is done openly alone.
OPENLY = st.one_of(
    st.tuples(st.just("file"), st.lists(st.sampled_from(MARKS), max_size=4, unique=True)),
    st.tuples(st.just("put"), st.sampled_from(MARKS)),
    st.tuples(st.just("off"), st.sampled_from(MARKS)),
    st.tuples(st.just("back"), st.integers(0, 4)),
    st.tuples(st.just("weed"), st.integers(0, 9)),
)
COVERTLY = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(MARKS)),
    st.tuples(st.just("off"), st.sampled_from(MARKS)),
    st.tuples(st.just("file"), st.lists(st.sampled_from(MARKS), max_size=3, unique=True)),
    st.tuples(st.just("weed"), st.integers(0, 9)),
)
STEPS = st.lists(
    st.one_of(st.tuples(st.just("open"), OPENLY), st.tuples(st.just("covert"), COVERTLY)), max_size=7
)


def done(store: ListStore, of: str, step: tuple[str, Any], seen_by: tuple[str, ...]) -> str:
    """Do something on a list, approved; return how it went."""
    what, with_ = step
    asker = Asker("Ann", NOW, "a test")
    try:
        if what == "file":
            rows = [entry(mark)._replace(covert=bool(seen_by), seen_by=seen_by) for mark in with_]
            filled(store, put(*rows), ChangeKind.FULL, of=of)
            return "filled"
        if what == "weed":
            on = NOW + timedelta(days=with_)
            proposal = weed(of, by="node", at=on, rules=WeedRules(1.0), store=store)
            return f"{proposal.state} {proposal.diff}"
        if what == "put":
            one = VoiEntry(with_, Action.STOP, reason="r", owner="o", weed_on=TODAY + timedelta(days=4))
            one = one._replace(covert=bool(seen_by), seen_by=seen_by)
            proposal = propose_entry(of, one, asker=asker, longest=timedelta(days=9), store=store)
        elif what == "off":
            key = EntryKey(with_, "", Origin.HAND)
            proposal = propose_removal(of, key, asker=asker, store=store)
        else:
            proposal = propose_rollback(of, to=with_, asker=asker, store=store)
        return str(approve(proposal.number, by="Bob", at=NOW, store=store))
    except HandError as fault:
        return str(fault)


def shown(store: ListStore, first: int) -> list[object]:
    """All that a store tells of the open list, its entries counted from `first`."""
    stones = [store.tombstones("stolen", mark) for mark in MARKS]
    on = date(2027, 1, 1)
    return [
        [one for one in store.standings() if one.of.name == "stolen"],
        store.history("stolen"),
        [(number - first, one) for number, one in store.entries("stolen")],
        stones,
        store.due_for_review("stolen", on=on, limit=9),
        store.any_to_weed("stolen", on=on),
        [one for one in store.waiting() if one.draft.list_name == "stolen"],
    ]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_covertly_the_open_list_is_what_it_would_be_without(engine, steps) -> None:
    outcomes: list[object] = []
    for covertly in (True, False):
        emptied(engine)
        store = ListStore(engine)
        store.define(replace(OF_STORE, name="other"))
        _, first = next_numbers(store, "other")  # the database counts on, whatever was deleted
        store.define(OF_STORE)
        told: list[object] = []
        for how, step in steps:
            if how == "open":
                told.append(done(store, "stolen", step, ()))
            elif covertly:
                name = covert_part("stolen", EVE_AND_FAY, by="Ann", store=store)
                done(store, name, step, EVE_AND_FAY)
        told += shown(store, first)
        number, last = next_numbers(store, "stolen")
        outcomes.append([*told, number, last - first])
    assert outcomes[0] == outcomes[1]


def next_numbers(store: ListStore, of: str) -> tuple[int, int]:
    """Return the numbers that the next proposal and the next entry of a list get."""
    number = store.open(Draft(of, ChangeKind.DELTA, "Ann", NOW, "a test", source_at=NOW))
    store.stage(number, put(entry("ZZ99ZZZ")), ())
    store.settle(number, on=TODAY)
    store.ready(number, ())
    store.apply(number, by="Bob", at=NOW, decision="a test")
    (entry_id,) = [found for found, one in store.entries(of) if one.vrm == "ZZ99ZZZ"]
    return number, entry_id


def test_a_covert_entry_cannot_be_put_on_an_open_list_nor_an_open_one_on_a_covert_list(
    tmp_path, reads_url
) -> None:
    world = World(tmp_path, reads_url)
    world.list_(covert("KX51AAA", "ivy"))
    lists, hidden = world.stores.lists, world.covert_list("ivy")
    for name, one in (
        ("stolen", covert("KX51AAA", "ivy")),
        (hidden, listed("KX51AAA")),
        (hidden, covert("KX51AAA", "lena")),
    ):
        number = lists.open(Draft(name, ChangeKind.DELTA, "Ann", world.now, "a test"))
        with pytest.raises(ValueError, match="stands on the list of those whom it names"):
            lists.stage(number, put(one), ())
    world.last.close()
