"""An exported log examined: all entries hashed anew, up to the root that was signed; the first misfit named.

It reads a folder that anybody may have made: nothing in it is believed before it is checked, and no name of a
file comes from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from openanpr.audit.checkpoint import Checkpoint, CheckpointError, SignedCheckpoint, open_checkpoint
from openanpr.audit.commitment import OpeningError
from openanpr.audit.entry import Entry, EntryError, LaterVersionError, parse_entry
from openanpr.audit.history import HISTORY, LATEST, split_notes
from openanpr.audit.merkle import EMPTY_ROOT, Frontier, leaf_hash
from openanpr.audit.note import NoteError, NoteKey
from openanpr.audit.openings import Opening, parse_openings, verify_openings
from openanpr.audit.tiles import WIDTH, Edge, Tile, TileError, bundles_of, numbered, split_bundle, split_tile

CLOCK_TOLERANCE = timedelta(seconds=5)
"""By how much the time of an entry may lie before that of an earlier one without being named."""

_MOST_NOTE_BYTES = 1_000_000


class ExamineError(ValueError):
    """The log is not whole. `entry` is the first that does not fit, None where no single one can be named."""

    def __init__(self, told: str, entry: int | None = None) -> None:
        super().__init__(told if entry is None else f"entry {entry}: {told}")
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Trust:
    """What an outsider has from elsewhere: the log's key, witnesses' keys, checkpoints kept from earlier."""

    log_key: NoteKey
    witnesses: tuple[NoteKey, ...] = ()
    kept: tuple[Checkpoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found whole."""

    signed: SignedCheckpoint
    acts: Mapping[str, int]
    first_at: datetime | None
    last_at: datetime | None
    clock_fell: tuple[int, ...] = ()
    later_version: int = 0
    opened: int = 0
    erased: int = 0
    history: int = 0


@dataclass(slots=True)
class _Seen:
    """What is gathered on the way through the entries."""

    acts: Counter[str] = field(default_factory=Counter[str])
    first_at: datetime | None = None
    last_at: datetime | None = None
    clock_fell: list[int] = field(default_factory=list[int])
    later_version: int = 0

    def take(self, index: int, entry: Entry) -> None:
        """Count an entry, and see whether its time lies before an earlier one's."""
        self.acts[entry.act.value] += 1
        self.first_at = self.first_at or entry.at
        if self.last_at is not None and entry.at < self.last_at - CLOCK_TOLERANCE:
            self.clock_fell.append(index)
        self.last_at = max(entry.at, self.last_at or entry.at)


def examine(folder: Path, trust: Trust) -> Examined:
    """Return what an exported log holds, once all of it is found whole.

    Raises ExamineError naming the first entry that does not fit; OSError where the folder cannot be read.
    """
    signed = _signed(folder, trust)
    history = _history(folder, trust.log_key)
    _check_sizes(signed.checkpoint, [*history, *trust.kept])
    seen = _Seen()
    _examine_entries(folder, signed.checkpoint, [*history, *trust.kept], seen)
    opened, erased = _examine_openings(folder, signed.checkpoint.size)
    return Examined(
        signed,
        dict(seen.acts),
        seen.first_at,
        seen.last_at,
        tuple(seen.clock_fell),
        seen.later_version,
        opened,
        erased,
        len(history),
    )


def _signed(folder: Path, trust: Trust) -> SignedCheckpoint:
    try:
        data = _read(folder / LATEST, _MOST_NOTE_BYTES)
        return open_checkpoint(data, log_key=trust.log_key, witnesses=trust.witnesses)
    except FileNotFoundError as fault:
        raise ExamineError(f"there is no file {LATEST}: this is no exported log") from fault
    except (NoteError, CheckpointError) as fault:
        raise ExamineError(f"the checkpoint cannot be trusted: {fault}") from fault


def _history(folder: Path, log_key: NoteKey) -> list[Checkpoint]:
    path = folder / HISTORY
    notes = split_notes(path.read_bytes()) if path.exists() else []
    found: list[Checkpoint] = []
    for number, note in enumerate(notes, 1):
        try:
            found.append(open_checkpoint(note, log_key=log_key).checkpoint)
        except (NoteError, CheckpointError) as fault:
            raise ExamineError(f"checkpoint {number} of its history cannot be trusted: {fault}") from fault
    return found


def _check_sizes(now: Checkpoint, others: Sequence[Checkpoint]) -> None:
    for other in others:
        if other.origin != now.origin:
            raise ExamineError("a checkpoint that was kept is of another log")
        if other.size > now.size:
            raise ExamineError(
                f"a checkpoint of {other.size} entries was signed, and {now.size} are here", now.size
            )


def _examine_entries(folder: Path, now: Checkpoint, others: Sequence[Checkpoint], seen: _Seen) -> None:
    """Go through the entries in order, so that the first fault that is met is that of the first entry."""
    due: dict[int, list[bytes]] = {}
    for one in (*others, now):
        due.setdefault(one.size, []).append(one.root)
    held = 0
    frontier, edge = Frontier(), Edge()
    _check_due(due.pop(0, []), EMPTY_ROOT, held, 0)
    for index, entry in _entries(folder, now.size):
        leaf = leaf_hash(entry)
        frontier.add(leaf)
        for tile, data in edge.add(leaf, index):
            _check_tile(folder, tile, data)
        _take(index, entry, seen)
        if frontier.size in due:
            _check_due(due[frontier.size], frontier.root(), held, frontier.size)
            held = frontier.size
    level, count = 0, now.size
    while count:
        if count % WIDTH:
            _check_tile(folder, Tile(level, count // WIDTH, count % WIDTH), edge.partial(level))
        level, count = level + 1, count // WIDTH


def _check_due(roots: Sequence[bytes], root: bytes, held: int, size: int) -> None:
    if any(one != root for one in roots):
        raise ExamineError(
            f"the first {size} entries are not those that a checkpoint was signed for: the log was forked or "
            f"rewritten, at one of the entries {held} to {size - 1}",
            held if size - held == 1 else None,
        )


def _entries(folder: Path, size: int) -> Iterator[tuple[int, bytes]]:
    """The entries with their numbers, each as its hash in the tile of its bundle says that it was."""
    for tile in bundles_of(size):
        first = tile.number * WIDTH
        hashes = _hashes(folder, Tile(0, tile.number, tile.width))
        entries = _bundle(folder, tile)
        for n, (entry, leaf) in enumerate(zip(entries, hashes, strict=False)):
            if leaf_hash(entry) != leaf:
                raise ExamineError(_told_of_change(entries, hashes, n), first + n)
            yield first + n, entry
        if len(entries) < tile.width or len(hashes) < tile.width:
            raise ExamineError(
                "it is missing, and all after it in its file", first + min(len(entries), len(hashes))
            )


def _told_of_change(entries: Sequence[bytes], hashes: Sequence[bytes], n: int) -> str:
    """What seems to have been done to an entry that does not fit its hash."""
    others = [m for m, leaf in enumerate(hashes) if leaf_hash(entries[n]) == leaf]
    if others:
        return f"another stands in its place: the one that was logged {abs(others[0] - n)} places away"
    return "it is not what was logged: it was changed, or its hash was"


def _bundle(folder: Path, tile: Tile) -> list[bytes]:
    data = _tile_bytes(folder, tile)
    try:
        return split_bundle(data)[: tile.width]
    except TileError:
        # Of a bundle that is cut short the whole entries count; the missing one is named by its number.
        return _whole_entries(data)


def _whole_entries(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while at + 2 <= len(data) and (end := at + 2 + int.from_bytes(data[at : at + 2], "big")) <= len(data):
        found.append(data[at + 2 : end])
        at = end
    return found


def _hashes(folder: Path, tile: Tile) -> list[bytes]:
    data = _tile_bytes(folder, tile)
    return split_tile(data[: len(data) // 32 * 32])[: tile.width]


def _tile_bytes(folder: Path, tile: Tile) -> bytes:
    """The file of a tile; where a part is asked for and only the whole is there, that (tlog-tiles)."""
    most = tile.width * (2 + 0xFFFF)
    for path in (tile.path, Tile(tile.level, tile.number).path):
        try:
            return _read(folder / path, most if path == tile.path else WIDTH * (2 + 0xFFFF))
        except FileNotFoundError:
            continue
    return b""


def _check_tile(folder: Path, tile: Tile, made: bytes) -> None:
    """Compare a tile with what the entries make of it; hashes of leaves were compared one by one before."""
    if tile.level == 0:
        return
    found, wanted = _hashes(folder, tile), split_tile(made)
    for n, one in enumerate(wanted):
        if n >= len(found) or found[n] != one:
            span = WIDTH ** (tile.level or 0)
            first = (tile.number * WIDTH + n) * span
            raise ExamineError(
                f"the hash over the entries {first} to {first + span - 1} in {tile.path} is not theirs: "
                "one of them was changed together with its own hash, or this hash was"
            )


def _take(index: int, data: bytes, seen: _Seen) -> None:
    try:
        entry = parse_entry(data)
    except LaterVersionError:
        seen.later_version += 1
    except EntryError as fault:
        raise ExamineError(f"it was logged so, but is no entry: {fault}", index) from fault
    else:
        seen.take(index, entry)


def _examine_openings(folder: Path, size: int) -> tuple[int, int]:
    """Check whatever openings lie in the export; return how many there are, and how many erased ones."""
    opened = erased = 0
    for tile in bundles_of(size):
        path = folder / "openings" / numbered(tile.number)
        if not path.exists():
            continue
        data = path.read_bytes()
        found = parse_openings(data)
        if found.whole_bytes != len(data):
            raise ExamineError(f"the openings of the entries from {tile.number * WIDTH} on cannot be read")
        sealed = {tile.number * WIDTH + n: _sealed(entry) for n, entry in enumerate(_bundle(folder, tile))}
        for one in sorted(found.kept, key=lambda one: one.index):
            try:
                verify_openings([one], sealed)
            except OpeningError as fault:
                raise ExamineError(str(fault), one.index) from fault
        opened += sum(isinstance(one, Opening) for one in found.kept)
        erased += sum(not isinstance(one, Opening) for one in found.kept)
    return opened, erased


def _sealed(entry: bytes) -> Mapping[str, bytes]:
    try:
        return parse_entry(entry).sealed
    except LaterVersionError:
        return {}


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise ExamineError(f"the file {path.name} is longer than it may be")
    return data
