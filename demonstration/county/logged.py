"""The county's past in its audit log, written before its node first starts: searches, findings, deletions.

Without it no month of before would be published, for a log tells of its own time alone. All of it is
invented; it stands in the log as what a node at work would have logged, and counts as that.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from demonstration.county.traffic import SEED
from demonstration.county.vehicles import vehicle
from openanpr.audit.acts import Approval, Consultation, Erasure, Event, Refusal, Review
from openanpr.audit.log import AuditLog
from openanpr.policy.profile import load_profile
from openanpr.publish.period import Month
from openanpr.run.node.audit_log import log_settings
from openanpr.run.node.read_settings import load_settings
from openanpr.run.node.secrets import AUDIT_KEY, make_secrets, read_audit_key

_DAY: Final = timedelta(days=1)
_KINDS: Final = (
    # Category, days of the oldest read asked for, what is decided, how often of a hundred.
    ("priority-and-volume", 30, ("run", "answered"), 46),
    ("priority-and-volume", 80, ("run", "answered"), 12),
    ("priority-and-volume", 120, ("refused",), 9),
    ("serious", 60, ("run", "answered"), 14),
    ("serious", 200, ("approved", "run", "answered"), 9),
    ("serious", 200, ("declined",), 2),
    ("major", 300, ("approved", "run", "answered"), 5),
    ("major", 60, ("run", "answered"), 3),
)
_FINDINGS: Final = ("proper",) * 17 + ("improper", "unclear")


def first_month(now: datetime, days: int) -> Month | None:
    """Return the first whole month of the last `days` whose figures are due by now; None where none is."""
    settle_days, month = load_profile("current").figures.settle_days.value, Month.of(now - days * _DAY)
    if month.since < now - days * _DAY:
        month = month.next
    return month if month.settled(settle_days) <= now else None


def days_for_a_month(now: datetime, days: int) -> int:
    """Return how many days of past it takes, at least `days`, for a whole month to be published by now."""
    while first_month(now, days) is None:
        days += 1
    return days


def write_log(data: Path, month: Month, *, now: datetime) -> int:
    """Write the log of a node that has never run, from the first day of a month on; return its entries.

    Raises SettingsError, SecretFileError, AuditError, OSError.
    """
    settings = load_settings(data / "node.toml")
    make_secrets(settings.secrets, log_name=settings.audit.name)
    signer = read_audit_key(settings.secrets / AUDIT_KEY)
    log = AuditLog.open(settings.audit.folder, signer, log_settings(settings))
    try:
        at, chance = month.since, random.Random(SEED)
        while at + _DAY <= now:
            for each in _acts(at, log.size, chance):
                log.append_all(each)
            at += _DAY
        return log.size
    finally:
        log.close()


def _acts(day: datetime, size: int, chance: random.Random) -> Iterator[tuple[Event, ...]]:
    """Yield the acts of one day in the order of their times, those that belong together at once."""
    yield (_deleted(day, None),)
    yield (_deleted(day, size),)
    size += 2
    weekend = day.weekday() >= 5
    hours = sorted(chance.sample(range(7 * 60, 22 * 60, 20), 5 if weekend else chance.randint(8, 14)))
    for minutes in hours:
        kind = chance.choices(_KINDS, [one[3] for one in _KINDS])[0]
        found = tuple(_search(day + timedelta(minutes=minutes), size, kind, chance))
        size += len(found)
        yield found
    if not weekend and chance.random() < 0.6:
        at, outcome = day + timedelta(hours=22, minutes=30), chance.choice(_FINDINGS)
        who = {"person": "sam", "reason": "the sample of the month"}
        yield (Review(at=at, step="finding", outcome=outcome, item="past", **who),)


def _search(
    at: datetime, number: int, kind: tuple[str, int, tuple[str, ...], int], chance: random.Random
) -> Iterator[Event]:
    category, days, decided, _ = kind
    who = {"person": chance.choice(("ivy", "nia", "pat")), "reason": "the vehicle was seen at the scene"}
    step = {"kind": "one-vehicle", "purpose": category, "reference": "LY/CR/1234/26", "oldest_days": days}
    mark = vehicle(chance.randrange(400), seed=SEED).vrm
    yield Consultation(at=at, stage="asked", plate=mark, cameras=14, **step, **who)
    for minute, word in enumerate(decided, 1):
        then = at + timedelta(minutes=minute)
        match word:
            case "refused":
                rules = ("search-age",)
                yield Refusal(at=then, regards=number, person=who["person"], refused="search", rules=rules)
            case "declined":
                about = {"by": "sue", "reason": "a narrower search would do"}
                yield Refusal(
                    at=then, regards=number, person=who["person"], refused="search", rules=(), **about
                )
            case "approved":
                yield Approval(
                    at=then,
                    regards=number,
                    rank="superintendent",
                    means="written",
                    person="sue",
                    reason="necessary",
                )
            case _:
                reads = {"reads": chance.randint(0, 12)} if word == "answered" else {}
                yield Consultation(at=then, regards=number, stage=word, **step, **who, **reads)


def _deleted(day: datetime, regards: int | None) -> Event:
    """That the reads of a day a year ago went, and that nothing of them was found any more."""
    at, what = day + timedelta(hours=3), "reads"
    if regards is not None:
        at, what = at + timedelta(minutes=1), "reads-certified"
    told = {"regards": regards, "what": what, "rules": ("retention.days",), "rows": 2000}
    return Erasure(at=at.astimezone(UTC), day=(day - 365 * _DAY).date(), **told)
