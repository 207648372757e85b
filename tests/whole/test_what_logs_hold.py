"""After all that was done: no log of a node or reader holds a plate, a code, a token or a key."""

from __future__ import annotations

import pytest

from tests.whole.world import Device, Watch, read

LISTED, STRAY, CAMERA = "ZA11LGS", "ZB12LGS", "53/1/2"


@pytest.fixture(scope="module")
def logs(yard, force):
    """Every log so far, with at least one listed vehicle, one held read, one feed and one refusal in them."""
    device = Device(force, "log", "53")
    force.approve(force.add("wanted", LISTED))
    told = force.ask("feeds", "add", "--name", "a feed", "--scope", "53/1/2", "--by", "Ann")
    yard.secrets.add(told["token"])
    with Watch(force) as watch:
        device.send(read(LISTED, CAMERA), read(STRAY, "53/1/29"))
        watch.wait_for(LISTED)
    heard = device.batch(read(STRAY, CAMERA))
    assert [device.post(heard)[0] for _ in range(2)] == [200, 401]
    status, _ = device.post(
        device.signed("POST", f"/v1/feeds/axis/{told['token']}", "text/plain", b"ZB12LGS")
    )
    assert status < 500
    force.settled()
    return {path.name: path.read_text("utf-8") for path in yard.logs if path.exists()}


def squeezed(text: str) -> str:
    """A text without what may stand between the parts of a mark."""
    return text.upper().replace(" ", "").replace("-", "")


def test_the_logs_tell_what_was_done(logs) -> None:
    assert "POST /v1/batches 200" in logs["force.log"]
    assert "POST /v1/batches 401" in logs["force.log"]
    assert "POST /v1/feeds/{vendor}/{token}" in logs["force.log"]


def test_no_log_holds_a_plate(yard, logs) -> None:
    marks = {squeezed(mark) for mark in yard.marks}
    assert {LISTED, STRAY} <= marks
    assert [(name, mark) for name, text in logs.items() for mark in marks if mark in squeezed(text)] == []


def test_no_log_holds_a_code_a_token_or_a_key(yard, logs) -> None:
    secrets = yard.secrets | {
        line
        for pem in yard.folder.rglob("*.pem")
        for line in pem.read_text("ascii").splitlines()
        if not line.startswith("-----")
    }
    assert len(secrets) >= 3
    assert all(len(secret) > 12 for secret in secrets)
    assert [name for name, text in logs.items() for secret in secrets if secret in text] == []
