"""Cases in the audit log: every step before it is kept, what people wrote as commitments alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from openanpr.audit.acts import RightsChange
from openanpr.audit.port import Log, logged
from openanpr.rights.case import CaseStep, RightsCase
from openanpr.rights.ports import Cases, NewCase
from openanpr.store.control.rights_documents import write_case_step, write_words


class LoggedCases:
    """Cases, as `rights.ports.Cases`, of which no step is kept that the log has not.

    What is forgotten is logged by the chore that has it forgotten.
    """

    def __init__(self, cases: Cases, log: Log) -> None:
        self._cases, self._log = cases, log

    def open(self, new: NewCase) -> None:
        """Log that a case is opened, then keep it; raises AuditError, CaseTakenError: then it is not."""
        with logged(self._log, _event(new.reference, new.step, _kind(new.step))):
            self._cases.open(new)

    def append(self, reference: str, number: int, step: CaseStep) -> None:
        """Log a step, then keep it; raises AuditError and CaseChangedError: then it is not kept."""
        case = self._cases.find(reference)
        kind = _kind(step) if step.kind is not None or case is None else case.kind.value
        with logged(self._log, _event(reference, step, kind)):
            self._cases.append(reference, number, step)

    def find(self, reference: str) -> RightsCase | None:
        """Return a case."""
        return self._cases.find(reference)

    def every(self, *, closed: bool = False) -> Sequence[RightsCase]:
        """Return the cases that are not closed, or those that are."""
        return self._cases.every(closed=closed)

    def by_form(self, form: bytes) -> str | None:
        """Return the reference of the case that a form opened."""
        return self._cases.by_form(form)

    def code_of(self, reference: str) -> bytes | None:
        """Return the keyed hash of a case's code."""
        return self._cases.code_of(reference)

    def to_forget(self, closed_before: datetime) -> Sequence[str]:
        """Return the references of cases whose time is over."""
        return self._cases.to_forget(closed_before)

    def forget(self, reference: str) -> None:
        """Erase the words of a case."""
        self._cases.forget(reference)


def _kind(step: CaseStep) -> str:
    return "unknown" if step.kind is None else step.kind.value


def _event(reference: str, step: CaseStep, kind: str) -> RightsChange:
    return RightsChange(
        at=step.at,
        step=step.step.value,
        kind=kind,
        case=reference,
        person=step.by,
        written=_digest(step),
        outcome=None if step.outcome is None else step.outcome.value,
    )


def _digest(step: CaseStep) -> str:
    """Return the SHA-256 of a step as it is kept, and of the words that are sealed beside it."""
    words = b"" if step.words is None else write_words(step.words)
    return hashlib.sha256(write_case_step(step).encode() + b"\n" + words).hexdigest()
