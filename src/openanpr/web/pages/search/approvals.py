"""Searches of others that wait for an authority: listed without marks, looked at one by one, decided on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openanpr.policy.ask import Act
from openanpr.search.ask import Asker, AskError
from openanpr.search.record import Means, SearchRecord
from openanpr.web.api.searches import what_waits
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent
from openanpr.web.pages.search.ask import SearchPages
from openanpr.web.pages.search.found import search_values
from openanpr.web.pages.search.kinds import CATEGORIES, KIND_OF

_SECTION: Final = "/approvals"
_DONE: Final = {
    "approve": "The authority was given. Whoever asked can run the search now.",
    "refuse": "The authority was refused, with your reason.",
    "confirm": "Your oral authority stands in writing now.",
    "deny": "You denied the oral authority. Nothing of the search is shown any more.",
}


def approval_pages(pages: SearchPages) -> list[PageRoute]:
    """Return the inbox of authorising officers."""
    act, desk = Act.APPROVE, pages.of.desk
    return [
        page(_SECTION, act, lambda visit: _inbox(pages, visit), asks=("done",)),
        sent("/approvals/{search}/look", act, lambda visit: _look(pages, visit)),
        _decided(pages, "approve", lambda one, by, why: desk.approve(one, by, reason=why)),
        _decided(pages, "refuse", lambda one, by, why: desk.decline(one, by, reason=why)),
        _decided(pages, "confirm", lambda one, by, why: desk.confirm(one, by, reason=why)),
        _decided(pages, "deny", lambda one, by, why: desk.contradict(one, by, reason=why)),
    ]


def _decided(pages: SearchPages, name: str, does: Callable[[str, Asker, str], SearchRecord]) -> PageRoute:
    def answer(visit: Visit) -> Answer:
        reason = visit.form.text("reason")
        if not reason:
            return _look(pages, visit, {"reason": "Enter why"})
        try:
            does(visit.place("search"), pages.of.asker(visit.call), reason)
        except AskError as fault:
            said = str(fault)
            return _look(pages, visit, {"reason": said[:1].upper() + said[1:]})
        return SeeOther(f"{_SECTION}?done={name}")

    return sent(f"/approvals/{{search}}/{name}", Act.APPROVE, answer)


def _inbox(pages: SearchPages, visit: Visit) -> Answer:
    waiting = what_waits(pages.of, visit.call).searches
    people = pages.of.people.store
    accounts = {one.asked_by: people.find(one.asked_by) for one in waiting}
    values = {
        "waiting": waiting,
        "names": {who: one.name for who, one in accounts.items() if one is not None},
        "kinds": KIND_OF,
        "categories": CATEGORIES,
        "done": _DONE.get(visit.asked.query.get("done", ""), ""),
        "section": _SECTION,
    }
    return Shown("approvals/inbox.html", values)


def _look(pages: SearchPages, visit: Visit, faults: dict[str, str] | None = None) -> Answer:
    """Show a search whole; logged by the desk, each time."""
    record = pages.of.desk.look(visit.place("search"), pages.of.asker(visit.call))
    values = {
        **search_values(pages, record),
        "oral": record.given is not None and record.given.means is Means.ORAL,
        "faults": faults or {},
        "reason": visit.form.text("reason"),
        "section": _SECTION,
    }
    return Shown("approvals/look.html", values, 422 if faults else 200)
