"""A form of its own for each thing that is done in administration: shown, read, asked, told.

What is wrong in it, and a code that is not taken, comes back in the form; any other refusal is a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.people.event import Deed, PeopleRefusedError
from openanpr.policy.ask import Act
from openanpr.web.api.route import Secret
from openanpr.web.local.asking import status_of
from openanpr.web.pages.days import DAY_PARTS, read_day
from openanpr.web.pages.form import Form, FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

Why = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""A reason."""

_IN_THE_FORM: Final = frozenset({409, 422})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that a field may say."""

    value: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the form, what it is called, and what is said where it cannot be taken.

    `kind`: text, long, number, day, code, one-of (radios), menu (a select), some-of (checkboxes) or hidden.
    `begins` is what stands there before anybody wrote, of a day as 2026-11-30; `rows` is of a long one.
    """

    name: str
    label: str
    missing: str
    kind: str = "text"
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    width: int = 20
    begins: str = ""
    rows: int = 3


CODE: Final = Field(
    "code",
    "Code",
    "Enter the code that your app shows now",
    "code",
    "Six figures from your own app. Each is good once.",
)
WHY: Final = Field("why", "Why", "Say why", "long", "It goes into the log.")


@dataclass(frozen=True, slots=True)
class ActPage:
    """What a form's page says: its heading, whom it is about, what will happen, where it leads back to.

    `waits` is said while it is done, for what takes a while. `action` is where the form goes, where that is
    not the address of its page as it stands.
    """

    title: str
    lead: tuple[str, ...]
    button: str
    back: str
    section: str = "/administration"
    about: str = ""
    stops: bool = False
    waits: str = ""
    fields: tuple[Field, ...] = ()
    action: str = ""


@dataclass(frozen=True, slots=True)
class ActForm:
    """One thing that somebody does: where, who may, what its page says, what is asked, and what is told then.

    `form` is what the fields are read as; `done` takes the answer as JSON. `query`: what may stand behind
    `?` where the form is opened.
    """

    path: str
    who: Act
    says: Callable[[Visit], ActPage]
    form: type[Struct]
    asks: Callable[[Visit, Any], Question]
    done: Callable[[Visit, bytes], Answer]
    query: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Once:
    """A secret that is shown this one time: what it is, what to do with it, and where to go on."""

    title: str
    what: str
    secret: str = field(repr=False)
    lead: tuple[str, ...]
    back: str
    ends: object = None
    link: bool = False

    def shown(self) -> Answer:
        """Return the page."""
        return Shown("administration/once.html", {"once": self, "section": "/administration"})


class ProvedFields(Struct, frozen=True):
    """Done with a code."""

    code: Secret


class ProvedWhyFields(Struct, frozen=True):
    """Done with a code and a reason."""

    code: Secret
    why: Why


class WhyFields(Struct, frozen=True):
    """Done with a reason."""

    why: Why


class NoFields(Struct, frozen=True):
    """Done as it stands."""


def act_routes(inside: Inside, *acts: ActForm) -> list[PageRoute]:
    """Return for each act the page of its form, and what the form is sent to."""
    return [route for act in acts for route in _routes(inside, act)]


def _routes(inside: Inside, act: ActForm) -> tuple[PageRoute, PageRoute]:
    return (
        page(act.path, act.who, lambda visit: _form(inside, act, visit), asks=act.query),
        sent(act.path, act.who, lambda visit: _do(inside, act, visit)),
    )


def _form(inside: Inside, act: ActForm, visit: Visit) -> Answer:
    inside.proved(visit, act.who)
    return _shown(act.says(visit), visit, {})


def _do(inside: Inside, act: ActForm, visit: Visit) -> Answer:
    inside.proved(visit, act.who)
    says = act.says(visit)
    try:
        form = _read(act.form, says.fields, visit.form)
        told = inside.ask_json(visit, act.asks(visit, form))
    except (FormFaultsError, PeopleRefusedError, ValueError) as fault:
        return _shown(says, visit, faults_of(fault))
    except Exception as fault:  # what another form would mend is told in it; all else goes on
        if status_of(fault) not in _IN_THE_FORM:
            raise
        return _shown(says, visit, faults_of(fault))
    return act.done(visit, told)


def _read(kind: type[Struct], fields: tuple[Field, ...], form: Form) -> Struct:
    """Return the form as `kind`, its days put together; raises FormFaultsError, from the top down."""
    faults, days = dict[str, str](), dict[str, tuple[str, ...]]()
    for one in fields:
        if one.kind != "day":
            continue
        try:
            on = read_day(form, one.name)
            days[one.name] = ("" if on is None else on.isoformat(),)
            if on is None:
                faults[f"{one.name}_day"] = one.missing
        except FormFaultsError as fault:
            faults |= fault.faults
    try:
        found = Form({**form.fields, **days}).read(kind, {one.name: one.missing for one in fields})
    except FormFaultsError as fault:
        faults |= {name: text for name, text in fault.faults.items() if name not in _days_of(fields)}
        raise FormFaultsError(_ordered(faults, fields)) from fault
    return found


def _days_of(fields: tuple[Field, ...]) -> set[str]:
    return {one.name for one in fields if one.kind == "day"}


def _ordered(faults: Mapping[str, str], fields: tuple[Field, ...]) -> dict[str, str]:
    """Return faults as their fields stand on the page."""
    names = [part for one in fields for part in (one.name, *(f"{one.name}_{part}" for part in DAY_PARTS))]
    return {name: faults[name] for name in names if name in faults}


def _shown(says: ActPage, visit: Visit, faults: Mapping[str, str]) -> Shown:
    fresh = not visit.form.fields  # what somebody emptied does not come back with a fault
    said = {
        one.name: visit.form.texts(one.name) or ((one.begins,) if one.begins and fresh else ())
        for one in says.fields
    }
    days = {name: texts[0] for name, texts in visit.form.fields.items() if name.endswith(DAY_PARTS)}
    if fresh:
        days |= {name: text for one in says.fields if one.kind == "day" for name, text in _day_begins(one)}
    values = {"says": says, "said": said, "days": days, "faults": faults, "section": says.section}
    return Shown("administration/act.html", values, 422 if faults else 200)


def _day_begins(one: Field) -> list[tuple[str, str]]:
    """Return what stands in the three fields of a day before anybody wrote."""
    if not one.begins:
        return []
    year, month, day = one.begins.split("-")
    said = {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}
    return [(f"{one.name}_{part}", said[part]) for part in DAY_PARTS]


def faults_of(fault: Exception) -> dict[str, str]:
    """Return what to say beside which field; "" is the form as a whole."""
    if isinstance(fault, FormFaultsError):
        return fault.faults
    if isinstance(fault, PeopleRefusedError) and fault.event.deed is Deed.FACTOR_PROVED:
        return {"code": sentence(fault)}
    return {"": sentence(fault)}


def sentence(fault: Exception) -> str:
    """Return what a fault says, as a sentence of a page."""
    said = str(fault)
    return said[:1].upper() + said[1:]


def form_question(path: str, form: Struct, **place: str) -> Question:
    """Return a demand whose body is what a form brought; fields that were left out stay out."""
    said = {name: value for name, value in msgspec.structs.asdict(form).items() if value not in (None, "")}
    return Question("POST", path, place=place, form=said)


def asks(path: str) -> Callable[[Visit, Any], Question]:
    """Return how a path of the socket without a place is asked with a form."""

    def question(_: Visit, form: Struct) -> Question:
        return form_question(path, form)

    return question


def on_to(path: str) -> Callable[[Visit, bytes], Answer]:
    """Return what leads on to another page when something is done."""

    def done(_: Visit, __: bytes) -> Answer:
        return SeeOther(path)

    return done
