"""What a refused question is answered with: one form of JSON for all, and a status for each kind of fault.

Nothing here tells whether an account exists, and nothing holds what was asked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Struct
from starlette.responses import Response

from openanpr.audit.faults import AuditError
from openanpr.people.event import Deed, PeopleRefusedError, Reason
from openanpr.people.grave_acts import DecidedError
from openanpr.people.keys import SealError
from openanpr.people.oidc import ProviderError
from openanpr.review.desk import NotInHandError, NotReviewerError
from openanpr.search.faults import (
    NotFoundError,
    NotNowError,
    RefusedError,
    ResultsGoneError,
    UnansweredError,
)
from openanpr.search.ports import NotHeldError, ReadsUnreachableError
from openanpr.store.control.engine import DatabaseError
from openanpr.store.engine import StoreError
from openanpr.web.answers import TurnedAwayError
from openanpr.web.request_log import log_fault

JSON = "application/json"
_BUSY_S = 2


class Refusal(Struct, frozen=True):
    """Why a question was refused, and what to do: both for a person to read."""

    message: str
    what_to_do: str


class ApiError(Exception):
    """A question is refused before any desk looks at it; `what_to_do` helps whoever asked."""

    def __init__(self, status: int, message: str, what_to_do: str) -> None:
        super().__init__(message)
        self.status, self.what_to_do = status, what_to_do


class FormError(ValueError):
    """What was sent cannot be read; the sentence holds nothing of it but names of fields that are ours."""


_SIGN_IN = "sign in: on a command line by 'openanpr sign-in'"
_STEP_UP = "give your second factor once more: on a command line by 'openanpr step-up'"
_NO_LOG = "tell who runs the node: nothing is done without its audit log"
_USUAL: Mapping[int, str] = {
    400: "see the document of the API at /openapi.json",
    401: _SIGN_IN,
    403: "ask somebody who may",
    404: "look at its id again: what you may not see is not there either",
    405: "see the document of the API at /openapi.json",
    409: "look again at how things stand, then try again",
    410: "run the search again",
    413: "send less at once",
    415: "send JSON, with content-type: application/json",
    422: "see the document of the API at /openapi.json",
    429: "wait, then try again",
    500: "tell who runs the node: its log says where",
    503: "try again in a moment",
}
_OF_REASON: Mapping[Reason, int] = {
    Reason.SLOWED_DOWN: 429,
    Reason.WRONG_CSRF: 403,
    Reason.NOT_FRESH: 403,
    Reason.DUTY: 403,
    Reason.NO_ROLE: 403,
}
_NO_SESSION = frozenset({Deed.SESSION_USED, Deed.STOLEN_SESSION_ENDED, Deed.SIGNED_IN, Deed.SERVICE_USED})
_KINDS: tuple[tuple[type[Exception], int], ...] = (
    (NotFoundError, 404),
    (NotNowError, 409),
    (NotInHandError, 409),
    (NotReviewerError, 403),
    (ResultsGoneError, 410),
    (UnansweredError, 503),
    (NotHeldError, 503),
    (ReadsUnreachableError, 503),
    (DecidedError, 409),
    (DatabaseError, 503),
    (ProviderError, 503),
    (SealError, 503),
    (StoreError, 503),
    (UnicodeError, 422),
    (OverflowError, 422),
    (ValueError, 422),
    (OSError, 503),
)
"""What the faults of the stages become; the first that fits. All others are the node's own."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal with its status; `wait_s` > 0: how long to wait before asking again."""

    status: int
    said: Refusal
    wait_s: float = 0.0


def refused(status: int, sentence: str, what_to_do: str = "", *, wait_s: float = 0.0) -> Response:
    """Return a refusal; a sentence with a colon says what was wrong before it, and what to do behind it."""
    return _answer(_refused(status, sentence, what_to_do, wait_s=wait_s))


def refusal(fault: Exception) -> Response:
    """Return what a fault is answered with; one of the node's own goes into the log, without its words."""
    return _answer(refusal_of(fault))


def refusal_of(fault: Exception) -> Refused:
    """Return why a question is refused; a fault of the node's own goes into the log, without its words."""
    for way in _WAYS:
        if (answer := way(fault)) is not None:
            return answer
    for kind, status in _KINDS:
        if isinstance(fault, kind):
            return _refused(status, str(fault))
    log_fault(fault)
    return _refused(500, f"the node failed at this ({type(fault).__name__})")


def _refused(status: int, sentence: str, what_to_do: str = "", *, wait_s: float = 0.0) -> Refused:
    message, _, advice = sentence.partition(": ")
    return Refused(status, Refusal(message, what_to_do or advice or _USUAL.get(status, _USUAL[400])), wait_s)


def _answer(one: Refused) -> Response:
    headers = {"retry-after": str(math.ceil(one.wait_s))} if one.wait_s > 0 else {}
    return Response(msgspec.json.encode(one.said), one.status, headers, JSON)


def _spoken(fault: Exception) -> Refused | None:
    """Answer a fault that says itself what to do."""
    match fault:
        case ApiError():
            return _refused(fault.status, str(fault), fault.what_to_do)
        case RefusedError():
            return _by_rules(fault)
        case PeopleRefusedError():
            return _of_people(fault)
        case _:
            return None


def _usual(fault: Exception) -> Refused | None:
    """Answer a fault whose own words need some beside them."""
    match fault:
        case AuditError():
            return _refused(503, f"it could not be written down, and so was not done ({fault})", _NO_LOG)
        case TurnedAwayError():
            said = "the node has more to do than it can at this moment"
            return _refused(fault.status, said, "try again in a moment", wait_s=_BUSY_S)
        case UnicodeError():
            return _refused(422, "a text holds what is no character")
        case LookupError() if not isinstance(fault, KeyError | IndexError):
            return _refused(404, str(fault))
        case _:
            return None


_WAYS = (_spoken, _usual)


def form_fault(fault: Exception) -> FormError:
    """Return a fault of reading a form as a sentence that holds nothing of what was sent."""
    told = str(fault) if isinstance(fault, msgspec.DecodeError) else ""
    place = "".join(re.findall(r" - at `(\$[.\w\[\]…]*)`$", told))
    where = f" (at {place})" if place else ""
    if told.startswith("Object missing required field"):
        return FormError(f"{told.partition(' - ')[0]}{where}")
    if told.startswith("Expected"):
        return FormError(f"{told.partition(' - ')[0]}{where}")
    if "unknown field" in told:
        return FormError(f"there is a field that this form does not know{where}")
    if isinstance(fault, msgspec.ValidationError):
        return FormError(f"a value is none of those that are possible{where}")
    return FormError("what was sent is no JSON that can be read")


def _by_rules(fault: RefusedError) -> Refused:
    """Say what was decided and by which rules; what would be allowed stands apart, as what to do."""
    told, _, helps = str(fault).partition("\nIt would be allowed with one of:\n")
    said = Refusal(told, helps.strip() or "ask in another way, or somebody who may")
    return Refused(403, said)


def _of_people(fault: PeopleRefusedError) -> Refused:
    reason, deed = fault.event.refused, fault.event.deed
    if reason is not None and reason in _OF_REASON:
        advice = _STEP_UP if reason is Reason.NOT_FRESH else ""
        return _refused(_OF_REASON[reason], str(fault), advice, wait_s=fault.wait_s)
    if deed in _NO_SESSION:
        return _refused(401, str(fault), _SIGN_IN if deed is not Deed.SIGNED_IN else "")
    return _refused(403, str(fault))
