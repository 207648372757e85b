"""A result of `openanpr score --json`, read back: its counts and nothing else (docs/reference/score.md).

The file comes from anywhere. Its marks are passed over, its words are few and known, and its shares must
follow from its counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.core.camera_test import CameraScore, FalseReads, LeftOut, PartRates, Rates
from openanpr.core.layout import Syntax
from openanpr.core.read import Style
from openanpr.core.share import Share
from openanpr.wire.json_decoder import json_decoder

FORMAT: Final = "openanpr.score/1"
MOST_BYTES: Final = 2 * 2**20
_MOST_PARTS: Final = 100
_AHEAD: Final = timedelta(hours=1)
_ROUNDING: Final = 0.0001
_BAND = r"(unknown|under [0-9]{1,3}|[0-9]{1,3} to [0-9]{1,3}|[0-9]{1,3} and more)"
_PARTS: Final = {
    "layout": re.compile("|".join(one.value for one in Syntax)),
    "style": re.compile("|".join(one.value for one in Style)),
    "character height, px": re.compile(_BAND),
    # A person's own word. Letters alone: no mark stands in it.
    "light": re.compile(r"[^\W\d_]{1,23}([ -][^\W\d_]{1,23}){0,2}"),
}
"""What plates may be parted by, and the names of the parts."""

_Count = Annotated[int, Meta(ge=0, le=10_000_000)]
_Part = Annotated[float, Meta(ge=0, le=1)]
_Instant = Annotated[datetime, Meta(tz=True)]


class ScoreFileError(ValueError):
    """A file is no result that can be kept with a camera; the text says why, and nothing of what is in it."""


class _Share(Struct, frozen=True):
    hits: _Count
    of: _Count
    value: _Part | None
    low: _Part | None
    high: _Part | None


class _Rates(Struct, frozen=True):
    capture: _Share
    read_exact: _Share
    read_folded: _Share


class _Group(_Rates, frozen=True, kw_only=True):
    by: Annotated[str, Meta(max_length=40)]
    group: Annotated[str, Meta(max_length=80)]


class _LeftOut(Struct, frozen=True):
    bad_rows: list[msgspec.Raw]
    unread: list[msgspec.Raw]
    unnamed_files: _Count


class _File(_Rates, frozen=True, kw_only=True):
    format: str
    made_at: _Instant
    country: Annotated[str, Meta(pattern="^[A-Za-z]{2,8}$")]
    model: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._+@:/-]{1,300}$")] | None
    settings: Annotated[str, Meta(pattern="^[0-9a-f]{1,64}$")] | None
    pictures: _Count
    clips: _Count
    plates: _Count
    end_to_end_exact: _Share
    false_reads: _Count
    clip_false_reads: _Count
    groups: Annotated[list[_Group], Meta(max_length=_MOST_PARTS)]
    left_out: _LeftOut


def read_score(body: bytes, *, now: datetime) -> CameraScore:
    """Return what a result says, its shares reckoned anew from its counts; raises ScoreFileError."""
    if len(body) > MOST_BYTES:
        raise ScoreFileError(f"the result has more than {MOST_BYTES // 2**20} MiB")
    said = _decoded(body)
    if said.made_at > now + _AHEAD:
        raise ScoreFileError(
            "the result was made in the future: look at the clock of the machine that scored"
        )
    rates = _rates(said, "of all plates")
    if rates.plates != said.plates or _differs(said.end_to_end_exact, rates.end_to_end):
        raise ScoreFileError(_DISAGREES.format("of all plates"))
    if not rates.plates:
        raise ScoreFileError("no readable plate was measured: it tells no capture rate")
    return CameraScore(
        digest=hashlib.sha256(body).hexdigest(),
        made_at=said.made_at,
        country=said.country,
        model=said.model,
        settings=said.settings,
        pictures=said.pictures,
        clips=said.clips,
        rates=rates,
        false_reads=FalseReads(said.false_reads, said.clip_false_reads),
        left_out=LeftOut(len(said.left_out.bad_rows), len(said.left_out.unread), said.left_out.unnamed_files),
        parts=_parts(said.groups, rates),
    )


_DISAGREES: Final = "the shares {} do not follow from their counts: the result was changed after it was made"


def _decoded(body: bytes) -> _File:
    if _format(body) != FORMAT:
        raise ScoreFileError(f"this is no result of openanpr score --json of the form {FORMAT}")
    try:
        return json_decoder(_File).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ScoreFileError(f"the result cannot be read: {fault}") from fault


class _Form(Struct, frozen=True):
    format: str = ""


def _format(body: bytes) -> str:
    try:
        return json_decoder(_Form).decode(body).format
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ScoreFileError(
            "this is no JSON object: give the file that openanpr score --json made"
        ) from fault


def _rates(said: _Rates, of: str) -> Rates:
    """Return the counts; raises ScoreFileError where they contradict one another."""
    found = Rates(said.capture.of, said.capture.hits, said.read_exact.hits, said.read_folded.hits)
    pairs = (
        (said.capture, found.capture),
        (said.read_exact, found.read_exact),
        (said.read_folded, found.read_folded),
    )
    in_order = found.exact <= found.folded <= found.found <= found.plates
    if not in_order or any(_differs(told, reckoned) for told, reckoned in pairs):
        raise ScoreFileError(_DISAGREES.format(of))
    return found


def _differs(told: _Share, reckoned: Share) -> bool:
    low, high = reckoned.interval or (None, None)
    if (told.hits, told.of) != (reckoned.hits, reckoned.of):
        return True
    numbers = (told.value, reckoned.value), (told.low, low), (told.high, high)
    return any(_apart(one, other) for one, other in numbers)


def _apart(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > _ROUNDING


def _parts(groups: Iterable[_Group], whole: Rates) -> tuple[PartRates, ...]:
    """Return the rates of the parts; raises ScoreFileError where they are not the parts of the whole."""
    parts = tuple(PartRates(_by(one), one.group, _rates(one, "of a part")) for one in groups)
    if len({(one.by, one.part) for one in parts}) != len(parts):
        raise ScoreFileError("the result names a part twice")
    for by in {one.by for one in parts}:
        if _sum([one.rates for one in parts if one.by == by]) != whole:
            raise ScoreFileError(f"the parts by {by} do not add up to the whole")
    return parts


def _by(one: _Group) -> str:
    names = _PARTS.get(one.by)
    if names is None:
        raise ScoreFileError(f"the result parts plates by what this node does not know: {', '.join(_PARTS)}")
    if names.fullmatch(one.group) is None:
        raise ScoreFileError(
            f"a part by {one.by} has a name that is none: light is named by words without digits"
        )
    return one.by


def _sum(of: Iterable[Rates]) -> Rates:
    all_ = tuple(of)
    return Rates(
        sum(one.plates for one in all_),
        sum(one.found for one in all_),
        sum(one.exact for one in all_),
        sum(one.folded for one in all_),
    )
