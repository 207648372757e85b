"""References asked of again, declared vehicles and what the last round did, in the control database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

import sqlalchemy as sa

from openanpr.core.purpose import ReferenceState
from openanpr.people.declared import Relation
from openanpr.review.done import RoundDone
from openanpr.review.references import Retested
from openanpr.review.signal import NotComputed, SignalKind
from openanpr.review.vehicles import DeclaredVehicle
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.people_tables import person_account, person_declared
from openanpr.store.control.review_tables import review_reference, review_round
from openanpr.store.control.times import from_us, from_us_or_none, to_us
from openanpr.store.control.upsert import insert_into

_AT_ONCE: Final = 1_000
_LAST: Final = "last"


class ReviewReferences:
    """As `review.ports.References`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def retested(self) -> Mapping[str, Retested]:
        """Return the last answer for each reference, by its key."""
        with reading(self._engine) as connection:
            return {
                row.key: Retested(row.key, ReferenceState(row.state), from_us(row.asked_at_us))
                for row in connection.execute(sa.select(review_reference))
            }

    def keep(self, told: Iterable[Retested]) -> None:
        """Keep answers, in the place of earlier ones of the same reference."""
        rest = iter(told)
        while some := tuple(islice(rest, _AT_ONCE)):
            rows = [{"key": o.key, "state": o.state.value, "asked_at_us": to_us(o.at)} for o in some]
            with writing(self._engine) as connection:
                put = insert_into(connection, review_reference)
                given = put.excluded
                connection.execute(
                    put.on_conflict_do_update(
                        index_elements=["key"],
                        set_={"state": given.state, "asked_at_us": given.asked_at_us},
                    ),
                    rows,
                )


class ReviewDeclared:
    """As `review.ports.DeclaredVehicles`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def every(self) -> tuple[DeclaredVehicle, ...]:
        """Return all declared vehicles, withdrawn ones too, with the team that each person is in now."""
        one = person_declared.c
        wanted = sa.select(
            one.account_id, person_account.c.team, one.relation, one.shape, one.at_us, one.withdrawn_at_us
        ).join_from(person_declared, person_account)
        with reading(self._engine) as connection:
            return tuple(
                DeclaredVehicle(
                    row.account_id,
                    row.team,
                    Relation(row.relation),
                    bytes(row.shape),
                    from_us(row.at_us),
                    from_us_or_none(row.withdrawn_at_us),
                )
                for row in connection.execute(wanted.order_by(one.declared_id))
            )


class ReviewRounds:
    """As `review.ports.Rounds`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep_round(self, done: RoundDone) -> None:
        """Keep what a round did, in the place of the one before."""
        row = {
            "which": _LAST,
            "at_us": to_us(done.at),
            "searches": done.searches,
            "retested": done.retested,
            "raised": done.raised,
            "not_computed": json.dumps([[one.kind.value, one.why] for one in done.not_computed]),
        }
        with writing(self._engine) as connection:
            put = insert_into(connection, review_round).values(**row)
            connection.execute(put.on_conflict_do_update(index_elements=["which"], set_=row))

    def last_round(self) -> RoundDone | None:
        """Return what the last one did, None where there was none."""
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(review_round)).first()
        if row is None:
            return None
        missing = tuple(NotComputed(SignalKind(kind), why) for kind, why in json.loads(row.not_computed))
        return RoundDone(from_us(row.at_us), row.searches, row.retested, row.raised, missing)
