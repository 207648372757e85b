"""Attacks on a node's audit log, through the node's own export and verifier, and ways round it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from openanpr.audit.acts import Act
from openanpr.audit.faults import AuditError
from openanpr.audit.log import AuditLog
from openanpr.audit.tiles import bundle, split_bundle
from openanpr.core.voi_list import ChangeKind, Draft
from openanpr.ingest.refusal import RefusedError
from openanpr.run.node import build
from openanpr.run.node.audit_log import NoLogError
from openanpr.run.node.secrets import AUDIT_KEY, read_audit_key
from openanpr.store.backup_restore import RESTORED
from tests.run_node.conftest import open_world, world  # noqa: F401 - the node of those tests
from tests.run_node.world import MARK, STOLEN, World, listed, read
from tests.store_control.stand import put

PATCH = {"by": "Ann", "why": "a test"}


def verify(folder: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "openanpr.audit.verify", folder, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def acts(node: World) -> list[str]:
    return [one.act.value for one in node.stores.log.entries_from(0, node.stores.log.size)]


@pytest.fixture
def busy(world) -> World:  # noqa: F811 - pytest's way
    """A node that has done a little of everything."""
    world.list_(listed())
    world.deliver(read())
    world.pass_on()
    (alert,) = world.alerts()
    query = {"as": "Ann", "roles": "control-room"}
    world.post(f"/alerts/{alert.id}/steps", {"do": "see", "shown": 1}, **query)
    world.post("/people/first-link", {"login": "ann", "name": "Ann", "force": 53, "unit": "a", "team": "b"})
    return world


@pytest.fixture
def out(busy, tmp_path) -> Path:
    """Its log, put out by itself; what was kept of it before lies beside."""
    kept = busy.get("/audit/checkpoint")["note"]
    (tmp_path / "kept.txt").write_text(kept)
    busy.deliver(read("XY34FGH"))
    busy.post("/audit/export", {"destination": str(tmp_path / "out"), "by": "Ann"})
    (tmp_path / "key.txt").write_text(str(busy.stores.log.key))
    return tmp_path / "out"


def key(out: Path) -> tuple[str, str]:
    return "--key", str(out.parent / "key.txt")


def test_what_a_node_puts_out_is_whole_and_goes_on_from_what_was_kept(out) -> None:
    status, told = verify(out, *key(out), "--since", str(out.parent / "kept.txt"))
    assert (status, told.startswith("WHOLE")) == (0, True), told
    for act in ("collection", "alert-handling", "list-change", "people-change", "disclosure"):
        assert f"{act}: " in told
    assert not (out / "openings").exists()
    assert MARK not in "".join(path.read_text(errors="replace") for path in out.rglob("*") if path.is_file())


def only_bundle(out: Path) -> Path:
    (found,) = (path for path in (out / "tile" / "entries").rglob("*") if path.is_file())
    return found


def test_one_bit_of_an_entry_is_found_and_the_entry_named(out) -> None:
    path = only_bundle(out)
    entries = split_bundle(path.read_bytes())
    entries[2] = entries[2][:-40] + bytes([entries[2][-40] ^ 1]) + entries[2][-39:]
    path.write_bytes(bundle(entries))
    status, told = verify(out, *key(out))
    assert (status, "entry 2" in told) == (1, True), told


def test_entries_that_changed_places_are_found(out) -> None:
    path = only_bundle(out)
    entries = split_bundle(path.read_bytes())
    entries[1], entries[2] = entries[2], entries[1]
    path.write_bytes(bundle(entries))
    assert verify(out, *key(out))[0] == 1


def test_an_entry_that_was_cut_off_is_found(out) -> None:
    path = only_bundle(out)
    path.write_bytes(bundle(split_bundle(path.read_bytes())[:-1]))
    status, told = verify(out, *key(out))
    assert (status, "NOT WHOLE" in told) == (1, True)


def test_a_log_cut_off_and_signed_anew_with_its_own_key_is_found_by_who_kept_a_checkpoint(
    busy, out, tmp_path
) -> None:
    """The machine's owner has the key, and can sign what they like: a kept checkpoint tells."""
    later = busy.get("/audit/checkpoint")["note"]
    (tmp_path / "later.txt").write_text(later)
    forged = tmp_path / "forged"
    signer = busy.stores.secrets.audit_key
    events = busy.stores.log
    with ExitStack() as last:
        log = AuditLog.open(tmp_path / "again", signer)
        last.callback(log.close)
        from tests.audit.events import consultation  # noqa: PLC0415 - for this alone

        log.append_all([consultation(n) for n in range(events.size)])
        log.checkpoint()
        from openanpr.audit.export import export_log  # noqa: PLC0415 - as above

        export_log(log.folder, forged, log_key=log.key)
    assert verify(forged, *key(out))[0] == 0
    status, told = verify(forged, *key(out), "--since", str(tmp_path / "later.txt"))
    assert (status, "NOT WHOLE" in told) == (1, True)


def test_openings_swapped_between_two_entries_are_found(busy, tmp_path) -> None:
    log = busy.stores.log
    at = [n for n, one in enumerate(log.entries_from(0, log.size)) if one.act is Act.ALERT_HANDLING][:2]
    form = {"by": "Ann", "recipient": "a court", "reference": "T1", "why": "an order"}
    one, other = (
        json.loads(busy.post("/audit/disclose", {**form, "index": index})["disclosure"]) for index in at
    )
    swapped = one | {"openings": other["openings"].replace(f'"index":{at[1]}', f'"index":{at[0]}')}
    (tmp_path / "swapped.json").write_text(json.dumps(swapped))
    (tmp_path / "whole.json").write_text(json.dumps(one))
    word = ("--key", str(log.key))
    script = [sys.executable, "-m", "openanpr.audit.verify", "--entry"]
    for name, status in (("whole", 0), ("swapped", 1)):
        done = subprocess.run([*script, tmp_path / f"{name}.json", *word], capture_output=True, check=False)
        assert done.returncode == status


def test_opening_an_entry_is_logged_before_it_is_opened(busy) -> None:
    form = {"by": "Ann", "recipient": "a court", "reference": "T1", "why": "an order", "index": 1}
    before = busy.stores.log.size
    told = busy.post("/audit/disclose", form)
    (entry,) = busy.stores.log.entries_from(before, 1)
    assert (entry.act, entry.public["regards"], told["index"]) == (Act.DISCLOSURE, 1, 1)


@pytest.fixture
def full(busy, monkeypatch) -> World:
    """A node whose log has no room: all that was possible a moment ago is refused."""
    number = busy.stores.lists.open(
        Draft("stolen", ChangeKind.DELTA, "Ann", busy.now, "a test", source_at=busy.now, feed_base=None)
    )
    busy.stores.lists.stage(number, put(listed("XY34FGH")), ())
    busy.stores.lists.settle(number, on=busy.now.date())
    busy.stores.lists.ready(number, ())
    log = busy.stores.log
    monkeypatch.setattr(log, "_settings", replace(log._settings, reserve_bytes=1 << 62))
    return busy


def test_a_full_log_takes_no_batch_and_its_sender_keeps_it(full) -> None:
    newest = full.stores.journal.newest()
    with pytest.raises(RefusedError) as caught:
        full.deliver(read("ZZ99ZZZ"))
    assert (caught.value.fault, full.stores.journal.newest()) == ("audit_unavailable", newest)


def test_a_full_log_refuses_whatever_is_done_over_the_socket(full) -> None:
    (alert,) = full.alerts()
    query = {"as": "Ann", "roles": "control-room"}
    (waiting,) = full.stores.lists.waiting()
    hold = {"hold_id": "h", "case_ref": "c", "owner": "o", "until": "2027-01-01", "reads": []}
    a_list = {"name": "x", "owner": "o", "purpose": "p", "legal_basis": "l", "kind": "crime"}
    a_list["visible_to"] = ["x"]
    person = {"login": "bob", "name": "Bob", "force": 53, "unit": "a", "team": "b"}
    asked = {
        f"/alerts/{alert.id}/steps": ({"do": "check", "check": "cannot_check", "shown": 1}, query),
        f"/proposals/{waiting.number}/approve": ({"by": "Zoe"}, {}),
        f"/proposals/{waiting.number}/refuse": ({"by": "Zoe", "why": "x"}, {}),
        "/retention/run": ({}, {}),
        "/holds": (hold, {}),
        "/people/first-link": (person, {}),
        "/devices/codes": ({"name": "gate", "scope": ["53/1"], "by": "Ann"}, {}),
        "/devices/gate-1/revoke": (PATCH, {}),
        "/cameras": ({"camera": "53/1/9", "mount": "moving", "name": "x", "by": "Ann"}, {}),
        "/lists": (
            {
                "name": "x",
                "owner": "o",
                "purpose": "p",
                "legal_basis": "l",
                "kind": "crime",
                "visible_to": ["x"],
            },
            {},
        ),
        "/audit/export": ({"destination": "/nowhere/out", "by": "Ann"}, {}),
        "/node/backup": ({"destination": "/nowhere/backup"}, {}),
    }
    for path, (form, more) in asked.items():
        status, message = full.refused("POST", path, form, **more)
        assert (status, "audit log" in message) == (503, True), (path, message)
    assert full.alerts() == (alert,)
    assert full.stores.lists.waiting() == (waiting,)
    assert full.stores.people.every() != ()
    assert all(one.login != "bob" for one in full.stores.people.every())
    assert full.stores.intake.devices.find("gate-1").revoked is None


def test_a_full_log_stops_the_clock_and_the_matching_and_they_go_on_when_there_is_room(
    busy, monkeypatch
) -> None:
    log, settings = busy.stores.log, busy.stores.log._settings
    busy.deliver(read(MARK, ago_s=1))
    monkeypatch.setattr(log, "_settings", replace(settings, reserve_bytes=1 << 62))
    (before,) = busy.alerts()
    with pytest.raises(AuditError):
        busy.consumers["match"]._step.take(
            busy.stores.journal.claim("match", most_batches=9, most_bytes=2**20), busy.made.decoded
        )
    busy.later(hours=3)
    with pytest.raises(AuditError):
        busy.turn("alert clock")
    assert busy.alerts() == (before,)
    monkeypatch.setattr(log, "_settings", settings)
    busy.pass_on("match")
    busy.turn("alert clock")
    assert busy.alerts() != (before,)


def test_a_node_that_had_a_log_does_not_start_without_it_nor_with_another_name(open_world) -> None:  # noqa: F811
    first = open_world()
    first.last.close()
    folder = first.settings.audit.folder
    folder.rename(folder.with_name("away"))
    with pytest.raises(NoLogError, match="put it back"):
        World(folder.parent, first.settings.reads.url, again=True)
    folder.with_name("away").rename(folder)
    with pytest.raises(NoLogError, match=r"audit\.name"):
        World(folder.parent, first.settings.reads.url, '[audit]\nname = "another"\n', again=True)


def test_a_restored_log_is_not_gone_on_with_and_says_what_it_follows(open_world, tmp_path) -> None:  # noqa: F811
    """Yesterday's log put back, while a later checkpoint was lodged outside: one story under one key."""
    node = open_world()
    data, old = node.settings.data, node.settings.audit.folder
    shutil.copytree(old, tmp_path / "yesterday")
    yesterday = node.stores.log.size
    node.deliver(read())
    lodged = node.get("/audit/checkpoint")
    (tmp_path / "lodged.txt").write_text(lodged["note"])
    old_key = node.stores.log.key
    node.last.close()
    shutil.rmtree(old)
    shutil.copytree(tmp_path / "yesterday", old)
    (data / RESTORED).touch()
    again = World(data, node.settings.reads.url, again=True)
    log = again.stores.log
    (first,) = log.entries_from(0, 1)
    assert (first.act, first.public["why"], first.public["size"]) == (Act.LOG_BEGIN, "restored", yesterday)
    assert log.key != old_key
    assert log.key.name.startswith(old_key.name)
    again.post("/audit/export", {"destination": str(tmp_path / "new"), "by": "Ann"})
    again.last.close()
    assert verify(tmp_path / "new", "--key", str(log.key))[0] == 0
    assert verify(tmp_path / "new", "--key", str(old_key))[0] == 1
    from openanpr.audit.export import export_log  # noqa: PLC0415 - for this alone

    (ended,) = (data / "audit.ended").iterdir()
    export_log(ended, tmp_path / "old", log_key=old_key)
    assert verify(tmp_path / "old", "--key", str(old_key))[0] == 0
    status, told = verify(tmp_path / "old", "--key", str(old_key), "--since", str(tmp_path / "lodged.txt"))
    assert (status, "was signed" in told) == (1, True), told


def test_a_change_of_rules_is_logged_at_the_next_start_and_only_then(open_world) -> None:  # noqa: F811
    node = open_world()
    noted = node.settings.policy_noted
    profile = build.profile_of(node.settings, on=node.now.date())

    def changes() -> int:
        return acts(node).count("policy-change")

    for version, wanted in (("sha256:" + "1" * 64, 1), ("sha256:" + "1" * 64, 1), ("sha256:" + "2" * 64, 2)):
        build.note_policy(node.stores.log, profile, version, noted, at=node.now)
        assert changes() == wanted
    noted.unlink()
    build.note_policy(node.stores.log, profile, "sha256:" + "2" * 64, noted, at=node.now)
    assert changes() == 3, "a note that is gone costs an entry, and hides nothing"


def test_what_opens_old_entries_goes_in_its_time_and_the_log_stays_whole(busy, tmp_path) -> None:
    busy.later(days=3000)
    erased = busy.made.log_chores.erase(busy.now)
    assert erased > 10
    assert busy.made.log_chores.erase(busy.now + timedelta(days=1)) >= 0
    busy.post("/audit/export", {"destination": str(tmp_path / "out"), "by": "Ann"})
    status, told = verify(tmp_path / "out", "--key", str(busy.stores.log.key))
    assert (status, "erasure: " in told) == (0, True), told


def test_a_covert_alert_leaves_no_other_trace_in_public_than_an_open_one(open_world) -> None:  # noqa: F811
    from tests.run_node.world import covert  # noqa: PLC0415 - for this alone

    def public(node: World, entry) -> list[dict]:
        node.list_(entry, of=replace(STOLEN))
        node.deliver(read())
        node.pass_on()
        node.turn("alert clock")
        return [
            {k: v for k, v in one.public.items() if k != "regards"}
            | {"act": one.act, "secret": sorted(one.sealed)}
            for one in node.stores.log.entries_from(0, node.stores.log.size)
            if one.act is Act.ALERT_HANDLING
        ]

    assert public(open_world(folder="a"), listed()) == public(open_world(folder="b"), covert(MARK, "Eve"))


def test_the_key_is_among_the_secrets_and_in_no_answer(busy) -> None:
    secret = (busy.settings.secrets / AUDIT_KEY).read_text()
    assert read_audit_key(busy.settings.secrets / AUDIT_KEY).key == busy.stores.log.key
    for path in ("/audit", "/audit/checkpoint", "/audit/entries", "/audit/lodge", "/node"):
        assert secret not in json.dumps(busy.get(path))
        assert "PRIVATE" not in json.dumps(busy.get(path))
