"""The disclosure register over the local socket: its lines, CSV, and what was handed over by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.policy.ask import Act
from openanpr.rights.disclosure import ByHand, Counted, Disclosed, register_csv
from openanpr.rights.disclosure_register import Register
from openanpr.web.local.asking import Asked, Said, answered

_MOST = 5_000
_DAYS = 92

Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,63}\Z")]
Count = Annotated[int, Meta(ge=0, lt=2**53)]


@dataclass(frozen=True, slots=True)
class DisclosureRoutes:
    """What the register over the socket needs."""

    register: Register
    clock: Callable[[], datetime]


class ByHandForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What was handed over outside the system: to whom, by which law, why, what and how much, who decided."""

    recipient: Said
    basis: Said
    purpose: Word
    what: Said
    reference: Said
    decided_by: Said
    by: Said
    why: Said
    reads: Count = 0
    entries: Count = 0
    pictures: Count = 0
    documents: Count = 0


def disclosure_routes(of: DisclosureRoutes) -> list[Route]:
    """Return the routes of the register."""
    see = Act.SEE_DISCLOSURES
    return [
        answered("/disclosures", lambda asked: list(map(_told, _lines(of, asked))), guard=see),
        answered("/disclosures", lambda asked: _write(of, asked), "POST", guard=Act.WRITE_DISCLOSURE),
        answered("/disclosures/export", lambda asked: {"csv": register_csv(_lines(of, asked))}, guard=see),
        answered("/disclosures/{line}", lambda asked: _told(of.register.find(asked.path["line"])), guard=see),
    ]


def _lines(of: DisclosureRoutes, asked: Asked) -> tuple[Disclosed, ...]:
    """Return the lines of some days (UTC, both included); of the last three months where none are named."""
    today = of.clock().astimezone(UTC).date()
    until = asked.day("until", today)
    since = asked.day("since", until - timedelta(days=_DAYS))
    if since > until:
        raise ValueError("since is the first day, and until the last")
    first, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (since, until))
    found = of.register.between(first, last + timedelta(days=1), most=_MOST + 1)
    if len(found) > _MOST:
        raise ValueError(f"there are more than {_MOST:,} lines in these days: ask about fewer")
    return found


def _write(of: DisclosureRoutes, asked: Asked) -> object:
    form = asked.form(ByHandForm)
    others = {
        name: count for name, count in (("pictures", form.pictures), ("documents", form.documents)) if count
    }
    said = ByHand(
        form.recipient,
        form.basis,
        form.purpose,
        form.what,
        form.reference,
        form.decided_by,
        form.why,
        Counted(form.reads, form.entries, others),
    )
    return _told(of.register.write_down(said, by=form.by))


def _told(one: Disclosed) -> dict[str, object]:
    return {
        "line": one.disclosed_id,
        "kind": one.kind,
        "at": one.at,
        "last_at": one.last_at,
        "times": one.times,
        "undone": one.undone,
        "recipient": one.recipient,
        "purpose": one.purpose,
        "basis": one.basis,
        "reference": one.reference,
        "what": one.what,
        "reads": one.counted.reads,
        "entries": one.counted.entries,
        "others": one.counted.others,
        "by": one.by,
        "decided_by": one.decided_by,
        "why": one.why,
        "log": one.log,
        "entry": one.entry,
        "last_entry": one.last_entry,
        "erased": one.erased,
    }
