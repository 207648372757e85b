"""A change to a list that somebody proposed: what it would do, and a yes or no from somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from openanpr.policy.ask import Act
from openanpr.web.api.route import LongText
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.lists.told import ChangeTold
from openanpr.web.pages.lists.which import SECTION, all_lists, path_of
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_WORDS: Final = {"why": "Say why you refuse it"}


class RefuseFields(Struct, frozen=True):
    """Why a change is refused."""

    why: LongText


@dataclass(frozen=True, slots=True)
class ChangePages:
    """What the pages need."""

    inside: Inside


def change_pages(pages: ChangePages) -> list[PageRoute]:
    """Return the pages of proposed changes."""
    decide = Act.APPROVE_LIST_CHANGE
    return [
        page("/list-changes/{number}", Act.SEE_LISTS, lambda visit: _shown(pages, visit, {}), asks=("rows",)),
        sent("/list-changes/{number}/approve", decide, lambda visit: _approve(pages, visit)),
        sent("/list-changes/{number}/refuse", decide, lambda visit: _refuse(pages, visit)),
    ]


def _shown(pages: ChangePages, visit: Visit, faults: dict[str, str]) -> Shown:
    told = pages.inside.ask(visit, _question(visit, ""), ChangeTold)
    rows = visit.asked.query.get("rows", "")
    (of,) = (one for one in all_lists(pages.inside, visit) if one.name == told.list)
    mine = told.by == visit.person.present.standing.account.login
    values = {
        "section": SECTION,
        "change": told,
        "path": path_of(of),
        "taken": int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 12 else None,
        "mine": mine,
        "decides": Act.APPROVE_LIST_CHANGE in visit.may,
        "why": visit.form.text("why"),
        "faults": faults,
    }
    return Shown("lists/change.html", values, 422 if faults else 200)


def _approve(pages: ChangePages, visit: Visit) -> Answer:
    done = pages.inside.ask(visit, _question(visit, "/approve", {}), ChangeTold)
    return SeeOther(f"/list-changes/{done.number}")


def _refuse(pages: ChangePages, visit: Visit) -> Answer:
    try:
        form = visit.form.read(RefuseFields, _WORDS)
    except FormFaultsError as fault:
        return _shown(pages, visit, fault.faults)
    done = pages.inside.ask(visit, _question(visit, "/refuse", {"why": form.why}), ChangeTold)
    return SeeOther(f"/list-changes/{done.number}")


def _question(visit: Visit, part: str, form: object = None) -> Question:
    number = visit.place("number")
    if not number.isascii() or not number.isdigit() or len(number) > 15:
        raise LookupError("there is no such change")
    method = "POST" if part else "GET"
    return Question(method, "/proposals/{number:int}" + part, {"number": number}, form=form)
