"""The signal that one reason serves many references: word for word, or nearly. Pure, linear in searches.

Reasons are compared as their words alone: small letters, blanks, signs, accents, numbers and look-alike
letters of other alphabets make no difference. Nearly the same: words and pairs of words that two texts share,
as a share of all that either has (Jaccard). Candidates are found by the six smallest hashes of each text's
pairs of words (bottom sketch, Broder 1997), so that no text is compared with all others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, TypeAlias
from zlib import crc32

from openanpr.core.normalise import normalise
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.past import PastSearch, reference_key
from openanpr.review.signal import Signal, SignalKind, Strength, story, times

Words: TypeAlias = tuple[bytes, ...]
"""Words of small letters a to z, as bytes: a million texts are taken apart in seconds so."""

_SMALL: Final = bytes(
    ord(chr(n).lower()) if chr(n).isascii() and chr(n).isalpha() else 32 for n in range(256)
)
_BETWEEN: Final = re.compile(r"[\s\W_]+")
_SKETCH: Final = 6
_MOST_COMPARED: Final = 2
"""Earlier texts that a text is compared with for each hash of its sketch: keeps the work linear."""
_LEAST_WORDS: Final = 6
"""Below, two honest reasons are nearly the same too often: only the very same counts."""


def words_of(reason: str) -> Words:
    """Return the words of a reason in the one spelling in which reasons are compared; numbers left out."""
    if not reason.isascii():
        # By parts between blanks and signs: inside a part what shows nothing falls away, and letters of other
        # alphabets become those that they look like.
        reason = " ".join(normalise(part) for part in _BETWEEN.split(_without_invisible(reason)))
    return tuple(reason.encode("ascii").translate(_SMALL).split())


def alike(one: Words, other: Words) -> float:
    """Return how much two texts have in common, 0 to 1: of their words and pairs of words."""
    return _jaccard(_Text(one).shingles, _Text(other).shingles)


def pasted(searches: Iterable[PastSearch], numbers: ReviewNumbers) -> Iterator[Signal]:
    """Give a signal for each person's reason that serves at least so many references."""
    by_person: dict[str, list[PastSearch]] = defaultdict(list)
    for one in searches:
        if one.reason:
            by_person[one.asked_by].append(one)
    for person, asked in by_person.items():
        for text in _texts(asked, numbers.pasted_near_percent.value / 100):
            if len(text.searches) < numbers.pasted_references.value:
                continue
            references = len({reference_key(one.reference) for one in text.searches})
            if references >= numbers.pasted_references.value:
                yield _signal(person, text, references, numbers)


class _Text:
    """One text, and the searches that it served; `near`: of these, how many nearly."""

    __slots__ = ("near", "searches", "shingles", "sketch", "words")

    def __init__(self, words: Words) -> None:
        hashes = list(map(crc32, words))
        pairs = list(map(crc32, words[1:], hashes))  # of two words one after the other
        self.words = words
        self.shingles = frozenset(hashes + pairs)
        self.sketch = sorted(pairs)[:_SKETCH] if len(words) >= _LEAST_WORDS else []
        self.searches: list[PastSearch] = []
        self.near = 0

    def take(self, other: _Text) -> None:
        """Take in the searches of a text that is nearly this one."""
        self.searches += other.searches
        self.near += len(other.searches)


def _texts(asked: Iterable[PastSearch], near: float) -> list[_Text]:
    """Group one person's searches by text: first the very same, then the nearly same."""
    exact: dict[bytes, _Text] = {}
    for one in asked:
        words = words_of(one.reason)
        squeezed = b"".join(words)
        text = exact.get(squeezed)
        if text is None:
            text = exact[squeezed] = _Text(words)
        text.searches.append(one)
    exact.pop(b"", None)
    leaders: list[_Text] = []
    by_hash: dict[int, list[_Text]] = {}
    for text in exact.values():
        leader = _leader(text, by_hash, near)
        if leader is not None:
            leader.take(text)
            continue
        leaders.append(text)
        for its_hash in text.sketch:
            by_hash.setdefault(its_hash, []).append(text)
    return leaders


def _leader(text: _Text, by_hash: dict[int, list[_Text]], near: float) -> _Text | None:
    """Return an earlier text that this one is nearly, if one of those that share a hash with it is."""
    seen: set[int] = set()
    for its_hash in text.sketch:
        for one in by_hash.get(its_hash, ())[-_MOST_COMPARED:]:
            if id(one) not in seen:
                seen.add(id(one))
                if _jaccard(one.shingles, text.shingles) >= near:
                    return one
    return None


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common or 1)


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
        subject=sha256(b"".join(text.words)).digest(),
    )
