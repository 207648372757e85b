"""A case written in a browser: a list of its parts, and a form for each. Each save is a revision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final, cast

import msgspec
from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.sites.case import Case, Form
from openanpr.sites.ground import MOST_TEXT
from openanpr.sites.missing import Part
from openanpr.web.api.route import Text
from openanpr.web.pages.administration.act_form import (
    ActForm,
    ActPage,
    Choice,
    Field,
    act_routes,
)
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page
from openanpr.web.pages.sites import words
from openanpr.web.pages.sites.overview import SECTION
from openanpr.web.pages.sites.told import SiteHead, WholeSite, site_of

Draft = Annotated[str, Meta(max_length=MOST_TEXT, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""Some lines that may be wanting while a case is a draft."""
_LONG: Final = f"Write at most {MOST_TEXT:,} characters"
IN_ALL: Final = f", in at most {MOST_TEXT:,} characters"
NO_PLACE: Final = "No place in it: all who see cases read it."
WRITE: Final = Act.DRAFT_SITE


class BeginFields(Struct, frozen=True):
    """What is known of a site at first."""

    title: Text
    form: Form
    area: Annotated[str, Meta(max_length=128)] = ""


class AboutFields(Struct, frozen=True):
    """What a site is called, and who may know of it."""

    seen: int
    title: Text
    confidential: Annotated[str, Meta(pattern="^(yes|no)$")]
    area: Annotated[str, Meta(max_length=128)] = ""
    confidential_why: Draft = ""
    named: Draft = ""


class NeedFields(Struct, frozen=True):
    """Why there must be a camera."""

    seen: int
    need: Draft = ""
    assessment: Draft = ""
    doing_nothing: Draft = ""


class ViewsFields(Struct, frozen=True):
    """What people think of it."""

    seen: int
    local_views: Draft = ""
    wider_views: Draft = ""


class AnswerFields(Struct, frozen=True):
    """Why cameras near by are not enough."""

    seen: int
    duplication: Draft = ""


def seen_field(told: WholeSite) -> Field:
    """Return the field that says what of a case was seen."""
    return Field("seen", "", "Look at the case again", "hidden", begins=told.seen)


def essay(name: str, label: str, hint: str, case: Case, rows: int = 7) -> Field:
    """Return the field of a text of a case."""
    return Field(name, label, _LONG, "long", hint, begins=str(getattr(case, name)), rows=rows)


def part_question(visit: Visit, form: Struct, change: Mapping[str, object], **more: object) -> Question:
    """Return the demand that some keys of the case of the address say something else from now on."""
    body = {"seen": getattr(form, "seen", 0), "change": dict(change), **more}
    return Question("POST", "/sites/{site}/part", {"site": visit.place("site")}, form=body)


def saved(part: Part | None = None) -> Callable[[Visit, bytes], Answer]:
    """Return what leads back to the list of parts, or to the page of one, when something was saved."""

    def done(visit: Visit, _: bytes) -> Answer:
        path = f"/sites/{visit.place('site')}/write"
        return SeeOther(path if part is None else f"{path}/{part}")

    return done


@dataclass(frozen=True, slots=True)
class WritingPages:
    """What the pages need."""

    inside: Inside


def writing_pages(pages: WritingPages) -> list[PageRoute]:
    """Return the pages on which a case is begun and written, but for the parts that are lists."""
    inside, write = pages.inside, "/sites/{site}/write"
    texts = [
        _text(pages, Part.ABOUT, AboutFields, _about_fields, _about_change),
        _text(pages, Part.NEED, NeedFields, _need_fields, _texts_change),
        _text(pages, Part.VIEWS, ViewsFields, _views_fields, _texts_change),
        _text(pages, Part.DUPLICATION, AnswerFields, _answer_fields, _texts_change, under="/answer"),
    ]
    begin = ActForm("/site-new", WRITE, lambda _: _BEGIN, BeginFields, _begins, _begun)
    check = ActForm(
        f"{write}/duplication/check",
        WRITE,
        partial(_checks, pages),
        NoneFields,
        _check,
        saved(Part.DUPLICATION),
    )
    return [
        *act_routes(inside, begin, check, *texts),
        page(write, WRITE, partial(_parts, pages)),
        page(f"{write}/duplication", WRITE, partial(_duplication, pages)),
    ]


class NoneFields(Struct, frozen=True):
    """Done as it stands."""


_BEGIN: Final = ActPage(
    "Begin a case for a camera",
    (
        "A camera is there because somebody has shown that it must be.",
        "You write the case part by part, and can leave it at any time: what you save is kept as a draft.",
        "The form cannot be changed later.",
    ),
    "Save and go on",
    "/sites",
    SECTION,
    fields=(
        Field("title", "What the site is called", "Say what the site is called", hint=NO_PLACE, width=30),
        Field(
            "form",
            "How the cameras are mounted",
            "Choose how the cameras are mounted",
            "one-of",
            choices=tuple(Choice(form.value, words.FORMS[form], words.FORM_HINTS[form]) for form in Form),
        ),
        Field(
            "area", "Area", "Enter an area of at most 128 characters", hint="As routing names it.", width=20
        ),
    ),
)


def _begins(_: Visit, form: BeginFields) -> Question:
    return Question("POST", "/sites/begin", form=msgspec.to_builtins(form))


def _begun(_: Visit, told: bytes) -> Answer:
    return SeeOther(f"/sites/{msgspec.json.decode(told, type=SiteHead).site}/write")


def _parts(pages: WritingPages, visit: Visit) -> Answer:
    told = writable(pages.inside, visit)
    values = {"section": SECTION, "told": told, "parts": _shown_parts(told), "words": words}
    return Shown("sites/write.html", values)


def _shown_parts(told: WholeSite) -> list[tuple[Part, str]]:
    """Return the parts that a site of this form has: a camera that drives about stands nowhere."""
    drives = told.form is Form.VEHICLE_MOUNTED
    return [(part, text) for part, text in words.PARTS.items() if not (drives and part is Part.DUPLICATION)]


def writable(inside: Inside, visit: Visit) -> WholeSite:
    """Return the site of the address; raises LookupError where its case is not being written."""
    told = site_of(inside, visit)
    if not told.writing:
        raise LookupError("the case is not being written any more: look at the site")
    return told


def part_page(
    told: WholeSite, part: Part, fields: tuple[Field, ...], *, back: str = "", lead: tuple[str, ...] = ()
) -> ActPage:
    """Return the page of a form that writes a part; what it lacks stands above it."""
    return ActPage(
        words.PARTS[part],
        (*lead, *(f"Still to do: {one}." for one in told.lacking[part])),
        "Save",
        back or f"{told.path}/write",
        SECTION,
        about=told.title,
        fields=(seen_field(told), *fields),
    )


def _text(
    pages: WritingPages,
    part: Part,
    kind: type[Struct],
    fields: Callable[[Case], tuple[Field, ...]],
    change: Callable[[Any], Mapping[str, object]],
    *,
    under: str = "",
) -> ActForm:
    def says(visit: Visit) -> ActPage:
        told = writable(pages.inside, visit)
        return part_page(told, part, fields(told.case))

    def asks(visit: Visit, form: Struct) -> Question:
        return part_question(visit, form, change(form))

    path = f"/sites/{{site}}/write/{part}{under}"
    return ActForm(path, WRITE, says, kind, asks, saved(part if under else None))


def _about_fields(case: Case) -> tuple[Field, ...]:
    return (
        Field(
            "title",
            "What the site is called",
            "Say what the site is called",
            hint=NO_PLACE,
            width=30,
            begins=case.title,
        ),
        Field(
            "area",
            "Area",
            "Enter an area of at most 128 characters",
            hint="As routing names it.",
            begins=case.area,
        ),
        Field(
            "confidential",
            "Is it confidential that there is a camera?",
            "Choose whether it is confidential that there is a camera",
            "one-of",
            "Where cameras stand always is. This is for sites of which only few may know at all.",
            (Choice("no", "No"), Choice("yes", "Yes")),
            begins="yes" if case.confidential else "no",
        ),
        essay("confidential_why", "Why, if it is", "", case, rows=3),
        replace(
            essay(
                "named",
                "Who may know of it, if it is",
                "Sign-in names, one a line; a team as team:NAME, which sees no place. Name who decides too.",
                case,
                rows=3,
            ),
            begins="\n".join(case.named),
        ),
    )


def _about_change(form: AboutFields) -> Mapping[str, object]:
    return {
        "title": form.title,
        "area": form.area,
        "confidential": form.confidential == "yes",
        "confidential_why": form.confidential_why,
        "named": lines_of(form.named),
    }


def lines_of(text: str) -> list[str]:
    """Return the names in a field, which stand on lines of their own or between commas."""
    return [one.strip() for one in text.replace(",", "\n").splitlines() if one.strip()]


def _need_fields(case: Case) -> tuple[Field, ...]:
    return (
        essay("need", "What need does it meet?", f"The pressing need, in a few sentences. {NO_PLACE}", case),
        essay(
            "assessment",
            "Strategic assessment",
            "How great the problem is, by what is known and since when.",
            case,
        ),
        essay("doing_nothing", "What follows if nothing is done?", "", case),
    )


def _views_fields(case: Case) -> tuple[Field, ...]:
    return (
        essay("local_views", "What do people who live or work there think of it?", NO_PLACE, case),
        essay(
            "wider_views",
            "What do others think of it?",
            "Beyond those who live there: of the county, of those who were against it.",
            case,
        ),
    )


def _answer_fields(case: Case) -> tuple[Field, ...]:
    return (
        essay(
            "duplication",
            "Why are the cameras near by not enough?",
            "Leave it empty where none was found.",
            case,
        ),
    )


def _texts_change(form: Struct) -> Mapping[str, object]:
    told = cast("dict[str, object]", msgspec.to_builtins(form))
    return {name: text for name, text in told.items() if name != "seen"}


def _duplication(pages: WritingPages, visit: Visit) -> Answer:
    told = writable(pages.inside, visit)
    return Shown("sites/duplication.html", {"section": SECTION, "told": told, "words": words})


def _checks(pages: WritingPages, visit: Visit) -> ActPage:
    told = writable(pages.inside, visit)
    return ActPage(
        "Hold it against cameras that are there",
        (
            "The node looks for cameras near the places of the case, and how much traffic they share.",
            "Counts alone come out: no mark and no time.",
        ),
        "Check now",
        f"{told.path}/write/duplication",
        SECTION,
        about=told.title,
        waits="Checking",
    )


def _check(visit: Visit, _: Struct) -> Question:
    return Question("POST", "/sites/{site}/check", {"site": visit.place("site")}, form={})
