"""Decoders that are made once, one at a time.

msgspec 0.22 prepares a type when it first makes a decoder of it; a second thread that decodes the same type
meanwhile ends the whole process. So wherever several threads may be first, they come here.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

_KindT = TypeVar("_KindT")
_LOCK = threading.Lock()
_MADE: dict[Any, msgspec.json.Decoder[Any]] = {}


def json_decoder(kind: type[_KindT]) -> msgspec.json.Decoder[_KindT]:
    """Return the decoder of JSON into `kind`, the same for all threads."""
    with _LOCK:
        made = _MADE.get(kind)
        if made is None:
            made = _MADE[kind] = msgspec.json.Decoder(kind)
        return made
