"""Lists of vehicles of interest on their way from a node to a device: which there are, and what changed.

Version 1, as JSON or as MessagePack with the same fields (docs/reference/delivery-api.md). A covert entry is
never written: there is no field that could say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from openanpr.core.voi_delta import Cursor, Delta, DeltaKind
from openanpr.core.voi_entry import Action, EntryKey, Origin, Priority, VoiEntry
from openanpr.core.voi_list import ListKind, ListStanding
from openanpr.wire.read_batch import Encoding

VERSION = 1
MOST_ENTRIES = 50_000
"""Of upserts and of removals in one page."""

_CURSOR = re.compile(r"([0-9]{1,18})\.([01])\.([0-9]{1,18})")
_Text = Annotated[str, Meta(max_length=65_536)]
_Mark = Annotated[str, Meta(pattern=r"^[A-Z0-9?*]{1,64}\Z")]
_ListName = Annotated[str, Meta(min_length=1, max_length=256)]
_Revision = Annotated[int, Meta(ge=0, le=2**62)]
_TextOfTime = Annotated[datetime, Meta(tz=True)]


class DeltaError(ValueError):
    """What came is not a page of a list, or not one of a version that this program knows."""


class CovertError(ValueError):
    """A covert entry was about to be sent to a device."""


class ListOffer(Struct, frozen=True, omit_defaults=True):
    """A list that a device may hold. How many entries it has is not told: covert ones would count.

    `as_of` is when its contents were true, by its source; older than `max_age_s` seconds it is stale.
    """

    name: _ListName
    kind: ListKind
    revision: _Revision
    as_of: _TextOfTime | None = None
    max_age_s: Annotated[int, Meta(ge=1)] | None = None


class ListsAnswer(Struct, frozen=True):
    """The lists that a device may hold."""

    lists: list[ListOffer]
    version: Literal[1] = 1


class ListReceipt(Struct, frozen=True):
    """A device's word that it holds a revision of a list, all pages of it; 0: it holds nothing of it."""

    revision: _Revision


class ReceiptAnswer(Struct, frozen=True):
    """The device's word is on disk."""

    revision: _Revision
    list_name: _ListName = msgspec.field(name="list")


class _KeyForm(Struct, frozen=True, gc=False, omit_defaults=True):
    vrm: _Mark
    origin: Origin
    pnc_id: _Text = ""


class _EntryForm(Struct, frozen=True, gc=False, omit_defaults=True):
    """The fields of `VoiEntry` by their names there, without those of covert entries."""

    vrm: _Mark
    action: Action
    priority: Priority = Priority.MEDIUM
    origin: Origin = Origin.FEED
    make: _Text = ""
    model: _Text = ""
    colour: _Text = ""
    warning_markers: _Text = ""
    reason: _Text = ""
    information: _Text = ""
    owner: _Text = ""
    force_area: _Text = ""
    grading: _Text = ""
    protective_marking: _Text = ""
    pnc_id: _Text = ""
    cad: _Text = ""
    spare_1: _Text = ""
    spare_2: _Text = ""
    source: _Text = ""
    source_at: _TextOfTime | None = None
    entered_on: date | None = None
    confirmed_on: date | None = None
    review_on: date | None = None
    weed_on: date | None = None


class _DeltaForm(Struct, frozen=True, omit_defaults=True):
    version: int
    kind: DeltaKind
    since: _Revision
    revision: _Revision
    list_name: _ListName = msgspec.field(name="list")
    removals: Annotated[list[_KeyForm], Meta(max_length=MOST_ENTRIES)] = []
    upserts: Annotated[list[_EntryForm], Meta(max_length=MOST_ENTRIES)] = []
    more: str | None = None


_FIELDS = _EntryForm.__struct_fields__
_PLACES = tuple(VoiEntry._fields.index(name) for name in _FIELDS)


@dataclass(frozen=True, slots=True)
class _Codec:
    write: Callable[[object], bytes]
    delta: Callable[[bytes], _DeltaForm]
    lists: Callable[[bytes], ListsAnswer]


def offer_of(standing: ListStanding) -> ListOffer:
    """Return what a device is told of a list before it asks for it."""
    age = standing.of.max_age
    return ListOffer(
        name=standing.of.name,
        kind=standing.of.kind,
        revision=standing.revision,
        as_of=standing.as_of,
        max_age_s=None if age is None else max(1, age // timedelta(seconds=1)),
    )


def encode_lists(offers: list[ListOffer], encoding: Encoding) -> bytes:
    """Return the lists that a device may hold."""
    return _CODECS[encoding].write(ListsAnswer(offers))


def decode_lists(body: bytes, encoding: Encoding) -> tuple[ListOffer, ...]:
    """Return the lists that a device may hold; raises DeltaError."""
    try:
        return tuple(_CODECS[encoding].lists(body).lists)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DeltaError("this is not what a node says of its lists") from None


def encode_delta(delta: Delta, encoding: Encoding) -> bytes:
    """Return one page; raises CovertError for a page with a covert entry in it."""
    form = _DeltaForm(
        version=VERSION,
        list_name=delta.list_name,
        kind=delta.kind,
        since=delta.since,
        revision=delta.revision,
        removals=[_KeyForm(key.vrm, key.origin, key.pnc_id) for key in delta.removals],
        upserts=[_form_of(entry) for entry in delta.upserts],
        more=None if delta.more is None else write_cursor(delta.more),
    )
    return _CODECS[encoding].write(form)


def decode_delta(body: bytes, encoding: Encoding) -> Delta:
    """Return one page; raises DeltaError, and nothing else whatever the bytes are."""
    try:
        form = _CODECS[encoding].delta(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        raise DeltaError("this is not a page of a list") from None
    if form.version != VERSION:
        raise DeltaError(f"this program knows version {VERSION} of the list format")
    return Delta(
        list_name=form.list_name,
        kind=form.kind,
        since=form.since,
        revision=form.revision,
        upserts=tuple(_entry_of(entry) for entry in form.upserts),
        removals=tuple(EntryKey(key.vrm, key.pnc_id, key.origin) for key in form.removals),
        more=None if form.more is None else read_cursor(form.more),
    )


def write_cursor(cursor: Cursor) -> str:
    """Return the text by which a device asks for the next page; of A-Z, a-z, 0-9 and dots only."""
    return f"{cursor.revision}.{int(cursor.removals_done)}.{cursor.after}"


def read_cursor(text: str) -> Cursor:
    """Return what `write_cursor` wrote; raises DeltaError."""
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise DeltaError("the cursor is not one that a page gave")
    return Cursor(int(found[1]), found[2] == "1", int(found[3]))


def read_receipt(body: bytes) -> ListReceipt:
    """Return a device's word, which is JSON; raises DeltaError."""
    try:
        return _RECEIPTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DeltaError("a receipt is an object with the revision that is held") from None


def write_receipt(receipt: ListReceipt | ReceiptAnswer) -> bytes:
    """Return a device's word, or the node's answer to it, as JSON."""
    return msgspec.json.encode(receipt)


def _codec_of(encoding: Encoding) -> _Codec:
    m = msgspec.json if encoding is Encoding.JSON else msgspec.msgpack
    return _Codec(m.Encoder().encode, m.Decoder(_DeltaForm).decode, m.Decoder(ListsAnswer).decode)


# Made when this file is imported, by one thread: msgspec cannot bear two that use a type for the first time.
_CODECS = {encoding: _codec_of(encoding) for encoding in Encoding}
_RECEIPTS = msgspec.json.Decoder(ListReceipt)


def _form_of(entry: VoiEntry) -> _EntryForm:
    if entry.covert or entry.seen_by:
        raise CovertError("a covert entry is for its named people and never for a device")
    said: list[Any] = [entry[place] for place in _PLACES]
    return _EntryForm(*said)


def _entry_of(form: _EntryForm) -> VoiEntry:
    said: dict[str, Any] = {name: getattr(form, name) for name in _FIELDS}
    return VoiEntry(**said)
