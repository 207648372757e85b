"""What a person read in the pictures: `truth.csv`, checked row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from openanpr.core.plate import Plate, PlateError
from openanpr.core.read import BoxPx, Style
from openanpr.run.exit_code import RefusedError

TRUTH_NAME = "truth.csv"
_BOX = ("x", "y", "w", "h")
_STYLES = frozenset(style.value for style in Style)
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One plate that a person read in one picture, or one pass in one clip.

    `vrm` is A-Z0-9; empty with a box for a plate that nobody can read, empty without one for a picture
    that has no plate. `box` is in pixels of the picture, None when not known. `light`, `style` and
    `char_height_px` are the person's own notes, None when not given. `line` counts from 1.
    """

    line: int
    image: str
    vrm: str
    box: BoxPx | None = None
    light: str | None = None
    style: str | None = None
    char_height_px: float | None = None


@dataclass(frozen=True, slots=True)
class BadTruth:
    """A row that was left out: its line in the file, and what is wrong with it, never with the plate."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Truth:
    """The rows of a truth file in its order, and those that could not be used."""

    rows: tuple[TruthRow, ...]
    bad: tuple[BadTruth, ...] = ()

    def by_image(self) -> dict[str, tuple[TruthRow, ...]]:
        """Return the rows of each picture or clip, in the file's order."""
        found: dict[str, tuple[TruthRow, ...]] = {}
        for row in self.rows:
            found[row.image] = (*found.get(row.image, ()), row)
        return found


class _RowError(ValueError):
    """Why one row cannot be used."""


def read_truth(path: Path) -> Truth:
    """Return what the truth file at `path` holds; a bad row is kept aside with its line.

    Raises:
        RefusedError: the file cannot be read, is no UTF-8 text, or lacks a column.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise RefusedError(f"{path} is over {_MOST_BYTES >> 20} MB: it is no list of pictures and plates")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RefusedError(
            f"{path} cannot be read ({error.strerror}): write it with the columns image,plate, or call with "
            "--no-plates for a folder in which no plate is to be seen"
        ) from None
    except UnicodeDecodeError:
        raise RefusedError(f"{path} is not UTF-8 text: save it as CSV in UTF-8") from None
    return parse_truth(text, name=str(path))


def parse_truth(text: str, *, name: str = TRUTH_NAME) -> Truth:
    """Return the rows of `text`, a CSV with a header; `name` is how errors call it.

    Raises:
        RefusedError: the header lacks `image` or `plate`, names some of x, y, w, h only, or a quote
            is not closed.
    """
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[TruthRow] = []
    bad: list[BadTruth] = []
    try:
        header = [cell.strip().lower() for cell in next(lines, list[str]())]
        _check_header(header, name)
        before = lines.line_num
        for cells in lines:
            line, before = before + 1, lines.line_num
            if not any(cell.strip() for cell in cells):
                continue
            try:
                rows.append(_row(line, header, cells))
            except _RowError as error:
                bad.append(BadTruth(line, str(error)))
    except csv.Error:
        raise RefusedError(
            f"{name} line {lines.line_num}: a quote is not closed or misplaced; mend it"
        ) from None
    return Truth(tuple(rows), tuple(bad))


def _check_header(header: list[str], name: str) -> None:
    if not {"image", "plate"} <= set(header):
        raise RefusedError(f"{name} needs a first line that names the columns image,plate (and x,y,w,h)")
    if len(set(header)) != len(header):
        raise RefusedError(f"{name} names a column twice: give each one name")
    if 0 < len(set(_BOX) & set(header)) < len(_BOX):
        raise RefusedError(f"{name} names only some of the columns x,y,w,h: a box needs all four")


def _row(line: int, header: list[str], cells: list[str]) -> TruthRow:
    if len(cells) != len(header):
        raise _RowError(f"{len(cells)} cells where the header has {len(header)}")
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    return TruthRow(
        line, _image(row["image"]), _vrm(row["plate"]), _box(row),
        light=row.get("light", "").lower() or None, style=_style(row), char_height_px=_height(row),
    )  # fmt: skip


def _image(cell: str) -> str:
    path = PurePosixPath(cell.replace("\\", "/"))
    if not cell or "\0" in cell:
        raise _RowError("no image is named")
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise _RowError("the image is not inside the folder: name it from the folder on")
    return str(path)


def _vrm(cell: str) -> str:
    if not cell:
        return ""
    try:
        return Plate.parse(cell).vrm
    except PlateError as error:
        raise _RowError(str(error)) from None


def _box(row: Mapping[str, str]) -> BoxPx | None:
    cells = [row.get(name, "") for name in _BOX]
    if not any(cells):
        return None
    x, y, w, h = (_number(cell, "the box needs four numbers x,y,w,h") for cell in cells)
    if w < 1 or h < 1:
        raise _RowError("the box has no area: width and height must be 1 or more")
    return BoxPx(round(x), round(y), round(w), round(h))


def _style(row: Mapping[str, str]) -> str | None:
    cell = row.get("style", "").lower()
    if cell and cell not in _STYLES:
        raise _RowError(f"the style is none of {', '.join(sorted(_STYLES))}")
    return cell or None


def _height(row: Mapping[str, str]) -> float | None:
    cell = row.get("char_height_px", "")
    if not cell:
        return None
    found = _number(cell, "the character height needs a number of pixels")
    if found <= 0:
        raise _RowError("the character height must be more than 0 pixels")
    return found


def _number(cell: str, problem: str) -> float:
    try:
        found = float(cell)
    except ValueError:
        raise _RowError(problem) from None
    if not -1e6 < found < 1e6:
        raise _RowError(problem)
    return found
