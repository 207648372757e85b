"""Accounts of people in the control database, and whose account a person of another sign-in has."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from openanpr.people.account import Account, Ended, Post
from openanpr.people.ports import LoginTakenError
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.people_rows import ended_of, ended_row
from openanpr.store.control.people_sessions import end_all
from openanpr.store.control.people_tables import person_account, person_link, person_outside
from openanpr.store.control.times import from_us, to_us


class PeopleAccounts:
    """As `people.ports.Accounts` and `OutsideNames`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, account: Account) -> None:
        """Keep a new account; raises LoginTakenError."""
        with writing(self._engine) as connection:
            _add(connection, account)

    def find(self, account_id: str) -> Account | None:
        """Return the account of this id, disabled or not."""
        return self._one(person_account.c.account_id == account_id)

    def by_login(self, login: str) -> Account | None:
        """Return the account of this sign-in name, disabled or not."""
        return self._one(person_account.c.login == login)

    def every(self) -> tuple[Account, ...]:
        """Return all accounts by sign-in name."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(person_account).order_by(person_account.c.login)).all()
        return tuple(map(_account, rows))

    def disable(self, account_id: str, ended: Ended) -> bool:
        """Disable an able account, and end its sessions and its links; return whether it was able."""
        accounts, links = person_account.c, person_link.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_account)
                .where(accounts.account_id == account_id, accounts.disabled_at_us.is_(None))
                .values(**ended_row(ended, "disabled"))
            )
            if done.rowcount == 0:
                return False
            end_all(connection, account_id, ended)
            connection.execute(
                sa.delete(person_link).where(links.account_id == account_id, links.used_at_us.is_(None))
            )
        return True

    def enable(self, account_id: str) -> bool:
        """Let a disabled account be used again; return whether it was disabled."""
        columns = person_account.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_account)
                .where(columns.account_id == account_id, columns.disabled_at_us.is_not(None))
                .values(**ended_row(None, "disabled"))
            )
        return done.rowcount == 1

    def account_of(self, issuer: str, subject: str) -> str | None:
        """Return the id of the account of a person of another sign-in."""
        columns = person_outside.c
        wanted = sa.select(columns.account_id).where(columns.issuer == issuer, columns.subject == subject)
        with reading(self._engine) as connection:
            return connection.execute(wanted).scalar_one_or_none()

    def add_with(self, account: Account, issuer: str, subject: str) -> None:
        """Keep a new account together with its name outside; raises LoginTakenError."""
        with writing(self._engine) as connection:
            _add(connection, account)
            row = {"issuer": issuer, "subject": subject, "account_id": account.account_id}
            connection.execute(sa.insert(person_outside).values(**row))

    def _one(self, which: sa.ColumnElement[bool]) -> Account | None:
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(person_account).where(which)).first()
        return None if row is None else _account(row)


def _add(connection: sa.Connection, account: Account) -> None:
    row = {
        "account_id": account.account_id,
        "login": account.login,
        "name": account.name,
        "force": account.post.force,
        "unit": account.post.unit,
        "team": account.post.team,
        "made_by": account.made_by,
        "made_at_us": to_us(account.made_at),
        **ended_row(account.disabled, "disabled"),
    }
    try:
        connection.execute(sa.insert(person_account).values(**row))
    except IntegrityError as fault:
        raise LoginTakenError from fault


def _account(row: sa.Row[Any]) -> Account:
    return Account(
        row.account_id,
        row.login,
        row.name,
        Post(row.force, row.unit, row.team),
        row.made_by,
        from_us(row.made_at_us),
        ended_of(row, "disabled"),
    )
