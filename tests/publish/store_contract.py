"""What every keeper of assessments does: held by the one in memory and by both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from openanpr.core.role import Role
from openanpr.publish.assessment.answer import AnswerKind
from openanpr.publish.assessment.ports import Change, Frozen, NoSuchVersionError, OutdatedError
from openanpr.publish.assessment.version import Event, EventKind, State, version_of
from tests.publish.scene import NOW

BEGUN = Event(1, NOW, EventKind.BEGUN, "ada")
ANSWERED = Event(
    2, NOW, EventKind.ANSWERED, "ada", question="6b", answer=AnswerKind.PARTLY, words="é\n'; -- 'n' \"x\""
)
PLANNED = Event(
    3,
    NOW,
    EventKind.PLANNED,
    "ada",
    question="6b",
    action="1.1",
    words="Do it.",
    owner="manager",
    due=date(2027, 1, 31),
    carried=4,
)
SIGNED = Event(4, NOW, EventKind.SIGNED, "sue", role=Role.AUTHORISING_OFFICER, digest="ab" * 32)
PUBLISHED = Event(5, NOW, EventKind.PUBLISHED, "pat")
SUPERSEDED = Event(6, NOW, EventKind.SUPERSEDED, "pat")
DONE = Event(7, NOW, EventKind.DONE, "ada", action="1.1", words="Done.", done_on=date(2026, 11, 29))
ALL = (BEGUN, ANSWERED, PLANNED, SIGNED, PUBLISHED)
DOCUMENTS = (Frozen("en", "public", b'{"a":1}'), Frozen("en", "internal", b"\x00\xff"))


class AssessmentsContract:
    """Fixture `kept`: an empty keeper of assessments."""

    def test_a_version_comes_back_as_what_happened_to_it(self, kept) -> None:
        kept.save([Change(1, 0, ALL, DOCUMENTS)])
        assert kept.find(1) == version_of(1, ALL)
        assert kept.every() == (kept.find(1),)
        assert [kept.document(1, "en", one.audience) for one in DOCUMENTS] == [one.body for one in DOCUMENTS]
        assert kept.document(1, "cy", "public") is None
        assert kept.document(2, "en", "public") is None

    def test_what_is_not_there_is_said_so(self, kept) -> None:
        assert kept.every() == ()
        with pytest.raises(NoSuchVersionError):
            kept.find(1)

    def test_it_is_only_added_to_and_never_over_what_another_wrote(self, kept) -> None:
        kept.save([Change(1, 0, (BEGUN,))])
        kept.save([Change(1, 1, (ANSWERED,))])
        for change in (Change(1, 0, (BEGUN,)), Change(1, 1, (ANSWERED,)), Change(2, 3, (SIGNED,))):
            with pytest.raises(OutdatedError):
                kept.save([change])
        assert kept.find(1).events == 2
        assert len(kept.every()) == 1

    def test_changes_are_kept_all_or_none(self, kept) -> None:
        kept.save([Change(1, 0, (BEGUN,))])
        with pytest.raises(OutdatedError):
            kept.save([Change(2, 0, (BEGUN,)), Change(1, 9, (ANSWERED,))])
        with pytest.raises(OutdatedError):
            kept.save([Change(1, 1, (ANSWERED,), DOCUMENTS), Change(3, 1, (ANSWERED,))])
        assert [one.number for one in kept.every()] == [1]
        assert kept.find(1).events == 1
        assert kept.document(1, "en", "public") is None

    def test_one_version_is_published_and_the_next_takes_its_place(self, kept) -> None:
        kept.save([Change(1, 0, ALL)])
        later = [*ALL[:-1]]
        kept.save([Change(2, 0, tuple(later))])
        with pytest.raises(OutdatedError):
            kept.save([Change(2, 4, (PUBLISHED,))])
        kept.save([Change(2, 4, (PUBLISHED,)), Change(1, 5, (SUPERSEDED,))])
        assert [one.state for one in kept.every()] == [State.SUPERSEDED, State.PUBLISHED]

    def test_what_was_done_is_kept_with_its_day(self, kept) -> None:
        kept.save([Change(1, 0, (*ALL, replace(DONE, place=6)))])
        assert kept.find(1).action("1.1").done_on == date(2026, 11, 29)
