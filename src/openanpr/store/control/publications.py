"""What is published, in the control database: kept for ever, and never changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from openanpr.publish.period import Month
from openanpr.publish.ports import Kept
from openanpr.publish.proof import Proof
from openanpr.store.control.engine import DatabaseError, reading, writing
from openanpr.store.control.publication_tables import publication
from openanpr.store.control.upsert import insert_into

_C = publication.c


class PublicationRows:
    """As `publish.ports.Publications`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, one: Kept) -> Kept:
        """Keep a document where there is none of its period and number; return the one that is kept."""
        row = {
            "period": str(one.period),
            "number": one.number,
            "body": one.body,
            "proof": None if one.proof is None else _text(one.proof),
        }
        with writing(self._engine) as connection:
            new = insert_into(connection, publication).on_conflict_do_nothing()
            connection.execute(new, row)
            return _kept(connection.execute(sa.select(publication).where(_is(one.period, one.number))).one())

    def prove(self, period: Month, number: int, proof: Proof) -> None:
        """Put its proof to a document that has none; raises DatabaseError where there is no such document."""
        unproved = sa.and_(_is(period, number), _C.proof.is_(None))
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(publication).where(unproved).values(proof=_text(proof))
            ).rowcount
        if not done:
            raise DatabaseError("there is no such document that waits for its proof: look at what is there")

    def every(self) -> Sequence[Kept]:
        """Return all, by period and number."""
        return self._found(sa.select(publication))

    def of(self, period: Month) -> Sequence[Kept]:
        """Return those of one period, by number."""
        return self._found(sa.select(publication).where(_C.period == str(period)))

    def _found(self, wanted: sa.Select[Any]) -> Sequence[Kept]:
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(_C.period, _C.number)).all()
        return tuple(map(_kept, rows))


def _is(period: Month, number: int) -> sa.ColumnElement[bool]:
    return sa.and_(_C.period == str(period), _C.number == number)


def _kept(row: sa.Row[Any]) -> Kept:
    proof = None if row.proof is None else Proof.of(json.loads(row.proof))
    return Kept(Month.parse(row.period), row.number, bytes(row.body), proof)


def _text(proof: Proof) -> str:
    return json.dumps(proof.told(), ensure_ascii=False, separators=(",", ":"))
