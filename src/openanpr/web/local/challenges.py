"""Challenges of entries over the local socket: opened, looked into, answered by owners, followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from msgspec import Struct
from starlette.routing import Route

from openanpr.policy.ask import Act
from openanpr.rights.challenge import Answer, Challenge, ChallengeStep, Confirmation, Outcome, SeenList
from openanpr.rights.challenge_desk import ChallengeDesk, Done, Owned
from openanpr.web.local.asking import Answers, Asked, ByForm, Said, answered


class CasesKnown(Protocol):
    """Whether somebody may work on, or know of, a tracked case."""

    def verify(self, reference: str, asked: Asked) -> None:
        """Raise LookupError without such a case, NotAllowedError where whoever asks may not work on it."""
        ...

    def may_know(self, reference: str, asked: Asked) -> bool:
        """Whether the case is not about whoever asks: for those it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class ChallengeRoutes:
    """What challenges over the socket need."""

    desk: ChallengeDesk
    known: CasesKnown
    clock: Callable[[], datetime]


class OpenForm(Struct, frozen=True, forbid_unknown_fields=True):
    """The case, the vehicle, and from which day to which it was stopped (UTC, both included)."""

    case: Said
    vrm: Said
    since: date
    until: date
    by: Said
    why: str = ""


class AnswerForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What the owner of a list did, and by which change of it: a proposal's number; None: it stands."""

    list: Said
    answer: Answer
    by: Said
    why: Said
    proposal: int | None = None


class ExplainForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a device is silent about a change, and what becomes of what it holds."""

    list: Said
    device: Said
    by: Said
    why: Said


class CloseForm(Struct, frozen=True, forbid_unknown_fields=True):
    """How it ends, and what came of it."""

    outcome: Outcome
    by: Said
    why: Said


def challenge_routes(of: ChallengeRoutes) -> list[Route]:
    """Return the routes of challenges."""
    handle, one = Act.HANDLE_CHALLENGE, "/challenges/{challenge}"
    return [
        answered("/challenges", lambda asked: _all(of, asked), guard=Act.SEE_CHALLENGES),
        answered("/challenges", lambda asked: _open(of, asked), "POST", guard=handle),
        answered(one, lambda asked: told_challenge(of, _found(of, asked)), guard=Act.SEE_CHALLENGES),
        answered(f"{one}/look", _handled(of, _look), "POST", guard=handle),
        answered(f"{one}/answer", lambda asked: _answer(of, asked), "POST", guard=Act.ANSWER_CHALLENGE),
        answered(f"{one}/explain", _handled(of, _explain), "POST", guard=handle),
        answered(f"{one}/close", _handled(of, _close), "POST", guard=handle),
    ]


def _handled(of: ChallengeRoutes, takes: Callable[[ChallengeRoutes, Asked, str], Challenge]) -> Answers:
    """A step of whoever handles the case: the case's own rule is asked too."""

    def answers(asked: Asked) -> object:
        found = _found(of, asked)
        of.known.verify(found.case_ref, asked)
        return told_challenge(of, takes(of, asked, found.challenge_id))

    return answers


def _found(of: ChallengeRoutes, asked: Asked) -> Challenge:
    found = of.desk.find(asked.path["challenge"])
    if not of.known.may_know(found.case_ref, asked):
        raise LookupError("there is no such challenge")
    return found


def _all(of: ChallengeRoutes, asked: Asked) -> object:
    known = (one for one in of.desk.files.every() if of.known.may_know(one.case_ref, asked))
    return [_head(of, one) for one in known]


def _open(of: ChallengeRoutes, asked: Asked) -> object:
    form = asked.form(OpenForm)
    of.known.verify(form.case, asked)
    done = Done(form.by, of.clock(), form.why)
    return told_challenge(of, of.desk.open(form.case, form.vrm, form.since, form.until, done))


def _look(of: ChallengeRoutes, asked: Asked, challenge_id: str) -> Challenge:
    return of.desk.look(challenge_id, Done(asked.form(ByForm).by, of.clock()))


def _answer(of: ChallengeRoutes, asked: Asked) -> object:
    form = asked.form(AnswerForm)
    owned = Owned(form.list, form.answer, form.proposal)
    done = Done(form.by, of.clock(), form.why)
    return told_challenge(of, of.desk.answer(_found(of, asked).challenge_id, owned, done))


def _explain(of: ChallengeRoutes, asked: Asked, challenge_id: str) -> Challenge:
    form = asked.form(ExplainForm)
    return of.desk.explain(challenge_id, form.list, form.device, Done(form.by, of.clock(), form.why))


def _close(of: ChallengeRoutes, asked: Asked, challenge_id: str) -> Challenge:
    form = asked.form(CloseForm)
    return of.desk.close(challenge_id, form.outcome, Done(form.by, of.clock(), form.why))


def _head(of: ChallengeRoutes, one: Challenge) -> dict[str, object]:
    """Return a challenge in short, without the vehicle."""
    confirmations = of.desk.confirmations(one)
    waiting = one.waiting
    return {
        "challenge": one.challenge_id,
        "case": one.case_ref,
        "state": one.state(confirmations),
        "opened_at": one.opened.at,
        "waiting": [seen.list_name for seen in waiting],
        "due": min((seen.due for seen in waiting), default=None),
        "devices": sum(done.devices for done in confirmations),
        "confirmed": sum(done.confirmed for done in confirmations),
    }


def told_challenge(of: ChallengeRoutes, one: Challenge) -> dict[str, object]:
    """Return all of a challenge. Covert entries have no part in it, whether there are any or not."""
    confirmations = of.desk.confirmations(one)
    answers = one.answers
    return {
        **_head(of, one),
        "vrm": one.mark,
        "since": one.opened.since,
        "until": one.opened.until,
        "last_on": last_day(one.opened.until),
        "looked": one.lists is not None,
        "lists": [_list(seen, answers.get(seen.list_name)) for seen in one.lists or ()],
        "confirmations": [_confirmation(done) for done in confirmations],
        "steps": [
            {
                "step": step.step,
                "at": step.at,
                "by": step.by,
                "why": step.why,
                "list": step.list_name,
                "answer": step.answer,
                "device": step.device,
                "outcome": step.outcome,
            }
            for step in one.steps
        ],
    }


def last_day(until: datetime | None) -> date | None:
    """Return the last UTC day that lies before a time."""
    return None if until is None else (until - timedelta(microseconds=1)).date()


def _list(seen: SeenList, answer: ChallengeStep | None) -> dict[str, object]:
    return {
        "list": seen.list_name,
        "owner": seen.owner,
        "due": seen.due,
        "alerts": seen.alerts,
        "exact": seen.exact,
        "possible": seen.possible,
        "misread": seen.misread,
        "entries": seen.entries,
        "by_misreads": seen.by_misreads,
        "rivals": list(seen.rivals),
        "listed": list(seen.listed),
        "first_at": seen.first_at,
        "last_at": seen.last_at,
        "answer": None if answer is None else answer.answer,
        "answered_by": None if answer is None else answer.by,
        "answered_why": None if answer is None else answer.why,
        "proposal": None if answer is None else answer.proposal,
        "revision": None if answer is None else answer.revision,
    }


def _confirmation(done: Confirmation) -> dict[str, object]:
    return {
        "list": done.list_name,
        "revision": done.revision,
        "devices": done.devices,
        "confirmed": done.confirmed,
        "silent": list(done.silent),
        "explained": list(done.explained),
        "done": done.done,
    }
