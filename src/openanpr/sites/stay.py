"""The stays of moveable cameras: where each stood from when to when, and until when it may. Pure.

A stay begins when the cameras are put up and when one is moved; it ends when the camera is moved or taken
down. It is over after `stays_days` of the case, and from then on it is as with a review that is overdue: a
grace runs, and after that what the camera captures is not taken. Days count from when a camera was put up;
what it may deliver changes when somebody says so, and never before: nothing that is said opens the past.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.sites.case import Form, SiteCamera
from openanpr.sites.duplication import metres
from openanpr.sites.life import Life, NotPossibleStepError, Step
from openanpr.sites.numbers import SiteNumbers

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stay:
    """A camera at one place from `since` on; `due` is when it should have left, `ended` when it did.

    It was said at `said_at` that it began, and at `left_at` that it ended, or a day later, when that day is
    over. `place` and `looks` are confidential.
    """

    camera: CameraId
    since: datetime
    due: datetime
    said_at: datetime
    ended: datetime | None = None
    left_at: datetime | None = None
    place: Place | None = field(default=None, repr=False)
    looks: str = field(default="", repr=False)


def stays(life: Life) -> tuple[Stay, ...]:
    """Return the stays of a site's cameras, the earliest first; none for what is not moveable or not up."""
    case = life.case
    if case.form is not Form.MOVEABLE or case.stays_days is None:
        return ()
    longest, found = timedelta(days=case.stays_days), list[Stay]()
    for step in life.steps:
        if step.on is None:
            continue
        since = _dawn(step.on)
        if step.step is Step.INSTALLED:
            found += [_stay(one, since, longest, step.at) for one in case.cameras]
        elif step.step is Step.MOVED and step.stands is not None:
            found = list(_ended(found, step.stands.camera, since, step.at))
            found.append(_stay(step.stands, since, longest, step.at))
        elif step.step is Step.TAKEN_DOWN and step.stands is not None:
            over = since + _DAY
            found = list(_ended(found, step.stands.camera, over, max(over, step.at)))
    return tuple(found)


def stands_now(life: Life) -> dict[CameraId, Stay]:
    """Return the stays that have not ended, by their cameras."""
    return {one.camera: one for one in stays(life) if one.ended is None}


def verify_moves(life: Life, to: SiteCamera, on: date, numbers: SiteNumbers, *, today: date) -> None:
    """Raise NotPossibleStepError or ValueError where a camera cannot have been moved there on that day.

    A place within `near_m` of one at which a camera of the site stood in the last `stays_days` is no other
    place: a stay would be made longer by a step aside. The sentences hold no place.
    """
    _verify_day(life, to.camera, on, today=today)
    if to.place is None:
        raise ValueError("say where the camera stands now: lat and lon")
    if not to.looks.strip():
        raise ValueError("say what the camera looks at now, and what it does not")
    back = timedelta(days=life.case.stays_days or 0)
    for one in stays(life):
        left = one.ended if one.ended is not None else _dawn(on)
        near = one.place is not None and metres(one.place, to.place) <= numbers.near_m
        if near and _dawn(on) < left + back:
            raise NotPossibleStepError(
                f"a camera of this site stood within {numbers.near_m} metres of it in the last {back.days} "
                "days: that would be the same stay, so move it further away or later"
            )


def verify_takes_down(life: Life, camera: CameraId, on: date, *, today: date) -> None:
    """Raise NotPossibleStepError or ValueError where a camera cannot have been taken down on that day."""
    _verify_day(life, camera, on, today=today)
    if camera not in stands_now(life):
        raise NotPossibleStepError(f"camera {camera} stands nowhere: it was taken down before")


def _verify_day(life: Life, camera: CameraId, on: date, *, today: date) -> None:
    if camera not in life.case.camera_ids:
        raise ValueError(f"camera {camera} is not of this site")
    if on > today:
        raise ValueError("the day is still to come: say it when it is done")
    last = max((one for one in stays(life) if one.camera == camera), key=lambda one: one.since, default=None)
    if last is not None and _dawn(on) < (last.since if last.ended is None else last.ended - _DAY):
        raise NotPossibleStepError("the camera was moved or taken down later than that already")


def _stay(one: SiteCamera, since: datetime, longest: timedelta, said_at: datetime) -> Stay:
    return Stay(one.camera, since, since + longest, said_at, place=one.place, looks=one.looks)


def _ended(found: list[Stay], camera: CameraId, at: datetime, left_at: datetime) -> Iterator[Stay]:
    """Yield the stays, that of a camera which has not ended with its end; what was over stays so."""
    for one in found:
        if one.camera == camera and one.ended is None:
            yield replace(one, ended=max(one.since, at), left_at=left_at)
        elif one.camera == camera and one.left_at is not None and one.left_at > left_at:
            yield replace(one, left_at=left_at)  # taken down and put up again on one day
        else:
            yield one


def _dawn(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
