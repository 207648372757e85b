"""What can be counted from the public part of the audit log alone: searches, findings, deletions. Pure.

It takes entries as anybody has them who was given an export of the log: nothing in it opens one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openanpr.audit.acts import Act
from openanpr.audit.entry import Entry
from openanpr.core.purpose import Category, SearchKind
from openanpr.publish.definitions import DELETIONS, FINDINGS, OUTCOMES, SEARCHES, age_word
from openanpr.publish.period import Month
from openanpr.publish.population import Cell, Counts, Place

HOW: Final[Mapping[str, str]] = {
    SEARCHES: "Of the entries of the audit log from {since} to before {until}: each with act=consultation, "
    "public.stage=asked, public.kind a kind of search, public.purpose a category, public.oldest_days, and no "
    "public.regards is one search. Its decision, of the entries before {settled} whose public.regards is its "
    "number, is the first of these that there is: refused (act=refusal, public.refused=search, no sealed "
    "field by); declined (act=refusal, with a sealed field by); approved (act=approval); allowed "
    "(act=consultation, public.stage=run); else not-run.",
    FINDINGS: "Of the entries of the audit log from {since} to before {until}: each with act=review and "
    "public.step=finding, by public.outcome, unless an entry with act=failure has its number in "
    "public.regards.",
    DELETIONS: "Of the entries of the audit log from {since} to before {until}: each with act=erasure and "
    "public.what=reads-certified.",
}
"""How each population is counted from an export of the log, for whoever wants to; times are put in."""

_CATEGORIES: Final = frozenset(category.value for category in Category)
_SEARCHES: Final = frozenset(kind.value for kind in SearchKind)
_DECLINED: Final = frozenset({"search", "oral-authority"})


def how(population: str, month: Month, settled: datetime) -> str:
    """Return how a population is counted from the log in a month."""
    told = {"since": month.since, "until": month.until, "settled": settled}
    return HOW[population].format(**{name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in told.items()})


@dataclass(slots=True)
class _Searched:
    """A search, and what entries that regard it say."""

    purpose: str
    age: str
    said: set[str] = field(default_factory=set[str])

    @property
    def place(self) -> Place:
        """Its cell; whoever was refused and went on all the same counts as refused."""
        rising = ("refused", "declined", "approved", "allowed")
        return (self.purpose, self.age, next((word for word in rising if word in self.said), "not-run"))


@dataclass(slots=True)
class LogTally:
    """Counts entries of a log, which come in the order of their numbers, each once."""

    month: Month
    settled: datetime
    to_days: tuple[int, ...]
    _searches: dict[int, _Searched] = field(default_factory=dict[int, _Searched])
    _findings: dict[int, str] = field(default_factory=dict[int, str])
    _deletions: int = 0

    def take(self, number: int, entry: Entry) -> None:
        """Count an entry, if it is of the period or tells what came of something that is."""
        if entry.at >= self.settled:
            return
        if self.month.since <= entry.at < self.month.until:
            self._begun(number, entry)
        regards = entry.public.get("regards")
        if isinstance(regards, int):
            self._regarded(regards, entry)

    def counts(self) -> Mapping[str, Counts]:
        """Return the counts of each population that the log tells of."""
        return {
            SEARCHES: _cells(Counter(one.place for one in self._searches.values())),
            FINDINGS: _cells(Counter((outcome,) for outcome in self._findings.values())),
            DELETIONS: {(): Cell(self._deletions)},
        }

    def _begun(self, number: int, entry: Entry) -> None:
        public = entry.public
        match entry.act, public.get("stage") or public.get("step") or public.get("what"):
            case Act.CONSULTATION, "asked" if _is_search(entry):
                age = age_word(int(str(public["oldest_days"])), self.to_days)
                self._searches[number] = _Searched(str(public["purpose"]), age)
            case Act.REVIEW, "finding" if public.get("outcome") in OUTCOMES:
                self._findings[number] = str(public["outcome"])
            case Act.ERASURE, "reads-certified":
                self._deletions += 1
            case _:
                pass

    def _regarded(self, regards: int, entry: Entry) -> None:
        if entry.act is Act.FAILURE:
            self._findings.pop(regards, None)
        found = self._searches.get(regards)
        if found is None:
            return
        by_a_person = "by" in entry.sealed
        match entry.act:
            case Act.REFUSAL if by_a_person and entry.public["refused"] in _DECLINED:
                found.said.add("declined")
            case Act.REFUSAL if entry.public["refused"] == "search":
                found.said.add("refused")
            case Act.APPROVAL:
                found.said.add("approved")
            case Act.CONSULTATION if entry.public["stage"] == "run":
                found.said.add("allowed")
            case _:
                pass


def _is_search(entry: Entry) -> bool:
    public = entry.public
    return (
        "regards" not in public
        and public.get("kind") in _SEARCHES
        and public.get("purpose") in _CATEGORIES
        and "oldest_days" in public
    )


def _cells(found: Counter[Place]) -> Counts:
    return {place: Cell(count) for place, count in found.items()}
