"""To run a search: judged again, logged, run within bounds, logged again, and only then shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from openanpr.audit.faults import AuditError
from openanpr.policy.decide import Outcome
from openanpr.policy.tell import tell
from openanpr.search.approving import run_name
from openanpr.search.ask import Asker
from openanpr.search.entries import Step, log_combined, log_refused, log_step
from openanpr.search.execute import execute, mark_of, without_marks
from openanpr.search.faults import NotNowError, RefusedError, ResultsGoneError, UnansweredError
from openanpr.search.guard import (
    NOT_WHO_ASKED,
    judge_again,
    of_person,
    overtaken,
    refuse,
    verify_clock,
    verify_stands,
)
from openanpr.search.judging import holds_still, judge, marks_of_interest, search_request, today_of
from openanpr.search.kept import Found, KeptAnswer
from openanpr.search.metering import Scope, cameras_in, scope_of
from openanpr.search.missed import missed_legs
from openanpr.search.parts import Parts
from openanpr.search.ports import Bounds, ReadsUnreachableError, StoppedError, TooMuchError
from openanpr.search.question import CommonPlates, Convoy
from openanpr.search.record import RUNNABLE, Means, SearchRecord, Standing, State
from openanpr.search.redact import results_of
from openanpr.search.shown import Results
from openanpr.search.sight import sight_of

_TRIES = 20
_STOPPED = "it was stopped"
_TOO_MUCH = "it reached a limit of time or memory before it was answered: ask in a narrower way"
_UNREACHABLE = "the stored reads are not to be had now: run it again later"
_NOT_LOGGED = "the audit log could not be written: nothing is shown until it can"
_BROKEN = "it broke off: tell who runs the node, and run it again"


def run(parts: Parts, search_id: str, by: Asker) -> Results:
    """Return what the search finds, redacted for who asked it. Blocks until it is answered."""
    now = parts.clock()
    record = of_person(parts, search_id, by)
    if by.id != record.asked_by:
        refuse(parts, record, Step(by.id, "run", now, rules=(NOT_WHO_ASKED,)))
    verify_stands(record, RUNNABLE)
    verify_clock(parts, record, by, "run", now=now)
    record = _judged(parts, record, by, now=now)
    scope = scope_of(record.ask.question, sight_of(parts, by.person, today=today_of(now)), now=now)
    if scope.scenes and cameras_in(record.ask.question, scope) > record.meter.figures.cameras:
        raise NotNowError("there are more cameras at the place than when this was asked: ask anew")
    record = replace(record, standing=Standing(State.RUNNING, now), runs=record.runs + 1)
    if not parts.records.replace(record):
        raise overtaken()
    record = replace(record, changed=record.changed + 1)
    found = _run(parts, record, by, scope)
    record, kept = _answered(parts, record, by, found)
    return results_of(record, kept, scope.sight)


def cancel(parts: Parts, search_id: str, by: Asker) -> None:
    """Stop a search that runs: whatever it still finds is not shown."""
    for attempt in range(_TRIES):
        record = of_person(parts, search_id, by)
        verify_stands(record, {State.RUNNING})
        if attempt == 0:
            log_step(parts, record, Step(by.id, "cancel", parts.clock()))
        if parts.records.replace(replace(record, standing=Standing(State.STOPPED, parts.clock(), _STOPPED))):
            parts.world.reads.stop(run_name(record))
            return
    raise overtaken()


def results(parts: Parts, search_id: str, by: Asker) -> Results:
    """Return the answer of the latest run once more, as the person may see it now."""
    now = parts.clock()
    record = of_person(parts, search_id, by)
    kept = kept_answer(parts, record, now=now)
    judge_again(parts, record, by, "see-again", now=now)
    sight = sight_of(parts, by.person, today=today_of(now))
    shown = results_of(record, kept, sight)
    log_step(parts, record, Step(by.id, "see-again", now, rows=len(shown.rows)))
    return shown


def kept_answer(parts: Parts, record: SearchRecord, *, now: datetime) -> KeptAnswer:
    """Return what the latest run found. Raises ResultsGoneError where it is kept no more."""
    kept = parts.kept.get(record.search_id, now=now)
    if kept is None or kept.run != record.runs or record.state is not State.ANSWERED:
        raise ResultsGoneError("what was found is not kept any more: run the search again")
    return kept


def break_off(parts: Parts) -> int:
    """Mark what a process left running when it ended as broken off; return how many. For the node's start."""
    left = parts.records.standing({State.RUNNING}, most=10_000)
    why = "the node ended while it ran: run it again"
    return sum(
        parts.records.replace(replace(one, standing=Standing(State.BROKEN_OFF, parts.clock(), why)))
        for one in left
    )


def _judged(parts: Parts, record: SearchRecord, by: Asker, *, now: datetime) -> SearchRecord:
    """The search with the ruling of now. Raises RefusedError, and lets it wait if an authority would do."""
    ruling = judge(parts, search_request(parts, record.ask, record.meter, by.person, record.given, now=now))
    judged = replace(record, judged=ruling.judged())
    if ruling.allowed:
        return judged
    log_refused(parts, record, Step(by.id, "run", now, rules=ruling.decision.rules))
    given = record.given
    to_confirm = given is not None and given.means is Means.ORAL and holds_still(parts, given, now)
    if ruling.decision.outcome is Outcome.NEEDS_APPROVAL and not to_confirm:
        waiting = Standing(State.WAITING, now, "it needs an authority, or a new one")
        parts.records.replace(replace(judged, given=None, standing=waiting))
    raise RefusedError(tell(ruling.decision), ruling.decision.rules)


def _run(parts: Parts, record: SearchRecord, by: Asker, scope: Scope) -> Found:
    """What the question finds, once its run is logged. However it ends, the search says so."""
    limits = parts.limits
    bounds = Bounds(
        run_name(record), limits.rows, limits.seconds, limits.memory_bytes, tuple(sorted(scope.sight.hidden))
    )
    try:
        step = Step(by.id, "run", record.standing.at, rules=record.judged.rules)
        log_step(parts, record, step)
        if isinstance(record.ask.question, CommonPlates | Convoy):
            log_combined(parts, record, step)
        found = execute(record.ask.question, scope, parts.world.reads, bounds)
        marks = tuple({mark_of(row) for row in found.rows})
        found = without_marks(found, marks_of_interest(parts, record.ask, by.id, marks))
        return replace(found, legs=missed_legs(parts, record.ask.question, found, scope.sight))
    except StoppedError as fault:
        raise _unanswered(parts, record, State.STOPPED, _STOPPED) from fault
    except TooMuchError as fault:
        raise _unanswered(parts, record, State.FAILED, _TOO_MUCH) from fault
    except ReadsUnreachableError as fault:
        raise _unanswered(parts, record, State.FAILED, _UNREACHABLE) from fault
    except AuditError:
        _ended(parts, record, Standing(State.FAILED, parts.clock(), _NOT_LOGGED))
        raise
    except BaseException:  # whatever it was: the search does not stay as one that runs
        _ended(parts, record, Standing(State.FAILED, parts.clock(), _BROKEN))
        raise


def _answered(parts: Parts, record: SearchRecord, by: Asker, found: Found) -> tuple[SearchRecord, KeptAnswer]:
    """What was found, kept and logged as answered. Raises UnansweredError where it was ended."""
    now = parts.clock()
    standing = Standing(State.ANSWERED, now, rows=len(found.rows))
    answered = _ended(parts, record, standing)
    if answered is None:
        raise UnansweredError(f"the search has no answer: {_STOPPED}")
    try:
        entry = log_step(parts, record, Step(by.id, "answered", now, rows=len(found.rows)))
    except AuditError:
        _ended(parts, answered, Standing(State.FAILED, now, _NOT_LOGGED))
        raise
    kept = KeptAnswer(record.search_id, record.runs, found, now, now + parts.kept.for_time, entry)
    parts.kept.put(kept)
    return answered, kept


def _unanswered(parts: Parts, record: SearchRecord, state: State, why: str) -> UnansweredError:
    """Note and log how a run ended; return what is to be raised."""
    now = parts.clock()
    _ended(parts, record, Standing(state, now, why))
    log_step(parts, record, Step(record.asked_by, f"run-{state}", now))
    return UnansweredError(f"the search has no answer: {why}")


def _ended(parts: Parts, record: SearchRecord, standing: Standing) -> SearchRecord | None:
    """The search as it stands at the end of a run; None where something else ended the run before.

    What else was done to it meanwhile stays: an authority may be confirmed while the search runs.
    """
    for _ in range(_TRIES):
        now = parts.records.find(record.search_id)
        if now is None or now.state is not record.state or now.runs != record.runs:
            return None
        ended = replace(now, standing=standing)
        if parts.records.replace(ended):
            return replace(ended, changed=ended.changed + 1)
    raise overtaken()
