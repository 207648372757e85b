"""What the store asks of the engine that keeps the reads: the same SQL files for chDB and for ClickHouse."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol, TypeAlias, TypeVar

from openanpr.wire.json_decoder import json_decoder

Value: TypeAlias = (
    str
    | float
    | Sequence[str]
    | Sequence[tuple[float, float]]
    | Sequence[tuple[int, int, int]]
    | Sequence[tuple[int, int, int, int, int]]
    | Sequence[tuple[str, int, int, int, int]]
)
"""What may be given for a `{name:Type}` of a statement. Times are milliseconds of Unix time."""

RowT = TypeVar("RowT")

DEDUPLICATED = {
    "async_insert": 0,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "max_partitions_per_insert_block": 1000,
}
"""Settings of every insert: with its token they make a repeated batch count once, in the summaries too."""

_CODE = re.compile(r"Code: (\d+)")
_NAME = re.compile(r"\(([A-Z][A-Z0-9_]{3,})\)")
_TOKEN = re.compile(r"[0-9a-f]{64}")


class StoreError(Exception):
    """The read store could not do what was asked; `code` is ClickHouse's number for it, 0 when none."""

    def __init__(self, sentence: str, code: int = 0) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement and the name of its file, which stands for it in errors."""

    name: str
    text: str


class ReadEngine(Protocol):
    """Where the reads are kept. Every method may be called from several threads."""

    def rows(self, statement: Statement, values: Mapping[str, Value], row: type[RowT]) -> list[RowT]:
        """The rows that a SELECT answers, each decoded as `row`; raises StoreError."""
        ...

    def run(self, statement: Statement, values: Mapping[str, Value]) -> None:
        """Carry out a statement that answers nothing; raises StoreError."""
        ...

    def insert(self, statement: Statement, block: bytes, *, token: str) -> None:
        """Insert a Native block; the same token (64 hex digits) inserts once. Raises StoreError."""
        ...

    def close(self) -> None:
        """Let go of the folder or the connections."""
        ...


@cache
def statement(name: str) -> Statement:
    """The statement kept in `store/sql/NAME.sql`."""
    text = resources.files("openanpr.store").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return Statement(name, text.strip())


def decoded(lines: bytes, row: type[RowT]) -> list[RowT]:
    """The rows of an answer in the format JSONCompactEachRow."""
    return json_decoder(row).decode_lines(lines)


def refused(name: str, told: str) -> StoreError:
    """What to raise when the engine refused the statement `name`, saying `told`.

    The engine's own text quotes values, which may be plates: only its number and name are kept.
    """
    code, kind = _CODE.search(told), _NAME.findall(told)
    if code is None:
        return StoreError(
            f"the read store did not answer {name}: see that its server runs and can be reached"
        )
    word = kind[-1] if kind else "no name"
    return StoreError(f"the read store refused {name}: {word} (ClickHouse code {code[1]})", int(code[1]))


def checked_token(token: str) -> str:
    """Return the token; raises ValueError for what is no SHA-256 in hex."""
    if not _TOKEN.fullmatch(token):
        raise ValueError("an insert token is 64 hex digits; hash what names the batch")
    return token
