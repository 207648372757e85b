"""Roles, training and grave acts of people in the control database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from openanpr.core.role import Rank, Role
from openanpr.people.account import Ended
from openanpr.people.duties import Grave
from openanpr.people.proposal import Decision, Proposal
from openanpr.people.roles import Grant
from openanpr.people.training import Training
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.people_rows import ended_of, ended_row
from openanpr.store.control.people_tables import (
    person_account,
    person_grant,
    person_proposal,
    person_training,
)
from openanpr.store.control.times import from_us, to_us
from openanpr.wire.json_decoder import json_decoder


class PeopleRoles:
    """As `people.ports.Grants` and `Trainings`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def grants_of(self, account_id: str) -> tuple[Grant, ...]:
        """Return all grants of an account, the first to start first."""
        with reading(self._engine) as connection:
            return _grants(connection, person_grant.c.account_id == account_id)

    def every_grant(self) -> tuple[Grant, ...]:
        """Return all grants."""
        with reading(self._engine) as connection:
            return _grants(connection, sa.true())

    def give(self, grant: Grant, judge: Callable[[tuple[Grant, ...]], None]) -> None:
        """Keep a grant, unless `judge` raises on the person's others; nobody gives one meanwhile."""
        accounts = person_account.c
        with writing(self._engine) as connection:
            # In PostgreSQL two writers run at once: the second waits here until the first is done.
            connection.execute(
                sa.select(accounts.account_id)
                .where(accounts.account_id == grant.account_id)
                .with_for_update()
            ).one()
            judge(_grants(connection, person_grant.c.account_id == grant.account_id))
            connection.execute(sa.insert(person_grant).values(**_grant_row(grant)))

    def withdraw(self, grant_id: str, ended: Ended) -> Grant | None:
        """Withdraw a grant and return it; None where there is none or it was withdrawn."""
        columns = person_grant.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_grant)
                .where(columns.grant_id == grant_id, columns.withdrawn_at_us.is_(None))
                .values(**ended_row(ended, "withdrawn"))
            )
            if done.rowcount == 0:
                return None
            return _grants(connection, columns.grant_id == grant_id)[0]

    def record(self, training: Training) -> None:
        """Keep a record of training."""
        row = {
            "training_id": training.training_id,
            "account_id": training.account_id,
            "course": training.course,
            "passed_on": training.passed_on,
            "expires_on": training.expires_on,
            "recorded_by": training.recorded_by,
            "recorded_at_us": to_us(training.recorded_at),
        }
        with writing(self._engine) as connection:
            connection.execute(sa.insert(person_training).values(**row))

    def trainings_of(self, account_id: str) -> tuple[Training, ...]:
        """Return all records of an account, the first to be passed first."""
        columns = person_training.c
        wanted = sa.select(person_training).where(columns.account_id == account_id)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(columns.passed_on, columns.training_id)).all()
        return tuple(map(_training, rows))


class PeopleProposals:
    """As `people.ports.Proposals`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def propose(self, proposal: Proposal) -> None:
        """Keep a proposal."""
        grant = None if proposal.grant is None else msgspec.json.encode(proposal.grant).decode()
        row = {
            "proposal_id": proposal.proposal_id,
            "act": proposal.act.value,
            "subject": proposal.subject,
            "proposed_by": proposal.proposed_by,
            "proposed_at_us": to_us(proposal.proposed_at),
            "ends_at_us": to_us(proposal.ends_at),
            "why": proposal.why,
            "grant_asked": grant,
        }
        with writing(self._engine) as connection:
            connection.execute(sa.insert(person_proposal).values(**row))

    def proposal(self, proposal_id: str) -> Proposal | None:
        """Return one, decided or not."""
        wanted = sa.select(person_proposal).where(person_proposal.c.proposal_id == proposal_id)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _proposal(row)

    def undecided(self, now: datetime) -> tuple[Proposal, ...]:
        """Return those that can still be decided, the first to end first."""
        columns = person_proposal.c
        wanted = sa.select(person_proposal).where(
            columns.decided_at_us.is_(None), columns.ends_at_us > to_us(now)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(columns.ends_at_us, columns.proposal_id)).all()
        return tuple(map(_proposal, rows))

    def decide(self, proposal_id: str, decision: Decision) -> bool:
        """Keep a decision; return False where there is one already."""
        columns = person_proposal.c
        row = {
            "decided_at_us": to_us(decision.at),
            "decided_by": decision.by,
            "decided_why": decision.why,
            "approved": decision.approved,
        }
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_proposal)
                .where(columns.proposal_id == proposal_id, columns.decided_at_us.is_(None))
                .values(**row)
            )
        return done.rowcount == 1


def _grants(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Grant, ...]:
    columns = person_grant.c
    wanted = sa.select(person_grant).where(which).order_by(columns.starts_at_us, columns.grant_id)
    return tuple(map(_grant, connection.execute(wanted)))


def _grant_row(grant: Grant) -> dict[str, object]:
    return {
        "grant_id": grant.grant_id,
        "account_id": grant.account_id,
        "role": grant.role.value,
        "rank": None if grant.rank is None else grant.rank.value,
        "starts_at_us": to_us(grant.starts_at),
        "ends_at_us": to_us(grant.ends_at),
        "given_by": grant.given_by,
        "given_at_us": to_us(grant.given_at),
        "why": grant.why,
        **ended_row(grant.withdrawn, "withdrawn"),
    }


def _grant(row: sa.Row[Any]) -> Grant:
    return Grant(
        row.grant_id,
        row.account_id,
        Role(row.role),
        None if row.rank is None else Rank(row.rank),
        from_us(row.starts_at_us),
        from_us(row.ends_at_us),
        row.given_by,
        from_us(row.given_at_us),
        row.why,
        ended_of(row, "withdrawn"),
    )


def _training(row: sa.Row[Any]) -> Training:
    return Training(
        row.training_id,
        row.account_id,
        row.course,
        row.passed_on,
        row.expires_on,
        row.recorded_by,
        from_us(row.recorded_at_us),
    )


def _proposal(row: sa.Row[Any]) -> Proposal:
    decision = None
    if row.decided_at_us is not None:
        decision = Decision(row.decided_by, from_us(row.decided_at_us), row.approved, row.decided_why)
    return Proposal(
        row.proposal_id,
        Grave(row.act),
        row.subject,
        row.proposed_by,
        from_us(row.proposed_at_us),
        from_us(row.ends_at_us),
        row.why,
        None if row.grant_asked is None else json_decoder(Grant).decode(row.grant_asked),
        decision,
    )
