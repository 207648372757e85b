"""A search as it is looked at afterwards: who, why, how wide, what came of it. No mark is in it. Frozen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from openanpr.core.shape import SHAPES, shape_key
from openanpr.policy.ask import AskedSearch, Purpose, Search

Digest = Callable[[str], bytes]
"""A shape to its keyed hash: the one under which people's declared vehicles are found."""

_SIGNS: Final = bytes(n for n in range(128) if not chr(n).isalnum())
_KEPT: Final = re.compile(r"[0-9A-Z]")


class Came(StrEnum):
    """What came of a search: it ran, it was refused, or it was never run (not approved, stopped, failed)."""

    RAN = "ran"
    REFUSED = "refused"
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True)
class Did:
    """How many rows were found, and how many of them were opened, and kept for a case.

    `opened` is None where nothing tells: then nobody may conclude that nothing was.
    """

    rows: int = 0
    opened: int | None = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """Which vehicles a search was about, as keyed hashes of their shapes.

    `asked`: those that the question names; a part of a mark stands for itself. `could`: what a part with one
    character left open may mean. `opened`: those whose reads were opened.
    """

    asked: tuple[bytes, ...] = ()
    could: tuple[bytes, ...] = ()
    opened: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class PastSearch:
    """One search of the past. `oral`: it ran on an authority by word of mouth.

    `team` is that of whoever asked, as it was then; `rules` made the decision.
    """

    search_id: str
    at: datetime
    asked_by: str
    asked_for: str
    team: str
    purpose: Purpose
    scope: Search
    came: Came
    rules: tuple[str, ...] = ()
    oral: bool = False
    reference: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    did: Did = Did()
    named: Named = field(default=Named(), repr=False)

    @property
    def asked(self) -> AskedSearch:
        """Whose it is, as the rules of access judge who may review it."""
        return AskedSearch(self.asked_by, self.asked_for, self.team)

    @property
    def people(self) -> tuple[str, ...]:
        """Who asked, and for whom where that is another."""
        return (self.asked_by,) if self.asked_by == self.asked_for else (self.asked_by, self.asked_for)


def reference_key(reference: str) -> str:
    """Return a reference without what spelling it in another way changes: blanks, strokes, small letters."""
    if reference.isascii():  # nearly all are
        return reference.lower().encode().translate(None, _SIGNS).decode()
    return "".join(c for c in reference.casefold() if c.isalnum())


def named_marks(marks: Sequence[str], digest: Digest, opened: Sequence[str] = ()) -> Named:
    """Return what a search of whole marks names; `opened` are the marks of reads that were opened."""
    return Named(asked=_digests(marks, digest), opened=_digests(opened, digest))


def named_part(pattern: str, digest: Digest, opened: Sequence[str] = ()) -> Named:
    """Return what a search of a part of a mark names: the part itself, and what it could mean.

    Only a part that leaves one character open is spelt out: more of them sweep in thousands of marks.
    """
    folded = "".join(shape_key(c) if _KEPT.fullmatch(c) else c for c in pattern.upper())
    could: list[bytes] = []
    if "*" not in folded and folded.count("?") == 1:
        could = [digest(folded.replace("?", c)) for c in SHAPES]
    return Named((digest(folded),), tuple(could), _digests(opened, digest))


def _digests(marks: Sequence[str], digest: Digest) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(digest(shape_key(mark)) for mark in marks))
