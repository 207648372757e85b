"""People: accounts, credentials, links, roles, training, sessions, services, grave acts, vehicles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0004"
down_revision = "0003"

# Written out and not taken from `store.control.people_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the tables."""
    _accounts()
    _credentials()
    _links()
    _roles()
    _sessions()
    _services()
    _proposals()
    _declared()


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


def _ended(name: str) -> list[SchemaItem]:
    return [*_number(f"{name}_at_us", nullable=True), *_text(f"{name}_by", f"{name}_why", nullable=True)]


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _unique(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(column, name=f"uq_{table}_{column}")


def _of_person(table: str, column: str = "account_id") -> list[SchemaItem]:
    name = f"fk_{table}_{column}"
    return [*_text(column), sa.ForeignKeyConstraint([column], ["person_account.account_id"], name=name)]


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=f"ck_{table}_{name}")


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _accounts() -> None:
    op.create_table(
        "person_account",
        *_text("account_id", "login", "name"),
        *_number("force"),
        *_text("unit", "team", "made_by"),
        *_number("made_at_us"),
        *_ended("disabled"),
        _key("person_account", "account_id"),
        _unique("person_account", "login"),
    )
    op.create_table(
        "person_outside",
        *_text("issuer", "subject"),
        *_of_person("person_outside"),
        _key("person_outside", "issuer", "subject"),
    )


def _credentials() -> None:
    op.create_table(
        "person_credentials",
        *_of_person("person_credentials"),
        *_text("password"),
        *_bytes("app_sealed"),
        *_number("app_last_step"),
        _key("person_credentials", "account_id"),
    )
    op.create_table(
        "person_recovery",
        *_of_person("person_recovery"),
        *_bytes("digest"),
        *_number("used_at_us", nullable=True),
        _key("person_recovery", "account_id", "digest"),
    )
    op.create_table(
        "person_passkey",
        *_bytes("credential_id"),
        *_of_person("person_passkey"),
        *_bytes("public_key"),
        *_number("sign_count"),
        *_text("name"),
        *_number("added_at_us"),
        _key("person_passkey", "credential_id"),
    )
    _indexes("person_passkey", "account_id")


def _links() -> None:
    op.create_table(
        "person_link",
        *_text("link_id"),
        *_of_person("person_link"),
        *_bytes("digest"),
        *_text("made_by"),
        *_number("made_at_us", "ends_at_us"),
        *_number("used_at_us", nullable=True),
        _key("person_link", "link_id"),
        _unique("person_link", "digest"),
    )
    _indexes("person_link", "account_id")
    op.create_table(
        "person_challenge",
        *_bytes("digest"),
        *_text("use", "account_id"),
        *_bytes("sealed"),
        *_number("ends_at_us"),
        _key("person_challenge", "digest"),
    )
    _indexes("person_challenge", "ends_at_us")


def _roles() -> None:
    op.create_table(
        "person_grant",
        *_text("grant_id"),
        *_of_person("person_grant"),
        *_text("role"),
        *_text("rank", nullable=True),
        *_number("starts_at_us", "ends_at_us"),
        *_text("given_by"),
        *_number("given_at_us"),
        *_text("why"),
        *_ended("withdrawn"),
        _check("person_grant", "self", "given_by <> account_id"),
        _check("person_grant", "ends", "starts_at_us < ends_at_us"),
        _check("person_grant", "rank", "(role = 'authorising-officer') = (rank IS NOT NULL)"),
        _key("person_grant", "grant_id"),
    )
    _indexes("person_grant", "account_id")
    op.create_table(
        "person_training",
        *_text("training_id"),
        *_of_person("person_training"),
        *_text("course"),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        *_text("recorded_by"),
        *_number("recorded_at_us"),
        _check("person_training", "self", "recorded_by <> account_id"),
        _key("person_training", "training_id"),
    )
    _indexes("person_training", "account_id")


def _sessions() -> None:
    op.create_table(
        "person_session",
        *_text("session_id", "family"),
        *_of_person("person_session"),
        *_bytes("digest"),
        *_text("way"),
        *_number("began_at_us", "seen_at_us", "ends_at_us", "fresh_at_us"),
        *_text("fresh_source"),
        *_text("claimed", nullable=True),
        *_number("followed_at_us", nullable=True),
        *_ended("ended"),
        _key("person_session", "session_id"),
        _unique("person_session", "digest"),
    )
    _indexes("person_session", "family", "account_id", "ends_at_us")
    op.create_table(
        "person_tries",
        *_bytes("key"),
        *_number("failures", "last_at_us"),
        _key("person_tries", "key"),
    )
    _indexes("person_tries", "last_at_us")


def _services() -> None:
    op.create_table(
        "person_service",
        *_text("service_id", "name"),
        *_of_person("person_service", "owner"),
        *_text("scopes"),
        *_bytes("digest"),
        *_text("made_by"),
        *_number("made_at_us", "ends_at_us"),
        *_ended("revoked"),
        _key("person_service", "service_id"),
        _unique("person_service", "digest"),
    )
    _indexes("person_service", "owner")


def _proposals() -> None:
    op.create_table(
        "person_proposal",
        *_text("proposal_id", "act"),
        *_of_person("person_proposal", "subject"),
        *_text("proposed_by"),
        *_number("proposed_at_us", "ends_at_us"),
        *_text("why"),
        *_text("grant_asked", nullable=True),
        *_number("decided_at_us", nullable=True),
        *_text("decided_by", "decided_why", nullable=True),
        sa.Column("approved", sa.Boolean()),
        _check("person_proposal", "self", "proposed_by <> subject"),
        _check("person_proposal", "second", "NOT approved OR decided_by NOT IN (proposed_by, subject)"),
        _key("person_proposal", "proposal_id"),
    )


def _declared() -> None:
    op.create_table(
        "person_declared",
        *_text("declared_id"),
        *_of_person("person_declared"),
        *_text("relation"),
        *_bytes("shape", "sealed"),
        *_number("at_us"),
        *_ended("withdrawn"),
        _key("person_declared", "declared_id"),
    )
    _indexes("person_declared", "account_id", "shape")
