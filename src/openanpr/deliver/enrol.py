"""A device makes itself known to a node: it gives a code and its public key, and gets an id."""

from __future__ import annotations

from contextlib import suppress

from openanpr.deliver.line import Line, LineDownError, Message
from openanpr.wire.delivery import (
    DEVICES_PATH,
    AnswerError,
    Enrolment,
    read_batch_answer,
    read_enrolled,
    write_answer,
)
from openanpr.wire.device_key import PublicKey
from openanpr.wire.signature import ExpiredError, FromTheFutureError

CLOCK_FAULTS = frozenset({ExpiredError.fault, FromTheFutureError.fault})
"""The names by which a node refuses what a wrong clock has signed."""


class CodeRefusedError(Exception):
    """The node does not take the code: it is wrong, used up or too old; ask for a new one."""


class ClockWrongError(Exception):
    """The node takes no signature of this clock: set it; the same code may be tried again."""


class EnrolmentError(Exception):
    """The node could not be asked, or what answered is no node; the same code may be tried again."""


def enrol(line: Line, code: str, key: PublicKey) -> str:
    """Return the id under which the node knows this device; keep it beside the key.

    `line` must sign with the other half of `key`. Raises CodeRefusedError, ClockWrongError,
    EnrolmentError. To ask again with the same code and key is safe: the answer may have been lost.
    """
    body = write_answer(Enrolment(code, key.base64))
    try:
        answer = line.send(Message("POST", DEVICES_PATH, "application/json", body))
    except LineDownError as e:
        raise EnrolmentError(f"{e}: try the same code again when the line is up") from e
    if answer.status == 401 and _fault_in(answer.body) in CLOCK_FAULTS:
        raise ClockWrongError(
            "the clock of this machine and the node's differ too much: set it with a time service, then "
            "try the same code again"
        )
    if answer.status in {401, 403, 410}:
        raise CodeRefusedError("the node refuses this code or this key: ask its operator for a new code")
    if answer.status not in {200, 201}:
        raise EnrolmentError(f"the node answered with status {answer.status}: is the URL that of a node?")
    try:
        enrolled = read_enrolled(answer.body)
    except AnswerError as e:
        raise EnrolmentError("what answered is no node: is the URL right?") from e
    if enrolled.key_id != key.key_id:
        raise EnrolmentError(
            "the node took another key for ours: do not use this enrolment, tell its operator"
        )
    return enrolled.device


def _fault_in(body: bytes) -> str:
    """Return the node's short name for why not, empty where it gives none."""
    with suppress(AnswerError):
        return read_batch_answer(body).error or ""
    return ""
