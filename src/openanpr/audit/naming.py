"""The entries of the log that name somebody, newest first: so that people see what is recorded of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from openanpr.audit.entry import Entry
from openanpr.audit.tiles import WIDTH

_MOST_FILES: Final = 400
"""So many files of openings one question looks through: about a hundred thousand entries."""


@dataclass(frozen=True, slots=True)
class Named:
    """An entry that can still be opened, and the values that open it."""

    index: int
    entry: Entry
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NamedPage:
    """Some entries, newest first; below the number `before` there may be more, and at 0 there are none."""

    entries: tuple[Named, ...]
    before: int


class Opened(Protocol):
    """What is read of a log."""

    @property
    def size(self) -> int:
        """The number of entries."""
        ...

    def entries_from(self, first: int, most: int) -> tuple[Entry, ...]:
        """Return at most `most` entries from number `first` on."""
        ...

    def openings_naming(self, number: int, texts: frozenset[str]) -> Mapping[int, Mapping[str, str]]:
        """Return what opens the entries of one file of 256 in which one of the texts stands."""
        ...


def entries_naming(
    log: Opened,
    texts: frozenset[str],
    chosen: Callable[[Named], bool],
    *,
    before: int,
    most: int,
) -> NamedPage:
    """Return at most `most` entries below `before` in which one of `texts` stands, and which `chosen` takes.

    One whose opening was erased names nobody any more. Raises DamagedError, EntryError, OpeningError.
    """
    at, found = min(before, log.size), list[Named]()
    for _ in range(_MOST_FILES):
        if at <= 0:
            break
        first = (at - 1) // WIDTH * WIDTH
        opened = log.openings_naming(first // WIDTH, texts)
        entries = log.entries_from(first, at - first) if opened else ()
        for index in sorted((one for one in opened if one < at), reverse=True):
            named = Named(index, entries[index - first], opened[index])
            if chosen(named):
                found.append(named)
            if len(found) == most:
                return NamedPage(tuple(found), index)
        at = first
    return NamedPage(tuple(found), at)
