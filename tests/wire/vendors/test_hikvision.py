"""Hikvision: XML that declares nothing, a score for each character, and what came late."""

from __future__ import annotations

import json

import pytest

from openanpr.core.place import Place
from openanpr.core.read import Direction
from openanpr.wire.vendors.contract import MOST_TEXT_BYTES, Parsed
from openanpr.wire.vendors.hikvision import parse
from tests.wire.vendors.messages import (
    ALL,
    EXAMPLES,
    MULTIPART,
    OVERVIEW,
    PATCH,
    RECEIVED,
    SEEN,
    enrolled,
    parts,
)

ALERT = (EXAMPLES / "hikvision.xml").read_text(encoding="utf-8")
HEARTBEAT = ALERT.replace("<eventType>ANPR<", "<eventType>videoloss<")


def sent(old: str = "", new: str = "", *, alert: str = ALERT) -> Parsed:
    assert old in alert
    return parse(alert.replace(old, new).encode(), "application/xml", ALL, RECEIVED)


def test_the_time_has_its_offset_and_each_character_its_score() -> None:
    record = sent().records[0]
    assert record.captured_at == SEEN
    assert (record.raw, record.direction, record.confidence) == ("A812CDE", Direction.AWAY, 0.97)
    assert "".join(character.c for character in record.characters) == "AB12CDE"
    assert [character.p for character in record.characters] == [0.99, 0.98, 0.99, 0.99, 0.97, 0.99, 0.88]


@pytest.mark.parametrize("scores", ["99,99", "99,99,99,99,99,99,x", "", "101,99,99,99,99,99,99", "9" * 9000])
def test_scores_that_do_not_go_with_the_plate_are_kept_apart_from_it(scores: str) -> None:
    assert sent("99,98,99,99,97,99,88", scores).records[0].characters == ()


def test_a_message_sent_again_after_an_outage_is_marked_late() -> None:
    late = sent("<isDataRetransmission>false", "<isDataRetransmission>true").records[0]
    assert json.loads(late.extra)["late"] is True
    assert "late" not in json.loads(sent().records[0].extra)


def test_a_clock_without_a_zone_needs_one_set() -> None:
    bare = ALERT.replace("+08:00", "").replace("T16:", "T08:")
    refused = parse(bare.encode(), "", enrolled("02:00:5e:10:00:01"), RECEIVED).refused
    assert "zone" in refused[0].reason
    assert sent(alert=bare).records[0].captured_at == SEEN


@pytest.mark.parametrize("plate", ["unknown", "Unknown", "", "无车牌"])
def test_a_vehicle_whose_plate_was_not_read_is_counted_and_left_out(plate: str) -> None:
    parsed = sent("<licensePlate>AB12CDE<", f"<licensePlate>{plate}<")
    assert (parsed.records, parsed.refused, parsed.not_final) == ((), (), 1)


def test_an_alert_of_another_kind_is_counted_and_left_out() -> None:
    assert sent(alert=HEARTBEAT).not_final == 1
    assert "eventType" in sent("<eventType>ANPR</eventType>").refused[0].reason


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<EventNotificationAlert ", BOMB + "<EventNotificationAlert "),
        ("<EventNotificationAlert ", "<!DOCTYPE EventNotificationAlert><EventNotificationAlert "),
        ("<EventNotificationAlert ", '<!DOCTYPE x SYSTEM "file:///etc/hostname"><EventNotificationAlert '),
        ("AB12CDE", "&b;"),
        ("AB12CDE", "<![CDATA["),
        ("<ANPR>", "<ANPR>" + "<a>" * 100),
        ("</ANPR>", "</ANPR>" + "<a/>" * 30_000),
        ("</EventNotificationAlert>", ""),
        ("EventNotificationAlert", "Another"),
        ("otherList", "\n" * MOST_TEXT_BYTES),
        ('encoding="UTF-8"?>', 'encoding="UTF-8"?>\0'),
    ],
)
def test_hostile_xml_is_refused(old: str, new: str) -> None:
    parsed = sent(old, new)
    assert parsed.records == ()
    assert len(parsed.refused) == 1


def test_xml_in_another_encoding_cannot_hide_a_document_type() -> None:
    hidden = ALERT.replace('encoding="UTF-8"', 'encoding="UTF-16"').replace(
        "<EventN", "<!DOCTYPE x><EventN", 1
    )
    for encoding in ("utf-16", "utf-16-le", "utf-7", "utf-32"):
        parsed = parse(hidden.encode(encoding), "application/xml", ALL, RECEIVED)
        assert (parsed.records, len(parsed.refused)) == ((), 1)


def test_firmware_without_a_namespace_or_with_json_is_read_alike() -> None:
    plain = sent(' version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"').records[0]
    assert plain.read_id == sent().records[0].read_id
    message = {
        "macAddress": "02:00:5e:10:00:01",
        "channelID": 1,
        "dateTime": "2026-11-22T16:30:15.250+08:00",
        "eventType": "ANPR",
        "aNPR": {"licensePlate": "AB12CDE", "confidenceLevel": "97"},
    }
    assert parse(json.dumps(message).encode(), "", ALL, RECEIVED).records[0].read_id == plain.read_id


def test_pictures_are_taken_by_their_names_wherever_they_stand_and_faces_are_left() -> None:
    body = parts(
        ("detectionPicture.jpg", "image/jpeg", OVERVIEW),
        ("pilotFacePicture.jpg", "image/jpeg", OVERVIEW),
        ("anpr.xml", "text/xml", ALERT.encode()),
        ("licensePlatePicture.jpg", "image/pjpeg", PATCH),
    )
    parsed = parse(body, MULTIPART, ALL, RECEIVED)
    assert [(picture.kind.value, picture.jpeg) for picture in parsed.pictures] == [
        ("patch", PATCH),
        ("overview", OVERVIEW),
    ]


def test_several_alerts_in_one_body_keep_their_own_pictures() -> None:
    second = ALERT.replace("AB12CDE", "J12345").replace("2026-11-22T16:30:15", "2026-11-22T16:30:16")
    body = parts(
        ("a.xml", "application/xml", ALERT.encode()),
        ("licensePlatePicture.jpg", "image/jpeg", PATCH),
        ("b.xml", "application/xml", HEARTBEAT.encode()),
        ("c.xml", "application/xml", b"<broken"),
        ("d.xml", "application/xml", second.encode()),
        ("detectionPicture.jpg", "image/jpeg", OVERVIEW),
    )
    parsed = parse(body, MULTIPART, ALL, RECEIVED)
    assert [record.vrm for record in parsed.records] == ["AB12CDE", "J12345"]
    assert [(picture.kind.value, picture.record) for picture in parsed.pictures] == [
        ("patch", 0),
        ("overview", 1),
    ]
    assert parsed.not_final == 1
    assert [refusal.index for refusal in parsed.refused] == [2]


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/mixed; boundary=", 'multipart/x; boundary="é"']
)
def test_parts_without_a_boundary_are_refused(content_type: str) -> None:
    assert "boundary" in parse(b"--\r\n", content_type, ALL, RECEIVED).refused[0].reason


def test_more_parts_than_any_camera_sends_are_refused() -> None:
    body = parts(*[("anpr.xml", "application/xml", ALERT.encode())] * 17)
    assert "parts" in parse(body, MULTIPART, ALL, RECEIVED).refused[0].reason


@pytest.mark.parametrize("name", ["02:00:5e:10:00:01/1", "02:00:5e:10:00:01", "192.0.2.64/1", "192.0.2.64"])
def test_a_camera_is_known_by_its_addresses(name: str) -> None:
    assert len(parse(ALERT.encode(), "", enrolled(name), RECEIVED).records) == 1


def test_a_moving_camera_tells_its_place_in_degrees_minutes_and_seconds() -> None:
    moving = enrolled("192.0.2.64", moving=True)
    assert parse(ALERT.encode(), "", moving, RECEIVED).records[0].place == Place(51.5, -(7 / 60 + 12 / 3600))
    unset = (
        ALERT.replace("<minute>7<", "<minute>0<")
        .replace("<sec>12.0", "<sec>0.0")
        .replace("<degree>51</degree><minute>30", "<degree>0</degree><minute>0")
    )
    assert parse(unset.encode(), "", moving, RECEIVED).records[0].place is None
