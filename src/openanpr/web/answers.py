"""What a request is answered: the status of each refusal, and bodies that name what they answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import Response

from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.wire.delivery import Refused, write_answer

STATUSES: Mapping[Kind, int] = {
    Kind.NOT_PROVED: 401,
    Kind.NOT_ADMITTED: 403,
    Kind.TOO_LARGE: 413,
    Kind.UNKNOWN_FORM: 415,
    Kind.UNREADABLE: 422,
    Kind.LATER: 503,
}
"""The HTTP status that says what a sender should make of a refusal."""

JSON = "application/json"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class TurnedAwayError(Exception):
    """A request is refused before any desk looks at it, or names what is not here; nothing of it is kept.

    `hang_up`: the line is of no more use.
    """

    def __init__(self, status: int, fault: str, *, hang_up: bool = False) -> None:
        super().__init__(fault)
        self.status = status
        self.fault = fault
        self.hang_up = hang_up


def taken(body: bytes, *, status: int = 200, media_type: str = JSON) -> Response:
    """Return the answer to what was taken."""
    return Response(body, status, {"cache-control": "no-store"}, media_type)


def refused(refusal: RefusedError, *, sha256: str = "", retry_after_s: int) -> Response:
    """Return the answer to what a desk refused; `sha256` is the name under which a picture was sent."""
    said = Refused(
        refusal.fault,
        batch_id="" if refusal.batch_id is None else str(refusal.batch_id),
        sha256=sha256 if _SHA256.fullmatch(sha256) else "",
    )
    return _no(STATUSES[refusal.kind], said, {}, retry_after_s)


def turned_away(
    away: TurnedAwayError, headers: Mapping[str, str] | None = None, *, retry_after_s: int
) -> Response:
    """Return the answer to what no desk looked at."""
    beside = dict(headers or {})
    if away.hang_up:
        beside["connection"] = "close"
    return _no(away.status, Refused(away.fault), beside, retry_after_s)


def _no(status: int, said: Refused, headers: dict[str, str], retry_after_s: int) -> Response:
    headers["cache-control"] = "no-store"
    if status == STATUSES[Kind.LATER]:
        headers["retry-after"] = str(retry_after_s)
    return Response(write_answer(said), status, headers, JSON)
