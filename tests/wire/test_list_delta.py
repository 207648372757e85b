"""A page of a list comes out as it went in, never with a covert entry, and other bytes are told as such."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.voi_delta import Cursor, Delta, DeltaKind
from openanpr.core.voi_entry import Action, EntryKey, Origin, Priority, VoiEntry
from openanpr.wire.list_delta import CovertError, DeltaError, decode_delta, decode_lists, encode_delta
from openanpr.wire.read_batch import Encoding

ENCODINGS = pytest.mark.parametrize("encoding", list(Encoding))
_mark = st.text("ABC019?*", min_size=1, max_size=24)
_text = st.text(max_size=20)
_day = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
_entries = st.builds(
    VoiEntry,
    vrm=_mark,
    action=st.sampled_from(Action),
    priority=st.sampled_from(Priority),
    origin=st.sampled_from(Origin),
    make=_text,
    information=_text,
    pnc_id=_text,
    source_at=st.none() | st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the bounds of naive times
    entered_on=_day,
    weed_on=_day,
    covert=st.just(value=False),
    seen_by=st.just(()),
)
_cursors = st.builds(Cursor, st.integers(0, 10**17), st.booleans(), st.integers(0, 10**17))
_pages = st.builds(
    Delta,
    list_name=st.text(min_size=1, max_size=30),
    kind=st.sampled_from(DeltaKind),
    since=st.integers(0, 2**40),
    revision=st.integers(0, 2**40),
    upserts=st.lists(_entries, max_size=3).map(tuple),
    removals=st.lists(st.builds(EntryKey, _mark, _text, st.sampled_from(Origin)), max_size=3).map(tuple),
    more=st.none() | _cursors,
)


@ENCODINGS
@given(page=_pages)
def test_a_page_comes_out_as_it_went_in(encoding, page) -> None:
    assert decode_delta(encode_delta(page, encoding), encoding) == page


@ENCODINGS
@pytest.mark.parametrize("hidden", [{"covert": True}, {"seen_by": ("Ann",)}])
def test_a_covert_entry_cannot_be_written(encoding, hidden) -> None:
    entry = VoiEntry("AA11AAA", Action.SILENT)._replace(**hidden)
    with pytest.raises(CovertError):
        encode_delta(Delta("stolen", DeltaKind.FULL, 0, 1, (entry,)), encoding)


@ENCODINGS
@given(body=st.binary(max_size=200) | st.sampled_from([b"[" * 100_000, b"\x91" * 100_000, b'{"version":1}']))
def test_other_bytes_are_no_page_and_no_lists(encoding, body) -> None:
    for decode in (decode_delta, decode_lists):
        with pytest.raises(DeltaError):
            decode(body, encoding)


def test_another_version_and_a_made_up_cursor_are_refused() -> None:
    body = encode_delta(Delta("stolen", DeltaKind.FULL, 0, 1, more=Cursor(1, True, 5)), Encoding.JSON)  # noqa: FBT003
    for wrong in (body.replace(b'"version":1', b'"version":2'), body.replace(b"1.1.5", b"1.2.5")):
        with pytest.raises(DeltaError):
            decode_delta(wrong, Encoding.JSON)
