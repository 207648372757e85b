"""A reader tells how it stands, never a plate; what waits in its outbox can be seen and let go again."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from openanpr.core.camera import CameraId
from openanpr.deliver.outbox import Fill, Outbox
from openanpr.deliver.send import Standing
from openanpr.deliver.verdict import Verdict
from openanpr.run.cli import main
from openanpr.run.reader.delivery import Counts
from openanpr.run.reader.standing import ALARMS, Look, Teller
from openanpr.run.reader.state import default_state
from openanpr.run.reader.waiting import release_aside, show_status
from tests.conventions.tree import ROOT
from tests.wire.records import record

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EMPTY = Fill(0, 0, 0, 0, 0, 0, 0, 0, None, full=False, pictures_full=False)
WELL = Look(NOW, "53/1/7", EMPTY, Standing(Verdict.TAKEN), Counts(), source_lost=False)


def with_fill(**beside) -> Look:
    return replace(WELL, fill=replace(EMPTY, **beside))


def with_delivery(*said, **beside) -> Look:
    return replace(WELL, delivery=Standing(*said, **beside))


@pytest.mark.parametrize(
    ("look", "alarm"),
    [
        (with_fill(full=True), "outbox_full"),
        (with_fill(pictures_full=True), "pictures_refused"),
        (with_delivery(Verdict.LATER, "disk_full"), "disk_full"),
        (with_delivery(Verdict.NOT_ADMITTED, "unknown_key"), "not_admitted"),
        (with_delivery(Verdict.NOT_ADMITTED, "expired"), "clock_wrong"),
        (with_delivery(Verdict.NOT_UNDERSTOOD, "http_404"), "not_a_node"),
        (replace(WELL, source_lost=True), "source_lost"),
        (with_fill(reads=1, reads_aside=1), "set_aside"),
        (with_delivery(Verdict.TAKEN, quarantined=1), "quarantined"),
        (with_delivery(Verdict.TAKEN, quarantined=3, lapsed=3, lapsing=True), "camera_lapsed"),
        (replace(WELL, counts=Counts(unfit=1)), "unfit"),
    ],
)
def test_each_alarm_comes_and_goes_and_is_told_once_each_time(look, alarm) -> None:
    out, err = io.StringIO(), io.StringIO()
    teller = Teller(out, err, as_json=True, every_s=60)
    for second, seen in enumerate([WELL, look, look, WELL]):
        teller.look(seen, steady_s=second)
    assert err.getvalue().splitlines() == [f"ALARM {alarm}: {ALARMS[alarm]}", f"over: {alarm}"]
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["alarms"] for line in lines] == [[], [alarm], []]


def test_the_line_comes_every_minute_and_on_every_change_and_not_between() -> None:
    out = io.StringIO()
    teller = Teller(out, io.StringIO(), as_json=False, every_s=60)
    waits = with_fill(reads=3, pictures=6, oldest=NOW - timedelta(seconds=12))
    for second, look in [(0, WELL), (30, WELL), (59, WELL), (60, WELL), (61, waits), (62, waits)]:
        teller.look(look, steady_s=second)
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0] == (
        "2026-11-22T12:00:00Z camera 53/1/7: 0 reads made, 0 delivered; "
        "0 reads and 0 pictures wait; node: taken"
    )
    assert "3 reads and 6 pictures wait, the oldest 12 s old" in lines[2]


@pytest.fixture
def state(tmp_path):
    """The folder of a reader that is not running: one read waits, one is set aside."""
    with Outbox.open(tmp_path / "outbox.db") as outbox:
        outbox.put([record("ZZ99ZZZ")])
        outbox.set_aside(outbox.take(uuid4).batch_id, "unreadable")
        outbox.put([record("YY88YYY", after_ms=5)])
    return tmp_path


def test_what_waits_is_told_without_a_node_and_without_a_plate(state) -> None:
    out, err = io.StringIO(), io.StringIO()
    assert show_status(state, as_json=True, out=out, err=err) == 0
    told = json.loads(out.getvalue())
    assert (told["waiting"], told["set_aside"], told["device"]) == (1, {"reads: unreadable": 1}, None)
    assert show_status(state, as_json=False, out=out, err=err) == 0
    assert "set aside: reads: unreadable: 1" in out.getvalue()
    assert "ZZ99" not in out.getvalue() + err.getvalue()


def test_what_was_set_aside_can_wait_again(state, capsys) -> None:
    assert main(["reader", "release", "--state", str(state)]) == 0
    assert capsys.readouterr().out == "1 reads and pictures wait again\n"
    assert main(["reader", "status", "--state", str(state), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["waiting"] == 2


def test_where_no_reader_ran_nothing_is_made(tmp_path) -> None:
    out, err = io.StringIO(), io.StringIO()
    assert show_status(tmp_path / "none", as_json=True, out=out, err=err) == 2
    assert release_aside(tmp_path, out=out, err=err) == 2
    assert "no reader has run" in err.getvalue()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "call",
    [
        ["reader", "clip.mp4"],
        ["reader", "clip.mp4", "--camera", "53/1/7"],
        ["reader", "clip.mp4", "--camera", "53/1", "--node", "https://a"],
        ["reader", "status", "clip.mp4", "--camera", "53/1/7", "--node", "https://a"],
        ["reader", "a", "--camera", "53/1/7", "--node", "https://a", "--enrol", "x", "--enrol-file", "y"],
    ],
)
def test_a_call_that_lacks_or_doubles_something_is_refused(call, capsys, monkeypatch) -> None:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(call)
    assert ended.value.code == 2
    capsys.readouterr()


def test_an_empty_code_file_is_told_so(tmp_path, capsys) -> None:
    (tmp_path / "code").write_text("\n")
    call = ["reader", "a.mp4", "--camera", "53/1/7", "--node", "https://a", "--state", str(tmp_path)]
    assert main([*call, "--enrol-file", str(tmp_path / "code")]) == 2
    assert "a code of 1 to 128 characters" in capsys.readouterr().err


def test_the_state_is_where_systemd_or_the_user_keeps_such_things(monkeypatch, tmp_path) -> None:
    camera = CameraId(53, 1, 7)
    assert str(default_state(camera, {"STATE_DIRECTORY": "/var/lib/reader:/b"})) == "/var/lib/reader"
    given = default_state(camera, {"XDG_STATE_HOME": str(tmp_path)})
    assert given == tmp_path / "openanpr" / "reader-53-1-7"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_state(camera, {}) == tmp_path / ".local/state/openanpr/reader-53-1-7"


def test_every_alarm_is_in_the_guide() -> None:
    page = (ROOT / "docs/how-to/deliver-to-a-node.md").read_text(encoding="utf-8")
    assert {name for name in ALARMS if f"`{name}`" not in page} == set()
