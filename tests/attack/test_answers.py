"""Attacks on answers to people: by strangers, handlers, owners and devices."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.role import Role
from openanpr.core.voi_list import ChangeKind
from openanpr.policy.ask import Act
from openanpr.rights.answer_ports import Raised
from openanpr.rights.challenge_desk import Done
from openanpr.rights.disclosure import ByHand, Counted
from openanpr.rights.subject_access import AccessStep, ItemKind, Verdict
from openanpr.rights.subject_access_desk import Asked, Proof
from openanpr.search.faults import RefusedError
from openanpr.search.for_subject import SubjectAsk
from openanpr.store.control.vehicle_alerts import VehicleAlerts
from openanpr.voi.covert_part import covert_part
from tests.alert.scenes import AT, covert_hit, make_hit, raised
from tests.alert.stores import in_sqlite
from tests.rights.office import ACCESS_CASE, CASE, HOLD, TELL, TODAY, Office
from tests.search.scene import BRIDGE, DAY, MARK, NOW, SECRET, camera, span
from tests.store_control.stand import covert, entry, filled, put
from tests.web.scene import Scene, said, standing

OTHERS = tuple(role for role in Role if role is not Role.INFORMATION_RIGHTS_OFFICER)


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.close()


def find(office, by, **changed):
    told = {"mark": MARK, "span": span(400), "reference": ACCESS_CASE, "case_open": True, "proved": True}
    return office.scene.desk.for_subject(SubjectAsk(**(told | changed)), by)


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_an_information_rights_officer_finds_somebodys_movements(office, role) -> None:
    office.scene.read()
    with pytest.raises(RefusedError):
        find(office, office.scene.asker("eve", role))
    assert office.scene.stages() == ["refusal find-for-subject"], "the attempt is in the log"


@pytest.mark.parametrize(
    ("changed", "rule"), [({"case_open": False}, "subject-case-open"), ({"proved": False}, "subject-proved")]
)
def test_without_an_open_case_or_proof_nothing_is_found(office, changed, rule) -> None:
    with pytest.raises(RefusedError) as refused:
        find(office, office.ida, **changed)
    assert refused.value.rules == (rule,)


@pytest.mark.parametrize("declared", ["AB12CDE", "ABI2CDE", "AB12CDE "])
def test_ones_own_vehicle_is_refused_in_any_spelling_of_its_shape(office, declared) -> None:
    office.scene.world.declared["ida"] = {declared.strip()}
    with pytest.raises(RefusedError) as refused:
        find(office, office.ida)
    assert refused.value.rules == ("subject-own-interest",)


def test_an_ordinary_search_gets_no_further_back_by_a_case_of_access(office) -> None:
    """The act for access is not a purpose that a search could name."""
    assert "subject-access" not in {str(one) for one in Act}
    assert not office.allows(Act.HANDLE_ACCESS, Role.INVESTIGATOR)


def test_neither_what_is_covert_nor_a_hidden_camera_changes_a_bit_of_the_pack(office) -> None:
    office.scene.read(ago=timedelta(hours=5))
    office.scene.world.cameras.append(camera(SECRET, "Secret", office.scene.world.cameras[0].place))
    office.scene.world.confidential[SECRET] = frozenset({"sue"})
    packs = []
    for hidden in (False, True):
        if hidden:
            office.scene.read(camera_id=SECRET, ago=timedelta(hours=4))
            part = covert_part("stolen", ("sue",), by="sue", store=office.lists)
            filled(office.lists, put(covert(entry(MARK), "sue")), ChangeKind.FULL, of=part)
        found = office.found()
        for one in found.items:
            office.access.decide(found.access_id, [one.number], TELL, office.done())
        after = office.access.pack(found.access_id, office.done())
        made = office.access.makes_pack(
            type(after)("same", after.steps), office.cases.seen(ACCESS_CASE), office.scene.now
        )
        packs.append(made.body)
    assert packs[0] == packs[1]


def test_what_is_withheld_unsaid_leaves_the_reply_as_if_it_were_not_there(office) -> None:
    replies = []
    for hidden in (False, True):
        if hidden:
            office.scene.read(ago=timedelta(hours=7))
        found = office.found()
        for one in found.items:
            unsaid = replace(HOLD, verdict=Verdict.UNSAID)
            decision = unsaid if one.kind is ItemKind.READ else TELL
            office.access.decide(found.access_id, [one.number], decision, office.done())
        waits = office.access.find(found.access_id).unconfirmed
        if waits:
            with pytest.raises(Exception, match="second person"):
                office.access.pack(found.access_id, office.done())
            office.access.second(found.access_id, waits, AccessStep.CONFIRMED, office.done("sue"))
        after = office.access.pack(found.access_id, office.done())
        same = type(after)("same", after.steps)
        replies.append(office.access.makes_pack(same, office.cases.seen(ACCESS_CASE), office.scene.now).body)
    assert replies[0] == replies[1]


def test_the_store_itself_gives_no_covert_alert_whatever_is_asked(tmp_path) -> None:
    alerts = in_sqlite(tmp_path)
    alerts.save(raised(make_hit(1)))
    alerts.save(raised(covert_hit(2)))
    found = VehicleAlerts(alerts.engine).raised("AB12CDE", since=AT - DAY, until=AT + DAY)
    assert [(one.exact, one.possible) for one in found] == [(1, 0)]
    alone = in_sqlite(tmp_path / "alone") if (tmp_path / "alone").mkdir() is None else alerts
    alone.save(raised(make_hit(1)))
    without = VehicleAlerts(alone.engine).raised("AB12CDE", since=AT - DAY, until=AT + DAY)
    assert found == without
    for engine in (alerts.engine, alone.engine):
        engine.dispose()


def test_an_alert_is_found_by_the_mark_that_was_read_and_by_its_shape(tmp_path) -> None:
    alerts = in_sqlite(tmp_path)
    alerts.save(raised(make_hit(1, vrm_listed="AB12CDF", vrm_read="ABI2CDE")))
    look = VehicleAlerts(alerts.engine).raised
    assert len(look("AB12CDE", since=AT - DAY, until=AT + DAY)) == 1
    assert len(look("AB12CDF", since=AT - DAY, until=AT + DAY)) == 1
    assert look("AB12CDG", since=AT - DAY, until=AT + DAY) == ()
    assert look("AB12CDE", since=AT - DAY, until=AT) == ()
    assert look("%", since=AT - DAY, until=AT + DAY) == ()
    alerts.engine.dispose()


@pytest.mark.parametrize("mark", ["", '"', "A%", "A_", "' OR 1=1 --", "ÄB1"])
def test_a_text_that_is_no_mark_counts_no_searches(office, mark) -> None:
    with pytest.raises(ValueError, match="mark"):
        office.store.searches_of(mark, since=NOW - DAY, until=NOW)


def test_the_handler_cannot_decide_for_a_lists_owner_nor_an_owner_for_another_list(office) -> None:
    filled(office.lists, put(entry(MARK)), ChangeKind.FULL)
    found = office.found()
    (number,) = (one.number for one in found.items if one.kind is ItemKind.ENTRY)
    for of_list in ("", "insurance", "stolen "):
        with pytest.raises(Exception, match="owner of its list"):
            office.access.decide(found.access_id, [number], HOLD, office.done(), of_list=of_list)


def test_a_challenge_on_a_case_of_access_or_the_other_way_is_as_one_that_is_not_there(office) -> None:
    with pytest.raises(LookupError):
        office.challenges.open(ACCESS_CASE, MARK, TODAY, TODAY, office.done())
    with pytest.raises(LookupError):
        office.access.open(CASE, Asked((MARK,), TODAY, TODAY), Proof("keeper", "seen"), office.done())
    with pytest.raises(LookupError):
        office.access.find("../../etc/passwd")
    with pytest.raises(LookupError):
        office.challenges.find(office.opened().access_id)


def test_misread_alerts_of_somebody_elses_plate_never_reach_a_reply(office) -> None:
    number = office.lists.ids()["stolen"]
    office.alerts.there.append(
        Raised("a", number, NOW - DAY, NOW - DAY, 0, 1, ("AB12CDF",), (MARK,), "misread", "misread")
    )
    assert not [one for one in office.found().items if one.kind is ItemKind.ALERT]


@pytest.mark.parametrize("revision", [2, 10**6, 2**62])
def test_a_device_cannot_confirm_a_revision_that_is_still_to_come(revision) -> None:
    with standing() as node:
        node.lists.add("stolen", entry("AA11AAA"))
        body = json.dumps({"revision": revision}).encode()
        answer = node.ask(node.signed("POST", "/v1/lists/stolen/receipt", body))
        assert (answer.status_code, said(answer)) == (409, {"error": "no_such_revision"})
        assert node.lists.receipts == []


def test_a_receipt_speaks_for_the_device_that_signed_it_and_no_other() -> None:
    with standing() as node:
        node.lists.add("stolen", entry("AA11AAA"))
        body = b'{"revision":1,"device":"gate-2"}'
        node.ask(node.signed("POST", "/v1/lists/stolen/receipt", body, headers={"x-device": "gate-2"}))
        assert {one.device for one in node.lists.receipts} <= {"gate-1"}
        before = len(node.lists.receipts)
        request = node.signed(
            "POST", "/v1/lists/stolen/receipt", b'{"revision":1}', nonce="the-same-nonce-twice"
        )
        assert [node.ask(request).status_code for _ in range(2)][1] != 200, "a replay is refused"
        assert len(node.lists.receipts) == before + 1


def test_what_was_served_is_only_noted_when_all_of_it_was() -> None:
    made = Scene()
    made.lists.add("stolen", entry("AA11AAA"), entry("BB22BBB"))
    made.page_entries = 1
    with standing(made) as node:
        first = said(node.ask(node.signed("GET", "/v1/lists/stolen?since=0")))
        assert node.lists.given == []
        while "more" in first:
            first = said(node.ask(node.signed("GET", f"/v1/lists/stolen?since=0&cursor={first['more']}")))
        assert [(one.device, one.revision) for one in node.lists.given] == [("gate-1", 1)]


def test_words_in_a_line_by_hand_cannot_become_something_else() -> None:
    told = {
        "recipient": "x",
        "basis": "x",
        "purpose": "x",
        "what": "x",
        "reference": "x",
        "decided_by": "x",
        "why": "x",
    }
    for hostile in ("\x1b[2J", "a\x00b", "x" * 3000):
        with pytest.raises(ValueError, match="plain text"):
            ByHand(**(told | {"recipient": hostile}), counted=Counted(1))


def test_a_reply_shows_markup_as_text(office) -> None:
    proof = Proof("keeper", "<script>alert(1)</script>")
    found = office.access.open(ACCESS_CASE, Asked((MARK,), TODAY, TODAY), proof, office.done())
    found = office.access.look(found.access_id, office.ida, office.done())
    for one in found.items:
        office.access.decide(found.access_id, [one.number], TELL, office.done())
    office.access.pack(found.access_id, office.done())
    body, _ = office.access.hand_over(found.access_id, "<b>Jo</b>", Done("ida", office.scene.now))
    assert b"<script" not in body
    assert b"<b>" not in body


def test_a_read_at_a_camera_without_an_area_tells_no_camera(office) -> None:
    office.scene.read(camera_id=BRIDGE)
    (one,) = [one for one in office.found().items if one.kind is ItemKind.READ]
    assert "53/1/2" not in repr(one)
    assert "Bridge" not in repr(one.facts)
