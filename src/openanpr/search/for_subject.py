"""To find what is stored of a vehicle for the person whom it is about: judged, logged, and only then found.

It is no search of an investigation: it has an act and rules of its own, looks back over all that is kept, and
its reads can be opened, held, printed and exported through nothing else (docs/decisions/0033).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from openanpr.audit.acts import Consultation
from openanpr.core.camera import CameraId
from openanpr.core.read_key import ReadKey
from openanpr.core.span import Span
from openanpr.policy.ask import Act, AskedSubject, Request
from openanpr.policy.tell import tell
from openanpr.search.ask import Asker, AskError
from openanpr.search.entries import Step, log_refused
from openanpr.search.faults import RefusedError
from openanpr.search.judging import Ruling, judge, today_of
from openanpr.search.parts import Parts
from openanpr.search.ports import Bounds
from openanpr.search.question import Spelling
from openanpr.search.sight import sight_of

PURPOSE: Final = "subject-access"
_MOST_READS: Final = 20_000
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class SubjectAsk:
    """What is to be found: one mark within a span, for a case whose identity and entitlement are proved.

    `case_open`, `proved`: as the case system of the public and the file of this request say, never who asks.
    """

    mark: str = field(repr=False)
    span: Span
    reference: str = field(repr=False)
    case_open: bool
    proved: bool


@dataclass(frozen=True, slots=True)
class HeldRead:
    """A stored read of the vehicle: by which camera, in which area by the register's name, its pictures.

    `certain`: it was read as this very mark; else by its shape. `patch`, `overview`: SHA-256 of JPEGs.
    """

    camera: CameraId
    area: str
    captured_at: datetime
    read_as: str = field(repr=False)
    certain: bool
    late: bool
    clock_doubtful: bool
    patch: str | None
    overview: str | None


def find_for_subject(parts: Parts, asked: SubjectAsk, by: Asker) -> tuple[HeldRead, ...]:
    """Return the reads of the mark and of its shape in the span, the oldest first.

    Never those of cameras that whoever handles it may not know of. Raises RefusedError, logged; AskError
    where there are more reads than one reply can hold; ReadsUnreachableError, TooMuchError, AuditError.
    """
    now = parts.clock()
    if asked.span.until > now + timedelta(minutes=1):
        raise AskError("the time asked about reaches into the time to come: end it at the present or before")
    ruling = judge(parts, _request(parts, asked, by, now))
    if not ruling.allowed:
        log_refused(parts, None, Step(by.id, str(Act.FIND_FOR_SUBJECT), now, rules=ruling.decision.rules))
        raise RefusedError(tell(ruling.decision), ruling.decision.rules)
    sight = sight_of(parts, by.person, today=today_of(now))
    event = _event(asked, by, now, ruling)
    entry = parts.trail.append(event).index
    bounds = Bounds(
        f"subject-{parts.fresh_id()}",
        _MOST_READS,
        parts.limits.seconds,
        parts.limits.memory_bytes,
        tuple(sorted(sight.hidden)),
    )
    found = parts.world.reads.of_marks((asked.mark,), Spelling.SAME_SHAPE, asked.span, bounds)
    if found.more:
        raise AskError("there are more reads than one reply can hold: ask about a shorter time, in turn")
    rows = [row for row in found.rows if row.key.camera not in sight.hidden]
    wholes = _pictures(parts, [row.key for row in rows])
    told = [
        HeldRead(
            row.key.camera,
            "" if (camera := sight.cameras.get(row.key.camera)) is None else camera.area,
            row.key.captured_at,
            row.key.vrm,
            row.spelling is Spelling.EXACT,
            row.late,
            row.clock_doubtful,
            *wholes.get(row.key, (None, None)),
        )
        for row in rows
    ]
    parts.trail.append(replace(event, at=parts.clock(), regards=entry, stage="answered", reads=len(told)))
    return tuple(sorted(told, key=lambda one: (one.captured_at, str(one.camera), one.read_as)))


def _request(parts: Parts, asked: SubjectAsk, by: Asker, now: datetime) -> Request:
    own = bool(parts.world.own_marks.concerning(by.id, (asked.mark,)))
    subject = AskedSubject(case_open=asked.case_open, proved=asked.proved, own_interest=own)
    return Request(Act.FIND_FOR_SUBJECT, today_of(now), by.person, subject=subject)


def _pictures(parts: Parts, keys: Sequence[ReadKey]) -> dict[ReadKey, tuple[str | None, str | None]]:
    """Return the names of the pictures of stored reads; a read that was deleted meanwhile is left out."""
    told: dict[ReadKey, tuple[str | None, str | None]] = {}
    for first in range(0, len(keys), _AT_ONCE):
        for whole in parts.world.reads.whole(keys[first : first + _AT_ONCE]):
            record = whole.record
            key = ReadKey(record.camera, record.captured_at, record.vrm)
            told[key] = (record.patch, record.overview)
    return told


def _event(asked: SubjectAsk, by: Asker, at: datetime, ruling: Ruling) -> Consultation:
    return Consultation(
        at=at,
        person=by.id,
        stage="asked",
        kind="one-vehicle",
        purpose=PURPOSE,
        reference=asked.reference,
        reason="what is held of the person who asks: DPA 2018, section 45",
        plate=asked.mark,
        oldest_days=max(0, ceil((at - asked.span.since) / timedelta(days=1))),
        rules=ruling.decision.rules[:32],
    )
