"""References from a file that a force's system writes: CSV or JSON, read again when it is another.

    reference,state,opened,closed              [{"reference": "53/CR/1/26", "state": "open",
    53/CR/1/26,open,2026-11-01,                  "opened": "2026-11-01", "closed": null}]

A file that is broken, half written, too old or gone tells nothing: every reference is then UNREACHABLE, never
what an earlier file said of it.
"""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

from openanpr.core.purpose import ReferenceState
from openanpr.search.ports import Clock

MOST_BYTES = 64_000_000
_NAMES = ("reference", "state", "opened", "closed")
_STATES = {"open": ReferenceState.OPEN, "closed": ReferenceState.CLOSED}


class CaseFileError(Exception):
    """The file cannot be used; the sentence says where and why, and holds no reference."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Which file was read: another one has another of these."""

    inode: int
    size: int
    written_ns: int


class CaseFile:
    """The references of one file, as `ports.CaseSystem`. Threads share it.

    `fresh_for`: how long a file counts after it was written; one that is written no more knows of no closing.
    """

    def __init__(self, path: Path, *, fresh_for: timedelta, clock: Clock) -> None:
        self._path = path
        self._fresh_for = fresh_for
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: _Seen | None = None
        self._states: Mapping[str, ReferenceState] = {}

    def state_of(self, reference: str) -> ReferenceState:
        """Return what the file says of a reference, UNKNOWN where it names none such; it never raises."""
        try:
            return self.states().get(reference.strip(), ReferenceState.UNKNOWN)
        except CaseFileError:
            return ReferenceState.UNREACHABLE

    def states(self) -> Mapping[str, ReferenceState]:
        """Return the state of every reference. Raises CaseFileError, with what to mend."""
        with self._lock:
            try:
                found = self._path.stat()
                written = datetime.fromtimestamp(found.st_mtime, UTC)
                if not self._clock() - self._fresh_for <= written:
                    raise CaseFileError(
                        "the file of references is too old: see why it is not written any more"
                    )
                seen = _Seen(found.st_ino, found.st_size, found.st_mtime_ns)
                if seen != self._seen:
                    self._seen, self._states = None, {}
                    self._states = parse_references(self._read(found.st_size), json_form=self._is_json())
                    self._seen = seen
            except OSError as fault:
                raise CaseFileError("the file of references cannot be read: is it there?") from fault
            return self._states

    def _read(self, size: int) -> bytes:
        if size > MOST_BYTES:
            raise CaseFileError(
                f"the file of references is over {MOST_BYTES} bytes: leave out what is long closed"
            )
        return self._path.read_bytes()

    def _is_json(self) -> bool:
        return self._path.suffix.lower() == ".json"


def parse_references(data: bytes, *, json_form: bool) -> Mapping[str, ReferenceState]:
    """Return the state of each reference that a file names. Raises CaseFileError for one bad line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise CaseFileError("the file of references is not UTF-8 text") from fault
    rows = _json_rows(text) if json_form else _csv_rows(text)
    states: dict[str, ReferenceState] = {}
    for number, row in enumerate(rows, 1):
        try:
            reference, state = _reference(row)
        except (TypeError, ValueError) as fault:
            raise CaseFileError(f"entry {number} of the file of references: {fault}") from None
        if reference in states:
            raise CaseFileError(f"entry {number} of the file of references names one that came before")
        states[reference] = state
    return states


def _reference(row: Mapping[str, object]) -> tuple[str, ReferenceState]:
    reference, state = row["reference"], row["state"]
    if not isinstance(reference, str) or not reference.strip():
        raise ValueError("it needs a reference")
    if state not in _STATES:
        raise ValueError(f"its state is one of {', '.join(_STATES)}")
    _day(row["opened"])
    closed = _day(row["closed"])
    # Of two things that contradict one another the stricter counts.
    return reference.strip(), ReferenceState.CLOSED if closed else _STATES[str(state)]


def _day(said: object) -> date | None:
    if said is None or said == "":
        return None
    if not isinstance(said, str):
        raise TypeError("its days are written as 2026-11-01")
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise ValueError("its days are written as 2026-11-01") from None


def _json_rows(text: str) -> Iterable[Mapping[str, object]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise CaseFileError("the file of references is no JSON: was it half written?") from None
    if not isinstance(found, list):
        raise CaseFileError("the file of references is a JSON array of objects")
    for row in cast("list[object]", found):
        if not isinstance(row, dict) or row.keys() != set(_NAMES):
            raise CaseFileError(
                f"every object of the file of references has {', '.join(_NAMES)}, and no other"
            )
        yield cast("dict[str, object]", row)


def _csv_rows(text: str) -> Iterable[Mapping[str, object]]:
    if not text.endswith("\n"):
        raise CaseFileError("the last line of the file of references has no end: was it half written?")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise CaseFileError("the file of references is no CSV") from None
    if tuple(lines[0]) != _NAMES:
        raise CaseFileError(f"the first line of the file of references is {','.join(_NAMES)}")
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(_NAMES):
            raise CaseFileError(f"line {number} of the file of references has not {len(_NAMES)} fields")
        yield dict(zip(_NAMES, line, strict=True))
