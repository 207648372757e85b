"""Names on the socket of a node with people: covert things for those named, nothing after a role ends."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from queue import Queue

import pytest

from openanpr.alert.webhook import Delivery, DeliveryState
from openanpr.core.role import Role
from openanpr.people.account import Ended
from openanpr.run.exit_code import RefusedError
from openanpr.run.local import ask
from openanpr.run.local.kept_session import KeptSession, keep_session
from openanpr.web import alert_listening
from openanpr.web.serve import serve_socket
from tests.run_node.world import NOW, covert, listed, read
from tests.web_api.node_people import somebody, token_of


@pytest.fixture
def proved(world):
    """A node with people, two alerts and a dead letter of each: one of a covert entry that names eve."""
    world.list_(listed("AB12CDE"), covert("KX51AAA", "eve"))
    world.deliver(read("AB12CDE"), read("KX51AAA", ago_s=1))
    world.pass_on("match")
    world.people = {
        "eve": somebody(world, "eve", Role.INVESTIGATOR),
        "cat": somebody(world, "cat", Role.CONTROL_ROOM_OPERATOR),
        "max": somebody(world, "max", Role.ANPR_MANAGER),
        "eva": somebody(world, "eva", Role.ANPR_MANAGER),
    }
    for alert in world.alerts():
        dead = Delivery("dispatch", f"{alert.id}.1", b"{}", NOW, NOW)
        world.stores.alerts.add([dead])
        gone = replace(dead, state=DeliveryState.DEAD, next_at=None, tries=9, status=500)
        world.stores.alerts.settle(gone)
    world.made.gate._founded = True
    return world


def as_(world, login: str) -> None:
    world.token = token_of(world, world.people[login], "socket")


def queue(world) -> list[str]:
    told = world.get("/alerts/queues")
    return [one["strongest"]["vrm_listed"] for kind in ("crime", "mass") for one in told[kind]["alerts"]]


def test_each_sees_the_alerts_of_their_roles_and_of_entries_that_name_them(proved) -> None:
    as_(proved, "cat")
    assert queue(proved) == ["AB12CDE"]
    as_(proved, "eve")
    assert queue(proved) == ["KX51AAA"], "an investigator answers what names her, and nothing else"
    as_(proved, "max")
    assert queue(proved) == []


def test_roles_teams_and_names_that_are_said_count_for_nothing(proved) -> None:
    as_(proved, "eve")
    told = proved.get("/alerts/queues", roles="control-room", teams="cat")
    assert len(told["crime"]["alerts"]) == 1
    assert proved.refused("GET", "/alerts/queues", **{"as": "cat"})[0] == 403
    as_(proved, "cat")
    assert "KX51AAA" not in json.dumps(proved.get("/alerts/queues", teams="eve,North", roles="control-room"))


def test_dead_letters_of_covert_alerts_are_for_those_who_are_named(proved) -> None:
    as_(proved, "max")
    (told,) = proved.get("/webhooks/dead")
    hidden = {f"{alert.id}.1" for alert in proved.alerts()} - {told["message_id"]}
    (secret,) = hidden
    refused = proved.refused("POST", f"/webhooks/dead/dispatch/{secret}")
    assert (
        refused
        == proved.refused("POST", "/webhooks/dead/dispatch/none.1")
        == (404, "there is no such dead letter")
    )
    as_(proved, "eve")
    assert proved.refused("GET", "/webhooks/dead")[0] == 403, "named, but not one who runs the node"


def test_no_session_and_a_session_that_was_ended_are_told_to_sign_in(proved) -> None:
    as_(proved, "cat")
    proved.stores.people.end_sessions(proved.people["cat"].account_id, Ended(proved.now, "test", "test"))
    for token in (proved.token, ""):
        proved.token = token
        status, message = proved.refused("GET", "/alerts/queues")
        assert status == 401
        assert "openanpr sign-in" in message


@contextmanager
def watching(proved, data, monkeypatch):
    """Watch the live stream as the command line does; give what it was told at the end, once it is there."""
    monkeypatch.setattr(alert_listening, "BEAT_S", 0.2)
    monkeypatch.setenv("XDG_STATE_HOME", str(data.parent / "state"))
    keep_session(str(data.resolve()), KeptSession("cat", proved.token, ""))
    told: Queue[str] = Queue()

    def watch() -> None:
        try:
            for _ in ask.listen(data, "/alerts/stream", query={}):
                pass
        except RefusedError as refusal:
            told.put(str(refusal))

    with serve_socket(proved.app, data / ask.SOCKET):
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        until = time.monotonic() + 10
        while proved.desk.viewers == 0 and time.monotonic() < until:
            time.sleep(0.02)
        assert proved.desk.viewers == 1
        yield told
        thread.join(5)


def test_the_live_stream_ends_with_the_role_of_who_listens(proved, tmp_path, monkeypatch) -> None:
    as_(proved, "cat")
    with watching(proved, tmp_path / "s", monkeypatch) as told:
        proved.stores.people.withdraw("g-cat-control-room-operator", Ended(proved.now, "test", "moved"))
        assert "watch again" in told.get(timeout=10), "whoever lost the role hears on"


def test_to_listen_keeps_no_session_from_idling(proved, tmp_path, monkeypatch) -> None:
    as_(proved, "cat")
    with watching(proved, tmp_path / "s", monkeypatch) as told:
        for _ in range(2):
            proved.later(minutes=7)
            time.sleep(0.6)  # some beats, at each of which it is asked anew who listens
        assert told.empty()
        proved.later(minutes=1)
        assert "sign in, by 'openanpr sign-in'" in told.get(timeout=10)
    assert proved.desk.viewers == 0
