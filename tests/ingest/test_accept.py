"""Each read of a batch is accepted with its marks, or held with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.instant import ClockSource
from openanpr.core.place import Place
from openanpr.core.span import Span
from openanpr.ingest.accept import (
    DETAILS,
    DOUBTFUL,
    DUPLICATE,
    HELD,
    LATE,
    PLACE_IGNORED,
    Mount,
    Reason,
    accept,
    reads_digest,
)
from openanpr.ingest.clock import NOT_MEASURED, ClockReading
from openanpr.ingest.device import Sender
from openanpr.ingest.limits import Limits
from openanpr.ingest.scope import Scope
from openanpr.wire.read_batch import BatchHead, ReadBatch, RefusedRead
from tests.ingest.world import BATCH, FIXED, LIMITS, MOVING, NOW, Register, record

SENDER = Sender("gate-1", Scope.parse(["53/1", "53/9/1"]), signed=True)
FOREVER = datetime.max.replace(tzinfo=UTC)
GOOD = ClockReading(40, 40, 40, sure=True)
HERE = Place(51.9, -2.1)


def judged(*records, refused=(), clock=GOOD, limits=LIMITS, register=None):
    batch = ReadBatch(BatchHead(BATCH, "gate-1", NOW), tuple(records), tuple(refused))
    cameras = register or Register({FIXED: Mount.FIXED, MOVING: Mount.MOVING})
    return accept(batch, sender=SENDER, cameras=cameras, clock=clock, received_at=NOW, limits=limits)


def only(read, **beside):
    """Return the marks of a single read, or the reason why it is held."""
    found = judged(read, **beside)
    if found.held:
        assert found.marks == bytes([HELD])
        return found.held[0].reason
    return found.marks[0]


def test_a_good_read_is_accepted_without_marks() -> None:
    assert only(record()) == 0
    assert only(record(MOVING, place=HERE)) == 0


@pytest.mark.parametrize(
    ("age_s", "found"),
    [
        (60, 0),
        (60.001, LATE),
        (30 * 86400, LATE),
        (30 * 86400 + 0.001, Reason.TOO_OLD),
        (0, 0),
        (-1, 0),
        (-1.001, DOUBTFUL),
        (-5, DOUBTFUL),
        (-5.001, Reason.FROM_THE_FUTURE),
    ],
)
def test_the_limits_of_age_are_held_to_the_millisecond(age_s, found) -> None:
    assert only(record(age_s=age_s)) == found


LAPSED = (Span(NOW - timedelta(days=9), NOW - timedelta(days=5)), Span(NOW - timedelta(hours=1), FOREVER))


@pytest.mark.parametrize(
    ("age", "found"),
    [
        (timedelta(days=9, microseconds=1), LATE),
        (timedelta(days=9), Reason.CAMERA_LAPSED),
        (timedelta(days=5, microseconds=1), Reason.CAMERA_LAPSED),
        (timedelta(days=5), LATE),
        (timedelta(hours=1, microseconds=1), LATE),
        (timedelta(hours=1), Reason.CAMERA_LAPSED),
        (timedelta(0), Reason.CAMERA_LAPSED),
    ],
)
def test_what_was_captured_while_a_camera_had_no_leave_is_held_whenever_it_comes(age, found) -> None:
    register = Register({FIXED: Mount.FIXED})
    register.shut[FIXED] = LAPSED
    assert only(replace(record(), captured_at=NOW - age), register=register) == found


def test_a_lapsed_camera_takes_nothing_from_others_and_its_own_sender_alone_is_told() -> None:
    register = Register({FIXED: Mount.FIXED, MOVING: Mount.MOVING})
    register.shut[FIXED] = register.shut[CameraId(53, 2, 7)] = (Span(NOW - timedelta(days=9), FOREVER),)
    found = judged(record(), record(MOVING, place=HERE), record(CameraId(53, 2, 7)), register=register)
    assert [(one.index, one.reason) for one in found.held] == [
        (0, Reason.CAMERA_LAPSED),
        (2, Reason.NOT_ITS_CAMERA),
    ]
    assert found.marks[1] == 0
    assert not any(char.isdigit() for char in DETAILS[Reason.CAMERA_LAPSED])


def test_each_camera_of_a_batch_is_looked_up_once() -> None:
    register = Register({FIXED: Mount.FIXED})
    judged(*[record(vrm=f"AB{n}CDE", age_s=n) for n in range(10, 40)], register=register)
    assert (register.asked[FIXED], register.asked_closed[FIXED]) == (1, 1)


@pytest.mark.parametrize(
    ("scope", "hands_on", "cased", "held"),
    [
        ("53/1", True, False, False),  # the node that hands it on answers for it
        ("53/1", True, True, True),  # this node has a case of its own
        ("53/1/7", True, False, True),  # a camera that wraps its own reads as another's
        ("53/1", False, False, True),
    ],
)
def test_a_node_answers_for_what_it_hands_on_and_a_camera_never_for_itself(
    scope, hands_on, cased, held
) -> None:
    register = Register({FIXED: Mount.FIXED})
    register.shut[FIXED] = LAPSED
    register.cased = {FIXED} if cased else set()
    sender = Sender("node-1", Scope.parse([scope]), signed=True, hands_on=hands_on)
    batch = ReadBatch(BatchHead(BATCH, "node-1", NOW), (record(),), ())
    found = accept(batch, sender=sender, cameras=register, clock=GOOD, received_at=NOW, limits=LIMITS)
    assert bool(found.held) is held


@pytest.mark.parametrize(
    ("camera", "reason"),
    [
        (CameraId(53, 2, 7), Reason.NOT_ITS_CAMERA),
        (CameraId(54, 1, 7), Reason.NOT_ITS_CAMERA),
        (CameraId(53, 9, 2), Reason.NOT_ITS_CAMERA),
        (CameraId(53, 1, 8), Reason.UNKNOWN_CAMERA),
    ],
)
def test_a_sender_speaks_only_for_its_cameras_and_only_for_known_ones(camera, reason) -> None:
    assert only(record(camera)) == reason


@pytest.mark.parametrize("place", [None, Place(0, 0), Place(0.0, -0.0)])
def test_a_moving_camera_must_say_where_it_was(place) -> None:
    assert only(record(MOVING, place=place)) == Reason.NO_PLACE


def test_a_fixed_cameras_own_word_on_its_place_does_not_count() -> None:
    assert only(record(FIXED, place=HERE)) == PLACE_IGNORED


@pytest.mark.parametrize(
    ("clock", "found"),
    [
        (NOT_MEASURED, 0),
        (ClockReading(1000, 1000, 1000, sure=True), 0),
        (ClockReading(1001, 1001, 1001, sure=True), DOUBTFUL),
        (ClockReading(-1001, -1001, -1001, sure=True), DOUBTFUL),
        (ClockReading(2001, 2001, 2001, sure=False), DOUBTFUL),
        (ClockReading(9000, 300, 300, sure=True), 0),
        (ClockReading(9000, 300, 9000, sure=True), DOUBTFUL),
        (ClockReading(2001, 2001, 2001, sure=True), Reason.CLOCK_OFF),
        (ClockReading(-2001, -2001, -2001, sure=True), Reason.CLOCK_OFF),
    ],
)
def test_a_clock_that_is_off_marks_or_holds_the_reads(clock, found) -> None:
    assert only(record(), clock=clock) == found


@pytest.mark.parametrize(
    ("source", "error_ms", "found"),
    [
        (ClockSource.CLOCK, None, 0),
        (ClockSource.STREAM, 1000, 0),
        (ClockSource.CLOCK, 1001, DOUBTFUL),
        (ClockSource.EXIF, None, DOUBTFUL),
        (ClockSource.FILE, None, DOUBTFUL),
        (ClockSource.EXIF, 500, 0),
    ],
)
def test_a_read_that_doubts_its_own_time_is_doubtful(source, error_ms, found) -> None:
    assert only(record(clock=source, clock_error_ms=error_ms)) == found


def test_the_same_read_twice_is_accepted_twice_and_marked_a_duplicate_once() -> None:
    found = judged(record(), record(vrm="CD34EFG"), replace(record(), confidence=0.5))
    assert found.marks == bytes([0, 0, DUPLICATE])
    assert found.accepted == 3


def test_a_bad_read_between_good_ones_keeps_its_place() -> None:
    bad = [RefusedRead(0, "vrm: it must be", b"{}"), RefusedRead(2, "a read must be an object", b"7")]
    found = judged(record(), record(age_s=90), refused=bad)
    assert found.marks == bytes([HELD, 0, HELD, LATE])
    assert [(h.index, h.reason, h.detail) for h in found.held] == [
        (0, Reason.MALFORMED, "vrm: it must be"),
        (2, Reason.MALFORMED, "a read must be an object"),
    ]


def test_the_register_is_asked_once_a_camera() -> None:
    register = Register({FIXED: Mount.FIXED})
    judged(*(record(vrm=f"AB{n:02}CDE") for n in range(50)), register=register)
    assert register.asked == {FIXED: 1}


def test_no_detail_holds_anything_of_the_read() -> None:
    held = judged(record(CameraId(54, 1, 7)), record(age_s=-60), record(MOVING)).held
    assert not any("AB12CDE" in h.detail or "54/1/7" in h.detail for h in held)


def batch(*records, refused=()) -> ReadBatch:
    return ReadBatch(BatchHead(BATCH, "gate-1", NOW), records, tuple(refused))


def test_the_digest_tells_other_reads_and_other_order_apart() -> None:
    one, two = record(), record(vrm="CD34EFG")
    bad = RefusedRead(0, "why", b"raw")
    digests = [
        reads_digest(b)
        for b in (
            batch(),
            batch(one),
            batch(one, two),
            batch(two, one),
            batch(one, refused=[bad]),
            batch(one, refused=[replace(bad, raw=b"war")]),
            batch(replace(one, captured_at=one.captured_at + timedelta(milliseconds=1))),
        )
    ]
    assert len(set(digests)) == len(digests)
    assert reads_digest(batch(replace(one, confidence=0.1))) == reads_digest(batch(one))


@pytest.mark.parametrize(
    "wrong",
    [
        {"profile": ""},
        {"oldest_days": 0},
        {"oldest_days": 366},
        {"late_after_s": 0},
        {"late_after_s": 30 * 86400},
        {"future_tolerance_s": -1},
        {"clock_alarm_ms": 0},
        {"clock_alarm_ms": 2001},
        {"most_reads": 0},
    ],
)
def test_limits_that_contradict_one_another_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(LIMITS, **wrong)
    assert isinstance(LIMITS, Limits)


def test_a_scope_is_read_and_written_alike_and_is_never_empty() -> None:
    texts = ("52", "53/1", "53/9/1")
    assert Scope.parse(reversed(texts)).texts() == texts
    assert Scope.parse(["52"]).covers(CameraId(52, 3, 4))
    for wrong in ([], ["x"], ["1/2/3/4"], [""], ["-1"]):
        with pytest.raises(ValueError, match=r"force|three"):
            Scope.parse(wrong)
