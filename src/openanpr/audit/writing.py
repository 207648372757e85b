"""A group of entries put on the disk: what opens them first, then the entries, all of it or none."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from openanpr.audit.disk import AppendFile, NumberedFiles, SyncFailedError
from openanpr.audit.entry import Secrets
from openanpr.audit.faults import CannotWriteError
from openanpr.audit.openings import OpeningFiles, opening_lines
from openanpr.audit.record import record
from openanpr.audit.tiles import WIDTH


@dataclass(frozen=True, slots=True)
class Written:
    """An entry to be written, and what opens it."""

    entry: bytes
    secrets: Secrets = field(repr=False)


def put(group: Sequence[Written], *, first: int, entries: NumberedFiles, openings: OpeningFiles) -> None:
    """Write the group from number `first` on. On the disk when this returns.

    The openings go first: an entry that is there can be opened, whatever moment a crash chooses. Raises
    CannotWriteError; what was written of the group is cut off again, and where that fails it is `unsure`.
    """
    marks: list[tuple[NumberedFiles, int, int]] = []
    try:
        for number, low, high in _spans(first, first + len(group)):
            part = range(low, high)
            lines = b"".join(opening_lines(n, group[n - first].secrets) for n in part)
            _add(openings.files, number, lines, marks)
        for number, low, high in _spans(first, first + len(group)):
            part = range(low, high)
            data = b"".join(record(group[n - first].entry, index=n, settled=first) for n in part)
            _add(entries, number, data, marks)
    except SyncFailedError as fault:
        raise CannotWriteError.of(fault, unsure=True) from fault
    except OSError as fault:
        raise CannotWriteError.of(fault, unsure=not _cut_back(marks)) from fault


def free_bytes(folder: Path) -> int:
    """The bytes that may still be written on the disk of a folder. Raises CannotWriteError."""
    try:
        disk = os.statvfs(folder)
    except OSError as fault:
        raise CannotWriteError.of(fault) from fault
    return disk.f_bavail * disk.f_frsize


def _spans(low: int, high: int) -> list[tuple[int, int, int]]:
    """The numbers from `low` up to `high` by the file that they belong to: file, from, up to."""
    cuts = [low, *range(low - low % WIDTH + WIDTH, high, WIDTH), high]
    return [(a // WIDTH, a, b) for a, b in pairwise(cuts)]


def _add(files: NumberedFiles, number: int, data: bytes, marks: list[tuple[NumberedFiles, int, int]]) -> None:
    stream: AppendFile = files.opened(number)
    marks.append((files, number, stream.size))
    stream.append(data)
    stream.sync()


def _cut_back(marks: Sequence[tuple[NumberedFiles, int, int]]) -> bool:
    """Whether all files could be cut back to where they were."""
    try:
        for files, number, size in reversed(marks):
            files.opened(number).cut(size)
    except OSError:
        return False
    return True
