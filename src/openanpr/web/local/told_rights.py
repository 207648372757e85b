"""Cases of the public as the socket tells them."""

from __future__ import annotations

from datetime import date

from openanpr.rights.case import CaseStep, RightsCase, possible
from openanpr.rights.clock import Due
from openanpr.rights.desk import Received


def told_received(of: Received) -> dict[str, object]:
    """Return what whoever asked is given, the code among it: it is told this one time."""
    return {
        "reference": of.reference,
        "code": of.code,
        "kind": of.kind,
        "owner": of.owner,
        "received": of.received,
        "answer_by": of.answer_by,
    }


def told_case_line(case: RightsCase, due: Due, *, on: date, warn_days: int) -> dict[str, object]:
    """Return a case in a line of the queue: nothing of what anybody wrote."""
    return {
        "reference": case.reference,
        "kind": case.kind,
        "owner": case.owner,
        "state": case.state,
        "via": case.opened.via,
        "received": case.received,
        "acknowledge_by": due.acknowledge_by,
        "answer_by": due.answer_by,
        "answered": due.answered,
        "in_time": due.in_time,
        "late": due.late(on),
        "due_soon": due.soon(on, warn_days),
        "assigned": case.assigned,
        "outcome": case.outcome,
    }


def told_case(case: RightsCase, due: Due, *, on: date, warn_days: int) -> dict[str, object]:
    """Return a whole case, with what people wrote: for its owner alone."""
    people, teams = case.excluded
    words = case.words
    return {
        **told_case_line(case, due, on=on, warn_days=warn_days),
        "waits_for": case.waits_for,
        "possible": possible(case),
        "people": sorted(people),
        "teams": sorted(teams),
        "forgotten": words is None,
        "text": "" if words is None else words.text,
        "name": "" if words is None else words.name,
        "contact": "" if words is None else words.contact,
        "vrm": "" if words is None else words.vrm,
        "steps": [_step(number, one) for number, one in enumerate(case.steps)],
    }


def _step(number: int, one: CaseStep) -> dict[str, object]:
    words = one.words
    return {
        "number": number,
        "step": one.step,
        "at": one.at,
        "by": one.by,
        "on": one.on,
        "kind": one.kind,
        "to": one.to,
        "outcome": one.outcome,
        "text": "" if words is None else words.text,
        "people": () if words is None else words.people,
        "teams": () if words is None else words.teams,
    }
