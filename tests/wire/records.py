"""Capture records of every shape, for tests of what carries them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.instant import ClockSource
from openanpr.core.layout import Syntax
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Character, Direction, Style
from openanpr.wire.read_batch import BatchHead

AT = datetime(2026, 11, 22, 12, 0, 0, 123_000, tzinfo=UTC)
HEAD = BatchHead(UUID("8c0d5f0e-3f55-4a53-9f3e-1f5b8c2f7a10"), "gate-1", AT)

_MARK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_vrm = st.text(_MARK, min_size=1, max_size=32)
_p = st.floats(0, 1, allow_subnormal=False)
_whole = st.integers(0, 2**31 - 1)
_digest = st.none() | st.text("0123456789abcdef", min_size=64, max_size=64)
_rival = st.tuples(st.sampled_from(_MARK), _p)
_character = st.builds(Character, st.sampled_from(_MARK), _p, st.lists(_rival, max_size=3).map(tuple))
_place = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180), st.none() | st.floats(0, 1_000_000))
_name = st.text(min_size=1, max_size=12).filter(lambda name: name.isascii())
_leaf = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=20)
_extra = st.dictionaries(_name, st.recursive(_leaf, lambda part: st.lists(part, max_size=3)), max_size=3).map(
    lambda said: json.dumps(said, separators=(",", ":"), ensure_ascii=False)
)


def record(vrm: str = "AB12CDE", *, after_ms: int = 0, camera: int = 7) -> CaptureRecord:
    """A plain read of camera 53/1/7, at a fixed time and so many milliseconds."""
    at = AT + timedelta(milliseconds=after_ms)
    return CaptureRecord(CameraId(53, 1, camera), at, vrm, vrm, "gb_current", 0.98)


def records() -> st.SearchStrategy[CaptureRecord]:
    """Any record that the format can carry, its time to the millisecond."""
    return st.builds(
        CaptureRecord,
        camera=st.builds(CameraId, _whole, _whole, _whole),
        captured_at=st.integers(0, 4_000_000_000_000).map(
            lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
        ),
        vrm=_vrm,
        raw=_vrm,
        syntax=st.sampled_from([str(s) for s in Syntax]),
        confidence=st.none() | _p,
        candidates=st.lists(st.builds(Candidate, _vrm, _p), max_size=3).map(tuple),
        characters=st.lists(_character, max_size=8).map(tuple),
        clock=st.sampled_from(ClockSource),
        clock_error_ms=st.none() | _whole,
        style=st.sampled_from(Style),
        direction=st.sampled_from(Direction),
        frames=st.integers(1, 1_000_000),
        place=st.none() | _place,
        patch=_digest,
        overview=_digest,
        model=st.text(max_size=20),
        extra=_extra,
    )
