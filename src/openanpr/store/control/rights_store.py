"""Cases in the control database: steps that are added one after the other, words sealed apart from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from openanpr.rights.case import CaseStep, RightsCase
from openanpr.rights.keys import NONCE_BYTES, RightsKeys
from openanpr.rights.ports import CaseChangedError, CaseTakenError, NewCase
from openanpr.store.control.engine import erasing, reading, writing
from openanpr.store.control.rights_documents import VERSION, read_case_step, write_case_step, write_words
from openanpr.store.control.rights_tables import rights_case, rights_step, rights_words
from openanpr.store.control.times import to_us

_C, _S, _W = rights_case.c, rights_step.c, rights_words.c


class RightsStore:
    """Cases, as `rights.ports.Cases`. Safe to share between threads."""

    __slots__ = ("_chance", "_engine", "_keys")

    def __init__(self, engine: sa.Engine, keys: RightsKeys, chance: Callable[[int], bytes]) -> None:
        """Over a database whose schema is of this version."""
        self._engine, self._keys, self._chance = engine, keys, chance

    def open(self, new: NewCase) -> None:
        """Keep a case, on disk when this returns; raises CaseTakenError."""
        row = {"reference": new.reference, "form": new.form, "code": new.code}
        try:
            with writing(self._engine) as connection:
                opened = sa.insert(rights_case).values(**row, opened_at_us=to_us(new.step.at))
                connection.execute(opened)
                self._keep(connection, new.reference, 0, new.step)
        except IntegrityError:
            raise CaseTakenError from None

    def append(self, reference: str, number: int, step: CaseStep) -> None:
        """Keep a step as that number, from 1; raises CaseChangedError where another has it."""
        try:
            with writing(self._engine) as connection:
                kept = sa.select(sa.func.count()).where(_S.reference == reference)
                if connection.execute(kept).scalar_one() != number:
                    raise CaseChangedError
                self._keep(connection, reference, number, step)
                if step.outcome is not None:
                    closed = sa.update(rights_case).where(_C.reference == reference)
                    connection.execute(closed.values(closed_at_us=to_us(step.at)))
        except IntegrityError:
            raise CaseChangedError from None

    def find(self, reference: str) -> RightsCase | None:
        """Return a case, None where there is none."""
        found = self._cases(_C.reference == reference)
        return found[0] if found else None

    def every(self, *, closed: bool = False) -> tuple[RightsCase, ...]:
        """Return the cases that are not closed, or those that are, by when they were opened."""
        return self._cases(_C.closed_at_us.is_not(None) if closed else _C.closed_at_us.is_(None))

    def by_form(self, form: bytes) -> str | None:
        """Return the reference of the case that a form opened."""
        with reading(self._engine) as connection:
            return connection.execute(sa.select(_C.reference).where(_C.form == form)).scalar_one_or_none()

    def code_of(self, reference: str) -> bytes | None:
        """Return the keyed hash of a case's code, None where there is no such case."""
        with reading(self._engine) as connection:
            found = connection.execute(
                sa.select(_C.code).where(_C.reference == reference)
            ).scalar_one_or_none()
        return None if found is None else bytes(found)

    def to_forget(self, closed_before: datetime) -> tuple[str, ...]:
        """Return the references of cases closed before a time that still have their words."""
        has = sa.select(_W.reference).where(_W.reference == _C.reference).exists()
        over = sa.select(_C.reference).where(_C.closed_at_us < to_us(closed_before), has)
        with reading(self._engine) as connection:
            return tuple(connection.execute(over.order_by(_C.closed_at_us, _C.reference)).scalars())

    def forget(self, reference: str) -> None:
        """Erase the words of a case, and overwrite where they stood."""
        with erasing(self._engine) as connection:
            connection.execute(sa.delete(rights_words).where(_W.reference == reference))

    def _keep(self, connection: sa.Connection, reference: str, number: int, step: CaseStep) -> None:
        row = {"reference": reference, "number": number}
        kept = {"at_us": to_us(step.at), "version": VERSION, "document": write_case_step(step)}
        connection.execute(sa.insert(rights_step).values(**row, **kept))
        if step.words is not None:
            sealed = self._keys.seal(
                write_words(step.words), of=_owner(reference, number), nonce=self._chance(NONCE_BYTES)
            )
            connection.execute(sa.insert(rights_words).values(**row, sealed=sealed))

    def _cases(self, which: sa.ColumnElement[bool]) -> tuple[RightsCase, ...]:
        same = sa.and_(_W.reference == _S.reference, _W.number == _S.number)
        rows = (
            sa.select(_S.reference, _S.number, _S.version, _S.document, _W.sealed)
            .select_from(rights_step)
            .join(rights_case, _C.reference == _S.reference)
            .outerjoin(rights_words, same)
            .where(which)
            .order_by(_C.opened_at_us, _C.reference, _S.number)
        )
        found: dict[str, list[CaseStep]] = {}
        with reading(self._engine) as connection:
            for reference, number, version, document, sealed in connection.execute(rows):
                words = None
                if sealed is not None:
                    words = self._keys.unseal(bytes(sealed), of=_owner(reference, number))
                found.setdefault(reference, []).append(read_case_step(version, document, words))
        return tuple(RightsCase(reference, tuple(steps)) for reference, steps in found.items())


def _owner(reference: str, number: int) -> str:
    return f"{reference}/{number}"
