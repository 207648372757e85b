"""A read, and the hits that it made, as one JSON object on one line (docs/reference/read-json.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources

from openanpr.core.hit import Hit
from openanpr.core.read import Character, Read

VERSION = 1
"""The version of the form; it grows when a field changes its meaning or goes."""

_P_DIGITS = 6
_PIXEL_DIGITS = 2


def read_line(
    read: Read, *, hits: Sequence[Hit] | None, patch: str | None = None, overview: str | None = None
) -> str:
    """Return `read` as one line of JSON without its line end, in ASCII.

    `hits` is None when the read was compared with no list. `patch` and `overview` are the names of
    the saved pictures, None when not saved.
    """
    record: dict[str, object] = {
        "version": VERSION,
        "source": _writable(read.source),
        "captured_at": rfc3339(read.captured_at.at),
        "clock": {"source": read.captured_at.source.value, "error_ms": read.captured_at.error_ms},
        "frame": read.frame,
        "plate": read.plate,
        "raw": read.raw,
        "syntax": read.syntax,
        "confidence": _p(read.confidence),
        "candidates": [{"plate": c.plate, "p": _p(c.p)} for c in read.candidates],
        "characters": [_character(c) for c in read.characters],
        "box": {"x": read.box.x, "y": read.box.y, "w": read.box.w, "h": read.box.h},
        "corners": [[round(float(v), _PIXEL_DIGITS) for v in corner] for corner in read.corners],
        "style": read.style.value,
        "lines": read.lines,
        "direction": read.direction.value,
        "frames": read.frames,
        "primary": read.primary,
        "patch": patch,
        "overview": overview,
        "model": read.model,
        "settings": read.settings,
        "hit": None if hits is None else [_hit(hit) for hit in hits],
    }
    return json.dumps(record, separators=(",", ":"), allow_nan=False)


def rfc3339(at: datetime) -> str:
    """Return a time as RFC 3339 in UTC with milliseconds, as `2026-11-22T18:48:00.123Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def read_schema() -> str:
    """Return the JSON Schema (2020-12) of a line, as shipped with the program."""
    return resources.files("openanpr.wire").joinpath("read.schema.json").read_text(encoding="utf-8")


def _character(character: Character) -> dict[str, object]:
    rivals = [{"c": c, "p": _p(p)} for c, p in character.rivals]
    return {"c": character.c, "p": _p(character.p), "rivals": rivals}


def _hit(hit: Hit) -> dict[str, object]:
    entry = hit.entry
    return {
        "kind": str(hit.kind),
        "reason": str(hit.reason),
        "p": _p(hit.p),
        "band": str(hit.band),
        "read_plate": hit.read_plate,
        "listed_plate": hit.listed_plate,
        "positions": list(hit.positions),
        "list": _writable(entry.list_name),
        "row": entry.row,
        "entry": {
            "vrm": entry.vrm,
            "make": entry.make,
            "model": entry.model,
            "colour": entry.colour,
            "action": entry.action,
            "warning_markers": entry.warning_markers,
            "reason": entry.reason,
            "grading": entry.grading,
            "information": entry.information,
            "force_area": entry.force_area,
            "weed_date": None if entry.weed_date is None else entry.weed_date.isoformat(),
            "pnc_id": entry.pnc_id,
            "protective_marking": entry.protective_marking,
            "cad": entry.cad,
            "spare": list(entry.spare),
        },
    }


def _p(p: float) -> float:
    return round(float(p), _P_DIGITS)


def _writable(name: str) -> str:
    """Return a file name without the stray bytes that a file system allows and JSON does not."""
    return name.encode("utf-8", "replace").decode("utf-8")
