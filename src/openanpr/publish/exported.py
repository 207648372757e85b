"""The entries of an exported audit log, by number, once `audit.examine` has found the export whole."""

from __future__ import annotations

from pathlib import Path

from openanpr.audit.entry import Entry, parse_entry
from openanpr.audit.examine import ExamineError, read_bounded
from openanpr.audit.tiles import MOST_ENTRY_BYTES, WIDTH, Tile, split_bundle

_MOST_BYTES = WIDTH * (2 + MOST_ENTRY_BYTES)


class ExportedEntries:
    """As `log_reading.Entries`, over the files of an export of `size` entries; it holds one file of them."""

    __slots__ = ("_entries", "_folder", "_number", "_size")

    def __init__(self, folder: Path, size: int) -> None:
        self._folder, self._size = folder, size
        self._number, self._entries = -1, tuple[Entry, ...]()

    def entries_from(self, first: int, most: int) -> tuple[Entry, ...]:
        """Return at most so many entries from a number on.

        Raises ExamineError where the export lacks one, EntryError for what this program cannot read, OSError.
        """
        last, found = min(first + most, self._size), list[Entry]()
        while (at := first + len(found)) < last:
            part = self._bundle(at // WIDTH)[at % WIDTH : at % WIDTH + last - at]
            if not part:
                raise ExamineError("it is not in the export", at)
            found += part
        return tuple(found)

    def _bundle(self, number: int) -> tuple[Entry, ...]:
        if number != self._number:
            width = min(WIDTH, self._size - number * WIDTH)
            data = read_bounded(self._folder / Tile(None, number, width).path, _MOST_BYTES)
            self._number, self._entries = number, tuple(map(parse_entry, split_bundle(data)))
        return self._entries
