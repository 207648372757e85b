"""Each step on a site in a browser, with a form of its own: what will happen, what it takes, who may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from openanpr.sites.life import DECISIONS, Step
from openanpr.web.api.route import LongText, Text
from openanpr.web.pages.administration.act_form import (
    WHY,
    ActForm,
    ActPage,
    Choice,
    Field,
    NoFields,
    WhyFields,
    act_routes,
)
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Visit
from openanpr.web.pages.sites import words
from openanpr.web.pages.sites.cameras import LAT, LON, LOOKS, East, North
from openanpr.web.pages.sites.overview import SECTION, STEP_ACTS, SitePages, trials_of
from openanpr.web.pages.sites.told import ContributionTold, WholeSite, site_of
from openanpr.web.pages.sites.writing import IN_ALL, seen_field

_DAY: Final = "Enter the day, such as 27 3 2026"


class OnFields(Struct, frozen=True):
    """On which day."""

    on: date


class SeenFields(Struct, frozen=True):
    """Decided upon what was seen: how many steps the site had."""

    seen: int


class SeenWhyFields(Struct, frozen=True):
    """The same, with a reason."""

    seen: int
    why: LongText


class LapseFields(Struct, frozen=True):
    """From which day on, and why, decided upon what was seen."""

    seen: int
    on: date
    why: LongText


class DpiaFields(Struct, frozen=True):
    """That the impact assessment was gone through."""

    on: date
    reviewer: Text
    found: LongText


class ReviewFields(Struct, frozen=True):
    """What is to be said of a site after a year."""

    need_now: LongText
    effect: LongText


class MoveFields(Struct, frozen=True):
    """Where a camera stands since a day."""

    camera: Text
    on: date
    lat: North
    lon: East
    looks: LongText


class TakeDownFields(Struct, frozen=True):
    """Which camera was taken down on which day."""

    camera: Text
    on: date


Lead = Callable[[Inside, Visit, WholeSite], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Act:
    """One step: its heading, what will happen, its button, its fields, and as what they are read."""

    step: Step
    title: str
    lead: Lead
    button: str
    fields: Callable[[WholeSite], tuple[Field, ...]] = lambda _: ()
    form: type[Struct] = NoFields
    stops: bool = False


def step_pages(pages: SitePages) -> list[PageRoute]:
    """Return the page of each step."""
    return act_routes(pages.inside, *(_form(pages.inside, one) for one in _ACTS))


def _form(inside: Inside, one: _Act) -> ActForm:
    path, _, act = STEP_ACTS[one.step]

    def says(visit: Visit) -> ActPage:
        told = site_of(inside, visit)
        if one.step not in told.possible:
            raise LookupError("that cannot be done to the site now: look at where it stands")
        lead = one.lead(inside, visit, told)
        kept = told.kept_from.get(one.step, "")
        return ActPage(
            one.title,
            (f"You may not: {kept}.", *lead) if kept else lead,
            one.button,
            told.path,
            SECTION,
            about=told.title,
            stops=one.stops,
            action=f"{told.path}/{path}",
            fields=(*((_seen(visit, told),) if one.step in DECISIONS else ()), *one.fields(told)),
        )

    def asks(visit: Visit, form: Struct) -> Question:
        place = {"site": visit.place("site")}
        return Question("POST", f"/sites/{{site}}/{path}", place, form=msgspec.to_builtins(form))

    query = ("seen",) if one.step in DECISIONS else ()
    return ActForm(f"/sites/{{site}}/{path}", act, says, one.form, asks, _done, query)


def _seen(visit: Visit, told: WholeSite) -> Field:
    """Return what of the site was seen: by its page, which leads here, and else by this one."""
    said = visit.asked.query.get("seen", "")
    return replace(seen_field(told), begins=said if said.isascii() and said.isdigit() else told.seen)


def _done(visit: Visit, _: bytes) -> Answer:
    return SeeOther(f"/sites/{visit.place('site')}")


def _says(*lines: str) -> Lead:
    def said(_: Inside, __: Visit, ___: WholeSite) -> tuple[str, ...]:
        return lines

    return said


def _on(label: str) -> Callable[[WholeSite], tuple[Field, ...]]:
    return lambda _: (Field("on", label, _DAY, "day"),)


def _why(_: WholeSite) -> tuple[Field, ...]:
    return (WHY,)


def _decides(_: Inside, __: Visit, told: WholeSite) -> tuple[str, ...]:
    """Say what is decided upon, and what it lacks by now."""
    many = len(told.cameras)
    cameras = f"{many} camera{'' if many == 1 else 's'}: {', '.join(told.cameras)}"
    grounds = ", ".join(words.GROUNDS[one] for one in told.grounds)
    lacks = (f"It lacks by now: {'; '.join(told.missing)}.",) if told.missing else ()
    return (f"{cameras}. Grounds: {grounds}.", *lacks)


def _authorises(inside: Inside, visit: Visit, told: WholeSite) -> tuple[str, ...]:
    after = "From then on the cameras may be put up, and have so long to pass their test as the profile says."
    return (
        *_decides(inside, visit, told),
        after,
        "Read the whole case first, and where the cameras are to stand.",
    )


def _submits(_: Inside, __: Visit, told: WholeSite) -> tuple[str, ...]:
    if told.missing:
        return ("It cannot be submitted yet.", *(f"Still to do: {one}." for one in told.missing))
    return (
        "Nothing is missing.",
        "An authorising officer who worked on no part of it decides. Until then it cannot be written on.",
    )


def _commissions(inside: Inside, visit: Visit, _: WholeSite) -> tuple[str, ...]:
    return tuple(_results(inside, visit))


def _results(inside: Inside, visit: Visit) -> Iterator[str]:
    """Yield what the newest test of each camera would say."""
    for one in trials_of(inside, visit):
        said = "cannot be judged" if one.result is None else words.RESULTS[one.result][0].lower()
        why = f": {'; '.join(one.why)}" if one.why else ""
        yield f"Camera {one.camera} {said}{why}."
    yield "Where all pass the site stands; else it stays as it is, and what was judged is kept."


def _brought(inside: Inside, visit: Visit, told: WholeSite) -> tuple[str, ...]:
    asked = Question("GET", "/sites/{site}/contribution", {"site": told.site})
    came = inside.ask(visit, asked, ContributionTold)
    lines = [f"In the last year, of which {came.days} of {came.asked_days} days can be counted:"]
    lines += [f"{words.MEASURES[name]}: {band}." for name, band in _bands(came)]
    lines += [
        f"Expected at least {one.at_least:,} of {words.MEASURES[one.measure].lower()} a year: "
        f"{words.CAME[one.came][0].lower()}."
        for one in came.held
    ]
    return (*lines, "This is kept with the review. Another person decides whether the site is renewed.")


def _bands(came: ContributionTold) -> list[tuple[Any, str]]:
    return [(name, came.bands[name.value]) for name in words.MEASURES if name.value in came.bands]


def _review_lead(_: Inside, __: Visit, told: WholeSite) -> tuple[str, ...]:
    """Say what the review to be decided upon says."""
    one = told.last[Step.REVIEWED]
    written = one.review
    if written is None:
        return ()
    bands = ", ".join(f"{words.MEASURES[name].lower()} {band}" for name, band in _bands(written.contribution))
    return (
        f"The need as it is now: {written.need_now}",
        f"What the cameras changed: {written.effect}",
        f"What they brought: {bands}.",
    )


def _renews(inside: Inside, visit: Visit, told: WholeSite) -> tuple[str, ...]:
    return (
        *_review_lead(inside, visit, told),
        "Renewed, the cameras deliver until the next review, and its grace.",
    )


def _lapses(inside: Inside, visit: Visit, told: WholeSite) -> tuple[str, ...]:
    after = "From that day on what the cameras capture is not taken. It cannot be undone."
    return (*_review_lead(inside, visit, told), after)


def _which(told: WholeSite) -> Field:
    choices = tuple(Choice(one, one) for one in told.cameras)
    begins = told.cameras[0] if len(told.cameras) == 1 else ""
    return Field("camera", "Camera", "Choose the camera", "one-of", choices=choices, begins=begins)


def _move_fields(told: WholeSite) -> tuple[Field, ...]:
    where = "Where it stands now: "
    return (
        _which(told),
        Field("on", "Since when", _DAY, "day", "The day on which it was put up there."),
        Field("lat", f"{where}latitude", LAT.missing, hint=LAT.hint, width=10),
        Field("lon", f"{where}longitude", LON.missing, hint=LON.hint, width=10),
        Field(
            "looks", LOOKS.label, f"Say what it looks at, and what it does not{IN_ALL}", "long", LOOKS.hint
        ),
    )


def _moves(_: Inside, __: Visit, told: WholeSite) -> tuple[str, ...]:
    return (
        f"Its stay where it was ends, and another begins, of {told.case.stays_days} days at most.",
        "A place near one where a camera of this site stood lately is no other place.",
        "The register has the new place then, too.",
    )


def _dpia_fields(_: WholeSite) -> tuple[Field, ...]:
    return (
        Field("on", "When", _DAY, "day"),
        Field("reviewer", "Who went through it", "Say who went through it", width=30),
        Field("found", "What came of it", f"Say what came of it{IN_ALL}", "long"),
    )


def _review_fields(_: WholeSite) -> tuple[Field, ...]:
    return (
        Field("need_now", "The need as it is now", f"Say what the need is now{IN_ALL}", "long", rows=6),
        Field(
            "effect",
            "What the cameras changed",
            f"Say what the cameras changed{IN_ALL}",
            "long",
            "For better and worse, also for people who live there.",
            rows=6,
        ),
    )


_ACTS: Final = (
    _Act(Step.SUBMITTED, "Submit the case", _submits, "Submit it"),
    _Act(Step.AUTHORISED, "Authorise the site", _authorises, "Authorise it", form=SeenFields),
    _Act(
        Step.SENT_BACK,
        "Send the case back",
        _says("Whoever wrote it can go on writing, and submit it again."),
        "Send it back",
        _why,
        SeenWhyFields,
    ),
    _Act(
        Step.REFUSED,
        "Refuse the case",
        _says(
            "It ends the case, and the time that its cameras had without one. Another case can be drafted."
        ),
        "Refuse it",
        _why,
        SeenWhyFields,
        stops=True,
    ),
    _Act(
        Step.INSTALLED,
        "Say that the cameras were put up",
        _says("Tests count that were scored since that day. For moveable cameras their first stay begins."),
        "Save",
        _on("On which day"),
        OnFields,
    ),
    _Act(Step.COMMISSIONED, "Commission the site", _commissions, "Judge the tests"),
    _Act(Step.MOVED, "Move a camera", _moves, "It stands there now", _move_fields, MoveFields),
    _Act(
        Step.TAKEN_DOWN,
        "Take a camera down",
        _says("Its stay ends with that day, and it delivers no more until it is moved to another place."),
        "It was taken down",
        lambda told: (_which(told), Field("on", "On which day", _DAY, "day")),
        TakeDownFields,
        stops=True,
    ),
    _Act(
        Step.DPIA_REVIEWED,
        "Go through the impact assessment",
        _says("Say that somebody went through it again, and what came of it."),
        "Save",
        _dpia_fields,
        DpiaFields,
    ),
    _Act(
        Step.REVIEWED,
        "Write the review of the year",
        _brought,
        "Save the review",
        _review_fields,
        ReviewFields,
    ),
    _Act(Step.RENEWED, "Renew the site", _renews, "Renew it", _why, SeenWhyFields),
    _Act(
        Step.TO_LAPSE,
        "Let the site lapse",
        _lapses,
        "Let it lapse",
        lambda _: (Field("on", "From which day on", _DAY, "day"), WHY),
        LapseFields,
        stops=True,
    ),
    _Act(
        Step.WITHDRAWN,
        "Withdraw the site",
        _says("It ends the case at once: what its cameras capture from now on is not taken."),
        "Withdraw it",
        _why,
        WhyFields,
        stops=True,
    ),
)
