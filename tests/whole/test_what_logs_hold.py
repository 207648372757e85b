"""No log of a node or reader holds a plate, a code, a token or a key; each file looks at its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.whole.world import Device, Watch, read

LISTED, STRAY, CAMERA = "ZA11LGS", "ZB12LGS", "53/1/2"


@pytest.fixture(scope="module")
def logs(yard, force):
    """Every log, with at least one listed vehicle, one held read, one feed and one refusal in them."""
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


def test_the_logs_tell_what_was_done(logs) -> None:
    assert "POST /v1/batches 200" in logs["force.log"]
    assert "POST /v1/batches 401" in logs["force.log"]
    assert "POST /v1/feeds/{vendor}/{token}" in logs["force.log"]


@pytest.mark.usefixtures("logs")
def test_no_log_holds_a_plate_a_code_a_token_or_a_key(yard) -> None:
    secrets = yard.secret_words()
    assert {LISTED, STRAY} <= yard.marks
    assert len(secrets) >= 3
    assert all(len(secret) > 12 for secret in secrets)
    assert yard.told_to_logs() == []


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("told", ["ZA11 LGS", "za11-lgs", "the code"])
def test_a_log_that_tells_is_found(yard, told) -> None:
    (yard.folder / "loose.log").write_text(told.replace("the code", next(iter(yard.secrets))), "utf-8")
    found = replace(yard, logs=[*yard.logs, yard.folder / "loose.log"]).told_to_logs()
    assert [name for name, _ in found] == ["loose.log"]
