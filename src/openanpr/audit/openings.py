"""The openings of entries: files of their own, apart from the log, from which an opening can be erased.

The openings of 256 entries are one file, a line of JSON each. An erased one leaves a line that says so, and
when. The log's own files hold none of what stands here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from openanpr.audit.commitment import Opening, OpeningError, verify_opening
from openanpr.audit.disk import NumberedFiles
from openanpr.audit.entry import Secrets
from openanpr.audit.tiles import WIDTH, numbered

_HEX = re.compile(r"(?:[0-9a-f]{2})*")


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left of an opening: when it was erased. The commitment in the log stays as it is."""

    index: int
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class OpeningLines:
    """The lines of one file that are whole, the bytes that they take, and what they say."""

    kept: tuple[Opening | Erased, ...] = field(repr=False)
    whole_bytes: int


def opening_lines(index: int, secrets: Secrets) -> bytes:
    """Return the lines that open entry `index`."""
    return b"".join(
        _line({"index": index, "field": name, "salt": secrets.salts[name].hex(), "value": value})
        for name, value in secrets.values.items()
    )


def opening_line(kept: Opening | Erased) -> bytes:
    """Return one line as it is kept and exported."""
    if isinstance(kept, Erased):
        return _line({"index": kept.index, "field": kept.name, "erased": kept.at})
    return _line({"index": kept.index, "field": kept.name, "salt": kept.salt.hex(), "value": kept.value})


def parse_openings(data: bytes) -> OpeningLines:
    """Return the openings of a file, up to a line that is none or has no end. Never raises."""
    kept: list[Opening | Erased] = []
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        try:
            kept.append(_parsed(data[at:end]))
        except (OpeningError, ValueError, KeyError, TypeError, RecursionError):
            break
        at = end + 1
    return OpeningLines(tuple(kept), at)


def verify_openings(kept: Iterable[Opening | Erased], sealed: Mapping[int, Mapping[str, bytes]]) -> None:
    """Raise OpeningError unless every opening fits the commitment of its entry and field, given by number."""
    for one in kept:
        committed = sealed.get(one.index, {}).get(one.name)
        if committed is None:
            raise OpeningError(f"an opening says to be of entry {one.index}, which has no such secret field")
        if isinstance(one, Opening):
            verify_opening(one, committed)


class OpeningFiles:
    """The files of openings below one folder, written by one thread at a time."""

    __slots__ = ("files",)

    def __init__(self, folder: Path) -> None:
        """Keep them below `folder`."""
        self.files = NumberedFiles(folder)

    def read(self, number: int) -> tuple[Opening | Erased, ...]:
        """Return what a file holds; raises OpeningError where a line of it is damaged."""
        data = self.files.read(number)
        found = parse_openings(data)
        if found.whole_bytes != len(data):
            raise OpeningError(
                f"the file of openings {numbered(number)} is damaged: restore it from a backup"
            )
        return found.kept

    def naming(self, number: int, texts: frozenset[str]) -> Mapping[int, Mapping[str, str]]:
        """Return the values that open those entries of one file of which a value is one of `texts`.

        By the number of the entry and the name of the field. A last line that is just being written is left
        out. Raises OpeningError where a line before it is damaged.
        """
        data = self.files.read(number)
        if not any(json.dumps(text, ensure_ascii=False).encode("utf-8") in data for text in texts):
            return {}
        found = parse_openings(data)
        if b"\n" in data[found.whole_bytes :]:
            raise OpeningError(
                f"the file of openings {numbered(number)} is damaged: restore it from a backup"
            )
        left = [one for one in found.kept if isinstance(one, Opening)]
        opened: dict[int, dict[str, str]] = {one.index: {} for one in left if one.value in texts}
        for one in left:
            if one.index in opened:
                opened[one.index][one.name] = one.value
        return opened

    def settle(self, number: int, entries: Sequence[Mapping[str, bytes]]) -> None:
        """Cut off what belongs to entries that never came to be, then see that all others are there.

        `entries` are the commitments of the entries of this file. Raises OpeningError, OSError.
        """
        data, first = self.files.read(number), number * WIDTH
        kept: list[Opening | Erased] = []
        for one in parse_openings(data).kept:
            if one.index >= first + len(entries):
                break
            kept.append(one)
        whole = b"".join(map(opening_line, kept))
        sealed = {first + n: names for n, names in enumerate(entries)}
        wanted = {(index, name) for index, names in sealed.items() for name in names}
        if {(one.index, one.name) for one in kept} != wanted or not data.startswith(whole):
            raise OpeningError(
                f"the file of openings {numbered(number)} lacks some: restore it from a backup"
            )
        verify_openings(kept, sealed)
        if len(whole) < len(data):
            self.files.opened(number).cut(len(whole))

    def erase(self, number: int, of: Callable[[Opening], bool], *, at: datetime) -> int:
        """Erase the openings that `of` picks from one file; return how many. On the disk when this returns.

        Raises OpeningError where the file is damaged, OSError.
        """
        kept = self.read(number)
        when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        left = [
            Erased(one.index, one.name, when) if isinstance(one, Opening) and of(one) else one for one in kept
        ]
        erased = sum(old is not new for old, new in zip(kept, left, strict=True))
        if erased:
            self.files.replace(number, b"".join(map(opening_line, left)))
        return erased


def _line(members: Mapping[str, object]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _parsed(line: bytes) -> Opening | Erased:
    found = cast("object", json.loads(line))
    if not isinstance(found, dict):
        raise OpeningError("a line of openings is an object")
    members = cast("dict[str, object]", found)
    index, name = members["index"], members["field"]
    if type(index) is not int or index < 0 or not isinstance(name, str):
        raise OpeningError("an opening has the number of an entry and the name of a field")
    if members.keys() == {"index", "field", "erased"}:
        return Erased(index, name, _some_text(members["erased"]))
    salt = _some_text(members["salt"])
    if members.keys() != {"index", "field", "salt", "value"} or not _HEX.fullmatch(salt):
        raise OpeningError("an opening has its salt and its value")
    return Opening(index, name, bytes.fromhex(salt), _some_text(members["value"]))


def _some_text(value: object) -> str:
    if not isinstance(value, str):
        raise OpeningError("an opening holds text")
    value.encode("utf-8")  # half of a pair of UTF-16 is no text
    return value
