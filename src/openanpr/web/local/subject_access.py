"""Requests for access over the local socket: opened, found, decided, packed, handed over."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct
from starlette.routing import Route

from openanpr.policy.ask import Act
from openanpr.rights.challenge_desk import Done
from openanpr.rights.subject_access import (
    AccessStep,
    AccessTaken,
    Box,
    Decision,
    Entitlement,
    Exemption,
    Item,
    ItemKind,
    SubjectAccess,
    Verdict,
)
from openanpr.rights.subject_access_desk import Asked as AskedAbout
from openanpr.rights.subject_access_desk import Proof, SubjectAccessDesk, counts_of
from openanpr.search.ask import Asker
from openanpr.web.judging import NotAllowedError
from openanpr.web.local.asking import Answers, Asked, ByForm, Said, answered
from openanpr.web.local.challenges import CasesKnown, last_day

_MOST_SHOWN = 500


class Pictures(Protocol):
    """Gives pictures of reads out."""

    def of(self, captured_at: datetime, sha256: str) -> bytes | None:
        """Return the JPEG, None where it is not here."""
        ...


@dataclass(frozen=True, slots=True)
class AccessRoutes:
    """What requests over the socket need."""

    desk: SubjectAccessDesk
    known: CasesKnown
    pictures: Pictures
    clock: Callable[[], datetime]


class OpenForm(Struct, frozen=True, forbid_unknown_fields=True):
    """The case, vehicles and days (UTC, both included), as what somebody asks, and what was shown."""

    case: Said
    vrm: list[Said]
    since: date
    until: date
    entitlement: Entitlement
    proof: Said
    by: Said


class DecideForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of items: by their numbers, or of all of a kind that wait (`kind`).

    `exemption` is the letter of section 45(4), with `reason`, where something is withheld. `box`: x, y, width
    and height in pixels of the vehicle in the overview of one read.
    """

    verdict: Verdict
    by: Said
    numbers: tuple[int, ...] = ()
    kind: ItemKind | None = None
    exemption: Exemption | None = None
    reason: str = ""
    box: tuple[int, int, int, int] | None = None
    list: str = ""


class SecondForm(Struct, frozen=True, forbid_unknown_fields=True):
    """The items that a second person agrees upon, or sends back with the reason."""

    by: Said
    numbers: tuple[int, ...] = ()
    why: str = ""


class HandOverForm(Struct, frozen=True, forbid_unknown_fields=True):
    """To whom the pack goes, and by which way."""

    recipient: Said
    by: Said


def access_routes(of: AccessRoutes) -> list[Route]:
    """Return the routes of requests for access."""
    handle, one = Act.HANDLE_ACCESS, "/subject-access/{access}"
    return [
        answered("/subject-access", lambda asked: _all(of, asked), guard=Act.SEE_ACCESS),
        answered("/subject-access", lambda asked: _open(of, asked), "POST", guard=handle),
        answered("/subject-access/entries", lambda asked: _inbox(of, asked), guard=Act.ANSWER_CHALLENGE),
        answered(one, lambda asked: _told(of, asked, _found(of, asked)), guard=Act.SEE_ACCESS),
        answered(f"{one}/items/{{number}}/pictures", _known(of, _pictures), guard=handle),
        answered(f"{one}/find", _step(of, _find), "POST", guard=handle),
        answered(f"{one}/decide", _step(of, _decide), "POST", guard=handle),
        answered(f"{one}/entries", lambda asked: _entries(of, asked), "POST", guard=Act.ANSWER_CHALLENGE),
        answered(f"{one}/confirm", _second(of, AccessStep.CONFIRMED), "POST", guard=Act.CONFIRM_ACCESS),
        answered(f"{one}/send-back", _second(of, AccessStep.SENT_BACK), "POST", guard=Act.CONFIRM_ACCESS),
        answered(f"{one}/pack", _step(of, _pack), "POST", guard=handle),
        answered(f"{one}/hand-over", _known(of, _hand_over), "POST", guard=handle),
    ]


def _known(of: AccessRoutes, answers: Callable[[AccessRoutes, Asked, SubjectAccess], object]) -> Answers:
    """An act of whoever handles the case: the case's own rule is asked too."""

    def known(asked: Asked) -> object:
        found = _found(of, asked)
        of.known.verify(found.case_ref, asked)
        return answers(of, asked, found)

    return known


def _step(of: AccessRoutes, takes: Callable[[AccessRoutes, Asked, str], SubjectAccess]) -> Answers:
    return _known(of, lambda of, asked, found: _told(of, asked, takes(of, asked, found.access_id)))


def _found(of: AccessRoutes, asked: Asked) -> SubjectAccess:
    found = of.desk.find(asked.path["access"])
    if not of.known.may_know(found.case_ref, asked):
        raise LookupError("there is no such request for access")
    return found


def _every(of: AccessRoutes, asked: Asked) -> list[SubjectAccess]:
    """Return the requests of which whoever asks may know."""
    return [one for one in of.desk.files.every() if of.known.may_know(one.case_ref, asked)]


def _all(of: AccessRoutes, asked: Asked) -> object:
    return [_head(one) for one in _every(of, asked)]


def _open(of: AccessRoutes, asked: Asked) -> object:
    form = asked.form(OpenForm)
    of.known.verify(form.case, asked)
    about = AskedAbout(tuple(form.vrm), form.since, form.until)
    proof = Proof(form.entitlement, form.proof)
    return _told(of, asked, of.desk.open(form.case, about, proof, Done(form.by, of.clock())))


def _find(of: AccessRoutes, asked: Asked, access_id: str) -> SubjectAccess:
    by = asked.form(ByForm).by
    if asked.proved is None:
        raise NotAllowedError(
            "what is held about somebody is found by people who have proved who they are: let two "
            "administrators sign in first"
        )
    who = Asker(asked.proved.person, asked.proved.login, "socket")
    return of.desk.look(access_id, who, Done(by, of.clock()))


def _decide(of: AccessRoutes, asked: Asked, access_id: str) -> SubjectAccess:
    form = asked.form(DecideForm)
    if form.list:
        raise ValueError("upon an entry its list's owner decides: see subject-access entries")
    done = Done(form.by, of.clock())
    if form.kind is not None:
        if form.numbers:
            raise ValueError("name items by their numbers or by their kind, and not by both")
        return of.desk.decide_by_rule(access_id, form.kind, _decision(form), done)
    return of.desk.decide(access_id, form.numbers, _decision(form), done)


def _entries(of: AccessRoutes, asked: Asked) -> object:
    """The owner of a list decides upon its entries: of the request no more is told back than that."""
    form = asked.form(DecideForm)
    if not form.list or form.kind is not None:
        raise ValueError("name the list, and its entries by their numbers")
    done = Done(form.by, of.clock())
    access_id = _found(of, asked).access_id
    found = of.desk.decide(access_id, form.numbers, _decision(form), done, of_list=form.list)
    return _head(found) | {"entries": _owned(found, form.list)}


def _inbox(of: AccessRoutes, asked: Asked) -> object:
    """Return the entries of open lists that wait for their owners, of all requests."""
    return [
        {
            "access": one.access_id,
            "case": one.case_ref,
            "list": item.list_name,
            "number": item.number,
            "vrm": dict(item.facts).get("vehicle", ""),
            "due": None if (case := of.desk.cases.seen(one.case_ref)) is None else case.due,
        }
        for one in _every(of, asked)
        for item in one.undecided
        if item.kind is ItemKind.ENTRY
    ]


def _decision(form: DecideForm) -> Decision:
    return Decision(form.verdict, form.exemption, form.reason, None if form.box is None else Box(*form.box))


def _second(of: AccessRoutes, step: AccessStep) -> Answers:
    def answers(asked: Asked) -> object:
        form, access_id = asked.form(SecondForm), _found(of, asked).access_id
        found = of.desk.second(access_id, form.numbers, step, Done(form.by, of.clock(), form.why))
        return _told(of, asked, found)

    return answers


def _pack(of: AccessRoutes, asked: Asked, access_id: str) -> SubjectAccess:
    return of.desk.pack(access_id, Done(asked.form(ByForm).by, of.clock()))


def _hand_over(of: AccessRoutes, asked: Asked, found: SubjectAccess) -> object:
    form = asked.form(HandOverForm)
    body, entry = of.desk.hand_over(found.access_id, form.recipient, Done(form.by, of.clock()))
    packed = of.desk.find(found.access_id).packed
    return {
        "name": f"reply-{found.access_id}.zip",
        "media_type": "application/zip",
        "sha256": "" if packed is None else packed.sha256,
        "entry": entry,
        "body": base64.b64encode(body).decode("ascii"),
    }


def _pictures(of: AccessRoutes, asked: Asked, found: SubjectAccess) -> object:
    """The pictures of a read, for whoever decides what of them is told."""
    number = asked.path["number"]
    one = next((one for one in found.items or () if str(one.number) == number), None)
    if one is None or one.at is None:
        raise LookupError("there is no such read in this request")
    told: dict[str, str | None] = {}
    for name, sha256 in (("patch", one.patch), ("overview", one.overview)):
        jpeg = None if sha256 is None else of.pictures.of(one.at, sha256)
        told[name] = None if jpeg is None else base64.b64encode(jpeg).decode("ascii")
    return told


def _head(one: SubjectAccess) -> dict[str, object]:
    """Return a request in short, without the vehicles."""
    return {
        "access": one.access_id,
        "case": one.case_ref,
        "state": one.state,
        "opened_at": one.opened.at,
        "opened_by": one.opened.by,
        "items": None if one.items is None else len(one.items),
        "counts": counts_of(one),
        "lists": sorted({item.list_name for item in one.undecided if item.kind is ItemKind.ENTRY}),
    }


def _told(of: AccessRoutes, asked: Asked, one: SubjectAccess) -> dict[str, object]:
    case = of.desk.cases.seen(one.case_ref)
    first = asked.number("after", 0)
    decided, unconfirmed = one.decided, one.unconfirmed
    items = [item for item in one.items or () if item.number > first]
    shown = items[:_MOST_SHOWN]
    packed = one.packed
    return _head(one) | {
        "due": None if case is None else case.due,
        "vrm": list(one.opened.marks),
        "since": one.opened.since,
        "until": one.opened.until,
        "last_on": last_day(one.opened.until),
        "entitlement": one.opened.entitlement,
        "proof": one.opened.proof,
        "shown": [_item(item, decided.get(item.number), waits=item.number in unconfirmed) for item in shown],
        "next": shown[-1].number if len(items) > len(shown) else None,
        "sha256": None if packed is None else packed.sha256,
        "steps": [
            {
                "step": step.step,
                "at": step.at,
                "by": step.by,
                "why": step.why,
                "items": len(step.numbers) or len(step.items),
                "recipient": step.recipient,
                "entry": step.entry,
            }
            for step in one.steps
        ],
    }


def _owned(one: SubjectAccess, list_name: str) -> list[dict[str, object]]:
    decided, unconfirmed = one.decided, one.unconfirmed
    return [
        _item(item, decided.get(item.number), waits=item.number in unconfirmed)
        for item in one.items or ()
        if item.list_name == list_name
    ]


def _item(item: Item, step: AccessTaken | None, *, waits: bool) -> dict[str, object]:
    decision = None if step is None else step.decision
    return {
        "number": item.number,
        "kind": item.kind,
        "at": item.at,
        "facts": [list(fact) for fact in item.facts],
        "list": item.list_name,
        "pictures": [name for name in ("patch", "overview") if getattr(item, name) is not None],
        "verdict": None if decision is None else decision.verdict,
        "exemption": None if decision is None else decision.exemption,
        "reason": "" if decision is None else decision.reason,
        "boxed": decision is not None and decision.box is not None,
        "decided_by": None if step is None else step.by,
        "waits_for_second": waits,
    }
