"""Every command against a real node: what it prints, for people and as JSON, and how it refuses."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openanpr.run.cli import main
from openanpr.run.local import ask
from openanpr.run.local.alerts import VERBS as ALERTS
from openanpr.run.local.devices import CAMERAS, DEVICES, FEEDS
from openanpr.run.local.keeping import HOLDS, ORIGINS, RETENTION
from openanpr.run.local.lists import VERBS as LISTS
from openanpr.run.local.quarantine import VERBS as QUARANTINE
from tests.run_local.conftest import until
from tests.run_node.test_starting import free_port, running

OPENANPR = Path(sys.executable).with_name("openanpr")
TODAY = datetime.now(UTC).date()
SOON = str(TODAY + timedelta(days=30))
DEFINE = (
    *("lists", "define", "--owner", "desk", "--purpose", "find", "--legal-basis", "s.163"),
    *("--kind", "crime", "--visible-to", "control-room"),
)
AS = ("--as", "Ann")


def watching(node, last: ExitStack, *words: str) -> subprocess.Popen[str]:
    """Return a watch in a process of its own, which ends with the test."""
    command = [OPENANPR, "alerts", "watch", "--data", node.data, *AS, *words]
    watch = last.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    last.callback(watch.kill)
    return watch


def define(told, name: str) -> None:
    told(*DEFINE, "--name", name)


def add(asked, name: str, mark: str, *more: str) -> int:
    """Put an entry on a list, approved by another person; return the number of its proposal."""
    number = asked(
        "lists", "add", name, "--vrm", mark, "--action", "stop", "--reason", "theft", "--owner", "desk",
        "--weed-on", SOON, "--by", "Ann", "--why", "seen", *more,
    )["number"]  # fmt: skip
    asked("lists", "approve", str(number), "--by", "Bob")
    return number


def test_a_list_from_its_definition_to_its_history(told, asked, call) -> None:
    assert told("lists", "proposals") == "none"
    define(told, "stolen")
    shown = told("lists", "show")
    assert shown.splitlines()[0].split()[:3] == ["name", "kind", "entries"]
    asking = ("lists", "add", "stolen", "--vrm", "AB12CDE", "--action", "stop", "--reason", "theft")
    rest = ("--owner", "desk", "--weed-on", SOON, "--why", "seen")
    added = told(*asking, *rest, "--by", "Ann")
    assert "a person must approve it" in added
    number = added.split()[1]
    assert f"openanpr lists approve {number} --by NAME" in added
    assert "stolen" in told("lists", "proposals")
    assert "added: AB12CDE stop theft" in told("lists", "proposal", number)
    refused = call("lists", "approve", number, "--by", "Ann")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "openanpr: whoever proposed a change cannot approve it: ask another person\n"
    assert "live" in told("lists", "approve", number, "--by", "Bob")
    assert "Ann" in told("lists", "history", "stolen")
    assert "revision 1" in told("lists", "holders", "stolen")
    assert told("lists", "review", "stolen") == "none"
    right = ("--vrm", "AB12CDF", "--action", "stop", "--reason", "theft", *rest)
    corrected = told("lists", "correct", "stolen", "--of-vrm", "AB12CDE", "--of-origin", "hand", *right)
    assert "(correction): ready, 1 added, 0 changed, 1 removed" in corrected
    hidden = ("--vrm", "AB12CDE", "--action", "silent", "--reason", "theft", "--covert", "--seen-by", "Eve")
    of = ("lists", "correct", "stolen", "--of-vrm", "AB12CDE", "--of-origin", "hand")
    again = asked(*of, *hidden, *rest, "--by", "Ann")
    told_of = told("lists", "proposal", str(again["number"]))
    assert "  changed: AB12CDE silent theft covert, for Eve: action stop -> silent; " in told_of
    assert "covert nothing -> True; seen_by nothing -> Eve" in told_of
    removal = asked(
        "lists", "remove", "stolen", "--vrm", "AB12CDE", "--origin", "hand", "--by", "Ann", "--why", "x"
    )
    assert "refused" in told("lists", "refuse", str(removal["number"]), "--by", "Bob", "--why", "no")
    assert "ever left the list" in told("lists", "gone", "stolen", "AB12CDE")
    assert "proposal" in told("lists", "weed", "stolen", "--by", "Ann")
    add(asked, "stolen", "KX51AAA", "--make", "Ford", "--covert", "--seen-by", "Eve", "--revive")
    assert "rollback" in told("lists", "rollback", "stolen", "--to", "1", "--by", "Ann", "--why", "x")


def test_a_file_is_brought_in_by_its_path_from_here(told, call, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    define(told, "imported")
    (tmp_path / "own.toml").write_text(
        'name = "own"\nlist = "imported"\nsource = "test"\n'
        "file_name = '(?P<kind>full).csv'\n"
        '[columns]\nvrm = "VRM"\n[defaults]\naction = "stop"\n'
        "[ask]\nadded = 1.0\nchanged = 1.0\nremoved = 1.0\nrefused = 1.0\n"
    )
    (tmp_path / "list.csv").write_text("VRM\nAB12CDE\nNOT A MARK!\n")
    why = ("--by", "Ann", "--why", "first filling")
    brought = told("lists", "import", "list.csv", "--profile", "own.toml", *why)
    assert brought.startswith("2 rows, ")
    assert "1 added" in brought
    number = brought.split("proposal ")[1].split()[0]
    assert "line 3 refused" in told("lists", "proposal", number)
    same = told("lists", "import", "list.csv", "--profile", "own.toml", "--feed-revision", "-1", *why)
    assert "the list stays as it is" in same
    gone = call("lists", "import", "none.csv", *why)
    assert (gone.code, "whole path of a file" in gone.err) == (2, True)


def test_devices_feeds_and_cameras(told, asked, deliver) -> None:
    del deliver  # it enrols a device and registers a camera
    shown = told("devices", "code", "--name", "van", "--scope", "53/2", "--scope", "53/3", "--by", "Ann")
    assert shown.startswith("shown once, good until ")
    assert "van" in told("devices", "codes")
    code = shown.splitlines()[1][:8]
    assert told("devices", "withdraw", code.lower()).strip() == f"withdrawn: {code}"
    assert told("devices", "codes").strip() == "none"
    device = asked("devices", "list")[0]["device"]
    assert "revoked: at" in told("devices", "revoke", device, "--by", "Ann", "--why", "lost")
    feed = told("feeds", "add", "--name", "gate", "--scope", "53/4", "--by", "Ann")
    assert "its token is shown once:\n" in feed
    feed_id = asked("feeds", "list")[0]["feed_id"]
    assert feed.splitlines()[1] not in told("feeds", "list")
    assert "why lost" in told("feeds", "revoke", feed_id, "--by", "Ann", "--why", "lost")
    assert "mount: moving" in told(
        "cameras", "add", "53/1/9", "--mount", "moving", "--name", "Car", "--by", "Ann"
    )
    assert "53/1/9" in told("cameras", "list")
    assert "why sold" in told("cameras", "retire", "53/1/9", "--by", "Ann", "--why", "sold")


def test_an_alert_is_watched_worked_through_and_told_in_figures(told, asked, call, deliver, node) -> None:
    define(told, "wanted")
    add(asked, "wanted", "BD51SMR")
    with ExitStack() as last:
        watch, watch_json = watching(node, last), watching(node, last, "--json")
        assert watch.stdout is not None
        assert watch_json.stdout is not None
        until(lambda: asked("node", "status")["alerts"]["present"] == 2)
        deliver("BD51SMR")
        line = watch.stdout.readline()
        assert all(word in line for word in ("raised", "STOP", "BD51SMR", "camera 53/1/7", "1 hit", "[new]"))
        assert json.loads(watch_json.stdout.readline())["stop"] is True
        watch.send_signal(signal.SIGINT)
        assert watch.wait(10) == 0
        watch_json.stdout.close()
        deliver("BD51SMR")
        assert watch_json.wait(10) == 141, "whoever reads it has gone"
    queue = told("alerts", "queue", *AS)
    assert "crime: 1 waiting" in queue
    alert_id = asked("alerts", "queue", *AS)["crime"]["alerts"][0]["id"]
    assert "possible now: see" in told("alerts", "show", alert_id, *AS)
    hits = until(lambda: asked("alerts", "show", alert_id, *AS)["alert"]["hits"])
    unseen = call("alerts", "see", alert_id, "--shown", "0", *AS)
    assert (unseen.code, "look at them first" in unseen.err) == (2, True)
    shown = ("--shown", str(hits), *AS)
    assert "[seen]" in told("alerts", "see", alert_id, *shown)
    assert "[picture_checked]" in told("alerts", "check", alert_id, "--check", "match", *shown)
    assert "[tasked]" in told("alerts", "task", alert_id, "--to", "RV12", *shown)
    bad = call("alerts", "close", alert_id, "--outcome", "hm", *shown)
    assert (bad.code, "Invalid enum value" in bad.err) == (2, True)
    assert "[closed]" in told("alerts", "close", alert_id, "--outcome", "advice_given", *shown)
    assert "advice_given 1" in told("alerts", "figures", *AS)
    assert alert_id in told("alerts", "feedback", "desk")
    assert told("alerts", "dead-letters") == "none"
    none = call("alerts", "send-again", "dispatch", "a.1")
    assert none.err == "openanpr: there is no such dead letter\n"


def test_held_reads_retention_and_holds(told, asked, call, deliver) -> None:
    assert "nothing of the kind" in told("quarantine", "list")
    deliver("AB12CDE", ahead=timedelta(days=2))
    (item,) = until(lambda: asked("quarantine", "list", "--most", "5"))
    assert "1" in told("quarantine", "counts")
    assert f"id: {item['id']}" in told("quarantine", "show", item["id"])
    doing = (item["id"], "--by", "Ann", "--why", "a test", "--version")
    at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="milliseconds")
    mended = told("quarantine", "mend", *doing, "0", "--patch", json.dumps({"captured_at": at}))
    assert "version: 1" in mended
    assert "state: released" in told("quarantine", "release", *doing, "1")
    again = call("quarantine", "discard", *doing, "1")
    assert again.code == 2
    assert "no day is past its time" in told("retention", "preview")
    assert "no day was past its time" in told("retention", "run")
    assert told("retention", "certificates", "--since", str(TODAY)) == "none yet"
    assert told("retention", "check") == "no certified day can be found again"
    assert told("holds", "list") == "none"
    until(lambda: all(one["waiting"] == 0 for one in asked("node", "status")["consumers"].values()))
    kept = told(
        "holds", "place", "--hold-id", "h1", "--case-ref", "c1", "--owner", "Ann",
        "--until", SOON, "--reads", f"53/1/7,{at},AB12CDE",
    )  # fmt: skip
    assert kept == "kept: 1 reads, 0 pictures"
    assert "c1" in told("holds", "list")
    for more in ((), ("--hold-id", "h1")):
        unproved = call("origins", "prove", f"53/1/7,{at},AB12CDE", *more)
        assert (unproved.code, "came straight here" in unproved.err) == (2, True)


def test_the_node_is_asked_wherever_its_folder_is_named(told, call, node, tmp_path, monkeypatch) -> None:
    status = told("node", "status")
    assert "entries are matched with" in status
    assert "ALARM nobody_present" in status
    monkeypatch.setenv("OPENANPR_DATA_FOLDER", str(tmp_path / "none"))
    for words in (("node", "status", "--data", node.data), ("node", "--data", node.data, "status")):
        assert call(*map(str, words)).code == 0
    nobody = call("node", "status")
    assert (nobody.code, nobody.out) == (2, "")
    assert "no node runs on" in nobody.err
    assert not (tmp_path / "none").exists()


def test_settings_are_printed_without_a_node(call, node, tmp_path) -> None:
    shown = call("node", "settings", "--data", str(node.data))
    assert "listen.port = " in shown.out
    assert not shown.out.endswith("\n\n")
    shown = call("node", "settings", "--data", str(tmp_path / "new"))
    assert shown.code == 0
    assert not (tmp_path / "new").exists(), "to look makes nothing"
    (tmp_path / "own.toml").write_text("colour = 1")
    assert call("node", "settings", "--settings", str(tmp_path / "own.toml")).code == 2
    assert call("node", "--settings", str(tmp_path / "own.toml"), "settings").code == 2


def test_settings_that_say_another_folder_than_the_call_are_refused(call, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("OPENANPR_DATA_FOLDER", raising=False)
    own, new = tmp_path / "own.toml", tmp_path / "new"
    words = ("node", "settings", "--settings", str(own))
    own.write_text('profile = "current"')
    assert f'data = "{new}"' in call(*words, "--data", str(new)).out
    own.write_text('data = "elsewhere"')
    assert f'data = "{tmp_path / "elsewhere"}"' in call(*words).out, "nobody named a folder"
    refused = call(*words, "--data", str(new))
    assert refused.code == 2
    assert "take one of the two out" in refused.err
    assert call(*words, "--data", str(tmp_path / "elsewhere")).code == 0, "both say the same"
    monkeypatch.setenv("OPENANPR_DATA_FOLDER", str(new))
    assert call(*words).code == 2


def test_a_backup_is_made_verified_and_restored(told, call, tmp_path) -> None:
    made = told("node", "backup", str(tmp_path / "backup"))
    assert f"destination: {tmp_path / 'backup'}" in made
    assert told("node", "verify", str(tmp_path / "backup")).startswith("whole: ")
    assert "then start" in told("node", "restore", str(tmp_path / "backup"), "--data", str(tmp_path / "back"))
    for words in (
        ("backup", str(tmp_path / "backup")),
        ("verify", str(tmp_path / "none")),
        ("restore", str(tmp_path / "none"), "--data", str(tmp_path / "other")),
        ("restore", str(tmp_path / "backup"), "--data", str(tmp_path / "back")),
    ):
        refused = call("node", *words)
        assert (refused.code, refused.out) == (2, ""), words
        assert refused.err.startswith("openanpr: ")
        assert refused.err.count("\n") == 1


def test_every_command_says_what_it_is_for_and_every_one_was_tried_here() -> None:
    source = Path(__file__).read_text()
    verbs = {"alerts": ALERTS, "lists": LISTS, "devices": DEVICES, "feeds": FEEDS, "cameras": CAMERAS}
    verbs |= {"quarantine": QUARANTINE, "retention": RETENTION, "holds": HOLDS, "origins": ORIGINS}
    untried = [
        f"{group} {verb.name}"
        for group, some in verbs.items()
        for verb in some
        if f'"{group}", "{verb.name}"' not in source
    ]
    assert untried == []
    assert all(verb.help for some in verbs.values() for verb in some)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("quarantine", "mend", "x", "--version", "0", "--why", "x", "--patch", "{"),
            "must be a JSON object",
        ),
        (
            ("quarantine", "mend", "x", "--version", "0", "--why", "x", "--patch", "[]"),
            "must be a JSON object",
        ),
        (("holds", "place", "--reads", "53/1/7"), "a read is CAMERA,TIME,VRM"),
        (("lists", "add", "x", "--action", "shoot"), "invalid choice"),
        (("lists",), "the following arguments are required"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_the_node_is_asked(call, capsys, words, sentence) -> None:
    with pytest.raises(SystemExit) as ended:
        call(*words)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_nothing_that_is_shown_steers_a_terminal(told, asked, call) -> None:
    name = "a\x1b[31mred\n\u202elist\x9b"
    define(told, name)
    number = add(asked, name, "KX51AAA", "--information", "x")
    for said in (
        told("lists", "show"),
        told("lists", "proposal", str(number)),
        told("lists", "history", name),
        told("node", "status"),
        told("lists", "show", "--json"),
        call("lists", "review", name + "?").err,
    ):
        assert all(c.isprintable() or c == "\n" for c in said)
    assert asked("lists", "show")[0]["name"] == name


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
