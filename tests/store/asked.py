"""Plain questions of a read store, for tests that look whether a read is there: nothing is too old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

from openanpr.core.camera import CameraId
from openanpr.core.span import Span
from openanpr.search.found import Answer, FoundMark, FoundRead
from openanpr.search.ports import MOST_ROWS, Bounds, Seen, SeenThen
from openanpr.search.question import Spelling
from openanpr.store.engine import ReadEngine
from openanpr.store.searched_reads import SearchedReads
from tests.store.reads import LONG_AGO

EVER = Span(datetime(2020, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_IDS = count()


def bounds(rows: int = 2_000, *, seconds: int = 60) -> Bounds:
    """Bounds under an id of their own."""
    return Bounds(f"test {next(_IDS)}", rows=rows, seconds=seconds)


def searched(engine: ReadEngine) -> SearchedReads:
    """The port over this engine, of a store that keeps everything."""
    return SearchedReads(engine, kept_from=lambda: LONG_AGO)


def reads_of_vrm(engine: ReadEngine, vrm: str, span: Span, *, limit: int) -> Answer[FoundRead]:
    return searched(engine).of_marks([vrm], Spelling.EXACT, span, bounds(limit))


def reads_of_cameras(
    engine: ReadEngine, cameras: Sequence[CameraId], span: Span, *, limit: int = MOST_ROWS
) -> Answer[FoundRead]:
    return searched(engine).passed(SeenThen(Seen(tuple(cameras)), span), None, (), bounds(limit))


def marks_like(engine: ReadEngine, pattern: str, span: Span = EVER) -> tuple[FoundMark, ...]:
    return searched(engine).like(pattern, span, bounds()).rows


def last_seen(engine: ReadEngine, vrm: str) -> FoundRead | None:
    return searched(engine).last_of(vrm, Spelling.EXACT, EVER, bounds())
