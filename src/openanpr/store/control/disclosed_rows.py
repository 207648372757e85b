"""The disclosure register in the control database: a line a row, and how far each log was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa

from openanpr.rights.disclosure import Counted, Disclosed
from openanpr.store.control.engine import DatabaseError, erasing, reading, writing
from openanpr.store.control.schema import metadata
from openanpr.store.control.times import to_us
from openanpr.store.control.upsert import insert_into

FORM: Final = 1
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_DECODER: Final = msgspec.json.Decoder(Disclosed)

disclosed: Final = sa.Table(
    "disclosed",
    metadata,
    sa.Column("disclosed_id", sa.Text, primary_key=True),
    sa.Column("entry", sa.BigInteger, nullable=False),
    sa.Column("last_entry", sa.BigInteger, nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("last_at_us", sa.BigInteger, nullable=False),
    sa.Column("form", sa.SmallInteger, nullable=False),
    sa.Column("document", sa.Text, nullable=False),  # JSON of the line
    sa.Index("ix_disclosed_at_us", "at_us"),
)

disclosed_upto: Final = sa.Table(
    "disclosed_upto",
    metadata,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("entry", sa.BigInteger, nullable=False),
)


class DisclosedRows:
    """The lines of the register, as `rights.disclosure_register.Lines`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def upto(self, log: str) -> int:
        """Return how many entries of a log were taken."""
        with reading(self._engine) as connection:
            wanted = sa.select(disclosed_upto.c.entry).where(disclosed_upto.c.log == log)
            return connection.execute(wanted).scalar() or 0

    def take(self, log: str, upto: int, lines: Sequence[Disclosed], undone: Sequence[int]) -> None:
        """Keep lines and how far the log was taken, both or neither."""
        with writing(self._engine) as connection:
            for line in lines:
                before = _find(connection, line.disclosed_id)
                if before is None:
                    _keep(connection, line)
                elif line.entry > (before.last_entry or before.entry):
                    _keep(connection, _together(before, line))
            for entry in undone:
                _undo(connection, log, entry)
            mark = insert_into(connection, disclosed_upto).values(log=log, entry=upto)
            connection.execute(
                mark.on_conflict_do_update(index_elements=["log"], set_={"entry": mark.excluded.entry})
            )

    def write(self, line: Disclosed) -> None:
        """Put a whole line in the place of what is there of its id."""
        with writing(self._engine) as connection:
            _keep(connection, line)

    def find(self, disclosed_id: str) -> Disclosed | None:
        """Return a line, None where there is none."""
        with reading(self._engine) as connection:
            return _find(connection, disclosed_id)

    def between(self, since: datetime, until: datetime, *, most: int) -> tuple[Disclosed, ...]:
        """Return the lines that began within a time, the newest first."""
        wanted = (
            sa.select(disclosed.c.form, disclosed.c.document)
            .where(disclosed.c.at_us >= to_us(since), disclosed.c.at_us < to_us(until))
            .order_by(disclosed.c.at_us.desc(), disclosed.c.entry.desc())
            .limit(most)
        )
        with reading(self._engine) as connection:
            return tuple(_read(form, document) for form, document in connection.execute(wanted))

    def forget(self, before: datetime) -> int:
        """Erase the lines whose last day was before a time; return how many."""
        with erasing(self._engine) as connection:
            gone = sa.delete(disclosed).where(disclosed.c.last_at_us < to_us(before))
            return connection.execute(gone).rowcount


def _find(connection: sa.Connection, disclosed_id: str) -> Disclosed | None:
    wanted = sa.select(disclosed.c.form, disclosed.c.document).where(disclosed.c.disclosed_id == disclosed_id)
    row = connection.execute(wanted).first()
    return None if row is None else _read(*row)


def _keep(connection: sa.Connection, line: Disclosed) -> None:
    cells = {
        "entry": line.entry,
        "last_entry": line.last_entry or line.entry,
        "at_us": to_us(line.at),
        "last_at_us": to_us(line.last_at or line.at),
        "form": FORM,
        "document": _ENCODER.encode(line).decode(),
    }
    new = insert_into(connection, disclosed).values(disclosed_id=line.disclosed_id, **cells)
    connection.execute(new.on_conflict_do_update(index_elements=["disclosed_id"], set_=cells))


def _together(before: Disclosed, line: Disclosed) -> Disclosed:
    """Return the line of a day with a further entry counted on."""
    counted = Counted(
        before.counted.reads + line.counted.reads,
        before.counted.entries + line.counted.entries,
        before.counted.others,
    )
    return replace(
        before,
        counted=counted,
        times=before.times + 1,
        last_entry=line.entry,
        last_at=max(before.last_at or before.at, line.at),
        erased=before.erased or line.erased,
    )


def _undo(connection: sa.Connection, log: str, entry: int) -> None:
    """Note on the line that an entry is of that its disclosure was not done."""
    wanted = sa.select(disclosed.c.form, disclosed.c.document).where(
        disclosed.c.entry <= entry, disclosed.c.last_entry >= entry
    )
    lines = [_read(form, document) for form, document in connection.execute(wanted)]
    alone = [one for one in lines if one.log == log and one.entry == entry == (one.last_entry or one.entry)]
    for one in alone[:1]:
        _keep(connection, replace(one, undone=one.undone + 1))


def _read(form: int, document: str) -> Disclosed:
    if form != FORM:
        raise DatabaseError(
            "the register of disclosures is of a later version: upgrade this node, or restore a backup"
        )
    return _DECODER.decode(document)
