"""Vehicles of interest: how each list does, one list, its history, its holders, and a mark looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.voi.cell import RowFault, parse_vrm
from openanpr.web.api.route import LongText, Text
from openanpr.web.judging import NotAllowedError
from openanpr.web.pages.account.signing import spoken
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.lists.told import (
    ChangeTold,
    DueTold,
    FiguresTold,
    FoundTold,
    HoldersTold,
    ListTold,
    RevisionTold,
)
from openanpr.web.pages.lists.which import ONE, SECTION, about, all_lists, list_at, open_part, path_of
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_WORDS: Final = {
    "mark": "Enter a registration mark",
    "why": "Say why the list is to go back",
    "to": "Choose the revision to go back to",
}


class MarkFields(Struct, frozen=True):
    """A mark that is looked for."""

    mark: Text


class BackFields(Struct, frozen=True):
    """The revision to go back to, and why."""

    to: Annotated[int, Meta(ge=1, lt=2**53)]
    why: LongText


@dataclass(frozen=True, slots=True)
class ListPages:
    """What the pages need."""

    inside: Inside


@dataclass(frozen=True, slots=True)
class Health:
    """One list with what its owner should know: reviews that are due, and what came of its hits."""

    of: ListTold
    figures: FiguresTold | None


@dataclass(frozen=True, slots=True)
class FoundOn:
    """What one list has of a mark."""

    of: ListTold
    told: FoundTold


def list_pages(pages: ListPages) -> list[PageRoute]:
    """Return the pages of lists."""
    see, change = Act.SEE_LISTS, Act.CHANGE_LIST
    return [
        page(SECTION, see, lambda visit: _index(pages, visit, {})),
        sent("/lists/find", see, lambda visit: _find(pages, visit)),
        page(ONE, see, lambda visit: _one(pages, visit)),
        page(f"{ONE}/review", see, lambda visit: _review(pages, visit)),
        page(f"{ONE}/holders", see, lambda visit: _holders(pages, visit)),
        page(f"{ONE}/history", see, lambda visit: _history(pages, visit, {})),
        sent(f"{ONE}/history", change, lambda visit: _roll_back(pages, visit)),
    ]


def _health(pages: ListPages, visit: Visit, found: Sequence[ListTold]) -> list[Health]:
    figures = {one.list_id: one for one in _figures(pages, visit)}
    return [Health(one, figures.get(one.list_id)) for one in found]


def _figures(pages: ListPages, visit: Visit) -> Sequence[FiguresTold]:
    """Return what came of hits, to whoever answers alerts: nobody else is told."""
    if Act.ANSWER_ALERT not in visit.may:
        return ()
    try:
        return pages.inside.ask(visit, Question("GET", "/alerts/figures"), list[FiguresTold])
    except NotAllowedError:
        return ()


def _waiting(pages: ListPages, visit: Visit) -> list[ChangeTold]:
    return pages.inside.ask(visit, Question("GET", "/proposals"), list[ChangeTold])


def _index(pages: ListPages, visit: Visit, faults: dict[str, str]) -> Shown:
    values = {
        "section": SECTION,
        "lists": _health(pages, visit, all_lists(pages.inside, visit)),
        "waiting": _waiting(pages, visit),
        "path_of": path_of,
        "faults": faults,
        "changes": Act.CHANGE_LIST in visit.may,
    }
    return Shown("lists/lists.html", values, 422 if faults else 200)


def _find(pages: ListPages, visit: Visit) -> Answer:
    try:
        mark = parse_vrm(visit.form.read(MarkFields, _WORDS).mark)
    except FormFaultsError as fault:
        return _index(pages, visit, fault.faults)
    except RowFault as fault:
        return _index(pages, visit, {"mark": spoken(fault)})
    found = [
        FoundOn(one, pages.inside.ask(visit, sought(one, mark), FoundTold))
        for one in all_lists(pages.inside, visit)
    ]
    values = {
        "section": SECTION,
        "mark": mark,
        "found": [one for one in found if one.told.entries],
        "gone": [one for one in found if one.told.gone],
        "looked": len(found),
        "path_of": path_of,
    }
    return Shown("lists/found.html", values)


def sought(one: ListTold, mark: str) -> Question:
    """Return the question whether a mark is on a list."""
    return about(one, "/entries/find", "POST", {"vrm": mark})


def _one(pages: ListPages, visit: Visit) -> Answer:
    inside, told = pages.inside, list_at(pages.inside, visit)
    history = inside.ask(visit, about(told, "/history"), list[RevisionTold])
    values = {
        "section": SECTION,
        "health": _health(pages, visit, [told])[0],
        "history": history[:3],
        "holders": inside.ask(visit, about(told, "/holders"), HoldersTold),
        "waiting": [one for one in _waiting(pages, visit) if one.list == told.name],
        "path": path_of(told),
        "open_path": path_of(open_part(inside, visit, told)),
        "changes": Act.CHANGE_LIST in visit.may,
    }
    return Shown("lists/list.html", values)


def _review(pages: ListPages, visit: Visit) -> Answer:
    told = list_at(pages.inside, visit)
    due = pages.inside.ask(visit, about(told, "/review"), list[DueTold])
    return Shown("lists/review.html", {"section": SECTION, "list": told, "due": due, "path": path_of(told)})


def _holders(pages: ListPages, visit: Visit) -> Answer:
    told = list_at(pages.inside, visit)
    held = pages.inside.ask(visit, about(told, "/holders"), HoldersTold)
    return Shown(
        "lists/holders.html", {"section": SECTION, "list": told, "held": held, "path": path_of(told)}
    )


def _history(pages: ListPages, visit: Visit, faults: dict[str, str]) -> Shown:
    told = list_at(pages.inside, visit)
    values = {
        "section": SECTION,
        "list": told,
        "history": pages.inside.ask(visit, about(told, "/history"), list[RevisionTold]),
        "path": path_of(told),
        "changes": Act.CHANGE_LIST in visit.may,
        "why": visit.form.text("why"),
        "faults": faults,
    }
    return Shown("lists/history.html", values, 422 if faults else 200)


def _roll_back(pages: ListPages, visit: Visit) -> Answer:
    try:
        form = visit.form.read(BackFields, _WORDS)
    except FormFaultsError as fault:
        return _history(pages, visit, fault.faults)
    asked = {"why": form.why, "to": form.to}
    question = about(list_at(pages.inside, visit), "/rollback", "POST", asked)
    return SeeOther(f"/list-changes/{pages.inside.ask(visit, question, ChangeTold).number}")
