"""What was found, as this person may see it at this moment. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.search.found import (
    CameraWorked,
    CommonMark,
    Companion,
    FoundMark,
    FoundRead,
    MissedLeg,
    WholeRead,
)
from openanpr.search.kept import Found, FoundRow, KeptAnswer
from openanpr.search.record import Means, SearchRecord
from openanpr.search.shown import (
    CAVEATS,
    OWN_INTEREST,
    UNCONFIRMED,
    OpenedRead,
    Picture,
    Results,
    Row,
    ShownCamera,
    ShownCommon,
    ShownCompanion,
    ShownLeg,
    ShownMark,
    ShownMeeting,
    ShownMissed,
    ShownRead,
    ShownRow,
    ShownWorked,
)
from openanpr.search.sight import Sight

NO_CAMERA = CameraId(0, 0, 0)
"""What stands for a camera in a record whose camera is not to be seen."""


def results_of(record: SearchRecord, kept: KeptAnswer, sight: Sight) -> Results:
    """Return an answer as it is shown, with the caveats that go with it."""
    labels = _labels(kept.found)
    unconfirmed = record.given is not None and record.given.means is Means.ORAL
    return Results(
        search_id=record.search_id,
        run=kept.run,
        rows=tuple(_rows(kept.found, labels, sight)),
        more=kept.found.more,
        worked=tuple(
            _worked(one, labels, sight) for one in kept.found.worked if one.camera not in sight.hidden
        ),
        legs=tuple(_legs(kept.found, labels, sight)),
        chance=kept.found.chance,
        meter=record.meter,
        answered_at=kept.answered_at,
        kept_until=kept.until,
        entry=kept.entry,
        unconfirmed=unconfirmed,
        caveats=_caveats(withheld=kept.found.withheld, unconfirmed=unconfirmed),
    )


def shown_camera(camera: CameraId, label: str, sight: Sight) -> ShownCamera:
    """Return a camera as the person may see it: by a label of the answer alone, without a right to places."""
    known = sight.cameras.get(camera)
    if not sight.places or camera in sight.hidden:
        return ShownCamera(label)
    if known is None:
        return ShownCamera(label, camera)
    return ShownCamera(label, camera, known.name, known.place, retired=known.retired is not None)


def label_of(camera: CameraId, kept: KeptAnswer) -> str:
    """Return what a camera is called in an answer."""
    return _labels(kept.found)[camera]


def opened_read(row: Row, whole: WholeRead, camera: ShownCamera, sight: Sight, *, entry: int) -> OpenedRead:
    """Return a whole read as the person may see it."""
    record = whole.record
    named = ((Picture.PATCH, record.patch), (Picture.OVERVIEW, record.overview))
    return OpenedRead(
        row=row,
        record=record if camera.camera is not None and sight.places else _placeless(record),
        camera=camera,
        received_at=whole.received_at,
        late=whole.late,
        clock_doubtful=whole.clock_doubtful,
        clock_offset_ms=whole.clock_offset_ms,
        device=whole.device if sight.places else "",
        signed=whole.signed,
        profile=whole.profile,
        handed_on_by=whole.handed_on_by if sight.places else None,
        pictures=tuple(picture for picture, sha256 in named if sha256 is not None),
        entry=entry,
    )


def _placeless(record: CaptureRecord) -> CaptureRecord:
    # What a sender says besides may be anything, a place too.
    return replace(record, camera=NO_CAMERA, place=None, extra="{}")


def _rows(found: Found, labels: dict[CameraId, str], sight: Sight) -> Iterator[ShownRow]:
    for number, row in enumerate(found.rows, 1):
        match row:
            case FoundRead():
                if not _hidden(row, sight):
                    yield _read(number, row, labels, sight)
            case FoundMark():
                yield ShownMark(number, row.mark, row.reads, row.first_at, row.last_at)
            case CommonMark():
                yield ShownCommon(number, row.mark, row.scenes, row.reads)
            case Companion():
                if seen := tuple(_met(row, labels, sight)):
                    yield ShownCompanion(number, row.mark, seen, row.by_chance, row.alike)


def _met(row: Companion, labels: dict[CameraId, str], sight: Sight) -> Iterator[ShownMeeting]:
    for one in row.seen:
        if one.camera not in sight.hidden:
            yield ShownMeeting(shown_camera(one.camera, labels[one.camera], sight), one.at, one.after_s)


def _read(number: int, row: FoundRead, labels: dict[CameraId, str], sight: Sight) -> ShownRead:
    return ShownRead(
        number=number,
        mark=row.key.vrm,
        captured_at=row.key.captured_at,
        camera=shown_camera(row.key.camera, labels[row.key.camera], sight),
        spelling=row.spelling,
        confidence=row.confidence,
        late=row.late,
        clock_doubtful=row.clock_doubtful,
        direction=row.direction,
        style=row.style,
        rivals=row.rivals,
        place=row.place if sight.places else None,
    )


def _worked(one: CameraWorked, labels: dict[CameraId, str], sight: Sight) -> ShownWorked:
    camera = shown_camera(one.camera, labels[one.camera], sight)
    return ShownWorked(camera, one.hours_with_reads, one.hours, one.usual_share, one.last_read_at)


def _legs(found: Found, labels: dict[CameraId, str], sight: Sight) -> Iterator[ShownLeg]:
    """The legs between rows that are shown; none for who may not see places: they tell where cameras are."""
    for leg in found.legs if sight.places else ():
        if not any(_hidden(found.rows[number - 1], sight) for number in (leg.start, leg.end)):
            yield ShownLeg(leg.start, leg.end, leg.by, tuple(_missed(leg, labels, sight)), leg.more)


def _missed(leg: MissedLeg, labels: dict[CameraId, str], sight: Sight) -> Iterator[ShownMissed]:
    for one in leg.missed:
        if one.camera not in sight.hidden:
            camera = shown_camera(one.camera, labels[one.camera], sight)
            yield ShownMissed(camera, one.since, one.until, one.on, one.did)


def _hidden(row: FoundRow, sight: Sight) -> bool:
    return isinstance(row, FoundRead) and row.key.camera in sight.hidden


def _labels(found: Found) -> dict[CameraId, str]:
    """The cameras of an answer, counted in the order in which they come in it."""
    seen = [row.key.camera for row in found.rows if isinstance(row, FoundRead)]
    seen += [one.camera for row in found.rows if isinstance(row, Companion) for one in row.seen]
    seen += [one.camera for one in found.worked]
    seen += [one.camera for leg in found.legs for one in leg.missed]
    return {camera: f"camera {number}" for number, camera in enumerate(dict.fromkeys(seen), 1)}


def _caveats(*, withheld: bool, unconfirmed: bool) -> tuple[str, ...]:
    return (*CAVEATS, *((OWN_INTEREST,) if withheld else ()), *((UNCONFIRMED,) if unconfirmed else ()))
