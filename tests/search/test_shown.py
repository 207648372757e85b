"""What is shown of what was found: redacted by permission, opened one by one, handed out with a head."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.role import Role
from openanpr.search.ask import AskError, Recipient
from openanpr.search.faults import NotFoundError, NotNowError, RefusedError, ResultsGoneError
from openanpr.search.ports import NotHeldError
from openanpr.search.question import (
    Around,
    Cameras,
    LastSeen,
    ListOfVehicles,
    OneVehicle,
    PartOfAMark,
    Spelling,
    WasItThere,
)
from openanpr.search.shown import Form, Picture, Row, RowsOf, ShownMark
from tests.search.fakes import Forgetful
from tests.search.scene import (
    BRIDGE,
    CAR,
    DAY,
    HIGH,
    MARK,
    NOW,
    REFERENCE,
    SECRET,
    TOWN,
    WHY,
    Scene,
    asked,
    camera,
    ended,
    last_day,
    span,
)

CPS = Recipient("Crown Prosecution Service, Gloucester")


def answered(scene: Scene, asker, **other):
    record = scene.desk.ask(asked(**other), asker)
    return record, scene.desk.run(record.search_id, asker)


def rows_of(found, *numbers: int) -> RowsOf:
    return RowsOf(found.search_id, tuple(Row(found.run, n) for n in numbers or (1,)))


def hide(scene: Scene, *who: str) -> None:
    scene.world.cameras.append(camera(SECRET, "Behind the pub", Place(51.9, -2.3)))
    scene.world.confidential[SECRET] = frozenset(who)


@pytest.mark.parametrize("forgetful", [False, True], ids=["the store leaves them out", "the desk does"])
def test_reads_of_a_confidential_camera_show_to_the_named_alone(tmp_path, forgetful) -> None:
    scene = Scene(tmp_path)
    if forgetful:
        scene.world.reads = Forgetful()
        scene.parts = replace(scene.parts, world=replace(scene.parts.world, reads=scene.world.reads))
        scene.desk = replace(scene.desk, parts=scene.parts)
    ann, bob = scene.investigator(), scene.investigator("bob")
    hide(scene, "bob")
    scene.read()
    scene.read(camera_id=SECRET, ago=timedelta(hours=1))
    told = {who.id: answered(scene, who)[1] for who in (ann, bob)}
    assert [row.camera.name for row in told["ann"].rows] == ["High Street"]
    assert [row.camera.name for row in told["bob"].rows] == ["Behind the pub", "High Street"]
    assert told["ann"].caveats == told["bob"].caveats
    scene.log.close()


def test_a_camera_that_becomes_confidential_vanishes_from_what_is_kept(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    scene.read("AB12CDE", BRIDGE, ago=timedelta(hours=1))
    record, found = answered(scene, ann)
    scene.world.confidential[BRIDGE] = frozenset()
    again = scene.desk.results(record.search_id, ann)
    assert [(row.number, row.camera.name) for row in again.rows] == [(2, "High Street")]
    with pytest.raises(ResultsGoneError):
        scene.desk.open_read(record.search_id, Row(1, 1), ann)
    scene.desk.open_read(record.search_id, Row(1, 2), ann)
    assert len(found.rows) == 2


def test_without_a_right_to_places_a_row_has_a_label_and_nothing_more(scene: Scene, monkeypatch) -> None:
    from openanpr.search import opening, running  # noqa: PLC0415
    from openanpr.search.sight import sight_of  # noqa: PLC0415

    def blind(*args, **named):
        return replace(sight_of(*args, **named), places=False)

    for module in (opening, running):
        monkeypatch.setattr(module, "sight_of", blind)
    ann = scene.investigator()
    scene.read(place=TOWN, extra='{"street": "High Street"}')
    scene.read(ago=timedelta(hours=1), camera_id=BRIDGE)
    record, found = answered(scene, ann)
    assert [(row.camera.label, row.camera.camera, row.camera.name) for row in found.rows] == [
        ("camera 1", None, ""),
        ("camera 2", None, ""),
    ]
    assert found.rows[1].place is None
    opened = scene.desk.open_read(record.search_id, Row(1, 2), ann)
    assert (opened.record.camera, opened.record.place, opened.record.extra) == (CameraId(0, 0, 0), None, "{}")
    assert (opened.device, opened.camera.place) == ("", None)
    sheet = scene.desk.export(rows_of(found, 1, 2), Form.JSON, CPS, ann)
    assert b"High Street" not in sheet.body
    assert b"51.8" not in sheet.body


def test_opening_a_read_a_picture_and_a_place_are_acts_of_their_own(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read(patch="a" * 64, overview="b" * 64)
    scene.world.jpegs["a" * 64] = b"jpeg"
    record, _ = answered(scene, ann)
    row = Row(1, 1)
    opened = scene.desk.open_read(record.search_id, row, ann)
    assert (opened.record.vrm, opened.pictures) == (MARK, (Picture.PATCH, Picture.OVERVIEW))
    assert scene.desk.open_picture(record.search_id, row, Picture.PATCH, ann) == b"jpeg"
    assert scene.desk.open_picture(record.search_id, row, Picture.OVERVIEW, ann) is None
    place = scene.desk.open_place(record.search_id, row, ann)
    assert (place.name, place.place) == ("High Street", TOWN)
    assert scene.stages()[3:] == ["open-read", "open-patch", "open-overview", "open-place"]
    assert {one["plate"] for one in scene.logged()[3:]} == {MARK}
    assert opened.entry == 3


def test_the_place_of_a_moving_camera_is_where_it_was(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read(camera_id=CAR, place=TOWN)
    record, _ = answered(scene, ann)
    assert scene.desk.open_place(record.search_id, Row(1, 1), ann).place == TOWN


@pytest.mark.parametrize("row", [Row(1, 0), Row(1, 2), Row(1, -1), Row(2, 1), Row(0, 1)])
def test_a_row_that_is_not_there_is_gone(scene: Scene, row) -> None:
    ann = scene.investigator()
    scene.read()
    record, _ = answered(scene, ann)
    with pytest.raises(ResultsGoneError):
        scene.desk.open_read(record.search_id, row, ann)


def test_a_row_of_an_earlier_run_does_not_open_a_row_of_the_latest(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    record, _ = answered(scene, ann)
    scene.read(ago=timedelta(minutes=1))
    scene.desk.run(record.search_id, ann)
    with pytest.raises(ResultsGoneError):
        scene.desk.open_read(record.search_id, Row(1, 1), ann)


def test_a_read_that_retention_took_meanwhile_is_gone(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    record, _ = answered(scene, ann)
    scene.world.reads.records.clear()
    with pytest.raises(ResultsGoneError):
        scene.desk.open_read(record.search_id, Row(1, 1), ann)


def test_was_it_there_tells_which_cameras_could_have_seen_it_and_whether_they_worked(scene: Scene) -> None:
    ann = scene.investigator()
    later = replace(camera(CameraId(53, 1, 8), "Later", TOWN), added_at=NOW)
    scene.world.cameras.append(later)
    scene.traffic(HIGH, 3, ago=timedelta(hours=2, minutes=30))
    question = WasItThere(MARK, Around(TOWN, 2000), span(0.25))
    _, found = answered(scene, ann, question=question)
    assert found.rows == ()
    assert [(one.camera.name, one.hours_with_reads, one.hours) for one in found.worked] == [
        ("High Street", 1, 6),
        ("Bridge", 0, 6),
    ]
    assert any("no proof" in one for one in found.caveats)


def test_spellings_say_how_they_answer(scene: Scene) -> None:
    ann = scene.investigator()
    for n, mark in enumerate((MARK, "ABI2CDE", "AB12CDF", "XY99XYZ")):
        scene.read(mark, ago=timedelta(minutes=n + 1))
    _, found = answered(scene, ann, question=OneVehicle(MARK, span(), Spelling.MISREAD))
    assert [row.spelling for row in found.rows] == [Spelling.EXACT, Spelling.SAME_SHAPE, Spelling.MISREAD]
    _, exact = answered(scene, ann, question=OneVehicle(MARK, span(), Spelling.EXACT))
    assert len(exact.rows) == 1


def test_marks_of_a_form_are_told_and_have_no_read_to_open(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read(ago=timedelta(hours=3))
    scene.read()
    record, found = answered(scene, ann, question=PartOfAMark("AB12*", span()))
    assert found.rows == (ShownMark(1, MARK, 2, NOW - timedelta(hours=3), NOW - timedelta(hours=2)),)
    with pytest.raises(NotFoundError):
        scene.desk.open_read(record.search_id, Row(1, 1), ann)


def test_last_seen_is_one_row_or_none(scene: Scene) -> None:
    ann = scene.investigator()
    assert answered(scene, ann, question=LastSeen(MARK, span()))[1].rows == ()
    scene.read()
    scene.read(ago=timedelta(hours=9))
    _, found = answered(scene, ann, question=LastSeen(MARK, span()))
    assert [row.captured_at for row in found.rows] == [NOW - timedelta(hours=2)]


def test_a_limit_of_rows_cuts_and_says_so(scene: Scene) -> None:
    ann = scene.investigator()
    scene.desk = replace(scene.desk, parts=replace(scene.parts, limits=replace(scene.parts.limits, rows=2)))
    for n in range(3):
        scene.read(ago=timedelta(minutes=n + 1))
    _, found = answered(scene, ann)
    assert (len(found.rows), found.more) == (2, True)


# What leaves the system.


def test_an_export_says_who_why_when_and_where_it_is_logged(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    scene.read("AB12CDE", BRIDGE, ago=timedelta(hours=1))
    _, found = answered(scene, ann)
    sheet = scene.desk.export(rows_of(found, 2), Form.CSV, CPS, ann)
    lines = list(csv.reader(io.StringIO(sheet.body.decode(), newline="")))
    head = dict(line for line in lines if len(line) == 2)
    assert head["for"] == CPS.name
    assert head["reference"] == REFERENCE
    assert head["taken by"] == "Ann (ann)"
    assert head["entry of the audit log"] == str(sheet.entry)
    assert sum(line[0] == "note" for line in lines if line) == 3
    names, row = lines[lines.index([]) + 1], lines[lines.index([]) + 2]
    told = dict(zip(names, row, strict=True))
    assert (told["row"], told["mark"], told["camera_name"]) == ("2", MARK, "High Street")
    assert len(lines) == lines.index([]) + 3
    logged = scene.logged()[sheet.entry]
    assert (logged["act"], logged["what"], logged["recipient"]) == ("disclosure", "export-csv", CPS.name)
    assert (logged["plate"], logged["reads"]) == (MARK, 1)
    assert MARK not in sheet.file_name


def test_json_holds_the_same_and_print_is_plain_text(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    _, found = answered(scene, ann)
    told = json.loads(scene.desk.export(rows_of(found), Form.JSON, CPS, ann).body)
    assert told["rows"][0]["mark"] == MARK
    assert ["for", CPS.name] in told["about"]
    printed = scene.desk.print_rows(rows_of(found), ann)
    assert f"mark: {MARK}" in printed.body.decode()
    assert scene.logged()[printed.entry]["what"] == "print"


def test_who_may_not_export_does_not_and_that_is_logged(scene: Scene) -> None:
    ann = scene.asker("ann", Role.ANALYST)
    scene.read()
    _, found = answered(scene, ann)
    with pytest.raises(RefusedError) as told:
        scene.desk.export(rows_of(found), Form.CSV, CPS, ann)
    assert told.value.rules == ("nothing-permits",)
    assert scene.stages()[-1] == "refusal export"


def test_an_export_needs_its_recipient_and_for_others_reads_that_they_were_consulted(scene: Scene) -> None:
    ann = scene.investigator()
    other = CameraId(61, 1, 1)
    scene.world.cameras.append(camera(other, "Over the border", TOWN))
    scene.read(camera_id=other)
    _, found = answered(scene, ann)
    for to, rule in ((Recipient(" "), "export-recipient"), (CPS, "export-agency-consulted")):
        with pytest.raises(RefusedError) as told:
            scene.desk.export(rows_of(found), Form.CSV, to, ann)
        assert rule in told.value.rules
    spoken = Recipient(CPS.name, "Inspector Rees of Gwent agreed by telephone on 29 November.")
    assert scene.desk.export(rows_of(found), Form.CSV, spoken, ann).rows == 1
    assert "Rees" in scene.logged()[-1]["recipient"]


# Cases.


def test_a_case_keeps_chosen_reads_and_notes_and_opens_them_later(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    scene.read("AB12CDE", BRIDGE, ago=timedelta(hours=1))
    _, found = answered(scene, ann)
    case = scene.desk.open_case(REFERENCE, last_day(), ann)
    hold = scene.desk.hold(case.case_id, rows_of(found, 2), ann, reason=WHY)
    assert (hold.reads, hold.until, hold.oldest_on) == (1, last_day(), NOW.date())
    note = scene.desk.note(case.case_id, "The van has a ladder on its roof.", ann)
    assert scene.desk.case(case.case_id, ann) == (case, (hold,), (note,))
    (order,) = scene.world.orders
    assert (order.reference, order.owner, order.until) == (REFERENCE, "ann", last_day())
    (opened,) = scene.desk.open_held(case.case_id, hold.hold_id, ann)
    assert (opened.record.vrm, opened.camera.name) == (MARK, "High Street")
    closed = scene.desk.close_case(case.case_id, ann, reason="He was convicted in May.")
    assert closed.closed_at == NOW
    assert scene.desk.cases(ann) == (closed,)
    with pytest.raises(NotNowError):
        scene.desk.note(case.case_id, "more", ann)
    assert scene.stages()[3:] == [
        "alteration case-open",
        "alteration hold",
        "alteration case-note",
        "open-held",
        "alteration case-close",
    ]


def test_a_case_is_its_owners_alone(scene: Scene) -> None:
    ann, bob = scene.investigator(), scene.investigator("bob")
    case = scene.desk.open_case(REFERENCE, last_day(), ann)
    told = set()
    for case_id in (case.case_id, "none"):
        for act in (
            lambda case_id=case_id: scene.desk.case(case_id, bob),
            lambda case_id=case_id: scene.desk.note(case_id, "x", bob),
            lambda case_id=case_id: scene.desk.open_held(case_id, "h", bob),
            lambda case_id=case_id: scene.desk.close_case(case_id, bob, reason=WHY),
        ):
            with pytest.raises(NotFoundError) as refused:
                act()
            told.add(str(refused.value))
    assert len(told) == 1


def test_a_case_needs_an_open_reference_a_role_and_a_last_day(scene: Scene) -> None:
    ann = scene.investigator()
    with pytest.raises(RefusedError):
        scene.desk.open_case("unheard-of", last_day(), ann)
    with pytest.raises(RefusedError):
        scene.desk.open_case(REFERENCE, last_day(), scene.asker("pat", Role.PATROL_OFFICER))
    for until in (NOW.date() - DAY, NOW.date() + timedelta(days=3661)):
        with pytest.raises(AskError):
            scene.desk.open_case(REFERENCE, until, ann)


def test_a_case_keeps_nothing_of_another_reference_and_nothing_that_is_gone(scene: Scene) -> None:
    from openanpr.core.purpose import ReferenceState  # noqa: PLC0415

    ann = scene.investigator()
    scene.world.references["53/CR/2/26"] = ReferenceState.OPEN
    scene.read()
    _, found = answered(scene, ann)
    other = scene.desk.open_case("53/CR/2/26", last_day(), ann)
    with pytest.raises(AskError):
        scene.desk.hold(other.case_id, rows_of(found), ann, reason=WHY)
    case = scene.desk.open_case(REFERENCE, last_day(), ann)
    scene.world.reads.records.clear()
    with pytest.raises(NotHeldError):
        scene.desk.hold(case.case_id, rows_of(found), ann, reason=WHY)
    assert scene.cases.held == []


def test_a_list_of_a_thousand_vehicles_is_logged_whole(scene: Scene) -> None:
    ann = scene.investigator()
    marks = tuple(f"ZZ{n:04}LONGMARK" for n in range(1000))
    record = scene.desk.ask(asked(question=ListOfVehicles(marks, span(1))), ann)
    entries = [one for one in scene.logged() if one["act"] == "consultation"]
    assert [one["stage"] for one in entries] == ["asked", *["asked-more"] * (len(entries) - 1)]
    assert " ".join(one["plate"] for one in entries).split() == list(marks)
    assert {one["regards"] for one in entries[1:]} == {record.entry}


def test_two_thousand_cameras_are_logged_whole(scene: Scene) -> None:
    from openanpr.search.question import PlaceAndTime  # noqa: PLC0415

    ann = scene.investigator()
    numbers = [CameraId(53, 100_000, 100_000 + n) for n in range(2000)]
    scene.world.cameras += [camera(number, "x", TOWN) for number in numbers]
    scene.desk.ask(asked(question=PlaceAndTime(Cameras(tuple(numbers)), span(1))), ann)
    told = " ".join(one["place"] for one in scene.logged() if one["act"] == "consultation")
    assert told.split() == [str(number) for number in numbers]


def test_a_person_whose_role_ended_opens_nothing(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    record, found = answered(scene, ann)
    gone = ended(ann, roles=())
    for act in (
        lambda: scene.desk.open_read(record.search_id, Row(1, 1), gone),
        lambda: scene.desk.open_picture(record.search_id, Row(1, 1), Picture.PATCH, gone),
        lambda: scene.desk.open_place(record.search_id, Row(1, 1), gone),
        lambda: scene.desk.print_rows(rows_of(found), gone),
    ):
        with pytest.raises(RefusedError):
            act()
