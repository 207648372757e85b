"""OpenALPR and Rekor: groups are reads, previews and single frames are not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from openanpr.core.place import Place
from openanpr.core.read import Candidate, Direction
from openanpr.wire.vendors.contract import MOST_PICTURE_BYTES, Parsed
from openanpr.wire.vendors.openalpr import parse
from tests.wire.vendors.messages import ALL, RECEIVED, changed, enrolled, example


def sent(**changes: Any) -> Parsed:
    payload = changed("openalpr_group.json", lambda group: group.update(changes))
    return parse(payload, "application/json", ALL, RECEIVED)


@pytest.mark.parametrize("yes", [True, 1, "true", "1"])
def test_a_preview_is_never_a_read(yes: object) -> None:
    parsed = sent(is_preview=yes)
    assert (parsed.records, parsed.refused, parsed.not_final) == ((), (), 1)


@pytest.mark.parametrize("kind", ["alpr_results", "alpr_plate", "heartbeat", "vehicle"])
def test_what_is_no_group_is_counted_and_left_out(kind: str) -> None:
    parsed = sent(data_type=kind)
    assert (parsed.records, parsed.refused, parsed.not_final) == ((), (), 1)


def test_a_message_of_another_kind_is_refused() -> None:
    assert sent(data_type="invoice").refused[0].reason.startswith("the message is not an alpr_group")
    assert parse(b"{}", "", ALL, RECEIVED).refused[0].index is None


def test_the_group_inside_an_alert_is_the_same_read() -> None:
    alert = {"data_type": "alpr_alert", "plate_number": "AB12CDE", "group": example("openalpr_group.json")}
    inside = parse(json.dumps(alert).encode(), "", ALL, RECEIVED)
    assert inside.records[0].read_id == sent().records[0].read_id


def test_rivals_are_no_likelier_than_what_the_best_leaves_and_stay_as_given_in_extra() -> None:
    record = sent().records[0]
    assert record.confidence == pytest.approx(0.945)
    assert [c.plate for c in record.candidates] == ["AB12CDE", "A812CDE", "AB12CDF"]
    assert [c.p for c in record.candidates] == pytest.approx([0.945, 0.055, 0.02])
    extra = json.loads(record.extra)
    assert extra["confidence"] == 94.5
    assert extra["said"]["candidates"][1]["confidence"] == 76.25


def test_without_a_confidence_of_the_best_no_rival_is_likelier_than_even() -> None:
    record = sent(best_confidence=None).records[0]
    assert record.confidence is None
    assert record.candidates[0] == Candidate("A812CDE", 0.5)


@pytest.mark.parametrize("nonsense", [-1, 100.1, "nan", "inf", True, [], {}, "much"])
def test_a_confidence_that_is_none_is_left_open_but_kept_as_given(nonsense: object) -> None:
    record = sent(best_confidence=nonsense).records[0]
    assert record.confidence is None
    assert json.loads(record.extra)["confidence"] == nonsense


@pytest.mark.parametrize(
    ("degrees", "direction"),
    [
        (180, Direction.TOWARDS),
        ("121", Direction.TOWARDS),
        (0, Direction.AWAY),
        (359.5, Direction.AWAY),
        (90, Direction.UNKNOWN),
        (-1, Direction.UNKNOWN),
        (None, Direction.UNKNOWN),
    ],
)
def test_straight_down_the_picture_is_towards_and_up_is_away(degrees: object, direction: Direction) -> None:
    assert sent(travel_direction=degrees).records[0].direction is direction


@pytest.mark.parametrize("wrong", [None, "", "soon", 1795336215, 1795336215250000, -5, 0, True, "1e400"])
def test_a_time_that_is_not_in_milliseconds_is_refused(wrong: object) -> None:
    parsed = sent(epoch_start=wrong)
    assert parsed.records == ()
    assert "time" in parsed.refused[0].reason


def test_numbers_may_be_text() -> None:
    record = sent(epoch_start="1795336215250", camera_id="123456789", best_confidence="94.5").records[0]
    assert record.read_id == sent().records[0].read_id
    assert record.confidence == sent().records[0].confidence


def test_what_may_be_missing_may_be_missing() -> None:
    least = {
        name: example("openalpr_group.json")[name]
        for name in ("epoch_start", "camera_id", "best_plate_number")
    }
    record = parse(json.dumps(least).encode(), "", ALL, RECEIVED).records[0]
    assert (record.vrm, record.confidence, record.candidates, record.patch) == ("AB12CDE", None, (), None)


@pytest.mark.parametrize("nothing", ["", "  ", "---", None])
def test_a_vehicle_without_a_plate_is_counted_and_left_out(nothing: object) -> None:
    parsed = sent(best_plate_number=nothing)
    assert (parsed.records, parsed.refused, parsed.not_final) == ((), (), 1)


@pytest.mark.parametrize("wrong", [["AB12CDE"], {"plate": "AB12CDE"}, True, 1.5, "A" * 17, "A" * 100_000])
def test_a_plate_that_is_none_is_refused(wrong: object) -> None:
    parsed = sent(best_plate_number=wrong)
    assert parsed.records == ()
    assert "plate" in parsed.refused[0].reason


def test_a_plate_is_normalised_and_nothing_is_repaired() -> None:
    record = sent(best_plate_number="Ab12 cdé").records[0]
    assert (record.vrm, record.raw, record.syntax) == ("AB12CDE", "AB12CDE", "gb_current")
    wrong = sent(best_plate_number="ABI2CDE").records[0]
    assert (wrong.vrm, wrong.syntax) == ("ABI2CDE", "unknown")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("/9j/4AAQSk", "base64"),
        ("!!!!", "base64"),
        ("\u00ff\u00d8", "base64"),
        ("R0lGODlhAQABAAAAACw=", "JPEG"),
        ("A" * (2 * MOST_PICTURE_BYTES), "larger"),
    ],
)
def test_a_picture_that_cannot_be_taken_is_refused_and_the_read_stands(written: str, reason: str) -> None:
    best = example("openalpr_group.json")["best_plate"] | {"plate_crop_jpeg": written}
    parsed = sent(best_plate=best)
    assert reason in parsed.refused[0].reason
    assert parsed.refused[0].index == 0
    assert parsed.records[0].patch is None
    assert parsed.records[0].overview is not None


def test_the_place_is_kept_of_a_camera_that_moves_and_of_no_other() -> None:
    moving = enrolled("123456789", moving=True)
    payload = changed("openalpr_group.json", len)
    assert parse(payload, "", moving, RECEIVED).records[0].place == Place(51.5, -0.12)
    nowhere = changed("openalpr_group.json", lambda group: group.update(gps_latitude=0, gps_longitude=0))
    assert parse(nowhere, "", moving, RECEIVED).records[0].place is None
    off = changed("openalpr_group.json", lambda group: group.update(gps_latitude=951))
    assert parse(off, "", moving, RECEIVED).records[0].place is None


def test_a_camera_may_be_enrolled_with_its_agent() -> None:
    parsed = parse(changed("openalpr_group.json", len), "", enrolled("INVENTEDAGENT01/123456789"), RECEIVED)
    assert len(parsed.records) == 1
