"""Requests for access: found by governed search, decided, packed the same each time, handed over."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import cv2
import numpy as np
import pytest

from openanpr.audit.faults import AuditError
from openanpr.core.voi_list import ChangeKind
from openanpr.rights.answer_ports import ChangedMeanwhileError, Raised
from openanpr.rights.challenge_desk import Done
from openanpr.rights.subject_access import (
    AccessStep,
    Box,
    Decision,
    Entitlement,
    Exemption,
    ItemKind,
    NotPossibleAccessError,
    Verdict,
)
from openanpr.rights.subject_access_desk import Asked, Proof
from openanpr.rights.subject_access_pack import PackError
from openanpr.search.ask import AskError
from openanpr.search.faults import RefusedError
from openanpr.voi.covert_part import covert_part
from tests.rights.office import ACCESS_CASE, HOLD, IN_PART, TELL, Office, jpeg
from tests.search.scene import BRIDGE, DAY, MARK, NOW, SECRET, camera
from tests.store_control.stand import covert, entry, filled, put


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.close()


def files_of(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def decided_all(office, found, decision=TELL) -> None:
    for one in found.items:
        lists = {"of_list": one.list_name} if one.kind is ItemKind.ENTRY else {}
        office.access.decide(
            found.access_id, [one.number], decision, office.done("lee" if lists else "ida"), **lists
        )


def given(office, found) -> bytes:
    office.access.pack(found.access_id, office.done())
    return office.access.hand_over(found.access_id, "Jo Mills, by post", office.done())[0]


def test_all_that_is_kept_is_found_beyond_ninety_days_and_the_search_is_in_the_log(office) -> None:
    office.scene.read(ago=timedelta(days=300))
    office.scene.read()
    office.scene.read("ZZ99ZZZ")
    found = office.found()
    reads = [one for one in found.items if one.kind is ItemKind.READ]
    assert [one.at for one in reads] == [NOW - 300 * DAY, NOW - timedelta(hours=2)]
    asked = [one for one in office.scene.logged() if one.get("purpose") == "subject-access"]
    assert [one["stage"] for one in asked] == ["asked", "asked", "answered"]
    assert {one["kind"] for one in asked} == {"held-about", "one-vehicle"}
    assert asked[1]["reference"] == ACCESS_CASE
    assert asked[1]["oldest_days"] == 401
    assert asked[2]["reads"] == 2


def test_reads_of_a_camera_that_the_handler_may_not_know_of_are_not_there(office) -> None:
    office.scene.world.cameras.append(camera(SECRET, "Secret Lane", office.scene.world.cameras[0].place))
    office.scene.read(camera_id=BRIDGE)
    before = office.found()
    office.scene.world.confidential[SECRET] = frozenset({"sue"})
    office.scene.read(camera_id=SECRET, ago=timedelta(hours=1))
    after = office.access.look(before.access_id, office.ida, office.done())
    assert after.items == before.items


def test_without_proof_of_identity_nothing_is_begun(office) -> None:
    today = office.scene.now.date()
    with pytest.raises(ValueError, match="what was shown"):
        office.access.open(
            ACCESS_CASE, Asked((MARK,), today, today), Proof(Entitlement.DRIVER, " "), office.done()
        )


def test_a_log_that_takes_nothing_keeps_everything_from_being_done(office, monkeypatch) -> None:
    office.scene.read()
    found = office.found()
    decided_all(office, found)
    office.access.pack(found.access_id, office.done())

    def full(*_: object) -> None:
        raise AuditError

    monkeypatch.setattr(type(office.scene.log), "append", full)
    monkeypatch.setattr(type(office.scene.log), "append_all", full)
    with pytest.raises(AuditError):
        office.access.hand_over(found.access_id, "Jo Mills", office.done())
    with pytest.raises(AuditError):
        office.access.look(found.access_id, office.ida, office.done())
    monkeypatch.undo()
    assert office.access.find(found.access_id).state == "packed"
    assert office.cases.replies == []


def test_what_is_withheld_needs_a_ground_a_reason_and_another_person(office) -> None:
    office.scene.read()
    found = office.found()
    numbers = [one.number for one in found.items]
    for broken in ({"exemption": None}, {"reason": " "}):
        with pytest.raises(ValueError, match="section 45"):
            replace(HOLD, **broken)
    office.access.decide(found.access_id, numbers, HOLD, office.done())
    with pytest.raises(NotPossibleAccessError, match="second person"):
        office.access.pack(found.access_id, office.done())
    with pytest.raises(NotPossibleAccessError, match="whoever decided"):
        office.access.second(found.access_id, numbers, AccessStep.CONFIRMED, office.done())
    office.access.second(found.access_id, numbers[:1], AccessStep.SENT_BACK, office.done("sue", "tell it"))
    assert office.access.find(found.access_id).state == "to-decide"
    office.access.decide(found.access_id, numbers[:1], TELL, office.done())
    office.access.second(found.access_id, numbers[1:], AccessStep.CONFIRMED, office.done("sue"))
    assert office.access.find(found.access_id).state == "to-pack"


def test_a_decision_that_was_confirmed_and_is_changed_waits_again(office) -> None:
    office.scene.read()
    found = office.found()
    number = found.items[0].number
    office.access.decide(found.access_id, [number], HOLD, office.done())
    office.access.second(found.access_id, [number], AccessStep.CONFIRMED, office.done("sue"))
    office.access.decide(found.access_id, [number], IN_PART, office.done())
    assert number in office.access.find(found.access_id).unconfirmed


def test_the_owner_of_a_list_decides_upon_its_entries_and_nobody_else_does(office) -> None:
    filled(office.lists, put(entry(MARK), entry("ZZ11ZZZ")), ChangeKind.FULL)
    found = office.found()
    (number,) = (one.number for one in found.items if one.kind is ItemKind.ENTRY)
    other = next(one.number for one in found.items if one.kind is not ItemKind.ENTRY)
    with pytest.raises(NotPossibleAccessError, match="owner of its list"):
        office.access.decide(found.access_id, [number], TELL, office.done())
    with pytest.raises(NotPossibleAccessError, match="one by one"):
        office.access.decide_by_rule(found.access_id, ItemKind.ENTRY, TELL, office.done())
    with pytest.raises(NotPossibleAccessError, match="nothing else"):
        office.access.decide(found.access_id, [other], TELL, office.done("lee"), of_list="stolen")
    after = office.access.decide(found.access_id, [number], HOLD, office.done("lee"), of_list="stolen")
    assert after.decided[number].by == "lee"


def test_the_pack_holds_what_is_told_and_no_trace_of_what_is_not(office) -> None:
    told, hidden = office.scene.read(ago=timedelta(days=3)), office.scene.read(ago=timedelta(days=2))
    found = office.found()
    by_time = {one.at: one.number for one in found.items if one.kind is ItemKind.READ}
    office.access.decide(found.access_id, [by_time[hidden.captured_at]], HOLD, office.done())
    office.access.second(
        found.access_id, [by_time[hidden.captured_at]], AccessStep.CONFIRMED, office.done("sue")
    )
    office.access.decide(found.access_id, [by_time[told.captured_at]], TELL, office.done())
    office.access.decide_by_rule(found.access_id, ItemKind.SEARCHES, TELL, office.done())
    files = files_of(given(office, found))
    assert set(files) == {"reply.html", "reply.json", "reply.pdf", "manifest.json"}
    reply = json.loads(files["reply.json"])
    assert [one["facts"].get("time") for one in reply["items"]] == [
        f"{told.captured_at.day} {told.captured_at:%B %Y, %H:%M:%S} UTC",
        None,
    ]
    everything = files["reply.html"].decode() + files["reply.json"].decode() + files["manifest.json"].decode()
    assert f"{hidden.captured_at.day} {hidden.captured_at:%B %Y, %H:%M}" not in everything
    assert "operation" not in everything, "the reason stays inside"
    assert "ida" not in everything
    assert reply["restricted_under_section_45_4"] == ["b"]
    assert "neither confirms nor denies" in everything
    manifest = json.loads(files["manifest.json"])["files"]
    assert manifest == {
        name: hashlib.sha256(body).hexdigest() for name, body in files.items() if name != "manifest.json"
    }


def test_a_pack_made_again_has_the_same_bytes_and_its_digest_is_in_the_log_before_it_goes(office) -> None:
    picture = jpeg()
    name = hashlib.sha256(picture).hexdigest()
    office.scene.world.jpegs[name] = picture
    office.scene.read(patch=name, overview=name)
    found = office.found()
    decided_all(office, found)
    after = office.access.pack(found.access_id, office.done())
    made = office.access.makes_pack(after, office.cases.seen(ACCESS_CASE), office.scene.now)
    assert made.sha256 == after.packed.sha256
    body, entry_number = office.access.hand_over(found.access_id, "Jo Mills", office.done())
    assert hashlib.sha256(body).hexdigest() == made.sha256
    logged = office.scene.logged()[entry_number]
    assert made.sha256 in logged["reason"]
    assert (logged["recipient"], logged["what"], logged["reads"]) == ("Jo Mills", "subject-access-pack", 1)
    assert made.sha256 in office.cases.replies[0][1]
    (line,) = office.register.between(NOW - DAY, NOW + DAY, most=10)
    assert (line.kind, line.recipient, line.entry) == ("subject-access", "Jo Mills", entry_number)


def test_a_handing_over_that_somebody_overtakes_gives_nothing_and_the_register_says_so(
    office, monkeypatch
) -> None:
    office.scene.read()
    found = office.found()
    decided_all(office, found)
    office.access.pack(found.access_id, office.done())

    def overtaken(*_: object) -> None:
        raise ChangedMeanwhileError("look again")

    monkeypatch.setattr(type(office.store.access), "append", overtaken)
    with pytest.raises(ChangedMeanwhileError):
        office.access.hand_over(found.access_id, "Jo Mills", office.done())
    (line,) = office.register.between(NOW - DAY, NOW + DAY, most=10)
    assert (line.recipient, line.undone) == ("Jo Mills", 1)


def test_an_overview_is_blurred_but_for_the_box_and_without_a_box_is_not_told(office) -> None:
    picture = jpeg()
    name = hashlib.sha256(picture).hexdigest()
    office.scene.world.jpegs[name] = picture
    office.scene.read(patch=name, overview=name)
    found = office.found()
    decided_all(office, found)
    assert [one for one in files_of(given(office, found)) if "overview" in one] == []
    box = Box(40, 40, 100, 80)
    office.access.decide(found.access_id, [1], Decision(Verdict.TELL, box=box), office.done())
    files = files_of(given(office, found))
    shown = cv2.imdecode(np.frombuffer(files["pictures/overview-0001.jpg"], np.uint8), cv2.IMREAD_COLOR)
    before = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    inside, outside = np.s_[48:112, 48:132], np.s_[130:, 150:]
    assert np.abs(shown[inside].astype(int) - before[inside]).mean() < 25
    assert shown[outside].std() < 25 < before[outside].std()


def test_a_box_outside_the_picture_makes_no_pack(office) -> None:
    picture = jpeg()
    name = hashlib.sha256(picture).hexdigest()
    office.scene.world.jpegs[name] = picture
    office.scene.read(overview=name)
    found = office.found()
    decided_all(office, found)
    office.access.decide(
        found.access_id, [1], Decision(Verdict.TELL, box=Box(300, 0, 100, 80)), office.done()
    )
    with pytest.raises(PackError, match="outside the picture"):
        office.access.pack(found.access_id, office.done())


def test_what_was_decided_after_the_pack_makes_it_no_pack_any_more(office) -> None:
    office.scene.read()
    found = office.found()
    decided_all(office, found)
    office.access.pack(found.access_id, office.done())
    office.access.decide(found.access_id, [1], TELL, office.done())
    with pytest.raises(NotPossibleAccessError, match="make it"):
        office.access.hand_over(found.access_id, "Jo Mills", office.done())


def test_alerts_are_told_with_their_outcome_and_those_about_another_plate_are_not(office) -> None:
    office.lists.define(office.lists.standing("stolen").of)
    number = office.lists.ids()["stolen"]
    mine = Raised("a1", number, NOW - DAY, NOW - DAY, 1, 0, (MARK,), (MARK,), "match", "ticket")
    other = Raised("a2", number, NOW - DAY, NOW - DAY, 0, 1, ("AB12CDF",), (MARK,), "misread", "misread")
    office.alerts.there += [mine, other]
    found = office.found()
    (told,) = [one for one in found.items if one.kind is ItemKind.ALERT]
    assert dict(told.facts)["outcome"] == "ticket"


def test_a_covert_entry_changes_nothing_of_what_is_found(office) -> None:
    office.scene.read()
    before = office.found()
    hidden = covert_part("stolen", ("sue",), by="sue", store=office.lists)
    filled(office.lists, put(covert(entry(MARK), "sue")), ChangeKind.FULL, of=hidden)
    after = office.access.look(before.access_id, office.ida, office.done())
    assert after.items == before.items


def test_a_closed_case_finds_nothing(office) -> None:
    found = office.opened()
    office.cases.closed.add(ACCESS_CASE)
    with pytest.raises(RefusedError) as refused:
        office.access.look(found.access_id, office.ida, office.done())
    assert refused.value.rules == ("subject-case-open",)


def test_more_than_one_reply_can_hold_is_asked_in_parts(office, monkeypatch) -> None:
    monkeypatch.setattr("openanpr.search.for_subject._MOST_READS", 3)
    for hours in range(1, 6):
        office.scene.read(ago=timedelta(hours=hours))
    found = office.opened()
    with pytest.raises(AskError, match="shorter time"):
        office.access.look(found.access_id, office.ida, office.done())


def test_steps_before_the_last_are_refused(office) -> None:
    found = office.opened()
    early = Done("ida", NOW - DAY)
    with pytest.raises(NotPossibleAccessError, match="clock"):
        office.access.look(found.access_id, office.ida, early)


def test_grounds_are_letters_of_the_section() -> None:
    assert "".join(Exemption) == "abcde"
