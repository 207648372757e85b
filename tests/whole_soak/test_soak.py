"""A short soak in real processes, and that its count finds what is lost, doubled or changed."""

from __future__ import annotations

import json
import random
import socket
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from benchmarks.result import Line
from benchmarks.soak_alerts import heard_faults
from benchmarks.soak_node import Told, finding_of, soaked
from benchmarks.soak_reader import Ledger
from benchmarks.soak_way import CLEAR, Fault, Trouble, Way
from benchmarks.soak_world import counted
from tests.ports import free_port

pytestmark = pytest.mark.campaign  # one node that is killed again and again is in tests/whole/test_kill.py
KILLS = 6


@pytest.fixture(scope="module")
def soak(tmp_path_factory) -> tuple[Path, Told]:
    folder = tmp_path_factory.mktemp("soak")
    return folder, soaked(folder, kills=KILLS, seed=5, rate_s=20)


def test_no_read_or_alert_is_lost_or_doubled_by_kills_and_cut_lines(soak) -> None:
    folder, told = soak
    near, far = told.found["near"], told.found["far"]
    assert told.wrong == {}, f"see {folder}"
    assert told.kills.total() == KILLS
    assert near["stored"] == far["stored"] >= near["kept"] > 50
    assert near["hits"] > 0
    assert near["events"] >= near["alerts"] > 0


def test_the_count_finds_a_read_that_was_lost(soak, tmp_path) -> None:
    folder, _ = soak
    extra = tmp_path / "reader-1.ledger"
    extra.write_bytes((folder / "reader-1.ledger").read_bytes())
    named = {"vrm": "AB12CDE", "patch": None, "overview": None}
    with closing(Ledger(extra)) as ledger:
        number = ledger.number + 1
        made = {"do": "made", "number": number, "camera": "53/1/1", "at_ms": ledger.at_ms + 1, **named}
        ledger.note([made, {"do": "kept", "numbers": [number]}])
    found = counted(folder / "far", [extra, folder / "reader-2.ledger"], folder / "marks.json", None)
    assert found["wrong"] == {"lost from reads": 1, "lost from reads_by_camera": 1}


def test_the_count_finds_a_read_that_nobody_made(soak) -> None:
    folder, _ = soak
    found = counted(folder / "far", [folder / "reader-2.ledger"], folder / "marks.json", None)
    assert found["wrong"]["never made, in reads"] > 0


def test_the_count_finds_a_picture_that_was_lost_and_one_that_was_damaged(soak) -> None:
    folder, _ = soak
    first, second = sorted((folder / "far" / "pictures").rglob("*.jpg"))[:2]
    kept = first.read_bytes(), second.read_bytes()
    first.unlink()
    second.write_bytes(kept[1][:-10])
    ledgers = [folder / f"reader-{n}.ledger" for n in (1, 2)]
    found = counted(folder / "far", ledgers, folder / "marks.json", None)
    first.write_bytes(kept[0])
    second.write_bytes(kept[1])
    assert found["wrong"] == {"pictures lost": 1, "pictures damaged": 1}


def alert_line(alert: str, step: int) -> dict[str, object]:
    return {"kind": "alert", "alert": alert, "step": step, "cursor": ""}


@pytest.mark.parametrize(
    ("heard", "wrong"),
    [
        ([("a", 1), ("b", 1), ("a", 2)], set()),
        ([("a", 1), ("a", 2)], {"events not heard"}),
        ([("a", 1), ("b", 1), ("b", 1), ("a", 2)], {"events heard twice", "events heard out of order"}),
        ([("b", 1), ("a", 1), ("a", 2)], {"events heard out of order"}),
        ([("a", 1), ("b", 1), ("a", 2), ("c", 1)], {"events heard that are not kept"}),
    ],
)
def test_the_count_finds_events_that_were_missed_or_heard_twice(heard, wrong) -> None:
    lines = [alert_line(*one) for one in heard]
    found = heard_faults(lines, [("a", 1), ("b", 1), ("a", 2)])
    assert {name for name, number in found.items() if number} == wrong


def test_a_soak_with_a_difference_misses_its_least() -> None:
    told = Told(wrong={"near: lost from reads": 1})
    (line,) = [line for line in finding_of(told, seed=1, rate_s=1).lines if "differences" in line.what]
    assert isinstance(line, Line)
    assert line.holds(line.at_least) is False


def test_a_ledger_cut_short_by_a_kill_goes_on_from_its_last_whole_line(tmp_path) -> None:
    path = tmp_path / "ledger"
    with closing(Ledger(path)) as ledger:
        ledger.note([{"do": "made", "number": 7, "at_ms": 70}])
    with path.open("ab") as file:
        file.write(b'{"do": "made", "numb')
    with closing(Ledger(path)) as ledger:
        ledger.note([{"do": "kept", "numbers": [7]}])
    lines = path.read_bytes().splitlines()
    assert (ledger.number, ledger.at_ms) == (7, 70)
    assert json.loads(lines[-1]) == {"do": "kept", "numbers": [7]}


def echo(end: socket.socket) -> None:
    with end, suppress(OSError):
        end.sendall(end.recv(1000))


@pytest.fixture
def way():
    """A way to a server that answers what it is asked."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def serve() -> None:
            while True:
                try:
                    end, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=echo, args=(end,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        with Way(free_port(), listener.getsockname()[1], random.Random(1)) as way:
            yield way
        listener.shutdown(socket.SHUT_RDWR)


def asked(way: Way, *, within_s: float) -> bytes:
    with socket.create_connection(("127.0.0.1", way.port), timeout=within_s) as end:
        end.sendall(b"0123456789")
        answer = b""
        while piece := end.recv(1000):
            answer += piece
        return answer


def test_a_way_carries_an_answer_and_breaks_it_as_it_is_told(way) -> None:
    assert asked(way, within_s=10) == b"0123456789"
    way.suffer(Trouble(Fault.RESET))
    with pytest.raises(OSError, match="reset"):
        asked(way, within_s=10)
    way.suffer(Trouble(Fault.SWALLOWED))
    with pytest.raises(TimeoutError):
        asked(way, within_s=0.3)
    way.suffer(Trouble(Fault.SLOW, bytes_s=1_000, late_s=0.05))
    assert asked(way, within_s=10) == b"0123456789"
    way.suffer(CLEAR)
    assert asked(way, within_s=10) == b"0123456789"
