"""Whatever files, deltas and rollbacks come in whatever order, the store holds what a plain dict would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.core.shape import shape_key
from openanpr.core.voi_delta import DeltaKind
from openanpr.core.voi_list import ChangeKind, GoneBy
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.voi.circulate import delta
from openanpr.voi.weed import WeedRules, weed
from tests.store_control.conftest import emptied
from tests.store_control.stand import NOW, STOLEN, TODAY, entry, filled, marks, put

MARKS = ("OO1AA", "001AA", "OOIAA", "AB1CD", "ABICD", "XY2ZZ", "AB12*")
SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
listed = st.tuples(st.sampled_from(MARKS), st.sampled_from(("", "FORD", "FIAT")))
orders = st.tuples(st.sampled_from((RowOrder.PUT_ON, RowOrder.PUT_ON, RowOrder.TAKE_OFF)), listed)
fulls = st.tuples(st.just(ChangeKind.FULL), st.lists(listed, max_size=7))
deltas = st.tuples(st.just(ChangeKind.DELTA), st.lists(orders, max_size=5))
rollbacks = st.tuples(st.just(ChangeKind.ROLLBACK), st.integers(0, 9))


def shape(mark: str) -> str:
    return shape_key(mark) + "*" * mark.count("*")


@dataclass(slots=True)
class Model:
    """A list as a dict of mark to make, and every revision that it was at."""

    now: dict[str, str] = field(default_factory=dict)
    then: dict[int, dict[str, str]] = field(default_factory=dict)

    def full(self, rows) -> None:
        kept: dict[str, str] = {}
        for mark, make in rows:
            if all(shape(mark) != shape(other) for other in kept):
                kept[mark] = make
        self.now = kept

    def delta(self, rows) -> None:
        first = {}
        for order, (mark, make) in rows:
            first.setdefault(mark, (order, make))
        taken = {m for m, (order, _) in first.items() if order is RowOrder.TAKE_OFF and m in self.now}
        stays = {m: make for m, make in self.now.items() if m not in taken}
        new: dict[str, str] = {}
        for mark, (order, make) in first.items():
            others = {other for other in (*stays, *new) if other != mark}
            if order is RowOrder.PUT_ON and all(shape(mark) != shape(other) for other in others):
                new[mark] = make
        self.now = stays | new


def run(store, model: Model, step) -> None:
    """Take one step in the store and in the model."""
    kind, what = step
    if kind is ChangeKind.FULL:
        filled(store, put(*(entry(*one) for one in what)), kind)
        model.full(what)
    elif kind is ChangeKind.DELTA:
        rows = [StagedRow(n, order, entry(*one)) for n, (order, one) in enumerate(what, 1)]
        filled(store, rows, kind)
        model.delta(what)
    elif model.then:
        to = sorted(model.then)[what % len(model.then)]
        filled(store, [], kind, back_to=to)
        model.now = model.then[to]
    revision = store.standing("stolen").revision
    if revision:
        model.then[revision] = dict(model.now)


@SETTINGS
@given(steps=st.lists(st.one_of(fulls, deltas, rollbacks), min_size=1, max_size=6))
def test_any_sequence_of_imports_and_rollbacks_leaves_what_the_model_holds(engine, store, steps) -> None:
    emptied(engine)
    store.define(STOLEN)
    model = Model()
    for step in steps:
        run(store, model, step)
        assert marks(store) == model.now
        assert store.standing("stolen").entries == len(model.now)
        assert len({shape(mark) for mark in marks(store)}) == len(marks(store))
    for revision, was in model.then.items():
        assert marks(store, revision=revision) == was
        assert carried(store, revision, was) == model.now


def carried(store, since: int, held: dict[str, str]) -> dict[str, str]:
    """What a device holds after it took in all pages of the delta."""
    page = delta("stolen", since, store=store, limit=2)
    has = {} if page.kind is DeltaKind.FULL else dict(held)
    while True:
        for key in page.removals:
            del has[key.vrm]
        has |= {one.vrm: one.make for one in page.upserts}
        if page.more is None:
            return has
        page = delta("stolen", since, store=store, limit=2, cursor=page.more)


@SETTINGS
@given(weed_days=st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=8), day=st.integers(0, 10))
def test_weeding_takes_exactly_what_is_due_and_nothing_weeded_comes_back(
    engine, store, weed_days, day
) -> None:
    emptied(engine)
    store.define(STOLEN)
    on = {f"AA{n}AAA": None if d is None else TODAY + timedelta(days=d) for n, d in enumerate(weed_days, 2)}
    filled(store, put(*(entry(mark, weed_on=when) for mark, when in on.items())), ChangeKind.FULL)
    today = TODAY + timedelta(days=day)
    weed("stolen", by="weeder", at=NOW + timedelta(days=day), rules=WeedRules(1.0), store=store)
    due = {mark for mark, when in on.items() if when is not None and when < today}
    assert set(marks(store)) == set(on) - due
    assert {mark for mark in on if store.tombstones("stolen", mark)} == due
    filled(store, put(*(entry(mark, "NEW") for mark in on)), ChangeKind.FULL)
    assert set(marks(store)) == set(on) - due
    assert all(store.tombstones("stolen", mark)[0].gone_by is GoneBy.WEEDED for mark in due)
    filled(store, put(*(entry(mark, "NEW") for mark in on)), ChangeKind.FULL, revive=True)
    assert set(marks(store)) == set(on)
