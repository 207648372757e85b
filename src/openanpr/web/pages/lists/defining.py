"""A list is defined, or what it is for said anew; and entries whose time is over are taken off now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta, Struct

from openanpr.core.voi_list import ListKind
from openanpr.policy.ask import Act
from openanpr.web.api.route import LongText, Text
from openanpr.web.pages.form import Form, FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.lists.told import ChangeTold, ListTold, WeedingTold
from openanpr.web.pages.lists.which import ONE, SECTION, about, all_lists, list_at, path_of
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

NEW: Final = "/list-new"
_WORDS: Final = {
    "name": "Enter a name of at most 64 characters, such as Stolen vehicles",
    "owner": "Say who answers for the list",
    "purpose": "Say what the list is for",
    "legal_basis": "Name the law that allows the list",
    "kind": "Choose whether it is a crime list or a mass list",
    "visible_to": "Name at least one role or team",
    "max_age_hours": "Enter hours as a number, such as 24, or leave it empty",
}
_Hours = Annotated[float, Meta(gt=0, le=100_000)]


class CaseFields(Struct, frozen=True):
    """The case for a list. `visible_to` has names with commas between them."""

    owner: Text
    purpose: LongText
    legal_basis: Text
    kind: ListKind
    visible_to: Text
    max_age_hours: _Hours | None = None


class NameFields(Struct, frozen=True):
    """What a new list is called."""

    name: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


@dataclass(frozen=True, slots=True)
class DefiningPages:
    """What the pages need."""

    inside: Inside


def defining_pages(pages: DefiningPages) -> list[PageRoute]:
    """Return the pages of defining lists, and of weeding them."""
    change, case, weeding = Act.CHANGE_LIST, f"{ONE}/case", f"{ONE}/weeding"
    return [
        page(NEW, change, lambda visit: _form(visit, None, {})),
        sent(NEW, change, lambda visit: _define(pages, visit)),
        page(case, change, lambda visit: _form(visit, list_at(pages.inside, visit), {})),
        sent(case, change, lambda visit: _say_anew(pages, visit)),
        page(weeding, change, lambda visit: _weeding(pages, visit)),
        sent(weeding, change, lambda visit: _weed(pages, visit)),
    ]


def _form(visit: Visit, told: ListTold | None, faults: dict[str, str]) -> Shown:
    """Show the form as it was filled in, else with the list as it stands."""
    filled = visit.form.fields or told is None
    values = {
        "section": SECTION,
        "list": told,
        "path": NEW if told is None else path_of(told, "case"),
        "back_path": SECTION if told is None else path_of(told),
        "said": {key: texts[0] for key, texts in visit.form.fields.items()} if filled else _said(told),
        "faults": faults,
    }
    return Shown("lists/define.html", values, 422 if faults else 200)


def _said(told: ListTold | None) -> dict[str, str]:
    if told is None:
        return {}
    return {
        "owner": told.owner,
        "purpose": told.purpose,
        "legal_basis": told.legal_basis,
        "kind": told.kind.value,
        "visible_to": ", ".join(told.visible_to),
        "max_age_hours": "" if told.max_age_hours is None else f"{told.max_age_hours:g}",
    }


def _case(form: Form) -> dict[str, object]:
    """Return the case that was filled in; raises FormFaultsError."""
    said = form.read(CaseFields, _WORDS)
    seen = [one for one in map(str.strip, said.visible_to.split(",")) if one]
    if not seen:
        raise FormFaultsError({"visible_to": _WORDS["visible_to"]})
    return {
        "owner": said.owner,
        "purpose": said.purpose,
        "legal_basis": said.legal_basis,
        "kind": said.kind,
        "visible_to": seen,
        "max_age_hours": said.max_age_hours,
    }


def _define(pages: DefiningPages, visit: Visit) -> Answer:
    faults: dict[str, str] = {}
    name, case = "", dict[str, object]()
    try:
        name = visit.form.read(NameFields, _WORDS).name
    except FormFaultsError as fault:
        faults |= fault.faults
    try:
        case = _case(visit.form)
    except FormFaultsError as fault:
        faults |= fault.faults
    if name.casefold() in {one.name.casefold() for one in all_lists(pages.inside, visit)}:
        faults["name"] = "There is a list of this name already: its own page changes what it is for"
    if faults:
        return _form(visit, None, faults)
    return _kept(pages, visit, {"name": name, **case})


def _say_anew(pages: DefiningPages, visit: Visit) -> Answer:
    told = list_at(pages.inside, visit)
    try:
        case = _case(visit.form)
    except FormFaultsError as fault:
        return _form(visit, told, fault.faults)
    return _kept(pages, visit, {"name": told.name, **case})


def _kept(pages: DefiningPages, visit: Visit, form: dict[str, object]) -> Answer:
    pages.inside.ask_json(visit, Question("POST", "/lists", form=form))
    (kept,) = (one for one in all_lists(pages.inside, visit) if one.name == form["name"])
    return SeeOther(path_of(kept))


def _weeding(pages: DefiningPages, visit: Visit) -> Answer:
    told = list_at(pages.inside, visit)
    due = pages.inside.ask(visit, about(told, "/weeding"), WeedingTold).to_weed
    return Shown("lists/weeding.html", {"section": SECTION, "list": told, "path": path_of(told), "due": due})


def _weed(pages: DefiningPages, visit: Visit) -> Answer:
    question = about(list_at(pages.inside, visit), "/weeding", "POST", {})
    return SeeOther(f"/list-changes/{pages.inside.ask(visit, question, ChangeTold).number}")
