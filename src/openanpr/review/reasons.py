"""The signal that one reason serves many references: word for word, or nearly. Pure, linear in searches.

Reasons are compared as their words alone: small letters, blanks, signs, accents, numbers and look-alike
letters of other alphabets make no difference. Nearly the same: words and pairs of words that two texts share,
as a share of all that either has (Jaccard). Candidates are found by the four smallest hashes of each text's
pairs of words (bottom sketch, Broder 1997), so that no text is compared with all others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Final
from zlib import crc32

from openanpr.core.normalise import normalise
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.past import PastSearch, reference_key
from openanpr.review.signal import Signal, SignalKind, Strength, story, times

_WORD: Final = re.compile(r"[a-z]+")
_BETWEEN: Final = re.compile(r"[\s\W_]+")
_SKETCH: Final = 4
_MOST_COMPARED: Final = 8
"""Earlier texts that a text is compared with for each hash of its sketch: keeps the work linear."""
_LEAST_WORDS: Final = 6
"""Below, two honest reasons are nearly the same too often: only the very same counts."""


def words_of(reason: str) -> tuple[str, ...]:
    """Return the words of a reason in the one spelling in which reasons are compared; numbers left out."""
    lower = reason.lower()
    if not lower.isascii():
        # By parts between blanks and signs: inside a part what shows nothing falls away, and letters of other
        # alphabets become those that they look like.
        lower = " ".join(normalise(part) for part in _BETWEEN.split(_without_invisible(reason))).lower()
    return tuple(_WORD.findall(lower))


def alike(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how much two texts have in common, 0 to 1: of their words and pairs of words."""
    first, second = _shingles(one), _shingles(other)
    return len(first & second) / max(1, len(first | second))


def pasted(searches: Iterable[PastSearch], numbers: ReviewNumbers) -> Iterator[Signal]:
    """Give a signal for each person's reason that serves at least so many references."""
    by_person: dict[str, list[PastSearch]] = defaultdict(list)
    for one in searches:
        if one.reason:
            by_person[one.asked_by].append(one)
    for person, asked in by_person.items():
        for text in _texts(asked, numbers.pasted_near_percent.value / 100):
            references = len({reference_key(one.reference) for one in text.searches})
            if references >= numbers.pasted_references.value:
                yield _signal(person, text, references, numbers)


@dataclass(slots=True)
class _Text:
    """One text, and the searches that it served; `near`: of these, how many nearly."""

    words: tuple[str, ...]
    searches: list[PastSearch] = field(default_factory=list[PastSearch])
    near: int = 0

    def take(self, other: _Text) -> None:
        self.searches += other.searches
        self.near += len(other.searches)


def _texts(asked: Iterable[PastSearch], near: float) -> list[_Text]:
    """Group one person's searches by text: first the very same, then the nearly same."""
    exact: dict[str, _Text] = {}
    spelt: dict[str, str] = {}
    for one in asked:
        squeezed = spelt.get(one.reason)
        if squeezed is None:
            words = words_of(one.reason)
            squeezed = spelt[one.reason] = "".join(words)
            if squeezed not in exact:
                exact[squeezed] = _Text(words)
        exact[squeezed].searches.append(one)
    exact.pop("", None)
    leaders: list[_Text] = []
    by_hash: dict[int, list[_Text]] = defaultdict(list)
    for text in exact.values():
        sketch = _sketch(text.words)
        leader = next(
            (one for one in _candidates(sketch, by_hash) if alike(one.words, text.words) >= near), None
        )
        if leader is not None:
            leader.take(text)
            continue
        leaders.append(text)
        for its_hash in sketch:
            by_hash[its_hash].append(text)
    return leaders


def _candidates(sketch: Sequence[int], by_hash: dict[int, list[_Text]]) -> Iterator[_Text]:
    seen: set[int] = set()
    for its_hash in sketch:
        for one in by_hash.get(its_hash, ())[-_MOST_COMPARED:]:
            if id(one) not in seen:
                seen.add(id(one))
                yield one


def _sketch(words: Sequence[str]) -> list[int]:
    if len(words) < _LEAST_WORDS:
        return []
    hashes = list(map(crc32, map(str.encode, words)))
    # Pairs keep their order: multiplied, a pair is not its reverse.
    return sorted({(first * 31 + second) & 0xFFFFFFFF for first, second in pairwise(hashes)})[:_SKETCH]


def _shingles(words: Sequence[str]) -> set[str | tuple[str, str]]:
    return {*words, *pairwise(words)}


def _without_invisible(text: str) -> str:
    return "".join(c for c in text if c.isspace() or c.isprintable())


def _signal(person: str, text: _Text, references: int, numbers: ReviewNumbers) -> Signal:
    same = len(text.searches) - text.near
    why = (
        f"One reason served {times(references, 'reference')}: in {times(same, 'search')} word for word, "
        "but for blanks, signs and numbers"
    )
    if text.near:
        why += (
            f"; in {text.near} more nearly so, with at least {numbers.pasted_near_percent.value} % of words "
            "and pairs of words in common"
        )
    strong = references >= 2 * numbers.pasted_references.value
    return story(
        SignalKind.PASTED_REASON,
        person,
        text.searches,
        why=f"{why}.",
        strength=Strength.MIDDLE if strong else Strength.WEAK,
        subject=sha256("".join(text.words).encode()).digest(),
    )
