"""When a read meets an entry, and how it says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.hit import Band, Hit, HitKind, Reason
from openanpr.core.read import Candidate, Character, Read
from openanpr.match.differ import differing
from openanpr.match.doubt import MatchRules
from openanpr.match.index import ListIndex
from openanpr.match.wildcard import pattern_of
from tests.match.reads import make_entry, make_read

MARKS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=2, max_size=8)


def only_hit(read: Read, *vrms: str, rules: MatchRules | None = None) -> Hit:
    index = ListIndex.build(make_entry(vrm, row) for row, vrm in enumerate(vrms, start=2))
    hits = index.match(read, rules=rules or MatchRules())
    assert len(hits) == 1
    return hits[0]


def no_hit(read: Read, *vrms: str) -> bool:
    return ListIndex.build(make_entry(vrm) for vrm in vrms).match(read) == ()


def with_rival(position: int, rival: str, p: float) -> Read:
    """A read of AB12CDE with doubt in one position."""
    read = make_read(confidence=1.0 - p)
    characters = list(read.characters)
    characters[position] = Character("AB12CDE"[position], 1.0 - p, ((rival, p),))
    return make_read(confidence=1.0 - p, characters=tuple(characters))


def test_a_sure_read_of_the_listed_plate_is_exact() -> None:
    hit = only_hit(make_read("AB12CDE"), "XY99ZZZ", "AB12CDE")
    assert (hit.kind, hit.reason, hit.positions) == (HitKind.EXACT, Reason.SAME_PLATE, ())
    assert (hit.read_plate, hit.listed_plate, hit.entry.row) == ("AB12CDE", "AB12CDE", 3)
    assert hit.band is Band.HIGH


def test_a_plate_on_no_list_is_no_hit() -> None:
    assert no_hit(make_read("AB12CDE"), "XY99ZZZ", "AB12CDF")
    assert no_hit(make_read("AB12CDE"))


def test_o_for_0_and_i_for_1_are_possible_and_named() -> None:
    hit = only_hit(make_read("AB10CDE"), "ABIOCDE")
    assert (hit.kind, hit.reason, hit.positions) == (HitKind.POSSIBLE, Reason.SAME_SHAPE, (2, 3))
    assert hit.p == pytest.approx(0.98)


def test_an_open_spelling_is_never_exact_even_when_spelt_as_listed() -> None:
    both = (Candidate("1O1", 0.6), Candidate("IO1", 0.38))
    hit = only_hit(make_read("1O1", confidence=0.98, candidates=both, syntax="gb_dateless"), "1O1")
    assert (hit.kind, hit.reason) == (HitKind.POSSIBLE, Reason.SAME_SHAPE)
    assert hit.p == pytest.approx(0.98)


def test_a_mark_outside_every_grammar_leaves_o_and_0_open() -> None:
    assert only_hit(make_read("KH0991", syntax="unknown"), "KH0991").reason is Reason.SAME_SHAPE
    assert only_hit(make_read("KHN99X", syntax="unknown"), "KHN99X").kind is HitKind.EXACT


def test_the_listed_plate_read_without_confidence_is_possible() -> None:
    hit = only_hit(make_read("AB12CDE", confidence=0.7), "AB12CDE")
    assert (hit.kind, hit.reason, hit.band) == (HitKind.POSSIBLE, Reason.LOW_CONFIDENCE, Band.MEDIUM)
    strict = MatchRules(exact_confidence=0.6)
    assert only_hit(make_read(confidence=0.7), "AB12CDE", rules=strict).kind is HitKind.EXACT


def test_a_rival_of_one_character_gives_a_possible_hit_with_its_odds() -> None:
    hit = only_hit(with_rival(1, "8", 0.2), "A812CDE")
    assert (hit.kind, hit.reason, hit.positions) == (HitKind.POSSIBLE, Reason.DOUBTFUL_CHARACTER, (1,))
    assert hit.p == pytest.approx(0.2)
    assert hit.band is Band.LOW


def test_a_rival_that_is_too_unlikely_gives_nothing() -> None:
    assert no_hit(with_rival(1, "8", 0.005), "A812CDE")


def test_two_characters_off_is_no_hit_whatever_the_doubt() -> None:
    assert no_hit(with_rival(1, "8", 0.2), "A812CDF")


def test_a_doubtful_character_without_rivals_is_doubted_by_the_confusion_model() -> None:
    characters = [Character(c, 0.999) for c in "AB12CDE"]
    characters[1] = Character("B", 0.6)
    read = make_read(confidence=0.6, characters=tuple(characters))
    hit = only_hit(read, "A812CDE")
    assert hit.reason is Reason.DOUBTFUL_CHARACTER
    assert hit.p <= 0.4
    assert no_hit(read, "AX12CDE")  # X is not mistaken for B
    assert no_hit(make_read(confidence=0.999), "A812CDE")  # and a sure read is not doubted


def test_a_rival_reading_of_another_length_is_possible() -> None:
    candidates = (Candidate("AB12CDE", 0.7), Candidate("AB12CD", 0.25))
    hit = only_hit(make_read(confidence=0.7, candidates=candidates), "AB12CD")
    assert (hit.reason, hit.positions, hit.p) == (Reason.RIVAL_READING, (6,), 0.25)


def test_a_correction_by_the_grammar_does_not_hide_what_was_seen() -> None:
    hit = only_hit(make_read("AB12CDE", raw="AB1ZCDE"), "AB1ZCDE")
    assert (hit.kind, hit.reason, hit.positions) == (HitKind.POSSIBLE, Reason.RAW_READING, (3,))


@pytest.mark.parametrize(
    ("vrm", "meets", "positions"),
    [
        ("AB12*", True, (4, 5, 6)),
        ("*2CDE", True, (0, 1, 2)),
        ("AB?2CDE", True, (2,)),
        ("?B12CD?", True, (0, 6)),
        ("*B1?CD*", True, (0, 3, 6)),
        ("AB12CDE*", True, ()),
        ("AB12?", False, ()),
        ("AC1*", False, ()),
    ],
)
def test_a_wildcard_entry_is_possible_and_names_what_it_leaves_open(vrm, meets, positions) -> None:
    if meets:
        hit = only_hit(make_read("AB12CDE"), vrm)
        assert (hit.kind, hit.reason) == (HitKind.POSSIBLE, Reason.WILDCARD)
        assert hit.positions == positions
    else:
        assert no_hit(make_read("AB12CDE"), vrm)


def test_a_wildcard_entry_is_met_by_shape() -> None:
    assert only_hit(make_read("AB10CDE"), "ABIO*").reason is Reason.WILDCARD


def test_an_entry_gives_one_hit_with_its_strongest_reason() -> None:
    candidates = (Candidate("AB12CDE", 0.8), Candidate("A812CDE", 0.19))
    read = make_read(confidence=0.8, candidates=candidates, raw="A812CDE")
    assert only_hit(read, "A812CDE").reason is Reason.RAW_READING


def test_exact_hits_come_first_then_the_likeliest() -> None:
    read = with_rival(1, "8", 0.05)
    entries = [make_entry("A812CDE", 2), make_entry("AB1*", 3), make_entry("AB12CDE", 4)]
    hits = ListIndex.build(entries).match(read)
    assert [hit.entry.row for hit in hits] == [4, 3, 2]


def test_the_same_mark_on_two_rows_gives_two_hits() -> None:
    index = ListIndex.build([make_entry("AB12CDE", 2, action="STOP"), make_entry("AB12CDE", 9)])
    assert len(index) == 2
    assert [hit.entry.row for hit in index.match(make_read())] == [2, 9]


@given(read_mark=MARKS, listed=MARKS)
def test_exact_means_spelt_alike_and_nothing_else(read_mark, listed) -> None:
    for hit in ListIndex.build([make_entry(listed)]).match(make_read(read_mark)):
        assert (hit.kind is HitKind.EXACT) <= (read_mark == listed)


@given(read_mark=MARKS, listed=MARKS)
def test_positions_are_places_of_the_read(read_mark, listed) -> None:
    positions = differing(read_mark, listed)
    assert all(0 <= i < len(read_mark) for i in positions)
    assert (positions == ()) or (read_mark != listed)


@pytest.mark.parametrize(
    ("read_mark", "listed", "positions"),
    [
        ("AB12CDE", "AB12CDE", ()),
        ("AB12CDE", "AB13CDF", (3, 6)),
        ("AB12CDE", "AB2CDE", (2,)),
        ("AB12CDE", "AB112CDE", ()),
        ("ABXCE", "ABYE", (2, 3)),
        ("ABE", "ABYZE", ()),
        ("AAAA", "AA", (2, 3)),
        ("XAB", "AB", (0,)),
        ("AB", "CDE", (0, 1)),
        ("", "A", ()),
    ],
)
def test_the_positions_are_those_between_what_both_begin_and_end_with(read_mark, listed, positions) -> None:
    assert differing(read_mark, listed) == positions


@pytest.mark.parametrize(("rival", "kind"), [(0.0195, HitKind.EXACT), (0.0197, HitKind.POSSIBLE)])
def test_a_spelling_is_open_from_its_share_of_all_spellings_of_the_shape(rival, kind) -> None:
    # 0.02 of all: of 0.96 and 0.0195 it is not quite, of 0.96 and 0.0197 it is.
    both = (Candidate("1O1", 0.96), Candidate("IO1", rival))
    read = make_read("1O1", confidence=0.96, candidates=both, syntax="gb_dateless")
    assert only_hit(read, "1O1").kind is kind


def test_a_likely_mark_of_another_shape_leaves_the_spelling_alone() -> None:
    both = (Candidate("AB12CDE", 0.95), Candidate("AB12CD", 0.04))
    hits = ListIndex.build([make_entry("AB12CDE")]).match(make_read(confidence=0.95, candidates=both))
    assert [hit.kind for hit in hits] == [HitKind.EXACT]


def test_no_spelling_is_open_where_none_was_named_however_little_counts() -> None:
    assert only_hit(make_read(), "AB12CDE", rules=MatchRules(spelling_doubt=0.0)).kind is HitKind.EXACT


def test_a_read_is_sure_from_the_very_confidence_that_the_rules_ask() -> None:
    assert only_hit(make_read(confidence=0.9), "AB12CDE").kind is HitKind.EXACT
    assert only_hit(make_read(confidence=0.8999), "AB12CDE").kind is HitKind.POSSIBLE


def test_stars_in_a_row_are_one_star() -> None:
    assert pattern_of(make_entry("A**B***")).text == "A*B*"
    assert only_hit(make_read(), "AB***E").positions == (2, 3, 4, 5)


def test_the_rules_refuse_what_is_no_probability() -> None:
    with pytest.raises(ValueError, match="exact_confidence"):
        MatchRules(exact_confidence=90)
