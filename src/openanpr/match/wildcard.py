"""Entries that leave characters open: `?` for one character, `*` for any number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from openanpr.core.entry import Entry
from openanpr.core.shape import shape_key

WILDCARDS = frozenset("?*")
_ANCHOR = 2


@dataclass(frozen=True, slots=True)
class _Pattern:
    entry: Entry
    text: str  # shapes and wildcards
    form: re.Pattern[str]


@dataclass(slots=True)
class WildcardEntries:
    """Wildcard entries, filed by the two characters that they begin or end with; changes with `add`.

    A plate is tried only against patterns that share its beginning or its end, or that have a
    wildcard near both.
    """

    _by_head: dict[str, list[_Pattern]] = field(default_factory=dict[str, list[_Pattern]])
    _by_tail: dict[str, list[_Pattern]] = field(default_factory=dict[str, list[_Pattern]])
    _loose: list[_Pattern] = field(default_factory=list[_Pattern])

    def add(self, entry: Entry) -> None:
        """File an entry whose VRM is A-Z0-9 with `?` and `*`."""
        text = "".join(c if c in WILDCARDS else shape_key(c) for c in entry.vrm)
        # A run of stars means what one star means, and would make the search slow.
        form = re.compile("".join(_part(c) for c in re.sub(r"\*+", "*", text)))
        pattern = _Pattern(entry, text, form)
        head, tail = text[:_ANCHOR], text[-_ANCHOR:]
        if len(head) == _ANCHOR and WILDCARDS.isdisjoint(head):
            self._by_head.setdefault(head, []).append(pattern)
        elif len(tail) == _ANCHOR and WILDCARDS.isdisjoint(tail):
            self._by_tail.setdefault(tail, []).append(pattern)
        else:
            self._loose.append(pattern)

    def matching(self, shape: str) -> Iterator[tuple[Entry, tuple[int, ...]]]:
        """Yield the entries that `shape` fits and the positions that each leaves open."""
        for patterns in (
            self._by_head.get(shape[:_ANCHOR], []),
            self._by_tail.get(shape[-_ANCHOR:], []),
            self._loose,
        ):
            for pattern in patterns:
                found = pattern.form.fullmatch(shape)
                if found is not None:
                    yield pattern.entry, _covered(found)


def _part(c: str) -> str:
    return {"?": "(.)", "*": "(.*)"}.get(c) or re.escape(c)


def _covered(found: re.Match[str]) -> tuple[int, ...]:
    groups = range(1, found.re.groups + 1)
    return tuple(position for group in groups for position in range(*found.span(group)))
