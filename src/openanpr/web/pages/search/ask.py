"""To ask for a search on pages: the kind, the form, the meter before the button."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from openanpr.core.purpose import SearchKind
from openanpr.core.read import Direction, Style
from openanpr.policy.ask import Act
from openanpr.policy.decide import Outcome
from openanpr.search.ask import AskError
from openanpr.search.foreseeing import Foreseen, Lawful
from openanpr.search.meter import Narrower
from openanpr.search.question import MOST_SCENES, Question, QuestionError, kind_of
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.searches import AskForm, ForWhomForm, OralForm, SearchRoutes, ask_for, my_searches
from openanpr.web.pages.form import Form, FormFaultsError
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent
from openanpr.web.pages.search.filled import empty, filled, with_question
from openanpr.web.pages.search.form import Reading, scenes_of
from openanpr.web.pages.search.kinds import CATEGORIES, KIND_OF, KINDS, SPELLINGS, STANCES, STATES
from openanpr.web.pages.search.runs import Runs
from openanpr.web.pages.search.told import PlainDecision, plain_decision

_SECTION: Final = "/search"
_CHANGED: Final = "You changed something after it was measured. Look at what it would sweep in now, then ask"
_UNMEASURED: Final = "Look at what it would sweep in, then ask"


@dataclass(frozen=True, slots=True)
class SearchPages:
    """What the pages of searches need; `zone`: of the clock on the wall."""

    of: SearchRoutes
    zone: ZoneInfo
    runs: Runs


@dataclass(frozen=True, slots=True)
class Measured:
    """What an ask would sweep in, what would be decided, and the narrower ways to ask."""

    foreseen: Foreseen
    decision: PlainDecision
    lawful: tuple[Lawful, ...]
    narrower: tuple[Narrower, ...]
    mark: str


def search_ask_pages(pages: SearchPages) -> list[PageRoute]:
    """Return the pages of asking."""
    act = Act.SEARCH
    return [
        page(_SECTION, act, lambda visit: _mine(pages, visit)),
        page("/search/new", act, lambda _: Shown("search/kinds.html", {"kinds": KINDS, "section": _SECTION})),
        page("/search/new/{kind}", act, lambda visit: _new(pages, visit)),
        sent("/search/new/{kind}", act, lambda visit: _ask(pages, visit)),
        sent("/search/new/{kind}/measure", act, lambda visit: _measure(pages, visit)),
        sent("/search/new/{kind}/narrower", act, lambda visit: _narrower(pages, visit)),
        sent("/search/new/{kind}/scene", act, lambda visit: _scene(pages, visit)),
        page("/search/{search}/again", act, lambda visit: _again(pages, visit)),
        sent("/search/{search}/narrower", act, lambda visit: _instead(pages, visit)),
    ]


def _mine(pages: SearchPages, visit: Visit) -> Answer:
    found = my_searches(pages.of, visit.call).searches
    values = {"searches": found, "kinds": KIND_OF, "states": STATES, "categories": CATEGORIES}
    return Shown("search/mine.html", {**values, "section": _SECTION, "me": visit.person.account_id})


def _new(pages: SearchPages, visit: Visit) -> Answer:
    kind = _kind(visit)
    return _form(pages, visit, empty(kind, now=visit.asked.now, zone=pages.zone))


def _again(pages: SearchPages, visit: Visit) -> Answer:
    """Show the form filled in with what was asked; the mark is the asker's own, and stands in no address."""
    record = pages.of.desk.find(visit.place("search"), pages.of.asker(visit.call))
    form = filled(record.ask, zone=pages.zone)
    return _form(pages, visit, form, kind=kind_of(record.ask.question))


def _instead(pages: SearchPages, visit: Visit) -> Answer:
    """Show the form filled in with a narrower ask, in place of one that was refused or that waits."""
    by = pages.of.asker(visit.call)
    record = pages.of.desk.find(visit.place("search"), by)
    step = visit.form.text("step")
    found = next((one.ask for one in pages.of.desk.lawful(record.ask, by) if one.step == step), record.ask)
    return _form(pages, visit, filled(found, zone=pages.zone), kind=kind_of(found.question))


def _ask(pages: SearchPages, visit: Visit) -> Answer:
    try:
        form = read_ask(pages, visit)
        if visit.form.text("measured") != _mark(form):
            said = _CHANGED if visit.form.text("measured") else _UNMEASURED
            return _form(pages, visit, visit.form, {"meter": said}, measured=_measured(pages, visit, form))
        found = ask_for(pages.of, visit.call, form)
    except FormFaultsError as fault:
        return _form(pages, visit, visit.form, fault.faults)
    except (AskError, QuestionError) as fault:
        return _form(pages, visit, visit.form, _spoken(visit, fault))
    return SeeOther(f"/search/{found.search}")


def _measure(pages: SearchPages, visit: Visit) -> Answer:
    try:
        measured = _measured(pages, visit, read_ask(pages, visit))
    except FormFaultsError as fault:
        return _form(pages, visit, visit.form, fault.faults)
    except (AskError, QuestionError) as fault:
        return _form(pages, visit, visit.form, _spoken(visit, fault))
    return _form(pages, visit, visit.form, measured=measured)


def _narrower(pages: SearchPages, visit: Visit) -> Answer:
    """Show the form filled in with a narrower question, measured."""
    try:
        form = read_ask(pages, visit)
        measured = _measured(pages, visit, form)
        question = _chosen(measured, visit.form.text("step"))
        narrowed = with_question(visit.form, question, zone=pages.zone)
        again = Visit(visit.asked, visit.by, narrowed, visit.choices, visit.csrf, visit.part, visit.may)
        return _form(pages, visit, narrowed, measured=_measured(pages, visit, read_ask(pages, again)))
    except FormFaultsError as fault:
        return _form(pages, visit, visit.form, fault.faults)
    except (AskError, QuestionError) as fault:
        return _form(pages, visit, visit.form, _spoken(visit, fault))


def _scene(pages: SearchPages, visit: Visit) -> Answer:
    """Show the form of common plates with room for one scene more."""
    scenes = min(MOST_SCENES, scenes_of(visit.form) + 1)
    return _form(pages, visit, Form({**visit.form.fields, "scenes": (str(scenes),)}))


def read_ask(pages: SearchPages, visit: Visit) -> AskForm:
    """Return what the form asks for; raises FormFaultsError, AskError and QuestionError."""
    reading = Reading(visit.form, pages.zone)
    kind = _kind(visit)
    question = reading.question(kind)
    category, stance = reading.category(), reading.stance()
    whom, oral = _whom(pages, reading), _oral(reading)
    if reading.faults or question is None or category is None or stance is None:
        raise FormFaultsError(reading.faults)
    text = visit.form.text
    form = AskForm(
        question=question,
        category=category,
        stance=stance,
        reference=text("reference"),
        reason=text("reason"),
        objective=text("objective"),
        urgent=text("urgent") == "yes",
        for_whom=whom,
        oral=oral,
    )
    form.ask()
    return form


def _whom(pages: SearchPages, reading: Reading) -> ForWhomForm | None:
    match reading.form.text("whom"):
        case "account":
            account = pages.of.people.store.by_login(reading.text("whom_login").lower())
            if account is None:
                reading.fault("whom_login", "Enter the sign-in name of somebody with an account here")
                return None
            return ForWhomForm(account=account.account_id)
        case "name":
            return ForWhomForm(name=reading.text("whom_name"))
        case _:
            return None


def _oral(reading: Reading) -> OralForm | None:
    if reading.form.text("urgent") != "yes" or not reading.form.text("oral_by"):
        return None
    at = reading.moment("oral", what="at which the authority was given", later=True)
    return None if at is None else OralForm(reading.form.text("oral_by"), at)


def _measured(pages: SearchPages, visit: Visit, form: AskForm) -> Measured:
    by, ask, desk = pages.of.asker(visit.call), form.ask(), pages.of.desk
    foreseen = desk.foresee(ask, by)
    decision = foreseen.ruling.decision
    better = () if decision.outcome is Outcome.ALLOWED else desk.lawful(ask, by)
    offered = {one.step for one in better}
    rest = tuple(one for one in foreseen.meter.narrower if one.step not in offered)
    return Measured(foreseen, plain_decision(decision), better, rest, _mark(form))


def _mark(form: AskForm) -> str:
    """Return what tells whether a form still asks for what was measured."""
    return hashlib.sha256(msgspec.json.encode(form)).hexdigest()[:32]


def _chosen(measured: Measured, step: str) -> Question:
    for one in measured.lawful:
        if one.step == step:
            return one.ask.question
    for way in measured.narrower:
        if way.step == step and way.question is not None:
            return way.question
    raise QuestionError("this narrower way is not there any more: look at what it would sweep in again")


def _spoken(visit: Visit, fault: AskError | QuestionError) -> dict[str, str]:
    said = str(fault)
    if isinstance(fault, QuestionError):
        reading = Reading(visit.form, ZoneInfo("UTC"))
        reading.spoken(fault, _kind(visit))
        return reading.faults
    about = {"oral authority": "oral_by", "officer": "oral_by", "for whom": "whom", "a name": "whom_name"}
    named = next((name for words, name in about.items() if words in said), "reason")
    named = "reference" if "reference" in said else "objective" if "objective" in said else named
    return {named: said[:1].upper() + said[1:]}


def _form(
    pages: SearchPages,
    visit: Visit,
    form: Form,
    faults: dict[str, str] | None = None,
    *,
    measured: Measured | None = None,
    kind: SearchKind | None = None,
) -> Shown:
    kind = kind or _kind(visit)
    values = {
        "kind": KIND_OF[kind.value],
        "form": form,
        "faults": faults or {},
        "measured": measured,
        "scenes": scenes_of(form),
        "cameras": pages.of.desk.cameras(pages.of.asker(visit.call)) if _has_place(kind) else (),
        "categories": CATEGORIES,
        "stances": STANCES,
        "spelt": SPELLINGS,
        "directions": [Direction.TOWARDS, Direction.AWAY],
        "styles": [one for one in Style if one is not Style.UNKNOWN],
        "most_scenes": MOST_SCENES,
        "section": _SECTION,
    }
    template = "search/meter_part.html" if visit.part else "search/ask.html"
    return Shown(template, values, 422 if faults else 200)


def _has_place(kind: SearchKind) -> bool:
    return kind in {SearchKind.WAS_IT_THERE, SearchKind.PLACE_AND_TIME, SearchKind.COMMON_PLATES}


def _kind(visit: Visit) -> SearchKind:
    """Return the kind that the address names; raises ApiError for one that is none."""
    found = KIND_OF.get(visit.place("kind"))
    if found is None:
        raise ApiError(404, "there is no such kind of question", "choose one of those that there are")
    return found.name
