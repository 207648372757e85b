"""An entry of the log: an event as canonical bytes (RFC 8785), its secrets committed to. Pure.

    {"act":"consultation","at":"2026-11-29T02:40:00.123Z","public":{...},"sealed":{"plate":"..."},"v":1}

Members are sorted and there is no space, so one entry has one spelling. `sealed` holds the commitment of each
secret field in hexadecimal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import TypeAlias, cast

from openanpr.audit.acts import VERSION, Act, Event, Kind
from openanpr.audit.commitment import COMMITMENT_BYTES, commitment
from openanpr.audit.schema import SCHEMAS, SchemaError, verify_fields, verify_secret
from openanpr.audit.tiles import MOST_ENTRY_BYTES

Public: TypeAlias = str | int | tuple[str, ...]
"""What a public field of an entry holds, as it is read back."""

_MEMBERS = {"act", "at", "public", "sealed", "v"}
_COMMITMENT = re.compile(r"[0-9a-f]{64}")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class EntryError(ValueError):
    """Bytes that are no entry of this log."""


class LaterVersionError(EntryError):
    """An entry of a schema that came after this program."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What opens an entry: by the name of each field its salt and its value."""

    salts: Mapping[str, bytes]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is read back: its public fields, and the commitments of the others."""

    act: Act
    at: datetime
    public: Mapping[str, Public]
    sealed: Mapping[str, bytes]


def seal(event: Event, new_salt: Callable[[], bytes]) -> tuple[bytes, Secrets]:
    """Return the bytes of an entry and what opens it. `new_salt` gives 32 random bytes at each call.

    Raises SchemaError for an event that cannot be logged, naming the field.
    """
    if event.at.tzinfo is None:
        raise SchemaError("the time of an event must say its zone")
    public: dict[str, object] = {}
    values: dict[str, str] = {}
    for one in fields(event):
        value = cast("object", getattr(event, one.name))
        if one.name == "at" or value is None:
            continue
        if SCHEMAS[event.act][one.name].kind is Kind.SEALED:
            verify_secret(one.name, value)
            values[one.name] = cast("str", value)
        else:
            public[one.name] = value.isoformat() if isinstance(value, date) else value
    verify_fields(event.act, public, frozenset(values))
    salts = {name: new_salt() for name in values}
    sealed = {name: commitment(name, salt=salts[name], value=values[name]).hex() for name in values}
    written = canonical(
        {"act": event.act.value, "at": _told(event.at), "public": public, "sealed": sealed, "v": VERSION}
    )
    if len(written) > MOST_ENTRY_BYTES:
        raise SchemaError(f"an entry has at most {MOST_ENTRY_BYTES} bytes: name fewer rules")
    return written, Secrets(salts, values)


def parse_entry(data: bytes) -> Entry:
    """Return the entry that the bytes spell.

    Raises LaterVersionError for one of a later schema, EntryError for anything else that is no entry.
    """
    try:
        found = _members(data)
        act, public = Act(_text(found["act"])), cast("Mapping[str, object]", found["public"])
        sealed = {
            name: _committed(text) for name, text in cast("Mapping[str, object]", found["sealed"]).items()
        }
        verify_fields(act, public, frozenset(sealed))
        read = {
            name: tuple(cast("list[str]", value)) if isinstance(value, list) else cast("str | int", value)
            for name, value in public.items()
        }
        return Entry(act, _time(_text(found["at"])), read, sealed)
    except EntryError:
        raise
    except (ValueError, TypeError, AttributeError, RecursionError) as fault:
        told = str(fault) if isinstance(fault, SchemaError) else "it is not of the form of one"
        raise EntryError(f"the entry cannot be read: {told}") from fault


def canonical(value: Mapping[str, object]) -> bytes:
    """Return RFC 8785's only spelling of text, whole numbers, lists and objects with plain names."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def _members(data: bytes) -> Mapping[str, object]:
    found = cast("object", json.loads(data))
    if not isinstance(found, dict):
        raise EntryError("the entry cannot be read: it is not of the form of one")
    members = cast("dict[str, object]", found)
    version = members.get("v")
    if isinstance(version, int) and version > VERSION:
        raise LaterVersionError(f"the entry is of schema {version}, and this program knows {VERSION}")
    if members.keys() != _MEMBERS or type(version) is not int or version != VERSION:
        raise EntryError("the entry cannot be read: it is not of the form of one")
    if canonical(members) != data:
        raise EntryError("the entry is not in its only spelling")
    return members


def _told(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _time(text: str) -> datetime:
    if not _AT.fullmatch(text):
        raise SchemaError("its time must be written as 2026-11-29T02:40:00.123Z")
    return datetime.fromisoformat(text)


def _committed(text: object) -> bytes:
    if not isinstance(text, str) or not _COMMITMENT.fullmatch(text):
        raise SchemaError(f"a commitment has {COMMITMENT_BYTES} bytes, in hexadecimal")
    return bytes.fromhex(text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
