"""Figures for the public over the local socket: what is published, published now, noted, counted anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from starlette.routing import Route

from openanpr.policy.ask import Act
from openanpr.publish.closing import NotPublishedError
from openanpr.publish.period import Month
from openanpr.publish.ports import Kept
from openanpr.publish.proof import file_of
from openanpr.publish.publication import digest_of, members_of
from openanpr.publish.recount_log import Compared
from openanpr.web.local.asking import Asked, Said, WhyForm, answered
from openanpr.web.local.gate import Own


class Publishing(Protocol):
    """Publishes months, and counts them anew; `run` makes it of a node's parts."""

    def shown(self, month: Month | None = None) -> Sequence[Kept]:
        """Return what is published, of one month or of all, each with its proof."""
        ...

    def publish_due(self, now: datetime) -> Sequence[Month]:
        """Publish what is due; return the months."""
        ...

    def note(self, month: Month, text: str, *, by: str, now: datetime) -> Kept:
        """Publish a note on a month."""
        ...

    def recount(self, month: Month) -> Sequence[Compared]:
        """Return how each population of a published month does, counted anew."""
        ...


@dataclass(frozen=True, slots=True)
class FigureRoutes:
    """What these need; `key` is the log's, by which publications are verified."""

    publishing: Publishing
    key: str
    clock: Callable[[], datetime]


class NoteForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about a published month, and by whom; the name is not shown."""

    note: Said
    by: Said


class NothingForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing needs to be said."""


def figure_routes(of: FigureRoutes) -> list[Route]:
    """Return the routes of figures."""
    return [
        answered("/figures", lambda _: _listed(of), guard=Own.MACHINE),
        answered("/figures/publish", lambda asked: _publish(of, asked), "POST", guard=Own.MACHINE),
        answered("/figures/{period}", lambda asked: _shown(of, _month(asked)), guard=Own.MACHINE),
        answered(
            "/figures/{period}/notes",
            lambda asked: _note(of, _month(asked), asked.form(NoteForm)),
            "POST",
            guard=Act.NOTE_FIGURES,
        ),
        answered(
            "/figures/{period}/recount",
            lambda asked: _recount(of, _month(asked), asked.form(WhyForm)),
            "POST",
            guard=Act.READ_LOG,
        ),
    ]


def _month(asked: Asked) -> Month:
    return Month.parse(asked.path["period"])


def _listed(of: FigureRoutes) -> object:
    return {"key": of.key, "published": [_told(one) for one in of.publishing.shown()]}


def _shown(of: FigureRoutes, month: Month) -> object:
    found = of.publishing.shown(month)
    if not found:
        raise NotPublishedError
    files = [{**_told(one), "document": members_of(one.body), "file": _file(one)} for one in found]
    return {"key": of.key, "files": files}


def _publish(of: FigureRoutes, asked: Asked) -> object:
    asked.form(NothingForm)
    return {"published": [str(month) for month in of.publishing.publish_due(of.clock())]}


def _note(of: FigureRoutes, month: Month, form: NoteForm) -> object:
    return _told(of.publishing.note(month, form.note, by=form.by, now=of.clock()))


def _recount(of: FigureRoutes, month: Month, form: WhyForm) -> object:
    del form  # who asks and why is in the log before
    found = of.publishing.recount(month)
    return {
        "period": str(month),
        "populations": [
            {"population": one.population, "agreement": one.agreement, "differing": list(one.differing)}
            for one in found
        ],
    }


def _told(one: Kept) -> dict[str, object]:
    return {
        "period": str(one.period),
        "number": one.number,
        "kind": "note" if one.number else "figures",
        "digest": digest_of(one.body),
        "entry": None if one.proof is None else one.proof.index,
    }


def _file(one: Kept) -> str:
    if one.proof is None:
        raise NotPublishedError
    return file_of(one.body, one.proof).decode("utf-8")
