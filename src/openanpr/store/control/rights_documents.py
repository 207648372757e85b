"""Steps on cases as text in a column and back, and their words as bytes to be sealed.

A change to the fields needs a new version and a reader for the old one; a recorded document of each version
is in the tests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec

from openanpr.rights.case import CaseStep, Words
from openanpr.store.control.engine import DatabaseError

VERSION: Final = 1
"""The version that is written now."""

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_STEPS: Final = msgspec.json.Decoder(CaseStep)
_WORDS: Final = msgspec.json.Decoder(Words)


def write_case_step(step: CaseStep) -> str:
    """Return a step as JSON, without its words."""
    return _ENCODER.encode(step.bare).decode()


def write_words(words: Words) -> bytes:
    """Return words as JSON."""
    return _ENCODER.encode(words)


def read_case_step(version: int, document: str, words: bytes | None) -> CaseStep:
    """Return a step with its words; raises DatabaseError for a version to come."""
    if version != VERSION:
        raise DatabaseError(
            "the cases were written by a later version: upgrade this node, or restore a backup"
        )
    step = _STEPS.decode(document)
    return step if words is None else replace(step, words=_WORDS.decode(words))
