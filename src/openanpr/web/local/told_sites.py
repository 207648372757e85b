"""A site as the socket tells it: its case, its steps, what it may deliver and what can be done. No place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from openanpr.core.camera import CameraId
from openanpr.sites.admission import Admission
from openanpr.sites.case import Case, SiteCamera
from openanpr.sites.contribution import Contribution
from openanpr.sites.desk import Trial
from openanpr.sites.duplication import Duplication
from openanpr.sites.life import Life, SiteStep, possible
from openanpr.sites.missing import Part
from openanpr.sites.stay import Stay, stands_now, stays
from openanpr.web.local.case_file import CASE_KEYS
from openanpr.web.local.told_tests import Targets, told_test


def told_head(
    life: Life, admissions: Sequence[tuple[CameraId, Admission]], review_due: datetime | None
) -> dict[str, object]:
    """Return a site in short: its title, form, state and cameras, and when it must be seen to."""
    case = life.case
    first = min((one.due for _, one in admissions), default=None)
    return {
        "site": life.site_id,
        "title": case.title,
        "form": case.form,
        "state": life.state,
        "area": case.area,
        "confidential": case.confidential,
        "grounds": list(case.grounds),
        "cameras": [str(camera) for camera in case.camera_ids],
        "standing": sorted({one.standing.value for _, one in admissions}),
        "due": first,
        "until": min((one.until for _, one in admissions), default=None),
        "days_left": min((one.days_left for _, one in admissions), default=None),
        "review_due": review_due,
        "drafted_at": life.steps[0].at,
    }


def told_admission(camera: CameraId, one: Admission, site_id: str | None) -> dict[str, object]:
    """Return what a camera may do now, by what, and until when."""
    return {
        "camera": str(camera),
        "site": site_id,
        "standing": one.standing,
        "cause": one.cause,
        "due": one.due,
        "until": one.until,
        "days_left": one.days_left,
    }


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told of a site beside its steps.

    `lacks`: what its case lacks; `hidden`: cameras that are not told of among those near by; `kept_from`: the
    decisions that whoever asks may not take, and why; `misplaced`: cameras that the register has elsewhere.
    """

    lacks: Mapping[Part, Sequence[str]] = field(default_factory=dict[Part, Sequence[str]])
    hidden: Collection[CameraId] = ()
    kept_from: Mapping[str, str] = field(default_factory=dict[str, str])
    misplaced: Sequence[CameraId] = ()
    review_due: datetime | None = None


def told_site(
    life: Life, admissions: Sequence[tuple[CameraId, Admission]], beside: Beside
) -> dict[str, object]:
    """Return all of a site but its places."""
    return {
        **told_head(life, admissions, beside.review_due),
        "case": told_case(life.case),
        "missing": [one for some in beside.lacks.values() for one in some],
        "lacking": {part.value: list(some) for part, some in beside.lacks.items()},
        "possible": list(possible(life)),
        "kept_from": dict(beside.kept_from),
        "misplaced": [str(one) for one in beside.misplaced],
        "stays": [_stay(one) for one in stays(life)],
        "checked": None if life.checked is None else told_check(life.checked, beside.hidden),
        "steps": [_step(one, number) for number, one in enumerate(life.steps)],
        "admissions": [told_admission(camera, one, life.site_id) for camera, one in admissions],
    }


def told_case(case: Case) -> dict[str, object]:
    """Return a case without where its cameras stand."""
    return {name: getattr(case, name) for name in CASE_KEYS if name != "cameras"}


def told_places(life: Life) -> list[dict[str, object]]:
    """Return where the cameras of a site stand, for those who may see it: moved ones where they are now."""
    now = stands_now(life)
    return [_place(now.get(one.camera, one)) for one in life.case.cameras]


def _place(one: SiteCamera | Stay) -> dict[str, object]:
    return {
        "camera": str(one.camera),
        "place": None if one.place is None else [one.place.lat, one.place.lon],
        "error_m": None if one.place is None else one.place.error_m,
        "looks": one.looks,
    }


def told_check(found: Duplication, hidden: Collection[CameraId]) -> dict[str, object]:
    """Return what was found when a site was held against others, shares with their 95 % intervals."""
    return {
        "at": found.at,
        "within_m": found.within_m,
        "minutes": found.minutes,
        "days": found.days,
        "near": [
            {
                "camera": str(one.camera),
                "near": str(one.near),
                "at_most_m": one.at_most_m,
                "reads": None if one.shared is None else one.shared.reads,
                "share": None if one.shared is None else one.shared.share.value,
                "interval": None if one.shared is None else one.shared.share.interval,
            }
            for one in found.found
            if one.near not in hidden
        ],
    }


def _stay(one: Stay) -> dict[str, object]:
    return {"camera": str(one.camera), "since": one.since, "due": one.due, "ended": one.ended}


def told_contribution(one: Contribution) -> dict[str, object]:
    """Return what a site contributed: bands, and each expectation held against what came."""
    return {
        "asked_days": one.asked_days,
        "days": one.days,
        "bands": {measure.value: band for measure, band in one.bands},
        "held": list(one.held),
    }


def told_trial(one: Trial) -> dict[str, object]:
    """Return what a camera's newest test would say of it, with its rates against the aims of its form."""
    aims = Targets(one.aim.capture, one.aim.read)
    judged = one.judged
    return {
        "camera": str(one.camera),
        "aim_capture": one.aim.capture,
        "aim_read": one.aim.read,
        "result": None if judged is None else judged.result,
        "why": [one.lacks] if judged is None else list(judged.why),
        "judged_parts": [] if judged is None else [part.part for part in judged.parts if part.judged],
        "test": None if one.test is None else told_test(one.test, aims),
    }


def _step(one: SiteStep, number: int) -> dict[str, object]:
    when: datetime = one.at
    written = one.written
    return {
        "number": number,
        "step": one.step,
        "at": when,
        "by": one.by,
        "why": one.why,
        "on": one.on,
        "tested": list(one.tested),
        "dpia": one.dpia,
        "camera": None if one.stands is None else str(one.stands.camera),
        "review": None
        if written is None
        else {
            "need_now": written.need_now,
            "effect": written.effect,
            "contribution": told_contribution(written.contribution),
        },
    }
