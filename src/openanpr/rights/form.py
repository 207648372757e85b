"""What somebody writes on a public form: read, checked, and shown back with a token before it is sent. Pure.

The token carries the time at which it was made and a number by chance, signed together with what was written:
who changes a word gets another one to look at first, and who sends it twice opens one case.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from openanpr.rights.case import CaseKind, Words
from openanpr.rights.reference import CHANCE_BYTES

MOST_TEXT: Final = 4000
MOST_NAME: Final = 120
MOST_VRM: Final = 20
LIVES: Final = timedelta(hours=1)
"""How long what was shown back can be sent."""
AT_LEAST: Final = timedelta(seconds=3)
"""Nobody has read what was shown back sooner than this."""
_STAMP_BYTES: Final = 8
_MAC_BYTES: Final = 32
_FIELDS: Final = ("text", "name", "contact", "vrm")
_MOST: Final = MappingProxyType({"text": MOST_TEXT, "name": MOST_NAME, "contact": MOST_NAME, "vrm": MOST_VRM})
_WANTED: Final = MappingProxyType(
    dict.fromkeys(CaseKind, ("text", "name", "contact")) | {CaseKind.CHALLENGE: _FIELDS}
)
WITH_VRM: Final = frozenset({CaseKind.ACCESS, CaseKind.CHALLENGE, CaseKind.CORRECTION})
"""The kinds of which a number plate is asked for; needed of a challenge alone."""


class FieldFault(StrEnum):
    """What is wrong with a field."""

    MISSING = "missing"
    TOO_LONG = "too-long"
    TRAP = "trap"  # the box that nobody sees was filled in


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """A form as it was filled in: its kind, and its fields without what cannot be printed."""

    kind: CaseKind
    text: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    vrm: str = field(default="", repr=False)
    trap: str = field(default="", repr=False)

    @classmethod
    def read(cls, said: Mapping[str, str]) -> WrittenForm | None:
        """Return the form of what was sent; None where it says of no known kind."""
        try:
            kind = CaseKind(said.get("kind", ""))
        except ValueError:
            return None
        told = {name: _plain(said.get(name, "")) for name in _FIELDS}
        if kind not in WITH_VRM:
            told["vrm"] = ""
        return cls(kind, trap=said.get("website", ""), **told)

    def faults(self) -> dict[str, FieldFault]:
        """Return what is wrong, by field, from the top down; nothing where it can be sent."""
        found: dict[str, FieldFault] = {}
        for name in _FIELDS:
            value: str = getattr(self, name)
            if not value and name in _WANTED[self.kind]:
                found[name] = FieldFault.MISSING
            elif len(value) > _MOST[name]:
                found[name] = FieldFault.TOO_LONG
        if self.trap:
            found["website"] = FieldFault.TRAP
        return found

    @property
    def words(self) -> Words:
        """What is kept of it."""
        return Words(text=self.text, name=self.name, contact=self.contact, vrm=self.vrm)

    def digest(self) -> bytes:
        """Return the SHA-256 of all that it says, each part with its length."""
        parts = (self.kind.value, self.text, self.name, self.contact, self.vrm)
        told = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (one.encode() for one in parts))
        return hashlib.sha256(told).digest()


class Sending(StrEnum):
    """What can be done with a token."""

    GOOD = "good"
    TOO_SOON = "too-soon"
    TOO_LATE = "too-late"
    STRANGE = "strange"  # it is none of ours, or what was written is not what it was made for


@dataclass(frozen=True, slots=True)
class FormTokens:
    """Makes tokens and reads them again, with one key."""

    key: bytes = field(repr=False)

    def make(self, form: WrittenForm, chance: bytes, now: datetime) -> str:
        """Return a token for what was written, made of 16 random bytes."""
        if len(chance) != CHANCE_BYTES:
            raise ValueError(f"a token is made of {CHANCE_BYTES} random bytes")
        head = _stamp(now) + chance
        return base64.urlsafe_b64encode(head + self._mac(head, form)).decode().rstrip("=")

    def read(self, token: str, form: WrittenForm, now: datetime) -> tuple[Sending, bytes]:
        """Return what can be done with a token, and its random bytes; b"" for one that is not ours."""
        try:
            raw = base64.b64decode(token[:200] + "=" * (-len(token[:200]) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return Sending.STRANGE, b""
        head, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(head) != _STAMP_BYTES + CHANCE_BYTES or not hmac.compare_digest(mac, self._mac(head, form)):
            return Sending.STRANGE, b""
        age = now - datetime.fromtimestamp(int.from_bytes(head[:_STAMP_BYTES], "big") / 1000, UTC)
        if age < AT_LEAST:
            return Sending.TOO_SOON, head[_STAMP_BYTES:]
        return (Sending.GOOD if age <= LIVES else Sending.TOO_LATE), head[_STAMP_BYTES:]

    def _mac(self, head: bytes, form: WrittenForm) -> bytes:
        return hmac.new(self.key, b"token\n" + head + form.digest(), hashlib.sha256).digest()


def _stamp(now: datetime) -> bytes:
    return round(now.timestamp() * 1000).to_bytes(_STAMP_BYTES, "big")


def _plain(text: str) -> str:
    """Return a text without what steers a screen or a terminal, its ends of lines made one kind."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (one for one in lines if one == "\n" or unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"})
    return "".join(kept).strip()
