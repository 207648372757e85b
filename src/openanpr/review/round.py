"""One round of review, a chore of the night: references asked of again, samples drawn, signals worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from openanpr.audit.acts import Review
from openanpr.audit.port import Log
from openanpr.core.span import Span
from openanpr.policy.search_numbers import SearchNumbers
from openanpr.review.done import RoundDone
from openanpr.review.item import item_of_sample, item_of_signal
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.ports import CaseSystem, DeclaredVehicles, Items, PastSearches, References, Rounds
from openanpr.review.references import due_for_retest, retest
from openanpr.review.sampling import Draw, SamplingKey, commitment, month_of, sampled
from openanpr.review.signals import Known, find_signals


@dataclass(frozen=True, slots=True)
class RoundDesk:
    """What a round needs of the world. `roster`: None where there is none."""

    past: PastSearches
    items: Items
    references: References
    rounds: Rounds
    declared: DeclaredVehicles
    cases: CaseSystem
    roster: Mapping[str, Sequence[Span]] | None
    log: Log
    key: SamplingKey
    numbers: ReviewNumbers
    limits: SearchNumbers


def review_round(desk: RoundDesk, *, now: datetime) -> RoundDone:
    """Do one round and return what it did; doing it again adds nothing.

    The entry in the log is the same whatever is found: nobody learns from it that a signal was raised. It
    commits to the key of tomorrow's month: before a month begins, its key stands fast. Raises what the log
    raises, and then nothing was done.
    """
    month_key = desk.key.of_month(month_of(now + timedelta(days=1)))
    desk.log.append(Review(at=now, step="round", digest=commitment(month_key)))
    since = now - timedelta(days=desk.numbers.window_days.value)
    searches = tuple(desk.past.since(since))
    due = due_for_retest(searches, desk.references.retested(), desk.numbers, now=now)
    asked_again = tuple(retest(due, desk.cases.state_of, now=now))
    desk.references.keep(asked_again)
    known = Known(desk.declared.every(), desk.roster, desk.references.retested())
    signals = find_signals(searches, known, desk.numbers, now=now)
    draw = Draw(desk.numbers, desk.limits, desk.key, since)
    raised = chain(map(item_of_sample, sampled(searches, draw, now=now)), map(item_of_signal, signals.found))
    new = desk.items.raise_all(raised, at=now)
    done = RoundDone(now, len(searches), len(asked_again), new, signals.not_computed)
    desk.rounds.keep_round(done)
    return done
