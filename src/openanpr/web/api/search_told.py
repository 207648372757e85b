"""What the API shows of searches: their standing, what they would sweep in, what they found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from openanpr.core.place import Place
from openanpr.core.purpose import Category, SearchKind, Stance
from openanpr.core.read import Direction, Style
from openanpr.core.role import Rank
from openanpr.search.between import OnWhich, WorkedOut
from openanpr.search.found import Did
from openanpr.search.meter import Figures, Meter
from openanpr.search.question import Spelling, kind_of
from openanpr.search.record import Given, Means, SearchRecord, State
from openanpr.search.shown import (
    OpenedRead,
    Picture,
    Results,
    ShownCamera,
    ShownCommon,
    ShownCompanion,
    ShownLeg,
    ShownMark,
    ShownRead,
    ShownRow,
    ShownWorked,
)
from openanpr.web.api.questions import Point, QuestionForm, question_form


class FiguresTold(Struct, frozen=True):
    """How wide a search is; see the meter."""

    cameras: int
    days: int
    reads: int
    vehicles: int


class NarrowerTold(Struct, frozen=True):
    """A narrower way to ask, and what it would sweep in."""

    step: str
    figures: FiguresTold


class MeterTold(Struct, frozen=True):
    """How much a search sweeps in, and narrower ways to ask. `oldest_days`: of the oldest read asked for."""

    figures: FiguresTold
    oldest_days: int
    narrower: list[NarrowerTold]


class AuthorityTold(Struct, frozen=True):
    """The authority that was given. `by` is an account's id; `written_at` null while it is oral only."""

    by: str
    rank: Rank
    means: Means
    at: datetime
    written_at: datetime | None
    reason: str


class SearchTold(Struct, frozen=True):
    """One search; `needs`: the least rank whose authority it waits for; `entry`: where the log has it."""

    search: str
    kind: SearchKind
    state: State
    since: datetime
    why: str
    rows: int | None
    runs: int
    asked_at: datetime
    asked_by: str
    asked_for: str
    category: Category
    stance: Stance
    urgent: bool
    reference: str
    reason: str
    objective: str
    question: QuestionForm
    meter: MeterTold
    rules: list[str]
    decision: msgspec.Raw
    needs: Rank
    authority: AuthorityTold | None
    entry: int


class SearchBrief(Struct, frozen=True):
    """A search that waits for an authority, without marks and reasons: to look at it is an act of its own."""

    search: str
    kind: SearchKind
    state: State
    asked_at: datetime
    asked_by: str
    team: str
    category: Category
    urgent: bool
    needs: Rank
    figures: FiguresTold
    oral: bool


class CameraTold(Struct, frozen=True):
    """A camera: a label that tells it from the others; all else for who may see places."""

    label: str
    camera: str | None
    name: str
    place: Point | None
    retired: bool


class ReadTold(Struct, frozen=True, tag="read", tag_field="row"):
    """A read that was found."""

    number: int
    mark: str
    captured_at: datetime
    camera: CameraTold
    spelling: Spelling
    confidence: float | None
    late: bool
    clock_doubtful: bool
    direction: Direction
    style: Style
    rivals: list[tuple[str, float]]
    place: Point | None


class MarkTold(Struct, frozen=True, tag="mark", tag_field="row"):
    """A mark of the form that was asked for."""

    number: int
    mark: str
    reads: int
    first_at: datetime
    last_at: datetime


class CommonTold(Struct, frozen=True, tag="common", tag_field="row"):
    """A mark that was read at several scenes, by their places in the question (0 is the first)."""

    number: int
    mark: str
    scenes: list[int]
    reads: int


class MeetingTold(Struct, frozen=True):
    """Where and when a companion was read beside the vehicle: `after_s` later, less than 0 for before."""

    camera: CameraTold
    at: datetime
    after_s: float


class CompanionTold(Struct, frozen=True, tag="companion", tag_field="row"):
    """A mark that was read beside the one asked for. `by_chance`: so many meetings traffic alone would bring.

    `alike`: it differs by one character, so it may be the same vehicle, misread.
    """

    number: int
    mark: str
    meetings: int
    cameras: int
    days: int
    by_chance: float
    alike: bool
    seen: list[MeetingTold]


class ChanceTold(Struct, frozen=True):
    """How far chance leads: so many `passes` were looked beside; about so many would be `listed` by it."""

    passes: int
    listed: float | None


class WorkedTold(Struct, frozen=True):
    """A camera that could have seen it, and how far it worked then."""

    camera: CameraTold
    hours_with_reads: int
    hours: int
    usual_share: float | None
    last_read_at: datetime | None


class MissedTold(Struct, frozen=True):
    """A camera on a likely way between two reads that has none of them; passed from `since` until `until`.

    `on`: which likely ways go by it. `did`: what it did then, beside what it usually does.
    """

    camera: CameraTold
    since: datetime
    until: datetime
    on: OnWhich
    did: Did


class LegTold(Struct, frozen=True):
    """From one read to the next of the same vehicle, by the numbers of their rows.

    `by`: how the likely ways are known, or why nothing is said. `more`: cameras that are not told.
    """

    start: int
    end: int
    by: WorkedOut
    missed: list[MissedTold]
    more: int


class ResultsTold(Struct, frozen=True):
    """What a run found; `more`: a limit cut it short. `unconfirmed`: by an oral authority only, so far.

    `legs`: of vehicles named, what lies between their reads; for who may see places, else empty. `chance`: of
    who travels together, else null.
    """

    search: str
    run: int
    rows: list[ReadTold | MarkTold | CommonTold | CompanionTold]
    more: bool
    worked: list[WorkedTold]
    legs: list[LegTold]
    chance: ChanceTold | None
    meter: MeterTold
    answered_at: datetime
    kept_until: datetime
    entry: int
    unconfirmed: bool
    caveats: list[str]


class OpenedTold(Struct, frozen=True):
    """A read with all that is known of it."""

    run: int
    number: int
    mark: str
    raw: str
    captured_at: datetime
    received_at: datetime
    camera: CameraTold
    place: Point | None
    confidence: float | None
    direction: Direction
    style: Style
    rivals: list[tuple[str, float]]
    late: bool
    clock_doubtful: bool
    clock_offset_ms: int | None
    device: str
    signed: bool
    profile: str
    handed_on_by: str | None
    pictures: list[Picture]
    entry: int
    caveats: list[str]


def meter_told(meter: Meter) -> MeterTold:
    """Return a meter as the API shows it."""
    narrower = [NarrowerTold(one.step, _figures(one.figures)) for one in meter.narrower]
    return MeterTold(_figures(meter.figures), meter.oldest_days, narrower)


def search_told(record: SearchRecord) -> SearchTold:
    """Return a search as its owner, or who is to give its authority, sees it."""
    ask = record.ask
    return SearchTold(
        search=record.search_id,
        kind=kind_of(ask.question),
        state=record.state,
        since=record.standing.at,
        why=record.standing.why,
        rows=record.standing.rows,
        runs=record.runs,
        asked_at=record.asked_at,
        asked_by=record.asked_by,
        asked_for=record.asked_for,
        category=ask.category,
        stance=ask.stance,
        urgent=ask.urgent,
        reference=ask.reference,
        reason=ask.reason,
        objective=ask.objective,
        question=question_form(ask.question),
        meter=meter_told(record.meter),
        rules=list(record.judged.rules),
        decision=msgspec.Raw(record.judged.decision_json.encode()),
        needs=record.judged.least_rank,
        authority=None if record.given is None else _authority(record.given),
        entry=record.entry,
    )


def search_brief(record: SearchRecord) -> SearchBrief:
    """Return a search as a list of what waits shows it."""
    return SearchBrief(
        search=record.search_id,
        kind=kind_of(record.ask.question),
        state=record.state,
        asked_at=record.asked_at,
        asked_by=record.asked_by,
        team=record.team,
        category=record.ask.category,
        urgent=record.ask.urgent,
        needs=record.judged.least_rank,
        figures=_figures(record.meter.figures),
        oral=record.given is not None and record.given.means is Means.ORAL,
    )


def results_told(results: Results) -> ResultsTold:
    """Return what a run found, as the API shows it."""
    return ResultsTold(
        search=results.search_id,
        run=results.run,
        rows=[_row(one) for one in results.rows],
        more=results.more,
        worked=[_worked(one) for one in results.worked],
        legs=[_leg(one) for one in results.legs],
        chance=None if results.chance is None else ChanceTold(results.chance.passes, results.chance.listed),
        meter=meter_told(results.meter),
        answered_at=results.answered_at,
        kept_until=results.kept_until,
        entry=results.entry,
        unconfirmed=results.unconfirmed,
        caveats=list(results.caveats),
    )


def opened_told(opened: OpenedRead) -> OpenedTold:
    """Return an opened read as the API shows it."""
    record = opened.record
    return OpenedTold(
        run=opened.row.run,
        number=opened.row.number,
        mark=record.vrm,
        raw=record.raw,
        captured_at=record.captured_at,
        received_at=opened.received_at,
        camera=camera_told(opened.camera),
        place=_point(record.place),
        confidence=record.confidence,
        direction=record.direction,
        style=record.style,
        rivals=[(one.plate, one.p) for one in record.candidates if one.plate != record.vrm],
        late=opened.late,
        clock_doubtful=opened.clock_doubtful,
        clock_offset_ms=opened.clock_offset_ms,
        device=opened.device,
        signed=opened.signed,
        profile=opened.profile,
        handed_on_by=opened.handed_on_by,
        pictures=list(opened.pictures),
        entry=opened.entry,
        caveats=list(opened.caveats),
    )


def camera_told(camera: ShownCamera) -> CameraTold:
    """Return a camera as the API shows it."""
    number = None if camera.camera is None else str(camera.camera)
    return CameraTold(camera.label, number, camera.name, _point(camera.place), camera.retired)


def _row(row: ShownRow) -> ReadTold | MarkTold | CommonTold | CompanionTold:
    match row:
        case ShownMark():
            return MarkTold(row.number, row.mark, row.reads, row.first_at, row.last_at)
        case ShownCommon():
            return CommonTold(row.number, row.mark, list(row.scenes), row.reads)
        case ShownCompanion():
            return _companion(row)
        case ShownRead():
            return ReadTold(
                number=row.number,
                mark=row.mark,
                captured_at=row.captured_at,
                camera=camera_told(row.camera),
                spelling=row.spelling,
                confidence=row.confidence,
                late=row.late,
                clock_doubtful=row.clock_doubtful,
                direction=row.direction,
                style=row.style,
                rivals=_rivals(row.rivals),
                place=_point(row.place),
            )


def _companion(row: ShownCompanion) -> CompanionTold:
    seen = [MeetingTold(camera_told(one.camera), one.at, one.after_s) for one in row.seen]
    counts = len(seen), row.cameras, row.days
    return CompanionTold(row.number, row.mark, *counts, row.by_chance, row.alike, seen)


def _rivals(rivals: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(mark, probability) for mark, probability in rivals]


def _worked(one: ShownWorked) -> WorkedTold:
    return WorkedTold(
        camera_told(one.camera), one.hours_with_reads, one.hours, one.usual_share, one.last_read_at
    )


def _leg(one: ShownLeg) -> LegTold:
    missed = [MissedTold(camera_told(it.camera), it.since, it.until, it.on, it.did) for it in one.missed]
    return LegTold(one.start, one.end, one.by, missed, one.more)


def _authority(given: Given) -> AuthorityTold:
    return AuthorityTold(given.by, given.rank, given.means, given.at, given.written_at, given.reason)


def _figures(figures: Figures) -> FiguresTold:
    return FiguresTold(figures.cameras, figures.days, figures.reads, figures.vehicles)


def _point(place: Place | None) -> Point | None:
    return None if place is None else Point(place.lat, place.lon)
