"""The shelf in the control database: pictures that no read names yet, so many of each device."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from openanpr.ingest.picture import ShelfFullError, ShelvedPicture
from openanpr.store.control.engine import empty_log, erasing, reading, writing
from openanpr.store.control.ingest_tables import shelved_picture
from openanpr.store.control.times import from_us, to_us

_C: Final = shelved_picture.c
_ASKED_AT_ONCE: Final = 500
_LOCK: Final = 0x5E1F  # any number, the same in all nodes: one puts a device's picture, the others wait


@dataclass(frozen=True, slots=True)
class ShelfRoom:
    """How much of one device the shelf takes: pictures, and bytes of them together."""

    most_pictures: int
    most_bytes: int

    def __post_init__(self) -> None:
        """Refuse a shelf that takes nothing."""
        if min(self.most_pictures, self.most_bytes) < 1:
            raise ValueError("most_pictures and most_bytes must be 1 or more")


class PictureShelf:
    """The shelf of a node, as `ingest.picture.PictureShelf`. Safe to share between threads."""

    __slots__ = ("_engine", "_room")

    def __init__(self, engine: sa.Engine, room: ShelfRoom) -> None:
        self._engine, self._room = engine, room

    def put(self, picture: ShelvedPicture) -> None:
        """Keep the picture, on disk when this returns, the same one once; raises ShelfFullError."""
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                alone = sa.func.pg_advisory_xact_lock(_LOCK, sa.func.hashtext(picture.device))
                connection.execute(sa.select(alone))
            if connection.execute(
                sa.select(_C.size_bytes).where(_is(picture.sha256, picture.device))
            ).first():
                return
            taken = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_C.size_bytes), 0))
            pictures, size = connection.execute(taken.where(_C.device == picture.device)).one()
            room = self._room
            if pictures >= room.most_pictures or size + len(picture.jpeg) > room.most_bytes:
                raise ShelfFullError(
                    "the shelf has no room for more pictures of this device: their reads never came"
                )
            connection.execute(
                sa.insert(shelved_picture).values(
                    sha256=picture.sha256,
                    device=picture.device,
                    received_at_us=to_us(picture.received_at),
                    size_bytes=len(picture.jpeg),
                    jpeg=picture.jpeg,
                )
            )

    def find(self, sha256: str) -> tuple[ShelvedPicture, ...]:
        """Return the pictures of this name, one a device, by device."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(shelved_picture).where(_C.sha256 == sha256).order_by(_C.device)
            ).all()
        return tuple(
            ShelvedPicture(row.sha256, row.device, from_us(row.received_at_us), bytes(row.jpeg))
            for row in rows
        )

    def among(self, names: Collection[str]) -> frozenset[str]:
        """Return which of these names (SHA-256) are on the shelf.

        For many reads at once, of which hardly any has a picture here: one question for 500 names.
        """
        asked = sorted(set(names))
        found = set[str]()
        with reading(self._engine) as connection:
            for at in range(0, len(asked), _ASKED_AT_ONCE):
                some = asked[at : at + _ASKED_AT_ONCE]
                found.update(connection.execute(sa.select(_C.sha256).where(_C.sha256.in_(some))).scalars())
        return frozenset(found)

    def take_off(self, sha256: str, device: str) -> None:
        """Forget the picture of a device, for it is kept beside its read; nothing where there is none."""
        with erasing(self._engine) as connection:
            connection.execute(sa.delete(shelved_picture).where(_is(sha256, device)))

    def forget(self, before: datetime) -> int:
        """Erase the pictures that came before a time, for retention, and return how many they were."""
        with erasing(self._engine) as connection:
            gone = connection.execute(sa.delete(shelved_picture).where(_C.received_at_us < to_us(before)))
        empty_log(self._engine)
        return gone.rowcount


def _is(sha256: str, device: str) -> sa.ColumnElement[bool]:
    return sa.and_(_C.sha256 == sha256, _C.device == device)
