"""Self assessments in the control database: events are added, documents are kept, nothing is changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from openanpr.publish.assessment.ports import Change, NoSuchVersionError, OutdatedError
from openanpr.publish.assessment.version import Event, Version, version_of
from openanpr.store.control.assessment_tables import assessment, assessment_document, assessment_event
from openanpr.store.control.engine import DatabaseError, reading, writing
from openanpr.store.control.times import to_us
from openanpr.wire.json_decoder import json_decoder

_FORM: Final = 1
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_E = assessment_event.c


class AssessmentRows:
    """As `publish.assessment.ports.Assessments`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def every(self) -> tuple[Version, ...]:
        """Return all versions, the first one first."""
        found: dict[int, list[Event]] = defaultdict(list)
        wanted = sa.select(_E.number, _E.form, _E.document).order_by(_E.number, _E.place)
        with reading(self._engine) as connection:
            for number, form, document in connection.execute(wanted):
                found[number].append(_event(form, document))
        return tuple(version_of(number, events) for number, events in found.items())

    def find(self, number: int) -> Version:
        """Return one version. Raises NoSuchVersionError."""
        wanted = sa.select(_E.form, _E.document).where(_E.number == number).order_by(_E.place)
        with reading(self._engine) as connection:
            events = [_event(form, document) for form, document in connection.execute(wanted)]
        if not events:
            raise NoSuchVersionError
        return version_of(number, events)

    def save(self, changes: Sequence[Change]) -> None:
        """Keep all changes or none, on disk on return. Raises OutdatedError.

        What the database refuses by itself (a second version that is published, a sign-off by whoever began
        it, an event in a place that is taken) is refused as outdated: looked at again, it says why.
        """
        try:
            with writing(self._engine) as connection:
                # The one that stops being published before the one that begins to be.
                for change in sorted(changes, key=lambda one: one.number):
                    _keep(connection, change)
        except IntegrityError:
            raise OutdatedError from None

    def document(self, number: int, language: str, audience: str) -> bytes | None:
        """Return the document that was frozen, None where there is none."""
        kept = assessment_document.c
        wanted = sa.select(kept.body).where(
            kept.number == number, kept.language == language, kept.audience == audience
        )
        with reading(self._engine) as connection:
            body = connection.execute(wanted).scalar_one_or_none()
        return None if body is None else bytes(body)


def _keep(connection: sa.Connection, change: Change) -> None:
    events = _events_of(connection, change.number)
    if len(events) != change.expected:
        raise OutdatedError
    version = version_of(change.number, [*events, *change.events])
    row = {
        "events": version.events,
        "state": version.state.value,
        "begun_by": (*events, *change.events)[0].by,
        "signed_by": None if version.signed is None else version.signed.by,
    }
    if change.expected:
        same = sa.and_(assessment.c.number == change.number, assessment.c.events == change.expected)
        if connection.execute(sa.update(assessment).where(same).values(row)).rowcount != 1:
            raise OutdatedError
    else:
        connection.execute(sa.insert(assessment).values(number=change.number, **row))
    connection.execute(
        sa.insert(assessment_event),
        [
            {
                "number": change.number,
                "place": event.place,
                "at_us": to_us(event.at),
                "form": _FORM,
                "document": _ENCODER.encode(event).decode(),
            }
            for event in change.events
        ],
    )
    for one in change.documents:
        row_of = {"number": change.number, "language": one.language, "audience": one.audience}
        connection.execute(sa.insert(assessment_document).values(**row_of, body=one.body))


def _events_of(connection: sa.Connection, number: int) -> list[Event]:
    wanted = sa.select(_E.form, _E.document).where(_E.number == number).order_by(_E.place)
    return [_event(form, document) for form, document in connection.execute(wanted)]


def _event(form: int, document: str) -> Event:
    if form != _FORM:
        msg = "the self assessments were written by a later version: upgrade this node, or restore a backup"
        raise DatabaseError(msg)
    return json_decoder(Event).decode(document)
