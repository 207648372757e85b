"""What holds for every adapter: what it keeps, what it refuses, and what it never says."""

from __future__ import annotations

import hashlib
import json

import pytest

from openanpr.wire.vendors.contract import MOST_PAYLOAD_BYTES, Parsed, PictureKind
from tests.wire.vendors.messages import ALL, CASES, EXAMPLES, RECEIVED, SEEN, Case, Enrolled, enrolled

UPDATED = SEEN.replace(second=18, microsecond=748_000)
MESSAGES = {name: case for name, case in CASES.items() if name != "file"}  # a file tells all in its name
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
each_message = pytest.mark.parametrize("case", MESSAGES.values(), ids=MESSAGES.keys())


def taken(case: Case, camera: Enrolled = ALL) -> Parsed:
    return case.parse(case.payload, case.content_type, camera, RECEIVED)


@each
def test_an_example_is_taken_whole(case: Case) -> None:
    parsed = taken(case)
    record = parsed.records[0]
    assert parsed.refused == ()
    assert (record.vrm, record.syntax) == ("AB12CDE", "gb_current")
    assert str(record.camera) == "53/1/7"
    assert record.model.startswith("vendor/")


@each
def test_the_hash_of_the_message_as_it_came_is_kept(case: Case) -> None:
    for record in taken(case).records:
        assert json.loads(record.extra)["payload_sha256"] == hashlib.sha256(case.payload).hexdigest()


@each
def test_each_picture_belongs_to_its_record(case: Case) -> None:
    parsed = taken(case)
    for picture in parsed.pictures:
        record = parsed.records[picture.record]
        told = record.patch if picture.kind is PictureKind.PATCH else record.overview
        assert told == hashlib.sha256(picture.jpeg).hexdigest()
    given = sum((record.patch is not None) + (record.overview is not None) for record in parsed.records)
    assert given == len(parsed.pictures)


@each
def test_the_same_message_twice_is_the_same_read(case: Case) -> None:
    assert [r.read_id for r in taken(case).records] == [r.read_id for r in taken(case).records]


@each
def test_a_camera_that_is_not_enrolled_is_refused_and_nothing_is_kept(case: Case) -> None:
    parsed = taken(case, enrolled("another"))
    assert (parsed.records, parsed.pictures) == ((), ())
    assert all("not enrolled" in refusal.reason for refusal in parsed.refused)
    assert parsed.refused


@each_message
def test_a_message_cut_off_anywhere_near_its_end_is_refused(case: Case) -> None:
    cut = case.parse(case.payload[:-9], case.content_type, ALL, RECEIVED)
    assert cut.records == ()
    assert len(cut.refused) == 1


@each
def test_a_message_larger_than_any_camera_sends_is_refused_unread(case: Case) -> None:
    huge = case.payload + b" " * MOST_PAYLOAD_BYTES
    parsed = case.parse(huge, case.content_type, ALL, RECEIVED)
    assert parsed.records == ()
    assert "larger than" in parsed.refused[0].reason


@each
def test_a_time_of_arrival_without_a_zone_is_the_callers_fault(case: Case) -> None:
    with pytest.raises(ValueError, match="zone"):
        case.parse(case.payload, case.content_type, ALL, RECEIVED.replace(tzinfo=None))


@each_message
@pytest.mark.parametrize(
    "payload", [b"", b"\0", b"<", b"{", b"[]", b"null", b'"AB12CDE"', b"\xff\xfe", b"--"]
)
def test_a_scrap_is_refused_and_raises_nothing(case: Case, payload: bytes) -> None:
    for content_type in ("", case.content_type, "multipart/form-data", "application/json"):
        parsed = case.parse(payload, content_type, ALL, RECEIVED)
        assert parsed.records == ()
        assert len(parsed.refused) == 1


@each
def test_no_reason_names_the_plate_or_the_camera(case: Case) -> None:
    scraps = [case.payload[:cut] for cut in range(0, len(case.payload), max(1, len(case.payload) // 40))]
    reasons = [
        refusal.reason
        for payload in [*scraps, case.payload]
        for camera in (ALL, enrolled("another"))
        for refusal in case.parse(payload, case.content_type, camera, RECEIVED).refused
    ]
    assert reasons
    for secret in ("AB12CDE", "A812CDE", "camera-1", "driveway", "gate-1", "123456789"):
        assert not any(secret.lower() in reason.lower() for reason in reasons)


@each
def test_speed_and_place_are_never_kept(case: Case) -> None:
    for record in taken(case).records:
        assert record.place is None
        assert not any(
            word in record.extra.lower() for word in ("speed", "gps", "geotag", "51.5", "latitude")
        )


@each
def test_a_read_is_of_the_time_that_its_message_tells(case: Case) -> None:
    # Frigate tells of an update when the plate was read, of an event when the vehicle came.
    seen = UPDATED if case is CASES["frigate update"] else SEEN
    assert all(record.captured_at == seen for record in taken(case).records)


def test_every_example_is_used() -> None:
    known = {"openalpr_group.json", "plate_recognizer.json", "axis_lost.json", "hikvision.xml"}
    known |= {"frigate_end.json", "frigate_lpr.json"}
    assert {path.name for path in EXAMPLES.iterdir()} == known
