"""What a camera may deliver, and when: admitted, admitted with a warning, or lapsed, and why. Pure.

Each step that gives a camera time gives a leave, which ends by itself. What is no leave's is closed: a read
that was captured then is not taken, also where the camera is renewed later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from openanpr.core.camera import CameraId
from openanpr.core.span import Span
from openanpr.sites.life import Life, SiteStep, Step
from openanpr.sites.numbers import SiteNumbers
from openanpr.sites.stay import Stay, stays

FOREVER = datetime.max.replace(tzinfo=UTC)
_DAWN = datetime.min.replace(tzinfo=UTC)


class Cause(StrEnum):
    """What the time of a camera is measured by."""

    NO_CASE = "no-case"  # it has so long to get one
    COMMISSIONING = "commissioning"  # it is authorised, and has so long to pass its test
    REVIEW = "review"  # it stands until its review, and for a grace after it
    STAY = "stay"  # it stands at one place for so many days, and for a grace after them
    TAKEN_DOWN = "taken-down"  # a moveable one stands nowhere until it is moved
    DECIDED = "decided"  # that it lapses
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """What a camera may do."""

    ADMITTED = "admitted"
    WARNED = "warned"  # its time runs out
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Leave:
    """A camera may deliver from `since` to before `until`; from `due` on it should have been seen to.

    `review_due` is when its review falls due, where the end of a stay comes before.
    """

    since: datetime
    due: datetime
    until: datetime
    cause: Cause
    review_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """What a camera may do now, by what, when it should be seen to, and until when (or since when not).

    `days_left` are whole days until then, 0 for the last and for one that has lapsed.
    """

    standing: Standing
    cause: Cause
    due: datetime
    until: datetime
    days_left: int


def leaves(steps: Sequence[SiteStep], numbers: SiteNumbers) -> tuple[Leave, ...]:
    """Return the leaves that the steps of one site gave, each cut off by the next."""
    given = [leave for step in steps if (leave := _leave(step, numbers)) is not None]
    found: list[Leave] = []
    for leave in given:
        last = found[-1] if found else None
        if last is None:
            # A draft that is withdrawn gave no time, and takes none.
            found += [] if leave.cause is Cause.WITHDRAWN else [leave]
            continue
        found[-1] = replace(last, until=min(last.until, leave.since))
        # A decision to let it lapse gives no time that it did not have.
        until = min(leave.until, last.until) if leave.cause is Cause.DECIDED else leave.until
        found.append(replace(leave, until=max(leave.since, until)))
    return tuple(found)


def _leave(step: SiteStep, numbers: SiteNumbers) -> Leave | None:
    at = step.at
    match step.step:
        case Step.AUTHORISED:
            until = at + numbers.commission
            return Leave(at, until, until, Cause.COMMISSIONING)
        case Step.COMMISSIONED | Step.RENEWED:
            due = at + numbers.review
            return Leave(at, due, due + numbers.grace, Cause.REVIEW)
        case Step.TO_LAPSE if step.on is not None:
            until = max(at, datetime.combine(step.on, time(), UTC))
            return Leave(at, at, until, Cause.DECIDED)
        case Step.WITHDRAWN:
            return Leave(at, at, at, Cause.WITHDRAWN)
        case Step.REFUSED:
            return Leave(at, at, at, Cause.REFUSED)
        case _:
            return None


def leaves_of_camera(
    lives: Iterable[Sequence[Leave]], *, first_added_at: datetime, known_from: datetime, numbers: SiteNumbers
) -> tuple[Leave, ...]:
    """Return all leaves of a camera: those of the sites it is or was of, and the time that it had without.

    `first_added_at` is when it was first put into the register, `known_from` when this node began to ask for
    cases. The time without a case ends where a case is decided upon: it does not come back.
    """
    of_sites = sorted((one for found in lives for one in found), key=lambda one: (one.since, one.until))
    until = max(first_added_at, known_from) + numbers.uncased
    decided = min((one.since for one in of_sites), default=until)
    return (Leave(_DAWN, until, min(until, decided), Cause.NO_CASE), *of_sites)


def closed(given: Iterable[Leave]) -> tuple[Span, ...]:
    """Return the times in which a camera may not deliver, the earliest first; the last one has no end."""
    return tuple(_gaps(sorted((one.since, one.until) for one in given if one.since < one.until)))


def _gaps(open_: Iterable[tuple[datetime, datetime]]) -> Iterator[Span]:
    shut = _DAWN
    for since, until in open_:
        if since > shut:
            yield Span(shut, since)
        shut = max(shut, until)
    if shut < FOREVER:
        yield Span(shut, FOREVER)


def admission(given: Sequence[Leave], numbers: SiteNumbers, *, now: datetime) -> Admission:
    """Return what a camera may do now by its leaves, of which there is one at least."""
    holding = [one for one in given if one.since <= now < one.until]
    if holding:
        one = max(holding, key=lambda leave: (leave.until, leave.since))
        warned = _warned(one, numbers, now)
        standing = Standing.WARNED if warned else Standing.ADMITTED
        return Admission(standing, one.cause, one.due, one.until, (one.until - now) // timedelta(days=1))
    over = [one for one in given if one.since <= now] or list(given)
    last = max(over, key=lambda leave: (leave.until, leave.since))
    return Admission(Standing.LAPSED, last.cause, last.due, last.until, 0)


def _warned(one: Leave, numbers: SiteNumbers, now: datetime) -> bool:
    review = one.due if one.cause is Cause.REVIEW else one.review_due
    if one.cause not in {Cause.REVIEW, Cause.STAY}:
        return True
    over = one.cause is Cause.STAY and now >= one.due - numbers.stay_warn
    return over or (review is not None and now >= review - numbers.warn)


def leaves_in(life: Life, numbers: SiteNumbers) -> dict[CameraId, tuple[Leave, ...]]:
    """Return the leaves that a site gave each of its cameras; those of moveable ones end with their stays."""
    given, found = leaves(life.steps, numbers), stays(life)
    of_camera = {
        camera: tuple(_within(given, [one for one in found if one.camera == camera], numbers))
        for camera in life.case.camera_ids
    }
    # That a case was decided upon ends the time without one, also where the stay leaves nothing of it.
    marks = tuple(replace(one, until=one.since) for one in given[:1])
    return {camera: some or marks for camera, some in of_camera.items()}


def _within(given: Iterable[Leave], found: Sequence[Stay], numbers: SiteNumbers) -> Iterator[Leave]:
    """Yield leaves as they are before the first stay, and after it where a stay holds them, the shorter."""
    first = min((one.said_at for one in found), default=FOREVER)
    for leave in given:
        if leave.since < first or leave.since == leave.until:
            yield replace(leave, until=min(leave.until, max(first, leave.since)))
        for stay in found:
            until = min(stay.due + numbers.stay_grace, stay.left_at or FOREVER)
            since, last = max(leave.since, stay.since, stay.said_at), min(leave.until, until)
            if since >= last:
                continue
            if stay is found[-1] and stay.ended is not None:
                yield Leave(since, last, last, Cause.TAKEN_DOWN)
            elif leave.cause is Cause.REVIEW and stay.due < leave.due:
                yield Leave(since, stay.due, last, Cause.STAY, leave.due)
            else:
                yield replace(leave, since=since, due=min(leave.due, last), until=last)
