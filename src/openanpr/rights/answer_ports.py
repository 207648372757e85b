"""What the answers to people ask of the world: small protocols; `store` and `run` provide them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from openanpr.core.camera import CameraId
from openanpr.core.voi_list import DiffRow, Holder, ListStanding, Proposal

_StepT_contra = TypeVar("_StepT_contra", contravariant=True)
_FileT_co = TypeVar("_FileT_co", covariant=True)


class ChangedMeanwhileError(Exception):
    """Somebody took a step on this meanwhile: look again."""


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A tracked case as far as an answer hangs on it: its kind, whether it is open, by when it is due."""

    reference: str
    kind: str
    is_open: bool
    due: date | None


class Cases(Protocol):
    """The tracked cases of the rights desk."""

    def seen(self, reference: str) -> CaseSeen | None:
        """Return a case, None where there is none of that reference."""
        ...

    def verify_reply(self, reference: str) -> None:
        """Raise an error that says why where the case cannot be replied to now."""
        ...

    def reply(self, reference: str, text: str, by: str, at: datetime) -> None:
        """Record the reply on the case, on disk when this returns."""
        ...


class Files(Protocol[_FileT_co, _StepT_contra]):
    """Keeps the steps of one kind of file; nothing that was kept is ever changed."""

    def append(self, file_id: str, number: int, step: _StepT_contra) -> None:
        """Keep a step as that number, from 0, on disk when this returns; raises ChangedMeanwhileError."""
        ...

    def find(self, file_id: str) -> _FileT_co | None:
        """Return a file, None where there is none."""
        ...

    def every(self) -> Sequence[_FileT_co]:
        """Return all files of this kind, by when they were opened."""
        ...


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that anybody on duty may know of, as an answer needs it; never a covert one.

    `exact` and `possible` count its hits by how the read met the entry; `read_as` are the spellings that
    were read, `listed_as` those that stand on the list. `check`, `outcome` are words of alerting, "" for
    none.
    """

    alert_id: str
    list_id: int
    first_at: datetime
    last_at: datetime
    exact: int
    possible: int
    read_as: tuple[str, ...] = field(repr=False)
    listed_as: tuple[str, ...] = field(repr=False)
    check: str
    outcome: str
    cameras: tuple[CameraId, ...] = ()


class AlertsOfVehicle(Protocol):
    """The open alerts about a vehicle: about its mark, or raised because its mark was read."""

    def raised(self, mark: str, *, since: datetime, until: datetime) -> tuple[Raised, ...]:
        """Return those with a hit captured in the time, the newest first; covert ones are never looked at."""
        ...


class OpenLists(Protocol):
    """Lists that anybody who keeps lists may know of, and what was changed on them; never a covert one."""

    def ids(self) -> Mapping[str, int]:
        """Return the number of each list by its name."""
        ...

    def standing(self, list_name: str) -> ListStanding:
        """Return how a list stands; raises LookupError."""
        ...

    def marked(self, mark: str) -> Mapping[str, int]:
        """Return how many entries of this mark, by its shape, are on which open list now."""
        ...

    def proposal(self, number: int) -> Proposal:
        """Return a change of an open list; raises LookupError."""
        ...

    def changed(self, list_name: str, revision: int, marks: Collection[str]) -> Sequence[DiffRow]:
        """Return what a revision of a list did to entries of these marks, by their shapes."""
        ...

    def held(self, list_name: str) -> tuple[Holder, ...]:
        """Return every device that was given a list or confirmed it; raises LookupError."""
        ...
