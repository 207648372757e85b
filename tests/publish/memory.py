"""Publications in memory, counters that count what they are given, and a desk of them over a real log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from openanpr.audit.log import AuditLog
from openanpr.policy.profile import load_profile
from openanpr.publish.closing import Desk
from openanpr.publish.period import Month
from openanpr.publish.population import Counts
from openanpr.publish.ports import Counter, Kept, Publications
from openanpr.publish.proof import Proof
from openanpr.publish.publication import Fact

PROFILE = load_profile("current")


@dataclass(slots=True)
class MemoryPublications:
    """As `publish.ports.Publications`."""

    kept: dict[tuple[Month, int], Kept] = field(default_factory=dict)

    def keep(self, one: Kept) -> Kept:
        return self.kept.setdefault((one.period, one.number), one)

    def prove(self, period: Month, number: int, proof: Proof) -> None:
        there = self.kept[period, number]
        if there.proof is not None:
            raise LookupError("there is no such document that waits for its proof")
        self.kept[period, number] = replace(there, proof=proof)

    def every(self) -> Sequence[Kept]:
        return tuple(one for _, one in sorted(self.kept.items(), key=lambda pair: pair[0]))

    def of(self, period: Month) -> Sequence[Kept]:
        return tuple(one for one in self.every() if one.period == period)


@dataclass(slots=True)
class Given:
    """A counter of what it is given, by month; `asked` says how often it was asked."""

    counts: Mapping[Month, Counts] = field(default_factory=dict)
    asked: int = 0

    def count(self, month: Month, settled: datetime) -> Counts:
        self.asked += 1
        return self.counts.get(month, {})

    def how(self, month: Month, settled: datetime) -> str:
        return f"what was given for {month}"


@dataclass(frozen=True, slots=True)
class NoFacts:
    """A node of which one fact is told."""

    def facts(self, month: Month) -> Sequence[Fact]:
        return (Fact("oldest-read", "The oldest day of which reads are kept.", "2026-01-01"),)


def desk_of(log: AuditLog, kept: Publications | None = None, **counters: Counter) -> Desk:
    return Desk(
        log=log,
        kept=MemoryPublications() if kept is None else kept,
        counters=counters,
        facts=NoFacts(),
        numbers=PROFILE.figures,
        profile=PROFILE.label,
        to_days=(90, 365),
    )
