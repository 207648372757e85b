"""Reads as a person sees them on a terminal: one row each, hits marked in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from openanpr.core.hit import Hit, HitKind, Reason
from openanpr.core.plate import Plate
from openanpr.run.sighting import Sighting, printable

_HEAD = f"{'TIME (UTC)':<23}  {'PLATE':<11}  {'SURE':>5}  {'STYLE':<7}  {'SEEN AT':<28}  HIT"
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"

REASONS = {
    Reason.SAME_PLATE: "the plate on the list",
    Reason.LOW_CONFIDENCE: "spelt alike, but the read is not sure",
    Reason.SAME_SHAPE: "O and 0, I and 1 look the same",
    Reason.DOUBTFUL_CHARACTER: "a doubtful character",
    Reason.RIVAL_READING: "another reading of the plate",
    Reason.RAW_READING: "as seen, before the grammar's correction",
    Reason.WILDCARD: "the list leaves characters open",
}
"""Why a read met an entry, in words."""


def printed(vrm: str) -> str:
    """Return a mark with its spaces; one with wildcards, or empty, as it is."""
    return Plate.parse(vrm).printed if vrm.isalnum() else vrm


class Table:
    """Writes reads to `out` as they come; the head stands before the first."""

    def __init__(self, out: TextIO, *, colour: bool) -> None:
        self._out = out
        self._colour = colour
        self._begun = False

    def add(self, sighting: Sighting) -> None:
        """Write one read and its hits at once."""
        rows = list(_rows(sighting))
        if sighting.hits and self._colour:
            rows[0] = f"{_BOLD}{rows[0]}{_PLAIN}"
        if not self._begun:
            rows.insert(0, _HEAD)
            self._begun = True
        self._out.write("\n".join(rows) + "\n")
        self._out.flush()


def _rows(sighting: Sighting) -> Iterator[str]:
    read = sighting.read
    at = read.captured_at.at.strftime("%Y-%m-%d %H:%M:%S.%f")[:23]
    where = printable(read.source)
    place = f"{where if len(where) <= 20 else '…' + where[-19:]} #{read.frame}"
    hits = sighting.hits or ()
    row = (
        f"{at}  {printed(read.plate):<11}  {read.confidence:>5.0%}  {read.style.value:<7}  {place:<28}  "
        f"{_told(hits[0]) if hits else ''}"
    )
    yield row.rstrip()
    for hit in hits[1:]:
        yield f"{'':<84}{_told(hit)}"


def _told(hit: Hit) -> str:
    """Return a hit in words: what it is, what is asked for, and where it stands."""
    where = f"{printable(hit.entry.list_name)} line {hit.entry.row}"
    action = f" {hit.entry.action}" if hit.entry.action else ""
    if hit.kind is HitKind.EXACT:
        return f"** EXACT HIT{action} ({where})"
    return (
        f"?? possible{action}: listed {printed(hit.listed_plate)}, {REASONS[hit.reason]}; "
        f"look at the picture ({where})"
    )
