"""What keeps a node from starting is told in one sentence, with exit code 2 and without a stack."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from openanpr.run.cli import main
from openanpr.run.node import command
from openanpr.run.node.home import Home
from tests.begun import Begun, called
from tests.ports import free_port

OPENANPR = Path(sys.executable).with_name("openanpr")


def start(data: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return called("node", "--data", data, *words)


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a start that was refused; log lines before it are no part of it."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("openanpr: ")]
    assert len(said) == 1, done.stderr
    assert done.stdout == ""
    return said[0]


@pytest.fixture
def home(tmp_path) -> Callable[[str], Path]:
    """Makes a folder with these settings."""

    def make(settings: str = "") -> Path:
        data = tmp_path / "node"
        data.mkdir(mode=0o700)
        text = (
            settings
            if "[listen]" in settings
            else f"{settings}\n[listen]\nport = {free_port()}\n[people]\nport = 0\n"
        )
        (data / "node.toml").write_text(text)
        return data

    return make


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("port = ", "is not TOML"),
        ("colour = 1", "colour"),
        ('[listen]\nhost = "0.0.0.0"', "beyond this machine"),
        ('[tls]\ncertificate = "node.crt"', "belong together"),
        ('[feeds]\nprofiles = ["none"]', "none"),
        ('[control_database]\nurl = "mysql://x/y"', "must be postgresql://"),
    ],
)
def test_settings_that_cannot_be_used(home, settings, sentence, capsys) -> None:
    assert main(["node", "settings", "--data", str(home(settings))]) == 2
    assert sentence in capsys.readouterr().err


def test_settings_that_are_not_there(tmp_path) -> None:
    assert "cannot be read" in told(start(tmp_path, "--settings", tmp_path / "none.toml"))


def test_a_profile_that_is_not_there_or_does_not_hold_yet(home) -> None:
    data = home('profile = "own.toml"')
    shipped = next(
        (Path(__file__).parents[2] / "src/openanpr/policy/profiles").glob("nadc*.toml")
    ).read_text()
    lines = [
        "valid_from = 2999-01-01" if one.startswith("valid_from") else one for one in shipped.splitlines()
    ]
    (data / "own.toml").write_text("\n".join(lines))
    assert "2999-01-01" in told(start(data))
    (data / "own.toml").unlink()
    assert "own.toml" in told(start(data))


def test_a_folder_that_is_a_file(tmp_path) -> None:
    (tmp_path / "node").write_text("")
    told(start(tmp_path / "node"))


def test_a_data_folder_whose_path_is_too_long_for_a_socket(tmp_path) -> None:
    data = tmp_path / ("d" * 60) / ("e" * 60)
    data.mkdir(parents=True, mode=0o700)
    (data / "node.toml").write_text(f"[listen]\nport = {free_port()}\n[people]\nport = 0\n")
    told(start(data))


@pytest.fixture(scope="module")
def ran_once(tmp_path_factory) -> Path:
    """The folder of a node that has run."""
    data = tmp_path_factory.mktemp("ran") / "node"
    data.mkdir(mode=0o700)
    (data / "node.toml").write_text(f"[listen]\nport = {free_port()}\n[people]\nport = 0\n")
    with running(data):
        pass
    return data


@pytest.fixture
def ran(ran_once, tmp_path) -> Path:
    """A copy of it, to be spoilt; without the reads, whose files are links to places of that very folder."""
    return Path(shutil.copytree(ran_once, tmp_path / "ran", ignore=shutil.ignore_patterns("reads")))


class running:  # noqa: N801 - read as a verb
    """A node in a process of its own, up."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __enter__(self) -> Begun:
        self.process = Begun(["node", "--data", self.data], self.data.parent / "log")
        until = time.monotonic() + 60
        while not (self.data / "node.sock").exists() and time.monotonic() < until:
            assert self.process.poll() is None, (self.data.parent / "log").read_text()
            time.sleep(0.05)
        return self.process

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


def test_a_second_node_on_the_same_folder_and_one_on_a_port_that_is_taken(home, tmp_path) -> None:
    data = home()
    with running(data) as node:
        assert "another process writes this audit log" in told(start(data))
        other = tmp_path / "other"
        other.mkdir(mode=0o700)
        shutil.copy(data / "node.toml", other)
        told(start(other))
        text = f'[listen]\nport = {free_port()}\n[people]\nport = 0\n[pictures]\nfolder = "{data}/pictures"\n'
        (other / "node.toml").write_text(text)
        assert "pictures is open in process" in told(start(other))
        assert node.poll() is None, "the first goes on"
        node.send_signal(signal.SIGTERM)
        assert node.wait(30) == 0


@pytest.mark.parametrize(
    ("file", "statement"),
    [
        ("journal.db", "PRAGMA user_version = 999"),
        ("control.db", "UPDATE alembic_version SET version_num = '9999'"),
        ("lists.db", "UPDATE alembic_version SET version_num = '9999'"),
    ],
)
def test_a_database_of_a_newer_program(ran, file, statement) -> None:
    with sqlite3.connect(ran / file) as database:
        database.execute(statement)
    database.close()
    assert any(word in told(start(ran)) for word in ("newer", "later version"))


@pytest.mark.parametrize("file", ["journal.db", "control.db", "lists.db", "nonces.db"])
def test_a_damaged_database(ran, file) -> None:
    for part in ran.glob(f"{file}-*"):
        part.unlink()
    (ran / file).write_bytes(b"no database " * 4096)
    told(start(ran))


def test_secrets_that_others_can_read_or_that_are_lost(ran) -> None:
    (ran / "secrets" / "hash.key").chmod(0o644)
    assert "open to others" in told(start(ran))
    (ran / "secrets").chmod(0o755)
    assert "closed to others" in told(start(ran))


def test_a_data_folder_that_others_may_enter_before_anything_is_put_into_it(home) -> None:
    data = home()
    data.chmod(0o755)
    assert "mode 0700" in told(start(data))
    assert [path.name for path in data.iterdir()] == ["node.toml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can use the folder of another user")
def test_a_data_folder_of_another_user_before_anything_is_put_into_it(home) -> None:
    data = home()
    os.chown(data, 65534, 65534)
    assert "run the node as its owner" in told(start(data))
    assert [path.name for path in data.iterdir()] == ["node.toml"]


def test_an_outbox_to_another_node_that_is_damaged(home) -> None:
    data = home('[forward]\nurl = "http://127.0.0.1:1"')
    (data / "forward").mkdir(mode=0o700)
    (data / "forward" / "outbox.db").write_bytes(b"no database " * 4096)
    told(start(data))


def test_a_certificate_authority_that_is_not_there(home) -> None:
    told(start(home('[forward]\nurl = "https://127.0.0.1:1"\nca_file = "none.pem"')))


def test_a_disk_that_is_full(home) -> None:
    data = home()
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)); "
    told(python(f"{limited}from openanpr.run.cli import main; sys.exit(main())", "node", "--data", data))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_that_cannot_be_written(ran) -> None:
    for path in (ran, *ran.parents[:2]):
        path.chmod(0o755)
    nobody = "import os, sys; import openanpr.run.node.command; os.setuid(65534); "
    told(python(f"{nobody}from openanpr.run.cli import main; sys.exit(main())", "node", "--data", ran))


def python(code: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        # Where coverage is measured it could not write its own file.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
    )


def test_a_fault_that_nobody_thought_of_is_told_by_its_kind_alone(home, monkeypatch, capsys) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("AB12CDE")

    monkeypatch.setattr(command, "build_node", broken)
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    assert command.run_node(Home(home()), out=sys.stdout, err=sys.stderr) == 2
    said = capsys.readouterr().err
    assert "KeyError at test_starting.py" in said
    assert "AB12CDE" not in said
