"""The searches in the control database as review looks at them: without their marks, which are hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from openanpr.policy.ask import Purpose, Search
from openanpr.review.past import Came, Did, Digest, Named, PastSearch, named_marks, named_part
from openanpr.search.record import State
from openanpr.store.control.engine import reading
from openanpr.store.control.search_tables import search, search_hold
from openanpr.store.control.times import from_us, to_us
from openanpr.wire.json_decoder import json_decoder

_AT_ONCE: Final = 400
_PAGE: Final = 5_000
_COLUMNS: Final = [
    search.c[name]
    for name in (
        *("search_id", "asked", "asked_by", "asked_for", "team", "asked_at_us", "request", "rules", "state"),
        *("rows_shown", "entry", "runs", "given_means"),
    )
]

Opened = Callable[[int], Mapping[int, int]]
"""From a number of the audit log on: how often something was opened, by the entry of the search."""


class _Question(msgspec.Struct, frozen=True):
    mark: str = ""
    marks: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def all_marks(self) -> tuple[str, ...]:
        """The whole marks that it names."""
        return (self.mark,) if self.mark else self.marks


class _ForWhom(msgspec.Struct, frozen=True):
    account_id: str
    name: str


class _Asked(msgspec.Struct, frozen=True):
    question: _Question
    reference: str
    reason: str
    for_whom: _ForWhom | None


class _Request(msgspec.Struct, frozen=True):
    purpose: Purpose
    search: Search


class ReviewPast:
    """As `review.ports.PastSearches`. Safe to share between threads.

    `opened` None: nothing tells what was opened, and nobody is said to have opened nothing.
    """

    __slots__ = ("_digest", "_engine", "_opened")

    def __init__(self, engine: sa.Engine, digest: Digest, opened: Opened | None) -> None:
        self._engine = engine
        self._digest = digest
        self._opened = opened

    def since(self, at: datetime) -> Iterator[PastSearch]:
        """Give those asked at or after a time, the oldest first."""
        return self._found(search.c.asked_at_us >= to_us(at))

    def of(self, search_ids: Sequence[str]) -> tuple[PastSearch, ...]:
        """Return those of these ids that are still kept, the oldest first."""
        found: list[PastSearch] = []
        for at in range(0, len(search_ids), _AT_ONCE):
            found += self._found(search.c.search_id.in_(search_ids[at : at + _AT_ONCE]))
        return tuple(sorted(found, key=lambda one: (one.at, one.search_id)))

    def marks_of(self, search_id: str) -> tuple[str, ...]:
        """Return the marks, or the part of one, that a search named; none where it named none."""
        with reading(self._engine) as connection:
            asked = connection.execute(
                sa.select(search.c.asked).where(search.c.search_id == search_id)
            ).scalar_one_or_none()
        if asked is None:
            return ()
        question = json_decoder(_Asked).decode(asked).question
        return question.all_marks or ((question.pattern,) if question.pattern else ())

    def _found(self, where: sa.ColumnElement[bool]) -> Iterator[PastSearch]:
        wanted = sa.select(*_COLUMNS).where(where).order_by(search.c.asked_at_us, search.c.search_id)
        with reading(self._engine) as connection:
            kept = _kept_of(connection, where)
            first = connection.execute(sa.select(sa.func.min(search.c.entry)).where(where)).scalar_one()
            opened = None if self._opened is None or first is None else self._opened(first)
            for row in connection.execution_options(yield_per=_PAGE).execute(wanted):
                yield self._past(row, kept.get(row.search_id, 0), opened)

    def _past(self, row: sa.Row[Any], kept: int, opened: Mapping[int, int] | None) -> PastSearch:
        asked = json_decoder(_Asked).decode(row.asked)
        judged = json_decoder(_Request).decode(row.request)
        times_opened = None if opened is None else opened.get(row.entry, 0)
        return PastSearch(
            search_id=row.search_id,
            at=from_us(row.asked_at_us),
            asked_by=row.asked_by,
            asked_for=row.asked_for or _nameless(asked),
            team=row.team,
            purpose=judged.purpose,
            scope=judged.search,
            came=_came(row.state, row.runs),
            rules=tuple(json.loads(row.rules)),
            oral=row.given_means is not None and row.given_means.startswith("oral"),
            reference=asked.reference,
            reason=asked.reason,
            did=Did(row.rows_shown or 0, times_opened, kept),
            named=self._named(asked.question),
        )

    def _named(self, question: _Question) -> Named:
        if question.pattern:
            return named_part(question.pattern, self._digest)
        return named_marks(question.all_marks, self._digest)


def _kept_of(connection: sa.Connection, where: sa.ColumnElement[bool]) -> dict[str, int]:
    """Return how many reads cases keep from each search."""
    held = search_hold.c
    wanted = sa.select(held.search_id, sa.func.sum(held.reads))
    joined = wanted.join_from(search_hold, search, search.c.search_id == held.search_id)
    return {
        name: int(reads) for name, reads in connection.execute(joined.where(where).group_by(held.search_id))
    }


def _nameless(asked: _Asked) -> str:
    """An id for a person without an account, the same for the same name."""
    name = "" if asked.for_whom is None else " ".join(asked.for_whom.name.casefold().split())
    return f"without account: {hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _came(state: str, runs: int) -> Came:
    if runs:
        return Came.RAN
    return Came.REFUSED if state == State.REFUSED else Came.NOT_RUN
