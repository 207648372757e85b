"""Rows of an answer as a page to print or a file to hand on, each with a head that says what it is. Pure.

A cell of a table that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV
injection). Numbers are written as such: they come from us.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from openanpr.search.shown import ShownCamera, ShownCommon, ShownCompanion, ShownMark, ShownRead, ShownRow

Cell: TypeAlias = str | int | float | bool | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_READ = (
    "row", "mark", "captured_at", "camera", "camera_name", "camera_lat", "camera_lon", "lat", "lon",
    "spelling", "confidence", "late", "clock_doubtful", "direction", "style", "rivals",
)  # fmt: skip
_MARK = ("row", "mark", "reads", "first_at", "last_at")
_COMMON = ("row", "mark", "scenes", "reads")
_COMPANION = ("row", "mark", "meetings", "by_chance", "cameras", "days", "may_be_the_same", "seen")


@dataclass(frozen=True, slots=True)
class Head:
    """What a sheet says of itself: whose search, who took it, for whom, why, when, and where it is logged."""

    search_id: str
    entry: int
    taken_by: str
    name: str = field(repr=False)
    recipient: str = field(repr=False)
    purpose: str
    reference: str = field(repr=False)
    reason: str = field(repr=False)
    authority: str
    at: datetime
    caveats: tuple[str, ...]

    def lines(self) -> Iterator[tuple[str, Cell]]:
        """Yield what it says, each with its name."""
        yield "search", self.search_id
        yield "entry of the audit log", self.entry
        yield "taken by", f"{self.name} ({self.taken_by})"
        yield "for", self.recipient
        yield "purpose", self.purpose
        yield "reference", self.reference
        yield "reason", self.reason
        yield "authority", self.authority
        yield "taken at", _time(self.at)
        for caveat in self.caveats:
            yield "note", caveat


def csv_sheet(head: Head, rows: Sequence[ShownRow]) -> bytes:
    """Return a table as UTF-8 CSV (RFC 4180): the head as pairs, an empty line, the names, the rows."""
    told = io.StringIO(newline="")
    writer = csv.writer(told)
    for name, value in head.lines():
        writer.writerow((_safe(name), _safe(value)))
    for kind in (ShownRead, ShownMark, ShownCommon, ShownCompanion):
        cells = [_cells(row) for row in rows if type(row) is kind]
        if cells:
            writer.writerow(())
            writer.writerow(cells[0])
            writer.writerows([_safe(value) for value in row.values()] for row in cells)
    return told.getvalue().encode()


def json_sheet(head: Head, rows: Sequence[ShownRow]) -> bytes:
    """Return a JSON object: `about` is the head as pairs, `rows` the rows by their names."""
    told = {"about": [list(line) for line in head.lines()], "rows": [dict(_cells(row)) for row in rows]}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def text_sheet(head: Head, rows: Sequence[ShownRow]) -> bytes:
    """Return plain text to print: the head on top, then a line for each row; no control characters."""
    lines = [f"{name}: {_plain(value)}" for name, value in head.lines()]
    for row in rows:
        lines.append("")
        lines += [
            f"  {name}: {_plain(value)}" for name, value in _cells(row).items() if value not in (None, "")
        ]
    return ("\n".join(lines) + "\n").encode()


def _cells(row: ShownRow) -> Mapping[str, Cell]:
    match row:
        case ShownRead():
            return dict(zip(_READ, _read(row), strict=True))
        case ShownMark():
            told = (row.number, row.mark, row.reads, _time(row.first_at), _time(row.last_at))
            return dict(zip(_MARK, told, strict=True))
        case ShownCommon():
            scenes = " ".join(str(scene + 1) for scene in row.scenes)
            return dict(zip(_COMMON, (row.number, row.mark, scenes, row.reads), strict=True))
        case ShownCompanion():
            counts = len(row.seen), round(row.by_chance, 2), row.cameras, row.days
            seen = "; ".join(
                f"{_time(one.at)} {_camera(one.camera)[0]} {one.after_s:+.0f} s" for one in row.seen
            )
            return dict(zip(_COMPANION, (row.number, row.mark, *counts, row.alike, seen), strict=True))


def _read(row: ShownRead) -> tuple[Cell, ...]:
    return (
        row.number,
        row.mark,
        _time(row.captured_at),
        *_camera(row.camera),
        None if row.place is None else row.place.lat,
        None if row.place is None else row.place.lon,
        str(row.spelling),
        row.confidence,
        row.late,
        row.clock_doubtful,
        str(row.direction),
        str(row.style),
        " ".join(f"{mark} {p:.3f}" for mark, p in row.rivals),
    )


def _camera(camera: ShownCamera) -> tuple[Cell, ...]:
    number = camera.label if camera.camera is None else str(camera.camera)
    place = camera.place
    return number, camera.name, None if place is None else place.lat, None if place is None else place.lon


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _safe(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value


def _plain(value: Cell) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return "".join(c if c.isprintable() else " " for c in text)
