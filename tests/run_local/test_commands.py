"""Every command against a real node: what it prints, for people and as JSON, and how it refuses."""

from __future__ import annotations

import base64
import json
import signal
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from openanpr.core.camera import CameraId
from openanpr.run.local.alerts import VERBS as ALERTS
from openanpr.run.local.devices import CAMERAS, DEVICES, FEEDS
from openanpr.run.local.keeping import HOLDS, ORIGINS, RETENTION
from openanpr.run.local.lists import VERBS as LISTS
from openanpr.run.local.quarantine import VERBS as QUARANTINE
from tests.run.score_results import made_result
from tests.run_local.conftest import until
from tests.run_local.lens import JPEG, a_lens
from tests.run_local.watching import AS, watching

TODAY = datetime.now(UTC).date()


SOON = str(TODAY + timedelta(days=30))


PATCH = cv2.imencode(".jpg", np.full((40, 160, 3), 200, np.uint8))[1].tobytes()


DEFINE = (
    *("lists", "define", "--owner", "desk", "--purpose", "find", "--legal-basis", "s.163"),
    *("--kind", "crime", "--visible-to", "control-room"),
)


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
    again = asked(*of, "--vrm", "AB12CDE", "--action", "silent", *right[4:], "--by", "Ann")
    told_of = told("lists", "proposal", str(again["number"]))
    assert "  changed: AB12CDE silent theft: action stop -> silent" in told_of
    refused = call(*of, *hidden, *rest, "--by", "Ann")
    assert "who may see an entry is not corrected" in refused.err
    removal = asked(
        "lists", "remove", "stolen", "--vrm", "AB12CDE", "--origin", "hand", "--by", "Ann", "--why", "x"
    )
    assert "refused" in told("lists", "refuse", str(removal["number"]), "--by", "Bob", "--why", "no")
    assert "ever left the list" in told("lists", "gone", "stolen", "AB12CDE")
    assert "proposal" in told("lists", "weed", "stolen", "--by", "Ann")
    add(asked, "stolen", "KX51AAA", "--make", "Ford", "--covert", "--seen-by", "Eve", "--revive")
    quiet = asked("lists", "add", "stolen", *hidden, *rest, "--by", "Ann")
    assert "  added: AB12CDE silent theft covert, for Eve" in told("lists", "proposal", str(quiet["number"]))
    add(asked, "stolen", "LB07SEO")
    assert "rollback" in told("lists", "rollback", "stolen", "--to", "1", "--by", "Ann", "--why", "x")


def test_a_list_may_be_called_anything_on_the_command_line(told, asked) -> None:
    name = "Op. Swift / ŵyr, 100 %"
    define(told, name)
    assert name in told("lists", "show")
    number = add(asked, name, "LB07SEO")
    assert name in told("lists", "proposal", str(number))
    assert "Ann" in told("lists", "history", name)
    assert "revision 1" in told("lists", "holders", name)


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
    assert "53/1/9" in told("cameras", "health")
    assert "never" in told("cameras", "health")
    assert "why sold" in told("cameras", "retire", "53/1/9", "--by", "Ann", "--why", "sold")


def test_a_test_is_kept_with_its_camera_and_told_with_its_intervals(told, asked, call, tmp_path) -> None:
    told("cameras", "add", "53/1/8", "--mount", "moving", "--name", "Van", "--by", "Ann")
    assert "it was never tested" in told("cameras", "tests", "53/1/8")
    path = tmp_path / "score.json"
    path.write_bytes(made_result(tmp_path / "pictures", at=datetime.now(UTC)))
    keep = ("cameras", "test", "53/1/8", "--scores", str(path), "--note", "in rain", "--by", "Ann")
    shown = told(*keep)
    assert "0.950 (0.835-0.986)" in shown
    assert shown.splitlines()[1:] == told("cameras", "tests", "53/1/8").splitlines()[1:]
    (kept,) = asked("cameras", "tests", "53/1/8")
    assert (kept["capture"]["hits"], kept["capture"]["of"], kept["note"]) == (38, 40, "in rain")
    assert "AB39CDE" not in json.dumps(kept)
    again = call(*keep)
    assert (again.code, again.err) == (2, "openanpr: this result is kept with the camera already\n")
    lost = call("cameras", "test", "53/1/8", "--scores", str(tmp_path / "none.json"), "--by", "Ann")
    assert (lost.code, "none.json cannot be read" in lost.err) == (2, True)
    path.write_text("{}")
    refused = call("cameras", "test", "53/1/8", "--scores", str(path), "--by", "Ann")
    assert (refused.code, "no result of openanpr score" in refused.err) == (2, True)
    withdraw = ("cameras", "withdraw-test", "53/1/8", kept["test"], "--by", "Bob", "--why", "another lens")
    assert "by Bob: another lens" in told(*withdraw)
    assert "by Bob: another lens" in told("cameras", "tests", "53/1/8")
    (withdrawn,) = asked("cameras", "tests", "53/1/8")
    assert withdrawn["withdrawn"]["why"] == "another lens"
    again = call(*withdraw)
    assert (again.code, again.err) == (2, "openanpr: this test was withdrawn already\n")


def test_a_preview_is_asked_for_logged_and_saved_for_its_owner_alone(
    told, asked, call, node, tmp_path
) -> None:
    told("cameras", "add", "53/8/1", "--mount", "moving", "--name", "Lens", "--by", "Ann")
    path = tmp_path / "now.jpg"
    look = ("cameras", "preview", "53/8/1", "--by", "Ann")
    with a_lens(node, asked, CameraId(53, 8, 1)):
        shown = told(*look, "--to", str(path))
        told_as_json = asked("cameras", "preview", "53/8/1", "--by", "Ann")
        over = call(*look, "--to", str(path))
    assert shown.splitlines()[0].startswith("camera 53/8/1: 64 x 36 pixels, ")
    assert "plate at 25.0% from the left, 50.0% from the top, 25.0% wide, 12.5% high" in shown
    assert f"saved in {path}" in shown
    assert path.read_bytes() == JPEG
    assert path.stat().st_mode & 0o777 == 0o600
    assert base64.b64decode(told_as_json["picture"]["jpeg"]) == JPEG
    assert (over.code, "cannot be written (File exists)" in over.err) == (2, True)
    looks = asked("audit", "newest", "--act", "consultation")["entries"]
    assert "preview" in [one["public"]["kind"] for one in looks]


def test_a_camera_that_sends_no_preview_or_is_none_is_told_so(told, call) -> None:
    told("cameras", "add", "53/8/2", "--mount", "moving", "--name", "Dark", "--by", "Ann")
    dark = call("cameras", "preview", "53/8/2", "--by", "Ann")
    assert (dark.code, dark.out) == (2, "")
    assert dark.err.startswith("openanpr: the reader sends none: ")
    none = call("cameras", "preview", "53/8/99", "--by", "Ann")
    assert (none.code, none.err) == (2, "openanpr: there is no such camera in the register\n")
    told("cameras", "retire", "53/8/2", "--by", "Ann", "--why", "sold")
    retired = call("cameras", "preview", "53/8/2", "--by", "Ann")
    assert (retired.code, "was retired" in retired.err) == (2, True)


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
    unseen = call("alerts", "check", alert_id, "--check", "match", *shown)
    assert (unseen.code, "no picture of this alert is here to compare" in unseen.err) == (2, True)
    assert "[seen]" in told("alerts", "check", alert_id, "--check", "cannot_check", *shown)
    deliver("BD51SMR", patch=PATCH)
    until(lambda: asked("alerts", "show", alert_id, *AS)["alert"]["hits"] > hits)
    until(lambda: "check" in asked("alerts", "show", alert_id, *AS)["possible"])
    shown = ("--shown", str(hits + 1), *AS)
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
    assert name in [one["name"] for one in asked("lists", "show")]
