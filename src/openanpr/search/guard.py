"""What every act on a search looks at first: whose it is, where it stands, the clock, the rules."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NoReturn

from openanpr.policy.ask import Person
from openanpr.policy.tell import tell
from openanpr.search.ask import Asker
from openanpr.search.entries import Step, log_refused
from openanpr.search.faults import NotFoundError, NotNowError, RefusedError
from openanpr.search.judging import Ruling, holds_still, judge, search_request
from openanpr.search.parts import Parts
from openanpr.search.record import Means, SearchRecord, State

CLOCK_WENT_BACK = "clock-went-back"
AUTHORITY_DENIED = "oral-authority-denied"
AUTHORITY_LAPSED = "authority-lapsed"
ACCOUNT_ENDED = "account-ended"
NOT_WHO_ASKED = "not-who-asked"
OVERTAKEN = "overtaken"

_TOLD = {
    CLOCK_WENT_BACK: "This machine's clock stands before what was done to this search: tell who runs it.",
    AUTHORITY_DENIED: "The officer who was named denies this authority: nothing of this search is shown.",
    AUTHORITY_LAPSED: "The authority for this search has lapsed: it waits for a new one.",
    NOT_WHO_ASKED: "Only who asked for a search can run it.",
    ACCOUNT_ENDED: "Whoever asked has no account here any more.",
}
_STANDS = {
    State.REFUSED: "it was refused: ask anew in another way",
    State.WAITING: "it waits for an authority",
    State.DECLINED: "the authority was refused: ask anew if there are new grounds",
    State.READY: "it is ready to run",
    State.WITHDRAWN: "it was withdrawn: ask anew",
    State.RUNNING: "it runs",
    State.ANSWERED: "it was answered",
    State.STOPPED: "it was stopped",
    State.FAILED: "it ended without an answer",
    State.BROKEN_OFF: "it was broken off",
}


def of_person(parts: Parts, search_id: str, by: Asker) -> SearchRecord:
    """Return a search that this person asked, or that was asked for this person. Raises NotFoundError."""
    record = parts.records.find(search_id)
    if record is None or by.id not in {record.asked_by, record.asked_for}:
        raise NotFoundError("there is no such search of yours")
    return record


def verify_stands(record: SearchRecord, states: Collection[State]) -> None:
    """Raise NotNowError unless the search stands in one of these states."""
    if record.state not in states:
        raise NotNowError(f"this cannot be done with the search now: {_STANDS[record.state]}")


def overtaken() -> NotNowError:
    """Return the refusal of an act that another one came before."""
    return NotNowError("somebody did something else to this search at the same moment: look at it again")


def verify_clock(parts: Parts, record: SearchRecord, by: Asker, act: str, *, now: datetime) -> None:
    """Raise RefusedError where the clock stands before the last change: ages would be judged too young."""
    if now < max(record.asked_at, record.standing.at):
        refuse(parts, record, Step(by.id, act, now, rules=(CLOCK_WENT_BACK,)))


def refuse(parts: Parts, record: SearchRecord | None, step: Step, told: str = "") -> NoReturn:
    """Log a refusal, then raise RefusedError with what it says in plain words."""
    log_refused(parts, record, step)
    raise RefusedError(told or _TOLD.get(step.rules[0], "Refused."), step.rules)


def refuse_by(parts: Parts, record: SearchRecord | None, ruling: Ruling, step: Step) -> NoReturn:
    """Log a refusal by the rules, then raise RefusedError with the decision in plain words."""
    step = Step(step.by, step.stage, step.at, rules=ruling.decision.rules)
    log_refused(parts, record, step)
    raise RefusedError(tell(ruling.decision), ruling.decision.rules)


def person_now(parts: Parts, record: SearchRecord, by: Asker) -> Person | None:
    """Return who asked, as the roles and training are now; None where the account has ended."""
    return by.person if by.id == record.asked_by else parts.world.persons.person(record.asked_by)


def judge_again(parts: Parts, record: SearchRecord, by: Asker, act: str, *, now: datetime) -> Ruling:
    """Return the ruling on the search by the facts of now, for an act upon what it found.

    Raises RefusedError where it would not be allowed now: a reference was closed, a role ended, an authority
    was denied or lapsed or was not confirmed in time, the rules changed.
    """
    verify_clock(parts, record, by, act, now=now)
    verify_authority(parts, record, by, act, now=now)
    person = person_now(parts, record, by)
    if person is None:
        refuse(parts, record, Step(by.id, act, now, rules=(ACCOUNT_ENDED,)))
    ruling = judge(parts, search_request(parts, record.ask, record.meter, person, record.given, now=now))
    if not ruling.allowed:
        refuse_by(parts, record, ruling, Step(by.id, act, now))
    return ruling


def verify_authority(parts: Parts, record: SearchRecord, by: Asker, act: str, *, now: datetime) -> None:
    """Raise RefusedError where the authority of a search was denied, has lapsed, or was never confirmed."""
    given = record.given
    if given is None:
        return
    if given.means is Means.CONTRADICTED:
        refuse(parts, record, Step(by.id, act, now, rules=(AUTHORITY_DENIED,)))
    if not holds_still(parts, given, now):
        refuse(parts, record, Step(by.id, act, now, rules=(AUTHORITY_LAPSED,)))
