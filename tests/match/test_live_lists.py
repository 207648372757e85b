"""Batches against lists that change: the screen loses nothing, and a change counts from the next batch on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.entry import Entry
from openanpr.core.hit import HitKind, Reason
from openanpr.core.read import Candidate, Character
from openanpr.match.doubt import MatchRules
from openanpr.match.index import ListIndex
from openanpr.match.listed import ListedEntry
from openanpr.match.live import LiveLists
from tests.match.records import PROBABILITIES, entries, make_record, records

RULES = st.builds(MatchRules, PROBABILITIES, PROBABILITIES, PROBABILITIES, PROBABILITIES)


def built(listed: Sequence[ListedEntry]) -> LiveLists:
    return LiveLists.build([e.vrm for e in listed], [e.entry_id for e in listed], [e.list_id for e in listed])


def grown(listed: Iterable[ListedEntry]) -> LiveLists:
    lists = LiveLists()
    for entry in listed:
        lists.put(entry)
    return lists


def told(lists: LiveLists, batch: Sequence[CaptureRecord], rules: MatchRules) -> list[list[tuple]]:
    hits = lists.match(batch, rules=rules)
    assert list(hits) == sorted(hits)
    return [
        [
            (h.kind, h.reason, h.entry.list_id, h.entry.entry_id, h.entry.vrm, h.positions, h.p)
            for h in of_read
        ]
        for of_read in (hits.get(i, ()) for i in range(len(batch)))
    ]


def told_one_by_one(
    listed: Iterable[ListedEntry], batch: Sequence[CaptureRecord], rules: MatchRules
) -> list[list[tuple]]:
    """What the exact stage alone says, without any screen."""
    index = ListIndex.build(Entry(e.vrm, str(e.list_id), e.entry_id) for e in listed)
    return [
        [
            (h.kind, h.reason, int(h.entry.list_name), h.entry.row, h.entry.vrm, h.positions, h.p)
            for h in index.match(record, rules=rules)
        ]
        for record in batch
    ]


def reasons(lists: LiveLists, *batch: CaptureRecord) -> list[list[Reason]]:
    return [[hit.reason for hit in hits] for hits in lists.match(batch).values()]


@settings(max_examples=250, deadline=None)
@given(listed=entries(), batch=st.lists(records(), max_size=8), rules=st.one_of(st.just(MatchRules()), RULES))
def test_the_screen_loses_no_hit_and_adds_none(listed, batch, rules) -> None:
    expected = told_one_by_one(listed, batch, rules)
    assert told(built(listed), batch, rules) == expected
    assert told(grown(listed), batch, rules) == expected


CHANGES = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"), entries(most=1).filter(bool).map(lambda one: one[0].vrm), st.integers(98, 135)
        ),
        st.tuples(st.just("remove"), st.just(""), st.integers(98, 135)),
        st.tuples(st.just("merge"), st.just(""), st.just(0)),
        st.tuples(
            st.just("beside"), entries(most=1).filter(bool).map(lambda one: one[0].vrm), st.integers(98, 135)
        ),
    ),
    max_size=12,
)


@settings(max_examples=120, deadline=None)
@given(listed=entries(), changes=CHANGES, batch=st.lists(records(), max_size=5))
def test_after_any_changes_a_batch_meets_what_the_lists_then_hold(listed, changes, batch) -> None:
    lists, model = built(listed), {entry.entry_id: entry for entry in listed}
    for change, vrm, entry_id in changes:
        if change == "put":
            model[entry_id] = ListedEntry(entry_id, 2, vrm)
            lists.put(model[entry_id])
        elif change == "remove":
            assert lists.remove(entry_id) == (model.pop(entry_id, None) is not None)
        elif change == "merge":
            lists.merge()
        else:
            gone = {entry_id + 1, entry_id + 2}
            before, were, still = lists, dict(model), told(lists, batch, MatchRules())
            model = {i: entry for i, entry in model.items() if i not in gone}
            model[entry_id] = ListedEntry(entry_id, 2, vrm)
            lists = lists.changed([model[entry_id]], gone)
            assert (told(before, batch, MatchRules()), len(before)) == (still, len(were))
            assert lists.unmerged == 0
        assert len(lists) == len(model)
        assert sorted(lists.ids().tolist()) == sorted(model)
    assert told(lists, batch, MatchRules()) == told_one_by_one(model.values(), batch, MatchRules())


def test_each_kind_of_hit_is_told_with_its_read() -> None:
    doubted = tuple(Character(c, 0.999) for c in "XY99ZZ")
    batch = [
        make_record("AB12CDE"),
        make_record("NO99HIT"),
        make_record("AB10CDE"),
        make_record("XY99ZZB", confidence=0.7, characters=(*doubted, Character("B", 0.7, (("8", 0.25),)))),
        make_record("KX51AAA", raw="KX5IAAB"),
        make_record("LA04QQQ"),
        make_record("MA51BBB", confidence=0.6),
    ]
    listed = ["AB12CDE", "ABIOCDE", "XY99ZZ8", "KX51AAB", "LA0*", "MA51BBB"]
    hits = built([ListedEntry(i, 1, vrm) for i, vrm in enumerate(listed)]).match(batch)
    assert {i: [(hit.entry.entry_id, hit.reason) for hit in found] for i, found in hits.items()} == {
        0: [(0, Reason.SAME_PLATE)],
        2: [(1, Reason.SAME_SHAPE)],
        3: [(2, Reason.DOUBTFUL_CHARACTER)],
        4: [(3, Reason.RAW_READING)],
        5: [(4, Reason.WILDCARD)],
        6: [(5, Reason.LOW_CONFIDENCE)],
    }
    assert [hit.kind for found in hits.values() for hit in found].count(HitKind.EXACT) == 1


def test_a_read_without_confidence_is_never_exact() -> None:
    trusting = MatchRules(exact_confidence=0.0, unstated_confidence=1.0)
    hits = built([ListedEntry(1, 1, "AB12CDE")]).match([make_record(confidence=None)], rules=trusting)
    assert [(hit.kind, hit.reason) for hit in hits[0]] == [(HitKind.POSSIBLE, Reason.LOW_CONFIDENCE)]


def test_a_read_of_another_makers_camera_is_never_exact_however_sure_it_says_it_is() -> None:
    (hits,) = (
        built([ListedEntry(1, 1, "AB12CDE")])
        .match([make_record(confidence=0.999, model="vendor/any")], rules=MatchRules())
        .values()
    )
    assert [(hit.kind, hit.reason) for hit in hits] == [(HitKind.POSSIBLE, Reason.LOW_CONFIDENCE)]


def test_many_unlikely_spellings_of_one_shape_are_looked_up_together() -> None:
    spelt = tuple(Candidate(plate, 0.004) for plate in ("1O1X", "I01X", "10IX"))
    record = make_record("L01X", confidence=0.98, candidates=(Candidate("L01X", 0.98), *spelt))
    hits = built([ListedEntry(1, 1, "101X")]).match([record])
    assert [hit.p for hit in hits[0]] == [pytest.approx(0.012)]


def test_a_character_that_leaves_just_enough_room_is_looked_up() -> None:
    # E is mistaken for F alone: 0.98 / 0.9895 * 0.0105 is a little over a hundredth.
    characters = tuple(Character(c, 0.9895 if c == "E" else 0.9999) for c in "AB12CDE")
    lists = built([ListedEntry(1, 1, "AB12CDF")])
    assert reasons(lists, make_record(characters=characters)) == [[Reason.DOUBTFUL_CHARACTER]]
    surer = tuple(Character(c, 0.9905 if c == "E" else 0.9999) for c in "AB12CDE")
    assert not lists.match([make_record(characters=surer)])


def test_a_long_mark_is_met_by_what_was_seen_or_might_be_as_well() -> None:
    seen, might_be = "ABCDEFGH1234", "ABCDEFGH12345"
    doubted = make_record(confidence=0.8, candidates=(Candidate("AB12CDE", 0.8), Candidate(might_be, 0.1)))
    batch = [make_record(raw=seen), doubted, make_record(seen)]
    lists = built([ListedEntry(1, 1, seen), ListedEntry(2, 1, might_be), ListedEntry(3, 1, "*H1234")])
    assert reasons(lists, *batch) == [
        [Reason.RAW_READING],
        [Reason.RIVAL_READING],
        [Reason.SAME_PLATE, Reason.WILDCARD],
    ]


def test_what_was_seen_is_met_however_short_it_was() -> None:
    lists = built([ListedEntry(1, 1, "O"), ListedEntry(2, 1, "AB12CDF")])
    assert reasons(lists, make_record(raw="0"), make_record(raw="")) == [[Reason.RAW_READING]]


def test_an_entry_put_counts_for_the_next_batch_and_one_removed_no_longer() -> None:
    lists = built([ListedEntry(1, 1, "AB12CDE")])
    assert not lists.match([make_record("XY99ZZZ")])
    lists.put(ListedEntry(2, 7, "XY99ZZZ"))
    assert reasons(lists, make_record("XY99ZZZ")) == [[Reason.SAME_PLATE]]
    assert (len(lists), lists.unmerged) == (2, 1)
    assert lists.remove(2)
    assert lists.remove(1)
    assert not lists.match([make_record("XY99ZZZ"), make_record("AB12CDE")])
    assert not lists.remove(1)
    assert len(lists) == 0


def test_a_changed_entry_is_met_as_it_is_now_spelt() -> None:
    lists = built([ListedEntry(1, 1, "AB12CDE"), ListedEntry(2, 1, "K?X*")])
    lists.put(ListedEntry(1, 1, "XY99ZZZ"))
    lists.put(ListedEntry(2, 1, "AB1?CDE"))
    assert reasons(lists, make_record("AB12CDE")) == [[Reason.WILDCARD]]
    assert reasons(lists, make_record("XY99ZZZ")) == [[Reason.SAME_PLATE]]
    assert not lists.match([make_record("KAX1")])


def test_a_merge_changes_nothing_but_where_entries_stand() -> None:
    lists = built([ListedEntry(i, 1, f"AB{i:02d}CDE") for i in range(60)])
    lists.remove(7)
    lists.put(ListedEntry(99, 2, "OIOIO"))
    batch = [make_record(f"AB{i:02d}CDE") for i in range(60)] + [make_record("OIOIO")]
    before = lists.match(batch)
    lists.merge()
    assert (lists.match(batch), lists.unmerged, len(lists)) == (before, 0, 60)


def test_a_mark_on_two_lists_gives_two_hits_that_name_them() -> None:
    hits = built([ListedEntry(5, 9, "AB12CDE"), ListedEntry(4, 3, "AB12CDE")]).match([make_record()])
    assert [(hit.entry.list_id, hit.entry.entry_id) for hit in hits[0]] == [(3, 4), (9, 5)]


@pytest.mark.parametrize("vrm", ["", "ab12cde", "AB12 CDE", "AB12CDÉ", "AB\x0012"])
def test_what_no_list_may_hold_is_refused_and_changes_nothing(vrm) -> None:
    lists = built([ListedEntry(1, 1, "AB12CDE")])
    with pytest.raises(ValueError, match="A-Z0-9"):
        lists.put(ListedEntry(1, 1, vrm))
    with pytest.raises(ValueError, match="A-Z0-9"):
        built([ListedEntry(1, 1, vrm)])
    assert lists.match([make_record("AB12CDE")])


@pytest.mark.parametrize("twice", ["XY99ZZZ", "XY9*", "XY99ZZZ0000"])
def test_an_id_that_stands_twice_is_refused(twice) -> None:
    with pytest.raises(ValueError, match="twice"):
        built([ListedEntry(1, 1, "AB12CDE"), ListedEntry(1, 1, twice)])


def test_columns_of_unlike_length_are_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        LiveLists.build(["AB12CDE"], [1, 2], [1])


@pytest.mark.parametrize(
    ("entry_id", "list_id"), [(2**63, 1), (-(2**63) - 1, 1), (1, 2**31), (1, -(2**31) - 1)]
)
def test_ids_that_have_no_room_are_refused(entry_id, list_id) -> None:
    lists = LiveLists()
    with pytest.raises(OverflowError, match="64 bits"):
        lists.put(ListedEntry(entry_id, list_id, "AB12CDE"))
    assert len(lists) == 0


@pytest.mark.parametrize(("entry_id", "list_id"), [(2**63 - 1, 2**31 - 1), (-(2**63), -(2**31))])
def test_the_last_ids_that_have_room_are_kept_through_a_merge(entry_id, list_id) -> None:
    lists = LiveLists()
    lists.put(ListedEntry(entry_id, list_id, "AB12CDE"))
    lists.merge()
    entry = lists.match([make_record("AB12CDE")])[0][0].entry
    assert (entry.entry_id, entry.list_id) == (entry_id, list_id)


def test_a_copy_with_an_entry_that_no_list_may_hold_is_refused() -> None:
    lists = built([ListedEntry(1, 1, "AB12CDE")])
    with pytest.raises(ValueError, match="A-Z0-9"):
        lists.changed([ListedEntry(2, 1, "AB12 CDE")], ())


def test_more_entries_than_are_packed_in_one_go_are_each_found() -> None:
    lists = built([ListedEntry(i, 1, f"AB{i}X") for i in range(105_000)])
    batch = [make_record(f"AB{i}X") for i in (0, 19_999, 20_000, 49_999, 50_000, 104_999, 105_000)]
    hits = lists.match(batch)
    assert [hits[i][0].entry.entry_id for i in range(6)] == [0, 19_999, 20_000, 49_999, 50_000, 104_999]
    assert list(hits) == [0, 1, 2, 3, 4, 5]
