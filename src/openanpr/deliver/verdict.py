"""What a node's answer means for what was sent, and how long to wait before the next try. Pure."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of what was sent."""

    TAKEN = "taken"  # the node has it on disk and named it: forget it
    LATER = "later"  # the node or the way to it is busy or broken: try again with growing waits
    TOO_LARGE = "too_large"  # send it in parts; what has no parts is set aside
    UNREADABLE = "unreadable"  # the node cannot read it: look for the part that it cannot, set that aside
    NOT_YET = "not_yet"  # a picture that no read names so far: try again later
    NOT_ADMITTED = "not_admitted"  # this device, its key or its clock is refused: keep it, a person must act
    NOT_UNDERSTOOD = "not_understood"  # no answer that names what was sent: keep it, a person must act


_LATER = frozenset({408, 425, 429})
_UNREADABLE = frozenset({400, 422})
_SERVER_FAULTS = range(500, 600)
_MOST_WAIT_S = 3600.0


def judge(status: int, *, named: bool) -> Verdict:
    """Return what an answer of HTTP `status` means; `named`: its body names what was sent.

    An answer that does not name it may come from anything on the way (a proxy, a portal, another program)
    and never lets go of anything. Only 413 is believed unnamed: to send less at a time costs nothing.
    """
    if 200 <= status < 300:
        return Verdict.TAKEN if named else Verdict.NOT_UNDERSTOOD
    if status in _LATER or status in _SERVER_FAULTS:
        return Verdict.LATER
    if status in {401, 403}:
        return Verdict.NOT_ADMITTED
    if status == 413:
        return Verdict.TOO_LARGE
    if named and status in _UNREADABLE:
        return Verdict.UNREADABLE
    return Verdict.NOT_YET if named and status == 404 else Verdict.NOT_UNDERSTOOD


def full_jitter(
    failures: int, chance: random.Random, *, first_s: float = 1.0, most_s: float = 300.0
) -> float:
    """Return seconds to wait after `failures` in a row: evenly from 0 to a bound that doubles up to `most_s`.

    Source: Brooker, "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015), full jitter.
    """
    doublings = min(max(failures - 1, 0), 30)
    return chance.uniform(0.0, min(most_s, first_s * 2**doublings))


def retry_after_s(header: str | None, *, now: datetime) -> float:
    """Return the seconds that Retry-After asks for (RFC 9110, 10.2.3), 0 to 3600; 0 without sense."""
    if header is None or len(header) > 64:
        return 0.0
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _MOST_WAIT_S)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), _MOST_WAIT_S)
