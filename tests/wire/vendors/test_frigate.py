"""Frigate: the end of an event is its read, and an lpr update is one by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from openanpr.wire.vendors.contract import Parsed
from openanpr.wire.vendors.frigate import parse
from tests.wire.vendors.messages import ALL, RECEIVED, changed


def ended(**changes: Any) -> Parsed:
    return parse(changed("frigate_end.json", lambda m: m["after"].update(changes)), "", ALL, RECEIVED)


def updated(**changes: Any) -> Parsed:
    return parse(changed("frigate_lpr.json", lambda m: m.update(changes)), "", ALL, RECEIVED)


@pytest.mark.parametrize("kind", ["new", "update"])
def test_an_event_that_goes_on_is_not_final(kind: str) -> None:
    parsed = parse(changed("frigate_end.json", lambda m: m.update(type=kind)), "", ALL, RECEIVED)
    assert (parsed.records, parsed.refused, parsed.not_final) == ((), (), 1)


@pytest.mark.parametrize("changes", [{"recognized_license_plate": None}, {"false_positive": True}])
def test_an_object_without_a_plate_is_counted_and_left_out(changes: dict[str, object]) -> None:
    parsed = ended(**changes)
    assert (parsed.records, parsed.refused, parsed.not_final) == ((), (), 1)


@pytest.mark.parametrize("kind", ["description", "face", "classification"])
def test_an_update_of_another_kind_is_counted_and_left_out(kind: str) -> None:
    assert updated(type=kind).not_final == 1


@pytest.mark.parametrize("message", [{}, {"type": "strange"}, {"after": {}}])
def test_a_message_of_another_topic_is_refused(message: dict[str, object]) -> None:
    assert len(parse(json.dumps(message).encode(), "", ALL, RECEIVED).refused) == 1


@pytest.mark.parametrize(
    "shape",
    [
        {"recognized_license_plate": ["AB12CDE", 0.936], "recognized_license_plate_score": None},
        {
            "recognized_license_plate": None,
            "data": {"recognized_license_plate": "AB12CDE", "recognized_license_plate_score": 0.936},
        },
    ],
)
def test_a_plate_is_found_wherever_the_version_keeps_it(shape: dict[str, object]) -> None:
    record = ended(**shape).records[0]
    assert (record.vrm, record.confidence) == ("AB12CDE", 0.936)


def test_the_object_that_it_tells_of_can_be_found_again() -> None:
    ids = [json.loads(p.records[0].extra)["said"]["id"] for p in (ended(), updated())]
    assert ids == ["1795336212.475377-mxklsc"] * 2


@pytest.mark.parametrize("time", [None, "", 0, 1795336218748, -1e300])
def test_a_time_that_is_not_in_seconds_is_refused(time: object) -> None:
    assert "time" in updated(timestamp=time).refused[0].reason
