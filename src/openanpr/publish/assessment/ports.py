"""What the self assessment needs of the world: small protocols; `store` and `run` provide them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from openanpr.publish.assessment.document import CheckpointTold
from openanpr.publish.assessment.version import Event, Version


class OutdatedError(RuntimeError):
    """The version has moved on since it was looked at: look again and repeat the work."""

    def __init__(self) -> None:
        super().__init__("somebody else changed this assessment first: look at it again, and repeat the step")


class NoSuchVersionError(LookupError):
    """There is no version of that number."""

    def __init__(self) -> None:
        super().__init__("there is no assessment of that number: 'openanpr assessment list' has them all")


@dataclass(frozen=True, slots=True)
class Frozen:
    """The bytes of a document as they are kept for good, by language and audience."""

    language: str
    audience: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to a version: events, and documents that are frozen with them; all or nothing.

    `expected` is how many events the store must still have of it, 0 for a new version.
    """

    number: int
    expected: int
    events: tuple[Event, ...]
    documents: tuple[Frozen, ...] = ()


class Versions(Protocol):
    """The versions as they stand."""

    def every(self) -> tuple[Version, ...]:
        """Return all, the first one first."""
        ...

    def find(self, number: int) -> Version:
        """Return one. Raises NoSuchVersionError."""
        ...


class Keeping(Protocol):
    """Where versions and their documents are kept; nothing that is kept is ever changed."""

    def save(self, changes: Sequence[Change]) -> None:
        """Keep all changes or none, on disk on return. Raises OutdatedError."""
        ...

    def document(self, number: int, language: str, audience: str) -> bytes | None:
        """Return the document that was frozen, None where there is none."""
        ...


class Assessments(Versions, Keeping, Protocol):
    """Both in one, as the control database is."""


Checkpoints = Callable[[], CheckpointTold]
"""Signs a checkpoint of the audit log as it is now, and returns it."""
