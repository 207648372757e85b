"""Lists of vehicles of interest as devices get them: which there are, what changed, and their receipts."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl

from openanpr.audit.acts import Disclosure
from openanpr.audit.port import Log
from openanpr.core.voi_delta import Cursor, Delta, DeltaKind
from openanpr.core.voi_list import ListStanding, Receipt
from openanpr.ingest.device import Device
from openanpr.ingest.prove import Proof, prove
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.tally import Tally, refusals_counted
from openanpr.voi.circulate import CursorError, delta
from openanpr.voi.ports import DeltaStore
from openanpr.web.answers import TurnedAwayError
from openanpr.wire.list_delta import (
    DeltaError,
    ReceiptAnswer,
    encode_delta,
    encode_lists,
    offer_of,
    read_cursor,
    read_receipt,
    write_receipt,
)
from openanpr.wire.read_batch import Encoding
from openanpr.wire.signature import Request

DEVICES = "devices"
"""Who a list must be visible to before any device gets it."""

_MOST_DIGITS = 18


class CirculatedLists(DeltaStore, Protocol):
    """The lists of the node, and who holds which revision."""

    def standings(self) -> tuple[ListStanding, ...]:
        """Return how all lists stand, by name."""
        ...

    def note(self, receipt: Receipt) -> None:
        """Keep a device's word, on disk."""
        ...

    def served(self, served: Receipt) -> None:
        """Keep that a device was given all of a revision, which it has yet to confirm."""
        ...


@dataclass(frozen=True, slots=True)
class ListDesk:
    """What serving lists needs of the world; `page_entries` is how many entries one page has at most.

    A page with entries is a disclosure of them, and in the log before it goes out. What a device hears when
    nothing changed is none: it asks every few seconds.
    """

    proof: Proof
    lists: CirculatedLists
    tally: Tally
    log: Log
    page_entries: int = 5000


@dataclass(frozen=True, slots=True)
class _Asked:
    since: int
    cursor: Cursor | None


def offered(request: Request, desk: ListDesk, *, now: datetime, encoding: Encoding) -> bytes:
    """Return the lists that the device which asks may hold; raises RefusedError."""
    with refusals_counted(desk.tally):
        prove(request, desk.proof, now=now)
        shown = [standing for standing in desk.lists.standings() if DEVICES in standing.of.visible_to]
        return encode_lists([offer_of(standing) for standing in shown], encoding)


def page(list_name: str, request: Request, desk: ListDesk, *, now: datetime, encoding: Encoding) -> bytes:
    """Return the page that the device asks for, without covert entries.

    Raises RefusedError; TurnedAwayError: 404 for a list that is not there or not for devices, 409 for a
    cursor that leads nowhere any more.
    """
    with turning_away(desk.tally):
        device = prove(request, desk.proof, now=now)
        asked = _asked(request.url)
        _refuse_hidden(list_name, desk)
        most = desk.page_entries
        try:
            found = delta(list_name, asked.since, store=desk.lists, limit=most, cursor=asked.cursor)
        except CursorError:
            raise TurnedAwayError(409, "begin_again") from None
        if found.upserts or found.removals:
            _log_page(desk.log, found, device, now)
        if found.more is None and found.kind is not DeltaKind.UNCHANGED:
            desk.lists.served(Receipt(device.device_id, list_name, found.revision, now))
        return encode_delta(found, encoding)


def receipt(list_name: str, request: Request, desk: ListDesk, *, now: datetime) -> bytes:
    """Return the answer to a device's word, which is on disk.

    Raises RefusedError; TurnedAwayError: 404 for a list that is not there or not for devices, 409 for a
    revision that the list has not reached: a word about what is to come would confirm every correction.
    """
    with turning_away(desk.tally):
        device: Device = prove(request, desk.proof, now=now)
        try:
            said = read_receipt(request.body)
        except DeltaError as fault:
            raise RefusedError(Kind.UNREADABLE, "unreadable", str(fault)) from None
        _refuse_hidden(list_name, desk)
        if said.revision > desk.lists.standing(list_name).revision:
            raise TurnedAwayError(409, "no_such_revision")
        desk.lists.note(Receipt(device.device_id, list_name, said.revision, now))
        return write_receipt(ReceiptAnswer(said.revision, list_name))


def _log_page(log: Log, page: Delta, device: Device, now: datetime) -> None:
    log.append(
        Disclosure(
            at=now,
            person=device.device_id,
            recipient=device.device_id,
            what="list-page",
            purpose="matching",
            reference=f"{page.list_name} from {page.since} to {page.revision}",
            reason="the list is for devices",
            entries=len(page.upserts) + len(page.removals),
        )
    )


@contextmanager
def turning_away(tally: Tally) -> Generator[None]:
    """Count what is refused inside, and let through what only names a thing that is not there."""
    away: TurnedAwayError | None = None
    with refusals_counted(tally):
        try:
            yield
        except TurnedAwayError as fault:
            away = fault
    if away is not None:
        raise away


def _refuse_hidden(list_name: str, desk: ListDesk) -> None:
    """Refuse a list that no device may hold in the same words as one that is not there."""
    try:
        standing = desk.lists.standing(list_name)
    except LookupError:
        standing = None
    if standing is None or standing.of.covert_of or DEVICES not in standing.of.visible_to:
        raise TurnedAwayError(404, "unknown_list")


def _asked(url: str) -> _Asked:
    said = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    by_name = dict(said)
    since = by_name.get("since", "0")
    fits = since.isascii() and since.isdigit() and len(since) <= _MOST_DIGITS
    if len(by_name) != len(said) or not by_name.keys() <= {"since", "cursor"} or not fits:
        raise RefusedError(Kind.UNREADABLE, "unreadable", "ask with since (a revision) and cursor, each once")
    try:
        cursor = read_cursor(by_name["cursor"]) if "cursor" in by_name else None
    except DeltaError as fault:
        raise RefusedError(Kind.UNREADABLE, "unreadable", str(fault)) from None
    return _Asked(int(since), cursor)
