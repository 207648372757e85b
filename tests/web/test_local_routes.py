"""Lists, devices, quarantine, retention and the node itself over the local socket: good questions and bad."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from openanpr.audit.commitment import Opening
from openanpr.store.engine import StoreError
from openanpr.web.local.acts import Acting
from openanpr.web.local.app import local_app, metrics_app
from openanpr.web.local.asking import MOST_BODY_BYTES, answered
from openanpr.web.local.gate import Own
from openanpr.web.local.node import metrics_route
from tests.run_node.world import CAMERA, DEVICE, MARK, NOW, World, covert, listed, read

DEFINED = {
    "name": "stolen",
    "owner": "desk",
    "purpose": "find",
    "legal_basis": "s.163",
    "kind": "crime",
    "visible_to": ["control-room"],
    "max_age_hours": 24,
}
ENTRY = {
    "by": "Ann",
    "why": "seen",
    "vrm": "AB12 CDE",
    "action": "stop",
    "reason": "theft",
    "owner": "desk",
    "weed_on": "2026-12-22",
}
DEED = {"by": "Ann", "why": "a test"}


@pytest.fixture(scope="module")
def one_world(tmp_path_factory, reads_url) -> Iterator[World]:
    """One node for questions that change nothing."""
    made = World(tmp_path_factory.mktemp("one") / "node", reads_url)
    made.list_(listed("KX51AAA"))
    yield made
    made.last.close()


@pytest.fixture
def feed(tmp_path) -> str:
    """A file of the sixteen columns with two vehicles."""
    path = tmp_path / "feed.csv"
    path.write_text(
        "AB12CDE,Ford,,,STOP,,theft,,,,31/12/2026,,,,,\nKX51AAA,,,,STOP,,theft,,,,31/12/2026,,,,,\n"
    )
    return str(path)


def test_a_list_is_defined_filled_by_hand_approved_and_told_of(world) -> None:
    assert world.get("/lists") == []
    assert world.post("/lists", DEFINED)["revision"] == 0
    asked = world.post("/lists/stolen/entries", ENTRY)
    assert (asked["state"], asked["diff"]["added"]) == ("ready", 1)
    path = f"/proposals/{asked['number']}"
    assert [one["number"] for one in world.get("/proposals")] == [asked["number"]]
    (row,) = world.get(path)["rows"]["added"]
    assert (row["before"], row["after"]["vrm"]) == (None, MARK)
    assert world.refused("POST", f"{path}/approve", {"by": "ann"})[0] == 409, "not by the same person"
    assert world.post(f"{path}/approve", {"by": "Bob"})["state"] == "live"
    assert world.refused("POST", f"{path}/approve", {"by": "Bob"})[0] == 409
    assert world.get("/lists/stolen")["entries"] == 1
    (revision,) = world.get("/lists/stolen/history")
    assert (revision["proposed_by"], revision["approved_by"]) == ("Ann", "Bob")
    assert world.get("/lists/stolen/holders") == {"revision": 1, "behind": [], "holders": []}
    world.turn("follow lists")
    assert world.telling.standing().listed == 1


def test_who_defines_a_list_is_on_the_log(world) -> None:
    world.post("/lists", {**DEFINED, "by": "Ann"})
    log = world.stores.log
    entry = list(log.entries_from(0, log.size))[-1]
    assert (entry.act, entry.public["step"]) == ("list-change", "defined")
    told = [one for one in log.openings((log.size - 1) // 256) if isinstance(one, Opening)]
    assert {one.name: one.value for one in told if one.index == log.size - 1}["person"] == "Ann"


def test_lists_tell_how_many_reviews_are_due(world) -> None:
    due = {"review_on": NOW.date()}
    world.list_(listed("KX51AAA", **due), covert("AB12CDE")._replace(**due), listed("LB07SEO"))
    found = {one["name"]: (one["reviews_due"], one["seen_by"]) for one in world.get("/lists")}
    hidden = world.covert_list("Eve")
    assert found == {"stolen": (1, []), hidden: (1, ["Eve"])}, "whoever owns the machine sees covert ones too"


@pytest.mark.parametrize(
    "name", ["Op. Swift / north", "Cerbydau wedi'u dwyn ŵŷ", "100 %", "%2F", "a?b#c", "7", "новый"]
)
def test_a_list_may_be_called_anything(world, name) -> None:
    world.post("/lists", {**DEFINED, "name": name})
    path = f"/lists/{quote(name, safe='')}"
    assert world.get(path)["name"] == name
    assert world.post(f"{path}/entries", ENTRY)["list"] == name
    assert world.get(f"{path}/history") == []
    assert world.get(f"{path}/tombstones/{MARK}") == []
    assert world.refused("GET", f"{path}%20")[0] == 404


def test_a_name_that_is_no_text_names_no_list(world) -> None:
    status, _ = world.refused("GET", "/lists/%FF%FE")
    assert status == 404


def test_whether_there_is_anything_to_weed_is_told(world) -> None:
    world.list_(listed("AB12CDE"), listed("KX51AAA", weed_on=NOW.date()))
    assert world.get("/lists/stolen/weeding") == {"to_weed": False}
    world.later(days=1)
    assert world.get("/lists/stolen/weeding") == {"to_weed": True}


def test_what_was_asked_can_be_refused_taken_off_rolled_back_and_weeded(world) -> None:
    world.list_(listed("AB12CDE"), listed("KX51AAA", weed_on=NOW.date(), review_on=NOW.date()))
    removal = world.post("/lists/stolen/removals", {**DEED, "vrm": MARK})
    assert world.post(f"/proposals/{removal['number']}/refuse", DEED)["state"] == "refused"
    removal = world.post("/lists/stolen/removals", {**DEED, "vrm": MARK})
    world.post(f"/proposals/{removal['number']}/approve", {"by": "Bob"})
    (stone,) = world.get(f"/lists/stolen/tombstones/{MARK}")
    assert (stone["vrm"], stone["by"]) == (MARK, "Ann")
    assert [one["vrm"] for one in world.get("/lists/stolen/review")] == ["KX51AAA"]
    world.later(days=1)
    weeded = world.post("/lists/stolen/weeding", {"by": "Ann"})
    assert (weeded["state"], len(weeded["asks"])) == ("ready", 1), "all of a list at once waits for a person"
    assert world.post("/lists/stolen/rollback", {**DEED, "to": 1})["kind"] == "rollback"


def test_who_answers_for_a_stolen_report_is_told_how_often_they_were_to_be_asked(world) -> None:
    entered = NOW.date() - timedelta(days=15)
    report = listed(entered_on=entered, review_on=entered + timedelta(days=2))
    world.list_(report, listed("KX51AAA", review_on=NOW.date()))
    stolen, other = world.get("/lists/stolen/review")
    assert (stolen["vrm"], stolen["reminders"], stolen["overdue"]) == (
        MARK,
        ["2026-11-09", "2026-11-21"],
        True,
    )
    assert (other["vrm"], other["reminders"], other["overdue"]) == ("KX51AAA", None, None)


def test_a_feeds_wrong_entry_is_corrected_in_one_proposal_that_another_person_approves(world) -> None:
    world.list_(listed("KX51AAA", make="Frod"))
    right = {key: value for key, value in ENTRY.items() if key != "revive"} | {"vrm": MARK}
    asked = world.post("/lists/stolen/corrections", {**right, "of_vrm": "KX51AAA"})
    assert (asked["kind"], asked["diff"]["added"], asked["diff"]["removed"]) == ("correction", 1, 1)
    approve = f"/proposals/{asked['number']}/approve"
    assert world.refused("POST", approve, {"by": "ann"})[0] == 409
    world.post(approve, {"by": "Bob"})
    (stone,) = world.get("/lists/stolen/tombstones/KX51AAA")
    assert (stone["gone_by"], stone["by"]) == ("corrected", "Ann")
    status, sentence = world.refused("POST", "/lists/stolen/corrections", {**right, "of_vrm": "ZZ99ZZZ"})
    assert (status, sentence) == (409, "there is no such entry on the list")


def test_a_file_is_brought_in_with_what_is_wrong_in_it(world, feed) -> None:
    world.post("/lists", DEFINED)
    form = {**DEED, "path": feed, "profile": "sixteen-columns", "list": "stolen"}
    done = world.post("/imports", form)
    assert done["rows"] == 2
    assert done["proposal"]["state"] in {"ready", "live"}
    whole = world.get(f"/proposals/{done['proposal']['number']}")
    assert isinstance(whole["quarantine"], list)


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "sentence"),
    [
        ("POST", "/lists", {**DEFINED, "colour": "red"}, 422, "unknown field `colour`"),
        ("POST", "/lists", {"name": "stolen"}, 422, "missing required field `owner`"),
        ("POST", "/lists", {**DEFINED, "name": ""}, 422, "length >= 1"),
        ("POST", "/lists", {**DEFINED, "kind": "grave"}, 422, "Invalid enum value 'grave'"),
        ("POST", "/lists", {**DEFINED, "visible_to": "all"}, 422, "Expected `array`"),
        ("POST", "/lists", {**DEFINED, "max_age_hours": 1e300}, 422, "<= 100000"),
        ("POST", "/lists", None, 422, "missing required field"),
        ("GET", "/lists/none", None, 404, "no list is named none"),
        ("GET", "/lists/none/history", None, 404, "no list is named none"),
        ("POST", "/lists/none/entries", ENTRY, 404, "no list is named none"),
        ("GET", "/lists/none/weeding", None, 404, "no list is named none"),
        ("POST", "/lists/none/weeding", {"by": "Ann"}, 404, "no list is named none"),
        ("POST", "/lists/none/weeding", {"by": "Ann", "why": "x"}, 422, "unknown field `why`"),
        ("POST", "/lists/stolen/removals", {**DEED, "vrm": "ZZ99ZZZ"}, 409, "no such entry"),
        ("POST", "/lists/stolen/entries", {**ENTRY, "vrm": "?!"}, 409, ""),
        ("POST", "/lists/stolen/entries", {**ENTRY, "weed_on": "2028-01-01"}, 409, "needs a weed date"),
        ("POST", "/lists/stolen/entries", {**ENTRY, "covert": True}, 409, "at least one name"),
        (
            "POST",
            "/lists/stolen/entries",
            {**ENTRY, "covert": True, "seen_by": [" ann"]},
            409,
            "somebody beside whoever asks",
        ),
        ("POST", "/lists", {**DEFINED, "name": "stolen--0"}, 422, "has no -- in it"),
        ("POST", "/lists/stolen/rollback", {**DEED, "to": 9}, 409, "a rollback leads to"),
        ("POST", "/lists/stolen/rollback", {**DEED, "to": 2**70}, 422, ""),
        ("GET", "/proposals/99", None, 404, "99"),
        ("POST", "/proposals/99/approve", {"by": "Bob"}, 404, "99"),
        ("GET", "/proposals/x", None, 404, "answers no such question"),
        ("POST", "/imports", {**DEED, "path": "feed.csv", "profile": "x"}, 422, "whole path"),
        ("POST", "/imports", {**DEED, "path": "/none", "profile": "x"}, 422, "whole path"),
        ("POST", "/imports", {**DEED, "path": __file__, "profile": "none"}, 422, "none"),
        ("POST", "/imports", {**DEED, "path": __file__, "profile": "own.toml"}, 422, "whole path"),
        (
            "POST",
            "/imports",
            {**DEED, "path": __file__, "profile": "pnc-like", "source_at": "2026-11-22T08:00:00"},
            422,
            "timezone",
        ),
        ("POST", "/devices/codes", {"name": "v", "by": "Ann", "scope": ["x"]}, 422, ""),
        ("POST", "/devices/codes", {"name": "v", "by": " ", "scope": ["53"]}, 422, "who made it"),
        ("POST", "/devices/codes", {"name": "v", "by": "A", "scope": ["53"], "life_hours": 1e300}, 422, "<="),
        ("POST", "/devices/codes/none/withdraw", {}, 404, "no unused code"),
        ("POST", "/devices/none/revoke", DEED, 404, "no device of this id"),
        ("POST", f"/devices/{DEVICE}/revoke", {"by": " ", "why": "x"}, 422, "the person and the reason"),
        ("POST", "/feeds/none/revoke", DEED, 404, "no feed of this id"),
        ("POST", "/feeds", {"name": "f", "by": "A", "scope": ["53"], "most_message_bytes": 0}, 422, "1 or"),
        (
            "POST",
            "/cameras",
            {"camera": "53/1/9", "mount": "fixed", "name": "x", "by": "A"},
            422,
            "its place",
        ),
        (
            "POST",
            "/cameras",
            {"camera": "53/1/9", "mount": "moving", "name": "x", "by": "A", "lat": 1.0},
            422,
            "lat and lon",
        ),
        ("POST", "/cameras", {"camera": "53/1/9", "mount": "flying", "name": "x", "by": "A"}, 422, "flying"),
        ("POST", "/cameras", {"camera": "53", "mount": "moving", "name": "x", "by": "A"}, 422, ""),
        ("POST", "/cameras/retire", {**DEED, "camera": "53/1/999"}, 404, "no such camera"),
        ("GET", "/quarantine?state=lost", None, 422, "state is any, waiting"),
        ("GET", "/quarantine?reason=lost", None, 422, "reason is one of"),
        ("GET", "/quarantine?most=ten", None, 422, "most must be a whole number"),
        ("GET", "/quarantine/item?id=none", None, 404, "no quarantined read"),
        ("POST", "/quarantine/release?id=none", {**DEED, "version": 0}, 404, ""),
        ("POST", "/quarantine/discard?id=none", {**DEED, "version": 0}, 404, "no quarantined read"),
        ("GET", "/retention/certificates?since=soon", None, 422, "since must be a day"),
        ("POST", "/holds", {"hold_id": "h"}, 422, "missing required field"),
        ("POST", "/node/backup", {"destination": "backup"}, 422, "whole path"),
        ("POST", "/node/backup", {"destination": "/tmp/backup"}, 422, "by their own means"),  # noqa: S108
        ("GET", "/none", None, 404, "answers no such question"),
        ("DELETE", "/lists", None, 405, "answers no such question"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_a_sentence(
    one_world, method, path, form, status, sentence
) -> None:
    path, _, query = path.partition("?")
    answer = one_world.refused(
        method, path, form, **dict(part.split("=") for part in query.split("&") if part)
    )
    assert answer[0] == status, answer
    assert sentence in answer[1]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"name": NaN}'])
def test_a_body_that_is_no_json_is_refused(world, body) -> None:
    answer = world.request("POST", "/lists", content=body)
    assert answer.status_code == 422
    assert "cannot be read" in answer.json()["message"]


def test_a_huge_body_is_refused_before_it_is_read_whole(world) -> None:
    answer = world.request("POST", "/lists", content=b" " * (MOST_BODY_BYTES + 1))
    assert answer.status_code == 413


def test_a_fault_of_the_node_is_told_by_its_kind_and_its_words_are_nowhere(world, caplog) -> None:
    def fail(asked) -> object:
        raise {"key": KeyError, "type": TypeError, "store": StoreError}[asked.path["what"]]("AB12CDE")

    acting = Acting(world.stores.log, lambda: world.now)
    world.app = local_app([answered("/{what}", fail, guard=Own.MACHINE)], acting, world.made.gate)
    for kind in ("key", "type"):
        status, message = world.refused("GET", f"/{kind}")
        assert (status, "AB12CDE" in message) == (500, False)
    assert "test_local_routes.py" in caplog.text
    assert "AB12CDE" not in caplog.text
    assert world.refused("GET", "/store")[0] == 503


def test_devices_feeds_and_cameras_come_and_go(world) -> None:
    told = world.post("/devices/codes", {"name": "Van", "by": "Ann", "scope": ["53/2"]})
    assert told["code"]
    (code,) = world.get("/devices/codes")
    assert (code["name"], code["scope"], code["by"]) == ("Van", ["53/2"], "Ann")
    assert told["code"] not in json.dumps(code)
    assert world.post(f"/devices/codes/{code['code']}/withdraw", {}) == {"code": told["code"][:8]}
    assert world.get("/devices/codes") == []
    assert world.post(f"/devices/{DEVICE}/revoke", DEED)["revoked"]["why"] == "a test"
    assert [one["revoked"]["by"] for one in world.get("/devices")] == ["Ann"]
    feed = world.post("/feeds", {"name": "Gate", "by": "Ann", "scope": ["53/3"], "most_message_bytes": 1000})
    assert feed["token"]
    (known,) = world.get("/feeds")
    assert feed["token"] not in json.dumps(known)
    assert world.post(f"/feeds/{feed['feed_id']}/revoke", DEED)["revoked"]
    camera = {"camera": "53/1/9", "mount": "moving", "name": "Car 9", "by": "Ann"}
    assert world.post("/cameras", camera)["place"] is None
    assert world.post("/cameras/retire", {**DEED, "camera": "53/1/9"})["retired"]["by"] == "Ann"
    assert world.refused("POST", "/cameras", camera)[0] == 409, "a retired camera is not put again"
    assert [one["camera"] for one in world.get("/cameras")] == [str(CAMERA), "53/1/9"]


def held(world) -> str:
    world.deliver(read(at=NOW + timedelta(days=2)))
    world.pass_on("quarantine")
    (item,) = world.get("/quarantine")
    assert MARK not in json.dumps(item)
    return item["id"]


def test_a_held_read_is_looked_at_mended_and_let_through(world) -> None:
    item = held(world)
    (counts,) = world.get("/quarantine/counts")
    assert (counts["waiting"], counts["device"]) == (1, DEVICE)
    assert world.refused("POST", "/quarantine/release", {**DEED, "version": 0}, id=item)[0] == 409
    form = {**DEED, "version": 0, "patch": {"captured_at": "2026-11-22T11:59:00Z"}}
    assert world.refused("POST", "/quarantine/mend", {**form, "version": 3}, id=item) == (
        409,
        "somebody else changed this read since you looked at it: look again",
    )
    assert world.refused("POST", "/quarantine/mend", {**form, "patch": []}, id=item)[0] == 422
    mended = world.post("/quarantine/mend", form, id=item)
    assert (mended["version"], mended["mends"][0]["by"]) == (1, "Ann")
    assert world.get("/quarantine/item", id=item)["base64"]
    assert world.refused("POST", "/quarantine/release", {**DEED, "version": 0}, id=item)[0] == 409
    assert world.post("/quarantine/release", {**DEED, "version": 1}, id=item)["state"] == "released"
    world.list_(listed())
    world.pass_on("match")
    assert len(world.alerts()) == 1
    assert world.get("/quarantine") == []
    assert len(world.get("/quarantine", state="any", most="1")) == 1


def test_a_held_read_is_put_away_for_good(world) -> None:
    item = held(world)
    assert world.post("/quarantine/discard", {**DEED, "version": 0}, id=item)["state"] == "discarded"
    assert world.refused("POST", "/quarantine/discard", {**DEED, "version": 1}, id=item)[0] in {409, 422}


def test_reads_are_held_for_a_case_let_go_of_in_time_and_certified(world) -> None:
    world.deliver(read(), read("KX51AAA"))
    world.pass_on()
    captured = (NOW - timedelta(seconds=2)).isoformat()
    one = {"camera": str(CAMERA), "captured_at": captured, "vrm": MARK}
    hold = {"hold_id": "h1", "case_ref": "c1", "owner": "Ann", "until": "2029-11-22", "reads": [one]}
    assert world.post("/holds", hold)["reads"] == 1
    assert [(h["hold_id"], h["reads"]) for h in world.get("/holds")] == [("h1", 1)]
    ended = {**hold, "hold_id": "h2", "until": "2026-11-21"}
    assert world.refused("POST", "/holds", ended)[0] == 409
    absent = {**hold, "hold_id": "h3", "reads": [{**one, "vrm": "ZZ99ZZZ"}]}
    assert world.refused("POST", "/holds", absent)[0] == 409
    naive = {**hold, "reads": [{**one, "captured_at": "2026-11-22T11:59:58"}]}
    assert world.refused("POST", "/holds", naive)[0] == 422
    assert world.get("/retention")["to_go"] == []
    world.later(days=world.made.rule.days + 2)
    (day,) = world.get("/retention")["to_go"]
    assert day["day"] == "2026-11-22"
    done = world.post("/retention/run", {})
    assert [one["left_reads"] for one in done["certificates"]] == [0]
    assert len(world.get("/retention/certificates")) == 1
    assert world.get("/retention/certificates", since="2026-11-23") == []
    assert world.get("/retention/check") == {"returned_days": []}


def test_the_node_tells_how_it_does_and_its_metrics(world) -> None:
    world.list_(listed(), covert("KX51AAA"))
    standing = world.get("/node")
    assert (standing["listed"], standing["lists"]["stolen"]["entries"]) == (1, 1), "covert ones are in none"
    assert {one["name"] for one in standing["alarms"]} == {"nobody_present", "camera_without_case"}
    answer = world.request("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b"openanpr_matched_entries 1.0" in answer.content


def test_the_port_of_metrics_answers_nothing_else(world, caplog) -> None:
    def broken() -> bytes:
        raise RuntimeError("AB12CDE")

    assert metrics_route(broken).path == "/metrics"
    world.app = metrics_app(broken)
    assert world.refused("GET", "/metrics")[0] == 500
    assert "AB12CDE" not in caplog.text
    world.app = metrics_app(lambda: b"openanpr_up 1\n")
    assert world.request("GET", "/metrics").content == b"openanpr_up 1\n"
    assert world.request("GET", "/lists").status_code == 404
