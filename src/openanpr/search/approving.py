"""To give or refuse the authority for another's search, and to put an oral one in writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from openanpr.core.role import Rank
from openanpr.policy.ask import Person
from openanpr.search.ask import Asker, verify_text
from openanpr.search.entries import Step, log_authority, log_declined, log_refused, log_step
from openanpr.search.faults import NotFoundError
from openanpr.search.guard import (
    ACCOUNT_ENDED,
    OVERTAKEN,
    overtaken,
    person_now,
    refuse,
    refuse_by,
    verify_clock,
    verify_stands,
)
from openanpr.search.judging import approve_request, given_by, judge, search_request
from openanpr.search.parts import Parts
from openanpr.search.question import marks_of
from openanpr.search.record import Given, Means, SearchRecord, Standing, State

MOST_LISTED = 200
"""Searches that one inbox is made from; the oldest come first."""
_TRIES = 20


def approve(parts: Parts, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
    """Return the search as it stands with the authority of `by`: ready."""
    now = parts.clock()
    verify_text(reason, "the reason of an approval")
    record = _approvable(parts, search_id, by, "approve", now=now)
    person = person_now(parts, record, by)
    if person is None:
        refuse(parts, record, Step(by.id, "approve", now, rules=(ACCOUNT_ENDED,)))
    given = given_by(by.person, means=Means.WRITTEN, at=now, reason=reason, entry=0)
    ruling = judge(parts, search_request(parts, record.ask, record.meter, person, given, now=now))
    if not ruling.allowed:
        refuse_by(parts, record, ruling, Step(by.id, "approve", now))
    record = replace(record, judged=ruling.judged())
    given = replace(given, entry=log_authority(parts, record, given))
    ready = replace(record, given=given, standing=Standing(State.READY, now))
    return _changed(parts, ready, Step(by.id, "approve", now))


def decline(parts: Parts, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
    """Return the search as refused by a person who might have approved it."""
    now = parts.clock()
    verify_text(reason, "the reason of a refusal")
    record = _approvable(parts, search_id, by, "decline", now=now)
    log_declined(parts, record, Step(by.id, "search", now), reason=reason)
    declined = replace(record, standing=Standing(State.DECLINED, now, reason))
    return _changed(parts, declined, Step(by.id, "decline", now))


def confirm(parts: Parts, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
    """Return the search with its oral authority put in writing by whoever gave it; late is kept as late."""
    now = parts.clock()
    verify_text(reason, "the reason of an approval")
    record = _named_in(parts, search_id, by)
    verify_clock(parts, record, by, "confirm", now=now)
    given = record.given
    if given is None:
        raise NotFoundError("there is no such search")
    ruling = judge(parts, approve_request(record, by.person, Rank.NONE, now=now))
    if not ruling.allowed:
        refuse_by(parts, record, ruling, Step(by.id, "confirm", now))
    written = replace(given, means=Means.CONFIRMED, written_at=now, reason=reason)
    written = replace(written, entry=log_authority(parts, record, written))
    return _changed(parts, replace(record, given=written), Step(by.id, "confirm", now))


def contradict(parts: Parts, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
    """Return the search, of which nothing is shown any more: the officer named never gave the authority."""
    now = parts.clock()
    verify_text(reason, "the reason of a refusal")
    record = _named_in(parts, search_id, by)
    given = record.given
    if given is None:
        raise NotFoundError("there is no such search")
    entry = log_declined(parts, record, Step(by.id, "oral-authority", now), reason=reason)
    denied = replace(given, means=Means.CONTRADICTED, written_at=now, reason=reason, entry=entry)
    changed = _denied(parts, record, denied, now=now)
    parts.kept.drop(search_id)
    return changed


def look(parts: Parts, search_id: str, by: Asker) -> SearchRecord:
    """Return a search whole that one could approve or is to confirm; logged, for it holds a mark."""
    now = parts.clock()
    record = parts.records.find(search_id)
    if record is None or not _in_inbox(parts, record, by.person, now=now):
        raise NotFoundError("there is no such search for you to decide on")
    log_step(parts, record, Step(by.id, "look-to-approve", now, marks=marks_of(record.ask.question)))
    return record


def to_approve(parts: Parts, by: Asker) -> tuple[SearchRecord, ...]:
    """Return what one could approve, and what one is to confirm, the oldest first."""
    now = parts.clock()
    waiting = parts.records.standing({State.WAITING}, most=MOST_LISTED)
    oral = parts.records.unconfirmed(most=MOST_LISTED)
    listed = {one.search_id: one for one in (*waiting, *oral) if _in_inbox(parts, one, by.person, now=now)}
    return tuple(sorted(listed.values(), key=lambda one: one.asked_at))


def overdue(parts: Parts) -> tuple[SearchRecord, ...]:
    """Return searches whose oral authority was not put in writing within the hours of the profile."""
    now, profile = parts.clock(), parts.book().profile
    hours = 0 if profile is None else profile.search.oral_hours.value
    return tuple(
        one
        for one in parts.records.unconfirmed(most=MOST_LISTED)
        if one.given is not None and now > one.given.at + timedelta(hours=hours)
    )


def run_name(record: SearchRecord) -> str:
    """Return the name of a search's latest run in the store of reads."""
    return f"{record.search_id}.{record.runs}"


def _denied(parts: Parts, record: SearchRecord, denied: Given, *, now: datetime) -> SearchRecord:
    """The record with its authority denied: whatever is done to the search meanwhile, this stands."""
    standing = Standing(State.DECLINED, now, "the officer named denies the authority", record.standing.rows)
    changed = replace(record, given=denied, standing=standing)
    for _ in range(_TRIES):
        if parts.records.replace(changed):
            # A run that goes on finds at its end that it was ended, and shows nothing.
            parts.world.reads.stop(run_name(record))
            return replace(changed, changed=changed.changed + 1)
        record = parts.records.find(record.search_id) or record
        changed = replace(record, given=denied, standing=standing)
    raise overtaken()


def _approvable(parts: Parts, search_id: str, by: Asker, act: str, *, now: datetime) -> SearchRecord:
    """The search, if this person may give the authority that it needs.

    Who may approve nothing learns of no search: a refusal is logged, and told as not found.
    """
    record = parts.records.find(search_id)
    if record is None:
        raise NotFoundError("there is no such search for you to decide on")
    ruling = judge(parts, approve_request(record, by.person, record.judged.least_rank, now=now))
    if not ruling.allowed:
        known = by.id in {record.asked_by, record.asked_for}
        if not known and not judge(parts, approve_request(record, by.person, Rank.NONE, now=now)).allowed:
            log_refused(parts, record, Step(by.id, act, now, rules=ruling.decision.rules))
            raise NotFoundError("there is no such search for you to decide on")
        refuse_by(parts, record, ruling, Step(by.id, act, now))
    verify_stands(record, {State.WAITING})
    verify_clock(parts, record, by, act, now=now)
    return record


def _named_in(parts: Parts, search_id: str, by: Asker) -> SearchRecord:
    """The search whose oral authority this person is said to have given, while it is oral."""
    record = parts.records.find(search_id)
    if (
        record is None
        or record.given is None
        or record.given.by != by.id
        or record.given.means is not Means.ORAL
    ):
        raise NotFoundError("there is no authority for you to confirm on such a search")
    return record


def _in_inbox(parts: Parts, record: SearchRecord, person: Person, *, now: datetime) -> bool:
    if record.given is not None and record.given.means is Means.ORAL:
        return record.given.by == person.id
    if record.state is not State.WAITING:
        return False
    return judge(parts, approve_request(record, person, record.judged.least_rank, now=now)).allowed


def _changed(parts: Parts, record: SearchRecord, step: Step) -> SearchRecord:
    """The record with its change kept. Raises NotNowError, logged, where another change came before."""
    if not parts.records.replace(record):
        log_refused(parts, record, replace(step, rules=(OVERTAKEN,)))
        raise overtaken()
    return replace(record, changed=record.changed + 1)
