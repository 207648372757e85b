"""The parts of a case that are lists: cameras, evidence, alternatives, who was consulted, what is expected.

Each has a page that shows them, and a form for one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, cast

import msgspec
from msgspec import Meta, Struct

from openanpr.sites.case import Case, Measure, Than
from openanpr.sites.ground import Ground
from openanpr.sites.missing import Part
from openanpr.web.api.route import LongText, Text
from openanpr.web.pages.administration.act_form import ActForm, ActPage, Choice, Field, act_routes
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page
from openanpr.web.pages.sites import words
from openanpr.web.pages.sites.overview import SECTION
from openanpr.web.pages.sites.told import WholeSite
from openanpr.web.pages.sites.writing import (
    IN_ALL,
    WRITE,
    Draft,
    WritingPages,
    part_page,
    part_question,
    saved,
    seen_field,
    writable,
)

Row = Mapping[str, Any]
_ON: Final = "Enter the day, such as 27 3 2026"
_BY: Final = "A post, or a name where it must be one."


class EvidenceFields(Struct, frozen=True):
    """A piece of evidence for one of the grounds."""

    seen: int
    ground: Ground
    what: LongText
    reference: Text
    on: date
    by: Text


class AlternativeFields(Struct, frozen=True):
    """Something else that could be done."""

    seen: int
    than: Than
    what: LongText
    why_not: LongText


class ExpectedFields(Struct, frozen=True):
    """What is expected in a year."""

    seen: int
    measure: Measure
    at_least: Annotated[int, Meta(ge=1, le=10**9)]
    why: LongText


class ConsultedFields(Struct, frozen=True):
    """Somebody who was asked."""

    seen: int
    who: Text
    on: date
    said: LongText
    answered: Draft = ""


class DpiaFields(Struct, frozen=True):
    """The impact assessment."""

    seen: int
    reference: Text
    on: date
    by: Text
    risks: LongText


class RemoveFields(Struct, frozen=True):
    """Taken out as it stands."""

    seen: int


@dataclass(frozen=True, slots=True)
class Rows:
    """A part that is a list: what one of it is called, its form, how it is taken from a case and put back."""

    part: Part
    one: str
    kind: type[Struct]
    fields: tuple[Field, ...]
    of: Callable[[Case], list[Row]]
    change: Callable[[Sequence[Row]], Mapping[str, object]]
    heads: tuple[tuple[str, str], ...]
    lead: str


def _plain(name: str) -> tuple[Callable[[Case], list[Row]], Callable[[Sequence[Row]], Mapping[str, object]]]:
    """Return how a list of a case is taken from it, and put into it."""

    def of(case: Case) -> list[Row]:
        return list(cast("list[Row]", msgspec.to_builtins(getattr(case, name))))

    def change(rows: Sequence[Row]) -> Mapping[str, object]:
        return {name: list(rows)}

    return of, change


def _evidence(case: Case) -> list[Row]:
    return [
        {"ground": claim.ground.value, **cast("dict[str, Any]", msgspec.to_builtins(one))}
        for claim in case.claims
        for one in claim.evidence
    ]


def _claims(rows: Sequence[Row]) -> Mapping[str, object]:
    grounds = dict.fromkeys(row["ground"] for row in rows)
    return {
        "claims": [
            {
                "ground": ground,
                "evidence": [
                    {name: said for name, said in row.items() if name != "ground"}
                    for row in rows
                    if row["ground"] == ground
                ],
            }
            for ground in grounds
        ]
    }


LISTS: Final = (
    Rows(
        Part.GROUNDS,
        "a piece of evidence",
        EvidenceFields,
        (
            Field(
                "ground",
                "What it shows",
                "Choose the ground that it shows",
                "one-of",
                choices=tuple(Choice(one.value, text) for one, text in words.GROUNDS.items()),
            ),
            Field(
                "what",
                "What it is",
                f"Say what the evidence is{IN_ALL}",
                "long",
                "Such as burglaries by car of the last year, by month. No place in it.",
            ),
            Field(
                "reference",
                "Where it is kept",
                "Say under which reference it is kept",
                hint="The reference under which anybody who may can look it up.",
                width=30,
            ),
            Field("on", "Of which day", _ON, "day"),
            Field("by", "Who answers for it", "Say who answers for it", hint=_BY, width=30),
        ),
        _evidence,
        _claims,
        (("ground", "Ground"), ("what", "Evidence"), ("reference", "Kept under"), ("on", "Of"), ("by", "By")),
        "A ground is claimed by evidence for it: which of the five does each piece show?",
    ),
    Rows(
        Part.CONSULTED,
        "somebody who was consulted",
        ConsultedFields,
        (
            Field(
                "who",
                "Who was asked",
                "Say who was asked",
                hint="A body or a group, such as the parish council.",
                width=30,
            ),
            Field("on", "When", _ON, "day"),
            Field("said", "What they said", f"Say what they said{IN_ALL}", "long"),
            Field(
                "answered",
                "What they were answered",
                "Write at most 4,000 characters",
                "long",
                "Everybody who was consulted is answered before the case is submitted.",
            ),
        ),
        *_plain("consulted"),
        (("who", "Who"), ("on", "When"), ("said", "Said"), ("answered", "Answered")),
        "Who was asked, what they said, and what they were answered.",
    ),
    Rows(
        Part.ALTERNATIVES,
        "an alternative",
        AlternativeFields,
        (
            Field(
                "than",
                "How far it intrudes",
                "Choose how far it intrudes",
                "one-of",
                choices=tuple(Choice(one.value, text) for one, text in words.THAN.items()),
            ),
            Field("what", "What could be done", f"Say what could be done{IN_ALL}", "long"),
            Field("why_not", "Why it is not the answer", f"Say why it is not the answer{IN_ALL}", "long"),
        ),
        *_plain("alternatives"),
        (("than", "Intrudes"), ("what", "What"), ("why_not", "Why not")),
        "At least one that intrudes less than the cameras, and one that intrudes more.",
    ),
    Rows(
        Part.EXPECTED,
        "an expectation",
        ExpectedFields,
        (
            Field(
                "measure",
                "What is counted",
                "Choose what is counted",
                "one-of",
                choices=tuple(Choice(one.value, text) for one, text in words.MEASURES.items()),
            ),
            Field(
                "at_least", "At least so many in a year", "Enter a whole number from 1 up", "number", width=10
            ),
            Field("why", "Why so many", f"Say why so many are expected{IN_ALL}", "long"),
        ),
        *_plain("expected"),
        (("measure", "What"), ("at_least", "At least, a year"), ("why", "Why")),
        "The yearly review holds it against what came.",
    ),
)
"""The lists of a case but for its cameras."""
_NAMES: Final[Mapping[str, str]] = {
    **{one.value: text for one, text in words.GROUNDS.items()},
    **{one.value: text for one, text in words.THAN.items()},
    **{one.value: text for one, text in words.MEASURES.items()},
}


def list_pages_of_case(pages: WritingPages) -> list[PageRoute]:
    """Return the pages of these lists, and of the impact assessment."""
    inside = pages.inside
    found = [
        *act_routes(
            inside, ActForm(f"{_WRITE}/dpia", WRITE, partial(_dpia, inside), DpiaFields, _puts_dpia, saved())
        )
    ]
    for rows in LISTS:
        path = f"{_WRITE}/{rows.part}"
        found += [
            page(path, WRITE, partial(_shown, inside, rows)),
            *act_routes(
                inside,
                ActForm(
                    f"{path}/add",
                    WRITE,
                    partial(_adds, inside, rows),
                    rows.kind,
                    partial(_put, inside, rows),
                    saved(rows.part),
                ),
                ActForm(
                    f"{path}/{{number}}/change",
                    WRITE,
                    partial(_changes, inside, rows),
                    rows.kind,
                    partial(_put, inside, rows),
                    saved(rows.part),
                ),
                ActForm(
                    f"{path}/{{number}}/remove",
                    WRITE,
                    partial(_removes, inside, rows),
                    RemoveFields,
                    partial(_take_out, inside, rows),
                    saved(rows.part),
                ),
            ),
        ]
    return found


_WRITE: Final = "/sites/{site}/write"


def _shown(inside: Inside, rows: Rows, visit: Visit) -> Answer:
    told = writable(inside, visit)
    values = {
        "section": SECTION,
        "told": told,
        "part": rows.part,
        "rows": rows,
        "found": rows.of(told.case),
        "names": _NAMES,
        "words": words,
    }
    return Shown("sites/rows.html", values)


def _number(visit: Visit, found: Sequence[Row]) -> int:
    """Return which of a list the address means; raises LookupError."""
    said = visit.place("number")
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 0
    if not 1 <= number <= len(found):
        raise LookupError("there is no such entry in this part of the case any more")
    return number - 1


def _adds(inside: Inside, rows: Rows, visit: Visit) -> ActPage:
    told = writable(inside, visit)
    return _of_one(told, rows, rows.fields, f"Add {rows.one}")


def _changes(inside: Inside, rows: Rows, visit: Visit) -> ActPage:
    told = writable(inside, visit)
    found = rows.of(told.case)
    row = found[_number(visit, found)]
    fields = tuple(replace(one, begins=str(row[one.name])) for one in rows.fields)
    return _of_one(told, rows, fields, f"Change {rows.one}")


def _of_one(told: WholeSite, rows: Rows, fields: tuple[Field, ...], title: str) -> ActPage:
    return ActPage(
        title,
        (rows.lead,),
        "Save",
        f"{told.path}/write/{rows.part}",
        SECTION,
        about=told.title,
        fields=(seen_field(told), *fields),
    )


def _put(inside: Inside, rows: Rows, visit: Visit, form: Struct) -> Question:
    """Return the demand that puts one of a list: at its number where the address has one, else at the end."""
    found = rows.of(writable(inside, visit).case)
    said = {
        name: value
        for name, value in cast("dict[str, Any]", msgspec.to_builtins(form)).items()
        if name != "seen"
    }
    if "number" in visit.asked.path:
        found[_number(visit, found)] = said
    else:
        found.append(said)
    return part_question(visit, form, rows.change(found))


def _removes(inside: Inside, rows: Rows, visit: Visit) -> ActPage:
    told = writable(inside, visit)
    found = rows.of(told.case)
    row = found[_number(visit, found)]
    lines = tuple(
        f"{head}: {_NAMES.get(str(row[name]), row[name])}" for name, head in rows.heads if row[name]
    )
    return ActPage(
        f"Take out {rows.one}",
        lines,
        "Take it out",
        f"{told.path}/write/{rows.part}",
        SECTION,
        about=told.title,
        stops=True,
        fields=(seen_field(told),),
    )


def _take_out(inside: Inside, rows: Rows, visit: Visit, form: RemoveFields) -> Question:
    found = rows.of(writable(inside, visit).case)
    del found[_number(visit, found)]
    return part_question(visit, form, rows.change(found))


def _dpia(inside: Inside, visit: Visit) -> ActPage:
    told = writable(inside, visit)
    dpia = told.case.dpia
    fields = (
        Field(
            "reference",
            "Where it is kept",
            "Say under which reference it is kept",
            width=30,
            begins="" if dpia is None else dpia.reference,
        ),
        Field("on", "When it was approved", _ON, "day", begins="" if dpia is None else dpia.on.isoformat()),
        Field(
            "by",
            "Who approved it",
            "Say who approved it",
            hint=_BY,
            width=30,
            begins="" if dpia is None else dpia.by,
        ),
        Field(
            "risks",
            "The risks that it found, and what is done about them",
            f"Say which risks it found{IN_ALL}",
            "long",
            begins="" if dpia is None else dpia.risks,
            rows=6,
        ),
    )
    return part_page(told, Part.DPIA, fields)


def _puts_dpia(visit: Visit, form: DpiaFields) -> Question:
    said = cast("dict[str, object]", msgspec.to_builtins(form))
    return part_question(
        visit, form, {"dpia": {name: value for name, value in said.items() if name != "seen"}}
    )
