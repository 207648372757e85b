"""The tables of people. Times are UTC microseconds; digests are keyed hashes, and nothing here opens a seal.

The database refuses by itself a role that somebody gave to themselves, and an approval by whoever proposed.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def _bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary, nullable=False) for name in names]


def _of_person(*, key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "account_id", sa.Text, sa.ForeignKey("person_account.account_id"), primary_key=key, nullable=False
    )


def _ended(name: str) -> list[sa.Column[int] | sa.Column[str]]:
    return [*_number(f"{name}_at_us", nullable=True), *_text(f"{name}_by", f"{name}_why", nullable=True)]


person_account: Final = sa.Table(
    "person_account",
    metadata,
    sa.Column("account_id", sa.Text, primary_key=True),
    *_text("login", "name"),
    *_number("force"),
    *_text("unit", "team", "made_by"),
    *_number("made_at_us"),
    *_ended("disabled"),
    sa.UniqueConstraint("login"),
)

# Whose account a person of another sign-in has.
person_outside: Final = sa.Table(
    "person_outside",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    _of_person(),
)

person_credentials: Final = sa.Table(
    "person_credentials",
    metadata,
    _of_person(key=True),
    *_text("password"),
    *_bytes("app_sealed"),
    *_number("app_last_step"),
)

person_recovery: Final = sa.Table(
    "person_recovery",
    metadata,
    _of_person(key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    *_number("used_at_us", nullable=True),
)

person_passkey: Final = sa.Table(
    "person_passkey",
    metadata,
    sa.Column("credential_id", sa.LargeBinary, primary_key=True),
    _of_person(),
    *_bytes("public_key"),
    *_number("sign_count"),
    *_text("name"),
    *_number("added_at_us"),
    sa.Index("ix_person_passkey_account_id", "account_id"),
)

person_link: Final = sa.Table(
    "person_link",
    metadata,
    sa.Column("link_id", sa.Text, primary_key=True),
    _of_person(),
    *_bytes("digest"),
    *_text("made_by"),
    *_number("made_at_us", "ends_at_us"),
    *_number("used_at_us", nullable=True),
    sa.UniqueConstraint("digest"),
    sa.Index("ix_person_link_account_id", "account_id"),
)

person_challenge: Final = sa.Table(
    "person_challenge",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    *_text("use", "account_id"),  # the account is empty where nobody is known yet
    *_bytes("sealed"),
    *_number("ends_at_us"),
    sa.Index("ix_person_challenge_ends_at_us", "ends_at_us"),
)

person_grant: Final = sa.Table(
    "person_grant",
    metadata,
    sa.Column("grant_id", sa.Text, primary_key=True),
    _of_person(),
    *_text("role"),
    *_text("rank", nullable=True),
    *_number("starts_at_us", "ends_at_us"),
    *_text("given_by"),
    *_number("given_at_us"),
    *_text("why"),
    *_ended("withdrawn"),
    sa.CheckConstraint("given_by <> account_id", name="self"),
    sa.CheckConstraint("starts_at_us < ends_at_us", name="ends"),
    sa.CheckConstraint("(role = 'authorising-officer') = (rank IS NOT NULL)", name="rank"),
    sa.Index("ix_person_grant_account_id", "account_id"),
)

person_training: Final = sa.Table(
    "person_training",
    metadata,
    sa.Column("training_id", sa.Text, primary_key=True),
    _of_person(),
    *_text("course"),
    sa.Column("passed_on", sa.Date, nullable=False),
    sa.Column("expires_on", sa.Date, nullable=False),
    *_text("recorded_by"),
    *_number("recorded_at_us"),
    sa.CheckConstraint("recorded_by <> account_id", name="self"),
    sa.Index("ix_person_training_account_id", "account_id"),
)

person_session: Final = sa.Table(
    "person_session",
    metadata,
    sa.Column("session_id", sa.Text, primary_key=True),
    *_text("family"),
    _of_person(),
    *_bytes("digest"),
    *_text("way"),
    *_number("began_at_us", "seen_at_us", "ends_at_us", "fresh_at_us"),
    *_text("fresh_source"),
    *_text("claimed", nullable=True),  # JSON
    *_number("followed_at_us", nullable=True),
    *_ended("ended"),
    sa.UniqueConstraint("digest"),
    sa.Index("ix_person_session_family", "family"),
    sa.Index("ix_person_session_account_id", "account_id"),
    sa.Index("ix_person_session_ends_at_us", "ends_at_us"),
)

person_tries: Final = sa.Table(
    "person_tries",
    metadata,
    sa.Column("key", sa.LargeBinary, primary_key=True),
    *_number("failures", "last_at_us"),
    sa.Index("ix_person_tries_last_at_us", "last_at_us"),
)

person_service: Final = sa.Table(
    "person_service",
    metadata,
    sa.Column("service_id", sa.Text, primary_key=True),
    *_text("name"),
    sa.Column("owner", sa.Text, sa.ForeignKey("person_account.account_id"), nullable=False),
    *_text("scopes"),  # by spaces
    *_bytes("digest"),
    *_text("made_by"),
    *_number("made_at_us", "ends_at_us"),
    *_ended("revoked"),
    sa.UniqueConstraint("digest"),
    sa.Index("ix_person_service_owner", "owner"),
)

person_proposal: Final = sa.Table(
    "person_proposal",
    metadata,
    sa.Column("proposal_id", sa.Text, primary_key=True),
    *_text("act"),
    sa.Column("subject", sa.Text, sa.ForeignKey("person_account.account_id"), nullable=False),
    *_text("proposed_by"),
    *_number("proposed_at_us", "ends_at_us"),
    *_text("why"),
    *_text("grant_asked", nullable=True),  # JSON
    *_number("decided_at_us", nullable=True),
    *_text("decided_by", "decided_why", nullable=True),
    sa.Column("approved", sa.Boolean),
    sa.CheckConstraint("proposed_by <> subject", name="self"),
    sa.CheckConstraint("NOT approved OR decided_by NOT IN (proposed_by, subject)", name="second"),
)

# Apart from all else: nothing here tells a mark, or whose it is, without the node's key.
person_declared: Final = sa.Table(
    "person_declared",
    metadata,
    sa.Column("declared_id", sa.Text, primary_key=True),
    _of_person(),
    *_text("relation"),
    *_bytes("shape", "sealed"),
    *_number("at_us"),
    *_ended("withdrawn"),
    sa.Index("ix_person_declared_account_id", "account_id"),
    sa.Index("ix_person_declared_shape", "shape"),
)
