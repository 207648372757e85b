"""The document in which a month is published, and a note on one: canonical JSON (RFC 8785). Pure.

    {"counted_at":"...","facts":[...],"figures":[...],"kind":"figures","origin":"...","period":"2026-09",...}

Its digest is what the audit log commits to before it is shown. Whoever reads one takes fields that it does
not know; docs/reference/publication.md has its JSON Schema.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import prod
from typing import Any, Final, cast

from openanpr.audit.checkpoint import Checkpoint
from openanpr.audit.entry import canonical
from openanpr.audit.merkle import HASH_BYTES
from openanpr.publish.figure import Figure, FigureTold
from openanpr.publish.period import Month
from openanpr.publish.population import Axis, Population
from openanpr.publish.suppress import ZERO, Rule, Shown, ShownCell, ShownCube

VERSION: Final = 1
FIGURES: Final = "figures"
NOTE: Final = "note"
MOST_NOTE: Final = 2_000
_MOST_BYTES: Final = 4_000_000


class PublicationError(ValueError):
    """Bytes that are no publication, or one that contradicts itself. Says what is wrong, quotes nothing."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A population as it is published: what is shown of it, and how it was counted, for whoever wants to.

    `cube` None: it was not counted, and `why` says so.
    """

    population: Population
    cube: ShownCube | None
    how: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is told of the node and of nobody: a day or a number of days; None where there is none."""

    id: str
    about: str
    value: str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A month as it is published. `under`: the checkpoint of the audit log under which it was counted."""

    period: Month
    settled: datetime
    counted_at: datetime
    profile: str
    rule: Rule
    under: Checkpoint
    counted: tuple[Counted, ...]
    figures: tuple[FigureTold, ...]
    facts: tuple[Fact, ...]

    def body(self) -> bytes:
        """The document in its only spelling."""
        return canonical(
            {
                "version": VERSION,
                "kind": FIGURES,
                "origin": self.under.origin,
                "period": str(self.period),
                "since": _time(self.period.since),
                "until": _time(self.period.until),
                "settled": _time(self.settled),
                "counted_at": _time(self.counted_at),
                "profile": self.profile,
                "rule": {"least_shown": self.rule.least_shown, "rate_least": self.rule.rate_least},
                "under": {"size": self.under.size, "root": self.under.root.hex()},
                "populations": [_population(one) for one in self.counted],
                "figures": [_figure(one) for one in self.figures],
                "facts": [{"id": one.id, "about": one.about, "value": one.value} for one in self.facts],
            }
        )


@dataclass(frozen=True, slots=True)
class ReadFigure:
    """A figure as a document tells it: enough to be computed anew from the cells, and its value."""

    id: str
    about: str
    population: str
    where: Mapping[str, frozenset[str]]
    of: Mapping[str, frozenset[str]] | None
    unit: str
    value: Shown | None

    @property
    def figure(self) -> Figure:
        """The figure that it says that it is."""
        return Figure(
            id=self.id,
            about=self.about,
            population=self.population,
            where=self.where,
            of=self.of,
            weight=self.unit == "weight",
        )


@dataclass(frozen=True, slots=True)
class ReadPublication:
    """What a document says. `cubes` has the populations that were counted, `how` in words how each was."""

    origin: str
    period: Month
    settled: datetime
    counted_at: str
    rule: Rule
    under: Checkpoint
    cubes: Mapping[str, ShownCube]
    how: Mapping[str, str]
    figures: tuple[ReadFigure, ...]
    facts: tuple[Fact, ...]
    digest: str


def digest_of(body: bytes) -> str:
    """Return what the audit log commits to: the SHA-256 of a document, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def note_body(period: Month, number: int, text: str, *, origin: str, at: datetime) -> bytes:
    """Return a note on a published month as a document; it changes no figure.

    Raises ValueError for an empty note, or one of more than `MOST_NOTE` characters.
    """
    if not text.strip() or len(text) > MOST_NOTE:
        raise ValueError(f"a note is some text of at most {MOST_NOTE} characters")
    return canonical(
        {
            "version": VERSION,
            "kind": NOTE,
            "origin": origin,
            "period": str(period),
            "number": number,
            "said_at": _time(at),
            "note": text.strip(),
        }
    )


def members_of(body: bytes) -> Mapping[str, Any]:
    """Return a document's members, known ones and others.

    Raises PublicationError for what is no document of this version in its only spelling: with two spellings
    two readers could be shown two things under one digest.
    """
    if len(body) > _MOST_BYTES:
        raise PublicationError("the document is too long")
    try:
        found = cast("object", json.loads(body))
    except (ValueError, RecursionError) as fault:
        raise PublicationError("the document is no JSON") from fault
    if not isinstance(found, dict):
        raise PublicationError("the document is no object")
    members = cast("dict[str, Any]", found)
    if canonical(members) != body:
        raise PublicationError("the document is not in its only spelling")
    if members.get("version") != VERSION or members.get("kind") not in {FIGURES, NOTE}:
        raise PublicationError("the document is of a kind or version that is not known here")
    return members


def read_publication(body: bytes) -> ReadPublication:
    """Return what a document of figures says; fields that are not known are passed over.

    Raises PublicationError.
    """
    members = members_of(body)
    if members["kind"] != FIGURES:
        raise PublicationError("the document is a note, and no figures")
    try:
        rule = Rule(members["rule"]["least_shown"], members["rule"]["rate_least"])
        counted = [one for one in members["populations"] if "cells" in one]
        return ReadPublication(
            origin=str(members["origin"]),
            period=Month.parse(members["period"]),
            settled=datetime.fromisoformat(members["settled"]).astimezone(UTC),
            counted_at=str(members["counted_at"]),
            rule=rule,
            under=Checkpoint(members["origin"], int(members["under"]["size"]), _root(members)),
            cubes={one["id"]: _cube_of(one, rule) for one in counted},
            how={one["id"]: str(one["how"]) for one in counted},
            figures=tuple(map(_figure_of, members["figures"])),
            facts=tuple(Fact(one["id"], one["about"], one["value"]) for one in members["facts"]),
            digest=digest_of(body),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise PublicationError("the document lacks something, or has it in another form") from fault


def _root(members: Mapping[str, Any]) -> bytes:
    root = bytes.fromhex(members["under"]["root"])
    if len(root) != HASH_BYTES:
        raise ValueError("a root has 32 bytes")
    return root


def _population(one: Counted) -> Mapping[str, object]:
    population = one.population
    told: dict[str, object] = {
        "id": population.id,
        "about": population.about,
        "axes": [{"name": axis.name, "words": list(axis.words)} for axis in population.axes],
        "standing": population.standing,
        "from_log": population.from_log,
        "step": population.step,
        "weighed": population.weighed,
    }
    if one.cube is None:
        return {**told, "not_counted": one.why}
    return {**told, "how": one.how, "cells": [_cell(place, cell) for place, cell in one.cube.cells.items()]}


def _cell(place: Sequence[str], cell: ShownCell) -> Mapping[str, object]:
    told: dict[str, object] = {"of": list(place), **_span(cell.count)}
    if cell.withheld:
        told["withheld"] = True
    if cell.weight != ZERO:
        told["weight"] = _span(cell.weight)
    return told


def _figure(one: FigureTold) -> Mapping[str, object]:
    figure = one.figure
    return {
        "id": figure.id,
        "about": figure.about,
        "population": figure.population,
        "where": _where(figure.where),
        "of": None if figure.of is None else _where(figure.of),
        "unit": figure.unit,
        "value": None if one.value is None else _span(one.value),
    }


def _where(where: Mapping[str, frozenset[str]]) -> Mapping[str, object]:
    return {name: sorted(words) for name, words in where.items()}


def _span(shown: Shown) -> Mapping[str, object]:
    return {"least": shown.least, "most": shown.most}


def _cube_of(told: Mapping[str, Any], rule: Rule) -> ShownCube:
    population = Population(
        id=told["id"],
        about=told["about"],
        axes=tuple(Axis(axis["name"], tuple(axis["words"])) for axis in told["axes"]),
        standing=bool(told["standing"]),
        from_log=bool(told["from_log"]),
        step=told["step"],
        weighed=told["weighed"],
    )
    # Counted before they are listed: a few long axes have more cells than any machine could name.
    if len(told["cells"]) != prod(len(axis.words) for axis in population.axes):
        raise ValueError("the cells are not as many as the axes make")
    cells = {tuple(one["of"]): _cell_of(one) for one in told["cells"]}
    if list(cells) != list(population.places()):
        raise ValueError("the cells are not those of the axes")
    if any(not _may_show(cell, rule) for cell in cells.values()):
        raise ValueError("a cell shows what the rule withholds")
    return ShownCube(population, cells)


def _cell_of(one: Mapping[str, Any]) -> ShownCell:
    weight = _shown_of(one["weight"]) if "weight" in one else ZERO
    return ShownCell(_shown_of(one), weight, withheld=bool(one.get("withheld", False)))


def _may_show(cell: ShownCell, rule: Rule) -> bool:
    """Whether the rule shows such a cell."""
    if cell.withheld:
        return cell.count == Shown(1, rule.least_shown - 1)
    return cell.count == ZERO or cell.count.least >= rule.least_shown


def _figure_of(one: Mapping[str, Any]) -> ReadFigure:
    of: Mapping[str, Any] | None = one["of"]
    return ReadFigure(
        id=str(one["id"]),
        about=str(one["about"]),
        population=str(one["population"]),
        where=_where_of(one["where"]),
        of=None if of is None else _where_of(of),
        unit=str(one["unit"]),
        value=None if one["value"] is None else _shown_of(one["value"]),
    )


def _where_of(told: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    return {str(name): frozenset(map(str, words)) for name, words in told.items()}


def _shown_of(told: Mapping[str, Any]) -> Shown:
    least, most = told["least"], told["most"]
    if type(least) is not int or not (most is None or type(most) is int):
        raise TypeError("a number is whole")
    if least < 0 or (most is not None and most < least):
        raise ValueError("a number lies between its least and its most")
    return Shown(least, most)


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
