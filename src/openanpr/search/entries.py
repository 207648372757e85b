"""Acts on searches as events of the audit log. What says anything of anybody is in secret fields only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import zip_longest

from openanpr.audit.acts import Alteration, Approval, Combination, Consultation, Disclosure, Refusal
from openanpr.search.parts import Parts
from openanpr.search.question import (
    Around,
    Cameras,
    PartOfAMark,
    Question,
    Where,
    kind_of,
    marks_of,
    places_of,
)
from openanpr.search.record import Case, Given, SearchRecord

_MOST = 7_000
"""Characters of one secret field; the log takes 8,000. What is longer goes on in further entries."""
_MOST_RULES = 32
NONE_GIVEN = "none given"


@dataclass(frozen=True, slots=True)
class Step:
    """A step on a search: by whom (account id), which, when; what of it was seen, and by which rules."""

    by: str
    stage: str
    at: datetime
    rows: int | None = None
    marks: Sequence[str] = field(default=(), repr=False)
    place: str | None = field(default=None, repr=False)
    rules: tuple[str, ...] = ()


def log_asked(parts: Parts, record: SearchRecord) -> int:
    """Log that a search was asked, with all that it asks; return its entry. Raises AuditError."""
    question = record.ask.question
    step = Step(record.asked_by, "asked", record.asked_at, rules=record.judged.rules)
    event = replace(_consultation(record, step), regards=None)
    pairs = zip_longest(_parts_of(_marks(question)), _parts_of(_places(question)))
    return _log_all(parts, (replace(event, plate=plate, place=place) for plate, place in pairs))


def log_step(parts: Parts, record: SearchRecord, step: Step) -> int:
    """Log a step of a search that was asked, or that something of it was seen; return its entry."""
    event = _consultation(record, step)
    return _log_all(parts, (replace(event, plate=plate) for plate in _parts_of(step.marks)))


def log_combined(parts: Parts, record: SearchRecord, step: Step) -> int:
    """Log that reads are brought together by an analysis."""
    event = Combination(
        at=step.at,
        regards=record.entry,
        person=step.by,
        what=str(kind_of(record.ask.question)),
        purpose=str(record.ask.category),
        reference=said(record.ask.reference),
        reason=said(record.ask.reason),
    )
    return parts.trail.append(event).index


def log_handed_out(parts: Parts, record: SearchRecord, step: Step, *, recipient: str) -> int:
    """Log that rows leave the system in the way of the step's stage; return the entry."""
    event = Disclosure(
        at=step.at,
        regards=record.entry,
        person=step.by,
        recipient=recipient,
        what=step.stage,
        purpose=str(record.ask.category),
        reference=said(record.ask.reference),
        reason=said(record.ask.reason),
        reads=step.rows or 0,
    )
    return _log_all(parts, (replace(event, plate=plate) for plate in _parts_of(step.marks)))


def log_altered(parts: Parts, event: Alteration, marks: Sequence[str] = ()) -> int:
    """Log a change of a case, with the marks of what it keeps."""
    return _log_all(parts, (replace(event, plate=plate) for plate in _parts_of(marks)))


def log_held(parts: Parts, case: Case, step: Step) -> int:
    """Log that somebody looked at what a case keeps; return the entry."""
    event = Consultation(
        at=step.at,
        person=step.by,
        stage=step.stage,
        kind="held-reads",
        purpose="case",
        reference=said(case.reference),
        reason=f"kept by case {case.case_id}",
        reads=step.rows,
    )
    return _log_all(parts, (replace(event, plate=plate) for plate in _parts_of(step.marks)))


def log_authority(parts: Parts, record: SearchRecord, given: Given) -> int:
    """Log that an authority was given, in which way; return its entry."""
    event = Approval(
        at=given.at if given.written_at is None else given.written_at,
        regards=record.entry,
        person=given.by,
        rank=str(given.rank),
        means=str(given.means),
        reason=said(given.reason),
        rules=record.judged.rules[:_MOST_RULES],
    )
    return parts.trail.append(event).index


def log_refused(parts: Parts, record: SearchRecord | None, step: Step) -> int:
    """Log that the rules refused an act; the step's stage names it."""
    event = Refusal(
        at=step.at,
        regards=None if record is None else record.entry,
        person=step.by,
        refused=step.stage,
        rules=step.rules[:_MOST_RULES],
    )
    return parts.trail.append(event).index


def log_declined(parts: Parts, record: SearchRecord, step: Step, *, reason: str) -> int:
    """Log that a person refused what another asked."""
    event = Refusal(
        at=step.at,
        regards=record.entry,
        person=record.asked_by,
        refused=step.stage,
        rules=step.rules,
        by=step.by,
        reason=reason,
    )
    return parts.trail.append(event).index


def place_words(where: Where) -> Iterator[str]:
    """Yield the parts of a place as text."""
    if isinstance(where, Cameras):
        yield from (str(camera) for camera in where.cameras)
    elif isinstance(where, Around):
        yield f"{where.radius_m:.0f} m around {where.centre.lat:.6f},{where.centre.lon:.6f}"
    else:
        yield "the area"
        yield from (f"{corner.lat:.6f},{corner.lon:.6f}" for corner in where.corners)


def said(text: str) -> str:
    """Return a text, or that none was given: the log takes no empty one."""
    return text if text.strip() else NONE_GIVEN


def _log_all(parts: Parts, events: Iterator[Consultation | Disclosure | Alteration]) -> int:
    """Log an event, and what did not fit into it as further ones that regard it; return the first entry."""
    first = parts.trail.append(next(events)).index
    for event in events:
        match event:
            case Consultation():
                more = replace(event, regards=first, stage=f"{event.stage}-more", reads=None)
            case Disclosure():
                more = replace(event, regards=first, what=f"{event.what}-more", reads=0)
            case Alteration():
                more = replace(event, regards=first, what=f"{event.what}-more")
        parts.trail.append(more)
    return first


def _consultation(record: SearchRecord, step: Step) -> Consultation:
    ask = record.ask
    return Consultation(
        at=step.at,
        regards=record.entry,
        person=step.by,
        stage=step.stage,
        kind=str(kind_of(ask.question)),
        purpose=str(ask.category),
        reference=said(ask.reference),
        reason=said(ask.reason),
        for_whom=None if ask.for_whom is None else ask.for_whom.id,
        place=step.place,
        cameras=record.meter.figures.cameras,
        oldest_days=record.meter.oldest_days,
        reads=step.rows,
        rules=step.rules[:_MOST_RULES],
    )


def _marks(question: Question) -> Sequence[str]:
    return (question.pattern,) if isinstance(question, PartOfAMark) else marks_of(question)


def _places(question: Question) -> Sequence[str]:
    return [word for where in places_of(question) for word in place_words(where)]


def _parts_of(words: Sequence[str]) -> Iterator[str | None]:
    """Yield texts that a secret field takes, with all words between them; one None for no word."""
    part = ""
    for word in words:
        if part and len(part) + 1 + len(word) > _MOST:
            yield part
            part = ""
        part = f"{part} {word}" if part else word
    yield part or None
