"""Files named by time and plate: a pattern, a zone, and no way out of the folder."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from openanpr.wire.vendors.contract import Parsed
from openanpr.wire.vendors.file_name import DEFAULT_PATTERN, file_pattern, parse
from tests.wire.vendors.messages import FILE, LONDON, OVERVIEW, RECEIVED, SEEN, Enrolled, enrolled

AT_FTP = enrolled("ftp", zone=LONDON)


def dropped(
    name: str,
    *,
    camera: Enrolled = AT_FTP,
    pattern: re.Pattern[str] = DEFAULT_PATTERN,
    received_at: datetime = RECEIVED,
    content: bytes = OVERVIEW,
) -> Parsed:
    return parse(content, "image/jpeg", camera, received_at, name=name, pattern=pattern)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (FILE, "overview"),
        ("20261122083015250_AB12CDE.jpg", "overview"),
        ("20261122083015250_AB12CDE_LICENSE_PLATE.JPEG", "patch"),
        ("20261122083015250_ab12 cde_crop.jpeg", "patch"),
    ],
)
def test_a_name_tells_time_plate_and_what_the_picture_shows(name: str, kind: str) -> None:
    parsed = dropped(f"north/ftp/{name}")
    assert (parsed.records[0].vrm, parsed.records[0].captured_at) == ("AB12CDE", SEEN)
    assert [picture.kind.value for picture in parsed.pictures] == [kind]


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        f"../ftp/{FILE}",
        f"ftp/../{FILE}",
        f"/ftp/{FILE}",
        f"ftp//{FILE}",
        f"ftp\\{FILE}",
        f"ftp/{FILE}\0.jpg",
        f"ftp/{FILE}\n",
        f"ftp/{'x' * 300}{FILE}",
        "ftp/holiday.jpg",
        f"ftp/{FILE}.exe",
        "ftp/٢٠٢٦1122083015_AB12CDE.jpg",
    ],
)
def test_a_name_that_leads_elsewhere_or_fits_no_pattern_is_refused(name: str) -> None:
    parsed = dropped(name)
    assert (parsed.records, parsed.pictures) == ((), ())
    assert "file name" in parsed.refused[0].reason


def test_a_name_without_a_folder_names_no_camera() -> None:
    assert "camera" in dropped(FILE).refused[0].reason


def test_without_a_zone_the_time_is_refused() -> None:
    assert "zone" in dropped(f"ftp/{FILE}", camera=enrolled("ftp")).refused[0].reason


@pytest.mark.parametrize(
    "stamp", ["20261322083015", "20260230083015", "20261122253015", "19990101000000", "00000101000000"]
)
def test_a_time_on_no_calendar_or_beyond_belief_is_refused(stamp: str) -> None:
    assert "time" in dropped(f"ftp/{stamp}_AB12CDE.jpg").refused[0].reason


@pytest.mark.parametrize(
    ("received", "hour"), [("2026-10-25T00:30:20+00:00", 0), ("2026-10-25T01:30:20+00:00", 1)]
)
def test_in_the_hour_that_autumn_repeats_the_time_of_arrival_decides(received: str, hour: int) -> None:
    parsed = dropped("ftp/20261025013015_AB12CDE.jpg", received_at=datetime.fromisoformat(received))
    assert parsed.records[0].captured_at == datetime(2026, 10, 25, hour, 30, 15, tzinfo=UTC)


def test_a_time_that_spring_skipped_is_refused() -> None:
    assert "skipped" in dropped("ftp/20260329013015_AB12CDE.jpg").refused[0].reason


def test_a_zone_set_for_the_camera_moves_its_times() -> None:
    tokyo = enrolled("ftp", zone=ZoneInfo("Asia/Tokyo"))
    assert dropped("ftp/20261122173015250_AB12CDE.jpg", camera=tokyo).records[0].captured_at == SEEN


def test_a_pattern_of_ones_own_may_name_the_camera_and_the_confidence() -> None:
    pattern = file_pattern(
        r"(?P<camera>\w+)-(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})T(?P<hour>\d\d)-(?P<minute>\d\d)-(?P<second>\d\d)"
        r"-(?P<plate>\w+)-(?P<confidence>\d+)\.jpg"
    )
    record = dropped("in/ftp-22.11.2026T08-30-15-AB12CDE-93.jpg", pattern=pattern).records[0]
    assert (record.captured_at, record.confidence) == (SEEN.replace(microsecond=0), 0.93)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("(", "regular expression"),
        (r"(?P<plate>\w+)", "needs these groups"),
        (DEFAULT_PATTERN.pattern + "(?P<colour>x)?", "mean nothing"),
    ],
)
def test_a_pattern_that_cannot_serve_is_refused_before_any_file(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        file_pattern(written)


def test_a_vehicle_whose_plate_was_not_read_is_counted_and_left_out() -> None:
    assert dropped("ftp/20261122083015250_unknown_VEHICLE_DETECTION.jpg").not_final == 1


def test_a_file_that_is_no_picture_leaves_the_read_without_one() -> None:
    parsed = dropped(f"ftp/{FILE}", content=b"")
    assert parsed.records[0].overview is None
    assert "JPEG" in parsed.refused[0].reason
