"""The self assessment over the local socket: measured on a real node, written, signed, handed out."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from openanpr.core.role import Rank, Role
from openanpr.publish.assessment.evidence.catalogue import EVIDENCES
from openanpr.run.node.audit_log import note_policy
from tests.publish.scene import QUESTIONS
from tests.run_node.world import NOW, World, covert, listed, read
from tests.web_api.node_people import somebody, token_of

ANSWERED = {"complaints-answered", "requests-answered"}
OF_SITES = ("sites-justified", "site-reviews", "impact-assessed", "others-consulted")


@pytest.fixture
def peopled(world: World) -> World:
    """A node with people, of whom names are proved."""
    world.people = {
        "ada": somebody(world, "ada", Role.PUBLISHER),
        "max": somebody(world, "max", Role.ANPR_MANAGER),
        "sue": somebody(world, "sue", Role.SENIOR_RESPONSIBLE_OFFICER),
        "ian": somebody(world, "ian", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT),
        "ivy": somebody(world, "ivy", Role.INVESTIGATOR),
    }
    world.made.gate._founded = True
    return world


def as_(world: World, login: str) -> None:
    world.token = token_of(world, world.people[login], "socket")


def evidence(world: World) -> dict[str, Any]:
    return {one["name"]: one for one in world.get("/assessments/evidence")}


def written(world: World, by: str = "ada") -> int:
    """A draft with all answers and plans."""
    as_(world, by)
    number = world.post("/assessments", {"by": by})["number"]
    for name in QUESTIONS:
        form = {"by": by, "question": name, "answer": "yes", "words": "So it is."}
        world.post(f"/assessments/{number}/answers", form)
    due = (world.now.date() + timedelta(days=90)).isoformat()
    for principle in world.get(f"/assessments/{number}")["document"]["principles"]:
        for one in principle["questions"]:
            form = {"by": by, "question": one["id"], "what": "Do it.", "owner": "ANPR manager", "due": due}
            world.post(f"/assessments/{number}/actions", form)
    return int(number)


def signed(world: World) -> int:
    number = written(world)
    as_(world, "sue")
    code = world.get(f"/assessments/{number}")["code"]
    world.post(f"/assessments/{number}/sign", {"by": "sue", "seen": code})
    return number


def test_whatever_the_node_keeps_is_measured(world) -> None:
    assert evidence(world)["rules-in-force"]["says"] == "not-logged"
    rules, profile = world.made.assessing.in_force
    note_policy(world.stores.log, profile, rules.version(profile), world.settings.policy_noted, at=world.now)
    found = evidence(world)
    assert found.keys() == EVIDENCES.keys()
    for name in ANSWERED:
        assert (found[name]["standing"], found[name]["says"]) == ("supports", "none")
    said = [(found[name]["standing"], found[name]["says"]) for name in OF_SITES]
    lacks = ("contradicts", "some-not")
    assert said == [lacks, ("missing", "never"), lacks, lacks], "the one camera has no case"
    for name in ("figures-published", "contact-published"):
        assert (found[name]["standing"], found[name]["says"]) == ("missing", "never")
    assert found["rules-in-force"]["standing"] == "supports"
    assert found["log-verifies"]["standing"] == "supports"
    assert found["training-current"]["standing"] == "missing", "nobody has an account"
    assert found["cameras-tested"]["says"] == "never"
    assert {one["source"] for one in found.values()} >= {"the audit log", "the register of alerts"}


def test_evidence_is_of_what_is_in_the_registers(peopled) -> None:
    peopled.list_(listed("AB12CDE"), covert("KX51AAA", "ivy"))
    peopled.deliver(read("AB12CDE"), read("KX51AAA", ago_s=1))
    peopled.pass_on("match", "store")
    peopled.later(minutes=1)
    as_(peopled, "max")
    found = evidence(peopled)

    def numbers(name: str) -> dict[str, str]:
        return {one["name"]: one["said"] for one in found[name]["numbers"]}

    assert numbers("lists-fresh")["lists"] == "1"
    assert numbers("lists-fresh")["entries"] == "1", "the covert entry is in no count"
    assert numbers("alerts-answered")["alerts"] == "1", "nor is the alert of it"
    assert found["alerts-answered"]["standing"] == "contradicts"
    assert numbers("retention-kept")["oldest-read"] == "22 November 2026"
    assert numbers("training-current")["people"] == "5"
    assert found["training-current"]["standing"] == "supports"
    assert found["responsible-named"]["standing"] == "contradicts"
    assert numbers("devices-proved")["devices-signing"] == "1"


def test_a_draft_is_written_signed_by_another_published_and_handed_out(peopled) -> None:
    number = signed(peopled)
    as_(peopled, "ada")
    assert peopled.post(f"/assessments/{number}/publish", {"by": "ada"})["state"] == "published"
    (head,) = peopled.get("/assessments")
    told = peopled.get(f"/assessments/{number}/export", form="json")
    body = base64.b64decode(told["body"])
    assert hashlib.sha256(body).hexdigest() == told["digest"] == head["digest"]
    document = json.loads(body)
    assert (document["audience"], document["state"]) == ("public", "signed")
    assert not {"ada", "sue"} & {answer["by"] for answer in _answers(document)}
    entries = peopled.stores.log.entries_from(0, peopled.stores.log.size)
    (entry,) = (one for one in entries if one.public.get("step") == "signed" and one.act == "assessment")
    assert entry.public["digest"] == head["digest"]
    page = base64.b64decode(peopled.get(f"/assessments/{number}/export", form="html")["body"]).decode()
    assert page.startswith("<!DOCTYPE html>")
    assert head["digest"] in page
    paper = base64.b64decode(peopled.get(f"/assessments/{number}/export", form="pdf")["body"])
    assert paper.startswith(b"%PDF-")


def _answers(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["answer"] for principle in document["principles"] for one in principle["questions"]]


def test_evidence_that_turns_after_the_sign_off_is_told_and_nothing_is_rewritten(peopled) -> None:
    number = signed(peopled)
    before = peopled.get(f"/assessments/{number}")
    assert before["drift"] == []
    peopled.list_(listed("AB12CDE"))
    peopled.later(days=2)
    as_(peopled, "max")
    after = peopled.get(f"/assessments/{number}")
    assert after["document"] == before["document"]
    assert "Age of the lists" in {one["title"] for one in after["drift"]}


@pytest.mark.parametrize(
    ("who", "method", "path"),
    [
        ("ivy", "GET", "/assessments"),
        ("ivy", "GET", "/assessments/evidence"),
        ("ivy", "GET", "/assessments/1/export"),
        ("ivy", "POST", "/assessments"),
        ("sue", "POST", "/assessments"),
        ("sue", "POST", "/assessments/1/answers"),
        ("sue", "POST", "/assessments/actions/1.1/done"),
        ("ada", "POST", "/assessments/1/sign"),
        ("max", "POST", "/assessments/1/sign"),
        ("ian", "POST", "/assessments/1/sign"),
        ("max", "POST", "/assessments/1/publish"),
        ("sue", "POST", "/assessments/1/publish"),
    ],
)
def test_nobody_does_what_the_rules_do_not_give_them(peopled, who, method, path) -> None:
    as_(peopled, who)
    assert peopled.refused(method, path, {"by": who} if method == "POST" else None)[0] == 403


def test_nobody_signs_what_they_wrote_whatever_roles_they_hold(peopled) -> None:
    peopled.people["kim"] = somebody(peopled, "kim", Role.PUBLISHER, Role.SENIOR_RESPONSIBLE_OFFICER)
    number = written(peopled, by="kim")
    code = peopled.get(f"/assessments/{number}")["code"]
    status, sentence = peopled.refused("POST", f"/assessments/{number}/sign", {"by": "kim", "seen": code})
    assert status == 403
    assert "assessment-signed-not-own" in sentence
    as_(peopled, "sue")
    peopled.post(f"/assessments/{number}/sign", {"by": "sue", "seen": code})


def test_while_names_are_claims_nobody_signs_or_publishes(world) -> None:
    world.post("/assessments", {"by": "ada"})
    status, sentence = world.refused("POST", "/assessments/1/sign", {"by": "sue", "seen": "x"})
    assert status == 403
    assert "proved who they are" in sentence
    assert world.refused("POST", "/assessments/1/publish", {"by": "ada"})[0] == 403


def test_what_is_asked_wrongly_is_refused_with_what_to_do(peopled) -> None:
    as_(peopled, "ada")
    assert peopled.refused("GET", "/assessments/1")[0] == 404
    peopled.post("/assessments", {"by": "ada"})
    form = {"by": "ada", "question": "1a", "answer": "yes", "words": "Seen: AB12 CDE."}
    status, sentence = peopled.refused("POST", "/assessments/1/answers", form)
    assert status == 422
    assert "AB12" not in sentence
    strange = {"by": "ada", "question": "99z", "answer": "yes", "words": "x"}
    assert peopled.refused("POST", "/assessments/1/answers", strange)[0] == 409
    assert peopled.refused("POST", "/assessments", {"by": "ada"})[0] == 409, "there is a draft"
    answer = peopled.request("GET", "/assessments/1/export", query={"form": "doc"})
    assert answer.status_code == 422
    assert peopled.refused("GET", "/assessments/1/export", audience="press")[0] == 422
    assert peopled.refused("GET", "/assessments/1/export")[0] == 409, "a draft is not for the public"
    assert peopled.refused("GET", "/assessments/1", language="kw")[0] == 422
    assert peopled.get("/assessments/1/export", audience="internal")["name"].endswith("-internal.json")


def test_looking_at_evidence_reads_no_read(peopled, monkeypatch) -> None:
    """Of the read store only counts by day, clocks of the last day, certificates and holds are asked."""
    asked: list[str] = []
    engine = peopled.stores.engine
    rows = type(engine).rows

    def noting(self, statement, *more):
        asked.append(statement.name)
        return rows(self, statement, *more)

    monkeypatch.setattr(type(engine), "rows", noting)
    as_(peopled, "max")
    evidence(peopled)
    assert set(asked) == {"oldest_day", "camera_clocks", "retention_certificates", "holds_all"}
    assert peopled.now == NOW
