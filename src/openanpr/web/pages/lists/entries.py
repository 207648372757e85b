"""What is on a list: looked through, and an entry added, corrected or taken off, as a proposal to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from openanpr.core.voi_entry import Action, Priority
from openanpr.policy.ask import Act
from openanpr.voi.by_hand import HandError
from openanpr.voi.cell import RowFault, parse_vrm
from openanpr.web.api.route import LongText, Optional, Text
from openanpr.web.pages.account.signing import spoken
from openanpr.web.pages.days import read_day
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.lists.overview import sought
from openanpr.web.pages.lists.told import ChangeTold, EntriesTold, EntryTold, FoundTold, ListTold
from openanpr.web.pages.lists.which import ONE, SECTION, about, all_lists, list_at, path_of
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_WORDS: Final = {
    "vrm": "Enter the registration mark",
    "action": "Choose what is asked of whoever meets the vehicle",
    "priority": "Choose how soon a hit wants an answer",
    "reason": "Say why the vehicle is looked for",
    "owner": "Say who answers for the entry",
    "why": "Say why the list is to change",
    "weed_on": "Enter the last day on which the entry is used",
}
ACTIONS: Final[Mapping[Action, str]] = {
    Action.STOP: "Stop",
    Action.SILENT: "Silent: do not stop, report",
    Action.ASSESS: "Assess: stop only on further grounds",
    Action.INTELLIGENCE: "Intelligence: record only",
}


class EntryFields(Struct, frozen=True):
    """An entry as a person writes it down. Days are given as day, month and year."""

    vrm: Text
    action: Action
    priority: Priority
    reason: LongText
    owner: Text
    why: LongText
    make: Optional = ""
    model: Optional = ""
    colour: Optional = ""
    warning_markers: Optional = ""
    information: Optional = ""
    force_area: Optional = ""
    grading: Optional = ""
    protective_marking: Optional = ""
    pnc_id: Optional = ""
    source: Optional = ""
    covert: bool = False
    seen_by: Optional = ""
    revive: bool = False


class WhyFields(Struct, frozen=True):
    """Why an entry is to be taken off."""

    why: LongText


@dataclass(frozen=True, slots=True)
class EntryPages:
    """What the pages need."""

    inside: Inside


def entry_pages(pages: EntryPages) -> list[PageRoute]:
    """Return the pages of entries."""
    see, change = Act.SEE_LISTS, Act.CHANGE_LIST
    one = f"{ONE}/entries/{{entry}}"
    return [
        page(f"{ONE}/entries", see, lambda visit: _entries(pages, visit), asks=("before",)),
        page(f"{ONE}/add", change, lambda visit: _form(visit, list_at(pages.inside, visit), None, {})),
        sent(f"{ONE}/add", change, lambda visit: _add(pages, visit)),
        page(one, see, lambda visit: _shown(pages, visit)),
        page(one + "/correct", change, lambda visit: _form(visit, *_one(pages, visit), {})),
        sent(one + "/correct", change, lambda visit: _correct(pages, visit)),
        page(one + "/remove", change, lambda visit: _removal(pages, visit, {})),
        sent(one + "/remove", change, lambda visit: _remove(pages, visit)),
    ]


def _entries(pages: EntryPages, visit: Visit) -> Answer:
    of, before = list_at(pages.inside, visit), visit.asked.query.get("before", "")
    question = replace(about(of, "/entries"), query={"before": before} if before else {})
    values = {
        "section": SECTION,
        "name": of.name,
        "told": pages.inside.ask(visit, question, EntriesTold),
        "first": not before,
        "path": path_of(of),
        "changes": Act.CHANGE_LIST in visit.may,
    }
    return Shown("lists/entries.html", values)


def _one(pages: EntryPages, visit: Visit) -> tuple[ListTold, EntryTold]:
    """Return the list and the entry that the page's address names; raises LookupError."""
    of, entry = list_at(pages.inside, visit), visit.place("entry")
    if not entry.isascii() or not entry.isdigit() or len(entry) > 15:
        raise LookupError("there is no such entry on the list, or not any more")
    question = Question("GET", "/lists/{name}/entries/{entry:int}", {"name": of.name, "entry": entry})
    return of, pages.inside.ask(visit, question, EntryTold)


def _shown(pages: EntryPages, visit: Visit) -> Answer:
    of, entry = _one(pages, visit)
    values = {
        "section": SECTION,
        "name": of.name,
        "entry": entry,
        "actions": ACTIONS,
        "path": path_of(of),
        "changes": Act.CHANGE_LIST in visit.may,
    }
    return Shown("lists/entry.html", values)


def _form(visit: Visit, of: ListTold, entry: EntryTold | None, faults: dict[str, str]) -> Shown:
    """Show the form as it was filled in, else with the entry as it stands."""
    filled = visit.form.fields or entry is None
    values = {
        "section": SECTION,
        "name": of.name,
        "entry": entry,
        "said": {key: texts[0] for key, texts in visit.form.fields.items()} if filled else _said(entry),
        "actions": {one.value: text for one, text in ACTIONS.items()},
        "path": path_of(of),
        "faults": faults,
    }
    return Shown("lists/entry_form.html", values, 422 if faults else 200)


def _warned(visit: Visit, of: ListTold, elsewhere: Sequence[tuple[ListTold, list[EntryTold]]]) -> Shown:
    """Show the form once more, with what other lists have of its mark; to send it again goes on."""
    shown = _form(visit, of, None, {})
    found = [(one.name, path_of(one), entries) for one, entries in elsewhere]
    told = parse_vrm(visit.form.text("vrm"))
    return Shown(shown.template, {**shown.values, "elsewhere": found, "told": told}, shown.status)


def _said(entry: EntryTold | None) -> dict[str, str]:
    """Return an entry as its form would be filled in."""
    if entry is None:
        return {}
    told: dict[str, Any] = msgspec.to_builtins(entry)
    said = {key: text for key, text in told.items() if isinstance(text, str)}
    for day_name in ("weed", "review"):
        on: date | None = getattr(entry, f"{day_name}_on")
        if on is not None:
            said |= {f"{day_name}_day": str(on.day), f"{day_name}_month": str(on.month)}
            said[f"{day_name}_year"] = str(on.year)
    return said | {"covert": "true" if entry.covert else "", "seen_by": ", ".join(entry.seen_by)}


def _filled(visit: Visit) -> dict[str, object]:
    """Return what the form says, as the node's questions take it; raises FormFaultsError."""
    faults: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in ("weed", "review"):
        try:
            days[f"{name}_on"] = read_day(visit.form, name)
        except FormFaultsError as fault:
            faults |= fault.faults
    if days.get("weed_on", date.min) is None:
        faults["weed_day"] = _WORDS["weed_on"]
    form = _fields(visit, faults)
    said: dict[str, object] = msgspec.to_builtins(form)
    names = [one for one in map(str.strip, form.seen_by.split(",")) if one]
    return {**said, **days, "seen_by": names}


def _fields(visit: Visit, faults: dict[str, str]) -> EntryFields:
    """Return the form without its days, whose `faults` are told with its own; why it changes stands last."""
    try:
        form = visit.form.read(EntryFields, _WORDS)
    except FormFaultsError as fault:
        told = fault.faults | faults
        raise FormFaultsError({name: told[name] for name in sorted(told, key="why".__eq__)}) from fault
    if faults:
        raise FormFaultsError(faults)
    return form


def _elsewhere(pages: EntryPages, visit: Visit, of: ListTold) -> list[tuple[ListTold, list[EntryTold]]]:
    """Return what other lists have of the mark that was filled in, as far as whoever asks may see it.

    Nothing where they were told already and go on, and where the mark is none: that is refused after.
    """
    try:
        mark = parse_vrm(visit.form.text("vrm"))
    except RowFault:
        return []
    if visit.form.text("told") == mark or Act.SEE_LISTS not in visit.may:
        return []
    others = [one for one in all_lists(pages.inside, visit) if one.list_id != of.list_id]
    found = [(one, pages.inside.ask(visit, sought(one, mark), FoundTold).entries) for one in others]
    return [(one, entries) for one, entries in found if entries]


def _add(pages: EntryPages, visit: Visit) -> Answer:
    of = list_at(pages.inside, visit)
    try:
        form = _filled(visit)
        elsewhere = _elsewhere(pages, visit, of)
        if elsewhere:
            return _warned(visit, of, elsewhere)
        return _proposed(pages, visit, about(of, "/entries", "POST", form))
    except FormFaultsError as fault:
        return _form(visit, of, None, fault.faults)
    except HandError as fault:
        return _form(visit, of, None, {"vrm": spoken(fault)})


def _correct(pages: EntryPages, visit: Visit) -> Answer:
    of, entry = _one(pages, visit)
    try:
        form = _filled(visit)
        form.pop("revive")
        key = entry.key
        wrong = {"of_vrm": key.vrm, "of_pnc_id": key.pnc_id, "of_origin": key.origin}
        return _proposed(pages, visit, about(of, "/corrections", "POST", {**form, **wrong}))
    except FormFaultsError as fault:
        return _form(visit, of, entry, fault.faults)
    except HandError as fault:
        return _form(visit, of, entry, {"vrm": spoken(fault)})


def _removal(pages: EntryPages, visit: Visit, faults: dict[str, str]) -> Shown:
    of, entry = _one(pages, visit)
    values = {
        "section": SECTION,
        "name": of.name,
        "entry": entry,
        "path": path_of(of),
        "why": visit.form.text("why"),
        "faults": faults,
    }
    return Shown("lists/removal.html", values, 422 if faults else 200)


def _remove(pages: EntryPages, visit: Visit) -> Answer:
    of, entry = _one(pages, visit)
    try:
        form = {**entry.key._asdict(), "why": visit.form.read(WhyFields, _WORDS).why}
    except FormFaultsError as fault:
        return _removal(pages, visit, fault.faults)
    return _proposed(pages, visit, about(of, "/removals", "POST", form))


def _proposed(pages: EntryPages, visit: Visit, question: Question) -> Answer:
    return SeeOther(f"/list-changes/{pages.inside.ask(visit, question, ChangeTold).number}")
