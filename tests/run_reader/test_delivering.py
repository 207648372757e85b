"""One camera read and delivered: enrolled once, every read kept on disk until the node has it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.core.instant import ClockSource
from openanpr.deliver.outbox import Capacity, Outbox
from openanpr.run.reader.delivery import Putting
from openanpr.run.reader.reading import load_delivering_reader
from openanpr.run.reader.state import held
from tests.deliver.node import refuses, serving, takes_and_hangs_up
from tests.match.reads import make_read
from tests.run_reader.world import CAMERA, Ran, started, until


def vrms(node) -> list[str]:
    return [record.vrm for _, records in node.batches for record in records]


class Always:
    """A plan that never ends."""

    def __init__(self, behave) -> None:
        self.behave = behave

    def popleft(self):
        return self.behave


def test_a_clip_is_read_by_the_real_models_and_delivered_with_its_pictures(url, node, clip, tmp_path) -> None:
    ran = Ran(url, tmp_path / "state", clip, code="good", make_reader=load_delivering_reader)
    assert (ran.code, vrms(node)) == (0, ["DK19UVB"])
    (record,) = node.batches[0][1]
    assert (record.camera, record.frames > 5) == (CAMERA, True)
    assert set(node.pictures) == {record.patch, record.overview}
    assert max(map(len, node.pictures.values())) <= 25 * 1024
    assert "DK19UVB" not in ran.said
    assert "1 reads made, 1 delivered; 0 reads and 0 pictures wait" in ran.said


def test_a_reader_enrols_once_and_is_known_ever_after(url, node, street, tmp_path) -> None:
    state = tmp_path / "state"
    assert Ran(url, state, street, code="good").code == 0
    key = (state / "key.pem").read_bytes()
    assert Ran(url, state, street).code == 0
    assert Ran(url, state, street, code="another code, which is not used up").code == 0
    assert (state / "key.pem").read_bytes() == key
    assert sum(post.path == "/v1/devices" for post in node.posts) == 1
    assert {stat.S_IMODE(p.stat().st_mode) & 0o077 for p in [state, *state.iterdir()]} == {0}


def test_an_answer_to_the_enrolment_that_was_lost_is_asked_for_again(url, node, street, tmp_path) -> None:
    node.plan.append(takes_and_hangs_up)
    first = Ran(url, tmp_path / "state", street, code="good")
    assert first.code == 2
    assert "try the same code again when the line is up" in first.said
    assert Ran(url, tmp_path / "state", street, code="good").code == 0


@pytest.mark.parametrize(
    ("code", "ahead_s", "sentence"),
    [
        (None, 0, "ask the node's operator for a code for camera 53/1/7"),
        ("bad", 0, "not enrolled: the node refuses this code or this key"),
        ("good", 3600, "set it with a time service, then try the same code again"),
        ("good", -3600, "set it with a time service, then try the same code again"),
    ],
)
def test_who_is_not_admitted_is_told_what_to_do(node, street, tmp_path, code, ahead_s, sentence) -> None:
    node.now = lambda: datetime.now(UTC) - timedelta(seconds=ahead_s)
    with serving(node) as url:
        ran = Ran(url, tmp_path / "state", street, code=code)
    assert ran.code == 2
    assert sentence in ran.said
    assert node.batches == []


def test_a_state_folder_is_that_of_one_camera_one_node_and_one_key(url, street, tmp_path) -> None:
    state = tmp_path / "state"
    Ran(url, state, street, code="good")
    assert "is enrolled at http://127.0.0.1" in Ran("https://other.example", state, street).said
    known = json.loads((state / "enrolled.json").read_text())
    (state / "enrolled.json").write_text(json.dumps(known | {"camera": "53/1/8"}))
    assert "is that of camera 53/1/8" in Ran(url, state, street).said
    (state / "enrolled.json").write_text(json.dumps(known | {"key_id": "another"}))
    assert "is not the one that was enrolled" in Ran(url, state, street).said
    (state / "enrolled.json").write_text("{")
    assert "cannot be read" in Ran(url, state, street).said
    (state / "enrolled.json").write_text(json.dumps(known))
    (state / "key.pem").unlink()
    assert "is gone" in Ran(url, state, street).said


def test_one_folder_has_one_running_reader(url, street, tmp_path) -> None:
    with held(tmp_path / "state"):
        ran = Ran(url, tmp_path / "state", street, code="good")
    assert ran.code == 2
    assert "another reader runs" in ran.said
    assert Ran(url, tmp_path / "state", street, code="good").code == 0


@pytest.mark.parametrize(
    ("sources", "beside", "sentence"),
    [
        (["rtsp://a.example/1", "clip.mp4"], {}, "start one reader for each"),
        (["usb:0"], {"loop": True}, "a camera is live already"),
        (["gopher://a"], {}, "gopher"),
        ([], {}, "name a SOURCE"),
    ],
)
def test_sources_that_do_not_go_together_are_refused_before_anything_is_sent(
    url, node, tmp_path, sources, beside, sentence
) -> None:
    ran = Ran(url, tmp_path / "state", *sources, code="good", **beside)
    assert (ran.code, node.posts) == (2, [])
    assert sentence in ran.said


def test_a_plain_address_of_another_machine_is_refused(street, tmp_path) -> None:
    ran = Ran("http://node.example", tmp_path / "state", street, code="good")
    assert ran.code == 2
    assert "https://" in ran.said


def test_what_cannot_be_delivered_waits_and_goes_with_the_next_start(url, node, street, tmp_path) -> None:
    state = tmp_path / "state"
    Ran(url, state, street, code="good")
    node.batches.clear()
    node.plan = Always(refuses(503))
    (street / "gh78klm.png").write_bytes((street / "ab12cde.png").read_bytes())
    first = Ran(url, state, street / "gh78klm.png")
    assert (first.code, node.batches) == (1, [])
    assert "1 reads and 1 pictures wait" in first.said
    node.plan = deque()
    assert Ran(url, state, street / "ab12cde.png").code == 0
    assert "GH78KLM" in vrms(node)


def test_a_revoked_reader_goes_on_reading_and_says_so_once(url, node, street, tmp_path) -> None:
    state = tmp_path / "state"
    Ran(url, state, street, code="good")
    node.keys.clear()
    ran = Ran(url, state, street)
    assert ran.err.getvalue().count("ALARM not_admitted") == 1
    assert "3 reads made, 0 delivered; 3 reads" in ran.out.getvalue()
    assert ran.code == 1


def test_a_reader_that_enrols_again_delivers_what_waited_as_the_new_device(
    url, node, street, tmp_path
) -> None:
    state = tmp_path / "state"
    Ran(url, state, street / "ab12cde.png", code="good")
    node.keys.clear()
    assert Ran(url, state, street / "ab12cde.png", code="another, which is not asked about").code == 1
    old = (state / "key.pem").read_bytes()
    (state / "key.pem").unlink()
    assert "remove enrolled.json" in Ran(url, state, street, code="good").said
    (state / "enrolled.json").unlink()
    node.codes.clear()
    assert "not enrolled" in Ran(url, state, street).said, "a code is asked for"
    node.batches.clear()
    ran = Ran(url, state, street / "gone.jpg", code="good")
    assert "0 reads made, 1 delivered; 0 reads and 0 pictures wait" in ran.said
    assert (vrms(node), (state / "key.pem").read_bytes() != old) == (["AB12CDE"], True)


def test_a_source_that_cannot_be_read_is_named_and_the_rest_is_delivered(url, node, street, tmp_path) -> None:
    ran = Ran(url, tmp_path / "state", street / "gone.jpg", street, code="good")
    assert (ran.code, len(vrms(node))) == (1, 3)
    assert "gone.jpg: there is no such file" in ran.said


def test_a_full_outbox_refuses_the_newest_counts_and_reads_on(tmp_path) -> None:
    with Outbox.open(tmp_path / "outbox.db", capacity=Capacity(reads=2, picture_bytes=5)) as outbox:
        putting = Putting(outbox, CAMERA)
        for number in range(4):
            putting.put(make_read(f"AB1{number}CDE", patch=b"1234"))
        assert (putting.counts.made, putting.counts.refused) == (4, 2)
        fill = outbox.fill()
        assert (fill.reads, fill.refused_reads, fill.full) == (2, 2, True)
        assert fill.pictures == 1


def test_the_same_clip_looped_gives_new_reads_with_the_time_of_its_playing(url, node, clip, tmp_path) -> None:
    began = datetime.now(UTC)
    code = tmp_path / "code.txt"
    code.write_text("good\n")
    reader = started(
        "reader", "--node", url, "--camera", "53/1/7", "--state", tmp_path / "state", "--enrol-file", code,
        "--threads", 1, "--json", "--loop", clip,
    )  # fmt: skip
    until(lambda: len(vrms(node)) >= 2)
    reader.send_signal(signal.SIGTERM)
    out, err = reader.communicate(timeout=30)
    assert (reader.returncode, err) == (0, "")
    records = [r for _, batch in node.batches for r in batch]
    times = [r.captured_at for r in records]
    assert len(set(times)) == len(times) >= 2
    assert all(began < at < datetime.now(UTC) for at in times)
    assert {r.clock for r in records} == {ClockSource.STREAM}
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[-1]["waiting"] == 0
    assert lines[-1]["delivered"] == len(records)
    assert "DK19" not in out


def test_a_reader_killed_without_warning_loses_no_kept_read(url, node, clip, street, tmp_path) -> None:
    state = tmp_path / "state"
    Ran(url, state, street, code="good")
    node.batches.clear()
    node.plan = Always(refuses(503))
    arguments = (
        "reader",
        "--node",
        url,
        "--camera",
        "53/1/7",
        "--state",
        state,
        "--threads",
        1,
        "--loop",
        clip,
    )
    reader = started(*arguments)
    with Outbox.open(state / "outbox.db") as outbox:
        until(lambda: outbox.fill().reads >= 2)
        reader.kill()
        reader.communicate()
        kept = {row[0] for row in outbox._connection.execute("SELECT read_id FROM reads")}
    node.plan = deque()
    assert Ran(url, state, street / "ab12cde.png").code == 0
    delivered = [r.read_id.to_bytes(8, "big") for _, batch in node.batches for r in batch]
    assert len(kept) >= 2
    assert kept <= set(delivered)
    assert len(delivered) == len(kept) + 1, "what was kept, and the picture once more; nothing twice"


def test_ctrl_c_gives_130_and_a_lost_camera_is_an_alarm(url, tmp_path) -> None:
    reader = started(
        "reader", "--node", url, "--camera", "53/1/7", "--state", tmp_path / "state", "--enrol-file", "-",
        "--threads", 1, "http://127.0.0.1:9/street.mjpg", stdin=-1,
    )  # fmt: skip
    reader.stdin.write("good\n")
    reader.stdin.close()
    reader.stdin = None
    told = iter(reader.stderr.readline, "")
    assert any("ALARM source_lost" in line for line in told)
    reader.send_signal(signal.SIGINT)
    reader.communicate(timeout=30)
    assert reader.returncode == 130


def test_nobody_at_the_standard_output_ends_nothing(url, node, clip, tmp_path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    reader = started(
        "reader", "--node", url, "--camera", "53/1/7", "--state", tmp_path / "state", "--enrol", "good",
        "--threads", 1, clip, stdout=writing,
    )  # fmt: skip
    os.close(writing)
    _, err = reader.communicate(timeout=60)
    assert (reader.returncode, err, vrms(node)) == (0, "", ["DK19UVB"])


def test_an_outbox_that_breaks_ends_the_reader_with_a_sentence(url, street, tmp_path) -> None:
    state = tmp_path / "state"
    Ran(url, state, street, code="good")
    with sqlite3.connect(state / "outbox.db") as outbox:
        outbox.execute("DROP TABLE batches")
    outbox.close()
    ran = Ran(url, state, street)
    assert ran.code == 2
    assert "can no longer be used: look at the disk" in ran.said
