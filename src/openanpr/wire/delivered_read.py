"""One read as it is delivered: the fields on the wire, and the way to and from a capture record.

docs/reference/read-batch.md tells every field; batch.schema.json holds the same for machines.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.instant import ClockSource
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Character, Direction, Read, Style

MOST_CANDIDATES = 32
MOST_CHARACTERS = 32
MOST_RIVALS = 36
MOST_EXTRA_BYTES = 4096
_P_DIGITS = 6
_FIRST_YEAR = 1970

# `\Z`, because Python's `$` would let a line end pass.
_Vrm = Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,32}\Z")]
_Syntax = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,32}\Z")]
_CameraText = Annotated[str, Meta(max_length=32)]
_Mark = Annotated[str, Meta(min_length=1, max_length=1)]
_P = Annotated[float, Meta(ge=0, le=1)]
_Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Time = Annotated[datetime, Meta(tz=True)]
_Count = Annotated[int, Meta(ge=1, le=1_000_000)]
_Milliseconds = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Model = Annotated[str, Meta(max_length=128)]
_MARKS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


# `gc=False`: a batch has thousands of these, none can be part of a circle, and the collector need not look.


class RivalForm(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What else a position may be."""

    c: _Mark
    p: _P


class CharacterForm(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One position of the plate."""

    c: _Mark
    p: _P
    rivals: Annotated[list[RivalForm], Meta(max_length=MOST_RIVALS)] = []


class CandidateForm(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A rival spelling of the whole plate."""

    plate: _Vrm
    p: _P


class ClockForm(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Where the time came from and how far it may be off."""

    source: ClockSource = ClockSource.CLOCK
    error_ms: _Milliseconds | None = None


class PlaceForm(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Where a moving camera was."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    error_m: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class ReadForm(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The fields of a read on the wire; only the first three must be there."""

    camera: _CameraText
    captured_at: _Time
    vrm: _Vrm
    raw: _Vrm | UnsetType = UNSET
    syntax: _Syntax = "unknown"
    confidence: _P | None = None
    candidates: Annotated[list[CandidateForm], Meta(max_length=MOST_CANDIDATES)] = []
    characters: Annotated[list[CharacterForm], Meta(max_length=MOST_CHARACTERS)] = []
    clock: ClockForm = ClockForm()
    style: Style = Style.UNKNOWN
    direction: Direction = Direction.UNKNOWN
    frames: _Count = 1
    place: PlaceForm | None = None
    patch: _Sha256 | None = None
    overview: _Sha256 | None = None
    model: _Model = ""
    extra: dict[str, Any] = {}


Said: TypeAlias = dict[str, Any]
"""What a sender said, as decoded and not yet looked at: it lives in this folder only."""


class ReadShapeError(ValueError):
    """One read is not as the format says; the sentence names the field and never what was in it."""


# Said instead of the decoder's own sentence, which may repeat what was sent.
_WANTED = {
    "camera": "force/source/camera, three numbers such as 53/1/7",
    "captured_at": "an RFC 3339 time with its zone, from the year 1970",
    "vrm": "1 to 32 characters A-Z and 0-9",
    "raw": "1 to 32 characters A-Z and 0-9",
    "syntax": "1 to 32 characters a-z, 0-9 and _",
    "confidence": "a probability from 0 to 1, or null",
    "candidates": f"at most {MOST_CANDIDATES} objects of plate and p",
    "characters": f"at most {MOST_CHARACTERS} objects of c, p and at most {MOST_RIVALS} rivals (c, p)",
    "clock": "an object of source (clock, stream, exif, file) and error_ms (0 or more, or null)",
    "style": "one of " + ", ".join(Style),
    "direction": "one of " + ", ".join(Direction),
    "frames": "a number from 1 to 1000000",
    "place": "an object of lat and lon in degrees, and error_m (0 or more, or null)",
    "patch": "64 hex digits in lower case, the SHA-256 of the JPEG, or null",
    "overview": "64 hex digits in lower case, the SHA-256 of the JPEG, or null",
    "model": "at most 128 characters",
    "extra": f"an object of at most {MOST_EXTRA_BYTES} bytes as compact JSON",
}
_REQUIRED = ("camera", "captured_at", "vrm")
# The known names inside nested objects; a nested value with others in it is kept whole beside.
_NESTED = {
    "candidates": frozenset({"plate", "p"}),
    "characters": frozenset({"c", "p", "rivals"}),
    "clock": frozenset({"source", "error_ms"}),
    "place": frozenset({"lat", "lon", "error_m"}),
}
_RIVAL = frozenset({"c", "p"})


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What was sent, in two heaps: fields that this version knows, and all else."""

    known: Said
    unknown: Said


def record_of_read(read: Read, camera: CameraId, *, place: Place | None = None) -> CaptureRecord:
    """Return what `read` says to others as a read of `camera`, with the digests of its pictures.

    The time is cut to milliseconds and probabilities are rounded to six digits, as they are sent, so
    that the record is equal to the one that arrives.
    """
    return CaptureRecord(
        camera=camera,
        captured_at=_to_ms(read.captured_at.at),
        vrm=read.plate,
        raw=read.raw,
        syntax=str(read.syntax),
        confidence=_p(read.confidence),
        candidates=tuple(Candidate(c.plate, _p(c.p)) for c in read.candidates[:MOST_CANDIDATES]),
        characters=tuple(
            Character(c.c, _p(c.p), tuple((r, _p(p)) for r, p in c.rivals[:MOST_RIVALS]))
            for c in read.characters
        ),
        clock=read.captured_at.source,
        clock_error_ms=read.captured_at.error_ms,
        style=read.style,
        direction=read.direction,
        frames=read.frames,
        place=place,
        patch=None if read.patch is None else picture_digest(read.patch),
        overview=None if read.overview is None else picture_digest(read.overview),
        model=read.model,
    )


def picture_digest(jpeg: bytes) -> str:
    """Return the name of a picture on the wire: its SHA-256 as 64 hex digits."""
    return hashlib.sha256(jpeg).hexdigest()


def form_of(record: CaptureRecord) -> ReadForm:
    """Return the fields of `record` as they are sent.

    Raises ReadShapeError where `extra` is no JSON object, and for NaN, of which JSON would make a null.

    What a field may hold is checked when it is decoded: encode and read back to be sure.
    """
    place, extra = record.place, record.extra
    if record.confidence is not None and math.isnan(record.confidence):
        raise _fault("confidence")
    if place is not None and place.error_m is not None and math.isnan(place.error_m):
        raise _fault("place")
    return ReadForm(
        camera=str(record.camera),
        captured_at=_to_ms(record.captured_at),
        vrm=record.vrm,
        raw=UNSET if record.raw == record.vrm else record.raw,
        syntax=record.syntax,
        confidence=record.confidence,
        candidates=[CandidateForm(c.plate, c.p) for c in record.candidates],
        characters=[
            CharacterForm(c.c, c.p, [RivalForm(r, p) for r, p in c.rivals]) for c in record.characters
        ],
        clock=ClockForm(record.clock, record.clock_error_ms),
        style=record.style,
        direction=record.direction,
        frames=record.frames,
        place=None if place is None else PlaceForm(place.lat, place.lon, place.error_m),
        patch=record.patch,
        overview=record.overview,
        model=record.model,
        extra={} if extra == "{}" else _extra_of(extra),
    )


def record_of(form: ReadForm) -> CaptureRecord:
    """Return the record of fields that were decoded; raises ReadShapeError for what types cannot tell."""
    place = form.place
    return CaptureRecord(
        camera=_camera(form.camera),
        captured_at=_utc(form.captured_at),
        vrm=form.vrm,
        raw=form.vrm if form.raw is UNSET else form.raw,
        syntax=form.syntax,
        confidence=form.confidence,
        candidates=tuple([Candidate(c.plate, c.p) for c in form.candidates]),
        characters=_characters(form.characters),
        clock=form.clock.source,
        clock_error_ms=form.clock.error_ms,
        style=form.style,
        direction=form.direction,
        frames=form.frames,
        place=None if place is None else Place(place.lat, place.lon, place.error_m),
        patch=form.patch,
        overview=form.overview,
        model=form.model,
        extra=extra_text(form.extra) if form.extra else "{}",
    )


def record_of_said(said: object) -> CaptureRecord:
    """Return the record of one decoded object with fields that this version may not know.

    Those are kept in `extra`; a nested value with unknown fields in it is kept there whole, and what is
    known of it is used. Raises ReadShapeError.
    """
    if not isinstance(said, dict):
        raise ReadShapeError("a read must be an object")
    sorted_ = _sort(cast("Said", said))
    beside = sorted_.known.get("extra", {})
    if not isinstance(beside, dict):
        raise _fault("extra")
    if not sorted_.unknown.keys().isdisjoint(cast("Said", beside)):
        raise ReadShapeError("extra: it must not repeat the name of a field that is sent beside it")
    known = sorted_.known | {"extra": cast("Said", beside) | sorted_.unknown}
    for name in _REQUIRED:
        if name not in known:
            raise _fault(name)
    try:
        return record_of(msgspec.convert(known, ReadForm))
    except (msgspec.ValidationError, RecursionError):
        raise _fault(_first_bad(known)) from None


def extra_text(said: Said) -> str:
    """Return what was said beside the known fields as compact JSON; raises ReadShapeError."""
    try:
        text = msgspec.json.encode(said)
        msgspec.msgpack.encode(said)  # so that a node can forward it in either encoding
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise _fault("extra") from None
    if len(text) > MOST_EXTRA_BYTES:
        raise _fault("extra")
    return text.decode()


def _extra_of(text: str) -> Said:
    try:
        said = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise _fault("extra") from None
    if not isinstance(said, dict) or len(text.encode()) > MOST_EXTRA_BYTES:
        raise _fault("extra")
    return cast("Said", said)


def _sort(said: Said) -> _Sorted:
    known: Said = {}
    unknown: Said = {}
    for name, value in said.items():
        if name not in _WANTED:
            unknown[name] = value
            continue
        plain = _without_unknown(name, value)
        known[name] = plain
        if plain is not value:
            unknown[name] = value
    return _Sorted(known, unknown)


def _without_unknown(name: str, value: object) -> object:
    """Return a nested value without unknown fields; the very same value where it has none."""
    names = _NESTED.get(name)
    if names is None:
        return value
    if not isinstance(value, list):
        return _only(names, value)
    said = cast("list[object]", value)
    plain = [_only(names, part) for part in said]
    return said if all(a is b for a, b in zip(plain, said, strict=True)) else plain


def _only(names: frozenset[str], part: object) -> object:
    if not isinstance(part, dict):
        return part
    said = cast("Said", part)
    plain = {key: value for key, value in said.items() if key in names}
    rivals = plain.get("rivals")
    if isinstance(rivals, list):
        plain["rivals"] = [_only(_RIVAL, rival) for rival in cast("list[object]", rivals)]
    return said if plain == said else plain


def _first_bad(known: Said) -> str:
    """Name the first known field that is not as it must be, each tried beside sound ones."""
    sound: Said = {"camera": "0/0/0", "captured_at": "2000-01-01T00:00:00Z", "vrm": "A"}
    for name in _WANTED:
        if name in known:
            try:
                record_of(msgspec.convert(sound | {name: known[name]}, ReadForm))
            except (msgspec.ValidationError, ReadShapeError, RecursionError):
                return name
    return "extra"


def _fault(name: str) -> ReadShapeError:
    return ReadShapeError(f"{name}: it must be {_WANTED[name]}")


@lru_cache(maxsize=4096)
def _camera(text: str) -> CameraId:
    try:
        return CameraId.parse(text)
    except ValueError:
        raise _fault("camera") from None


def _characters(forms: list[CharacterForm]) -> tuple[Character, ...]:
    marks = {form.c for form in forms}
    marks.update([rival.c for form in forms for rival in form.rivals])
    if not marks <= _MARKS:
        raise _fault("characters")
    return tuple([Character(f.c, f.p, tuple([(r.c, r.p) for r in f.rivals])) for f in forms])


def _utc(at: datetime) -> datetime:
    try:
        utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        raise _fault("captured_at") from None
    if utc.year < _FIRST_YEAR:
        raise _fault("captured_at")
    return _to_ms(utc)


def _to_ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _p(p: float) -> float:
    return round(float(p), _P_DIGITS)
