"""The rows of a list file, whatever wrote it: encoding, separator and quotes are found out."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO, TypeAlias

from openanpr.voi.fault import ListError

COLUMNS = 16
_SEPARATORS = ",;\t|"
_HEADED = 4
"""Separators in a first line from which on it is a row of headings, however few lines after it are parted."""
_SNIFFED_LINES = 50
_SNIFFED_BYTES = 65536
LONGEST_LINE = 65536
_LONGEST_QUOTED = 20  # lines that one quoted row may run over
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


Row: TypeAlias = tuple[int, list[str] | None]
"""The number of a row's first line in the file, from 1, and its cells; None: broken quotes.

A bare tuple, because a list may have millions of them.
"""


def encoding_of(path: Path) -> str:
    """Return the encoding of the text file at `path`: by its mark, else UTF-8, else Windows-1252.

    Raises ListError when the file cannot be read or is no text.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_SNIFFED_BYTES)
            by_mark = next((name for bom, name in _BOMS if head.startswith(bom)), None)
            if by_mark is not None:
                return by_mark
            if b"\0" in head:
                msg = f"{path} is not text: save the list as CSV (UTF-8)"
                raise ListError(msg)
            return "utf-8" if _is_utf8(head, stream) else "cp1252"
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}): check the path and the rights on it"
        raise ListError(msg) from error


def _is_utf8(head: bytes, stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
        while block := stream.read(_SNIFFED_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def separator_of(lines: Iterable[str]) -> str | None:
    """Return the character that parts these lines into most often sixteen columns; None: plain list.

    One that parts the first line, where any does: it has the headings, and no text of people.
    """
    kept = list(lines)
    counts = {one: [line.count(one) for line in kept] for one in _SEPARATORS}
    known = [one for one in _SEPARATORS if any(counts[one][:1])] or _SEPARATORS
    full = {one: sum(n >= COLUMNS - 1 for n in counts[one]) for one in known}
    if any(full.values()):
        return max(full, key=full.__getitem__)
    some = {one: sum(n > 0 for n in counts[one]) for one in known}
    best = max(some, key=some.__getitem__)
    # A stray comma in a line of a plain list is that line's fault, no column; headings have more than one.
    headed = any(n >= _HEADED for n in counts[best][:1])
    return best if headed or 2 * some[best] > len(kept) else None


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the rows of the list at `path` that are not empty.

    Raises ListError when the file cannot be read or is no text.
    """
    with opened(path) as reader:
        yield from reader.rows()


@contextmanager
def opened(path: Path) -> Generator[RowReader]:
    """Give the reader of the list at `path`.

    Raises ListError when the file cannot be read or is no text, at once or while it is read.
    """
    encoding = encoding_of(path)
    try:
        with path.open(encoding=encoding, errors="replace", newline=None) as stream:
            separator = separator_of([line for line in islice(stream, _SNIFFED_LINES) if line.strip()])
            stream.seek(0)
            yield RowReader(stream, separator)
    except OSError as error:
        msg = f"{path} could not be read to its end ({error.strerror}): check the disk or the share"
        raise ListError(msg) from error


class RowReader:
    """The rows of a text file, from where reading stands; blocks of lines may be taken in between."""

    __slots__ = ("_held", "_stream", "_taken", "separator")

    def __init__(self, stream: TextIO, separator: str | None) -> None:
        self.separator = separator
        self._stream = stream
        self._taken = 0
        self._held: deque[tuple[int, str]] = deque()

    def rows(self) -> Iterator[Row]:
        """Yield the rows that follow and are not empty."""
        while True:
            number, text = self._next() or (0, "")
            if not number:
                return
            line = text.rstrip("\n")
            if not line or line.isspace():
                continue
            if len(line) > LONGEST_LINE:
                yield number, None
            elif '"' not in line:
                yield number, [line] if self.separator is None else line.split(self.separator)
            else:
                yield number, self._quoted(line)

    def lines(self, characters: int) -> tuple[int, list[str]]:
        """Return the number of the line that follows and about as many characters of whole lines."""
        first = self._held[0][0] if self._held else self._taken + 1
        held = [text for _, text in self._held]
        self._held.clear()
        found = self._stream.readlines(characters)
        self._taken += len(found)
        return first, held + found

    def rows_of_lines(self, first: int, lines: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of lines taken before, `first` being the number of the first of them.

        A row with quotes may run on over lines that were not taken yet.
        """
        self._held.extendleft(reversed(list(enumerate(lines, start=first))))
        following = self.rows()
        while self._held:
            row = next(following, None)
            if row is None:
                return
            yield row

    def _next(self) -> tuple[int, str] | None:
        if self._held:
            return self._held.popleft()
        text = self._stream.readline()
        if not text:
            return None
        self._taken += 1
        return self._taken, text

    def _quoted(self, line: str) -> list[str] | None:
        """Return the cells of a row with quotes, which may run on over the next lines.

        When its quotes never close, those lines are put back and None is returned: one stray quote must
        not swallow the rows that follow.
        """
        taken: list[tuple[int, str]] = []
        text = line
        while True:
            try:
                return next(csv.reader((text,), delimiter=self.separator or ",", strict=True))
            except csv.Error:
                following = self._next()
            if following is not None:
                taken.append(following)
                text = f"{text}\n{following[1].rstrip()}"
            if following is None or len(taken) > _LONGEST_QUOTED or len(text) > LONGEST_LINE:
                self._held.extendleft(reversed(taken))
                return None
