"""A log put out as static files (C2SP tlog-tiles): what anybody may have, and nothing that opens an entry.

The living log is read beside its writer, up to its last checkpoint, and every hash is made anew on the way:
a log that is not what it signed is not put out.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from openanpr.audit.checkpoint import Checkpoint, open_checkpoint
from openanpr.audit.commitment import Opening
from openanpr.audit.disk import NumberedFiles, write_whole
from openanpr.audit.faults import AuditError, DamagedError
from openanpr.audit.history import HISTORY, LATEST, split_notes
from openanpr.audit.merkle import Frontier, leaf_hash
from openanpr.audit.note import Note, NoteKey
from openanpr.audit.openings import Erased, OpeningFiles, opening_line
from openanpr.audit.record import read_records
from openanpr.audit.recovery import ABOUT
from openanpr.audit.tiles import WIDTH, Edge, Tile, bundle, bundles_of, numbered

_TO_BE = ".unfinished"


class ExportError(AuditError):
    """The export could not be made."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was put out."""

    checkpoint: Checkpoint
    opened: int


def export_log(
    folder: Path, out: Path, *, log_key: NoteKey, opened: frozenset[int] = frozenset()
) -> Exported:
    """Put the log in `folder` out into `out`, which must not be there yet; return its checkpoint.

    `opened` are the numbers of entries whose openings go with it: to hand those out is a disclosure, and must
    have been logged. Raises DamagedError naming the entry, ExportError, NoteError, OSError.
    """
    if out.exists():
        raise ExportError("the folder for the export is there already: name one that is not")
    making = out.with_name(out.name + _TO_BE)
    shutil.rmtree(making, ignore_errors=True)
    data = (folder / LATEST).read_bytes()
    checkpoint = open_checkpoint(data, log_key=log_key).checkpoint
    making.mkdir(mode=0o700, parents=True)
    _put_tree(NumberedFiles(folder / "entries"), making, checkpoint)
    count = _put_openings(OpeningFiles(folder / "openings"), making, opened, checkpoint.size)
    write_whole(making / HISTORY, _history((folder / HISTORY).read_bytes(), checkpoint.size))
    write_whole(making / ABOUT, (folder / ABOUT).read_bytes())
    write_whole(making / LATEST, data)
    making.rename(out)
    return Exported(checkpoint, count)


def _put_tree(entries: NumberedFiles, out: Path, checkpoint: Checkpoint) -> None:
    frontier, edge = Frontier(), Edge()
    for tile in bundles_of(checkpoint.size):
        first = tile.number * WIDTH
        found = read_records(entries.read(tile.number), first=first).entries[: tile.width]
        if len(found) != tile.width:
            raise DamagedError(first + len(found))
        _put(out / tile.path, bundle(found))
        for n, entry in enumerate(found):
            leaf = leaf_hash(entry)
            frontier.add(leaf)
            for whole, data in edge.add(leaf, first + n):
                _put(out / whole.path, data)
    for partial, data in _partials(edge, checkpoint.size):
        _put(out / partial.path, data)
    if frontier.root() != checkpoint.root:
        raise DamagedError(None, "its entries are not those that its checkpoint was signed for")


def _partials(edge: Edge, size: int) -> Iterator[tuple[Tile, bytes]]:
    level, count = 0, size
    while count:
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH), edge.partial(level)
        level, count = level + 1, count // WIDTH


def _put_openings(openings: OpeningFiles, out: Path, opened: frozenset[int], size: int) -> int:
    if any(not 0 <= index < size for index in opened):
        raise ExportError("an entry that is to be opened is not in the log that was signed")
    chosen: Mapping[int, list[Opening | Erased]] = {index // WIDTH: [] for index in sorted(opened)}
    for number, kept in chosen.items():
        kept += [one for one in openings.read(number) if one.index in opened]
        write_whole(out / "openings" / numbered(number), b"".join(map(opening_line, kept)))
    return sum(map(len, chosen.values()))


def _history(data: bytes, size: int) -> bytes:
    """The checkpoints that were signed of the log as far as it is put out."""
    notes = [note for note in split_notes(data) if Checkpoint.parse(Note.parse(note).text).size <= size]
    return b"".join(notes)


def _put(path: Path, data: bytes) -> None:
    """Write a file of an export; whether it is on the disk is not asked before all of it is there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(data)
