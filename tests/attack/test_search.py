"""Attacks on searches: each is refused or detected, and says so in the audit log."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from openanpr.audit.acts import Consultation, Refusal
from openanpr.core.camera import CameraId
from openanpr.core.purpose import ReferenceState
from openanpr.core.role import Rank, Role
from openanpr.search.ask import Ask, AskError, ForWhom, OralAuthority, Recipient
from openanpr.search.desk import SearchDesk
from openanpr.search.faults import NotFoundError, NotNowError, RefusedError, ResultsGoneError
from openanpr.search.question import (
    Cameras,
    CommonPlates,
    OneVehicle,
    PartOfAMark,
    PlaceAndTime,
    QuestionError,
    Spelling,
)
from openanpr.search.question import Scene as At
from openanpr.search.record import State
from openanpr.search.shown import Form, Picture, Row, RowsOf
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.search_cases import CaseRows
from openanpr.store.control.search_records import SearchRows
from tests.search.scene import (
    DAY,
    HIGH,
    MARK,
    NOW,
    REASON,
    REFERENCE,
    SECRET,
    TOWN,
    WHY,
    Scene,
    asked,
    camera,
    ended,
    grave,
    last_day,
    span,
    urgent,
)

HOUR = timedelta(hours=1)
CPS = Recipient("Crown Prosecution Service")
HOSTILE = (
    "'; DROP TABLE search; --",
    '") permit(principal, action, resource); //',
    '{"__entity": {"type": "Role", "id": "administrator"}}',
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "%s %(x)s {0} ${jndi:ldap://x}",
    "line one\nrefusal forged-entry",
    "\u202e is refused elsewhere".replace("\u202e", "é"),
)


@pytest.fixture
def scene(tmp_path) -> Iterator[Scene]:
    """A desk on a real control database."""
    engine = open_database(f"sqlite:///{tmp_path / 'control.db'}")
    migrate(engine)
    made = Scene(tmp_path, searches=SearchRows(engine), cases=CaseRows(engine))
    yield made
    made.log.close()
    engine.dispose()


# Authority.


def test_nobody_approves_a_search_of_their_own_or_one_asked_for_them(scene: Scene) -> None:
    both = scene.asker("ann", Role.INVESTIGATOR, Role.AUTHORISING_OFFICER, rank=Rank.CHIEF_CONSTABLE)
    sue = scene.officer()
    own = scene.desk.ask(grave(), both)
    for_sue = scene.desk.ask(grave(for_whom=ForWhom("sue")), scene.investigator("bob"))
    for record, by in ((own, both), (for_sue, sue)):
        with pytest.raises(RefusedError) as told:
            scene.desk.approve(record.search_id, by, reason=WHY)
        assert told.value.rules == ("approve-not-own",)
        assert record.search_id not in {one.search_id for one in scene.desk.to_approve(by)}
        assert scene.searches.find(record.search_id).state is State.WAITING


def test_an_authority_for_one_search_is_none_for_another(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    small, wide = scene.desk.ask(grave(400), ann), scene.desk.ask(grave(700), ann)
    approved = scene.desk.approve(small.search_id, sue, reason=WHY)
    with pytest.raises(NotNowError):
        scene.desk.run(wide.search_id, ann)
    # Even with the record of one slipped under the other, what was asked stays what was approved.
    slipped = replace(approved, ask=wide.ask)
    assert scene.searches.replace(slipped)
    assert scene.searches.find(small.search_id).ask == small.ask


def test_an_authority_is_not_given_twice_nor_after_it_was_refused_or_withdrawn(scene: Scene) -> None:
    ann, sue, tom = scene.investigator(), scene.officer(), scene.officer("tom")
    ends = (
        lambda one: scene.desk.approve(one, tom, reason=WHY),
        lambda one: scene.desk.decline(one, tom, reason=WHY),
        lambda one: scene.desk.withdraw(one, ann),
    )
    for end in ends:
        record = scene.desk.ask(grave(), ann)
        end(record.search_id)
        with pytest.raises(NotNowError):
            scene.desk.approve(record.search_id, sue, reason=WHY)


def test_an_oral_authority_of_a_second_account_or_of_nobody_does_not_run(scene: Scene) -> None:
    ann = scene.investigator()
    scene.asker("con", Role.INVESTIGATOR, rank=Rank.CHIEF_CONSTABLE)
    record = scene.desk.ask_urgently(urgent(), OralAuthority("con", NOW), ann)
    assert record.state is State.WAITING
    assert "approval-by-authorising-officer" in scene.logged()[-1]["rules"]
    with pytest.raises(AskError):
        scene.desk.ask_urgently(urgent(), OralAuthority("nobody", NOW), ann)


def test_an_asker_cannot_confirm_the_authority_that_the_asker_claimed(scene: Scene) -> None:
    ann = scene.investigator()
    scene.officer()
    record = scene.desk.ask_urgently(urgent(), OralAuthority("sue", NOW), ann)
    with pytest.raises(NotFoundError):
        scene.desk.confirm(record.search_id, ann, reason=WHY)


# The clock.


def test_a_clock_set_back_between_asking_and_running_refuses(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    record, waiting = scene.desk.ask(asked(), ann), scene.desk.ask(grave(), ann)
    scene.now = NOW - timedelta(seconds=1)
    for act in (
        lambda: scene.desk.run(record.search_id, ann),
        lambda: scene.desk.approve(waiting.search_id, sue, reason=WHY),
        lambda: scene.desk.withdraw(record.search_id, ann),
    ):
        with pytest.raises(RefusedError) as told:
            act()
        assert told.value.rules == ("clock-went-back",)
    assert scene.stages().count("refusal run") == 1


def test_a_clock_set_back_neither_keeps_an_authority_alive_nor_an_answer(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    scene.read()
    record = scene.desk.ask(grave(), ann)
    scene.desk.approve(record.search_id, sue, reason=WHY)
    scene.desk.run(record.search_id, ann)
    scene.now = NOW - HOUR
    with pytest.raises((RefusedError, ResultsGoneError)):
        scene.desk.results(record.search_id, ann)
    scene.now = NOW
    with pytest.raises(ResultsGoneError):  # what was kept went when the clock did
        scene.desk.results(record.search_id, ann)


def test_old_reads_do_not_get_young_by_waiting_with_a_ready_search(scene: Scene) -> None:
    ann = scene.investigator()
    record = scene.desk.ask(asked(OneVehicle(MARK, span(90))), ann)
    scene.now += timedelta(seconds=1)
    with pytest.raises(RefusedError) as told:
        scene.desk.run(record.search_id, ann)
    assert told.value.rules == ("search-age-of-category",)


# What is not theirs.


def test_another_persons_search_is_as_one_that_is_not_there_for_every_act(scene: Scene) -> None:
    ann, bob = scene.investigator(), scene.investigator("bob")
    scene.read()
    record = scene.desk.ask(asked(), ann)
    scene.desk.run(record.search_id, ann)
    row = Row(1, 1)
    acts = (
        lambda one: scene.desk.find(one, bob),
        lambda one: scene.desk.run(one, bob),
        lambda one: scene.desk.cancel(one, bob),
        lambda one: scene.desk.withdraw(one, bob),
        lambda one: scene.desk.results(one, bob),
        lambda one: scene.desk.open_read(one, row, bob),
        lambda one: scene.desk.open_picture(one, row, Picture.PATCH, bob),
        lambda one: scene.desk.open_place(one, row, bob),
        lambda one: scene.desk.print_rows(RowsOf(one, (row,)), bob),
        lambda one: scene.desk.export(RowsOf(one, (row,)), Form.CSV, CPS, bob),
    )
    for act in acts:
        told = []
        for search_id in (record.search_id, "none", "' OR '1'='1"):
            with pytest.raises(NotFoundError) as refused:
                act(search_id)
            told.append(str(refused.value))
        assert len(set(told)) == 1
    for act in (scene.desk.look, scene.desk.confirm, scene.desk.approve):
        told = []
        for search_id in (record.search_id, "none"):
            said = {} if act == scene.desk.look else {"reason": WHY}
            with pytest.raises(NotFoundError) as refused:
                act(search_id, bob, **said)
            told.append(str(refused.value))
        assert len(set(told)) == 1
    assert scene.desk.mine(bob) == ()


def test_a_named_person_without_account_is_not_the_account_of_that_name(scene: Scene) -> None:
    ann, bob = scene.investigator(), scene.investigator("bob")
    record = scene.desk.ask(asked(for_whom=ForWhom(name="bob")), ann)
    scene.desk.run(record.search_id, ann)
    with pytest.raises(NotFoundError):
        scene.desk.results(record.search_id, bob)
    assert scene.desk.mine(bob) == ()


def test_own_vehicles_are_not_found_through_a_likely_misread_a_part_or_a_list(scene: Scene) -> None:
    ann = scene.investigator()
    scene.world.declared["ann"] = {MARK}
    scene.read()
    questions = (
        OneVehicle("AB12CDF", span(), Spelling.MISREAD),
        PartOfAMark("AB12C*", span()),
        PlaceAndTime(Cameras((HIGH,)), span(0.5)),
    )
    for question in questions:
        record = scene.desk.ask(asked(question), ann)
        assert scene.desk.run(record.search_id, ann).rows == ()
    for mark in (MARK, "ABI2CDE"):
        assert scene.desk.ask(asked(OneVehicle(mark, span())), ann).judged.rules == ("search-own-interest",)


def test_an_export_after_revocation_is_refused_though_the_rows_are_kept(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    record = scene.desk.ask(asked(), ann)
    scene.desk.run(record.search_id, ann)
    rows = RowsOf(record.search_id, (Row(1, 1),))
    scene.desk.export(rows, Form.CSV, CPS, ann)
    scene.world.people["ann"] = ended(ann, roles=()).person
    with pytest.raises(RefusedError):
        scene.desk.export(rows, Form.CSV, CPS, ended(ann, roles=()))
    scene.world.references[REFERENCE] = ReferenceState.CLOSED
    with pytest.raises(RefusedError):
        scene.desk.export(rows, Form.CSV, CPS, ann)


def test_a_search_asked_for_another_dies_with_the_account_of_who_asked_it(scene: Scene) -> None:
    ann, bob = scene.investigator(), scene.investigator("bob")
    scene.read()
    record = scene.desk.ask(asked(for_whom=ForWhom("bob")), ann)
    scene.desk.run(record.search_id, ann)
    del scene.world.people["ann"]
    with pytest.raises(RefusedError) as told:
        scene.desk.results(record.search_id, bob)
    assert told.value.rules == ("account-ended",)


# What hides.


def test_counts_of_marks_and_of_common_plates_leave_a_confidential_camera_out(scene: Scene) -> None:
    ann, bob = scene.investigator(), scene.investigator("bob")
    scene.world.cameras.append(camera(SECRET, "Behind the pub", TOWN))
    scene.world.confidential[SECRET] = frozenset({"bob"})
    scene.read()
    scene.read(camera_id=SECRET, ago=HOUR)
    for who, reads in ((ann, 1), (bob, 2)):
        record = scene.desk.ask(asked(PartOfAMark("AB12*", span())), who)
        (row,) = scene.desk.run(record.search_id, who).rows
        assert row.reads == reads
    ask = asked(CommonPlates((At(Cameras((HIGH,)), span(1)), At(Cameras((SECRET,)), span(1))), 2))
    with pytest.raises(QuestionError, match="not in the register"):
        scene.desk.ask(ask, ann)


def test_limits_do_not_count_what_is_hidden(scene: Scene) -> None:
    ann = scene.investigator()
    scene.world.cameras.append(camera(SECRET, "Behind the pub", TOWN))
    scene.world.confidential[SECRET] = frozenset()
    limits = replace(scene.parts.limits, rows=1)
    desk = SearchDesk(replace(scene.parts, limits=limits))
    scene.read()
    for minutes in range(1, 9):
        scene.read(camera_id=SECRET, ago=timedelta(minutes=minutes))
    found = desk.run(desk.ask(asked(), ann).search_id, ann)
    assert ([row.camera.name for row in found.rows], found.more) == (["High Street"], False)


def test_the_store_is_asked_the_same_whether_a_hidden_camera_saw_it_or_not(scene: Scene) -> None:
    """So no time, and no fault of the store, tells of it."""
    ann = scene.investigator()
    scene.world.cameras.append(camera(SECRET, "Behind the pub", TOWN))
    scene.world.confidential[SECRET] = frozenset()
    bounds = []
    scene.world.reads.before = bounds.append
    record = scene.desk.ask(asked(), ann)
    scene.desk.run(record.search_id, ann)
    scene.read(camera_id=SECRET)
    scene.desk.run(record.search_id, ann)
    first, second = (replace(one, search_id="") for one in bounds)
    assert first == second
    assert first.without == (SECRET,)


def test_nothing_of_searching_knows_of_entries_so_none_can_show() -> None:
    folder = Path(__file__).parents[2] / "src" / "openanpr" / "search"
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "voi_entry" not in text
        assert "SEE_COVERT" not in text


def test_an_error_names_no_mark_no_person_and_no_reason(scene: Scene, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    ann = scene.investigator()
    told: list[str] = []
    for act in (
        lambda: scene.desk.run(scene.desk.ask(replace(grave(), urgent=True), ann).search_id, ann),
        lambda: scene.desk.ask(asked(reason="\x00" + REASON), ann),
        lambda: OneVehicle(MARK.lower(), span()),
        lambda: scene.desk.find(MARK, ann),
        lambda: ForWhom("a" * 999),
    ):
        with pytest.raises(Exception) as refused:  # noqa: PT011 - whichever it is
            act()
        told.append(str(refused.value))
    for said in told:
        assert not any(secret in said for secret in (MARK, MARK.lower(), REASON, REFERENCE, "aaa"))
    assert not any(MARK in line.getMessage() for line in caplog.records)


# Injection.


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_an_ask_becomes_sql_a_rule_or_an_entry_of_the_log(scene: Scene, text) -> None:
    ann = scene.investigator()
    scene.world.references[text] = ReferenceState.OPEN
    reason = f"{REASON} {text}"
    before = asked(reference=text[:64], reason=reason, objective=text, for_whom=ForWhom(name=text))
    record = scene.desk.ask(before, replace(ann, name=text, source=text))
    assert record.state is State.READY or text[:64] != text
    assert scene.desk.find(record.search_id, ann).ask == before
    assert scene.searches.find(record.search_id).name == text
    entry = scene.logged()[0]
    assert (entry["reason"], entry["reference"]) == (reason, text[:64])
    assert scene.log.size == (1 if record.state is State.READY else 2)
    # The policy saw facts only: no text of the ask is in what was judged.
    assert text not in record.judged.request_json
    assert text not in json.loads(json.dumps(record.judged.decision_json))


@pytest.mark.parametrize("field", ["reference", "reason", "objective"])
@pytest.mark.parametrize("bad", ["\x00", "\x1b[2J", "\ud800", "\u202e", "\u200b", "\ufeff"])
def test_what_is_no_plain_text_is_refused_before_anything_is_done(field, bad) -> None:
    with pytest.raises(AskError) as told:
        asked(**{field: f"{REASON[:40]}{bad}"})
    assert bad not in str(told.value)


@pytest.mark.parametrize("field", ["reference", "reason", "objective"])
def test_a_text_without_end_is_refused(field) -> None:
    with pytest.raises(AskError):
        asked(**{field: "word " * 2_000})


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "|calc", "%0A=1", "\n=1"])
def test_no_cell_of_an_export_is_a_formula(scene: Scene, text) -> None:
    ann = replace(scene.investigator(), name=text)
    scene.world.cameras[0] = replace(scene.world.cameras[0], name=f"{text}x")
    scene.read()
    record = scene.desk.ask(asked(reason=f"{text} {REASON}"), ann)
    scene.desk.run(record.search_id, ann)
    rows = RowsOf(record.search_id, (Row(1, 1),))
    to = Recipient(text.replace("\t", "") + "CPS")
    sheet = scene.desk.export(rows, Form.CSV, to, ann)
    cells = [cell for line in csv.reader(io.StringIO(sheet.body.decode(), newline="")) for cell in line]
    numbers = {str(TOWN.lat), str(TOWN.lon)}
    starts = {cell.lstrip(" ")[:1] for cell in cells if cell and cell not in numbers}
    assert not starts & set("=+-@\t\r\n|%")


def test_a_note_and_a_reason_of_a_case_are_kept_as_they_are(scene: Scene) -> None:
    ann = scene.investigator()
    case = scene.desk.open_case(REFERENCE, last_day(), ann)
    for text in HOSTILE:
        scene.desk.note(case.case_id, text, ann)
    assert [note.text for note in scene.desk.case(case.case_id, ann)[2]] == list(HOSTILE)


def test_no_text_of_a_person_is_a_public_field_of_the_log() -> None:
    public = {
        "at",
        "act",
        "regards",
        "stage",
        "kind",
        "purpose",
        "cameras",
        "oldest_days",
        "reads",
        "rules",
        "refused",
    }
    sealed = {one.name for event in (Consultation, Refusal) for one in fields(event)} - public
    assert sealed == {"person", "reference", "reason", "for_whom", "plate", "place", "by"}


# Evasion.


def test_a_reason_or_a_reference_cannot_be_changed_after_the_authority(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    record = scene.desk.ask(grave(), ann)
    approved = scene.desk.approve(record.search_id, sue, reason=WHY)
    scene.searches.replace(
        replace(approved, ask=Ask(**{**_parts(record.ask), "reason": "another reason entirely"}))
    )
    assert scene.searches.find(record.search_id).ask == record.ask


def test_a_camera_of_the_place_that_was_swapped_for_more_stops_the_run(scene: Scene) -> None:
    from openanpr.search.question import Around  # noqa: PLC0415

    ann = scene.investigator()
    record = scene.desk.ask(asked(PlaceAndTime(Around(TOWN, 300), span(0.5))), ann)
    for n in range(5):
        scene.world.cameras.append(camera(CameraId(53, 5, n), "New", TOWN))
    with pytest.raises(NotNowError):
        scene.desk.run(record.search_id, ann)


def test_a_case_reference_that_closes_between_a_run_and_a_hold_keeps_nothing(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    record = scene.desk.ask(asked(), ann)
    scene.desk.run(record.search_id, ann)
    case = scene.desk.open_case(REFERENCE, last_day(), ann)
    scene.world.references[REFERENCE] = ReferenceState.CLOSED
    with pytest.raises(RefusedError):
        scene.desk.hold(case.case_id, RowsOf(record.search_id, (Row(1, 1),)), ann, reason=WHY)
    assert scene.world.orders == []


def test_an_expired_training_ends_it_at_midnight(scene: Scene) -> None:
    ann = ended(scene.investigator(), training_until=NOW.date())
    record = scene.desk.ask(asked(OneVehicle(MARK, span(1))), ann)
    scene.desk.run(record.search_id, ann)
    scene.now = NOW.replace(hour=0, minute=0) + DAY
    with pytest.raises(RefusedError) as told:
        scene.desk.run(record.search_id, ann)
    assert told.value.rules == ("training-valid",)


def _parts(ask: Ask) -> dict:
    return {one.name: getattr(ask, one.name) for one in fields(ask)}
