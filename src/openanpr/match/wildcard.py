"""Entries that leave characters open: `?` for one character, `*` for any number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic

from openanpr.core.shape import shape_key
from openanpr.match.meet import EntryT

WILDCARDS = frozenset("?*")
_ANCHOR = 2


@dataclass(frozen=True, slots=True, eq=False)
class Pattern(Generic[EntryT]):
    """A wildcard entry with its shapes and wildcards as `text`, and as a form that a shape fits or not."""

    entry: EntryT
    text: str
    form: re.Pattern[str]

    def covered(self, shape: str) -> tuple[int, ...] | None:
        """Return the positions of `shape` that the entry leaves open, None where it does not fit."""
        found = self.form.fullmatch(shape)
        if found is None:
            return None
        groups = range(1, found.re.groups + 1)
        return tuple(position for group in groups for position in range(*found.span(group)))


def pattern_of(entry: EntryT) -> Pattern[EntryT]:
    """Return the pattern of an entry whose VRM is A-Z0-9 with `?` and `*`."""
    # A run of stars means what one star means, and would make the search slow.
    vrm = re.sub(r"\*+", "*", entry.vrm)
    text = "".join(c if c in WILDCARDS else shape_key(c) for c in vrm)
    return Pattern(entry, text, re.compile("".join(_part(c) for c in text)))


@dataclass(slots=True)
class WildcardEntries(Generic[EntryT]):
    """Wildcard entries, filed by the two characters that they begin or end with; changes as they come and go.

    A plate is tried only against patterns that share its beginning or its end, or that have a
    wildcard near both.
    """

    _by_head: dict[str, list[Pattern[EntryT]]] = field(default_factory=dict[str, list[Pattern[EntryT]]])
    _by_tail: dict[str, list[Pattern[EntryT]]] = field(default_factory=dict[str, list[Pattern[EntryT]]])
    _loose: list[Pattern[EntryT]] = field(default_factory=list[Pattern[EntryT]])

    def add(self, entry: EntryT) -> None:
        """File an entry whose VRM is A-Z0-9 with `?` and `*`."""
        self.file(pattern_of(entry))

    def file(self, pattern: Pattern[EntryT]) -> None:
        """File a pattern that is made already."""
        shelf, anchor = self._place(pattern.text)
        if shelf is None:
            self._loose.append(pattern)
        else:
            shelf.setdefault(anchor, []).append(pattern)

    def drop(self, pattern: Pattern[EntryT]) -> None:
        """Take out this very pattern; raises ValueError where it was never filed."""
        shelf, anchor = self._place(pattern.text)
        patterns = self._loose if shelf is None else shelf.get(anchor, [])
        patterns.remove(pattern)

    def matching(self, shape: str) -> Iterator[tuple[EntryT, tuple[int, ...]]]:
        """Yield the entries that `shape` fits and the positions that each leaves open."""
        for patterns in (
            self._by_head.get(shape[:_ANCHOR], []),
            self._by_tail.get(shape[-_ANCHOR:], []),
            self._loose,
        ):
            for pattern in patterns:
                covered = pattern.covered(shape)
                if covered is not None:
                    yield pattern.entry, covered

    def _place(self, text: str) -> tuple[dict[str, list[Pattern[EntryT]]] | None, str]:
        head, tail = text[:_ANCHOR], text[-_ANCHOR:]
        if len(head) == _ANCHOR and WILDCARDS.isdisjoint(head):
            return self._by_head, head
        if len(tail) == _ANCHOR and WILDCARDS.isdisjoint(tail):
            return self._by_tail, tail
        return None, ""


def _part(c: str) -> str:
    return {"?": "(.)", "*": "(.*)"}.get(c) or re.escape(c)
