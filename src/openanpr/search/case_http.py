"""References from a force's case system over HTTP: one GET a question, and only a clear answer counts."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from openanpr.core.purpose import ReferenceState

_MOST_ANSWER: Final = 64 * 1024
_OK: Final = 200
_NOT_THERE: Final = 404
_PLACE: Final = "{reference}"
_HERE: Final = {"localhost", "127.0.0.1", "::1"}


class CaseAddressError(ValueError):
    """The way to the case system cannot be used; the sentence says what to write."""


@dataclass(frozen=True, slots=True)
class CaseAddress:
    """Where the case system is asked, and how its answer is read.

    `template`: an https address with `{reference}` once in it, after the host. `state_at`: a JSON pointer
    (RFC 6901) to the word for the state; `open_words`, `closed_words`: what it may be. `echo_at`: a pointer
    to the reference in the answer, "" if it has none: then nothing shows that it is of this reference.
    `headers`: what the system wants besides, such as a token.
    """

    template: str
    state_at: str
    open_words: frozenset[str]
    closed_words: frozenset[str]
    echo_at: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    timeout_s: float = 3.0
    authorities: Path | None = None

    def __post_init__(self) -> None:
        """Raise CaseAddressError for an address that could carry a reference elsewhere, or in the open."""
        parts = urlsplit(self.template)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise CaseAddressError("the address of the case system begins with https://")
        if self.template.count(_PLACE) != 1 or _PLACE in parts.netloc or not parts.hostname:
            raise CaseAddressError(f"the address of the case system has {_PLACE} once, after the host")
        if not self.open_words or self.open_words & self.closed_words:
            raise CaseAddressError("name the words for open and for closed, none of them for both")
        if not all(pointer.startswith("/") for pointer in (self.state_at, self.echo_at or "/")):
            raise CaseAddressError("a JSON pointer begins with /")

    def address(self, reference: str) -> str:
        """Return where one reference is asked about; no character of it is part of the address's own form."""
        return self.template.replace(_PLACE, quote(reference, safe=""))


class CaseHttp:
    """A case system behind one address, as `ports.CaseSystem`. Threads share it."""

    __slots__ = ("_at", "_client")

    def __init__(self, at: CaseAddress) -> None:
        trust = ssl.create_default_context(cafile=None if at.authorities is None else str(at.authorities))
        self._at = at
        self._client = httpx.Client(
            timeout=at.timeout_s,
            follow_redirects=False,
            trust_env=False,
            verify=trust,
            headers=dict(at.headers),
        )

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def state_of(self, reference: str) -> ReferenceState:
        """Return what the system says of a reference; UNREACHABLE for every answer that is not clear."""
        asked = reference.strip()
        if not asked.strip("."):  # a step up the path, however it is written
            return ReferenceState.UNKNOWN
        try:
            return self._ask(asked)
        except Exception:  # noqa: BLE001 - whatever is odd about an answer, nothing is allowed by it
            return ReferenceState.UNREACHABLE

    def _ask(self, reference: str) -> ReferenceState:
        until = time.monotonic() + self._at.timeout_s
        with self._client.stream("GET", self._at.address(reference)) as answer:
            if answer.status_code == _NOT_THERE:
                return ReferenceState.UNKNOWN
            if answer.status_code != _OK:
                return ReferenceState.UNREACHABLE
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                # Each part may come in time, and the whole never.
                if len(body) > _MOST_ANSWER or time.monotonic() > until:
                    return ReferenceState.UNREACHABLE
        return self._state(msgspec.json.decode(bytes(body)), reference)

    def _state(self, answer: object, reference: str) -> ReferenceState:
        if self._at.echo_at and pointed(answer, self._at.echo_at) != reference:
            return ReferenceState.UNREACHABLE
        word = pointed(answer, self._at.state_at)
        if word in self._at.open_words:
            return ReferenceState.OPEN
        return ReferenceState.CLOSED if word in self._at.closed_words else ReferenceState.UNREACHABLE


def pointed(found: object, pointer: str) -> object:
    """Return what a JSON pointer points at (RFC 6901). Raises LookupError, ValueError where is none."""
    at = found
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        match at:
            case list():
                at = cast("list[object]", at)[int(name)]
            case dict():
                at = cast("dict[str, object]", at)[name]
            case _:
                raise LookupError("the answer has no such part")
    return at
