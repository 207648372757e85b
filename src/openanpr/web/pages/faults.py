"""What a fault becomes on a page: the same refusals as over the API, and what a person can do there."""

from __future__ import annotations

from openanpr.people.event import PeopleRefusedError, Reason
from openanpr.web.api.refusals import ApiError, Refused, refusal_of
from openanpr.web.local.asking import status_of


def page_refusal(fault: Exception) -> Refused:
    """Return why a page is refused; a fault of the node's own goes into the log, without its words."""
    if isinstance(fault, PeopleRefusedError) and fault.event.refused is Reason.NOT_FRESH:
        return refusal_of(ApiError(403, "this wants your second factor once more", "give it now"))
    if isinstance(fault, PeopleRefusedError | ApiError):
        return refusal_of(fault)
    status = status_of(fault)
    if status in {403, 404, 409, 422}:
        message, _, advice = str(fault).partition(": ")
        return refusal_of(ApiError(status, message, advice or _USUAL[status]))
    return refusal_of(fault)


_USUAL = {
    403: "ask somebody who may",
    404: "what you may not see is not there either",
    409: "look again at how things stand, then try again",
    422: "go back, look at what you filled in, and try again",
}
