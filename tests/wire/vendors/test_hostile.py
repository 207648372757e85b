"""Messages made to hurt: each ends in a refusal or a sound record, never in an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.wire.vendors import axis, frigate, openalpr, plate_recognizer
from openanpr.wire.vendors.contract import Parsed
from openanpr.wire.vendors.file_name import parse as parse_file
from openanpr.wire.vendors.kept import MOST_KEPT_BYTES
from openanpr.wire.vendors.multipart import parts_of
from tests.wire.vendors.messages import (
    ALL,
    CASES,
    EXAMPLES,
    MULTIPART,
    OVERVIEW,
    RECEIVED,
    Case,
    example,
    parts,
)

JSON_ADAPTERS = {
    "openalpr_group.json": openalpr.parse,
    "plate_recognizer.json": plate_recognizer.parse,
    "axis_lost.json": axis.parse,
    "frigate_end.json": frigate.parse,
    "frigate_lpr.json": frigate.parse,
}
each_json = pytest.mark.parametrize("name", JSON_ADAPTERS)
FEW = settings(max_examples=40, deadline=None)

numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63) + 1, 2**63 - 1)
texts = st.text(max_size=20) | st.sampled_from(
    ["AB12CDE", "\ud800", "\0", "nan", "1e999", "٣", "../../x", "=1+1"]
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def sound(parsed: Parsed) -> None:
    """Hold what comes out against what the next step may rely on."""
    for record in parsed.records:
        assert 0 < len(record.vrm) <= 16
        assert record.vrm.isascii()
        assert record.vrm.isalnum()
        assert 0 < len(record.raw) <= 16
        assert record.confidence is None or 0.0 <= record.confidence <= 1.0
        assert all(0.0 <= candidate.p <= 1.0 for candidate in record.candidates)
        assert all(0.0 <= character.p <= 1.0 for character in record.characters)
        assert record.captured_at.utcoffset().total_seconds() == 0
        assert record.captured_at.microsecond % 1000 == 0
        assert len(record.extra) <= MOST_KEPT_BYTES
        assert isinstance(json.loads(record.extra), dict)
        json.dumps(json.loads(record.extra), ensure_ascii=False).encode("utf-8")  # no half of a pair
        assert "\\u0000" not in record.extra
    assert all(0 <= picture.record < len(parsed.records) for picture in parsed.pictures)
    assert all(refusal.reason for refusal in parsed.refused)
    assert parsed.records or parsed.refused or parsed.not_final or not parsed.pictures


def places(message: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a message."""
    keys = (
        list(message)
        if isinstance(message, dict)
        else range(len(message))
        if isinstance(message, list)
        else []
    )
    return [found for key in keys for found in ((message, key), *places(message[key]))]


@each_json
@FEW
@given(data=st.data())
def test_a_message_with_anything_anywhere_raises_nothing(name: str, data: st.DataObject) -> None:
    message = example(name)
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(message)
        if not found:
            break
        container, key = data.draw(st.sampled_from(found))
        if data.draw(st.booleans()) and isinstance(container, dict):
            container.pop(key, None)
        else:
            container[key] = data.draw(values)
    sound(JSON_ADAPTERS[name](json.dumps(message).encode(), "application/json", ALL, RECEIVED))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@FEW
@given(data=st.data())
def test_a_message_with_damaged_bytes_raises_nothing(case: Case, data: st.DataObject) -> None:
    payload = bytearray(case.payload)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(payload)))
        payload[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    sound(case.parse(bytes(payload), case.content_type, ALL, RECEIVED))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@FEW
@given(
    payload=st.binary(max_size=200),
    content_type=st.sampled_from([MULTIPART, "a;b=c", ""]) | st.text(max_size=60),
)
def test_noise_raises_nothing(case: Case, payload: bytes, content_type: str) -> None:
    sound(case.parse(payload, content_type, ALL, RECEIVED))


@FEW
@given(written=st.data())
def test_xml_with_anything_in_its_elements_raises_nothing(written: st.DataObject) -> None:
    lines = (EXAMPLES / "hikvision.xml").read_text(encoding="utf-8").splitlines()
    at = written.draw(st.integers(0, len(lines) - 1))
    lines[at] = written.draw(
        st.text(max_size=30) | st.sampled_from(["", "<a>", "</ANPR>", "&#0;", "<?x?>", "<!--"])
    )
    sound(CASES["hikvision"].parse("\n".join(lines).encode("utf-8", "surrogatepass"), "", ALL, RECEIVED))


@FEW
@given(name=st.text(max_size=60) | st.from_regex(r"ftp/[0-9]{14,17}_[^/]{0,20}\.jpg", fullmatch=True))
def test_any_file_name_raises_nothing(name: str) -> None:
    sound(parse_file(OVERVIEW, "", ALL, RECEIVED, name=name))


@FEW
@given(bodies=st.lists(st.binary(max_size=80).filter(lambda b: b"----7e" not in b), min_size=1, max_size=4))
def test_what_is_in_a_part_comes_out_byte_for_byte(bodies: list[bytes]) -> None:
    cut = parts_of(parts(*[(f"p{i}", "image/jpeg", body) for i, body in enumerate(bodies)]), MULTIPART)
    assert [part.body for part in cut] == bodies
    assert [part.name for part in cut] == [f"p{i}" for i in range(len(bodies))]


@each_json
@pytest.mark.parametrize(
    "written",
    [
        '{"a":' * 100_000,
        '{"a":' + "[" * 9_000 + "]" * 9_000 + "}",
        '{"a":' * 40 + "1" + "}" * 40,
        '{"a":[' + "1," * 30_000 + "1]}",
        '{"a":NaN}',
        '{"a":-Infinity}',
        '{"a":1e999}',
        '{"a":' + "9" * 5_000 + "}",
        '{"a":9223372036854775808}',
        '{"a":"\x01"}',
    ],
    ids=[
        "unclosed",
        "deep",
        "forty",
        "many",
        "nan",
        "infinity",
        "huge float",
        "huge",
        "past 64 bits",
        "control",
    ],
)
def test_json_made_to_hurt_is_refused(name: str, written: str) -> None:
    parsed = JSON_ADAPTERS[name](written.encode(), "application/json", ALL, RECEIVED)
    assert (parsed.records, len(parsed.refused)) == ((), 1)


def test_more_than_can_be_kept_is_cut_and_says_so() -> None:
    group = example("openalpr_group.json") | {"user_data": "x" * 600}
    extra = json.loads(openalpr.parse(json.dumps(group).encode(), "", ALL, RECEIVED).records[0].extra)
    assert (extra["cut"], extra["said"]["user_data"], extra["said"]["country"]) == (True, None, "gb")
    group = example("openalpr_group.json") | {f"field{i}": "y" * 400 for i in range(40)}
    extra = json.loads(openalpr.parse(json.dumps(group).encode(), "", ALL, RECEIVED).records[0].extra)
    assert (extra["cut"], extra["said"], extra["confidence"]) == (True, {}, 94.5)
