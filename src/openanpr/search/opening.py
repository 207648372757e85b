"""To open what was found: a read, a picture, a place. Each is judged, logged, and then done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from openanpr.core.camera import CameraId
from openanpr.policy.ask import Act, Guarded, Material, Request
from openanpr.search.ask import Asker
from openanpr.search.entries import Step, log_step
from openanpr.search.execute import mark_of
from openanpr.search.faults import NotFoundError, ResultsGoneError
from openanpr.search.found import CommonMark, Companion, FoundMark, FoundRead, WholeRead
from openanpr.search.guard import judge_again, of_person, refuse_by
from openanpr.search.judging import judge, material_of, material_request, purpose_of, today_of
from openanpr.search.kept import FoundRow, KeptAnswer
from openanpr.search.parts import Parts
from openanpr.search.question import spans_of
from openanpr.search.record import SearchRecord
from openanpr.search.redact import label_of, opened_read, shown_camera
from openanpr.search.running import kept_answer
from openanpr.search.shown import OpenedRead, Picture, Row, ShownCamera
from openanpr.search.sight import Sight, sight_of


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows of a search that a person wants something of, with what the person may know of the cameras."""

    record: SearchRecord
    kept: KeptAnswer
    rows: tuple[FoundRow, ...]
    numbers: frozenset[int]
    sight: Sight

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks of the rows, each once."""
        return tuple(sorted({mark_of(row) for row in self.rows}))

    @property
    def cameras(self) -> frozenset[CameraId]:
        """The cameras that the rows tell of."""
        met = (one.camera for row in self.rows if isinstance(row, Companion) for one in row.seen)
        return frozenset((*met, *(read.key.camera for read in self.reads)))

    @property
    def reads(self) -> tuple[FoundRead, ...]:
        """Those of the rows that are reads."""
        return tuple(row for row in self.rows if isinstance(row, FoundRead))


def open_read(parts: Parts, search_id: str, row: Row, by: Asker) -> OpenedRead:
    """Return all that is known of a read, as the person may see it."""
    now = parts.clock()
    chosen = choose(parts, search_id, (row,), by, now=now)
    found = _read_of(chosen)
    allow(parts, chosen, Act.OPEN_READ, by, now=now)
    entry = log_step(parts, chosen.record, _opened(by, "open-read", chosen, now))
    return opened_read(row, _whole(parts, found), _camera(chosen, found), chosen.sight, entry=entry)


def open_picture(parts: Parts, search_id: str, row: Row, picture: Picture, by: Asker) -> bytes | None:
    """Return a JPEG of a read, None where it is not here."""
    now = parts.clock()
    chosen = choose(parts, search_id, (row,), by, now=now)
    found = _read_of(chosen)
    allow(parts, chosen, Act.OPEN_PICTURE, by, now=now)
    log_step(parts, chosen.record, _opened(by, f"open-{picture}", chosen, now))
    record = _whole(parts, found).record
    sha256 = record.patch if picture is Picture.PATCH else record.overview
    return None if sha256 is None else parts.world.pictures.of(record.captured_at, sha256)


def open_place(parts: Parts, search_id: str, row: Row, by: Asker) -> ShownCamera:
    """Return the camera of a read with its name and place; of a moving camera, where it was."""
    now = parts.clock()
    chosen = choose(parts, search_id, (row,), by, now=now)
    found = _read_of(chosen)
    judge_again(parts, chosen.record, by, Act.SEE_PLACE, now=now)
    who = parts.world.confidential.named().get(found.key.camera)
    guarded = Guarded(hidden=who is not None, named=who or frozenset())
    ruling = judge(parts, Request(Act.SEE_PLACE, today_of(now), by.person, guarded=guarded))
    if not ruling.allowed:
        refuse_by(parts, chosen.record, ruling, Step(by.id, Act.SEE_PLACE, now))
    step = _opened(by, "open-place", chosen, now)
    log_step(parts, chosen.record, replace(step, place=str(found.key.camera)))
    camera = _camera(chosen, found)
    return camera if found.place is None else replace(camera, place=found.place)


def choose(parts: Parts, search_id: str, rows: Sequence[Row], by: Asker, *, now: datetime) -> Chosen:
    """Return rows of the answer that is kept, as far as they are there for this person still.

    Raises NotFoundError, ResultsGoneError.
    """
    record = of_person(parts, search_id, by)
    kept = kept_answer(parts, record, now=now)
    sight = sight_of(parts, by.person, today=today_of(now))
    found = tuple(_row(kept, row, sight) for row in dict.fromkeys(rows))
    if not found:
        raise NotFoundError("name at least one row of the answer")
    return Chosen(record, kept, found, frozenset(row.number for row in rows), sight)


def allow(
    parts: Parts, chosen: Chosen, act: Act, by: Asker, *, now: datetime, about: Material | None = None
) -> None:
    """Raise RefusedError, logged, unless the search would be allowed still and this act upon its rows too.

    `about`: the rows as material, where the act needs more said of it than whose they are and how old.
    """
    judge_again(parts, chosen.record, by, act, now=now)
    material = about or material_of(chosen.record, oldest=oldest_at(chosen.record, chosen.rows), now=now)
    purpose = purpose_of(parts, chosen.record.ask, by.id, chosen.marks)
    ruling = judge(parts, material_request(act, purpose, material, by.person, now=now))
    if not ruling.allowed:
        refuse_by(parts, chosen.record, ruling, Step(by.id, act, now))


def oldest_at(record: SearchRecord, rows: Iterable[FoundRow]) -> datetime:
    """Return the time of the oldest read that rows tell of, of the question's span where they have none."""
    since = min(span.since for span in spans_of(record.ask.question))
    return min(since if isinstance(row, CommonMark | Companion) else _when(row) for row in rows)


def _when(row: FoundRead | FoundMark) -> datetime:
    return row.key.captured_at if isinstance(row, FoundRead) else row.first_at


def _row(kept: KeptAnswer, row: Row, sight: Sight) -> FoundRow:
    if row.run != kept.run or not 1 <= row.number <= len(kept.found.rows):
        raise ResultsGoneError(
            "there is no such row in what is kept of the latest run: look at its rows again"
        )
    found = kept.found.rows[row.number - 1]
    if isinstance(found, FoundRead) and found.key.camera in sight.hidden:
        raise ResultsGoneError(
            "there is no such row in what is kept of the latest run: look at its rows again"
        )
    return found


def _read_of(chosen: Chosen) -> FoundRead:
    if not chosen.reads:
        raise NotFoundError("this row is a mark, not a read: ask for the mark to see its reads")
    return chosen.reads[0]


def _whole(parts: Parts, found: FoundRead) -> WholeRead:
    whole = parts.world.reads.whole((found.key,))
    if not whole:
        raise ResultsGoneError("the read is not stored any more")
    return whole[0]


def _camera(chosen: Chosen, found: FoundRead) -> ShownCamera:
    return shown_camera(found.key.camera, label_of(found.key.camera, chosen.kept), chosen.sight)


def _opened(by: Asker, stage: str, chosen: Chosen, now: datetime) -> Step:
    return Step(by.id, stage, now, rows=len(chosen.rows), marks=chosen.marks)
