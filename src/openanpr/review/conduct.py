"""Signals about how somebody works: looks and leaves, or searches for others far beyond the usual. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median

from openanpr.review.numbers import ReviewNumbers
from openanpr.review.past import Came, PastSearch
from openanpr.review.signal import NotComputed, Signal, SignalKind, Strength, story, times


def looked_and_left(
    searches: Iterable[PastSearch], numbers: ReviewNumbers, *, now: datetime
) -> Iterator[Signal | NotComputed]:
    """Give a signal for each person who looked vehicles up many times, found them, and did nothing with it.

    Searches that found nothing do not count either way, nor those of which nothing tells what was opened.
    """
    until = now - timedelta(hours=numbers.nothing_after_hours.value)
    found: dict[str, int] = defaultdict(int)
    left: dict[str, list[PastSearch]] = defaultdict(list)
    untold = 0
    for one in searches:
        if one.came is not Came.RAN or one.at > until or not one.named.asked or not one.did.rows:
            continue
        if one.did.opened is None:
            untold += 1
            continue
        found[one.asked_by] += 1
        if not one.did.opened and not one.did.kept:
            left[one.asked_by].append(one)
    for person, none in left.items():
        if (
            len(none) >= numbers.nothing_least.value
            and _percent(len(none), found[person]) >= numbers.nothing_percent.value
        ):
            why = (
                f"{len(none):,} of {found[person]:,} look-ups that found something were followed by nothing: "
                "not opened, not kept."
            )
            yield story(SignalKind.LOOKED_AND_LEFT, person, none, why=why, strength=Strength.WEAK)
    if untold:
        yield NotComputed(SignalKind.LOOKED_AND_LEFT, f"of {untold:,} look-ups nothing tells what was opened")


def for_others(searches: Iterable[PastSearch], numbers: ReviewNumbers) -> Iterator[Signal | NotComputed]:
    """Give a signal for each operator who searches for others far beyond the usual of the team."""
    teams: dict[str, dict[str, list[PastSearch]]] = defaultdict(dict)
    for one in searches:
        mine = teams[one.team].setdefault(one.asked_by, [])
        if one.asked_for != one.asked_by:
            mine.append(one)
    small = 0
    for team in teams.values():
        if len(team) < numbers.others_team.value:
            small += 1
            continue
        usual = max(1.0, median(len(asked) for asked in team.values()))
        for person, asked in team.items():
            if len(asked) >= numbers.others_least.value and len(asked) > usual * numbers.others_times.value:
                yield _beyond(person, asked, usual)
    if small:
        yield NotComputed(SignalKind.FOR_OTHERS, f"too small to have a usual: {times(small, 'team')}")


def _beyond(person: str, asked: Sequence[PastSearch], usual: float) -> Signal:
    whom = len({one.asked_for for one in asked})
    why = f"{len(asked):,} searches for {whom:,} others; the middle of the team is {usual:g}."
    return story(SignalKind.FOR_OTHERS, person, asked, why=why, strength=Strength.WEAK)


def _percent(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)
