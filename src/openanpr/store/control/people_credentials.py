"""Passwords' hashes, apps, recovery codes, passkeys, links and challenges in the control database.

Whatever is good once is used up by one statement with its condition: of many at once, one gets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from openanpr.people.account import Ended
from openanpr.people.link import Link
from openanpr.people.passkey import Passkey
from openanpr.people.ports import Acceptance, Challenge, Credentials
from openanpr.people.totp import App
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.people_sessions import end_all
from openanpr.store.control.people_tables import (
    person_account,
    person_challenge,
    person_credentials,
    person_link,
    person_passkey,
    person_recovery,
)
from openanpr.store.control.times import from_us, from_us_or_none, to_us
from openanpr.store.control.upsert import insert_into


class PeopleCredentials:
    """As `people.ports.CredentialStore` and `Passkeys`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def credentials(self, account_id: str) -> Credentials | None:
        """Return what the account signs in with; None where no link was used yet."""
        wanted = sa.select(person_credentials).where(person_credentials.c.account_id == account_id)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).first()
        return (
            None if row is None else Credentials(row.password, App(bytes(row.app_sealed), row.app_last_step))
        )

    def rehash(self, account_id: str, *, old: str, new: str) -> None:
        """Keep a new hash of the same password, unless the hash is another by now."""
        columns = person_credentials.c
        with writing(self._engine) as connection:
            connection.execute(
                sa.update(person_credentials)
                .where(columns.account_id == account_id, columns.password == old)
                .values(password=new)
            )

    def use_step(self, account_id: str, step: int) -> bool:
        """Keep the step as the app's last; return False, and change nothing, where it is not later."""
        columns = person_credentials.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_credentials)
                .where(columns.account_id == account_id, columns.app_last_step < step)
                .values(app_last_step=step)
            )
        return done.rowcount == 1

    def use_recovery(self, account_id: str, digest: bytes, at: datetime) -> bool:
        """Use up a recovery code; return False where there is none or it was used."""
        columns = person_recovery.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_recovery)
                .where(
                    columns.account_id == account_id, columns.digest == digest, columns.used_at_us.is_(None)
                )
                .values(used_at_us=to_us(at))
            )
        return done.rowcount == 1

    def replace_recovery(self, account_id: str, digests: tuple[bytes, ...]) -> None:
        """Put these recovery codes in place of all that the account has."""
        with writing(self._engine) as connection:
            _replace_recovery(connection, account_id, digests)

    def accept(self, acceptance: Acceptance) -> bool:
        """Use a link up, replace the credentials, take passkeys off, end sessions: all or nothing.

        Return False, and change nothing, where the link was used meanwhile, has ended or is not there.
        """
        who, at_us = acceptance.account_id, to_us(acceptance.at)
        links = person_link.c
        able = sa.exists().where(
            person_account.c.account_id == who, person_account.c.disabled_at_us.is_(None)
        )
        with writing(self._engine) as connection:
            used = connection.execute(
                sa.update(person_link)
                .where(
                    links.link_id == acceptance.link_id,
                    links.account_id == who,
                    links.used_at_us.is_(None),
                    links.ends_at_us > at_us,
                    able,
                )
                .values(used_at_us=at_us)
            )
            if used.rowcount == 0:
                return False
            app = acceptance.credentials.app
            row = {
                "password": acceptance.credentials.password,
                "app_sealed": app.sealed,
                "app_last_step": app.last_step,
            }
            put = insert_into(connection, person_credentials).values(account_id=who, **row)
            connection.execute(put.on_conflict_do_update(index_elements=["account_id"], set_=row))
            _replace_recovery(connection, who, acceptance.recovery)
            connection.execute(sa.delete(person_passkey).where(person_passkey.c.account_id == who))
            end_all(connection, who, Ended(acceptance.at, who, "new credentials"))
        return True

    def add_passkey(self, passkey: Passkey) -> bool:
        """Keep a new one; return False where its id is known already, whosever it is."""
        with writing(self._engine) as connection:
            done = connection.execute(
                insert_into(connection, person_passkey)
                .values(
                    credential_id=passkey.credential_id,
                    account_id=passkey.account_id,
                    public_key=passkey.public_key,
                    sign_count=passkey.sign_count,
                    name=passkey.name,
                    added_at_us=to_us(passkey.added_at),
                )
                .on_conflict_do_nothing()
                # What an INSERT counts is not told alike by both drivers.
                .returning(person_passkey.c.credential_id)
            ).first()
        return done is not None

    def passkey(self, credential_id: bytes) -> Passkey | None:
        """Return the one of this id."""
        return next(iter(self._passkeys(person_passkey.c.credential_id == credential_id)), None)

    def passkeys_of(self, account_id: str) -> tuple[Passkey, ...]:
        """Return those of an account, the oldest first."""
        return self._passkeys(person_passkey.c.account_id == account_id)

    def count(self, credential_id: bytes, *, old: int, new: int) -> bool:
        """Keep a new count; return False, and change nothing, where the kept one is not `old` any more."""
        columns = person_passkey.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_passkey)
                .where(columns.credential_id == credential_id, columns.sign_count == old)
                .values(sign_count=new)
            )
        return done.rowcount == 1

    def remove_passkey(self, account_id: str, credential_id: bytes) -> bool:
        """Take one off; return whether the account had it."""
        columns = person_passkey.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.delete(person_passkey).where(
                    columns.account_id == account_id, columns.credential_id == credential_id
                )
            )
        return done.rowcount == 1

    def _passkeys(self, which: sa.ColumnElement[bool]) -> tuple[Passkey, ...]:
        wanted = sa.select(person_passkey).where(which).order_by(person_passkey.c.added_at_us)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return tuple(map(_passkey, rows))


class PeopleLinks:
    """As `people.ports.Links` and `Challenges`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put_link(self, link: Link) -> None:
        """Keep a new link; earlier ones of the same account are gone with this."""
        columns = person_link.c
        row = {
            "link_id": link.link_id,
            "account_id": link.account_id,
            "digest": link.digest,
            "made_by": link.made_by,
            "made_at_us": to_us(link.made_at),
            "ends_at_us": to_us(link.ends_at),
        }
        with writing(self._engine) as connection:
            connection.execute(
                sa.delete(person_link).where(
                    columns.account_id == link.account_id, columns.used_at_us.is_(None)
                )
            )
            connection.execute(sa.insert(person_link).values(**row))

    def link(self, digest: bytes) -> Link | None:
        """Return the link of this digest."""
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(person_link).where(person_link.c.digest == digest)).first()
        if row is None:
            return None
        made, ends, used = from_us(row.made_at_us), from_us(row.ends_at_us), from_us_or_none(row.used_at_us)
        return Link(row.link_id, row.account_id, bytes(row.digest), row.made_by, made, ends, used)

    def put_challenge(self, challenge: Challenge, *, now: datetime) -> None:
        """Keep one; those that have ended by `now` are forgotten."""
        row = {
            "digest": challenge.digest,
            "use": challenge.use,
            "account_id": challenge.account_id,
            "sealed": challenge.sealed,
            "ends_at_us": to_us(challenge.ends_at),
        }
        with writing(self._engine) as connection:
            connection.execute(sa.delete(person_challenge).where(person_challenge.c.ends_at_us <= to_us(now)))
            connection.execute(sa.insert(person_challenge).values(**row))

    def take_challenge(self, digest: bytes) -> Challenge | None:
        """Return one and forget it: of many that ask at once, one gets it."""
        taken = sa.delete(person_challenge).where(person_challenge.c.digest == digest)
        with writing(self._engine) as connection:
            row = connection.execute(taken.returning(person_challenge)).first()
        if row is None:
            return None
        return Challenge(
            bytes(row.digest), row.use, row.account_id, bytes(row.sealed), from_us(row.ends_at_us)
        )


def _replace_recovery(connection: sa.Connection, account_id: str, digests: Sequence[bytes]) -> None:
    connection.execute(sa.delete(person_recovery).where(person_recovery.c.account_id == account_id))
    rows = [{"account_id": account_id, "digest": digest} for digest in digests]
    if rows:
        connection.execute(sa.insert(person_recovery), rows)


def _passkey(row: sa.Row[Any]) -> Passkey:
    added = from_us(row.added_at_us)
    return Passkey(
        bytes(row.credential_id), row.account_id, bytes(row.public_key), row.sign_count, row.name, added
    )
