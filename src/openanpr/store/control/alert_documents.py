"""Values of alerting as text in a column and back: JSON of their fields, with the number of its form.

A change to the fields of such a value needs a new form and a reader for the old one; recorded documents of
each form are in the tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import msgspec

from openanpr.alert.alert import Alert, Channel, Feedback, Step
from openanpr.alert.events import Event
from openanpr.alert.hit_seen import HitSeen
from openanpr.store.control.engine import DatabaseError

ValueT = TypeVar("ValueT")
CellT = TypeVar("CellT")

FORM: Final = 1
"""The form that is written now."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_HALF: Final = 2**63
_MOST_ASKED: Final = 900  # values in one statement; SQLite and PostgreSQL take some ten thousand
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Document(Generic[ValueT]):
    """How one kind of value is written and read."""

    __slots__ = ("_decoder",)

    def __init__(self, kind: type[ValueT]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    def write(self, value: ValueT) -> dict[str, Any]:
        """Return the columns `form` and `document`."""
        return {"form": FORM, "document": _ENCODER.encode(value).decode()}

    def read(self, form: int, document: str) -> ValueT:
        """Return the value; raises DatabaseError for a form of a later version."""
        if form != FORM:
            msg = "the alerts were written by a later version: upgrade this node, or restore a backup"
            raise DatabaseError(msg)
        return self._decoder.decode(document)


ALERT: Final = Document(Alert)
HIT: Final = Document(HitSeen)
STEP: Final = Document(Step)
EVENT: Final = Document(Event)
FEEDBACK: Final = Document(Feedback)


def channel_text(channel: Channel) -> str:
    """Return a channel as it stands in a column."""
    return json.dumps(channel)


def channel_of(text: str) -> Channel:
    """Return the channel of a column."""
    return tuple(json.loads(text))


def signed(read_id: int) -> int:
    """Return an unsigned number of 64 bits as a signed one, in the same order: databases have no other."""
    return read_id - _HALF


def unsigned(read_id: int) -> int:
    """Return the number that `signed` was given."""
    return read_id + _HALF


def to_us(at: datetime) -> int:
    """Return a time as UTC microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def maybe_us(at: datetime | None) -> int | None:
    """Return a time as UTC microseconds since 1970, None for none."""
    return None if at is None else to_us(at)


def from_us(at_us: int) -> datetime:
    """Return the UTC time of microseconds since 1970."""
    return _EPOCH + at_us * _MICROSECOND


def in_parts(values: Iterable[CellT]) -> Iterable[Sequence[CellT]]:
    """Return the values in parts that one statement can ask for."""
    every = list(values)
    return (every[i : i + _MOST_ASKED] for i in range(0, len(every), _MOST_ASKED))
