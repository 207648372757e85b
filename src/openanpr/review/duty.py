"""The signal that somebody searched off duty, by a roster; without one it is not worked out and says so."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Final

from openanpr.core.span import Span
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.past import PastSearch
from openanpr.review.signal import NotComputed, Signal, SignalKind, Strength, story, times

_COLUMNS: Final = ["person", "from", "until"]


class RosterError(Exception):
    """A roster cannot be used; the sentence says which line to mend, and names nobody."""


def parse_roster(text: str, *, account_of: Mapping[str, str]) -> Mapping[str, tuple[Span, ...]]:
    """Return the duties of each account from CSV text with the columns person, from and until.

    `person` is a sign-in name, which `account_of` turns into an account id; times have a zone. Raises
    RosterError for a line that cannot be read: a roster read by half would call people off duty who are not.
    A person who has no account is passed over.
    """
    rows = csv.reader(StringIO(text.removeprefix("\ufeff")))
    if [cell.strip().lower() for cell in next(rows, list[str]())] != _COLUMNS:
        raise RosterError("the roster's first line must be: person,from,until")
    found: dict[str, list[Span]] = defaultdict(list)
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        try:
            person, since, until = (cell.strip() for cell in row)
            span = Span(datetime.fromisoformat(since), datetime.fromisoformat(until))
        except ValueError as fault:
            raise RosterError(
                f"line {rows.line_num} of the roster cannot be read: a sign-in name, and two times with "
                "their zone as 2026-11-29T06:00:00+00:00, the first before the second"
            ) from fault
        account = account_of.get(person.lower())
        if account is not None:
            found[account].append(span)
    return {account: tuple(sorted(spans, key=lambda one: one.since)) for account, spans in found.items()}


def roster_in(path: Path, *, account_of: Mapping[str, str]) -> Mapping[str, tuple[Span, ...]] | None:
    """Return the roster of a file, None where there is none. Raises RosterError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as fault:
        raise RosterError(
            "the roster cannot be read: check that the file is UTF-8 text and may be read"
        ) from fault
    return parse_roster(text, account_of=account_of)


def off_duty(
    searches: Iterable[PastSearch], roster: Mapping[str, Sequence[Span]] | None, numbers: ReviewNumbers
) -> Iterator[Signal | NotComputed]:
    """Give a signal for each person who searched outside the duties of the roster, with an hour's grace.

    Nobody is off duty who is not in the roster, nor at times that lie outside all that it tells of a person.
    """
    if roster is None:
        yield NotComputed(SignalKind.OFF_DUTY, "there is no roster")
        return
    grace = timedelta(minutes=numbers.duty_grace_minutes.value)
    duties = {person: _Duties(spans, grace) for person, spans in roster.items() if spans}
    outside: dict[str, list[PastSearch]] = defaultdict(list)
    counted: dict[str, int] = defaultdict(int)
    unknown: set[str] = set()
    for one in searches:
        known = duties.get(one.asked_by)
        if known is None:
            unknown.add(one.asked_by)
        elif known.tells_of(one.at):
            counted[one.asked_by] += 1
            if not known.covers(one.at):
                outside[one.asked_by].append(one)
    for person, found in outside.items():
        yield _signal(person, found, counted[person])
    if unknown:
        yield NotComputed(
            SignalKind.OFF_DUTY, f"the roster does not have {times(len(unknown), 'account')} that searched"
        )


class _Duties:
    """One person's duties with grace on both sides."""

    __slots__ = ("_begins", "_ends")

    def __init__(self, spans: Sequence[Span], grace: timedelta) -> None:
        ordered = sorted(spans, key=lambda one: one.since)
        self._begins = [one.since - grace for one in ordered]
        self._ends: list[datetime] = []
        for one in ordered:
            # The latest end so far: a short duty inside a long one must not end it.
            self._ends.append(max([one.until + grace, *self._ends[-1:]]))

    def tells_of(self, at: datetime) -> bool:
        """Whether the roster speaks of that time: from a day before its first duty to one after its last."""
        return self._begins[0] - timedelta(days=1) <= at < self._ends[-1] + timedelta(days=1)

    def covers(self, at: datetime) -> bool:
        """Whether the person was on duty."""
        place = bisect_right(self._begins, at) - 1
        return place >= 0 and at < self._ends[place]


def _signal(person: str, found: Sequence[PastSearch], of: int) -> Signal:
    why = f"{len(found):,} of {times(of, 'search')} at times when the roster has the person off duty."
    strength = Strength.MIDDLE if len(found) >= 3 else Strength.WEAK
    return story(SignalKind.OFF_DUTY, person, found, why=why, strength=strength)
