"""The one door to stored reads: every act on a search, each judged, logged and then done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openanpr.core.registered_camera import RegisteredCamera
from openanpr.search import (
    approving,
    asking,
    casework,
    for_subject,
    foreseeing,
    forgetting,
    handing_out,
    opening,
    running,
)
from openanpr.search.ask import Ask, Asker, OralAuthority, Recipient
from openanpr.search.foreseeing import Foreseen, Lawful
from openanpr.search.guard import of_person
from openanpr.search.meter import Meter
from openanpr.search.parts import Parts
from openanpr.search.question import Question
from openanpr.search.record import Case, CaseHold, Note, SearchRecord
from openanpr.search.shown import Form, OpenedRead, Picture, Results, Row, RowsOf, Sheet, ShownCamera


@dataclass(frozen=True, slots=True)
class SearchDesk:
    """All acts on searches and cases. Safe to share between threads.

    Every act takes `by`, made anew for the call, and raises what its own docstring says, and besides (all
    of `search.faults` but where said): NotFoundError for what is not there or is not theirs; RefusedError;
    NotNowError; AskError (`search.ask`) and QuestionError (`search.question`) for what may not be said so;
    ReadsUnreachableError (`search.ports`); AuditError (`audit.faults`) where nothing can be logged: then
    nothing was done.
    """

    parts: Parts

    def for_subject(self, asked: for_subject.SubjectAsk, by: Asker) -> tuple[for_subject.HeldRead, ...]:
        """Return what is stored of a vehicle for the person whom it is about; no investigation's search."""
        return for_subject.find_for_subject(self.parts, asked, by)

    # Asking.

    def measure(self, question: Question, by: Asker) -> Meter:
        """Return the meter of a question that is not asked yet; only for people who may search at all."""
        return asking.measure_question(self.parts, question, by)

    def foresee(self, ask: Ask, by: Asker) -> Foreseen:
        """Return the meter of what is not asked yet, and what would be decided at this moment."""
        return foreseeing.foresee(self.parts, ask, by)

    def lawful(self, ask: Ask, by: Asker) -> tuple[Lawful, ...]:
        """Return narrower asks of which more would be allowed, each with its own meter."""
        return foreseeing.lawful(self.parts, ask, by)

    def cameras(self, by: Asker) -> tuple[RegisteredCamera, ...]:
        """Return the cameras that one may choose from; none for whoever may not see where they stand."""
        return foreseeing.chosen_from(self.parts, by)

    def ask(self, ask: Ask, by: Asker) -> SearchRecord:
        """Judge, log and keep a search; its state says what came of it: refused, waiting or ready.

        It does not raise RefusedError: a refused search is kept too, with the decision as JSON.
        """
        return asking.ask(self.parts, ask, by)

    def ask_urgently(self, ask: Ask, authority: OralAuthority, by: Asker) -> SearchRecord:
        """Judge, log and keep an urgent search upon an oral authority; the named officer is to confirm it.

        A search that needs no authority is kept without it.
        """
        return asking.ask_urgently(self.parts, ask, authority, by)

    def withdraw(self, search_id: str, by: Asker) -> SearchRecord:
        """Take back a search that waits or is ready."""
        return asking.withdraw(self.parts, search_id, by)

    # Authority.

    def approve(self, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
        """Give the authority for exactly what was asked; the search is judged again with it.

        Raises NotNowError where another approved, declined or withdrew it first.
        """
        return approving.approve(self.parts, search_id, by, reason=reason)

    def decline(self, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
        """Refuse the authority."""
        return approving.decline(self.parts, search_id, by, reason=reason)

    def confirm(self, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
        """Put in writing the authority that `by` gave by word of mouth; only the named officer can."""
        return approving.confirm(self.parts, search_id, by, reason=reason)

    def contradict(self, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
        """Deny the authority that one is said to have given; nothing of the search is shown from then on."""
        return approving.contradict(self.parts, search_id, by, reason=reason)

    # Running.

    def run(self, search_id: str, by: Asker) -> Results:
        """Judge again, log, run and log; return the answer, redacted. Blocks until then.

        A search may be run again while its authority holds. Raises UnansweredError where it was cancelled,
        reached a limit, or the reads were not to be had.
        """
        return running.run(self.parts, search_id, by)

    def cancel(self, search_id: str, by: Asker) -> None:
        """Stop what runs; `run` then raises UnansweredError where it blocks."""
        running.cancel(self.parts, search_id, by)

    def results(self, search_id: str, by: Asker) -> Results:
        """Return the answer of the last run once more, judged and logged. Raises ResultsGoneError."""
        return running.results(self.parts, search_id, by)

    def break_off(self) -> int:
        """Mark what an earlier process left running as broken off; return how many. For the node's start."""
        return running.break_off(self.parts)

    def forget(self) -> int:
        """Erase the records of searches and cases past their time; return how many. For the clock."""
        return forgetting.forget(self.parts)

    # What was found: each an act of its own, and each raises ResultsGoneError.

    def open_read(self, search_id: str, row: Row, by: Asker) -> OpenedRead:
        """Return all that is known of a read."""
        return opening.open_read(self.parts, search_id, row, by)

    def open_picture(self, search_id: str, row: Row, picture: Picture, by: Asker) -> bytes | None:
        """Return the JPEG, None where it is not here."""
        return opening.open_picture(self.parts, search_id, row, picture, by)

    def open_place(self, search_id: str, row: Row, by: Asker) -> ShownCamera:
        """Return the camera of a read with its name and place: of a moving one, where it was."""
        return opening.open_place(self.parts, search_id, row, by)

    def print_rows(self, rows: RowsOf, by: Asker) -> Sheet:
        """Return rows as plain text to print, with the head that says who, why and when."""
        return handing_out.print_rows(self.parts, rows, by)

    def export(self, rows: RowsOf, form: Form, to: Recipient, by: Asker) -> Sheet:
        """Return rows as a file for the recipient."""
        return handing_out.export(self.parts, rows, form, to, by)

    # Finding searches.

    def find(self, search_id: str, by: Asker) -> SearchRecord:
        """Return a search that one asked, or that was asked for one."""
        return of_person(self.parts, search_id, by)

    def mine(self, by: Asker, *, most: int = 50) -> tuple[SearchRecord, ...]:
        """Return the searches that one asked or that were asked for one, the newest first."""
        return self.parts.records.of(by.id, most=most)

    def to_approve(self, by: Asker) -> tuple[SearchRecord, ...]:
        """Return what waits for an authority that one could give, with what one must confirm; oldest first.

        To be shown without marks and reasons: `look` gives those, and logs it.
        """
        return approving.to_approve(self.parts, by)

    def look(self, search_id: str, by: Asker) -> SearchRecord:
        """Return a search that one could approve or must confirm, whole; logged."""
        return approving.look(self.parts, search_id, by)

    def overdue(self) -> tuple[SearchRecord, ...]:
        """Return searches whose oral authority nobody confirmed within the hours of the profile."""
        return approving.overdue(self.parts)

    # Cases.

    def open_case(self, reference: str, until: date, by: Asker) -> Case:
        """Open a case of one's own for an open reference; what it holds is kept to its last day."""
        return casework.open_case(self.parts, reference, until, by)

    def cases(self, by: Asker) -> tuple[Case, ...]:
        """Return one's cases, the newest first."""
        return self.parts.cases.owned_by(by.id, most=casework.MOST_LISTED)

    def case(self, case_id: str, by: Asker) -> tuple[Case, tuple[CaseHold, ...], tuple[Note, ...]]:
        """Return a case of one's own with its holds and notes."""
        return casework.whole_case(self.parts, case_id, by)

    def hold(self, case_id: str, rows: RowsOf, by: Asker, *, reason: str) -> CaseHold:
        """Have a case keep reads with their pictures beyond retention. Raises NotHeldError (of `ports`)."""
        return casework.hold(self.parts, case_id, rows, by, reason=reason)

    def open_held(self, case_id: str, hold_id: str, by: Asker) -> tuple[OpenedRead, ...]:
        """Return the reads that a hold of one's case keeps, whole."""
        return casework.open_held(self.parts, case_id, hold_id, by)

    def note(self, case_id: str, text: str, by: Asker) -> Note:
        """Write a note on a case."""
        return casework.note(self.parts, case_id, text, by)

    def close_case(self, case_id: str, by: Asker, *, reason: str) -> Case:
        """Close a case; what it held is kept to its last day."""
        return casework.close_case(self.parts, case_id, by, reason=reason)
