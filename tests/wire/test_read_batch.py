"""A batch of reads: what is sent arrives, what is bad is told apart, and no bytes do harm."""

from __future__ import annotations

import copy
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.instant import ClockSource, Instant
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Character, Direction, Style
from openanpr.wire import delivered_read
from openanpr.wire.delivered_read import ReadShapeError, picture_digest, record_of_read
from openanpr.wire.read_batch import (
    MOST_BATCH_BYTES,
    MOST_READS,
    BatchError,
    BatchTooLargeError,
    Encoding,
    UnknownVersionError,
    batch_schema,
    decode_batch,
    encode_batch,
    encode_read,
    pack,
    unpack,
)
from tests.conventions.tree import ROOT
from tests.match.reads import make_read
from tests.wire.records import AT, HEAD, record, records

SCHEMA = json.loads(batch_schema())
CHECK = jsonschema.Draft202012Validator(SCHEMA)
BOTH = pytest.mark.parametrize("encoding", list(Encoding))
PLAIN: dict[str, Any] = {
    "version": 1,
    "batch_id": str(HEAD.batch_id),
    "device": "gate-1",
    "sent_at": "2026-11-22T12:00:00.123Z",
    "reads": [{"camera": "53/1/7", "captured_at": "2026-11-22T12:00:00.123Z", "vrm": "AB12CDE"}],
}


def posted(
    encoding: Encoding = Encoding.JSON, *, read: dict[str, Any] | None = None, **changes: Any
) -> bytes:
    """A plain batch as another vendor would write it, with fields of its first read or of itself changed."""
    batch = copy.deepcopy(PLAIN) | changes
    if read is not None:
        batch["reads"][0] |= read
    return (msgspec.json if encoding is Encoding.JSON else msgspec.msgpack).encode(batch)


@BOTH
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=st.lists(records(), max_size=4))
def test_what_is_sent_arrives(encoding, sent) -> None:
    body = encode_batch(HEAD, [encode_read(r, encoding) for r in sent], encoding)
    batch = decode_batch(body, encoding)
    assert batch.records == tuple(sent)
    assert (batch.head, batch.refused) == (HEAD, ())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=records())
def test_what_is_sent_as_json_is_as_the_schema_says(sent) -> None:
    body = encode_batch(HEAD, [encode_read(sent, Encoding.JSON)], Encoding.JSON)
    assert list(CHECK.iter_errors(json.loads(body))) == []


@BOTH
def test_the_least_that_a_vendor_may_send_is_enough(encoding) -> None:
    (read,) = decode_batch(posted(encoding), encoding).records
    assert read == CaptureRecord(CameraId(53, 1, 7), AT, "AB12CDE", "AB12CDE", "unknown", None)


def test_a_batch_without_reads_tells_the_time_alone() -> None:
    assert decode_batch(posted(reads=[]), Encoding.JSON).head == HEAD


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    read = {"captured_at": "2026-11-22T14:00:00.1239+02:00"}
    batch = decode_batch(posted(read=read, sent_at="2026-11-22T13:00:00.123+01:00"), Encoding.JSON)
    assert batch.records[0].captured_at == AT
    assert batch.records[0].captured_at.tzinfo is UTC
    assert batch.head.sent_at == AT


@BOTH
def test_unknown_fields_are_kept_wherever_they_stand(encoding) -> None:
    read = {
        "lane": 2,
        "clock": {"source": "exif", "drift": 3},
        "characters": [{"c": "A", "p": 0.5, "rivals": [{"c": "8", "p": 0.1, "font": "x"}]}],
        "extra": {"colour": "red"},
    }
    batch = decode_batch(posted(encoding, read=read, site={"of": "another"}), encoding)
    (found,) = batch.records
    assert found.clock is ClockSource.EXIF
    assert found.characters == (Character("A", 0.5, (("8", 0.1),)),)
    beside = read.pop("extra")
    assert json.loads(found.extra) == read | beside
    assert json.loads(batch.head.extra) == {"site": {"of": "another"}}


@BOTH
def test_what_was_kept_goes_on_to_the_next_node_as_it_came(encoding) -> None:
    (read,) = decode_batch(posted(encoding, read={"lane": [1, {"a": None}]}), encoding).records
    again = encode_batch(HEAD, [encode_read(read, encoding)], encoding)
    assert decode_batch(again, encoding).records == (read,)


@BOTH
def test_one_bad_read_does_not_lose_the_others(encoding) -> None:
    good, bad = PLAIN["reads"][0], {"camera": "53/1/7", "captured_at": "2026-11-22T12:00:00Z", "vrm": "ab 12"}
    batch = decode_batch(posted(encoding, reads=[good, bad, good | {"vrm": "XY34ZZZ"}, 5]), encoding)
    assert [r.vrm for r in batch.records] == ["AB12CDE", "XY34ZZZ"]
    assert [r.index for r in batch.refused] == [1, 3]
    assert batch.refused[0].reason == "vrm: it must be 1 to 32 characters A-Z and 0-9"
    assert batch.refused[0].raw == (msgspec.json if encoding is Encoding.JSON else msgspec.msgpack).encode(
        bad
    )


WRONG = [
    ("camera", "53/1"), ("camera", "53/1/99999999999"), ("camera", 7),
    ("captured_at", "2026-11-22T12:00:00"), ("captured_at", "22/11/2026"),
    ("captured_at", "1969-12-31T23:00:00Z"),
    ("captured_at", "0001-01-01T00:00:00+14:00"), ("captured_at", 1763812800),
    ("vrm", ""), ("vrm", "A" * 33), ("vrm", "AB12 CDE"), ("vrm", "AB12CDE\n"), ("vrm", "ÄB12"), ("vrm", None),
    ("raw", "ab"), ("raw", None), ("syntax", "GB current"), ("confidence", 1.01), ("confidence", "0.9"),
    ("candidates", [{"plate": "AB12CDE"}]), ("candidates", [{"plate": "A", "p": 0.1}] * 33),
    ("candidates", {}),
    ("characters", [{"c": "a", "p": 0.5}]), ("characters", [{"c": "AB", "p": 0.5}]), ("characters", [5]),
    ("characters", [{"c": "A", "p": 0.5, "rivals": [{"c": "!", "p": 0.1}]}]),
    ("clock", {"source": "sundial"}), ("clock", {"error_ms": -1}), ("clock", None),
    ("style", "pink"), ("direction", "up"), ("frames", 0), ("frames", 1.5),
    ("place", {"lat": 91, "lon": 0}), ("place", {"lat": 51}), ("patch", "x" * 64), ("overview", "A" * 64),
    ("model", "m" * 129), ("extra", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
@BOTH
def test_a_wrong_field_is_named_and_what_was_in_it_is_not_told(encoding, name, value) -> None:
    batch = decode_batch(posted(encoding, read={name: value}), encoding)
    assert batch.records == ()
    (refused,) = batch.refused
    assert refused.reason.startswith(f"{name}: it must be ")
    assert "AB12" not in refused.reason


NO_CHECK_OF_SCHEMA = {  # a format, a range or a zone that JSON Schema leaves to the program
    "53/1/99999999999", "2026-11-22T12:00:00", "22/11/2026", "1969-12-31T23:00:00Z",
    "0001-01-01T00:00:00+14:00", "AB12CDE\n",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [(n, v) for n, v in WRONG if not isinstance(v, str) or v not in NO_CHECK_OF_SCHEMA]
)
def test_the_schema_refuses_what_the_program_refuses(name, value) -> None:
    assert not CHECK.is_valid(json.loads(posted(read={name: value})))


def test_the_schema_names_every_field_value_and_limit_of_the_program() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    read = SCHEMA["$defs"]["read"]["properties"]
    assert set(read) == set(delivered_read._WANTED) == set(delivered_read.ReadForm.__struct_fields__)
    carried = {f.name for f in fields(CaptureRecord)} - {"clock_error_ms"}
    assert set(read) == carried
    assert set(read["style"]["enum"]) == {str(s) for s in Style}
    assert set(read["direction"]["enum"]) == {str(d) for d in Direction}
    assert set(read["clock"]["properties"]["source"]["enum"]) == {str(s) for s in ClockSource}
    assert SCHEMA["properties"]["reads"]["maxItems"] == MOST_READS
    assert read["candidates"]["maxItems"] == delivered_read.MOST_CANDIDATES


def test_the_page_tells_every_field_and_value() -> None:
    page = (ROOT / "docs/reference/read-batch.md").read_text(encoding="utf-8")
    read = SCHEMA["$defs"]["read"]["properties"]
    named = [*SCHEMA["properties"], *read, *read["style"]["enum"], *read["direction"]["enum"]]
    named += [*read["clock"]["properties"], *read["clock"]["properties"]["source"]["enum"], *Encoding]
    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_example_of_the_page_is_a_batch() -> None:
    page = (ROOT / "docs/reference/read-batch.md").read_text(encoding="utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]
    CHECK.validate(json.loads(example))
    batch = decode_batch(example.encode(), Encoding.JSON)
    assert batch.records
    assert not batch.refused


@pytest.mark.parametrize(
    "said",
    [
        b"", b"{}", b"[]", b"5", b"\xc1", b'{"version":1}', b"\xff" * 20, b"[" * 100_000, b'{"a":' * 100_000,
        b"\x91" * 100_000, b"\xdf\xff\xff\xff\xff", posted(device="no spaces"), posted(sent_at="yesterday"),
        posted(batch_id="1"), posted(reads={}), posted(note="x" * 5000), posted()[:-1], posted() + b"{}",
        posted(sent_at="9999-12-31T23:59:59-14:00"),
    ],
)  # fmt: skip
@BOTH
def test_what_is_no_batch_is_refused_with_a_plain_word(encoding, said) -> None:
    with pytest.raises(BatchError):
        decode_batch(said, encoding)


@pytest.mark.parametrize("version", [0, 2, "1", True, None, 1.0])
def test_another_version_is_named_as_such(version) -> None:
    with pytest.raises(UnknownVersionError):
        decode_batch(posted(version=version), Encoding.JSON)


@BOTH
def test_too_much_is_refused_before_it_is_read(encoding) -> None:
    with pytest.raises(BatchTooLargeError):
        decode_batch(posted(encoding, reads=PLAIN["reads"] * (MOST_READS + 1)), encoding)
    with pytest.raises(BatchTooLargeError):
        decode_batch(b" " * (MOST_BATCH_BYTES + 1), encoding)
    with pytest.raises(BatchTooLargeError):
        encode_batch(HEAD, [encode_read(record(), encoding)] * (MOST_READS + 1), encoding)


def test_a_small_gzip_that_would_unpack_to_much_is_refused() -> None:
    assert unpack(pack(b"text" * 100)) == b"text" * 100
    with pytest.raises(BatchTooLargeError):
        unpack(pack(b"\0" * (MOST_BATCH_BYTES + 1)))
    for torn in (b"", b"plain", pack(b"x")[:-1], pack(b"x") + b"y", pack(b"x") * 2):
        with pytest.raises(BatchError):
            unpack(torn)


@BOTH
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_do_more_than_be_refused(encoding, data) -> None:
    whole = posted(encoding, read={"extra": {"a": [1, {"b": None}]}, "characters": [{"c": "A", "p": 1.0}]})
    body = data.draw(st.binary(max_size=200) | st.just(whole))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, max(0, len(body) - 1)))
        body = body[:at] + data.draw(st.binary(max_size=4)) + body[at + data.draw(st.integers(0, 4)) :]
    try:
        batch = decode_batch(body, encoding)
    except BatchError:
        return
    for found in batch.records:
        assert decode_batch(encode_batch(HEAD, [encode_read(found)]), Encoding.MESSAGE_PACK).records == (
            found,
        )


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=6) | st.integers() | st.binary(max_size=3), st.binary(max_size=9)))
def test_message_pack_with_strange_keys_and_bytes_is_taken_or_refused(said) -> None:
    said = {key: value for key, value in said.items() if not isinstance(key, int) or abs(key) < 2**63}
    batch = decode_batch(
        msgspec.msgpack.encode(PLAIN | {"reads": [PLAIN["reads"][0] | said]}), Encoding.MESSAGE_PACK
    )
    assert len(batch.records) + len(batch.refused) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"vrm": "ab"}, {"confidence": float("nan")}, {"extra": "[]"}, {"extra": "{"}, {"model": "m" * 200},
        {"extra": json.dumps({"n": 2**70})}, {"captured_at": AT.replace(tzinfo=None)}, {"frames": 0},
        {"extra": json.dumps({"x": "y" * 5000})}, {"place": Place(1, 2, float("nan"))},
    ],
)  # fmt: skip
@BOTH
def test_a_record_that_could_not_be_read_back_is_refused_where_it_is_made(encoding, wrong) -> None:
    with pytest.raises(ReadShapeError):
        encode_read(replace(record(), **wrong), encoding)


def test_a_number_that_the_other_encoding_cannot_carry_is_refused_on_arrival() -> None:
    batch = decode_batch(posted(read={"serial": 2**70}), Encoding.JSON)
    assert batch.refused[0].reason.startswith("extra: ")


def test_a_field_is_not_said_twice() -> None:
    batch = decode_batch(posted(read={"lane": 1, "extra": {"lane": 2}}), Encoding.JSON)
    assert "must not repeat" in batch.refused[0].reason


def test_a_read_becomes_a_record_that_arrives_equal() -> None:
    at = Instant(
        datetime(2026, 11, 22, 9, 30, 15, 250_999, tzinfo=timezone(timedelta(hours=1))), ClockSource.EXIF, 40
    )
    read = make_read(
        captured_at=at, confidence=0.123456789, candidates=(Candidate("AB12CDE", 0.123456789),),
        characters=(Character("A", 0.999, (("4", 0.0004),)),), patch=b"jpeg", overview=None, raw="A812CDE",
    )  # fmt: skip
    made = record_of_read(read, CameraId(53, 1, 7), place=Place(51.9, -2.1, 8.0))
    assert made.captured_at == datetime(2026, 11, 22, 8, 30, 15, 250_000, tzinfo=UTC)
    assert (made.confidence, made.raw, made.direction) == (0.123457, "A812CDE", Direction.AWAY)
    assert (made.patch, made.overview) == (picture_digest(b"jpeg"), None)
    assert (made.clock, made.clock_error_ms) == (ClockSource.EXIF, 40)
    assert decode_batch(encode_batch(HEAD, [encode_read(made)]), Encoding.MESSAGE_PACK).records == (made,)
