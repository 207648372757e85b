"""What is published and what waits, over the local socket: for whoever answers for what the public sees.

Nothing is counted for a look: a month is counted once, when it is settled (docs/decisions/0029).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from starlette.routing import Route

from openanpr.audit.checkpoint import Checkpoint
from openanpr.policy.ask import Act
from openanpr.publish.closing import NotPublishedError, Waiting
from openanpr.publish.period import Month
from openanpr.publish.ports import Kept
from openanpr.publish.proof import file_of
from openanpr.publish.publication import ReadPublication, digest_of, members_of, read_publication
from openanpr.publish.site.told import facts_said, month_groups
from openanpr.publish.words import Catalogue, catalogue
from openanpr.web.local.asking import Asked, answered


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """The public site as it is shown: when it was made, its SHA-256, its files and their bytes.

    `log_day` is the UTC day of the checkpoint that it shows.
    """

    made_at: datetime
    digest: str
    files: int
    size_bytes: int
    log_day: date


class Months(Protocol):
    """What is published of months, and what waits; `run` makes it of a node's parts."""

    def shown(self, month: Month | None = None) -> Sequence[Kept]:
        """Return what is published, of one month or of all, each with its proof."""
        ...

    def waiting(self, now: datetime) -> Sequence[Waiting]:
        """Return the months that are not published yet."""
        ...


class StandingSite(Protocol):
    """The public site, as far as is told of it."""

    def as_made(self) -> SiteStanding | None:
        """Return when it was made and as what; None before it was made for the first time."""
        ...


@dataclass(frozen=True, slots=True)
class PublishingRoutes:
    """What these need."""

    months: Months
    site: StandingSite
    clock: Callable[[], datetime]


def publishing_routes(of: PublishingRoutes) -> list[Route]:
    """Return the routes of what is published and what waits."""
    see = Act.SEE_PUBLISHING
    return [
        answered("/publishing", lambda _: _all(of), guard=see),
        answered("/publishing/{period}", lambda asked: _month(of, asked), guard=see),
    ]


def _all(of: PublishingRoutes) -> object:
    site, published = of.site.as_made(), list[dict[str, object]]()
    every = of.months.shown()
    for one in every:
        if one.number == 0:
            notes = sum(other.period == one.period for other in every) - 1
            counted = members_of(one.body)["counted_at"]
            published.append(
                {"period": str(one.period), "counted_at": counted, "notes": notes, **_proved(one)}
            )
    return {
        "published": sorted(published, key=lambda one: str(one["period"]), reverse=True),
        "waiting": [
            {"period": str(one.month), "settled": one.settled, "late": one.late}
            for one in of.months.waiting(of.clock())
        ],
        "site": site,
    }


def _month(of: PublishingRoutes, asked: Asked) -> object:
    found = of.months.shown(Month.parse(asked.path["period"]))
    figures = next((one for one in found if one.number == 0), None)
    if figures is None:
        raise NotPublishedError
    read, words = read_publication(figures.body), catalogue()
    return {
        "period": str(figures.period),
        "counted_at": read.counted_at,
        "settled": read.settled,
        "least_shown": read.rule.least_shown,
        "groups": list(month_groups(read, words)),
        "facts": list(facts_said(read, words)),
        "populations": [_population(one, read, words) for one in members_of(figures.body)["populations"]],
        "notes": [_note(one) for one in found if one.number],
        "under": read.under.size,
        **_proved(figures),
        "file": _file(figures),
    }


def _population(told: dict[str, object], read: ReadPublication, words: Catalogue) -> dict[str, object]:
    """Return of one population how many of its cells are withheld, and how it was counted."""
    name = str(told["id"])
    cube = read.cubes.get(name)
    cells = () if cube is None else tuple(cube.cells.values())
    return {
        "id": name,
        "name": words.say(text) if words.has(text := f"site.population.{name}.name") else name,
        "cells": len(cells),
        "withheld": sum(cell.withheld for cell in cells),
        "how": read.how.get(name, ""),
        "not_counted": "" if cube is not None else str(told.get("not_counted", "")),
    }


def _note(one: Kept) -> dict[str, object]:
    said = members_of(one.body)
    told = {"number": one.number, "said_at": said["said_at"], "note": said["note"]}
    return {**told, **_proved(one), "file": _file(one)}


def _proved(one: Kept) -> dict[str, object]:
    if one.proof is None:
        raise NotPublishedError
    lodged = Checkpoint.parse(one.proof.note.text)
    return {
        "digest": digest_of(one.body),
        "entry": one.proof.index,
        "checkpoint": lodged.size,
        "signed_by": [signature.name for signature in one.proof.note.signatures],
    }


def _file(one: Kept) -> str:
    if one.proof is None:
        raise NotPublishedError
    return file_of(one.body, one.proof).decode("utf-8")
