"""A node is backed up while reads come in, and the backup becomes a node again in another folder."""

from __future__ import annotations

import stat
import threading
from contextlib import contextmanager

from tests.whole.world import Device, Node, read, run, until

LISTED, CAMERA = "YA11BCK", "53/1/7"


@contextmanager
def coming_in(device: Device, marks: list[str]):
    """Reads that come in all the while; those that were acknowledged are in `marks`."""
    ended = threading.Event()

    def send() -> None:
        while not ended.is_set():
            mark = f"Y{len(marks):05d}B"
            device.send(read(mark, CAMERA))
            marks.append(mark)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def known(node: Node) -> object:
    """What a node knows of alerts, lists and devices.

    How long an alert has waited is not in it, nor when a device was last seen: that is known since the start.
    """
    alerts = {(one["id"], one["hits"], one["state"], one["strongest"]["vrm_read"]) for one in node.queue()}
    devices = [{**one, "seen_at": None} for one in node.ask("devices", "list")]
    return alerts, node.ask("lists", "show"), devices


def test_a_backup_of_a_running_node_becomes_a_node_with_all_that_it_had(yard, force, tmp_path) -> None:
    force.camera(CAMERA)
    device = Device(force, "camera 7", CAMERA)
    force.approve(force.add("wanted", LISTED))
    device.send(read(LISTED, CAMERA))
    until(lambda: force.alert_of(LISTED), within_s=20, what="the alert")
    marks: list[str] = []
    with coming_in(device, marks):
        until(lambda: len(marks) > 10, within_s=20, what="reads come in")
        before = len(marks)
        kept = known(force)
        backed_up = force.told("node", "backup", tmp_path / "backup")
        assert backed_up.returncode == 0, backed_up.stderr
        until(lambda: len(marks) > before + 10, within_s=20, what="reads come in after the backup")
    whole = run("node", "verify", tmp_path / "backup")
    assert whole.stdout.startswith("whole: ")
    other = Node(yard, "restored")
    restored = run("node", "restore", tmp_path / "backup", "--data", other.data)
    assert restored.returncode == 0, restored.stderr
    assert "look at node.toml.restored, then start" in restored.stdout
    other.start().settled()
    assert known(other) == kept
    assert not any(one["failures"] for one in other.status()["consumers"].values())
    other.stop()
    open_to_others = [
        path.name for path in other.data.rglob("*")
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]  # fmt: skip
    assert open_to_others == []
    stored = {one["record"]["vrm"] for one in other.stored()}
    assert {LISTED, *marks[:before]} <= stored


def revision(node: Node) -> int:
    """The revision of its list."""
    return next(one["revision"] for one in node.ask("lists", "show") if one["name"] == "wanted")


def taken(node: Node) -> int:
    """How many reads it has taken since its start."""
    return node.status()["counts"]["reads"].get("accepted", 0)


def test_a_restored_node_forwards_what_waited_and_gives_no_revision_of_a_list_twice(
    yard, nation, tmp_path
) -> None:
    code = nation.code_file("force-b", "53/1")
    settings = f'[forward]\nurl = "{nation.url}"\n'
    node = Node(yard, "force-b", f'{settings}code_file = "{code}"\n').start()
    node.camera("53/1/1")
    node.define("wanted")
    device = Device(node, "camera 1", "53/1/1")
    before = taken(nation)
    device.send(read("YB11FWD", "53/1/1"))
    until(lambda: taken(nation) == before + 1, within_s=60, what="it is forwarded")
    node.approve(node.add("wanted", "YB12FWD"))
    with nation.stopped():
        device.send(read("YB13FWD", "53/1/1"))
        node.settled()
        assert node.status()["forward"]["waiting"] == 1
        assert node.told("node", "backup", tmp_path / "backup").returncode == 0
        node.approve(node.add("wanted", "YB14FWD"))
        lost = revision(node)
        node.stop()
        code.unlink()
        restored = Node(yard, "force-b-again", settings)
        assert run("node", "restore", tmp_path / "backup", "--data", restored.data).returncode == 0
        restored.start()
        assert restored.status()["forward"]["waiting"] == 1
    until(lambda: taken(nation) == 1, within_s=60, what="it goes on forwarding")
    assert revision(restored) == lost - 1
    restored.approve(restored.add("wanted", "YB15FWD"))
    assert revision(restored) > lost
    leapt = revision(restored)
    with restored.stopped():
        pass
    restored.approve(restored.add("wanted", "YB16FWD"))
    assert revision(restored) == leapt + 1, "it leaps once"
    restored.stop()
