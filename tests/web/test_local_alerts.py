"""Alerts over the local socket: queues, steps, figures, webhooks; and the live stream of a real server."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from openanpr.alert.bell import Bell
from openanpr.alert.desk import AlertDesk
from openanpr.alert.events import Cursor
from openanpr.alert.ports import OutdatedError
from openanpr.alert.routing import Viewer
from openanpr.alert.webhook import Delivery, DeliveryState
from openanpr.core.voi_list import ListKind
from openanpr.web import alert_listening
from openanpr.web.local.wanted import wanted_entries
from openanpr.web.serve import serve_socket
from tests.run_node.world import CONTROL_ROOM, JPEG, NOW, STOLEN, covert, listed, read

ANN = {"as": "Ann", "roles": "control-room"}
EVE = {"as": "Eve"}
NOT_THERE = "there is no such alert in your queues: load them again"
OVERVIEW = b"\xff\xd8\xff the whole view \xff\xd9"


def hit(world, *marks: str) -> None:
    world.deliver(*(world.pictured(read(mark, ago_s=1 + n / 10)) for n, mark in enumerate(marks)))
    world.pass_on("match", "store")


@pytest.fixture
def alerted(world):
    """A node with an open alert that all on duty see, and one that only Eve may know of."""
    world.list_(listed("AB12CDE"), covert("KX51AAA", "Eve"))
    hit(world, "AB12CDE", "KX51AAA")
    return world


def ids(world, **who: str) -> list[str]:
    queues = world.get("/alerts/queues", **who)
    return [alert["id"] for kind in ("crime", "mass") for alert in queues[kind]["alerts"]]


def test_queues_hold_what_the_viewer_may_know_of_and_no_trace_of_the_rest(alerted) -> None:
    (open_one,) = ids(alerted, **ANN)
    (secret,) = ids(alerted, **EVE)
    assert open_one != secret
    queues = alerted.get("/alerts/queues", **ANN)
    assert queues["crime"]["waiting"] == 1
    assert queues["crime"]["by_state"]["new"] == 1
    assert ids(alerted, **{"as": "Zed", "roles": "clerk"}) == []
    assert "KX51AAA" not in json.dumps(queues)
    for path in (f"/alerts/{secret}", "/alerts/0000"):
        assert alerted.refused("GET", path, **ANN) == (404, NOT_THERE)
    step = {"do": "see", "shown": 1}
    assert alerted.refused("POST", f"/alerts/{secret}/steps", step, **ANN)[0] == 404
    assert [one["alerts"] for one in alerted.get("/alerts/figures", **ANN)] == [1]
    assert [one["alerts"] for one in alerted.get("/alerts/figures", **EVE)] == [1, 1]


def test_an_alert_is_worked_through_to_its_end_and_its_owner_is_told(alerted) -> None:
    (alert_id,) = ids(alerted, **ANN)
    path = f"/alerts/{alert_id}"
    whole = alerted.get(path, **ANN)
    assert whole["possible"] == ["see"]
    assert [one["kind"] for one in whole["steps"]] == ["raised"]
    assert [one["vrm_read"] for one in whole["hits"]] == ["AB12CDE"]
    for form in (
        {"do": "see", "shown": 1},
        {"do": "check", "check": "match", "shown": 1, "note": "clear"},
        {"do": "task", "to": "RV12", "shown": 1},
        {"do": "close", "outcome": "arrest", "offence": "theft", "shown": 1},
    ):
        told = alerted.post(f"{path}/steps", form, **ANN)
    assert (told["alert"]["state"], told["possible"]) == ("closed", [])
    (figures,) = alerted.get("/alerts/figures", **ANN)
    assert (figures["closed"], figures["outcomes"]) == (1, {"arrest": 1})
    (feedback,) = alerted.get("/feedback/desk")
    assert (feedback["alert"], feedback["outcome"], feedback["by"]) == (alert_id, "arrest", "Ann")
    assert alerted.get("/feedback/nobody") == []


def test_an_alert_tells_the_entry_that_it_is_about_and_a_covert_one_only_to_whom_it_names(world) -> None:
    world.list_(listed("AB12CDE", make="FORD", colour="BLUE"), covert("KX51AAA", "Eve"))
    hit(world, "AB12CDE", "KX51AAA")
    (open_one,), (secret,) = ids(world, **ANN), ids(world, **EVE)
    (entry,) = world.get(f"/alerts/{open_one}", **ANN)["wanted"]
    assert (entry["make"], entry["colour"], entry["reason"]) == ("FORD", "BLUE", "theft")
    assert [one["reason"] for one in world.get(f"/alerts/{secret}", **EVE)["wanted"]] == ["watch"]
    stranger = Viewer("Ann", roles=frozenset({"control-room"}))
    entries = world.stores.entries.particulars
    found = {hit.entry_id for hit in world.stores.alerts.hits_of(secret)}
    assert wanted_entries(entries, found, stranger) == []


def test_an_owner_reads_first_what_is_to_be_put_right(alerted) -> None:
    for check, outcome in (("misread", "misread"), ("match", "intelligence")):
        (alert_id,) = ids(alerted, **ANN)
        for form in ({"do": "see"}, {"do": "check", "check": check}, {"do": "close", "outcome": outcome}):
            alerted.post(f"/alerts/{alert_id}/steps", {**form, "shown": 1}, **ANN)
        alerted.later(minutes=1)
        alerted.deliver(alerted.pictured(read(at=alerted.now)))
        alerted.pass_on("match", "store")
    told = alerted.get("/feedback/desk")
    assert [(one["outcome"], one["put_right"]) for one in told] == [
        ("misread", True),
        ("intelligence", False),
    ]


def test_what_a_picture_shows_is_refused_until_one_is_here_and_how_many_are_is_no_look(world) -> None:
    names = [hashlib.sha256(one).hexdigest() for one in (JPEG, OVERVIEW)]
    record = replace(read(), patch=names[0], overview=names[1])
    world.list_(listed())
    world.deliver(record)
    world.pass_on("match")
    (alert_id,) = ids(world, **ANN)
    path, match = f"/alerts/{alert_id}", {"do": "check", "check": "match", "shown": 1}
    world.post(f"{path}/steps", {"do": "see", "shown": 1}, **ANN)
    size = world.stores.log.size

    def held() -> tuple[int, bool]:
        told = world.get(f"{path}/pictures/held", **ANN)
        return told["held"], told["awaited"]

    assert held() == (0, True), "the read is not stored yet"
    assert "check" not in world.get(path, **ANN)["possible"]
    world.pass_on("store")
    assert held() == (0, True), "its pictures have not come"
    status, sentence = world.refused("POST", f"{path}/steps", match, **ANN)
    assert (status, "no picture of this alert is here to compare" in sentence) == (409, True)
    world.stores.kept.keep(names[1], record.captured_at.date(), OVERVIEW)
    assert held() == (1, True), "an overview is a picture too"
    assert "check" in world.get(path, **ANN)["possible"]
    world.pictured(record)
    assert held() == (2, False)
    kinds = [one.public.get("kind") for one in world.stores.log.entries_from(size, 99)]
    assert kinds == ["alert", "alert"], "only the alert itself was looked at"
    assert world.post(f"{path}/steps", match, **ANN)["alert"]["state"] == "picture_checked"


def test_a_read_of_a_sender_that_gives_no_pictures_cannot_be_checked_and_is_closed_so(world) -> None:
    world.list_(listed())
    world.deliver(read())
    world.pass_on("match", "store")
    (alert_id,) = ids(world, **ANN)
    path = f"/alerts/{alert_id}"
    assert world.get(f"{path}/pictures/held", **ANN) == {"held": 0, "awaited": False}
    for form in (
        {"do": "see"},
        {"do": "check", "check": "cannot_check"},
        {"do": "close", "outcome": "not_responded", "reason": "no_picture"},
    ):
        told = world.post(f"{path}/steps", {**form, "shown": 1}, **ANN)
    assert (told["alert"]["state"], told["alert"]["check"]) == ("closed", "cannot_check")
    assert "picture_checked" not in [one["kind"] for one in world.get(path, **ANN)["steps"]]


def test_a_picture_that_changed_in_the_store_is_none_to_compare_and_takes_no_alert_off_a_screen(
    world,
) -> None:
    world.list_(listed())
    world.deliver(world.pictured(read()))
    world.pass_on("match", "store")
    (kept,) = (world.settings.data / "pictures").rglob("*.jpg")
    kept.write_bytes(OVERVIEW)
    (alert_id,) = ids(world, **ANN)
    path = f"/alerts/{alert_id}"
    world.post(f"{path}/steps", {"do": "see", "shown": 1}, **ANN)
    assert "check" not in world.get(path, **ANN)["possible"]
    form = {"do": "check", "check": "match", "shown": 1}
    assert world.refused("POST", f"{path}/steps", form, **ANN)[0] == 409


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"do": "check", "check": "match", "shown": 1}, 409, "does not allow check; possible now: see"),
        ({"do": "see", "shown": 0}, 409, "1 further hits joined"),
        ({"do": "sleep", "shown": 1}, 422, "Invalid value 'sleep'"),
        ({"shown": 1}, 422, "missing required field `do`"),
        ({"do": "see"}, 422, "missing required field `shown`"),
        ({"do": "see", "shown": "one"}, 422, "Expected `int`"),
        ({"do": "see", "shown": 1, "to": "RV12"}, 422, "unknown field `to`"),
        ({"do": "check", "shown": 1}, 422, "missing required field `check`"),
        ({"do": "check", "check": "hm", "shown": 1}, 422, "Invalid enum value 'hm'"),
        ({"do": "task", "to": " ", "shown": 1}, 422, "a task needs the unit"),
        ({"do": "close", "outcome": "arrest", "shown": 1}, 422, "offence"),
        ([], 422, "Expected `object`"),
    ],
)
def test_a_step_that_cannot_be_taken_is_refused_with_what_is_wrong(alerted, form, status, sentence) -> None:
    (alert_id,) = ids(alerted, **ANN)
    answer = alerted.refused("POST", f"/alerts/{alert_id}/steps", form, **ANN)
    assert answer[0] == status
    assert sentence in answer[1]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "say who looks"),
        ({"as": "  "}, "say who looks"),
        ({"as": "Ann", "forces": "53,x"}, "forces are numbers"),
        ({"as": "Ann", "forces": "\N{ARABIC-INDIC DIGIT FIVE}"}, "forces are numbers"),
        ({"as": "Ann", "forces": "9" * 5000}, "forces are numbers"),
    ],
)
@pytest.mark.parametrize("path", ["/alerts/queues", "/alerts/figures", "/alerts/stream", "/alerts/1"])
def test_whoever_looks_says_who(world, path, query, sentence) -> None:
    assert world.refused("GET", path, **query)[0] == 422
    assert sentence in world.refused("GET", path, **query)[1]


def test_what_a_viewer_answers_for_narrows_what_they_see(alerted) -> None:
    assert len(ids(alerted, **ANN, forces="53, 54", areas="north")) == 1
    assert ids(alerted, **ANN, forces="54") == []
    assert ids(alerted, **ANN, areas="south") == []


def test_dead_letters_are_told_without_what_was_in_them_and_sent_again(world) -> None:
    waiting = Delivery("dispatch", "a1.1", b"AB12CDE", NOW, NOW)
    world.stores.alerts.add([waiting])
    dead = replace(waiting, state=DeliveryState.DEAD, next_at=None, tries=9, status=500)
    world.stores.alerts.settle(dead)
    (told,) = world.get("/webhooks/dead")
    assert (told["endpoint"], told["tries"], told["status"]) == ("dispatch", 9, 500)
    assert "AB12CDE" not in json.dumps(told)
    assert world.telling.standing().dead_letters == 1
    assert world.post("/webhooks/dead/dispatch/a1.1", {})["state"] == "waiting"
    assert world.get("/webhooks/dead") == []
    assert world.refused("POST", "/webhooks/dead/dispatch/a1.1") == (404, "there is no such dead letter")
    (due,) = world.stores.alerts.due("dispatch", world.now, limit=9)
    assert due.payload == b"AB12CDE"


def test_counts_leave_covert_alerts_out_and_follow_the_steps(alerted) -> None:
    counts = alerted.stores.alerts.open_counts
    assert (counts().open, counts().waiting, counts().unattended) == ({"crime": 1}, {"crime": 1}, 0)
    alerted.desk.tick()
    assert counts().unattended == 1, "nobody is there"
    (alert_id,) = ids(alerted, **ANN)
    alerted.post(f"/alerts/{alert_id}/steps", {"do": "see", "shown": 1}, **ANN)
    assert (counts().open, counts().waiting, counts().unattended) == ({"crime": 1}, {"crime": 0}, 0)
    mass = replace(STOLEN, name="untaxed", kind=ListKind.MASS)
    alerted.list_(listed("ZZ99ZZZ"), of=mass)
    hit(alerted, "ZZ99ZZZ")
    assert counts().open == {"crime": 1, "mass": 1}


def test_presence_drives_the_alarm_of_the_unattended(alerted) -> None:
    def unattended() -> int:
        alerted.desk.tick()
        return alerted.stores.alerts.open_counts().unattended

    assert unattended() == 1
    with alerted.desk.present(CONTROL_ROOM), alerted.desk.present(CONTROL_ROOM):
        assert (unattended(), alerted.desk.viewers) == (0, 2)
    assert (unattended(), alerted.desk.viewers) == (1, 0)
    with alerted.desk.present(Viewer("Zed", roles=frozenset({"clerk"}))):
        assert unattended() == 1


def test_events_that_come_while_one_looks_are_told_once(alerted, monkeypatch) -> None:
    """Between asking what is kept and asking for the events, another may have been written."""
    desk, store = alerted.desk, alerted.stores.alerts
    before = store.kept()
    alerted.list_(listed("AB12CDE"), listed("ZZ99ZZZ"))
    hit(alerted, "ZZ99ZZZ")
    kept = store.kept
    monkeypatch.setattr(store, "kept", lambda: before)
    first = desk.heard_since(Cursor({(): 0}), CONTROL_ROOM)
    monkeypatch.setattr(store, "kept", kept)
    again = desk.heard_since(first.cursor, CONTROL_ROOM)
    assert len(first.events) == 2
    assert again.events == ()


def test_events_that_are_forgotten_while_one_looks_are_not_passed_over(alerted, monkeypatch) -> None:
    desk, store = alerted.desk, alerted.stores.alerts
    before = store.kept()
    store.forget_events(NOW + timedelta(days=1))
    monkeypatch.setattr(store, "kept", lambda: before)
    assert desk.heard_since(Cursor({(): 0}), CONTROL_ROOM).afresh


class Watcher:
    """A client of the stream, in a thread of its own."""

    def __init__(self, path, **query: str) -> None:
        self.said: list[dict[str, str]] = []
        self.beats = 0
        self.came = threading.Condition()
        self.ended = False
        headers = {"Last-Event-ID": query.pop("last")} if "last" in query else {}
        self._client = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(path)), base_url="http://n", timeout=20, trust_env=False
        )
        self._asked = self._client.stream("GET", "/alerts/stream", params=query, headers=headers)
        self._answer = self._asked.__enter__()
        self.status = self._answer.status_code
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.until(lambda: self.beats > 0)

    def _listen(self) -> None:
        fields: dict[str, str] = {}
        try:
            for line in self._answer.iter_lines():
                with self.came:
                    if line.startswith(":"):
                        self.beats += 1
                    elif line:
                        name, _, value = line.partition(": ")
                        fields[name] = value
                    elif fields:
                        self.said.append(fields)
                        fields = {}
                    self.came.notify_all()
        except (httpx.HTTPError, httpx.StreamError, OSError):
            pass
        with self.came:
            self.ended = True
            self.came.notify_all()

    def until(self, holds, within_s: float = 10) -> None:
        with self.came:
            assert self.came.wait_for(holds, within_s), self.said

    def marks(self) -> list[str]:
        return [
            json.loads(one["data"])["alert"]["strongest"]["vrm_listed"]
            for one in self.said
            if one["event"] == "alert"
        ]

    def go(self) -> None:
        if not self.ended:  # hangs up, which also wakes the thread
            self._answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._asked.__exit__(None, None, None)
        self._client.close()


@pytest.fixture
def watch(world, tmp_path):
    """Opens watchers of the node's stream, served on a real socket."""
    path = tmp_path / "s" / "node.sock"
    path.parent.mkdir(mode=0o700)
    watchers: list[Watcher] = []

    def open_(**query: str) -> Watcher:
        watchers.append(Watcher(path, **query))
        return watchers[-1]

    with serve_socket(world.app, path):
        yield open_
        world.desk.close()
        for one in watchers:
            one.go()


def gone(desk: AlertDesk, left: int) -> bool:
    until = time.monotonic() + 5
    while desk.viewers > left and time.monotonic() < until:
        time.sleep(0.01)
    return desk.viewers == left


def test_two_viewers_hear_what_each_may_know_in_order_and_no_gap(world, watch) -> None:
    world.list_(listed("AB12CDE"), listed("AB13CDE"), covert("KX51AAA", "Eve"))
    ann, eve = watch(**ANN), watch(**EVE, roles="control-room")
    assert world.desk.viewers == 2
    for mark in ("AB12CDE", "KX51AAA", "AB13CDE"):
        hit(world, mark)
    ann.until(lambda: len(ann.said) == 2)
    eve.until(lambda: len(eve.said) == 3)
    assert ann.marks() == ["AB12CDE", "AB13CDE"]
    assert sorted(eve.marks()) == ["AB12CDE", "AB13CDE", "KX51AAA"]
    assert [one["id"] for one in ann.said] == ["=1", "=2"], "nothing tells of the covert one"
    ann.go()
    assert gone(world.desk, 1)
    eve.go()
    assert gone(world.desk, 0)


def test_a_client_that_was_away_gets_what_it_missed_and_nothing_twice(world, watch) -> None:
    world.list_(listed("AB12CDE"), listed("AB13CDE"), listed("AB14CDE"))
    first = watch(**ANN)
    hit(world, "AB12CDE")
    first.until(lambda: len(first.said) == 1)
    first.go()
    hit(world, "AB13CDE")
    second = watch(**ANN, last=first.said[-1]["id"])
    hit(world, "AB14CDE")
    second.until(lambda: len(second.said) == 2)
    assert second.marks() == ["AB13CDE", "AB14CDE"]
    third = watch(**ANN, after="")
    third.until(lambda: len(third.said) == 3)
    assert third.marks() == ["AB12CDE", "AB13CDE", "AB14CDE"]


def test_a_client_that_was_away_too_long_begins_afresh(world, watch) -> None:
    world.list_(listed("AB12CDE"), listed("AB13CDE"))
    hit(world, "AB12CDE")
    world.stores.alerts.forget_events(NOW + timedelta(days=1))
    late = watch(**ANN, last="=0")
    late.until(lambda: len(late.said) == 1)
    assert (late.said[0]["event"], late.said[0]["id"], late.said[0]["data"]) == ("afresh", "=1", "{}")
    hit(world, "AB13CDE")
    late.until(lambda: len(late.said) == 2)
    assert late.marks() == ["AB13CDE"]


@pytest.mark.parametrize("cursor", ["x", "=1;", "9" * 9000, "=-1"])
def test_a_cursor_of_no_stream_is_refused(world, cursor) -> None:
    assert world.refused("GET", "/alerts/stream", **ANN, after=cursor)[0] == 409


def test_beats_keep_their_pace_whatever_happens_that_one_may_not_know(world, watch, monkeypatch) -> None:
    monkeypatch.setattr(alert_listening, "BEAT_S", 0.3)
    ann = watch(**ANN)
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        world.desk.bell.ring()  # as covert alerts do all the time
        time.sleep(0.02)
    with ann.came:
        beats = ann.beats - 1  # the first says that it is connected
    assert 2 <= beats <= 4
    assert ann.said == []


def test_a_node_that_ends_sends_those_who_listen_away_at_once(world, watch) -> None:
    ann = watch(**ANN)
    began = time.monotonic()
    world.desk.close()
    ann.until(lambda: ann.ended)
    assert time.monotonic() - began < 2
    assert gone(world.desk, 0)


def test_what_happened_just_before_the_end_is_still_heard(world, watch, monkeypatch) -> None:
    world.list_(listed("AB12CDE"))
    ann = watch(**ANN)
    with monkeypatch.context() as silence:
        silence.setattr(Bell, "ring", lambda _: None)
        hit(world, "AB12CDE")
    world.desk.close()
    ann.until(lambda: ann.ended)
    assert ann.marks() == ["AB12CDE"]


def test_a_stream_that_breaks_is_told_in_the_log_without_words_and_nobody_is_there_any_more(
    world, watch, monkeypatch, caplog
) -> None:
    def broken(*_, **__) -> None:
        raise RuntimeError("AB12CDE")

    monkeypatch.setattr(world.stores.alerts, "after", broken)
    world.list_(listed("AB12CDE"))
    ann = watch(**ANN)
    hit(world, "AB12CDE")
    ann.until(lambda: ann.ended)
    assert gone(world.desk, 0)
    assert "RuntimeError" in caplog.text
    assert "AB12CDE" not in caplog.text


@pytest.mark.parametrize("times", [3, 99])
def test_a_step_or_tick_that_another_overtakes_is_judged_again_and_given_up_in_the_end(
    alerted, monkeypatch, times
) -> None:
    (alert_id,) = ids(alerted, **ANN)
    save, left = alerted.stores.alerts.save, [times, times]

    def overtaken(changes) -> None:
        kind = int(changes[0].steps[0].by is None)
        left[kind] -= 1
        if left[kind] >= 0:
            raise OutdatedError
        save(changes)

    monkeypatch.setattr(alerted.stores.alerts, "save", overtaken)
    path, form = f"/alerts/{alert_id}/steps", {"do": "see", "shown": 1}
    if times > 8:
        assert alerted.refused("POST", path, form, **ANN)[0] == 409
        with pytest.raises(OutdatedError):
            alerted.desk.tick()
    else:
        assert alerted.desk.tick() is not None
        assert alerted.post(path, form, **ANN)["alert"]["state"] == "seen"
