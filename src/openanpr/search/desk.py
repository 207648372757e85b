"""The one door to stored reads: every act on a search, each judged, logged and then done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openanpr.core.purpose import Category
from openanpr.search.ask import Ask, Asker, OralAuthority
from openanpr.search.meter import Meter
from openanpr.search.question import Question
from openanpr.search.record import Case, CaseHold, Note, SearchRecord
from openanpr.search.shown import Form, OpenedRead, Picture, Results, Row, Sheet, ShownCamera


class NotFoundError(Exception):
    """There is no such thing, or it is not this person's: the same words for both."""


class RefusedError(Exception):
    """An act was refused, and that was logged: `rules` names by what, `told` is the decision in plain words."""

    def __init__(self, told: str, rules: tuple[str, ...] = ()) -> None:
        super().__init__(told)
        self.rules = rules


class NotNowError(Exception):
    """The search does not stand where this act can begin; the sentence says where it stands and what to do."""


class ResultsGoneError(Exception):
    """What a run found is no longer kept, or the row is of another run: run the search again."""


class UnansweredError(Exception):
    """A run ended without an answer; `why` is the state that the search has now."""


class SearchDesk:
    """All acts on searches and cases. Safe to share between threads.

    Every method takes `by`, made anew for the call, and raises what its own docstring says, and besides:
    NotFoundError for what is not there or is not theirs; RefusedError; NotNowError; AskError and
    QuestionError for what may not be said so; AuditError (of `audit.faults`) where nothing can be logged:
    then nothing was done.
    """

    # -- asking

    def measure(self, question: Question, category: Category, by: Asker) -> Meter:
        """Return the meter of a question that is not asked yet; only for people who may search at all."""
        raise NotImplementedError

    def ask(self, ask: Ask, by: Asker) -> SearchRecord:
        """Judge, log and keep a search; its state says what came of it: refused, waiting or ready.

        It does not raise RefusedError: a refused search is kept too, with the decision as JSON.
        """
        raise NotImplementedError

    def ask_urgently(self, ask: Ask, authority: OralAuthority, by: Asker) -> SearchRecord:
        """Judge, log and keep an urgent search upon an oral authority; the named officer is to confirm it."""
        raise NotImplementedError

    def withdraw(self, search_id: str, by: Asker) -> SearchRecord:
        """Take back a search that waits or is ready."""
        raise NotImplementedError

    # -- authority

    def approve(self, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
        """Give the authority for exactly what was asked; it is judged again with it.

        Raises NotNowError where another approved, declined or withdrew it first.
        """
        raise NotImplementedError

    def decline(self, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
        """Refuse the authority."""
        raise NotImplementedError

    def confirm(self, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
        """Put in writing the authority that `by` gave by word of mouth; only the named officer can."""
        raise NotImplementedError

    def contradict(self, search_id: str, by: Asker, *, reason: str) -> SearchRecord:
        """Deny the authority that one is said to have given; nothing of the search is shown from then on."""
        raise NotImplementedError

    # -- running

    def run(self, search_id: str, by: Asker) -> Results:
        """Judge again, log, run and log; return the answer, redacted. Blocks until then.

        A search may be run again while its authority holds. Raises UnansweredError where it was cancelled,
        reached a limit, or the reads were not to be had.
        """
        raise NotImplementedError

    def cancel(self, search_id: str, by: Asker) -> None:
        """Stop what runs; `run` then raises UnansweredError where it blocks."""
        raise NotImplementedError

    def results(self, search_id: str, by: Asker) -> Results:
        """Return the answer of the last run once more, judged and logged. Raises ResultsGoneError."""
        raise NotImplementedError

    # -- what was found, each an act of its own; all raise ResultsGoneError

    def open_read(self, search_id: str, row: Row, by: Asker) -> OpenedRead:
        """Return all that is known of a read."""
        raise NotImplementedError

    def open_picture(self, search_id: str, row: Row, picture: Picture, by: Asker) -> bytes | None:
        """Return the JPEG, None where it is not here."""
        raise NotImplementedError

    def open_place(self, search_id: str, row: Row, by: Asker) -> ShownCamera:
        """Return the camera of a read with its name and place; `place` is the vehicle's, of a moving camera."""
        raise NotImplementedError

    def print_rows(self, search_id: str, rows: Sequence[Row], by: Asker) -> Sheet:
        """Return rows as plain text to print, with the head that says who, why and when."""
        raise NotImplementedError

    def export(self, search_id: str, rows: Sequence[Row], form: Form, recipient: str, by: Asker) -> Sheet:
        """Return rows as a file for the recipient."""
        raise NotImplementedError

    # -- finding searches

    def find(self, search_id: str, by: Asker) -> SearchRecord:
        """Return a search that one asked, or that was asked for one."""
        raise NotImplementedError

    def mine(self, by: Asker, *, most: int = 50) -> tuple[SearchRecord, ...]:
        """Return the searches that one asked or that were asked for one, the newest first."""
        raise NotImplementedError

    def to_approve(self, by: Asker) -> tuple[SearchRecord, ...]:
        """Return what waits for an authority that one could give, with what one must confirm; oldest first.

        To be shown without marks and reasons: `look` gives those, and logs it.
        """
        raise NotImplementedError

    def look(self, search_id: str, by: Asker) -> SearchRecord:
        """Return a search that one could approve or must confirm, whole; logged."""
        raise NotImplementedError

    def overdue(self) -> tuple[SearchRecord, ...]:
        """Return searches whose oral authority nobody confirmed within the hours of the profile."""
        raise NotImplementedError

    # -- cases

    def open_case(self, reference: str, until: date, by: Asker) -> Case:
        """Open a case of one's own for an open reference, that keeps what it holds to the end of a day."""
        raise NotImplementedError

    def cases(self, by: Asker) -> tuple[Case, ...]:
        """Return one's cases, the newest first."""
        raise NotImplementedError

    def case(self, case_id: str, by: Asker) -> tuple[Case, tuple[CaseHold, ...], tuple[Note, ...]]:
        """Return a case of one's own with its holds and notes."""
        raise NotImplementedError

    def hold(self, case_id: str, search_id: str, rows: Sequence[Row], by: Asker, *, reason: str) -> CaseHold:
        """Have a case keep reads with their pictures beyond retention."""
        raise NotImplementedError

    def note(self, case_id: str, text: str, by: Asker) -> Note:
        """Write a note on a case."""
        raise NotImplementedError

    def close_case(self, case_id: str, by: Asker, *, reason: str) -> Case:
        """Close a case; what it held is kept to its last day."""
        raise NotImplementedError
