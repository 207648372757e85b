"""The desk at which cases are opened and worked on: each step judged, and kept by whoever keeps them.

The store that it is given logs each step before it keeps it (docs/decisions/0032). Who may do what is judged
before: see `policy/rules/rights.cedar`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from openanpr.core.role import Role
from openanpr.rights.case import (
    CaseKind,
    CaseStep,
    CaseStepKind,
    NotPossibleCaseStepError,
    Outcome,
    RightsCase,
    Via,
    Words,
    verify_possible,
)
from openanpr.rights.clock import Due, due, extend_until
from openanpr.rights.keys import RightsKeys
from openanpr.rights.numbers import RightsNumbers
from openanpr.rights.ports import Cases, CaseTakenError, NewCase
from openanpr.rights.reference import CHANCE_BYTES, NotAReferenceError, make_reference, parse_reference

PUBLIC: Final = "the public"
"""Who opens a case on the public site."""
_TRIES: Final = 8
_NOBODY: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Received:
    """What whoever asked is given: the reference, the code that is shown once, and the day of the reply."""

    reference: str
    code: str
    kind: CaseKind
    owner: Role
    received: date
    answer_by: date | None


@dataclass(frozen=True, slots=True)
class Took:
    """Who takes a step, and when (UTC)."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """How a case came in that staff write down: by what way, and on which day."""

    via: Via
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsDesk:
    """What is done to cases. Every method that names a case raises LookupError where there is none.

    Those that take a step raise NotPossibleCaseStepError, CaseError, CaseChangedError and what the store
    raises. `owners` says whose duty each kind is.
    """

    cases: Cases
    keys: RightsKeys
    numbers: RightsNumbers
    owners: Mapping[CaseKind, Role]
    chance: Callable[[int], bytes]

    def find(self, reference: str) -> RightsCase:
        """Return a case; a reference that was written by hand is forgiven its dashes."""
        try:
            found = self.cases.find(parse_reference(reference))
        except NotAReferenceError:
            found = None
        if found is None:
            raise LookupError("there is no such case")
        return found

    def due(self, case: RightsCase) -> Due:
        """Return the days of a case."""
        return due(case, self.numbers)

    def queue(self, *, on: date) -> Sequence[RightsCase]:
        """Return the cases that are not closed, late ones first, then by the day that comes next."""
        return sorted(self.cases.every(), key=lambda one: self._place(one, on))

    def open(self, kind: CaseKind, words: Words, came: Came, took: Took, *, form: bytes = b"") -> Received:
        """Open a case; one form opens one case, however often it is sent. Raises CaseError.

        `form` names the form by random bytes of its own; without one the case is a new one.
        """
        form = form or self.chance(CHANCE_BYTES)
        digest, code = self.keys.form_digest(form), self.keys.code_of_form(form)
        step = CaseStep(
            step=CaseStepKind.OPENED,
            at=took.at,
            by=took.by,
            kind=kind,
            owner=self.owners[kind],
            via=came.via,
            on=came.on,
            words=words,
        )
        if not words.text.strip():
            raise NotPossibleCaseStepError("a case is opened with what was asked: say it")
        for _ in range(_TRIES):
            known = self.cases.by_form(digest)
            if known is not None:
                return self._received(self.find(known), code)
            reference = make_reference(self.chance(CHANCE_BYTES))
            new = NewCase(reference, digest, self.keys.code_digest(reference, code), step)
            try:
                self.cases.open(new)
            except CaseTakenError:
                continue  # by the same form just now, or by chance: the next try sees which
            return self._received(RightsCase(reference, (step,)), code)
        raise CaseTakenError("no reference is free: try again")

    def look_up(self, reference: str, code: str) -> RightsCase | None:
        """Return a case to whoever has its code; None for a wrong code and for a case that is not there.

        Both take the same steps, so that the time tells no more than the answer does.
        """
        try:
            named = parse_reference(reference)
        except NotAReferenceError:
            named = ""
        kept = self.cases.code_of(named)
        fits = hmac.compare_digest(self.keys.code_digest(named, code), kept or _NOBODY)
        return self.cases.find(named) if fits and kept is not None else None

    def take(
        self, reference: str, step: CaseStepKind, words: Words | None, took: Took, *, on: date | None = None
    ) -> RightsCase:
        """Take a step that needs no more than words: all but those below."""
        case = self.find(reference)
        if step is CaseStepKind.EXTENDED:
            self._verify_extends(case, took.at.date())
        return self._taken(case, CaseStep(step=step, at=took.at, by=took.by, on=on, words=words))

    def assign(self, reference: str, to: str, took: Took) -> RightsCase:
        """Say who is to do it, by the sign-in name; never somebody that the case is about."""
        case = self.find(reference)
        if to.strip() in case.excluded[0]:
            raise NotPossibleCaseStepError("the case is about this person: somebody else must do it")
        return self._taken(case, CaseStep(step=CaseStepKind.ASSIGNED, at=took.at, by=took.by, to=to.strip()))

    def move(self, reference: str, kind: CaseKind, words: Words, took: Took) -> RightsCase:
        """Say that a case is of another kind; its days count from when it came in."""
        case = self.find(reference)
        if case.kind is kind:
            raise NotPossibleCaseStepError("the case is of this kind already")
        step = CaseStep(
            step=CaseStepKind.MOVED, at=took.at, by=took.by, kind=kind, owner=self.owners[kind], words=words
        )
        return self._taken(case, step)

    def close(self, reference: str, outcome: Outcome, words: Words | None, took: Took) -> RightsCase:
        """Close a case, with what came of it."""
        case = self.find(reference)
        step = CaseStep(step=CaseStepKind.CLOSED, at=took.at, by=took.by, outcome=outcome, words=words)
        return self._taken(case, step)

    def forget(self, now: datetime) -> int:
        """Erase the words of cases whose time is over; return of how many."""
        over = self.cases.to_forget(now - timedelta(days=self.numbers.forget_days))
        for reference in over:
            self.cases.forget(reference)
        return len(over)

    def _received(self, case: RightsCase, code: str) -> Received:
        return Received(case.reference, code, case.kind, case.owner, case.received, self.due(case).answer_by)

    def _taken(self, case: RightsCase, step: CaseStep) -> RightsCase:
        after = case.after(step)
        self.cases.append(case.reference, len(case.steps), step)
        return after

    def _verify_extends(self, case: RightsCase, today: date) -> None:
        verify_possible(case, CaseStepKind.EXTENDED)
        if today > (last := extend_until(case)):
            raise NotPossibleCaseStepError(
                f"notice of more time had to be given by {last}: reply now (DPA 2018, section 54(3B))"
            )

    def _place(self, case: RightsCase, on: date) -> tuple[bool, date, str]:
        found = self.due(case)
        ends = [one for one in (found.acknowledge_by, found.answer_by) if one is not None]
        return (not found.late(on), min(ends, default=date.max), case.reference)
