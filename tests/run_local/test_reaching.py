"""Reaching a node from the command line: its folder, its socket, who may ask, and one that ends meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from openanpr.run.cli import main
from openanpr.run.local import ask
from tests.ports import free_port
from tests.run_local.conftest import until
from tests.run_local.watching import OPENANPR
from tests.run_node.test_starting import running


def test_a_socket_that_nobody_listens_on_any_more(call, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OPENANPR_DATA_FOLDER", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "node.sock"))
    refused = call("lists", "show")
    assert (refused.code, "no node runs on" in refused.err) == (2, True)


def test_what_answers_and_is_no_node_is_told_by_its_status(tmp_path, call, monkeypatch) -> None:
    monkeypatch.setenv("OPENANPR_DATA_FOLDER", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "node.sock"))
        other.listen()

        def answer() -> None:
            for _ in range(4):
                line, _ = other.accept()
                with line:
                    if line.recv(10_000):
                        line.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nhm")

        thread = threading.Thread(target=answer)
        thread.start()
        assert "status 500" in call("lists", "show").err
        assert "status 500" in call("alerts", "watch").err
        thread.join(5)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_only_the_owner_may_ask(node, mode) -> None:
    """Whether the folder is closed to others or only the socket is."""
    code = (
        "import os, sys; import openanpr.audit.verify, openanpr.run.cli, openanpr.run.local.ask; "
        "import openanpr.run.local.api, openanpr.run.local.lists; "
        "os.setuid(65534); sys.exit(openanpr.run.cli.main())"
    )
    node.data.chmod(mode)
    node.data.parent.chmod(0o755)
    # The other user could not write down what was covered.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, "lists", "show", "--data", node.data],
            capture_output=True, text=True, timeout=60, check=False, env=unmeasured,
        )  # fmt: skip
    finally:
        node.data.chmod(0o700)
    assert done.returncode == 2
    assert done.stderr == "openanpr: only the owner of the node's folder may ask it: use that account\n"


@pytest.mark.parametrize(
    ("end", "says"), [(signal.SIGKILL, "does not answer"), (signal.SIGTERM, "has ended")]
)
def test_a_node_that_ends_while_one_watches_is_told_of_at_once(tmp_path, end, says) -> None:
    data = tmp_path / "node"
    data.mkdir(mode=0o700)
    (data / "node.toml").write_text(f"[listen]\nport = {free_port()}\n[people]\nport = 0\n")
    with running(data) as process:
        with subprocess.Popen(
            [OPENANPR, "alerts", "watch", "--data", data], stderr=subprocess.PIPE, text=True
        ) as watch:
            until(lambda: present(data))
            process.send_signal(end)
            _, err = watch.communicate(timeout=8)
        assert watch.returncode == 2
        assert says in err
        assert err.count("\n") == 1
        if end is signal.SIGTERM:
            assert process.wait(8) == 0, "a viewer does not hold up the end"


def present(data: Path) -> int:
    return ask.ask(data, "GET", "/node")["alerts"]["present"]


def test_who_acts_is_whoever_is_logged_in_where_nobody_is_named(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(ask.getpass, "getuser", lambda: "ann")
    assert ask.login_name(tmp_path) == "ann"

    def nobody() -> str:
        raise OSError("no name")

    monkeypatch.setattr(ask.getpass, "getuser", nobody)
    assert ask.login_name(tmp_path) == f"uid {os.getuid()}"


def test_the_folder_of_a_node_is_that_of_the_environment_or_of_the_user(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("OPENANPR_DATA_FOLDER", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert ask.default_data() == tmp_path / "openanpr" / "node"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert ask.default_data() == Path.home() / ".local" / "state" / "openanpr" / "node"


def test_ctrl_c_while_the_node_is_asked_ends_without_a_traceback(monkeypatch, capsys) -> None:
    def stopped(*_words, **_beside):
        raise KeyboardInterrupt

    monkeypatch.setattr("openanpr.run.local.ask.ask", stopped)
    assert main(["lists", "show"]) == 130
    assert capsys.readouterr().err == ""
