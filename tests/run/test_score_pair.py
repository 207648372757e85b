"""Which read belongs to which plate of the truth."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.read import BoxPx
from openanpr.run.score_pair import aligned, distance, iou, pair_reads
from openanpr.run.score_truth import TruthRow
from tests.run.score_reads import made_read

LEFT, RIGHT = BoxPx(0, 0, 100, 20), BoxPx(300, 0, 100, 20)
MARKS = st.text(alphabet="AB01OI", max_size=7)


def test_boxes_decide_whatever_the_texts_say() -> None:
    rows = [TruthRow(2, "a.jpg", "AB12CDE", LEFT), TruthRow(3, "a.jpg", "XYZ123A", RIGHT)]
    reads = [made_read("AB12CDE", box=RIGHT), made_read("XYZ123A", box=LEFT)]
    pairs = pair_reads(rows, reads, still=True).pairs
    assert [pair.read.plate for pair in pairs if pair.read] == ["XYZ123A", "AB12CDE"]


def test_a_tight_read_in_a_loose_box_is_that_plate() -> None:
    loose = TruthRow(2, "a.jpg", "AB12CDE", BoxPx(0, 0, 400, 200))
    pairing = pair_reads([loose], [made_read("AB12CDE", box=BoxPx(150, 90, 100, 20))], still=True)
    assert pairing.pairs[0].read is not None
    assert not pairing.false


def test_other_words_within_a_loose_box_are_no_capture() -> None:
    loose = TruthRow(2, "a.jpg", "AB12CDE", BoxPx(0, 0, 400, 200))
    pairing = pair_reads([loose], [made_read("JERSEY", box=BoxPx(150, 90, 100, 20))], still=True)
    assert pairing.pairs[0].read is None
    assert len(pairing.false) == 1


def test_a_read_elsewhere_is_a_false_read_and_the_plate_is_missed() -> None:
    pairing = pair_reads(
        [TruthRow(2, "a.jpg", "AB12CDE", LEFT)], [made_read("POLICE", box=RIGHT)], still=True
    )
    assert pairing.pairs[0].read is None
    assert [read.plate for read in pairing.false] == ["POLICE"]


def test_without_boxes_the_nearest_text_is_taken_and_a_strange_one_is_false() -> None:
    rows = [TruthRow(2, "a.jpg", "AB12CDE"), TruthRow(3, "a.jpg", "XYZ123A")]
    reads = [made_read("XYZ128A"), made_read("TAXI"), made_read("AB12CDF")]
    pairing = pair_reads(rows, reads, still=True)
    assert [pair.read.plate for pair in pairing.pairs if pair.read] == ["AB12CDF", "XYZ128A"]
    assert [read.plate for read in pairing.false] == ["TAXI"]


def test_a_clip_is_paired_by_text_even_where_boxes_are_given() -> None:
    row = TruthRow(2, "a.mp4", "AB12CDE", RIGHT)
    assert pair_reads([row], [made_read("AB12CDE", box=LEFT)], still=False).pairs[0].read is not None


def test_two_passes_of_one_plate_want_two_reads_and_a_third_is_a_repeat() -> None:
    rows = [TruthRow(2, "a.mp4", "AB12CDE"), TruthRow(3, "a.mp4", "AB12CDE")]
    pairing = pair_reads(rows, [made_read("AB12CDE")] * 3, still=False)
    assert all(pair.read is not None for pair in pairing.pairs)
    assert (len(pairing.repeats), len(pairing.false)) == (1, 0)


def test_a_plate_that_nobody_can_read_counts_for_nothing() -> None:
    pairing = pair_reads([TruthRow(2, "a.jpg", "", LEFT)], [made_read("AB12CDE", box=LEFT)], still=True)
    assert not pairing.pairs
    assert not pairing.false
    assert len(pairing.unreadable) == 1


def test_every_read_of_a_picture_without_plates_is_false() -> None:
    assert len(pair_reads([], [made_read("AB12CDE"), made_read("TAXI")], still=True).false) == 2


def test_a_dropped_character_leaves_the_others_in_their_place() -> None:
    assert aligned("AB12CDE", "AB2CDE") == (
        ("A", "A"), ("B", "B"), ("1", ""), ("2", "2"), ("C", "C"), ("D", "D"), ("E", "E"),
    )  # fmt: skip


@given(MARKS, MARKS)
def test_two_texts_side_by_side_are_the_texts_and_their_distance_is_even_handed(a, b) -> None:
    pairs = aligned(a, b)
    assert "".join(x for x, _ in pairs) == a
    assert "".join(y for _, y in pairs) == b
    assert abs(len(a) - len(b)) <= distance(a, b) == distance(b, a) <= max(len(a), len(b))


def test_overlap_is_one_for_the_same_box_and_nothing_for_boxes_apart() -> None:
    assert iou(LEFT, LEFT) == 1.0
    assert iou(LEFT, RIGHT) == 0.0
    assert iou(LEFT, BoxPx(50, 0, 100, 20)) == 1 / 3
