"""Answers to people over the socket, each signed in: whose act it is, and whom a case is about."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from datetime import timedelta

import pytest

from openanpr.core.role import Rank, Role
from openanpr.core.voi_list import ChangeKind, Receipt
from openanpr.rights.case import CaseKind, CaseStepKind, Outcome, Via, Words
from openanpr.rights.desk import Came, Took
from openanpr.run.node.alarms import alarms
from tests.run_node.world import MARK, NOW, STOLEN, World, listed, read
from tests.web_api.node_people import somebody, token_of

PEOPLE = {
    "ida": (Role.INFORMATION_RIGHTS_OFFICER, None, "Information"),
    "ian": (Role.INFORMATION_RIGHTS_OFFICER, None, "Other"),
    "lee": (Role.LIST_OWNER, None, "Lists"),
    "sue": (Role.AUTHORISING_OFFICER, Rank.SUPERINTENDENT, "Command"),
    "eve": (Role.INVESTIGATOR, None, "Crime"),
}
DAYS = {"since": "2026-11-01", "until": "2026-11-22"}


@pytest.fixture
def node(tmp_path, reads_url):
    world = World(tmp_path, reads_url)
    for login in ("ann", "bob"):
        somebody(world, login, Role.ADMINISTRATOR)
    world.people = {
        login: somebody(world, login, role, rank=rank, team=team)
        for login, (role, rank, team) in PEOPLE.items()
    }
    world.made.gate._founded = True
    world.list_(listed())
    world.deliver(read())
    world.pass_on()
    yield world
    world.made.door.threads.close()
    world.last.close()


def by(world, login: str) -> World:
    world.token = token_of(world, world.people[login], "socket")
    return world


def case(world, kind: CaseKind, *about: str) -> str:
    desk, took = world.made.righting.desk, Took("ida", world.now - timedelta(minutes=5))
    reference = desk.open(kind, Words(text="I ask"), Came(via=Via.LETTER), took).reference
    if about:
        words = Words(
            people=tuple(one for one in about if one in PEOPLE), teams=tuple(set(about) - set(PEOPLE))
        )
        desk.take(reference, CaseStepKind.EXCLUDED, words, took)
    return reference


def begun(world, reference: str) -> str:
    return by(world, "ida").post("/challenges", {"case": reference, "vrm": MARK, **DAYS})["challenge"]


@pytest.mark.parametrize("about", ["ian", "Other"])
def test_an_answer_to_a_case_about_somebody_is_not_there_for_them_or_their_team(node, about) -> None:
    one = begun(node, case(node, CaseKind.CHALLENGE, about))
    assert by(node, "ida").get(f"/challenges/{one}")["state"] == "to-look"
    by(node, "ian")
    assert node.get("/challenges") == []
    for method, path, form in (
        ("GET", f"/challenges/{one}", None),
        ("POST", f"/challenges/{one}/look", {}),
        ("POST", f"/challenges/{one}/close", {"outcome": "nothing-found", "why": "x"}),
    ):
        status, said = node.refused(method, path, form)
        assert (status, said) == (404, "there is no such challenge")


def test_each_act_is_for_those_whose_duty_it_is(node) -> None:
    reference = case(node, CaseKind.CHALLENGE)
    one = begun(node, reference)
    for login, method, path, form in (
        ("eve", "GET", "/challenges", None),
        ("lee", "POST", f"/challenges/{one}/look", {}),
        ("ida", "POST", f"/challenges/{one}/answer", {"list": "stolen", "answer": "stands", "why": "x"}),
        ("sue", "POST", "/subject-access", {}),
        ("eve", "GET", "/subject-access", None),
        ("lee", "GET", "/subject-access", None),
        ("lee", "GET", "/disclosures", None),
    ):
        by(node, login)
        assert node.refused(method, path, form)[0] == 403, (login, path)


def test_the_other_name_is_never_taken(node) -> None:
    reference = case(node, CaseKind.CHALLENGE)
    by(node, "ida")
    status, _ = node.refused("POST", "/challenges", {"case": reference, "vrm": MARK, **DAYS, "by": "sue"})
    assert status == 403


def test_a_request_goes_all_its_way_over_the_socket(node) -> None:
    reference = case(node, CaseKind.ACCESS)
    proof = {"entitlement": "keeper", "proof": "passport, seen"}
    one = by(node, "ida").post("/subject-access", {"case": reference, "vrm": [MARK], **DAYS, **proof})[
        "access"
    ]
    path = f"/subject-access/{one}"
    found = node.post(f"{path}/find", {})
    kinds = {item["kind"]: item["number"] for item in found["shown"]}
    assert set(kinds) == {"read", "alert", "entry", "searches"}
    why = {"exemption": "b", "reason": "an operation runs"}
    node.post(f"{path}/decide", {"verdict": "withhold", "numbers": [kinds["read"]], **why})
    node.post(f"{path}/decide", {"verdict": "tell", "kind": "alert"})
    node.post(f"{path}/decide", {"verdict": "tell", "kind": "searches"})
    assert node.refused("POST", f"{path}/confirm", {"numbers": [kinds["read"]]})[0] == 409, "by oneself"
    (waits,) = by(node, "lee").get("/subject-access/entries")
    told = node.post(f"{path}/entries", {"list": "stolen", "verdict": "tell", "numbers": [waits["number"]]})
    assert [item["verdict"] for item in told["entries"]] == ["tell"]
    assert by(node, "sue").post(f"{path}/confirm", {"numbers": [kinds["read"]]})["state"] == "to-pack"
    by(node, "ida")
    assert node.post(f"{path}/pack", {})["state"] == "packed"
    out = node.post(f"{path}/hand-over", {"recipient": "Jo Mills"})
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(out["body"]))) as archive:
        reply = json.loads(archive.read("reply.json"))
    assert [item["kind"] for item in reply["items"]] == ["alert", "entry", "searches"]
    (line,) = node.get("/disclosures")
    assert (line["recipient"], line["entry"], line["entries"]) == ("Jo Mills", out["entry"], 1)
    assert node.made.righting.desk.find(reference).state == "replied"


def test_an_alarm_tells_of_devices_that_do_not_confirm(node) -> None:
    reference = case(node, CaseKind.CHALLENGE)
    one = begun(node, reference)
    node.post(f"/challenges/{one}/look", {})
    node.stores.lists.served(_given("car-1", 1))
    node.later(minutes=1)
    node.list_(of=STOLEN, kind=ChangeKind.FULL)
    number = next(n for n in range(1, 9) if node.stores.lists.proposal(n).revision == 2)
    answer = {"list": "stolen", "answer": "removed", "proposal": number, "why": "recovered"}
    told = by(node, "lee").post(f"/challenges/{one}/answer", answer)
    assert told["confirmations"][0]["silent"] == ["car-1"]

    def names() -> set[str]:
        node.made.answering.count(node.now)
        return {one.name.value for one in alarms(node.telling.standing())}

    assert "challenge_unconfirmed" not in names()
    node.later(hours=49)
    assert "challenge_unconfirmed" in names()
    node.stores.lists.note(_given("car-1", 2))
    assert "challenge_unconfirmed" not in names()


def test_what_a_closed_case_had_is_erased_with_its_words_and_that_is_logged(node) -> None:
    reference = case(node, CaseKind.CHALLENGE)
    one = begun(node, reference)
    node.post(f"/challenges/{one}/look", {})
    desk = node.made.righting.desk
    desk.close(reference, Outcome.WITHDRAWN, None, Took("ida", node.now))
    node.made.answering.forget(node.now + timedelta(days=700))
    assert node.made.answering.challenges.find(one).mark == MARK
    node.made.answering.forget(node.now + timedelta(days=800))
    with pytest.raises(LookupError):
        node.made.answering.challenges.find(one)
    newest = node.stores.log.entries_from(node.stores.log.size - 1, 1)[0]
    assert newest.public["what"] == "answers-of-case"


def _given(device: str, revision: int) -> Receipt:
    return Receipt(device, "stolen", revision, NOW)
