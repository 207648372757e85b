"""`openanpr audit` against a real node, and its log served and verified from elsewhere."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from openanpr.audit.checkpoint import Checkpoint, Lodged, cosign
from openanpr.audit.note import KeyKind, Note, NoteKey, NoteSigner
from openanpr.run.audit_fetch import FetchError, fetched
from openanpr.run.cli import main
from openanpr.run.node.command import run_node
from openanpr.run.node.home import Home
from tests.ports import free_port
from tests.run_node.test_starting import running


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The files of a folder over HTTP."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_log_is_shown_lodged_signed_by_a_witness_put_out_and_verified(told, call, asked, tmp_path) -> None:
    key = asked("audit", "status")["key"]
    assert "refuses: " in told("audit", "status")
    told("cameras", "add", "53/1/8", "--mount", "moving", "--name", "Car", "--by", "Ann")
    assert "camera-put" in told("audit", "show", "--act", "enrolment")
    assert "more: --first" in told("audit", "show", "--most", "1")
    note = call("audit", "checkpoint").out
    (tmp_path / "kept.txt").write_text(note)
    witness = NoteSigner.generate("witness.example", KeyKind.COSIGNATURE)
    body = call("audit", "lodge", "0").out
    head, _, lodged = body.partition("\n\n")
    assert head == "old 0"
    log_key = NoteKey.parse(key)
    signature, _ = cosign(Lodged(0, (), lodged.encode()), None, log_key=log_key, witness=witness, at=1)
    (tmp_path / "line.txt").write_text(str(signature))
    (tmp_path / "witness.txt").write_text(str(witness.key))
    line = ("audit", "cosign", str(tmp_path / "line.txt"), "--witness", str(tmp_path / "witness.txt"))
    assert "witness.example" in told(*line)
    wrong = NoteSigner.generate("other.example", KeyKind.COSIGNATURE)
    assert call(*line[:-1], str(wrong.key)).code == 2
    out = tmp_path / "out"
    assert f"key: {key}" in told("audit", "export", str(out))
    assert call("audit", "export", str(out)).code == 2, "it is there already"
    words = ("--key", key, "--since", str(tmp_path / "kept.txt"))
    for where in (str(out),):
        said = call("audit", "verify", where, *words)
        assert (said.code, said.out.startswith("WHOLE")) == (0, True), said
    with served(out) as url:
        said = call("audit", "verify", url, *words)
        assert (said.code, said.out.startswith("WHOLE")) == (0, True), said
        (bundle,) = (path for path in (out / "tile" / "entries").rglob("*") if path.is_file())
        bundle.write_bytes(bundle.read_bytes()[:-1])
        assert call("audit", "verify", url, *words).code == 1
    assert call("audit", "verify", url, *words).code == 2, "nobody serves it any more"
    assert Checkpoint.parse(Note.parse(note.encode()).text).origin == log_key.name


def test_an_entry_is_opened_for_somebody_and_that_is_logged(told, call, asked, tmp_path) -> None:
    told("cameras", "add", "53/1/9", "--mount", "moving", "--name", "Car", "--by", "Ann")
    shown = asked("audit", "show", "--act", "enrolment")["entries"][-1]
    words = ("--recipient", "Crown Court", "--reference", "T1", "--why", "an order", "--by", "Ann")
    path = tmp_path / "entry.json"
    told("audit", "disclose", str(shown["index"]), *words, "--out", str(path))
    assert path.stat().st_mode & 0o077 == 0
    said = call("audit", "verify", "--entry", str(path), "--key", asked("audit", "status")["key"])
    assert (said.code, "subject (opened): '53/1/9'" in said.out) == (0, True), said
    last = asked("audit", "show", "--act", "disclosure")["entries"][-1]
    assert last["public"]["regards"] == shown["index"]
    assert call("audit", "disclose", "999999", *words).code == 2
    assert "erased 0 openings" in told("audit", "erase-openings", "--older-than-days", "2", "--why", "a test")


def test_an_address_that_is_no_log_is_refused(tmp_path) -> None:
    for url in ("ftp://x/y", "https://user@host/", "http://127.0.0.1:1/"):
        with pytest.raises(FetchError), fetched(url):
            pass
    (tmp_path / "checkpoint").write_text("x\n99999999999\nAAAA\n")
    with served(tmp_path) as url, pytest.raises(FetchError), fetched(url):
        pass


def test_a_stopped_node_gets_another_key_and_both_logs_verify(tmp_path, capsys) -> None:
    data = tmp_path / "node"
    data.mkdir(mode=0o700)
    (data / "node.toml").write_text(f"[people]\nport = 0\n[listen]\nport = {free_port()}\n")
    renew = ["audit", "renew", "--why", "the key may be known", "--by", "Ann", "--data", str(data)]
    with running(data):
        assert main(renew) == 2
    assert "another process writes" in capsys.readouterr().err
    old = (data / "secrets" / "audit.key").read_text()
    assert main(renew) == 0
    new_key = capsys.readouterr().out.splitlines()[-1]
    assert (data / "secrets" / "audit.key").read_text() != old
    (ended,) = (data / "audit.ended").iterdir()
    assert (ended / "about.json").exists()
    with running(data):
        assert main(["audit", "show", "--data", str(data), "--most", "1"]) == 0
        assert "why=key-changed" in capsys.readouterr().out
        assert main(["audit", "export", str(tmp_path / "new"), "--data", str(data)]) == 0
    assert main(["audit", "verify", str(tmp_path / "new"), "--key", new_key]) == 0
    assert "log-begin: 1" in capsys.readouterr().out
    assert main(["audit", "begin", "--data", str(data)]) == 2
    assert "already" in capsys.readouterr().err


def test_a_node_of_before_without_a_log_says_so_and_begins_one(tmp_path, capsys) -> None:
    data = tmp_path / "node"
    data.mkdir(mode=0o700)
    (data / "node.toml").write_text(f"[people]\nport = 0\n[listen]\nport = {free_port()}\n")
    with running(data):
        pass
    (data / "secrets" / "audit.key").unlink()
    (data / "audit").rename(data / "away")
    import io  # noqa: PLC0415 - for this alone

    err = io.StringIO()
    assert run_node(Home(data), out=io.StringIO(), err=err) == 2
    assert "audit.key" in err.getvalue()
    assert main(["audit", "begin", "--data", str(data)]) == 0
    assert "+" in capsys.readouterr().out
    with running(data):
        assert main(["audit", "status", "--data", str(data)]) == 0
