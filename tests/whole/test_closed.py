"""Nothing is open: not the socket to others, not the port to what is not a device, not a file."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys

import httpx
import pytest

from tests.conventions.tree import ROOT
from tests.whole.world import Device, read, run

_DIAL = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
for path in sys.argv[1:]:
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(path)
    except PermissionError:
        print("refused")
    else:
        print("open")
"""


def local_paths() -> list[str]:
    """Every path of the local socket, as the program has it, with names where it takes them."""
    found = set[str]()
    for file in sorted((ROOT / "src/openanpr/web/local").glob("*.py")):
        found |= set(re.findall(r'(?:answered|Route)\(\s*"(/[^"]*)"', file.read_text("utf-8")))
    return sorted(re.sub(r"\{[^}]*\}", "1", path) for path in found)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else to try the socket")
def test_nobody_else_on_the_machine_can_open_the_socket(force) -> None:
    # The folder is opened wide, as a careless hand would: the socket's own mode must hold.
    above = [force.data, *force.data.parents]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in above if path.stat().st_uid == os.getuid()}
    try:
        for path, mode in modes.items():
            path.chmod(mode | 0o055)
        tried = subprocess.run(
            [sys.executable, "-c", _DIAL, force.data / "node.sock"],
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert tried.stdout.split() == ["refused"]


def test_every_file_of_a_node_is_its_owners_alone(force) -> None:
    Device(force, "one more", "53/1/2").send(read("UA21LCK", "53/1/2"))
    force.settled()
    open_to_others = {
        str(path.relative_to(force.data)): oct(stat.S_IMODE(path.lstat().st_mode))
        for path in [force.data, *force.data.rglob("*")]
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    }
    assert open_to_others == {}


def test_the_port_has_nothing_of_what_the_socket_answers(force) -> None:
    paths = local_paths()
    assert len(paths) > 40
    with httpx.Client(base_url=force.url, trust_env=False) as stranger:
        answers = {
            f"{method} {path}": stranger.request(method, path).status_code
            for path in paths
            for method in ("GET", "POST")
        }
    assert {asked: status for asked, status in answers.items() if status != 404} == {}


def test_what_devices_ask_for_is_told_to_nobody_who_does_not_sign(force) -> None:
    asked = [
        ("POST", "/v1/batches"), ("PUT", f"/v1/pictures/{'0' * 64}"), ("POST", "/v1/devices"),
        ("POST", "/v1/devices/key"), ("POST", "/v1/feeds/axis"), ("POST", "/v1/feeds/axis/token"),
        ("GET", "/v1/lists"), ("GET", "/v1/lists/wanted"), ("POST", "/v1/lists/wanted/receipt"),
    ]  # fmt: skip
    with httpx.Client(base_url=force.url, trust_env=False) as stranger:
        statuses = {stranger.request(*one, content=b"{}").status_code for one in asked}
        assert stranger.get("/v1/health").json() == {"status": "ok"}
    assert statuses <= {401, 403, 415, 422}


def test_a_node_that_others_could_reach_in_the_clear_does_not_start(tmp_path) -> None:
    settings = tmp_path / "node.toml"
    settings.write_text('[listen]\nhost = "0.0.0.0"\nnames = ["node.example:8470"]\n', "utf-8")
    tried = run("node", "--data", tmp_path, "--settings", settings)
    assert tried.returncode == 2
    assert "reads may not travel in the clear: set tls.certificate and tls.key" in tried.stderr


def test_a_second_node_on_the_same_folder_does_not_start(force) -> None:
    tried = run("node", "--data", force.data)
    assert tried.returncode == 2
    assert "another process writes this audit log: stop it first" in tried.stderr
