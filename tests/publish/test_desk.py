"""The acts on an assessment: each logged first, signed by another, frozen as it stood."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from openanpr.audit.acts import Act, Assessment
from openanpr.audit.faults import CannotWriteError
from openanpr.core.role import Role
from openanpr.publish.assessment.answer import AnswerKind, WordsRefusedError, public_words
from openanpr.publish.assessment.desk import (
    Plan,
    Said,
    begin,
    finish,
    give_answer,
    look,
    measure,
    plan,
    publish,
    sign,
)
from openanpr.publish.assessment.document import DocumentError, read_document
from openanpr.publish.assessment.facts import NotKnown
from openanpr.publish.assessment.ports import NoSuchVersionError, OutdatedError
from openanpr.publish.assessment.shown import compared, in_force, shown
from openanpr.publish.assessment.telling import Audience
from openanpr.publish.assessment.verdict import Colour
from openanpr.publish.assessment.version import NotPossibleError, State
from openanpr.publish.words import catalogue
from tests.publish.scene import NOW, desk_over, filled, log_in

WORDS = catalogue()
OFFICER = Role.AUTHORISING_OFFICER
LATER = NOW + timedelta(days=400)
UNKNOWN = {"sites": NotKnown("sites", "not-kept")}


@pytest.fixture
def log(tmp_path):
    found = log_in(tmp_path)
    yield found
    found.close()


def signed(desk, *, by: str = "ada", signer: str = "sue", now=NOW):
    draft = filled(desk, by=by, now=now)
    return sign(desk, draft.number, look(desk, draft.number, now=now).code, by=signer, role=OFFICER, now=now)


def steps(log) -> list[str]:
    return [str(one.public["step"]) for one in log.entries_from(0, 10_000) if one.act is Act.ASSESSMENT]


def test_a_year_of_it_is_written_signed_published_and_superseded(log) -> None:
    desk = desk_over(log)
    first = publish(desk, signed(desk).number, by="pat", now=NOW)
    assert (first.number, first.state) == (1, State.PUBLISHED)
    second = publish(desk, signed(desk, now=LATER).number, by="pat", now=LATER)
    assert [one.state for one in desk.store.every()] == [State.SUPERSEDED, State.PUBLISHED]
    assert second.number == 2
    assert [step for step in steps(log) if step in {"begun", "signed", "published"}] == [
        *("begun", "signed", "published"),
        *("begun", "signed", "published"),
    ]


def test_the_log_has_the_digest_of_what_was_frozen_and_who_wrote_it_in_secret(log) -> None:
    desk = desk_over(log)
    version = signed(desk)
    entry = next(one for one in log.entries_from(0, 10_000) if one.public.get("step") == "signed")
    body = desk.store.document(1, "en", "public")
    assert version.signed is not None
    assert entry.public["digest"] == version.signed.digest == read_document(body).digest
    assert {"person", "inner"} <= set(entry.sealed)
    answered = next(one for one in log.entries_from(0, 10_000) if one.public.get("step") == "answered")
    assert answered.public == {"step": "answered", "version": 1, "question": "1a"}


def test_an_act_that_the_log_does_not_take_is_not_done(log) -> None:
    desk = desk_over(log)

    class Full:
        def append(self, event):
            return self.append_all([event])

        def append_all(self, events):
            assert all(isinstance(one, Assessment) for one in events)
            raise CannotWriteError("the disk of the audit log is full")

    refusing = replace(desk, log=Full())
    ready = filled(desk)
    before, code = desk.store.find(1), look(desk, 1, now=NOW).code
    acts = [
        lambda: give_answer(refusing, 1, Said("1a", AnswerKind.NO, "No."), by="ada", now=NOW),
        lambda: plan(refusing, 1, Plan("1a", "Do it.", "manager", date(2027, 1, 1)), by="ada", now=NOW),
        lambda: finish(refusing, ready.actions[0].id, "Done.", on=NOW.date(), by="ada", now=NOW),
        lambda: sign(refusing, 1, code, by="sue", role=OFFICER, now=NOW),
    ]
    for act in acts:
        with pytest.raises(CannotWriteError):
            act()
    assert desk.store.find(1) == before
    assert desk.store.document(1, "en", "public") is None
    with pytest.raises(CannotWriteError):
        begin(replace(refusing, store=type(desk.store)()), by="ada", now=NOW)
    sign(desk, 1, code, by="sue", role=OFFICER, now=NOW)
    with pytest.raises(CannotWriteError):
        publish(refusing, 1, by="pat", now=NOW)
    assert desk.store.find(1).state is State.SIGNED


def test_whoever_wrote_any_of_it_does_not_sign_it(log) -> None:
    desk = desk_over(log)
    filled(desk)
    give_answer(desk, 1, Said("1a", AnswerKind.YES, "Yes, as I see it too."), by="sue", now=NOW)
    code = look(desk, 1, now=NOW).code
    for writer in ("ada", "sue"):
        with pytest.raises(NotPossibleError, match="wrote any of"):
            sign(desk, 1, code, by=writer, role=OFFICER, now=NOW)
    assert sign(desk, 1, code, by="tom", role=OFFICER, now=NOW).state is State.SIGNED


def test_what_is_signed_is_what_was_looked_at(log) -> None:
    desk = desk_over(log)
    filled(desk)
    code = look(desk, 1, now=NOW).code
    worse = replace(desk, sources=desk_over(log, lists={"stale": 1}).sources)
    with pytest.raises(NotPossibleError, match="not what you looked at"):
        sign(worse, 1, code, by="sue", role=OFFICER, now=NOW)
    busier = replace(desk, sources=desk_over(log, searches={"asked": 1300, "ran": 1200}).sources)
    assert look(busier, 1, now=NOW).code == code, "numbers that move by the minute change no code"
    give_answer(desk, 1, Said("2a", AnswerKind.YES, "Other words."), by="ada", now=NOW)
    with pytest.raises(NotPossibleError, match="not what you looked at"):
        sign(desk, 1, code, by="sue", role=OFFICER, now=NOW)


def test_nothing_is_signed_with_a_question_unanswered_or_a_fault_without_a_plan(log) -> None:
    desk = desk_over(log, **UNKNOWN)
    begin(desk, by="ada", now=NOW)
    with pytest.raises(NotPossibleError, match="no answer yet: 1a, 1b"):
        sign(desk, 1, look(desk, 1, now=NOW).code, by="sue", role=OFFICER, now=NOW)
    for one in look(desk, 1, now=NOW).questions():
        give_answer(desk, 1, Said(one.question.id, AnswerKind.YES, "Yes."), by="ada", now=NOW)
    red = [one.question.id for one in look(desk, 1, now=NOW).questions() if one.verdict.colour is Colour.RED]
    assert red == ["1a", "1c", "2a", "2b"]
    with pytest.raises(NotPossibleError, match="1a, 1c, 2a, 2b"):
        sign(desk, 1, look(desk, 1, now=NOW).code, by="sue", role=OFFICER, now=NOW)
    plan(desk, 1, Plan("1a", "Write it.", "manager", date(2026, 12, 1)), by="ada", now=NOW)
    soon = NOW + timedelta(days=5)
    with pytest.raises(NotPossibleError, match="1a, 1c"):
        sign(desk, 1, look(desk, 1, now=soon).code, by="sue", role=OFFICER, now=soon)


def test_evidence_is_frozen_when_it_is_signed_and_what_comes_after_is_shown_beside_it(log) -> None:
    desk = desk_over(log)
    publish(desk, signed(desk).number, by="pat", now=NOW)
    frozen = shown(desk, 1, WORDS, Audience.PUBLIC, now=NOW)
    assert (frozen.drift, frozen.code) == ((), "")
    worse = replace(desk, sources=desk_over(log, lists={"stale": 1}, **UNKNOWN).sources)
    after = shown(worse, 1, WORDS, Audience.PUBLIC, now=LATER)
    assert after.document == frozen.document
    assert {one.name: (one.frozen, one.now) for one in after.drift} == {
        "lists-fresh": ("Bears it out", "Says otherwise"),
        **dict.fromkeys(
            ("sites-justified", "site-reviews", "impact-assessed", "others-consulted"),
            ("Bears it out", "Missing"),
        ),
        # What was fresh a year ago is old now, and nobody touched it.
        **dict.fromkeys(
            (
                *("searches-reviewed", "findings-settled", "log-verifies", "checkpoint-lodged"),
                *("cameras-reach-targets", "figures-published", "assessment-published"),
            ),
            ("Bears it out", "Too old"),
        ),
        "quarantine-tended": ("Bears it out", "Says otherwise"),
    }


def test_it_is_frozen_under_a_checkpoint_of_the_log(log) -> None:
    desk = desk_over(log)
    version = signed(desk)
    document = shown(desk, version.number, WORDS, Audience.PUBLIC, now=NOW).document
    assert document.checkpoint is not None
    assert document.checkpoint.log == log.key.name
    proof = log.grown(document.checkpoint.size, log.size)
    assert proof
    assert document.checkpoint.size < log.size, "the entry of the sign-off comes after it"


def test_an_action_that_is_done_later_is_told_beside_the_frozen_plan_and_in_the_next_draft(log) -> None:
    desk = desk_over(log, **UNKNOWN)
    publish(desk, signed(desk).number, by="pat", now=NOW)
    todo = [one.id for one in desk.store.find(1).actions]
    second = begin(desk, by="ada", now=LATER)
    assert [(one.id, one.carried) for one in second.actions] == [(name, 1) for name in todo]
    finish(desk, todo[0], "Written, and signed by another.", on=LATER.date(), by="ada", now=LATER)
    assert [one.action(todo[0]).done_on for one in desk.store.every()] == [LATER.date()] * 2
    found = shown(desk, 1, WORDS, Audience.PUBLIC, now=LATER)
    frozen = [act for one in found.document.questions().values() for act in one.actions]
    assert {act.done_on for act in frozen} == {None}
    assert found.actions[todo[0]].done_on == LATER.date().isoformat()


def test_a_draft_is_shown_to_nobody_outside_and_there_is_one_at_a_time(log) -> None:
    desk = desk_over(log)
    begin(desk, by="ada", now=NOW)
    with pytest.raises(NotPossibleError, match="not for the public"):
        shown(desk, 1, WORDS, Audience.PUBLIC, now=NOW)
    assert shown(desk, 1, WORDS, Audience.INTERNAL, now=NOW).code
    with pytest.raises(NotPossibleError, match="a draft already"):
        begin(desk, by="bea", now=NOW)


def test_an_older_version_is_not_published_over_a_newer_one(log) -> None:
    desk = desk_over(log)
    first, second = signed(desk), signed(desk)
    publish(desk, second.number, by="pat", now=NOW)
    with pytest.raises(NotPossibleError, match="a later assessment"):
        publish(desk, first.number, by="pat", now=NOW)


@pytest.mark.parametrize(
    "words",
    [
        "The car AB12 CDE was seen.",
        "Act 2018 XYZ 12",
        "It was ab12cde.",
        "A 123 BCD went by",
        "",
        " ",
        "x" * 2001,
        "bell\x07",
    ],
)
def test_words_that_may_not_be_published_are_refused_and_never_repeated(log, words) -> None:
    desk = desk_over(log)
    begin(desk, by="ada", now=NOW)
    with pytest.raises(WordsRefusedError) as refused:
        give_answer(desk, 1, Said("1a", AnswerKind.YES, words), by="ada", now=NOW)
    assert not words.strip() or words.strip() not in str(refused.value)
    with pytest.raises(WordsRefusedError):
        plan(desk, 1, Plan("1a", words, "manager", date(2027, 1, 1)), by="ada", now=NOW)
    with pytest.raises(WordsRefusedError):
        plan(desk, 1, Plan("1a", "Do it.", words, date(2027, 1, 1)), by="ada", now=NOW)
    assert desk.store.find(1).events == 1


@pytest.mark.parametrize(
    "words",
    [
        "As the Data Protection Act 2018 wants, and the 2012 Act before it.",
        "See questions 6b, 10a and 10b; reads go after 365 days.",
        "By 31 March 2027 the 42 cameras are tested, in May 2027 the last.",
        "One line.\nAnother, with an umlaut: ü.",
    ],
)
def test_what_looks_like_a_mark_to_a_machine_alone_is_taken(words) -> None:
    assert public_words(f" {words} ", "an answer") == words


def test_what_is_not_there_is_said_so(log) -> None:
    desk = desk_over(log)
    with pytest.raises(NoSuchVersionError):
        look(desk, 1, now=NOW)
    begin(desk, by="ada", now=NOW)
    with pytest.raises(NotPossibleError, match="no such question"):
        give_answer(desk, 1, Said("13a", AnswerKind.YES, "Yes."), by="ada", now=NOW)
    with pytest.raises(NotPossibleError, match="a day to come"):
        plan(desk, 1, Plan("1a", "Do it.", "manager", date(2026, 11, 29)), by="ada", now=NOW)
    with pytest.raises(NotPossibleError, match="no such action"):
        plan(desk, 1, Plan("1a", "Do it.", "manager", date(2027, 1, 1), "9.9"), by="ada", now=NOW)
    with pytest.raises(NotPossibleError, match="such an open action"):
        finish(desk, "9.9", "Done.", on=NOW.date(), by="ada", now=NOW)
    plan(desk, 1, Plan("1a", "Do it.", "manager", date(2027, 1, 1)), by="ada", now=NOW)
    with pytest.raises(NotPossibleError, match="today or before"):
        finish(desk, "1.1", "Done.", on=LATER.date(), by="ada", now=NOW)


def test_a_plan_that_is_changed_keeps_its_name_and_where_it_came_from(log) -> None:
    desk = desk_over(log)
    begin(desk, by="ada", now=NOW)
    plan(desk, 1, Plan("1a", "Do it.", "manager", date(2027, 1, 1)), by="ada", now=NOW)
    changed = Plan("1a", "Do it well.", "superintendent", date(2027, 2, 1), "1.1")
    version = plan(desk, 1, changed, by="ada", now=NOW)
    assert [(one.id, one.what, one.owner) for one in version.actions] == [
        ("1.1", "Do it well.", "superintendent")
    ]


def test_two_who_write_at_once_do_not_overwrite_one_another(log) -> None:
    desk = desk_over(log)
    begin(desk, by="ada", now=NOW)
    stale = desk.store.find(1)

    class Behind:
        def find(self, number):
            return stale

        def save(self, changes):
            desk.store.save(changes)

    give_answer(desk, 1, Said("1a", AnswerKind.YES, "First."), by="ada", now=NOW)
    with pytest.raises(OutdatedError):
        give_answer(replace(desk, store=Behind()), 1, Said("1a", AnswerKind.NO, "Second."), by="bea", now=NOW)
    assert desk.store.find(1).answers["1a"].words == "First."
    assert any(one.act is Act.FAILURE for one in log.entries_from(0, 1000))


def test_what_is_in_force_is_shown_to_everybody_without_measuring_anything(log) -> None:
    desk = desk_over(log, **UNKNOWN)
    blind = replace(desk, sources=None)
    signed(desk)
    assert in_force(blind, WORDS) is None, "what is signed is not published yet"
    publish(desk, 1, by="pat", now=NOW)
    finish(desk, "1.1", "Written.", on=NOW.date(), by="ada", now=NOW)
    found = in_force(blind, WORDS)
    assert found.document == shown(desk, 1, WORDS, Audience.PUBLIC, now=NOW).document
    assert (found.drift, found.looked_at) == ((), None)
    assert found.actions["1.1"].done_words == "Written."


def test_a_frozen_document_that_was_changed_or_lost_is_not_handed_out(log) -> None:
    desk = desk_over(log)
    signed(desk)
    whole = desk.store.documents[1, "en", "public"]
    desk.store.documents[1, "en", "public"] = whole.replace(b'"red":0', b'"red":1')
    with pytest.raises(DocumentError, match="not the one that was signed"):
        shown(desk, 1, WORDS, Audience.PUBLIC, now=NOW)
    desk.store.documents[1, "en", "public"] = whole[:-1]
    with pytest.raises(DocumentError, match="no document"):
        shown(desk, 1, WORDS, Audience.PUBLIC, now=NOW)
    del desk.store.documents[1, "en", "public"]
    with pytest.raises(DocumentError, match="not there"):
        shown(desk, 1, WORDS, Audience.PUBLIC, now=NOW)


def test_this_year_is_compared_with_last_year(log) -> None:
    desk = desk_over(log, **UNKNOWN)
    publish(desk, signed(desk).number, by="pat", now=NOW)
    better = replace(desk, sources=desk_over(log, lists={"stale": 2}).sources)
    begin(better, by="ada", now=NOW)
    for one in look(better, 2, now=NOW).questions():
        kind = AnswerKind.PARTLY if one.question.id == "12a" else AnswerKind.YES
        said = Said(one.question.id, kind, "So it is, as the evidence shows.")
        give_answer(better, 2, said, by="ada", now=NOW)
    plan(better, 2, Plan("12a", "Have it delivered.", "list owner", date(2027, 1, 1)), by="ada", now=NOW)
    found = compared(better, 1, 2, WORDS, Audience.INTERNAL, now=NOW)
    turns = {one.id: one for one in found.questions}
    assert {"1a", "12a"} <= turns.keys()
    assert "6a" not in turns, "what stands as it did is not told"
    one = turns["12a"]
    assert (one.answer.before, one.answer.after) == ("Yes", "In part")
    assert (one.verdict.before, one.verdict.after) == ("Borne out", "Red")
    assert one.evidence[0].numbers[0].label == "Older than allowed"
    assert one.planned == ("2.1",)
    assert turns["1a"].evidence[0].standing.before == "Missing"


def test_measuring_a_year_looks_at_a_year(log) -> None:
    spans = []
    desk = desk_over(log)
    sources = replace(desk.sources, rights=lambda over: spans.append(over) or NotKnown("rights", "not-kept"))
    measure(replace(desk, sources=sources), now=NOW)
    assert [(one.until, one.until - one.since) for one in spans] == [(NOW, timedelta(days=365))]
