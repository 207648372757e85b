"""Service accounts and declared vehicles in the control database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from openanpr.people.account import Ended
from openanpr.people.declared import Declared, Relation
from openanpr.people.service import Scope, Service
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.people_rows import ended_of, ended_row
from openanpr.store.control.people_tables import person_declared, person_service
from openanpr.store.control.times import from_us, to_us


class PeopleServices:
    """As `people.ports.Services`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put_service(self, service: Service) -> None:
        """Keep a new one."""
        row = {
            "service_id": service.service_id,
            "name": service.name,
            "owner": service.owner,
            "scopes": " ".join(sorted(service.scopes)),
            "digest": service.digest,
            "made_by": service.made_by,
            "made_at_us": to_us(service.made_at),
            "ends_at_us": to_us(service.ends_at),
        }
        with writing(self._engine) as connection:
            connection.execute(sa.insert(person_service).values(**row))

    def service(self, digest: bytes) -> Service | None:
        """Return the one of this token's digest."""
        wanted = sa.select(person_service).where(person_service.c.digest == digest)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _service(row)

    def every_service(self) -> tuple[Service, ...]:
        """Return all, by name."""
        columns = person_service.c
        wanted = sa.select(person_service).order_by(columns.name, columns.service_id)
        with reading(self._engine) as connection:
            return tuple(map(_service, connection.execute(wanted)))

    def revoke_service(self, service_id: str, ended: Ended) -> Service | None:
        """Revoke one and return it; None where there is none or it was revoked."""
        columns = person_service.c
        with writing(self._engine) as connection:
            row = connection.execute(
                sa.update(person_service)
                .where(columns.service_id == service_id, columns.revoked_at_us.is_(None))
                .values(**ended_row(ended, "revoked"))
                .returning(person_service)
            ).first()
        return None if row is None else _service(row)


class PeopleDeclared:
    """As `people.ports.DeclaredMarks`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def declare(self, declared: Declared) -> None:
        """Keep one."""
        row = {
            "declared_id": declared.declared_id,
            "account_id": declared.account_id,
            "relation": declared.relation.value,
            "shape": declared.shape,
            "sealed": declared.sealed,
            "at_us": to_us(declared.at),
        }
        with writing(self._engine) as connection:
            connection.execute(sa.insert(person_declared).values(**row))

    def declared_of(self, account_id: str) -> tuple[Declared, ...]:
        """Return those that a person declared and has not withdrawn."""
        return self._those(person_declared.c.account_id == account_id)

    def declared_by_shape(self, shape: bytes) -> tuple[Declared, ...]:
        """Return those of this shape that are not withdrawn, whoever declared them."""
        return self._those(person_declared.c.shape == shape)

    def withdraw_declared(self, account_id: str, declared_id: str, ended: Ended) -> bool:
        """Withdraw one; return whether the person had it."""
        columns = person_declared.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_declared)
                .where(
                    columns.account_id == account_id,
                    columns.declared_id == declared_id,
                    columns.withdrawn_at_us.is_(None),
                )
                .values(**ended_row(ended, "withdrawn"))
            )
        return done.rowcount == 1

    def _those(self, which: sa.ColumnElement[bool]) -> tuple[Declared, ...]:
        columns = person_declared.c
        wanted = sa.select(person_declared).where(which, columns.withdrawn_at_us.is_(None))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(columns.at_us, columns.declared_id)).all()
        return tuple(map(_declared, rows))


def _service(row: sa.Row[Any]) -> Service:
    return Service(
        row.service_id,
        row.name,
        row.owner,
        frozenset(map(Scope, row.scopes.split())),
        bytes(row.digest),
        row.made_by,
        from_us(row.made_at_us),
        from_us(row.ends_at_us),
        ended_of(row, "revoked"),
    )


def _declared(row: sa.Row[Any]) -> Declared:
    relation, shape, sealed = Relation(row.relation), bytes(row.shape), bytes(row.sealed)
    return Declared(row.declared_id, row.account_id, relation, shape, sealed, from_us(row.at_us))
