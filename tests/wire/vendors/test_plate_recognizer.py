"""Plate Recognizer Stream: small letters, several results, JSON alone or in a form."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

import pytest

from openanpr.core.read import Direction
from openanpr.wire.vendors.contract import MOST_RESULTS, MOST_TEXT_BYTES, Parsed
from openanpr.wire.vendors.plate_recognizer import parse
from tests.wire.vendors.messages import (
    ALL,
    BOUNDARY,
    CASES,
    MULTIPART,
    OVERVIEW,
    RECEIVED,
    SEEN,
    changed,
    enrolled,
    example,
    parts,
)

MESSAGE = changed("plate_recognizer.json", len)


def sent(**changes: Any) -> Parsed:
    payload = changed("plate_recognizer.json", lambda message: message["data"].update(changes))
    return parse(payload, "application/json", ALL, RECEIVED)


def test_each_result_with_a_plate_is_a_read_and_one_without_is_counted() -> None:
    parsed = sent()
    assert [(r.vrm, r.syntax, r.confidence) for r in parsed.records] == [
        ("AB12CDE", "gb_current", 0.939),
        ("J12345", "je", 0.55),
    ]
    assert (parsed.not_final, parsed.refused) == (1, ())
    assert [r.direction for r in parsed.records] == [Direction.TOWARDS, Direction.AWAY]


def test_a_candidate_without_a_score_is_kept_in_extra_only() -> None:
    record = sent().records[0]
    assert [c.plate for c in record.candidates] == ["AB12CDE", "A812CDE"]
    said = json.loads(record.extra)["said"]
    assert said["candidates"][2] == {"plate": "ab12cdf"}
    assert said["dscore"] == 0.841


@pytest.mark.parametrize(
    "body",
    [
        (MESSAGE, "application/json"),
        (MESSAGE, ""),
        (b"json=" + MESSAGE, "application/x-www-form-urlencoded"),
        (b"json=" + quote_plus(MESSAGE).encode(), "application/x-www-form-urlencoded; charset=utf-8"),
        (parts(("json", "", MESSAGE)), MULTIPART),
        (parts(("upload", "image/jpeg", OVERVIEW), ("json", "application/json", MESSAGE)), MULTIPART),
        (parts(("json", "", MESSAGE)).replace(b"\r\n", b"\n"), f'Multipart/Form-Data; boundary="{BOUNDARY}"'),
        (json.dumps(example("plate_recognizer.json")["data"]).encode(), "application/json"),
    ],
)
def test_every_way_of_sending_gives_the_same_reads(body: tuple[bytes, str]) -> None:
    assert [r.read_id for r in parse(*body, ALL, RECEIVED).records] == [r.read_id for r in sent().records]


def test_a_form_too_large_for_a_message_without_pictures_is_refused() -> None:
    form = b"json=" + b"%7b" * MOST_TEXT_BYTES
    parsed = parse(form, "application/x-www-form-urlencoded", ALL, RECEIVED)
    assert "form" in parsed.refused[0].reason


def test_a_picture_comes_through_byte_for_byte_and_goes_to_every_result() -> None:
    case = CASES["plate_recognizer"]
    pictures = case.parse(case.payload, case.content_type, ALL, RECEIVED).pictures
    assert [(p.record, p.jpeg) for p in pictures] == [(0, OVERVIEW), (1, OVERVIEW)]


def test_an_event_that_is_no_recognition_is_left_out() -> None:
    payload = changed("plate_recognizer.json", lambda message: message["hook"].update(event="camera_offline"))
    assert parse(payload, "", ALL, RECEIVED).not_final == 1


def test_a_time_without_a_zone_needs_one_set_for_the_camera() -> None:
    bare = {"timestamp": "2026-11-22 08:30:15.250413", "timestamp_local": None}
    payload = changed("plate_recognizer.json", lambda message: message["data"].update(bare))
    refused = parse(payload, "", enrolled("camera-1"), RECEIVED).refused
    assert [(r.index, "zone" in r.reason) for r in refused] == [(0, True), (2, True)]
    tokyo = parse(payload, "", enrolled("camera-1", zone=ZoneInfo("Asia/Tokyo")), RECEIVED)
    assert tokyo.records[0].captured_at.isoformat() == "2026-11-21T23:30:15.250000+00:00"


def test_the_local_time_serves_where_only_it_has_a_zone() -> None:
    parsed = sent(timestamp="2026-11-22T08:30:15", timestamp_local="2026-11-22 10:30:15.250413+02:00")
    assert parsed.records[0].captured_at == SEEN


@pytest.mark.parametrize(
    "wrong", ["yesterday", "2026-11-22", "2026-02-30T08:30:15Z", "22/11/2026 08:30", "", 5, None]
)
def test_a_time_that_is_none_is_refused(wrong: object) -> None:
    parsed = sent(timestamp=wrong, timestamp_local=None)
    assert parsed.records == ()
    assert all("time" in refusal.reason for refusal in parsed.refused)


def test_one_bad_result_is_refused_by_its_place_and_the_others_are_taken() -> None:
    results = example("plate_recognizer.json")["data"]["results"]
    parsed = sent(results=[results[0], "noise", {"plate": ["x"]}, results[2]])
    assert len(parsed.records) == 2
    assert [refusal.index for refusal in parsed.refused] == [1, 2]
    assert [picture.record for picture in parsed.pictures] == []


@pytest.mark.parametrize("results", [None, {}, "many", [{}] * (MOST_RESULTS + 1)])
def test_results_that_are_no_list_or_too_many_are_refused(results: object) -> None:
    parsed = sent(results=results)
    assert (parsed.records, parsed.not_final) == ((), 0)
    assert "results" in parsed.refused[0].reason


def test_the_password_of_a_stream_is_not_kept() -> None:
    results = example("plate_recognizer.json")["data"]["results"]
    results[0]["source_url"] = "rtsp://admin:hunter2@camera.example/stream"
    kept = sent(results=results).records[0].extra
    assert "hunter2" not in kept
    assert "rtsp://camera.example/stream" in kept
