"""Why a delivery is not taken: a kind that tells the sender what to do, and a short name that is counted."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What the sender should make of it; beside each, the HTTP status that says so."""

    NOT_PROVED = "not_proved"  # 401: set the clock or enrol again
    NOT_ADMITTED = "not_admitted"  # 403: a person must act
    TOO_LARGE = "too_large"  # 413: send it in parts
    UNKNOWN_FORM = "unknown_form"  # 415: the node must be upgraded
    UNREADABLE = "unreadable"  # 422: find the part that is to blame
    LATER = "later"  # 503: the same again, after a wait


class RefusedError(Exception):
    """What came was not taken and nothing of it is kept; the sender still has it.

    `fault` is the short name told to the sender; `counted` the one in our own counts, which may tell more.
    Neither holds a plate, a name, a key or a code. `batch_id` is None where it could not be read.
    """

    def __init__(
        self, kind: Kind, fault: str, message: str, *, counted: str = "", batch_id: UUID | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.fault = fault
        self.counted = counted or fault
        self.batch_id = batch_id


def later(fault: str) -> RefusedError:
    """Return the refusal for something of ours that does not work now: a disk, a database."""
    return RefusedError(Kind.LATER, fault, "the node cannot take it now: send the same again later")
