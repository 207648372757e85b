"""What the self assessment counts in the control database: searches, reviews, alerts, people, held reads.

Counts alone leave this file; covert alerts are in none. Each is a few questions, whatever the registers hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from openanpr.alert.alert import OPEN
from openanpr.alert.closure import Outcome as Closed
from openanpr.core.purpose import ReferenceState
from openanpr.core.span import Span
from openanpr.ingest.quarantine import State as Held
from openanpr.people.training import Training
from openanpr.search.record import Means, State
from openanpr.store.control.alert_documents import channel_text
from openanpr.store.control.alert_tables import alert
from openanpr.store.control.engine import reading
from openanpr.store.control.ingest_tables import quarantined_read
from openanpr.store.control.people_tables import (
    person_credentials,
    person_passkey,
    person_training,
)
from openanpr.store.control.review_tables import review_concern, review_item
from openanpr.store.control.search_tables import search
from openanpr.store.control.times import from_us, to_us

_GIVEN = (Means.WRITTEN.value, Means.ORAL.value, Means.CONFIRMED.value)
_UNKNOWN = (ReferenceState.UNKNOWN.value, ReferenceState.NONE.value)


@dataclass(frozen=True, slots=True)
class SearchCounts:
    """Searches asked within a span: how many ran, were refused, authorised; and what those that ran lack."""

    asked: int
    ran: int
    refused: int
    authorised: int
    unreferenced: int
    unreachable: int
    unreasoned: int


@dataclass(frozen=True, slots=True)
class ReviewedCounts:
    """Searches asked within a span, and how many of these a reviewer gave a finding on."""

    asked: int
    reviewed: int


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """Open alerts raised within a span; of the closed ones, those that were misread or wrongly listed."""

    raised: int
    answered: int
    closed: int
    misread: int
    list_errors: int


@dataclass(frozen=True, slots=True)
class HeldCounts:
    """Reads that wait in quarantine, and since when the oldest of them."""

    waiting: int
    oldest_at: datetime | None


class AssessmentCounts:
    """Counts over one control database. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def searches(self, span: Span) -> SearchCounts:
        """Return the counts of searches asked within the span."""
        judged = self._json(search.c.request)
        reference = judged["purpose", "reference"].as_string()
        reasoned = judged["purpose", "reason_given"].as_boolean()
        ran = search.c.runs > 0

        def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
            return sa.func.count().filter(*conditions)

        wanted = sa.select(
            sa.func.count(),
            count(ran),
            count(search.c.state == State.REFUSED.value),
            count(search.c.given_means.in_(_GIVEN)),
            count(ran, reference.in_(_UNKNOWN)),
            count(ran, reference == ReferenceState.UNREACHABLE.value),
            count(ran, sa.not_(reasoned)),
        ).where(*_asked_within(span))
        with reading(self._engine) as connection:
            return SearchCounts(*connection.execute(wanted).one())

    def reviews(self, span: Span) -> ReviewedCounts:
        """Return how many searches were asked, and how many of them were looked at with a finding."""
        found = sa.select(review_concern.c.search_id).join(
            review_item, review_item.c.item_id == review_concern.c.item_id
        )
        reviewed = found.where(review_item.c.outcome.is_not(None))
        wanted = sa.select(sa.func.count(), sa.func.count().filter(search.c.search_id.in_(reviewed))).where(
            *_asked_within(span)
        )
        with reading(self._engine) as connection:
            return ReviewedCounts(*connection.execute(wanted).one())

    def alerts(self, span: Span) -> AlertCounts:
        """Return the counts of open alerts raised within the span."""
        document = self._json(alert.c.document)
        raised_at = document["watch", "raised_at"].as_string()
        outcome = document["closure", "outcome"].as_string()
        stepped = document["watch", "first_step_at"].as_string().is_not(None)
        wanted = sa.select(
            sa.func.count(),
            sa.func.count().filter(stepped),
            sa.func.count().filter(outcome.is_not(None)),
            sa.func.count().filter(outcome == Closed.MISREAD.value),
            sa.func.count().filter(outcome == Closed.LIST_ERROR.value),
        ).where(
            alert.c.channel == channel_text(OPEN),
            raised_at >= _written(span.since),
            raised_at < _written(span.until),
        )
        with reading(self._engine) as connection:
            return AlertCounts(*connection.execute(wanted).one())

    def held(self) -> HeldCounts:
        """Return how many reads wait in quarantine, and since when."""
        of = quarantined_read.c
        wanted = sa.select(sa.func.count(), sa.func.min(of.received_at_us)).where(
            of.state == Held.WAITING.value
        )
        with reading(self._engine) as connection:
            row = connection.execute(wanted).one()
        return HeldCounts(row[0], None if row[1] is None else from_us(row[1]))

    def trainings(self) -> Mapping[str, tuple[Training, ...]]:
        """Return all records of training, by account."""
        found: dict[str, list[Training]] = defaultdict(list)
        with reading(self._engine) as connection:
            for row in connection.execute(sa.select(person_training)):
                found[row.account_id].append(
                    Training(
                        row.training_id,
                        row.account_id,
                        row.course,
                        row.passed_on,
                        row.expires_on,
                        row.recorded_by,
                        from_us(row.recorded_at_us),
                    )
                )
        return {account: tuple(records) for account, records in found.items()}

    def by_password_alone(self) -> frozenset[str]:
        """Return the accounts that have a password, and neither an app nor a passkey beside it."""
        having = person_credentials.c
        keyed = sa.select(person_passkey.c.account_id)
        wanted = sa.select(having.account_id).where(
            sa.func.length(having.app_sealed) == 0, having.account_id.not_in(keyed)
        )
        with reading(self._engine) as connection:
            return frozenset(connection.execute(wanted).scalars())

    def _json(self, column: sa.ColumnElement[str]) -> Any:  # noqa: ANN401 - what SQLAlchemy makes of a JSON column
        """Return a text as JSON that a question can look into."""
        if self._engine.dialect.name == "postgresql":
            return sa.cast(column, sa.JSON)
        return sa.type_coerce(column, sa.JSON)  # SQLite looks into texts; a cast would make numbers


def _asked_within(span: Span) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    at = search.c.asked_at_us
    return at >= to_us(span.since), at < to_us(span.until)


def _written(at: datetime) -> str:
    """A moment as the documents of alerts write it, so that the order of texts is that of times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
