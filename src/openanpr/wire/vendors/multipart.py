"""A body in parts (RFC 2046 section 5.1, RFC 7578), cut without touching a byte of what is inside.

The parser of `email` reads mail: it walks a picture line by line. This one looks for the boundary alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from openanpr.wire.vendors.contract import MOST_PARTS, MessageFault

_LONGEST_HEADER = 4096
_LONGEST_BOUNDARY = 70  # RFC 2046
_PARAMETER = re.compile(r';\s*([A-Za-z*-]{1,32})\s*=\s*(?:"([^"]*)"|([^\s;"]*))')
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its form field, file name and media type, each empty when not given, and its bytes."""

    name: str
    file_name: str
    media_type: str
    body: bytes


def media_type(content_type: str) -> str:
    """Return the media type of a Content-Type header, in small letters, without its parameters."""
    return content_type[:_LONGEST_HEADER].partition(";")[0].strip().lower()


def parts_of(payload: bytes, content_type: str) -> tuple[Part, ...]:
    """Return the parts of a multipart body in their order.

    Raises MessageFault when no boundary is named, when it does not close, or for too many parts.
    """
    boundary = _parameters(content_type).get("boundary", "")
    if not 0 < len(boundary) <= _LONGEST_BOUNDARY or not boundary.isascii():
        raise MessageFault("the message has parts but names no boundary between them")
    mark = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    parts: list[Part] = []
    begin: int | None = None
    for found in mark.finditer(payload):
        if begin is not None:
            if len(parts) >= MOST_PARTS:
                msg = f"the message has more than {MOST_PARTS} parts"
                raise MessageFault(msg)
            parts.append(_part(payload[begin : found.start()]))
        begin = found.end()
        if found[1]:
            return tuple(parts)
    raise MessageFault("the message is cut off: its last boundary is missing")


def _part(raw: bytes) -> Part:
    """Return one part: header lines, an empty line, the body."""
    blank = _BLANK_LINE.search(raw, 0, _LONGEST_HEADER)
    if blank is None:
        raise MessageFault("a part of the message has no header")
    headers: dict[str, str] = {}
    for line in raw[: blank.start()].decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    told = _parameters(headers.get("content-disposition", ""))
    kind = media_type(headers.get("content-type", ""))
    return Part(told.get("name", ""), told.get("filename", ""), kind, raw[blank.end() :])


def _parameters(header: str) -> dict[str, str]:
    found = _PARAMETER.findall(header[:_LONGEST_HEADER])
    return {name.lower(): quoted or bare for name, quoted, bare in reversed(found)}
