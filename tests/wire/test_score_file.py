"""A result of a score, read back: as the program wrote it, and whatever else somebody may send."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.camera_test import Rates, Verdict, against
from openanpr.core.share import Share
from openanpr.wire.score_file import MOST_BYTES, ScoreFileError, read_score
from tests.ingest.world import NOW
from tests.run.score_results import made_result

Json = dict[str, Any]


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> bytes:
    return made_result(tmp_path_factory.mktemp("scored"), at=NOW, plates=40, missed=2, wrong=1, false=3)


def changed(result: bytes, change: Callable[[Json], object]) -> bytes:
    told = json.loads(result)
    change(told)
    return json.dumps(told).encode()


def test_a_result_is_read_back_as_it_was_counted(result) -> None:
    score = read_score(result, now=NOW)
    assert score.rates == Rates(plates=40, found=38, exact=37, folded=37)
    assert score.digest == hashlib.sha256(result).hexdigest()
    assert (score.made_at, score.pictures, score.clips, score.country) == (NOW, 40, 0, "gb")
    assert score.model == "plate-finder-12ab+plate-reader-34cd"
    assert score.false_reads.pictures == 3
    light = {one.part: one.rates for one in score.parts if one.by == "light"}
    assert light["dusk"].plates == 10
    assert light["bright"] == Rates(plates=30, found=28, exact=27, folded=27)


def test_no_mark_of_the_file_is_in_what_is_kept_of_it(result) -> None:
    assert b"AB39CDE" in result, "the file names what was missed"
    assert "AB" not in repr(read_score(result, now=NOW))


def test_a_measurement_that_left_things_out_says_so(result) -> None:
    def leave(told: Json) -> None:
        told["left_out"] = {
            "bad_rows": [{"line": 3, "reason": "x"}],
            "unread": [{"file": "a", "problem": "b"}] * 2,
            "unnamed_files": 4,
        }

    left = read_score(changed(result, leave), now=NOW).left_out
    assert (left.rows, left.unread, left.unnamed) == (1, 2, 4)


CHANGES: dict[str, tuple[Callable[[Json], object], str]] = {
    "another form": (lambda told: told.update(format="openanpr.score/2"), "no result of openanpr score"),
    "a better rate": (lambda told: told["capture"].update(value=0.999), "do not follow from their counts"),
    "a narrower interval": (lambda told: told["read_exact"].update(low=0.97), "do not follow"),
    "more hits than plates": (lambda told: told["capture"].update(hits=41), "do not follow"),
    "more right than found": (lambda told: told["read_exact"].update(hits=39), "do not follow"),
    "fewer right by shape than by letter": (lambda told: told["read_folded"].update(hits=1), "do not follow"),
    "another number of plates": (lambda told: told.update(plates=41), "do not follow"),
    "another whole": (lambda told: told["end_to_end_exact"].update(hits=38), "do not follow"),
    "a part too few": (lambda told: told["groups"].pop(), "do not add up"),
    "a part twice": (lambda told: told["groups"].append(told["groups"][0]), "names a part twice"),
    "parts of another kind": (lambda told: told["groups"][0].update(by="driver"), "does not know"),
    "a mark for a light": (lambda told: told["groups"][-1].update(group="ab12 cde"), "words without digits"),
    "a mark for a layout": (
        lambda told: told["groups"][0].update(group="AB12CDE"),
        "has a name that is none",
    ),
    "a mark for a model": (lambda told: told.update(model="AB12 CDE"), "cannot be read"),
    "the future": (lambda told: told.update(made_at="2099-01-01T00:00:00Z"), "in the future"),
    "no zone": (lambda told: told.update(made_at="2026-01-01T00:00:00"), "cannot be read"),
    "a share of text": (lambda told: told["capture"].update(hits="38"), "cannot be read"),
    "a huge number": (lambda told: told.update(pictures=10**30), "cannot be read"),
    "too many parts": (lambda told: told.update(groups=told["groups"][:1] * 101), "cannot be read"),
    "nothing left out": (lambda told: told.pop("left_out"), "cannot be read"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_result_that_was_changed_is_refused_in_words_that_hold_nothing_of_it(result, name) -> None:
    change, sentence = CHANGES[name]
    with pytest.raises(ScoreFileError, match=sentence) as caught:
        read_score(changed(result, change), now=NOW)
    assert "AB12" not in str(caught.value).upper()


def test_a_result_of_pictures_without_a_plate_tells_no_rate(result) -> None:
    nothing = {"hits": 0, "of": 0, "value": None, "low": None, "high": None}

    def empty(told: Json) -> None:
        for name in ("capture", "read_exact", "read_folded", "end_to_end_exact"):
            told[name] = nothing
        told.update(plates=0, groups=[])

    with pytest.raises(ScoreFileError, match="no capture rate"):
        read_score(changed(result, empty), now=NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b"null", b"[" * 100_000, b'{"format":1}'])
def test_what_is_no_result_at_all_is_refused_with_a_sentence(body) -> None:
    with pytest.raises(ScoreFileError, match="give the file that openanpr score"):
        read_score(body, now=NOW)


def test_a_result_beyond_all_bounds_is_not_even_looked_at(result) -> None:
    with pytest.raises(ScoreFileError, match="more than 2 MiB"):
        read_score(result + b" " * MOST_BYTES, now=NOW)


def test_a_clock_that_is_a_little_ahead_is_borne(result) -> None:
    assert read_score(result, now=NOW - timedelta(minutes=50)).made_at == NOW
    with pytest.raises(ScoreFileError, match="future"):
        read_score(result, now=NOW - timedelta(minutes=61))


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read_and_never_break(body) -> None:
    with pytest.raises(ScoreFileError):
        read_score(body, now=NOW)


@pytest.mark.parametrize(
    ("share", "target", "verdict"),
    [
        (Share(998, 1000), 0.98, Verdict.REACHED),
        (Share(98, 100), 0.98, Verdict.OPEN),
        (Share(100, 100), 0.98, Verdict.OPEN),
        (Share(900, 1000), 0.98, Verdict.MISSED),
        (Share(0, 0), 0.98, None),
        (Share(9, 10), None, None),
    ],
)
def test_a_target_is_reached_or_missed_only_by_the_whole_interval(share, target, verdict) -> None:
    assert against(share, target) is verdict
