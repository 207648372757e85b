"""Capture records and lists of entries for tests: made by hand, and drawn so that hits are common."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.read import Candidate, Character
from openanpr.match.listed import ListedEntry
from tests.match.reads import AT

# Few characters, so that marks meet: both spellings of two shapes, and what they are mistaken for.
FEW = "0O1ID8B5"
PROBABILITIES = st.one_of(
    st.floats(0.0, 1.0), st.sampled_from([0.0, 0.0099, 0.01, 0.0101, 0.5, 0.9, 0.99, 0.9901, 0.999, 1.0])
)
MARKS = st.text(FEW, min_size=1, max_size=4)
LONG_MARKS = st.sampled_from(["0O1I0O1I0O", "0O1I0O1I0O1", "0O1I0OII0O1", "00110011001100"])
WILD_MARKS = st.text(FEW[:5] + "??**", min_size=1, max_size=6)


def make_record(vrm: str = "AB12CDE", *, confidence: float | None = 0.98, **changes: Any) -> CaptureRecord:
    """A sure read of a current-series plate as it is delivered, with any field changed."""
    p = confidence or 0.9
    record = CaptureRecord(
        camera=CameraId(53, 1, 7),
        captured_at=AT,
        vrm=vrm,
        raw=vrm.replace("O", "0").replace("I", "1"),
        syntax="gb_current",
        confidence=confidence,
        candidates=(Candidate(vrm, p),),
        characters=tuple(Character(c, p ** (1 / len(vrm))) for c in vrm),
    )
    return replace(record, **changes)


@st.composite
def records(draw: st.DrawFn) -> CaptureRecord:
    """A record that leaves open whatever it likes, consistent or not."""
    vrm = draw(st.one_of(MARKS, LONG_MARKS))
    other_marks = st.one_of(MARKS, LONG_MARKS, st.just(vrm))
    rivals = st.lists(st.tuples(st.sampled_from(FEW), PROBABILITIES), max_size=2).map(tuple)
    characters = [Character(c, draw(PROBABILITIES), draw(rivals)) for c in vrm[: draw(st.integers(3, 13))]]
    return make_record(
        vrm,
        raw=draw(st.one_of(st.just(vrm), other_marks, st.just(""))),
        syntax=draw(st.sampled_from(["gb_current", "unknown"])),
        confidence=draw(st.one_of(st.none(), PROBABILITIES)),
        candidates=tuple(draw(st.lists(st.builds(Candidate, other_marks, PROBABILITIES), max_size=4))),
        characters=tuple(characters),
    )


def entries(*, most: int = 30) -> st.SearchStrategy[list[ListedEntry]]:
    """Entries of two lists, wildcards and long marks among them, each with its own id."""
    marks = st.one_of(MARKS, MARKS, WILD_MARKS, LONG_MARKS)
    return st.lists(st.tuples(marks, st.integers(1, 2)), max_size=most).map(
        lambda rows: [ListedEntry(100 + i, of_list, vrm) for i, (vrm, of_list) in enumerate(rows)]
    )
