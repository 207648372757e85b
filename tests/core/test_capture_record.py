"""A capture record knows its camera and is the same wherever it is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.place import Place

AT = datetime(2026, 11, 22, 12, 0, 0, 123_000, tzinfo=UTC)
RECORD = CaptureRecord(CameraId(53, 1, 7), AT, "AB12CDE", "AB12CDE", "gb_current", 0.98)


def test_a_camera_is_named_by_three_numbers_and_back() -> None:
    assert CameraId.parse("53/1/7") == CameraId(53, 1, 7)
    assert str(CameraId.parse(" 53/1/7 ")) == "53/1/7"


@pytest.mark.parametrize(
    "text", ["", "53", "53/1", "53/1/7/2", "53/x/7", "53/-1/7", "53/1/99999999999", "\u0665/1/7"]
)
def test_another_form_of_camera_is_refused_with_what_is_wanted(text: str) -> None:
    with pytest.raises(ValueError, match="force/source/camera"):
        CameraId.parse(text)


def test_a_place_off_the_earth_is_refused() -> None:
    assert Place(51.9, -2.1).error_m is None
    with pytest.raises(ValueError, match="latitude"):
        Place(91, 0)


def test_a_record_has_one_number_whatever_zone_tells_its_time_and_whatever_else_it_says() -> None:
    abroad = AT.astimezone(timezone(timedelta(hours=2)))
    assert replace(RECORD, captured_at=abroad, confidence=0.5, raw="A812CDE").read_id == RECORD.read_id
    assert 0 <= RECORD.read_id < 2**64


def test_another_camera_time_or_mark_is_another_record() -> None:
    others = (
        replace(RECORD, camera=CameraId(53, 1, 8)),
        replace(RECORD, captured_at=AT + timedelta(milliseconds=1)),
        replace(RECORD, vrm="AB12CDF"),
    )
    assert len({RECORD.read_id, *(o.read_id for o in others)}) == 4
