"""The outbox: reads and pictures on disk until a node has acknowledged them.

What was put is on disk when `put` returns and survives a kill at any moment (SQLite, WAL, synchronous=FULL).
A batch, once cut, keeps its id and its reads until it is acknowledged, so that each retry is the same.
Nothing leaves in silence: when there is no room the outbox refuses, and says and counts so.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, Self, TypeAlias
from uuid import UUID

from openanpr.core.capture_record import CaptureRecord
from openanpr.deliver.outbox_file import OutboxFullError, OutboxKind, connect, disk_full_named, statement
from openanpr.wire.delivered_read import picture_digest
from openanpr.wire.delivery import MOST_PICTURE_BYTES
from openanpr.wire.forwarded import OriginBatch, decode_origin, encode_origin
from openanpr.wire.read_batch import MOST_READS, encode_read

_Ask: TypeAlias = Callable[..., sqlite3.Cursor]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KNOWN = 100_000  # origins that are remembered after they were delivered


class UnknownBatchError(LookupError):
    """No batch of this id is in the outbox."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much may wait; bytes are those of the records and pictures, the disk takes about a third more.

    The default keeps 83 hours at one read a second; pictures have a bound of their own and are refused first.
    Reads leave `spare_bytes` of the disk free and pictures four times as much: on a disk that is quite full
    nothing could be taken out of the outbox either.
    """

    reads: int = 300_000
    read_bytes: int = 512 * 1024 * 1024
    picture_bytes: int = 2 * 1024 * 1024 * 1024
    spare_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BatchSize:
    """The most reads, and bytes of them, that are cut into one batch."""

    reads: int = 500
    read_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OutboxBatch:
    """What to deliver together; the same id always means the same.

    `parts` are encoded as MessagePack: reads, or in an outbox that forwards, batches as they came. `reads` is
    the number of reads in them.
    """

    batch_id: UUID
    parts: tuple[bytes, ...]
    reads: int


@dataclass(frozen=True, slots=True)
class OutboxPicture:
    """A JPEG to deliver under its SHA-256 (hex); `tries`: how often the node knew no read that names it."""

    sha256: str
    jpeg: bytes
    tries: int


@dataclass(frozen=True, slots=True)
class Fill:
    """How full the outbox is. Reads and pictures that are set aside are among them and take room.

    Of an outbox that forwards the reads in its batches are counted, and `oldest` is when a batch first came.

    `full` and `pictures_full`: the alarm is on, there is no room or the last put was refused.
    `refused_reads` and `refused_pictures` count over the life of the outbox. `oldest` is when the read that
    waits longest was captured, None when none waits.
    """

    reads: int
    read_bytes: int
    reads_aside: int
    pictures: int
    picture_bytes: int
    pictures_aside: int
    refused_reads: int
    refused_pictures: int
    oldest: datetime | None
    full: bool
    pictures_full: bool


@dataclass(slots=True)
class _Refusing:
    """Whether the last put found no room; how many were refused since the disk last took the count."""

    reads: bool = False
    pictures: bool = False
    uncounted_reads: int = 0
    uncounted_pictures: int = 0


class Outbox:
    """One outbox in one file; safe to use from several threads.

    `arrived` is set whenever something was put, for a sender that waits.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        kind: OutboxKind,
        *,
        folder: Path,
        capacity: Capacity,
        batch_size: BatchSize,
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._lock, self._counting = threading.Lock(), threading.Lock()
        self._capacity = capacity
        self._batch_size = batch_size
        self._refusing = _Refusing()
        self.kind = kind
        self.arrived = threading.Event()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        kind: OutboxKind = OutboxKind.READS,
        capacity: Capacity | None = None,
        batch_size: BatchSize | None = None,
    ) -> Self:
        """Open the outbox in `path`, made with mode 0600 if it is not there; raises OutboxError, OSError."""
        connection = connect(path, kind)
        usual = BatchSize() if kind is OutboxKind.READS else BatchSize(reads=MOST_READS)
        return cls(
            connection,
            kind,
            folder=path.parent,
            capacity=capacity or Capacity(),
            batch_size=batch_size or usual,
        )

    def close(self) -> None:
        """Close the file; what waits stays in it."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, records: Sequence[CaptureRecord]) -> int:
        """Keep reads, all or none, on disk when this returns; return how many were not waiting already.

        Raises OutboxFullError, ReadShapeError for a read that cannot be sent, and sqlite3.Error.
        """
        self._refuse_other(OutboxKind.READS)
        rows = [_row(record) for record in records]
        with self._refusal_of_reads(len(rows)), self._change() as ask:
            self._refuse_without_room(ask, rows)
            kept = sum(ask("read_put", **row).rowcount for row in rows)
        self.arrived.set()
        return kept

    def put_origins(self, origins: Sequence[OriginBatch]) -> int:
        """Keep batches to hand on as they came, all or none, on disk when this returns.

        Return how many were never put before: by their keys the last 100,000 are known, delivered or not, so
        that what is put again after a crash is not sent again. Raises OutboxFullError, BatchError for what
        cannot be sent, and sqlite3.Error.
        """
        self._refuse_other(OutboxKind.FORWARDED)
        rows = [_row_of_origin(origin) for origin in origins]
        with self._refusal_of_reads(sum(row["holds"] for row in rows)), self._change() as ask:
            fresh = [row for row in rows if ask("known_put", key=row["read_id"]).rowcount]
            self._refuse_without_room(ask, fresh)
            for row in fresh:
                ask("read_put", **row)
            ask("known_forget", most=_KNOWN)
        self.arrived.set()
        return len(fresh)

    def put_picture(self, jpeg: bytes) -> str:
        """Keep a picture of a read that was put before; return its SHA-256.

        Raises OutboxFullError when pictures have no room left, ValueError for one that is too large.
        """
        if not 0 < len(jpeg) <= MOST_PICTURE_BYTES:
            raise ValueError(f"a picture has 1 to {MOST_PICTURE_BYTES} bytes; this one has {len(jpeg)}")
        sha256 = picture_digest(jpeg)
        with self._refusal_of_pictures(), self._change() as ask:
            self._refuse_on_full_disk(4 * self._capacity.spare_bytes)
            if ask("totals").fetchone()[4] + len(jpeg) > self._capacity.picture_bytes:
                raise OutboxFullError("the outbox has no room for more pictures: mend the line to the node")
            ask("picture_put", sha256=sha256, jpeg=jpeg)
        self.arrived.set()
        return sha256

    def take(self, fresh_id: Callable[[], UUID]) -> OutboxBatch | None:
        """Return the oldest batch that is not acknowledged, the same one until it is; None when none waits.

        Where none was cut yet, one is cut from the oldest reads and gets `fresh_id()`.
        """
        with self._change() as ask:
            found = ask("batch_oldest").fetchone() or self._cut(ask, fresh_id)
            if found is None:
                return None
            parts = tuple(record for _, record in ask("batch_reads", batch=found[0]))
            return OutboxBatch(UUID(bytes=found[1]), parts, _holds(ask, found[0]))

    def acknowledge(self, batch_id: UUID) -> int:
        """Forget a batch because the node has it; return its reads' number; raises UnknownBatchError."""
        with self._change() as ask:
            batch = _find(ask, batch_id)
            gone = _holds(ask, batch)
            ask("batch_empty", batch=batch)
            ask("batch_drop", batch=batch)
            return gone

    def split(self, batch_id: UUID, fresh_id: Callable[[], UUID]) -> None:
        """Make two batches of one that the node did not take, both with new ids.

        Raises UnknownBatchError, and ValueError for a batch of one part.
        """
        with self._change() as ask:
            batch = _find(ask, batch_id)
            seqs = [seq for seq, _ in ask("batch_reads", batch=batch)]
            if len(seqs) < 2:
                raise ValueError("a batch of one part cannot be split")
            other = ask("batch_cut", batch_id=fresh_id().bytes).lastrowid
            ask("batch_move_upper", batch=batch, other=other, middle=seqs[len(seqs) // 2 - 1])
            ask("batch_rename", batch=batch, batch_id=fresh_id().bytes)

    def set_aside(self, batch_id: UUID, reason: str) -> int:
        """Keep the reads of a batch without sending them again; return their number.

        `reason` is a short name; `release` lets them wait again. Raises UnknownBatchError.
        """
        with self._change() as ask:
            batch = _find(ask, batch_id)
            count = _holds(ask, batch)
            ask("batch_aside", batch=batch, reason=reason)
            ask("batch_drop", batch=batch)
            return count

    def next_picture(self) -> OutboxPicture | None:
        """Return the picture to send next, None when none waits whose reads have gone before it."""
        with self._look() as ask:
            row = ask("picture_next").fetchone()
            return None if row is None else OutboxPicture(*row)

    def acknowledge_picture(self, sha256: str) -> None:
        """Forget a picture because the node has it."""
        with self._change() as ask:
            ask("picture_done", sha256=sha256)

    def retry_picture(self, sha256: str) -> None:
        """Let a picture wait behind those that were tried less often."""
        with self._change() as ask:
            ask("picture_tried", sha256=sha256)

    def set_picture_aside(self, sha256: str, reason: str) -> None:
        """Keep a picture without sending it again; `release` lets it wait again."""
        with self._change() as ask:
            ask("picture_aside", sha256=sha256, reason=reason)

    def aside(self) -> Mapping[str, int]:
        """Return how many reads and pictures are set aside, by `reads: reason` and `pictures: reason`."""
        with self._look() as ask:
            reads = {f"reads: {reason}": count for reason, count in ask("aside_reads")}
            return reads | {f"pictures: {reason}": count for reason, count in ask("aside_pictures")}

    def release(self) -> int:
        """Let everything that was set aside wait again; return how much that is."""
        with self._change() as ask:
            count = ask("release_reads").rowcount + ask("release_pictures").rowcount
        self.arrived.set()
        return count

    def fill(self) -> Fill:
        """Return how full the outbox is."""
        with self._look() as ask:
            totals = ask("totals").fetchone()
            oldest = ask("read_oldest").fetchone()
        room, refusing = self._capacity, self._refusing
        return Fill(
            *totals[:6],
            refused_reads=totals[6] + refusing.uncounted_reads,
            refused_pictures=totals[7] + refusing.uncounted_pictures,
            oldest=None if oldest is None else _EPOCH + timedelta(milliseconds=oldest[0]),
            full=refusing.reads or totals[0] >= room.reads or totals[1] >= room.read_bytes,
            pictures_full=refusing.pictures or totals[4] >= room.picture_bytes,
        )

    @contextmanager
    def _look(self) -> Generator[_Ask]:
        with self._lock:
            yield self._ask

    @contextmanager
    def _change(self) -> Generator[_Ask]:
        """One transaction: all of it on disk at the end of the block, or none of it."""
        with self._lock, disk_full_named():
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                yield self._ask

    def _ask(self, name: str, **parameters: object) -> sqlite3.Cursor:
        return self._connection.execute(statement(name), parameters)

    def _refuse_other(self, kind: OutboxKind) -> None:
        if self.kind is not kind:
            raise ValueError(f"this outbox is for {self.kind}, not for {kind}")

    def _refuse_without_room(self, ask: _Ask, rows: Sequence[dict[str, Any]]) -> None:
        totals, room = ask("totals").fetchone(), self._capacity
        self._refuse_on_full_disk(room.spare_bytes)
        reads = totals[0] + sum(row["holds"] for row in rows)
        size = totals[1] + sum(len(row["record"]) for row in rows)
        if reads > room.reads or size > room.read_bytes:
            raise OutboxFullError("the outbox has no room for more reads: mend the line to the node")

    def _refuse_on_full_disk(self, spare_bytes: int) -> None:
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError:
            return  # SQLite finds out, and says what is wrong
        if free < spare_bytes:
            raise OutboxFullError(
                "the disk is full but for what delivery needs: make room, or mend the line to the node"
            )

    @contextmanager
    def _refusal_of_reads(self, count: int) -> Generator[None]:
        try:
            yield
        except OutboxFullError:
            self._refusing.reads = True
            self._count(reads=count)
            raise
        self._refusing.reads = False
        self._count()

    @contextmanager
    def _refusal_of_pictures(self) -> Generator[None]:
        try:
            yield
        except OutboxFullError:
            self._refusing.pictures = True
            self._count(pictures=1)
            raise
        self._refusing.pictures = False
        self._count()

    def _count(self, *, reads: int = 0, pictures: int = 0) -> None:
        """Count on disk what was refused; on a full disk it may not fit, and is counted with the next put."""
        refusing = self._refusing
        with self._counting:
            refusing.uncounted_reads += reads
            refusing.uncounted_pictures += pictures
            if not (refusing.uncounted_reads or refusing.uncounted_pictures):
                return
            with suppress(sqlite3.Error, OutboxFullError):
                with self._change() as ask:
                    ask(
                        "count_refused",
                        reads=refusing.uncounted_reads,
                        pictures=refusing.uncounted_pictures,
                    )
                refusing.uncounted_reads = refusing.uncounted_pictures = 0

    def _cut(self, ask: _Ask, fresh_id: Callable[[], UUID]) -> tuple[int, bytes] | None:
        waiting = ask("reads_waiting", most=self._batch_size.reads).fetchall()
        if not waiting:
            return None
        sizes = accumulate(size for _, size, _ in waiting)
        reads = accumulate(holds for _, _, holds in waiting)
        most = self._batch_size
        fitting = sum(
            size <= most.read_bytes and count <= most.reads for size, count in zip(sizes, reads, strict=True)
        )
        last = waiting[max(fitting, 1) - 1][0]
        batch_id = fresh_id().bytes
        batch = ask("batch_cut", batch_id=batch_id).lastrowid
        ask("batch_fill", batch=batch, last=last)
        return int(batch or 0), batch_id


def _row(record: CaptureRecord) -> dict[str, Any]:
    return {
        "read_id": record.read_id.to_bytes(8, "big"),
        "captured_ms": _ms(record.captured_at),
        "record": encode_read(record),
        "holds": 1,
    }


def _row_of_origin(origin: OriginBatch) -> dict[str, Any]:
    encoded = encode_origin(origin)
    decode_origin(encoded)  # raises for what no node would take
    return {
        "read_id": hashlib.sha256(origin.key.encode()).digest(),
        "captured_ms": _ms(origin.received_at),
        "record": encoded,
        "holds": origin.taken,
    }


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _holds(ask: _Ask, batch: int) -> int:
    return int(ask("batch_holds", batch=batch).fetchone()[0])


def _find(ask: _Ask, batch_id: UUID) -> int:
    row = ask("batch_find", batch_id=batch_id.bytes).fetchone()
    if row is None:
        raise UnknownBatchError("no batch of this id waits in the outbox")
    return int(row[0])
