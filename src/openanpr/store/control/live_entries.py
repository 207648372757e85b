"""What a node's matching needs of the lists: all that is on them, what changed since, and what hits meet."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from openanpr.core.voi_entry import VoiEntry
from openanpr.core.voi_list import ListStanding
from openanpr.match.listed import ListedEntry
from openanpr.store.control.engine import reading
from openanpr.store.control.list_tables import PARTICULARS, voi_entry
from openanpr.store.control.lists import LISTED, standing_of
from openanpr.store.control.numbering import BELOW_ALL
from openanpr.store.control.rows import entry_of

_CHUNK: Final = 20_000  # entries told in one answer of the database
_Told: TypeAlias = sa.Select[*tuple[Any, ...]]
_ALL: Final = 2**31 - 1
_AT_ONCE: Final = 500  # entries named in one question


@dataclass(frozen=True, slots=True, eq=False)
class AliveEntries:
    """All entries of all lists at one moment, in columns of one length, and how the lists stood, by id."""

    vrms: list[str]
    entry_ids: array[int]
    list_ids: array[int]
    standings: Mapping[int, ListStanding]

    @property
    def revisions(self) -> dict[int, int]:
        """The revision of each list at that moment."""
        return _revisions(self.standings)


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What came and what went between two moments, and how the lists stand at the later one, by list id.

    `whole` asks for `all_alive` instead: there are more changes than were asked for, or it is no longer
    known what they are. `put` and `removed` are then empty.
    """

    put: tuple[ListedEntry, ...]
    removed: tuple[ListedEntry, ...]
    whole: bool
    standings: Mapping[int, ListStanding]

    @property
    def revisions(self) -> dict[int, int]:
        """The revision of each list at the later moment."""
        return _revisions(self.standings)


class LiveEntries:
    """The entries that are on lists. Safe to share between threads: each call takes its own connection."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def all_alive(self) -> AliveEntries:
        """Return every entry of every list, with the revisions at which this is so."""
        found: list[str] = []
        entry_ids, list_ids = array("q"), array("q")
        after = BELOW_ALL
        with reading(self._engine) as connection:
            standings = _standings(connection)
            while True:
                told = connection.execute(_ALIVE, {"after": after, "most": _CHUNK}).one()
                if told.last is None:
                    break
                found += told.vrms.split(" ")
                entry_ids.extend(map(int, told.entry_ids.split(" ")))
                list_ids.extend(map(int, told.list_ids.split(" ")))
                after = told.last
        return AliveEntries(found, entry_ids, list_ids, standings)

    def changes_since(self, revisions: Mapping[int, int], *, most: int = 50_000) -> ListChanges:
        """Return what leads from these revisions of the lists (by id) to the newest ones.

        More than `most` entries of a list that came or went ask for the whole, which is quicker then; so
        does a revision that is too old to be known, or that its list never had (a database restored from
        a backup).
        """
        put: list[ListedEntry] = []
        removed: list[ListedEntry] = []
        with reading(self._engine) as connection:
            standings = _standings(connection)
            whole = not revisions.keys() <= standings.keys()
            for list_id, standing in standings.items():
                held = revisions.get(list_id, 0)
                if held == standing.revision or whole:
                    continue
                whole = held > standing.revision or 0 < held < standing.oldest
                asked = {"list_id": list_id, "held": held, "most": most + 1}
                for question, found in ((_PUT, put), (_REMOVED, removed)):
                    told = connection.execute(question, asked).one()
                    whole = whole or told.entries > most
                    if not whole:
                        found.extend(_entries(told))
        if whole:
            return ListChanges((), (), whole, standings)
        return ListChanges(tuple(put), tuple(removed), whole, standings)

    def new_since(self, revisions: Mapping[int, int]) -> AliveEntries:
        """Return the entries of vehicles that were not on their list at these revisions (by list id).

        However many came: a vehicle of which only the particulars changed is not among them. Of a list that
        never had its revision (a database restored from a backup) all are.
        """
        found: list[str] = []
        entry_ids, list_ids = array("q"), array("q")
        with reading(self._engine) as connection:
            standings = _standings(connection)
            for list_id, standing in standings.items():
                held = revisions.get(list_id, 0)
                if held == standing.revision:
                    continue
                held = 0 if held > standing.revision else held
                asked = {"list_id": list_id, "held": held, "most": _ALL}
                put, removed = (connection.execute(question, asked).one() for question in (_PUT, _REMOVED))
                # Compared here: to look for each of millions in the database takes it far longer.
                before = set((removed.vrms or "").split(" "))
                for entry_id, vrm in zip(*_columns(put), strict=True):
                    if vrm not in before:
                        found.append(vrm)
                        entry_ids.append(int(entry_id))
                        list_ids.append(list_id)
        return AliveEntries(found, entry_ids, list_ids, standings)

    def particulars(self, entry_ids: Collection[int]) -> dict[int, tuple[int, VoiEntry]]:
        """Return the list's id and all that is known of each of these entries, of those that ended too.

        An id that is not there has been erased since.
        """
        wanted = list(dict.fromkeys(entry_ids))
        found: dict[int, tuple[int, VoiEntry]] = {}
        with reading(self._engine) as connection:
            for begin in range(0, len(wanted), _AT_ONCE):
                some = {"entry_ids": wanted[begin : begin + _AT_ONCE]}
                for row in connection.execute(_PARTICULARS, some):
                    found[row.entry_id] = (row.list_id, entry_of(row[:-2]))
        return found

    def lists(self) -> dict[int, ListStanding]:
        """Return how each list stands, by its id."""
        with reading(self._engine) as connection:
            return _standings(connection)


def _revisions(standings: Mapping[int, ListStanding]) -> dict[int, int]:
    return {list_id: one.revision for list_id, one in standings.items()}


def _standings(connection: sa.Connection) -> dict[int, ListStanding]:
    return {row.list_id: standing_of(row) for row in connection.execute(LISTED)}


def _entries(told: sa.Row[Any]) -> list[ListedEntry]:
    if not told.entries:
        return []
    columns = (told.entry_ids.split(" "), told.list_ids.split(" "), told.vrms.split(" "))
    return [ListedEntry(int(i), int(of), vrm) for i, of, vrm in zip(*columns, strict=True)]


def _columns(told: sa.Row[Any]) -> tuple[list[str], list[str]]:
    """Return the ids, as texts, and the marks of entries that were told in one row."""
    return (told.entry_ids.split(" "), told.vrms.split(" ")) if told.entries else ([], [])


def _told(some: sa.Subquery) -> _Told:
    """Entries in one row of long texts: a row for each would hand the interpreter's lock over as many times.

    No mark has a blank in it.
    """
    return sa.select(
        sa.func.aggregate_strings(some.c.vrm, " ").label("vrms"),
        sa.func.aggregate_strings(sa.cast(some.c.entry_id, sa.Text), " ").label("entry_ids"),
        sa.func.aggregate_strings(sa.cast(some.c.list_id, sa.Text), " ").label("list_ids"),
        sa.func.max(some.c.entry_id).label("last"),
        sa.func.count().label("entries"),
    )


def _alive() -> _Told:
    after = voi_entry.c.entry_id > sa.bindparam("after", type_=sa.BigInteger)
    some = sa.select(*_COLUMNS).where(voi_entry.c.until.is_(None), after)
    return _told(some.order_by(voi_entry.c.entry_id).limit(_MOST).subquery())


def _of_list(*wanted: sa.ColumnElement[bool]) -> _Told:
    some = sa.select(*_COLUMNS).where(voi_entry.c.list_id == sa.bindparam("list_id"), *wanted)
    return _told(some.limit(_MOST).subquery())


_COLUMNS: Final = (voi_entry.c.vrm, voi_entry.c.entry_id, voi_entry.c.list_id)
_MOST: Final = sa.bindparam("most", type_=sa.Integer)
_HELD: Final = sa.bindparam("held", type_=sa.BigInteger)
_ALIVE: Final = _alive()
_PUT: Final = _of_list(voi_entry.c.since > _HELD, voi_entry.c.until.is_(None))
# `since + 0` has no index, so that the few rows that ended are looked at and not the millions that began.
_REMOVED: Final = _of_list(voi_entry.c.until > _HELD, voi_entry.c.since + 0 <= _HELD)
_PARTICULARS: Final = sa.select(
    *(voi_entry.c[name] for name in PARTICULARS), voi_entry.c.entry_id, voi_entry.c.list_id
).where(voi_entry.c.entry_id.in_(sa.bindparam("entry_ids", expanding=True)))
