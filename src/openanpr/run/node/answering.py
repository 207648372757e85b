"""Answers to people made of a node's parts: challenges, subject access, the register, and their chores."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from openanpr.audit.acts import Erasure
from openanpr.core.plate import Plate
from openanpr.core.voi_list import DiffRow, Holder, ListStanding, Proposal
from openanpr.rights.answer_ports import CaseSeen
from openanpr.rights.case import CaseState, CaseStepKind, RightsCase, Words, verify_possible
from openanpr.rights.challenge import Challenge, ChallengeStep
from openanpr.rights.challenge_desk import ChallengeDesk
from openanpr.rights.desk import RightsDesk, Took
from openanpr.rights.disclosure_register import Register, log_digest
from openanpr.rights.subject_access import AccessTaken, Box, SubjectAccess
from openanpr.rights.subject_access_desk import SubjectAccessDesk
from openanpr.rights.subject_access_pack import PackMaker
from openanpr.run.node.desks import fresh_id
from openanpr.run.node.logged_answers import LoggedFiles
from openanpr.run.node.righting import Righting
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.stores import Stores
from openanpr.search.ask import Asker
from openanpr.search.desk import SearchDesk
from openanpr.search.for_subject import HeldRead, SubjectAsk
from openanpr.search.ports import Pictures
from openanpr.store.control.answer_store import ACCESS, CHALLENGE, AnswerStore
from openanpr.store.control.list_store import ListStore
from openanpr.web.local.asking import Asked

_ID_LETTERS = 12


@dataclass(frozen=True, slots=True)
class CasesSeen:
    """The tracked cases, as `rights.answer_ports.Cases` and `web.local.challenges.CasesKnown`."""

    desk: RightsDesk

    def seen(self, reference: str) -> CaseSeen | None:
        """Return a case, None where there is none."""
        try:
            case = self.desk.find(reference)
        except LookupError:
            return None
        is_open = case.state in {CaseState.OPEN, CaseState.REPLIED}
        return CaseSeen(case.reference, case.kind.value, is_open, self.desk.due(case).answer_by)

    def verify_reply(self, reference: str) -> None:
        """Raise NotPossibleCaseStepError where the case cannot be replied to now."""
        verify_possible(self.desk.find(reference), CaseStepKind.REPLIED)

    def reply(self, reference: str, text: str, by: str, at: datetime) -> None:
        """Record the reply on the case."""
        self.desk.take(reference, CaseStepKind.REPLIED, Words(text=text), Took(by, at))

    def may_know(self, reference: str, asked: Asked) -> bool:
        """Whether the case is not about whoever asks, nor about their team; False where there is none."""
        try:
            people, teams = self.desk.find(reference).excluded
        except LookupError:
            return False
        who = asked.proved
        return who is None or (who.login not in people and who.team not in teams)

    def verify(self, reference: str, asked: Asked) -> None:
        """Raise NotAllowedError where whoever asks may not work on the case, LookupError without one."""
        case = self.desk.find(reference)
        who = asked.proved
        if who is not None:
            who.verify_works_on(case.owner, *case.excluded)


@dataclass(frozen=True, slots=True)
class OpenListsOf:
    """Open lists, as `rights.answer_ports.OpenLists`: a covert one is not there, for anybody."""

    lists: ListStore
    answers: AnswerStore

    def ids(self) -> Mapping[str, int]:
        """Return the number of each open list by its name."""
        numbers = self.lists.ids()
        return {one.of.name: numbers[one.of.name] for one in self.lists.standings() if one.of.name in numbers}

    def standing(self, list_name: str) -> ListStanding:
        """Return how an open list stands; raises LookupError."""
        found = self.lists.standing(list_name)
        if found.of.covert_of:
            raise LookupError("there is no such list")
        return found

    def marked(self, mark: str) -> Mapping[str, int]:
        """Return how many entries of this mark, by its shape, are on which open list now."""
        return self.answers.marks.shaped(mark)

    def proposal(self, number: int) -> Proposal:
        """Return a change of an open list; raises LookupError."""
        found = self.lists.proposal(number)
        self.standing(found.draft.list_name)
        return found

    def changed(self, list_name: str, revision: int, marks: Collection[str]) -> Sequence[DiffRow]:
        """Return what a revision of an open list did to entries of these marks."""
        return self.answers.marks.changed(list_name, revision, marks)

    def held(self, list_name: str) -> tuple[Holder, ...]:
        """Return every device that was given an open list or confirmed it."""
        return self.lists.held(self.standing(list_name).of.name)


@dataclass(frozen=True, slots=True)
class GovernedFinding:
    """Governed search, as `rights.subject_access_desk.FindForSubject`."""

    desk: SearchDesk
    answers: AnswerStore

    def for_subject(self, asked: SubjectAsk, by: Asker) -> tuple[HeldRead, ...]:
        """Return the reads; raises what governed search raises."""
        return self.desk.for_subject(asked, by)

    def searches_of(self, mark: str, *, since: datetime, until: datetime) -> int:
        """Return how many searches asked about a mark in a time."""
        return self.answers.searches_of(Plate.parse(mark).vrm, since=since, until=until)


@dataclass(frozen=True, slots=True)
class FitPictures:
    """Pictures made fit, as `rights.subject_access_pack.Fit`."""

    def blurred(self, jpeg: bytes, box: Box) -> bytes:
        """Return a picture with all but a part blurred; raises BlurError."""
        from openanpr.capture.blur import blur_all_but  # noqa: PLC0415 - loads OpenCV, for a reply alone

        return blur_all_but(jpeg, (box.x_px, box.y_px, box.width_px, box.height_px))

    def bare(self, jpeg: bytes) -> bytes:
        """Return a picture without metadata; raises BlurError."""
        from openanpr.capture.blur import without_metadata  # noqa: PLC0415 - as above

        return without_metadata(jpeg)


@dataclass(slots=True)
class Answering:
    """The parts of a node that answer people, and what was counted last."""

    challenges: ChallengeDesk
    access: SubjectAccessDesk
    register: Register
    cases: CasesSeen
    pictures: Pictures
    stores: Stores
    kept_for: timedelta
    unconfirmed: int = field(default=0)

    def count(self, now: datetime) -> None:
        """Count the challenges that devices have not confirmed in time; raises DatabaseError."""
        self.unconfirmed = self.challenges.unconfirmed(now)

    def follow(self, now: datetime) -> None:
        """Take what the log has into the register; raises AuditError, DatabaseError."""
        del now
        self.register.follow()

    def forget(self, now: datetime) -> None:
        """Erase answers of cases whose time is over, and lines of the register older than the log's openings.

        Logged first; raises AuditError, DatabaseError.
        """
        over = {one for one in self._references() if self._is_over(one, now)}
        for reference in sorted(over):
            self.stores.log.append(
                Erasure(
                    at=now, what="answers-of-case", rules=("rights.forget_days",), rows=1, subject=reference
                )
            )
            self.stores.answers.forget(reference)
        self.stores.answers.register.forget(now - self.kept_for)
        if over:
            self.stores.empty_logs()

    def _references(self) -> set[str]:
        files = (*self.challenges.files.every(), *self.access.files.every())
        return {one.case_ref for one in files}

    def _is_over(self, reference: str, now: datetime) -> bool:
        case = self._case(reference)
        if case is None or case.state is not CaseState.CLOSED:
            return case is None
        return now - case.steps[-1].at > timedelta(days=self.cases.desk.numbers.forget_days)

    def _case(self, reference: str) -> RightsCase | None:
        try:
            return self.cases.desk.find(reference)
        except LookupError:
            return None


def answering_of(stores: Stores, search: SearchDesk, righting: Righting, settings: NodeSettings) -> Answering:
    """Return the parts."""
    answers, log, clock = stores.answers, stores.log, search.parts.clock
    cases = CasesSeen(righting.desk)
    lists = OpenListsOf(stores.lists, answers)

    def new_id() -> str:
        return fresh_id()[:_ID_LETTERS]

    challenges = ChallengeDesk(
        files=LoggedFiles[Challenge, ChallengeStep](answers.challenges, CHALLENGE, log),
        cases=cases,
        alerts=answers.alerts,
        lists=lists,
        trail=log,
        fresh_id=new_id,
        answer_days=settings.rights.owner_answer_days,
        confirm_for=timedelta(hours=settings.rights.confirm_hours),
    )
    access = SubjectAccessDesk(
        files=LoggedFiles[SubjectAccess, AccessTaken](answers.access, ACCESS, log),
        cases=cases,
        reads=GovernedFinding(search, answers),
        alerts=answers.alerts,
        lists=lists,
        packs=answers.packs,
        makes_pack=PackMaker(search.parts.world.pictures, FitPictures()),
        trail=log,
        fresh_id=new_id,
    )
    register = Register(log, log_digest(str(log.key)), answers.register, clock)
    kept_for = timedelta(days=settings.audit.openings_kept_days)
    return Answering(challenges, access, register, cases, search.parts.world.pictures, stores, kept_for)
