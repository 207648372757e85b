"""The desk for challenges of entries: looked into, sent to owners, followed to each device.

Covert entries and their alerts are never looked at: no port of this desk leads to them, so that whoever
handles a challenge sees the same whether there is one or not. Lists change by their own acts alone; an
answer names the change that was made there (docs/decisions/0033).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase

from openanpr.audit.acts import Consultation
from openanpr.audit.port import Log
from openanpr.core.plate import Plate
from openanpr.core.shape import shape_key
from openanpr.core.voi_entry import mark_shape
from openanpr.core.voi_list import DiffRow, ProposalState
from openanpr.rights.answer_ports import AlertsOfVehicle, Cases, Files, OpenLists, Raised
from openanpr.rights.challenge import (
    Answer,
    Challenge,
    ChallengeStep,
    Confirmation,
    NotPossibleChallengeError,
    Outcome,
    SeenList,
    Step,
    confirmation,
    verify_outcome,
    verify_possible,
)

MOST_DAYS = 366
_CASE_KIND = "challenge"
_MISREAD = "misread"


@dataclass(frozen=True, slots=True)
class Done:
    """Who takes a step, when (UTC) and why."""

    by: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """A list's answer: of which list, what was done, and by which change of it (None: it stands)."""

    list_name: str
    answer: Answer
    proposal: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeDesk:
    """What is done to challenges. Every method raises LookupError where there is none of that id.

    `answer_days`: how long a list's owner has; `confirm_for`: how long devices have before it is an alarm.
    """

    files: Files[Challenge, ChallengeStep]
    cases: Cases
    alerts: AlertsOfVehicle
    lists: OpenLists
    trail: Log
    fresh_id: Callable[[], str]
    answer_days: int
    confirm_for: timedelta

    def find(self, challenge_id: str) -> Challenge:
        """Return a challenge."""
        found = self.files.find(challenge_id)
        if found is None:
            raise LookupError("there is no such challenge")
        return found

    def open(self, case_ref: str, mark: str, since: date, until: date, done: Done) -> Challenge:
        """Begin a challenge on an open case of that kind; days are UTC, both included.

        Raises LookupError without such a case, PlateError, ValueError, NotPossibleChallengeError.
        """
        case = self.cases.seen(case_ref)
        if case is None or case.kind != _CASE_KIND:
            raise LookupError("there is no such case of somebody who keeps being stopped")
        if not case.is_open:
            raise NotPossibleChallengeError("the case is closed")
        if any(one.case_ref == case_ref and not one.closed for one in self.files.every()):
            raise NotPossibleChallengeError("the case has an open challenge already")
        if not since <= until <= done.at.date() or (until - since).days >= MOST_DAYS:
            raise ValueError(f"the days asked about are past ones, from first to last, {MOST_DAYS} at most")
        step = ChallengeStep(
            step=Step.OPENED,
            at=done.at,
            by=done.by,
            why=done.why,
            case_ref=case_ref,
            mark=Plate.parse(mark).vrm,
            since=datetime(since.year, since.month, since.day, tzinfo=UTC),
            until=datetime(until.year, until.month, until.day, tzinfo=UTC) + timedelta(days=1),
        )
        found = Challenge(self.fresh_id(), (step,))
        self.files.append(found.challenge_id, 0, step)
        return found

    def look(self, challenge_id: str, done: Done) -> Challenge:
        """Look which lists raised alerts for the vehicle or have it, and put it before their owners."""
        found = self.find(challenge_id)
        empty = ChallengeStep(step=Step.LOOKED, at=done.at, by=done.by, why=done.why)
        verify_possible(found, empty)
        self.trail.append(_looked(found, done))
        lists = tuple(self._seen(found, done.at.date() + timedelta(days=self.answer_days)))
        step = ChallengeStep(step=Step.LOOKED, at=done.at, by=done.by, why=done.why, lists=lists)
        return self._taken(found, step)

    def answer(self, challenge_id: str, owned: Owned, done: Done) -> Challenge:
        """Take an owner's answer; one that changed the list names the change, which must be live.

        Raises NotPossibleChallengeError for a change that is not of this list, not of this vehicle, not live,
        or from before the challenge.
        """
        found = self.find(challenge_id)
        if not done.why.strip():
            raise ValueError("an answer says why")
        revision = None
        if owned.answer is not Answer.STANDS:
            revision = self._revision(found, owned)
        elif owned.proposal is not None:
            raise ValueError("an entry that stands was changed by nothing: name no change")
        step = ChallengeStep(
            step=Step.ANSWERED,
            at=done.at,
            by=done.by,
            why=done.why,
            list_name=owned.list_name,
            answer=owned.answer,
            proposal=owned.proposal,
            revision=revision,
        )
        return self._taken(found, step)

    def explain(self, challenge_id: str, list_name: str, device: str, done: Done) -> Challenge:
        """Say why a device is silent about the change of a list: it was scrapped, or is in a workshop."""
        found = self.find(challenge_id)
        if not done.why.strip():
            raise ValueError("say why the device is silent, and what becomes of what it holds")
        now = next((one for one in self.confirmations(found) if one.list_name == list_name), None)
        if now is None or device not in now.silent:
            raise NotPossibleChallengeError("this device is not silent about a change of this list")
        step = ChallengeStep(
            step=Step.EXPLAINED,
            at=done.at,
            by=done.by,
            why=done.why,
            list_name=list_name,
            revision=now.revision,
            device=device,
        )
        return self._taken(found, step)

    def close(self, challenge_id: str, outcome: Outcome, done: Done) -> Challenge:
        """End a challenge, as fixed only once every device confirmed or is explained; `why` is the reply."""
        found = self.find(challenge_id)
        if not done.why.strip():
            raise ValueError("say what came of it: it goes into the reply")
        step = ChallengeStep(step=Step.CLOSED, at=done.at, by=done.by, why=done.why, outcome=outcome)
        verify_possible(found, step)
        verify_outcome(found, outcome, self.confirmations(found))
        self.cases.verify_reply(found.case_ref)
        closed = self._taken(found, step)
        self.cases.reply(found.case_ref, done.why, done.by, done.at)
        return closed

    def confirmations(self, challenge: Challenge) -> tuple[Confirmation, ...]:
        """Return how far each change of a list for this challenge has come."""
        return tuple(self._confirmation(challenge, one) for one in challenge.changes)

    def unconfirmed(self, now: datetime) -> int:
        """Return how many open challenges have a change that devices have not confirmed in time."""
        return sum(
            any(
                now - change.at > self.confirm_for and not self._confirmation(one, change).done
                for change in one.changes
            )
            for one in self.files.every()
            if not one.closed
        )

    def _confirmation(self, challenge: Challenge, change: ChallengeStep) -> Confirmation:
        revision = change.revision or 0
        return confirmation(
            change.list_name,
            revision,
            newest=self.lists.standing(change.list_name).revision,
            held=self.lists.held(change.list_name),
            explained=challenge.explained(change.list_name, revision),
        )

    def _seen(self, found: Challenge, due: date) -> Iterable[SeenList]:
        opened = found.opened
        assert opened.since is not None  # noqa: S101 - the first step always has both
        assert opened.until is not None  # noqa: S101 - as above
        raised = self.alerts.raised(found.mark, since=opened.since, until=opened.until)
        entries = self.lists.marked(found.mark)
        for name, list_id in sorted(self.lists.ids().items()):
            theirs = [one for one in raised if one.list_id == list_id]
            if theirs or entries.get(name, 0):
                yield _seen_list(name, self.lists.standing(name).of.owner, due, found.mark, theirs, entries)

    def _revision(self, found: Challenge, owned: Owned) -> int:
        """Return the revision that a change made, once it is one that can answer this challenge."""
        if owned.proposal is None:
            raise ValueError("name the change of the list that was made: its number")
        try:
            change = self.lists.proposal(owned.proposal)
        except LookupError:
            change = None
        if change is None or change.draft.list_name != owned.list_name:
            raise NotPossibleChallengeError("there is no such change of this list")
        if change.state is not ProposalState.LIVE or change.revision is None or change.decided_at is None:
            raise NotPossibleChallengeError("the change is not in force: have it approved first")
        if change.decided_at < found.opened.at:
            raise NotPossibleChallengeError("the change is older than the challenge")
        seen = next((one for one in found.lists or () if one.list_name == owned.list_name), None)
        marks = {found.mark, *(() if seen is None else seen.listed)}
        rows = self.lists.changed(owned.list_name, change.revision, marks)
        if not any(_answers(row, owned.answer) for row in rows):
            raise NotPossibleChallengeError("the change does not do this to an entry of this vehicle")
        return change.revision

    def _taken(self, found: Challenge, step: ChallengeStep) -> Challenge:
        after = found.after(step)
        self.files.append(found.challenge_id, len(found.steps), step)
        return after


def _looked(found: Challenge, done: Done) -> Consultation:
    return Consultation(
        at=done.at,
        person=done.by,
        stage="asked",
        kind="challenge",
        purpose="rights",
        reference=found.case_ref,
        reason="which lists raised alerts for the vehicle, and whether misreads did",
        plate=found.mark,
    )


def _seen_list(
    name: str, owner: str, due: date, mark: str, theirs: Sequence[Raised], entries: Mapping[str, int]
) -> SeenList:
    own = [one for one in theirs if _is_of(mark, one)]
    read = {spelt for one in theirs for spelt in one.read_as if spelt != mark}
    return SeenList(
        list_name=name,
        owner=owner,
        due=due,
        alerts=len(theirs),
        exact=sum(one.exact for one in own),
        possible=sum(one.exact + one.possible for one in theirs) - sum(one.exact for one in own),
        misread=sum(one.check == _MISREAD for one in theirs),
        entries=entries.get(name, 0),
        rivals=tuple(sorted(read)),
        listed=tuple(sorted({spelt for one in theirs for spelt in one.listed_as})),
        first_at=min((one.first_at for one in theirs), default=None),
        last_at=max((one.last_at for one in theirs), default=None),
    )


def _is_of(mark: str, one: Raised) -> bool:
    """Whether an entry that was met is of this mark, by its shape; `?` and `*` leave characters open."""
    return any(fnmatchcase(shape_key(mark), mark_shape(spelt)) for spelt in one.listed_as)


def _answers(row: DiffRow, answer: Answer) -> bool:
    """Whether a row of a change is what an owner says was done to an entry that met this vehicle."""
    match answer:
        case Answer.REMOVED:
            return row.before is not None and row.after is None
        case Answer.MARKER_CHANGED:
            return row.before is not None and row.after is not None and row.before != row.after
        case Answer.CORRECTED:
            return row.before is not None
        case Answer.STANDS:
            return False
