"""What cases ask of the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from openanpr.rights.case import CaseStep, RightsCase


class CaseChangedError(Exception):
    """Somebody took a step on this case meanwhile: look again."""

    def __init__(self) -> None:
        super().__init__("somebody took a step on this case meanwhile: look again")


class CaseTakenError(Exception):
    """A case has this reference already, or was opened by this form already."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that is to be kept.

    `form` is the keyed hash of the form that it came by, which opens one case and never two; `code` that of
    the code with which whoever asked looks it up.
    """

    reference: str
    form: bytes = field(repr=False)
    code: bytes = field(repr=False)
    step: CaseStep


class Cases(Protocol):
    """Keeps cases; nothing that was kept is ever changed, and only words are ever forgotten."""

    def open(self, new: NewCase) -> None:
        """Keep a case, on disk when this returns; raises CaseTakenError."""
        ...

    def append(self, reference: str, number: int, step: CaseStep) -> None:
        """Keep a step as that number, from 1, on disk when this returns; raises CaseChangedError."""
        ...

    def find(self, reference: str) -> RightsCase | None:
        """Return a case by its reference, None where there is none."""
        ...

    def every(self, *, closed: bool = False) -> Sequence[RightsCase]:
        """Return the cases that are not closed, or those that are, by when they were opened."""
        ...

    def by_form(self, form: bytes) -> str | None:
        """Return the reference of the case that a form opened, None where it opened none."""
        ...

    def code_of(self, reference: str) -> bytes | None:
        """Return the keyed hash of a case's code, None where there is no such case."""
        ...

    def to_forget(self, closed_before: datetime) -> Sequence[str]:
        """Return the references of cases that were closed before a time and still have their words."""
        ...

    def forget(self, reference: str) -> None:
        """Erase the words of a case: its steps stay, without them."""
        ...
