"""What the desk of searches is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from openanpr.search.kept import KeptAnswers
from openanpr.search.ports import (
    AuditTrail,
    Book,
    CameraRegister,
    CamerasThen,
    CaseRecords,
    CaseSystem,
    Clock,
    ConfidentialCameras,
    FreshId,
    Holds,
    OwnMarks,
    Persons,
    Pictures,
    SearchRecords,
    StoredReads,
)
from openanpr.search.roads import Roads


@dataclass(frozen=True, slots=True)
class Limits:
    """What a search may take, and how long things hold.

    `record_days`: how long the record of a search is kept after the last read that it could find is gone by
    retention; and that of a case after its last day. No public document gives the term: it is the project's
    judgement, so that a complaint of two years ago can be looked into.

    `own_forces`: the forces whose reads are this node's own; to export others' needs their force consulted.
    """

    own_forces: frozenset[int]
    rows: int = 2_000
    seconds: int = 60
    memory_bytes: int = 1_000_000_000
    authority_for: timedelta = timedelta(days=7)
    case_days: int = 3_660
    record_days: int = 730


@dataclass(frozen=True, slots=True)
class World:
    """What the desk asks of others: reads, cameras, people, cases, pictures."""

    reads: StoredReads
    register: CameraRegister
    cameras_then: CamerasThen
    confidential: ConfidentialCameras
    persons: Persons
    own_marks: OwnMarks
    case_system: CaseSystem
    pictures: Pictures
    holds: Holds


@dataclass(frozen=True, slots=True)
class Parts:
    """All that acts on searches need. `book` gives what is judged by, `fresh_id` an id that tells nothing.

    `blur_key`: 32 random bytes, made at the start of the process and kept nowhere (see `traffic`).
    `roads`: those of the map layer, None where the node has none.
    """

    world: World
    records: SearchRecords
    cases: CaseRecords
    trail: AuditTrail
    book: Book
    clock: Clock
    fresh_id: FreshId
    limits: Limits
    kept: KeptAnswers
    blur_key: bytes = field(repr=False)
    roads: Roads | None = field(default=None, repr=False)
