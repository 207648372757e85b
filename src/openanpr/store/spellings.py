"""Which spellings of a mark answer a question. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from openanpr.core.confusion import rivals
from openanpr.core.shape import shape_key
from openanpr.search.question import Spelling

LIKELY: Final = 0.5
"""From this weight on (`core.confusion`) one character read for another is a likely misread."""

# Of a question's values each may have 128 KB; a likely misread takes its length and five signs more.
_MISREADS_LENGTH = 110_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a read has to look like, as `search_marks.sql` takes it.

    `exact`: these spellings and no other answer; empty where every spelling of `alike`, shapes, answers.
    `likely`: shapes that are a likely misread of one asked for. `held`: the shapes that a read may hold among
    its candidates, if it is spelt one character away.
    """

    exact: tuple[str, ...] = field(repr=False)
    alike: tuple[str, ...] = field(repr=False)
    likely: tuple[str, ...] = field(repr=False)
    held: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """The marks of a question, and which spellings of them answer."""

    marks: frozenset[str] = field(repr=False)
    shapes: frozenset[str] = field(repr=False)
    spellings: Spelling

    @classmethod
    def of(cls, marks: Sequence[str], spellings: Spelling) -> Asked:
        """Return what is asked."""
        return cls(frozenset(marks), frozenset(shape_key(mark) for mark in marks), spellings)

    def parts(self) -> Iterator[Wanted]:
        """Yield what to look for, as much at a time as fits into a statement."""
        shapes = tuple(sorted(self.shapes))
        match self.spellings:
            case Spelling.EXACT:
                yield Wanted(tuple(sorted(self.marks)), shapes, (), ())
            case Spelling.SAME_SHAPE:
                yield Wanted((), shapes, (), ())
            case Spelling.MISREAD:
                yield from _with_misreads(shapes)

    def how(self, vrm: str) -> Spelling:
        """Return how a read of this spelling, which was found, answers."""
        if vrm in self.marks:
            return Spelling.EXACT
        return Spelling.SAME_SHAPE if shape_key(vrm) in self.shapes else Spelling.MISREAD


def likely_misreads(shape: str) -> frozenset[str]:
    """Return the shapes that one likely confusion of a character makes of a shape."""
    return frozenset(
        shape[:at] + shape_key(other) + shape[at + 1 :]
        for at, character in enumerate(shape)
        for other, weight in rivals(character)
        if weight >= LIKELY and shape_key(other) != character
    )


def _with_misreads(shapes: Sequence[str]) -> Iterator[Wanted]:
    some: list[str] = []
    likely: set[str] = set()
    length = 0
    for shape in shapes:
        fresh = likely_misreads(shape)
        cost = (len(fresh) + 1) * (len(shape) + 5)
        if some and length + cost > _MISREADS_LENGTH:
            yield _misread(some, likely)
            some, length = [], 0
            likely = set()
        some.append(shape)
        likely |= fresh
        length += cost
    yield _misread(some, likely)


def _misread(shapes: Sequence[str], likely: set[str]) -> Wanted:
    return Wanted((), tuple(shapes), tuple(sorted(likely)), tuple(shapes))
