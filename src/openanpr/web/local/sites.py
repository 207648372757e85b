"""Sites over the local socket: cases drafted, decided upon, tested, reviewed; what cameras may deliver.

Of a confidential site nothing is told to whoever may not know of it: it is answered as one that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Protocol

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.core.camera import CameraId
from openanpr.policy.ask import Act
from openanpr.sites.admission import Admission
from openanpr.sites.case import Case, DpiaReview, Form
from openanpr.sites.desk import Done, SiteDesk
from openanpr.sites.life import DECISIONS, Life, NotPossibleStepError, Step, possible, verify_possible
from openanpr.sites.ports import ChangedSinceError
from openanpr.web.local.asking import Answers, Asked, ByForm, Said, answered
from openanpr.web.local.case_file import WrittenCamera, camera_of, case_of, changed_case
from openanpr.web.local.told_sites import (
    Beside,
    told_admission,
    told_contribution,
    told_head,
    told_places,
    told_site,
    told_trial,
)


class Admissions(Protocol):
    """What cameras may deliver now."""

    def now(self) -> Mapping[CameraId, tuple[Admission, str | None]]:
        """Return of each camera that is not retired what it may do, and the site that it is of."""
        ...

    def confidential(self) -> Mapping[CameraId, frozenset[str]]:
        """Return the cameras of confidential sites, with the sign-in names that each names."""
        ...


@dataclass(frozen=True, slots=True)
class SiteRoutes:
    """What sites over the socket need."""

    desk: SiteDesk
    admissions: Admissions
    clock: Callable[[], datetime]


class CaseForm(Struct, frozen=True, forbid_unknown_fields=True):
    """The text of a file that `openanpr sites template` begins."""

    case: Said
    by: Said
    why: str = ""


class BeginForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A case of which only what people call it, its form and its area are known yet."""

    title: Said
    form: Form
    by: Said
    area: str = ""


class PartForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Some keys of a case say something else from now on, as pages write it part by part.

    `seen`: how many steps were taken on it when it was looked at. `put` is a camera, in the place of the one
    with its number; `without` the number of one that is left out.
    """

    seen: int
    by: Said
    change: dict[str, Any] = {}
    put: WrittenCamera | None = None
    without: str = ""


class MoveForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a moveable camera stands since a day, and what it looks at from there."""

    camera: Said
    on: date
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    looks: Said
    by: Said
    why: str = ""


class TakeDownForm(Struct, frozen=True, forbid_unknown_fields=True):
    """On which day a moveable camera was taken down."""

    camera: Said
    on: date
    by: Said
    why: str = ""


class InstalledForm(Struct, frozen=True, forbid_unknown_fields=True):
    """On which day the cameras were put up."""

    on: date
    by: Said
    why: str = ""


class DpiaForm(Struct, frozen=True, forbid_unknown_fields=True):
    """That the impact assessment was gone through again, by whom and what came of it."""

    on: date
    reviewer: Said
    found: Said
    by: Said


class ReviewForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be said of a site after a year."""

    need_now: Said
    effect: Said
    by: Said


class DecideForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Who decides, and why where the step wants it.

    `seen`: how many steps were taken on the site when it was looked at; another number decides nothing.
    """

    by: Said
    why: str = ""
    seen: int | None = None


class LapseForm(Struct, frozen=True, forbid_unknown_fields=True):
    """From which day a site delivers no more, and why; `seen` as of any decision."""

    on: date
    by: Said
    why: Said
    seen: int | None = None


def site_routes(of: SiteRoutes) -> list[Route]:
    """Return the routes of sites."""
    see, write = Act.SEE_SITES, Act.DRAFT_SITE
    return [
        answered("/sites", lambda asked: _all(of, asked), guard=see),
        answered("/sites/cameras", lambda asked: _cameras(of, asked), guard=see),
        answered("/sites/{site}", lambda asked: _shown(of, asked, _life(of, asked)), guard=see),
        answered("/sites/{site}/tests", lambda asked: _trials(of, asked), guard=see),
        answered("/sites/{site}/contribution", lambda asked: _contribution(of, asked), guard=see),
        answered(
            "/sites/{site}/places",
            lambda asked: told_places(_placed(of, asked)),
            guard=Act.SEE_SITE_PLACE,
        ),
        answered("/sites", lambda asked: _draft(of, asked), "POST", guard=write),
        answered("/sites/begin", lambda asked: _begin(of, asked), "POST", guard=write),
        *_steps(of),
    ]


def _steps(of: SiteRoutes) -> list[Route]:
    write, decide = Act.DRAFT_SITE, Act.AUTHORISE_SITE
    return [
        _step(of, "case", write, _revise),
        _step(of, "part", write, _part),
        _step(of, "check", write, _check),
        _step(of, "submit", Act.SUBMIT_SITE, _submit),
        _step(of, "authorise", decide, _decides(Step.AUTHORISED)),
        _step(of, "send-back", decide, _decides(Step.SENT_BACK)),
        _step(of, "refuse", decide, _decides(Step.REFUSED)),
        _step(of, "renew", decide, _decides(Step.RENEWED)),
        _step(of, "lapse", decide, _lapse),
        _step(of, "installed", write, _installed),
        _step(of, "commission", write, _commission),
        _step(of, "move", write, _move),
        _step(of, "take-down", write, _take_down),
        _step(of, "dpia-reviewed", write, _dpia_reviewed),
        _step(of, "review", Act.REVIEW_SITE, _review),
        _step(of, "withdraw", write, _decides(Step.WITHDRAWN)),
    ]


def _step(of: SiteRoutes, name: str, guard: Act, takes: Callable[[SiteRoutes, Asked, Life], Life]) -> Route:
    answers: Answers = lambda asked: _shown(of, asked, takes(of, asked, _life(of, asked)))  # noqa: E731 - two words
    return answered(f"/sites/{{site}}/{name}", answers, "POST", guard=guard)


def _life(of: SiteRoutes, asked: Asked) -> Life:
    """Return the site that is meant; raises LookupError for one that whoever asks may not know of."""
    life = of.desk.find(asked.path["site"])
    if not _may_know(asked, life):
        raise LookupError("there is no such site")
    return life


def _placed(of: SiteRoutes, asked: Asked) -> Life:
    """Return the site that is meant; raises LookupError for one whose places whoever asks may not see."""
    life, who = _life(of, asked), asked.proved
    if life.case.confidential and who is not None and not who.may_see_places_of(life.case.named):
        raise LookupError("there is no such site")
    return life


def _may_know(asked: Asked, life: Life) -> bool:
    case = life.case
    return not case.confidential or asked.proved is None or asked.proved.may_know_of_site(case.named)


def _hidden(of: SiteRoutes, asked: Asked) -> frozenset[CameraId]:
    who = asked.proved
    if who is None:
        return frozenset()
    return frozenset(
        camera for camera, named in of.admissions.confidential().items() if not who.may_know_of_site(named)
    )


def _all(of: SiteRoutes, asked: Asked) -> object:
    now = of.admissions.now()
    lives = [life for life in of.desk.sites.every() if _may_know(asked, life)]
    return [told_head(life, _of_site(life, now), of.desk.review_due(life)) for life in lives]


def _cameras(of: SiteRoutes, asked: Asked) -> object:
    hidden = _hidden(of, asked)
    found = [(camera, one) for camera, one in of.admissions.now().items() if camera not in hidden]
    return [told_admission(camera, one, site_id) for camera, (one, site_id) in found]


def _of_site(
    life: Life, now: Mapping[CameraId, tuple[Admission, str | None]]
) -> Sequence[tuple[CameraId, Admission]]:
    """Return what its cameras may do; none while it is not at work, and none of cameras that are not put."""
    if not (life.alive and life.authorised):
        return ()
    return [(camera, now[camera][0]) for camera in life.case.camera_ids if camera in now]


def _shown(of: SiteRoutes, asked: Asked, life: Life) -> object:
    beside = Beside(
        of.desk.lacking(life, on=of.clock().date()),
        _hidden(of, asked),
        dict(_kept_from(asked, life)),
        of.desk.misplaced(life),
        of.desk.review_due(life),
    )
    return told_site(life, _of_site(life, of.admissions.now()), beside)


def _kept_from(asked: Asked, life: Life) -> Iterator[tuple[str, str]]:
    """Yield decisions that could be taken now, but not by whoever asks, and why: to show, not to refuse."""
    who = asked.proved
    if who is None:
        return
    for step in possible(life):
        if step not in DECISIONS:
            continue
        try:
            verify_possible(life, step, by=who.login)
        except NotPossibleStepError as fault:
            yield step.value, str(fault)
        else:
            if not who.may_decide(life.workers(step)):
                rank = who.judge.profile.sites.authorise_rank.value.value.replace("-", " ")
                yield step.value, f"an authorising officer of the rank of {rank} or above decides upon it"


def _trials(of: SiteRoutes, asked: Asked) -> object:
    return [told_trial(one) for one in of.desk.trials(_life(of, asked))]


def _contribution(of: SiteRoutes, asked: Asked) -> object:
    return told_contribution(of.desk.contribution(_life(of, asked), until=of.clock()))


def _draft(of: SiteRoutes, asked: Asked) -> object:
    form = asked.form(CaseForm)
    return _shown(of, asked, of.desk.draft(case_of(form.case), Done(form.by, of.clock(), form.why)))


def _begin(of: SiteRoutes, asked: Asked) -> object:
    form = asked.form(BeginForm)
    case = Case(title=form.title, form=form.form, area=form.area)
    return _shown(of, asked, of.desk.draft(case, Done(form.by, of.clock())))


def _part(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    form = asked.form(PartForm)
    if form.seen != len(life.steps):
        raise ChangedSinceError("somebody changed this case meanwhile: look again")
    case = changed_case(life.case, form.change, put=form.put, without=form.without)
    return of.desk.revise(life.site_id, case, Done(form.by, of.clock()))


def _move(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    form = asked.form(MoveForm)
    to = camera_of(WrittenCamera(form.camera, form.lat, form.lon, None, form.looks))
    return of.desk.move(life.site_id, to, form.on, Done(form.by, of.clock(), form.why))


def _take_down(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    form = asked.form(TakeDownForm)
    camera = CameraId.parse(form.camera)
    return of.desk.take_down(life.site_id, camera, form.on, Done(form.by, of.clock(), form.why))


def _revise(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    form = asked.form(CaseForm)
    return of.desk.revise(life.site_id, case_of(form.case), Done(form.by, of.clock(), form.why))


def _check(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    return of.desk.check(life.site_id, Done(asked.form(ByForm).by, of.clock()))


def _submit(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    return of.desk.submit(life.site_id, Done(asked.form(ByForm).by, of.clock()))


def _decides(step: Step) -> Callable[[SiteRoutes, Asked, Life], Life]:
    def takes(of: SiteRoutes, asked: Asked, life: Life) -> Life:
        said = asked.form(DecideForm)
        _verify_seen(life, said.seen)
        _verify_decides(asked, life, step, said.by)
        return of.desk.decide(life.site_id, step, Done(said.by, of.clock(), said.why))

    return takes


def _verify_seen(life: Life, seen: int | None) -> None:
    """Raise ChangedSinceError where somebody took a step since the site was looked at."""
    if seen is not None and seen != len(life.steps):
        raise ChangedSinceError("somebody took a step on this site since you looked: look again")


def _verify_decides(asked: Asked, life: Life, step: Step, by: str) -> None:
    """Raise where a step cannot be taken, or where the policy keeps whoever decides from it."""
    workers: Collection[str] = life.workers(step)
    if step in DECISIONS and asked.proved is not None and workers:
        asked.proved.verify_decides(workers)
    verify_possible(life, step, by=by)


def _lapse(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    form = asked.form(LapseForm)
    _verify_seen(life, form.seen)
    _verify_decides(asked, life, Step.TO_LAPSE, form.by)
    return of.desk.let_lapse(life.site_id, form.on, Done(form.by, of.clock(), form.why))


def _installed(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    form = asked.form(InstalledForm)
    return of.desk.installed(life.site_id, form.on, Done(form.by, of.clock(), form.why))


def _commission(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    return of.desk.commission(life.site_id, Done(asked.form(ByForm).by, of.clock()))


def _dpia_reviewed(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    form = asked.form(DpiaForm)
    review = DpiaReview(form.on, form.reviewer, form.found)
    return of.desk.dpia_reviewed(life.site_id, review, Done(form.by, of.clock()))


def _review(of: SiteRoutes, asked: Asked, life: Life) -> Life:
    form = asked.form(ReviewForm)
    return of.desk.review(life.site_id, form.need_now, form.effect, Done(form.by, of.clock()))
