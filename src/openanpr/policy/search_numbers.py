"""How far back, how wide and by whose authority reads are searched: the numbers of a profile for searches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from openanpr.core.purpose import Category
from openanpr.core.role import Rank
from openanpr.policy.sourced import (
    Number,
    RankWanted,
    Source,
    grounds_line,
    number,
    only,
    rank_named,
    rank_wanted,
    sourced,
    text,
    whole,
)

COUNTS = frozenset({"ordinary_days", "bulk_cameras", "bulk_days", "bulk_reads", "broad_reads", "oral_hours"})
RANKS = frozenset({"proactive_rank", "bulk_rank", "broad_rank"})
_ROW = frozenset({"name", "categories", "to_days", "authority"})


@dataclass(frozen=True, slots=True)
class AgeRow:
    """One row of the table: reads up to `to_days` old, for these categories, by the authority of that rank.

    `authority` is none where whoever has the role asks alone.
    """

    name: str
    categories: tuple[Category, ...]
    to_days: int
    authority: Rank
    source: Source | None
    judgement: str

    @property
    def grounds(self) -> str:
        """The source as one line, or that it is the project's own judgement, and why."""
        return grounds_line(self.source, self.judgement)


@dataclass(frozen=True, slots=True)
class SearchNumbers:
    """The limits of searches; see `docs/reference/policy.md`."""

    rows: tuple[AgeRow, ...]
    ordinary_days: Number
    bulk_cameras: Number
    bulk_days: Number
    bulk_reads: Number
    broad_reads: Number
    oral_hours: Number
    proactive_rank: RankWanted
    bulk_rank: RankWanted
    broad_rank: RankWanted

    def rows_of(self, category: Category) -> tuple[AgeRow, ...]:
        """The rows for a category, the shortest age first."""
        return tuple(row for row in self.rows if category in row.categories)

    def row_at(self, category: Category, age_days: int) -> AgeRow | None:
        """The row that covers reads of that age for the category, or None where none goes so far."""
        return next((row for row in self.rows_of(category) if age_days <= row.to_days), None)

    def ranks(self) -> tuple[Rank, ...]:
        """Every rank whose authority some number wants, the lowest first."""
        wanted = {row.authority for row in self.rows}
        wanted |= {self.proactive_rank.value, self.bulk_rank.value, self.broad_rank.value}
        return tuple(rank for rank in Rank if rank in wanted and rank is not Rank.NONE)


def parse_search(found: Mapping[str, object]) -> SearchNumbers:
    """Return the numbers of the table `[search]`. Raises KeyError, TypeError, ValueError for a fault."""
    only(found, COUNTS | RANKS | {"rows"}, "search.")
    counts = {key: number(found, key, "search") for key in COUNTS}
    ranks = {key: rank_wanted(found, key, "search") for key in RANKS}
    return SearchNumbers(
        rows=_rows(found["rows"]),
        ordinary_days=counts["ordinary_days"],
        bulk_cameras=counts["bulk_cameras"],
        bulk_days=counts["bulk_days"],
        bulk_reads=counts["bulk_reads"],
        broad_reads=counts["broad_reads"],
        oral_hours=counts["oral_hours"],
        proactive_rank=ranks["proactive_rank"],
        bulk_rank=ranks["bulk_rank"],
        broad_rank=ranks["broad_rank"],
    )


def verify_search(search: SearchNumbers, *, kept_days: int) -> None:
    """Raise ValueError for numbers that contradict one another, or `kept_days`, which is what is kept."""
    names = [row.name for row in search.rows]
    if len(set(names)) != len(names):
        raise ValueError("each of search.rows needs a name of its own")
    if any(not 1 <= row.to_days <= kept_days for row in search.rows):
        raise ValueError("to_days of search.rows must be 1 or more and at most retention.days")
    for category in Category:
        rows = search.rows_of(category)
        if any(
            near.to_days >= far.to_days or near.authority.level > far.authority.level
            for near, far in pairwise(rows)
        ):
            raise ValueError(
                f"search.rows for {category} must go further back from row to row, and never ask a lower rank"
            )
    if not 1 <= search.ordinary_days.value <= kept_days:
        raise ValueError("search.ordinary_days must be 1 or more and at most retention.days")
    if any(getattr(search, key).value < 0 for key in COUNTS):
        raise ValueError("the numbers of search must be 0 or more")
    if search.bulk_reads.value > search.broad_reads.value:
        raise ValueError("search.bulk_reads must be at most search.broad_reads")
    if search.bulk_rank.value.level > search.broad_rank.value.level:
        raise ValueError("search.bulk_rank must be at most search.broad_rank")


def _rows(found: object) -> tuple[AgeRow, ...]:
    if not isinstance(found, list) or not found:
        raise TypeError("search.rows must be tables, written as [[search.rows]]")
    return tuple(_row(said, place) for place, said in enumerate(cast("list[object]", found), 1))


def _row(said: object, place: int) -> AgeRow:
    where = f"search.rows {place}"
    if not isinstance(said, dict):
        raise TypeError(f"{where} must be a table")
    told = cast("dict[str, object]", said)
    grounds = sourced(told, _ROW, where)
    if missing := sorted(_ROW - told.keys()):
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    return AgeRow(
        text(told, "name", where),
        _categories(told["categories"], where),
        whole(told, "to_days", where),
        rank_named(text(told, "authority", where), f"{where}.authority"),
        *grounds,
    )


def _categories(said: object, where: str) -> tuple[Category, ...]:
    words = cast("list[object]", said) if isinstance(said, list) else []
    if not words or any(word not in list(Category) for word in words):
        raise ValueError(f"{where}.categories must be some of {', '.join(Category)}")
    return tuple(category for category in Category if category in words)
