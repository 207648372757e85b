"""The JSON of a read, held against the schema that ships with the program."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import pytest

from openanpr.core.hit import Band, HitKind, Reason
from openanpr.core.instant import ClockSource, Instant
from openanpr.core.layout import Syntax
from openanpr.core.read import Candidate, Character, Direction, Read, Style
from openanpr.match.index import ListIndex
from openanpr.wire.read_json import read_line, read_schema
from tests.conventions.tree import ROOT
from tests.match.reads import make_entry, make_read

SCHEMA = json.loads(read_schema())
CHECK = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def written(read: Read, **beside: Any) -> dict[str, Any]:
    line = read_line(read, **{"hits": None, **beside})
    record = json.loads(line)
    CHECK.validate(record)
    return record


def test_the_schema_is_itself_in_order() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_read_keeps_every_value() -> None:
    read = make_read(
        candidates=(Candidate("AB12CDE", 0.98), Candidate("A812CDE", 0.0123456789)),
        characters=(Character("A", 0.999), Character("B", 0.9, (("8", 0.08), ("R", 0.01)))),
        raw="A812CDE",
    )
    record = written(read, patch="street-f000120-1.patch.jpg")
    assert record["plate"] == "AB12CDE"
    assert record["raw"] == "A812CDE"
    assert record["captured_at"] == "2026-11-22T08:30:15.250Z"
    assert record["clock"] == {"source": "stream", "error_ms": 40}
    assert record["box"] == {"x": 100, "y": 80, "w": 120, "h": 30}
    assert record["corners"][2] == [220.0, 108.25]
    assert record["candidates"][1] == {"plate": "A812CDE", "p": 0.012346}
    assert record["characters"][1]["rivals"] == [{"c": "8", "p": 0.08}, {"c": "R", "p": 0.01}]
    assert (record["patch"], record["overview"]) == ("street-f000120-1.patch.jpg", None)
    assert (record["style"], record["direction"], record["frames"]) == ("yellow", "away", 14)


def test_not_compared_differs_from_on_no_list() -> None:
    assert written(make_read())["hit"] is None
    assert written(make_read(), hits=())["hit"] == []


def test_a_hit_names_its_kind_reason_list_row_and_both_plates() -> None:
    entry = make_entry("A8I2CDE", 7, action="STOP", weed_date=date(2027, 1, 2), spare=("x", ""))
    read = make_read(candidates=(Candidate("AB12CDE", 0.9), Candidate("A812CDE", 0.09)))
    hit = written(read, hits=ListIndex.build([entry]).match(read))["hit"][0]
    assert (hit["kind"], hit["reason"], hit["band"]) == ("possible", "doubtful_character", "low")
    assert (hit["read_plate"], hit["listed_plate"], hit["positions"]) == ("AB12CDE", "A8I2CDE", [1, 2])
    assert (hit["list"], hit["row"], hit["p"]) == ("wanted.csv", 7, 0.09)
    assert (hit["entry"]["action"], hit["entry"]["weed_date"]) == ("STOP", "2027-01-02")


def test_a_line_is_one_line_of_ascii_whatever_the_source_is_called() -> None:
    line = read_line(make_read(source="Zufahrt\nSüd\udce4.mp4"), hits=None)
    assert "\n" not in line
    assert line.isascii()
    CHECK.validate(json.loads(line))


@pytest.mark.parametrize(
    ("values", "path"),
    [
        (Style, ("style",)),
        (Direction, ("direction",)),
        (ClockSource, ("clock", "source")),
        (HitKind, ("hit", "kind")),
        (Reason, ("hit", "reason")),
        (Band, ("hit", "band")),
    ],
)
def test_the_schema_knows_every_value_that_the_program_may_write(values, path) -> None:
    part = SCHEMA
    for name in path:
        part = part["properties"][name]
        part = part.get("items", part)
    assert set(part["enum"]) == {str(value) for value in values}


def test_a_time_without_milliseconds_still_has_three_digits() -> None:
    at = Instant(datetime(2026, 1, 2, tzinfo=UTC), ClockSource.FILE, None)
    record = written(make_read(captured_at=at))
    assert record["captured_at"] == "2026-01-02T00:00:00.000Z"
    assert record["clock"]["error_ms"] is None


def test_the_page_on_the_record_names_every_field_and_value() -> None:
    page = (ROOT / "docs/reference/read-json.md").read_text(encoding="utf-8")
    hit = SCHEMA["properties"]["hit"]["items"]["properties"]
    named = [*SCHEMA["properties"], *hit, *hit["entry"]["properties"]]
    named += [value for field in (hit["kind"], hit["reason"], hit["band"]) for value in field["enum"]]
    assert [name for name in named if f"`{name}`" not in page] == []


def test_every_syntax_can_be_written() -> None:
    for syntax in Syntax:
        assert written(make_read(syntax=syntax))["syntax"] == syntax.value
