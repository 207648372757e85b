"""What a message says that a capture record has no field for: kept as it was told, within bounds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping
from typing import Final, cast

from openanpr.wire.vendors.json_text import Said

MOST_KEPT_BYTES: Final = 8192
_LONGEST_TEXT = 512  # longer is a picture or a track, not a particular
# Speed is never stored: this is no speed camera. Where a camera stands is a permission, and its register's.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*@")
_NEVER = ("speed", "gps", "geotag", "latitude", "longitude")


def extra_of(
    vendor: str, sha256: str, given: object, said: Said, *, left: Collection[str] = (), late: bool = False
) -> str:
    """Return `CaptureRecord.extra`: a JSON object with what the sender said beside the record's fields.

    `vendor`; `payload_sha256` of the message as it came; `confidence` as the vendor gave it; `late` when
    the sender marked it so; `said`, the other fields without those named in `left`, without speed,
    place and the passwords of addresses; `cut`, true when something in `said` was too long to keep.
    """
    kept = {name: value for name, value in said.items() if name not in left}
    cut = [False]
    extra: dict[str, object] = {
        "vendor": vendor,
        "payload_sha256": sha256,
        "confidence": _bounded(given, cut),
        "said": _bounded(kept, cut),
    }
    if late:
        extra["late"] = True
    if cut[0]:
        extra["cut"] = True
    written = _written(extra)
    if len(written) <= MOST_KEPT_BYTES:
        return written
    extra["said"], extra["cut"] = {}, True
    return _written(extra)


def _bounded(value: object, cut: list[bool]) -> object:
    """Return a value without what is never kept and without what is too long."""
    if isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            cut[0] = True
            return None
        return _writable(value)
    if isinstance(value, Mapping):
        named = cast("Mapping[str, object]", value).items()
        return {
            _writable(name[:_LONGEST_TEXT]): _bounded(inner, cut)
            for name, inner in named
            if not any(word in name.lower() for word in _NEVER)
        }
    if isinstance(value, list):
        return [_bounded(inner, cut) for inner in cast("list[object]", value)]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _writable(text: str) -> str:
    """Return text that every store takes: no NUL, no half of a surrogate pair, no password of a stream."""
    return _CREDENTIALS.sub("", text.replace("\0", " ")).encode("utf-8", "replace").decode("utf-8")


def _written(extra: Mapping[str, object]) -> str:
    return json.dumps(extra, separators=(",", ":"), sort_keys=True, allow_nan=False)
