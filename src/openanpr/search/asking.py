"""To ask for a search: measured, judged, logged and kept, the refused ones too."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.policy.ask import Act, Purpose, Request, Search
from openanpr.policy.decide import Outcome
from openanpr.search.ask import Ask, Asker, AskError, OralAuthority
from openanpr.search.entries import Step, log_asked, log_authority, log_refused, log_step
from openanpr.search.guard import of_person, overtaken, refuse_by, verify_clock, verify_stands
from openanpr.search.judging import Ruling, approve_request, given_by, judge, search_request, today_of
from openanpr.search.meter import Meter
from openanpr.search.metering import measure, scope_of
from openanpr.search.parts import Parts
from openanpr.search.question import Question
from openanpr.search.record import Given, Means, SearchRecord, Standing, State
from openanpr.search.record_json import recorded
from openanpr.search.sight import sight_of
from openanpr.search.traffic import Traffic

_STATE = {
    Outcome.ALLOWED: State.READY,
    Outcome.NEEDS_APPROVAL: State.WAITING,
    Outcome.REFUSED: State.REFUSED,
}
ORAL_REASON = "given by word of mouth, as the person says who asks"


def measure_question(parts: Parts, question: Question, by: Asker) -> Meter:
    """Return the meter of a question that is not asked yet.

    Raises RefusedError, logged, for a person who could not make the narrowest search there is.
    """
    now = parts.clock()
    ruling = judge(parts, _narrowest(by, now))
    if not ruling.allowed:
        refuse_by(parts, None, ruling, Step(by.id, "measure", now))
    return _measured(parts, question, by, now)


def ask(parts: Parts, asked: Ask, by: Asker) -> SearchRecord:
    """Return the search as it is kept, with what came of it."""
    now = parts.clock()
    meter = _measured(parts, asked.question, by, now)
    ruling = judge(parts, search_request(parts, asked, meter, by.person, None, now=now))
    return _kept(parts, _record(parts, asked, by, meter, ruling, now=now))


def ask_urgently(parts: Parts, asked: Ask, authority: OralAuthority, by: Asker) -> SearchRecord:
    """Return the search as it is kept, with the authority that the person says was given.

    One that needs no authority is kept without it.
    """
    now = parts.clock()
    given = _claimed(parts, asked, authority, now)
    meter = _measured(parts, asked.question, by, now)
    alone = judge(parts, search_request(parts, asked, meter, by.person, None, now=now))
    if alone.decision.approval is None:
        return _kept(parts, _record(parts, asked, by, meter, alone, now=now))
    ruling = judge(parts, search_request(parts, asked, meter, by.person, given, now=now))
    record = _record(parts, asked, by, meter, alone, now=now)
    against = _against(parts, record, ruling, given, now=now)
    if against:
        # It waits for an authority that counts; that this one does not is in the log.
        record = _kept(parts, record)
        log_refused(parts, record, Step(by.id, "oral-authority", now, rules=against))
        return record
    standing = _standing(ruling, now)
    return _kept(parts, replace(record, judged=ruling.judged(), standing=standing, given=given))


def withdraw(parts: Parts, search_id: str, by: Asker) -> SearchRecord:
    """Return the search as withdrawn."""
    now = parts.clock()
    record = of_person(parts, search_id, by)
    verify_stands(record, {State.WAITING, State.READY})
    verify_clock(parts, record, by, "withdraw", now=now)
    log_step(parts, record, Step(by.id, "withdraw", now))
    changed = replace(record, standing=Standing(State.WITHDRAWN, now, "by who asked"))
    if not parts.records.replace(changed):
        raise overtaken()
    return replace(changed, changed=record.changed + 1)


def _measured(parts: Parts, question: Question, by: Asker, now: datetime) -> Meter:
    sight = sight_of(parts, by.person, today=today_of(now))
    traffic = Traffic(parts.world.reads, parts.blur_key, now)
    return measure(question, scope_of(question, sight, now=now), traffic)


def _narrowest(by: Asker, now: datetime) -> Request:
    """The request that no purpose, age or breadth speaks against: what is refused then is the person."""
    purpose = Purpose(Category.VOLUME, Stance.REACTIVE, ReferenceState.OPEN, reason_given=True)
    search = Search(SearchKind.ONE_VEHICLE, oldest_days=0, cameras=1, days=1, reads=1)
    return Request(Act.SEARCH, today_of(now), by.person, purpose=purpose, search=search)


def _record(
    parts: Parts, asked: Ask, by: Asker, meter: Meter, ruling: Ruling, *, now: datetime
) -> SearchRecord:
    return SearchRecord(
        search_id=parts.fresh_id(),
        ask=asked,
        asked_by=by.id,
        asked_for=by.id if asked.for_whom is None else asked.for_whom.id,
        name=by.name,
        team=by.person.team,
        source=by.source,
        asked_at=now,
        meter=recorded(meter),
        judged=ruling.judged(),
        standing=_standing(ruling, now),
        entry=0,
    )


def _standing(ruling: Ruling, now: datetime) -> Standing:
    return Standing(_STATE[ruling.decision.outcome], now)


def _kept(parts: Parts, record: SearchRecord) -> SearchRecord:
    """Log what was asked and what came of it, then keep it: in this order, so that none lacks its entry."""
    record = replace(record, entry=log_asked(parts, record))
    given = record.given
    if record.state is State.REFUSED:
        log_refused(
            parts, record, Step(record.asked_by, "search", record.asked_at, rules=record.judged.rules)
        )
        record = replace(record, given=None)
    elif given is not None:
        record = replace(record, given=replace(given, entry=log_authority(parts, record, given)))
    parts.records.add(record)
    return record


def _claimed(parts: Parts, asked: Ask, authority: OralAuthority, now: datetime) -> Given:
    """The authority that somebody is said to have given, with the roles and rank of this officer now."""
    if not asked.urgent:
        raise AskError("an oral authority is for what is urgent: say so, or ask without it")
    if authority.given_at > now:
        raise AskError("an oral authority was given before now: look at its time")
    officer = parts.world.persons.person(authority.by)
    if officer is None:
        raise AskError("the officer who is named has no account here, and could not confirm it")
    return given_by(officer, means=Means.ORAL, at=authority.given_at, reason=ORAL_REASON, entry=0)


def _against(
    parts: Parts, record: SearchRecord, ruling: Ruling, given: Given, *, now: datetime
) -> tuple[str, ...]:
    """The rules that speak against an authority of this officer for this search; none where it counts."""
    officer = parts.world.persons.person(given.by)
    if not ruling.allowed or officer is None:
        return ruling.decision.rules
    of_officer = judge(parts, approve_request(record, officer, record.judged.least_rank, now=now))
    return () if of_officer.allowed else of_officer.decision.rules
