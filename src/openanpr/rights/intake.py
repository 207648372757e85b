"""What the public listener is given of cases: to open one, to look one up by its code, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from openanpr.core.role import Role
from openanpr.rights.case import CaseKind, CaseState, CaseStepKind, RightsCase, Via
from openanpr.rights.desk import PUBLIC, Came, Received, RightsDesk, Took
from openanpr.rights.form import WrittenForm


@dataclass(frozen=True, slots=True)
class CaseTold:
    """How a case stands, for whoever has its code: nothing of what anybody wrote, and nobody's name."""

    reference: str
    kind: CaseKind
    owner: Role
    state: CaseState
    received: date
    answer_by: date | None
    acknowledged: bool
    waits_for: CaseStepKind | None
    answered: date | None
    extended: bool


@dataclass(frozen=True, slots=True)
class Intake:
    """The two things that somebody of the public can do; each waits for disks."""

    open: Callable[[WrittenForm, bytes], Received]
    look_up: Callable[[str, str], CaseTold | None]


def intake_of(desk: RightsDesk, clock: Callable[[], datetime]) -> Intake:
    """Return the two functions over a desk, of which nothing else can be reached."""

    def open_(form: WrittenForm, token: bytes) -> Received:
        """Open a case, once for each form; raises what the log and the store raise."""
        return desk.open(form.kind, form.words, Came(via=Via.WEB), Took(PUBLIC, clock()), form=token)

    def look_up(reference: str, code: str) -> CaseTold | None:
        """Return how a case stands; None for a wrong code, and where there is none."""
        case = desk.look_up(reference, code)
        return None if case is None else _told(desk, case)

    return Intake(open_, look_up)


def _told(desk: RightsDesk, case: RightsCase) -> CaseTold:
    due = desk.due(case)
    return CaseTold(
        reference=case.reference,
        kind=case.kind,
        owner=case.owner,
        state=case.state,
        received=case.received,
        answer_by=due.answer_by,
        acknowledged=case.last(CaseStepKind.ACKNOWLEDGED) is not None,
        waits_for=case.waits_for,
        answered=due.answered,
        extended=case.last(CaseStepKind.EXTENDED) is not None,
    )
