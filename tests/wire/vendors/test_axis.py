"""Axis License Plate Verifier: only a lost vehicle is final, and a gap in the count is a loss."""

from __future__ import annotations

import json
from typing import Any

import pytest

from openanpr.wire.vendors.axis import packets_missed, parse
from openanpr.wire.vendors.contract import Parsed
from tests.wire.vendors.messages import ALL, MULTIPART, OVERVIEW, PATCH, RECEIVED, changed, enrolled, parts


def sent(**changes: Any) -> Parsed:
    payload = changed("axis_lost.json", lambda message: message.update(changes))
    return parse(payload, "application/json", ALL, RECEIVED)


@pytest.mark.parametrize("state", ["new", "update", "updated", "NEW"])
def test_a_vehicle_still_seen_is_not_final_but_its_message_counts(state: str) -> None:
    parsed = sent(carState=state)
    assert (parsed.records, parsed.refused, parsed.not_final) == ((), (), 1)
    assert parsed.sequence == 13046


@pytest.mark.parametrize("state", [None, "", "gone", 3])
def test_a_message_that_does_not_say_its_state_is_refused(state: object) -> None:
    assert "carState" in sent(carState=state).refused[0].reason


@pytest.mark.parametrize(
    ("before", "now", "missed"), [(7, 8, 0), (7, 11, 3), (7, 1, 0), (None, 5, 0), (5, None, 0)]
)
def test_a_gap_in_the_count_tells_how_many_messages_were_lost(
    before: int | None, now: int | None, missed: int
) -> None:
    assert packets_missed(before, now) == missed


@pytest.mark.parametrize("count", [None, "", "x", -1])
def test_a_message_without_a_count_is_taken(count: object) -> None:
    parsed = sent(packetCounter=count)
    assert parsed.sequence is None
    assert len(parsed.records) == 1


def test_the_plate_as_printed_comes_before_its_transliteration() -> None:
    record = sent(plateUTF8="Č123 AB", plateASCII="XX").records[0]
    assert record.vrm == "C123AB"
    assert sent(plateUTF8="", plateASCII="AB12CDE").records[0].vrm == "AB12CDE"


@pytest.mark.parametrize(
    ("given", "share"), [("0.868800", 0.8688), ("95.5", 0.955), (1, 1.0), ("", None), ("250", None)]
)
def test_a_confidence_is_a_share_or_a_percentage(given: object, share: float | None) -> None:
    record = sent(plateConfidence=given).records[0]
    assert record.confidence == (None if share is None else pytest.approx(share))
    assert json.loads(record.extra)["confidence"] == given


def test_country_and_direction_are_kept_as_told() -> None:
    said = json.loads(sent().records[0].extra)["said"]
    assert (said["plateCountry"], said["carMoveDirection"]) == ("GBR", "in")
    assert sent().records[0].direction.value == "unknown"


@pytest.mark.parametrize(
    ("told", "kind"), [("plate", "patch"), ("vehicle", "overview"), ("frame", "overview"), ("", "overview")]
)
def test_a_picture_beside_the_json_is_what_the_json_says_it_is(told: str, kind: str) -> None:
    payload = changed("axis_lost.json", lambda message: message.update(imageType=told, ImageArray=None))
    body = parts(("event", "application/json", payload), ("image", "image/jpeg", PATCH))
    pictures = parse(body, MULTIPART, ALL, RECEIVED).pictures
    assert [(picture.kind.value, picture.jpeg) for picture in pictures] == [(kind, PATCH)]


def test_pictures_inside_the_json_come_first_and_one_of_a_kind_is_taken() -> None:
    body = parts(
        ("event", "application/json", changed("axis_lost.json", len)), ("image", "image/jpeg", PATCH)
    )
    pictures = parse(body, MULTIPART, ALL, RECEIVED).pictures
    assert [(picture.kind.value, picture.jpeg) for picture in pictures] == [
        ("patch", PATCH),
        ("overview", OVERVIEW),
    ]


@pytest.mark.parametrize("name", ["gate-1", "INVENTED0001"])
def test_a_camera_is_known_by_its_own_name_or_its_serial_number(name: str) -> None:
    assert len(parse(changed("axis_lost.json", len), "", enrolled(name), RECEIVED).records) == 1
