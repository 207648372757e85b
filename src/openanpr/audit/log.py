"""The living log: an event is on the disk, for ever, before whoever logged it may act.

Its folder holds `entries/` (records, see record.py), `openings/` (what opens them, kept apart), `tile/`
(hashes, made from the entries), `checkpoints` and `checkpoint` (what the log has signed of itself) and
`about.json`. Nothing here deletes an entry.
"""

from __future__ import annotations

import secrets as randomness
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TextIO

from openanpr.audit.acts import Erasure, Event
from openanpr.audit.checkpoint import (
    Checkpoint,
    CheckpointError,
    Lodged,
    SignedCheckpoint,
    open_checkpoint,
    sign_checkpoint,
)
from openanpr.audit.commitment import SALT_BYTES, Opening
from openanpr.audit.disclosure import Disclosure
from openanpr.audit.disk import hold_writer, make_folder
from openanpr.audit.entry import Entry, Secrets, parse_entry, seal
from openanpr.audit.faults import AuditError, CannotWriteError, DamagedError
from openanpr.audit.history import HISTORY, LATEST, History
from openanpr.audit.merkle import consistency_path, inclusion_path
from openanpr.audit.note import NoteKey, NoteSigner, parse_signature
from openanpr.audit.openings import Erased
from openanpr.audit.port import Receipt
from openanpr.audit.record import read_records
from openanpr.audit.recovery import ABOUT, Standing, recover
from openanpr.audit.tiles import WIDTH
from openanpr.audit.together import BrokenOffError, Together
from openanpr.audit.tree import Tree
from openanpr.audit.writing import Written, free_bytes, put


@dataclass(frozen=True, slots=True)
class LogSettings:
    """When the log signs a checkpoint, and how much of the disk it leaves free before it refuses."""

    every_entries: int = 1_000
    every_s: float = 60.0
    reserve_bytes: int = 64_000_000


@dataclass(frozen=True, slots=True)
class LogStanding:
    """How a log does: entries, the size of its last checkpoint and the seconds since that was signed.

    `refuses` says why it takes nothing more; empty where it does.
    """

    entries: int
    checkpoint_size: int
    checkpoint_age_s: float
    free_bytes: int
    reserve_bytes: int
    refuses: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A file of the log at one moment: its first `size` bytes, or `content` where it is replaced whole."""

    name: str
    size: int
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Item:
    entry: bytes
    secrets: Secrets = field(repr=False)


class AuditLog:
    """The one writer of an audit log; threads share it. Every method that fails has logged nothing."""

    def __init__(
        self, standing: Standing, history: History, signer: NoteSigner, settings: LogSettings, lock: TextIO
    ) -> None:
        """Use `open`."""
        self._entries = standing.entries
        self._openings = standing.openings
        self._tree: Tree = standing.tree
        self._folder = standing.folder
        self._history = history
        self._signer = signer
        self._settings = settings
        self._lock = lock
        self._latest = standing.latest
        self._signed_at = time.monotonic()
        self._broken = ""
        self._together: Together[_Item, Receipt] = Together(self._write)
        self._erasing = threading.Lock()

    @classmethod
    def open(cls, folder: Path, signer: NoteSigner, settings: LogSettings | None = None) -> AuditLog:
        """Return the log in `folder`, made anew where there is none; `signer` bears the log's name.

        What a crash left half written is cut off, and nothing else. Raises DamagedError where the log is not
        what it was, WriterElsewhereError, CannotWriteError.
        """
        try:
            make_folder(folder)
            lock = hold_writer(folder / "writer.lock")
        except OSError as fault:
            raise CannotWriteError.of(fault) from fault
        history = None
        try:
            history = History(folder)
            log = cls(recover(folder, history, signer), history, signer, settings or LogSettings(), lock)
            log.checkpoint()
        except BaseException as fault:  # whatever it was, nobody holds the log then
            lock.close()
            if history is not None:
                history.close()
            if isinstance(fault, OSError):
                raise CannotWriteError.of(fault) from fault
            raise
        return log

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._tree.size

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    @property
    def key(self) -> NoteKey:
        """The public key of the log: to be published where the log is not."""
        return self._signer.key

    @property
    def latest(self) -> SignedCheckpoint:
        """The last checkpoint that was signed."""
        return self._latest

    def append(self, event: Event) -> Receipt:
        """Log one event: it is on the disk when this returns, and then only may the act go on.

        Raises AuditError where it could not be logged: refuse the act. SchemaError for one that cannot be.
        """
        return self.append_all((event,))[0]

    def append_all(self, events: Sequence[Event]) -> tuple[Receipt, ...]:
        """Log several events, all or none, one behind the other. Raises as `append` does."""
        items = [_Item(*seal(event, _new_salt)) for event in events]
        if not items:
            return ()
        try:
            return tuple(self._together.do(items))
        except BrokenOffError as fault:
            raise CannotWriteError("the writing of the audit log was broken off", unsure=True) from fault

    def verify_able(self) -> None:
        """Raise CannotWriteError where the log takes nothing now, as far as can be told beforehand."""
        self._check_able()
        self._check_room(0)

    def checkpoint(self) -> SignedCheckpoint:
        """Return a signed checkpoint of all entries until now. Raises AuditError where it cannot be kept."""
        with self._together.alone():
            self._check_able()
            if self._latest.checkpoint.size < self.size:
                try:
                    self._sign()
                except OSError as fault:
                    self._broken = "a checkpoint could not be written"
                    raise CannotWriteError.of(fault) from fault
            return self._latest

    def checkpoint_if_due(self) -> SignedCheckpoint:
        """Sign a checkpoint where the last is older than the settings say; to be called by the clock."""
        if time.monotonic() - self._signed_at >= self._settings.every_s:
            return self.checkpoint()
        return self._latest

    def standing(self) -> LogStanding:
        """Return how the log does. Nothing is raised: a disk that cannot be asked has no room."""
        reserve, refuses = self._settings.reserve_bytes, self._broken
        try:
            free = free_bytes(self._folder)
        except CannotWriteError as fault:
            free, refuses = 0, refuses or str(fault)
        if not refuses and free < reserve:
            refuses = "its disk is full"
        age_s = time.monotonic() - self._signed_at
        return LogStanding(self.size, self._latest.checkpoint.size, age_s, free, reserve, refuses)

    def entries_from(self, first: int, most: int) -> tuple[Entry, ...]:
        """Return at most `most` entries from number `first` on, without what opens them.

        Raises DamagedError, EntryError.
        """
        last, found = min(first + most, self.size), list[Entry]()
        while (at := first + len(found)) < last:
            part = read_records(self._entries.read(at // WIDTH), first=at - at % WIDTH).entries
            wanted = part[at % WIDTH : at % WIDTH + last - at]
            if not wanted:
                raise DamagedError(at)
            found += map(parse_entry, wanted)
        return tuple(found)

    def openings_naming(self, number: int, texts: frozenset[str]) -> Mapping[int, Mapping[str, str]]:
        """Return what opens the entries of one file of 256 in which one of the texts stands as a value.

        Raises OpeningError.
        """
        return self._openings.naming(number, texts)

    def open_before(self, cutoff: datetime, first: int) -> tuple[tuple[int, ...], int]:
        """Return the numbers from `first` on of entries before `cutoff` that can still be opened.

        With the number from which to look the next time. Raises DamagedError, EntryError, OpeningError.
        """
        found, at = list[int](), first - first % WIDTH
        while at < self.size:
            entries = self.entries_from(at, WIDTH)
            older = [n for n, entry in enumerate(entries, at) if entry.at < cutoff]
            openable = {one.index for one in self._openings.read(at // WIDTH) if isinstance(one, Opening)}
            found += [n for n in older if n in openable]
            if len(older) < len(entries) or len(entries) < WIDTH:
                break
            at += WIDTH
        return tuple(found), at

    def lodge(self, old_size: int) -> Lodged:
        """Return what a witness is handed that saw the log at `old_size` (0: never).

        Raises ValueError where the last checkpoint is of fewer entries.
        """
        with self._together.alone():
            path = consistency_path(old_size, self._latest.checkpoint.size, self._tree.subtree)
            return Lodged(old_size, path, self._latest.note.to_bytes())

    def grown(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the hashes which show that the log of `new_size` goes on from that of `old_size`.

        Raises ValueError for sizes that fall, or that it has not reached.
        """
        with self._together.alone():
            if new_size > self.size:
                raise ValueError(f"the log has {self.size} entries, and not yet {new_size}")
            return consistency_path(old_size, new_size, self._tree.subtree)

    def openings(self, number: int) -> tuple[Opening | Erased, ...]:
        """Return what opens the 256 entries of this number. To show it to anybody is an act to be logged.

        Raises OpeningError.
        """
        with self._together.alone():
            return self._openings.read(number)

    def add_cosignature(self, line: str, witness: NoteKey) -> SignedCheckpoint:
        """Return the last checkpoint with a witness's signature under it.

        Raises NoteError where the signature is not on that checkpoint: ask the witness again. AuditError.
        """
        with self._together.alone():
            self._check_able()
            note = self._latest.note.with_signature(parse_signature(line))
            signed = open_checkpoint(note.to_bytes(), log_key=self.key, witnesses=(witness,))
            if not signed.witnesses:
                raise CheckpointError("the signature is not that witness's")
            try:
                self._history.add(signed)
            except OSError as fault:
                self._broken = "a checkpoint could not be written"
                raise CannotWriteError.of(fault) from fault
            self._latest = signed
            return signed

    def disclose(self, index: int) -> Disclosure:
        """Return an entry with what opens it and the proof that it is the one that was logged.

        A checkpoint is signed first where none covers it. To show it to somebody is an act to be logged.
        Raises ValueError where there is no such entry, DamagedError, AuditError.
        """
        if not 0 <= index < self.size:
            raise ValueError(f"there is no entry {index} in a log of {self.size}")
        signed = self._latest if index < self._latest.checkpoint.size else self.checkpoint()
        with self._together.alone():
            size = signed.checkpoint.size
            path = inclusion_path(index, size, self._tree.subtree)
            first = index - index % WIDTH
            found = read_records(self._entries.read(index // WIDTH), first=first).entries
            if index - first >= len(found):
                raise DamagedError(index)
            kept = [one for one in self._openings.read(index // WIDTH) if one.index == index]
            return Disclosure(index, found[index - first], tuple(kept), path, signed.note)

    def erase_openings(
        self, indexes: Iterable[int], event: Erasure, *, names: frozenset[str] | None = None
    ) -> int:
        """Erase the openings of entries, or of some of their fields; return how many.

        `event` is logged first. Where this fails half way, do it again. Raises AuditError, OpeningError.
        """
        wanted = frozenset(indexes)
        self.append(event)

        def chosen(opening: Opening) -> bool:
            return opening.index in wanted and (names is None or opening.name in names)

        erased = 0
        for number in sorted({index // WIDTH for index in wanted}):
            with self._erasing, self._together.alone():
                try:
                    erased += self._openings.erase(number, chosen, at=event.at)
                except OSError as fault:
                    raise CannotWriteError.of(fault) from fault
        return erased

    @contextmanager
    def cut(self) -> Generator[tuple[Cut, ...]]:
        """Lend the files of the log as they are at one moment, while the block lasts; it goes on meanwhile.

        Nothing is erased until the block ends. Tiles are left out, for they are made from the entries.
        Raises OSError.
        """
        with self._erasing:
            with self._together.alone():
                files = tuple(_cut(self._folder))
            yield files

    def close(self) -> None:
        """Sign a last checkpoint and let go of the log."""
        try:
            if not self._broken:
                self.checkpoint()
        finally:
            with self._together.alone():
                self._broken = self._broken or "it was closed"
                self._entries.close()
                self._openings.files.close()
                self._history.close()
                self._lock.close()

    def _write(self, items: Sequence[_Item]) -> list[Receipt]:
        self._check_able()
        first = self.size
        written = [Written(item.entry, item.secrets) for item in items]
        self._check_room(sum(len(item.entry) for item in items))
        # Others look at `_broken` while this writes: it says nothing until something is known.
        try:
            put(written, first=first, entries=self._entries, openings=self._openings)
            broken = self._grow(written)
        except CannotWriteError as fault:
            self._broken = "the disk failed under it" if fault.unsure else ""
            raise
        except BaseException:  # stopped from outside: it is not known to be whole, or wholly undone
            self._broken = "a write was broken off"
            raise
        self._broken = broken
        return [Receipt(first + n) for n in range(len(items))]

    def _grow(self, written: Sequence[Written]) -> str:
        """Let the tree grow by what is on the disk now; return why nothing further may be logged, if so."""
        try:
            for one in written:
                self._tree.keep(self._tree.add(one.entry))
            if self.size - self._latest.checkpoint.size >= self._settings.every_entries:
                self._sign()
        except Exception:  # noqa: BLE001 - what was logged is on the disk: its acts go on, and no further one
            return "a tile or a checkpoint could not be written"
        return ""

    def _sign(self) -> None:
        checkpoint = Checkpoint(self._signer.name, self.size, self._tree.root())
        signed = sign_checkpoint(checkpoint, self._signer)
        self._history.add(signed)
        self._latest = signed
        self._signed_at = time.monotonic()

    def _check_room(self, needed: int) -> None:
        if free_bytes(self._folder) - needed < self._settings.reserve_bytes:
            raise CannotWriteError("the disk of the audit log is full: make room, nothing is done until then")

    def _check_able(self) -> None:
        if self._broken:
            raise CannotWriteError(f"the audit log takes nothing more, {self._broken}: start the node again")


def _cut(folder: Path) -> Iterator[Cut]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] in {"entries", "openings", HISTORY} and path.is_file():
            yield Cut(name.as_posix(), path.stat().st_size)
        elif name.as_posix() in {LATEST, ABOUT}:
            yield Cut(name.as_posix(), path.stat().st_size, path.read_bytes())


def _new_salt() -> bytes:
    return randomness.token_bytes(SALT_BYTES)


__all__ = [
    "AuditError",
    "AuditLog",
    "CannotWriteError",
    "DamagedError",
    "LogSettings",
    "LogStanding",
    "Receipt",
]
