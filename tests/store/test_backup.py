"""A running node is backed up whole and restored elsewhere; nothing acknowledged is lost or doubled."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.note import NoteSigner
from openanpr.store import backup_restore
from openanpr.store.backup import SETTINGS, Parts, backup
from openanpr.store.backup_files import BackupError
from openanpr.store.backup_manifest import read_manifest, write_manifest
from openanpr.store.backup_reads import clear_leftovers
from openanpr.store.backup_restore import restore, verify
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.migrate import migrate
from openanpr.store.engine import ReadEngine, Statement
from openanpr.store.journal import Journal
from openanpr.store.pictures import PictureName, Pictures
from openanpr.store.reads_write import write_reads
from openanpr.store.retention import RetentionRule, certificates, run_retention
from tests.store.conftest import FILLED, ROOT
from tests.store.jpegs import jpeg
from tests.store.reads import AT, LONG_AGO, arrived
from tests.store.restored_child import CONSUMER, NEW, entry, reads_of, store_next
from tests.store_control.stand import STOLEN

PROGRAM = "1.2.3"
HASH_KEY = bytes(range(32))


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class RunningNode:
    """A node that takes deliveries, stores reads and changes lists all the while."""

    data: Path
    engine: ReadEngine
    journal: Journal
    control: sa.Engine
    log: AuditLog
    still: threading.Lock = field(default_factory=threading.Lock)
    acknowledged: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def take(self, n: int) -> None:
        names = [f"batch {i}" for i in range(n, n + 3)]
        for name, i in zip(names, range(n, n + 3), strict=True):
            self.journal.append(entry(name, i))
        self.acknowledged += names

    def deliver(self) -> None:
        n = 1000
        while not self.over.is_set():
            self.take(n)
            n += 3
            time.sleep(0.002)

    def consume(self) -> None:
        while not self.over.is_set():
            with self.still:
                idle = not store_next(self.journal, self.engine)
            time.sleep(0.01 if idle else 0)

    def change_lists(self) -> None:
        n = 0
        while not self.over.is_set():
            ListStore(self.control).define(replace(STOLEN, name=f"list {n}"))
            n += 1
            time.sleep(0.01)

    def parts(self, **changes) -> Parts:
        secrets, nonces = self.data / "secrets", self.data / "nonces.db"
        parts = Parts(
            data=self.data,
            journal=self.data / "journal.db",
            databases=(self.data / "control.db", nonces),
            notes=(self.data / "looked-back.json", self.data / "forward" / "enrolled.json"),
            engine=self.engine,
            reads=self.engine._folder,
            folders=(secrets, self.data / "pictures"),
            settings=self.data / "node.toml",
            log=self.log,
            still=lambda: self.still,
        )
        return replace(parts, **changes)


@pytest.fixture
def node(chdb_store, tmp_path) -> Iterator[RunningNode]:
    """A node with something in every store."""
    for (table,) in chdb_store.rows(FILLED, {}, tuple[str]):
        chdb_store.run(Statement("truncate", f"TRUNCATE TABLE {table}"), {})
    data = tmp_path / "data"
    (data / "secrets").mkdir(parents=True)
    (data / "secrets" / "hash.key").write_bytes(HASH_KEY)
    (data / "node.toml").write_text('profile = "current"\n')
    with closing(sqlite3.connect(data / "nonces.db")) as nonces:
        nonces.executescript("CREATE TABLE nonce (n); INSERT INTO nonce VALUES (7); PRAGMA user_version = 4")
    control = open_database(f"sqlite:///{data / 'control.db'}")
    migrate(control)
    ListStore(control).define(STOLEN)
    pictures = Pictures.in_folder(data / "pictures")
    pictures.put(PictureName(AT, jpeg("car")[1]), jpeg("car")[0], kept_from=LONG_AGO)
    write_reads(chdb_store, [arrived(at=AT - timedelta(days=9))], group=str(tmp_path), kept_from=LONG_AGO)
    run_retention(chdb_store, pictures, RetentionRule("short", 3, "a test"), at=AT)
    log = AuditLog.open(data / "audit", NoteSigner.generate("a-test"), LogSettings(reserve_bytes=0))
    with closing(log), Journal.open(data / "journal.db", (CONSUMER,)) as journal:
        yield RunningNode(data, chdb_store, journal, control, log)
    control.dispose()


@pytest.fixture
def kept(node, tmp_path) -> Path:
    """A backup of a node at rest."""
    node.take(1)
    while store_next(node.journal, node.engine):
        pass
    node.take(4)
    backup(node.parts(), tmp_path / "backup", now=now, program=PROGRAM)
    return tmp_path / "backup"


def started(data: Path) -> dict:
    """What a node started on the folder tells of itself."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.store.restored_child", data],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout)


def test_what_was_acknowledged_before_a_backup_of_a_busy_node_is_there_once_after_a_restore(
    node, tmp_path
) -> None:
    threads = [threading.Thread(target=work) for work in (node.deliver, node.consume, node.change_lists)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        before = list(node.acknowledged)
        manifest = backup(node.parts(), tmp_path / "backup", now=now, program=PROGRAM)
        after = len(node.acknowledged)
    finally:
        node.over.set()
        for thread in threads:
            thread.join()
    assert len(before) > 10
    assert after > len(before), "deliveries were taken all the while"
    assert manifest.began_at < manifest.ended_at
    restore(tmp_path / "backup", tmp_path / "elsewhere", program=PROGRAM)
    told = started(tmp_path / "elsewhere")
    assert {*before, NEW} <= set(told["known"])
    assert told["reads"] == told["by_camera"] == 10 * len(told["known"])
    assert told["in_hours"] == told["in_months"] == told["reads"], "a group that came again counted twice"
    assert told["applied"] == []
    assert {"stolen", "list 0"} <= set(told["lists"])


def test_a_group_that_was_stored_and_not_yet_passed_comes_again_and_counts_once(node, tmp_path) -> None:
    node.take(1)
    group = node.journal.claim(CONSUMER, most_batches=2, most_bytes=10**6)
    reads = [read for batch in group.batches for read in reads_of(batch.body)]
    write_reads(node.engine, reads, group=group.name, kept_from=LONG_AGO)
    backup(node.parts(), tmp_path / "backup", now=now, program=PROGRAM)
    restore(tmp_path / "backup", tmp_path / "new", program=PROGRAM)
    told = started(tmp_path / "new")
    assert told["reads"] == told["in_hours"] == told["in_months"] == 10 * len(told["known"]) == 40


def test_what_comes_after_a_restore_is_not_taken_for_what_the_lost_time_stored(node, kept, tmp_path) -> None:
    node.take(7)  # acknowledged after the backup, and stored: at positions that are used again
    while store_next(node.journal, node.engine):
        pass
    restore(kept, tmp_path / "new", program=PROGRAM)
    told = started(tmp_path / "new")
    assert (told["waited"], len(told["known"])) == (4, 7)
    assert told["reads"] == told["in_hours"] == 70


def test_certificates_pictures_secrets_and_settings_come_back(node, kept, tmp_path) -> None:
    restore(kept, tmp_path / "new", program=PROGRAM)
    assert (tmp_path / "new/secrets/hash.key").read_bytes() == HASH_KEY
    assert (tmp_path / "new" / SETTINGS).read_text() == 'profile = "current"\n'
    with closing(sqlite3.connect(tmp_path / "new/nonces.db")) as nonces:
        assert nonces.execute("SELECT n FROM nonce").fetchall() == [(7,)]
    told = started(tmp_path / "new")
    assert told["certificates"] == [one.to_json() for one in certificates(node.engine)]
    assert len(told["certificates"]) == 1
    assert told["days"] == [str(AT.date())]


def test_what_lies_in_the_data_folder_comes_back_at_its_place_and_all_else_under_its_name(
    node, tmp_path
) -> None:
    (node.data / "forward").mkdir()
    with closing(sqlite3.connect(node.data / "forward" / "outbox.db")) as outbox:
        outbox.executescript("CREATE TABLE waits (n); INSERT INTO waits VALUES (53)")
    (node.data / "forward" / "enrolled.json").write_text('{"device": "a"}')
    (node.data / "looked-back.json").write_text('{"1": 57}')
    control = node.data / "control.db"
    parts = node.parts(databases=(control, node.data / "forward" / "outbox.db"))
    assert parts.place(node.engine._folder) == "chdb", "it lies elsewhere"
    backup(parts, tmp_path / "backup", now=now, program=PROGRAM)
    restore(tmp_path / "backup", tmp_path / "new", program=PROGRAM)
    with closing(sqlite3.connect(tmp_path / "new/forward/outbox.db")) as outbox:
        assert outbox.execute("SELECT n FROM waits").fetchall() == [(53,)]
    assert (tmp_path / "new/forward/enrolled.json").read_text() == '{"device": "a"}'
    assert (tmp_path / "new/looked-back.json").read_text() == '{"1": 57}'


def test_only_the_owner_may_look_into_a_backup_and_into_what_is_restored(kept, tmp_path) -> None:
    restore(kept, tmp_path / "new", program=PROGRAM)
    for root in (kept, tmp_path / "new"):
        for at, _, names in os.walk(root):
            assert stat.S_IMODE(Path(at).stat().st_mode) == 0o700
            files = [Path(at, name) for name in names if not Path(at, name).is_symlink()]
            assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)


def test_the_manifest_says_what_made_it_and_the_form_of_every_store(kept) -> None:
    manifest = verify(kept)
    forms = {schema.store: (schema.numbered_by, schema.revision) for schema in manifest.schemas}
    assert manifest.program == PROGRAM
    assert forms["journal.db"] == ("user_version", "1")
    assert forms["nonces.db"] == ("user_version", "4")
    assert forms["control.db"][0] == "alembic"
    assert forms["chdb"][0] == "reads"
    listed = [json.loads(line) for line in (kept / "files.jsonl").read_text().splitlines()]
    assert manifest.files == len(listed)
    assert manifest.size == sum(one.get("size", 0) for one in listed)


@pytest.mark.parametrize(
    "which",
    [
        "manifest.json", "files.jsonl", "node/journal.db", "node/control.db", "node/secrets/hash.key",
        "node/pictures/**/*.jpg", "node/chdb/**/*.bin", "node/chdb/**/deduplication_log_1.txt",
        "node/chdb/**/reads.sql", f"node/{SETTINGS}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_a_flipped_bit_anywhere_is_noticed_and_nothing_is_restored(kept, tmp_path, which, place) -> None:
    path = max(kept.glob(which), key=lambda found: found.stat().st_size)
    content = bytearray(path.read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    with pytest.raises(BackupError, match="use another"):
        restore(kept, tmp_path / "new", program=PROGRAM)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("which", ["manifest.json", "files.jsonl", "node/control.db", "node/chdb/**/*.bin"])
def test_a_backup_that_lacks_a_file_is_none(kept, tmp_path, which) -> None:
    next(iter(kept.glob(which))).unlink()
    with pytest.raises(BackupError):
        restore(kept, tmp_path / "new", program=PROGRAM)
    assert not (tmp_path / "new").exists()


def test_a_link_that_leads_elsewhere_is_noticed(kept) -> None:
    link = kept / "node/chdb/metadata/default"
    link.unlink()
    link.symlink_to("/")
    with pytest.raises(BackupError, match="not the file that was backed up"):
        verify(kept)


@pytest.mark.parametrize(
    "line",
    [
        b'{"path":"../outside","sha256":"%s"}' % (b"0" * 64),
        b'{"path":"/etc/outside","sha256":"%s"}' % (b"0" * 64),
        b'{"path":"chdb/x","link":"../../../etc"}',
        b'{"path":"x"}',
        b"{",
    ],
)
def test_a_list_that_would_write_outside_the_data_folder_is_refused(kept, tmp_path, line) -> None:
    (kept / "files.jsonl").write_bytes(line + b"\n")
    manifest = read_manifest(kept)
    (kept / "manifest.json").unlink()
    digest = backup_restore.hashlib.sha256(line + b"\n").hexdigest()
    write_manifest(replace(manifest, list_sha256=digest), kept)
    with pytest.raises(BackupError, match="list of files"):
        restore(kept, tmp_path / "new", program=PROGRAM)


def test_a_backup_that_was_cut_off_is_no_backup(node, tmp_path) -> None:
    class Disk:
        """Fails at the last step but one, as a full disk does."""

        calls = 0

        def __call__(self) -> datetime:
            self.calls += 1
            if self.calls == 2:
                raise OSError(28, "No space left on device")
            return now()

    with pytest.raises(BackupError, match="No space left"):
        backup(node.parts(), tmp_path / "backup", now=Disk(), program=PROGRAM)
    assert not (tmp_path / "backup").exists(), "half a backup holds plates too"
    assert not (node.engine._folder / "shadow/openanpr_backup").exists()
    (tmp_path / "killed" / "node").mkdir(parents=True)
    with pytest.raises(BackupError, match="cut short"):
        verify(tmp_path / "killed")


def test_a_newer_programs_backup_is_refused(kept, tmp_path) -> None:
    for program in ("1.2.2", "1.2", "0.9.9"):
        with pytest.raises(BackupError, match=r"version 1\.2\.3 made this backup, which is newer"):
            restore(kept, tmp_path / "new", program=program)
    restore(kept, tmp_path / "new", program="1.10.0")


@pytest.mark.parametrize(("numbered_by", "revision"), [("reads", "9999"), ("alembic", "9999")])
def test_stores_of_a_newer_form_are_refused(kept, tmp_path, numbered_by, revision) -> None:
    manifest = read_manifest(kept)
    schemas = tuple(
        replace(schema, revision=revision) if schema.numbered_by == numbered_by else schema
        for schema in manifest.schemas
    )
    (kept / "manifest.json").unlink()
    write_manifest(replace(manifest, schemas=schemas), kept)
    with pytest.raises(BackupError, match="newer than this program"):
        restore(kept, tmp_path / "new", program=PROGRAM)


def test_a_backup_is_restored_into_a_new_folder_only(kept, tmp_path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / ".new.restoring").mkdir()  # as a restore that was killed leaves it
    (tmp_path / ".new.restoring" / "journal.db").write_bytes(b"half")
    restore(kept, tmp_path / "new", program=PROGRAM)
    assert not (tmp_path / ".new.restoring").exists()
    with pytest.raises(BackupError, match="is not empty"):
        restore(kept, tmp_path / "new", program=PROGRAM)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BackupError, match="is a link"):
        restore(kept, tmp_path / "link", program=PROGRAM)


def test_each_backup_needs_a_folder_of_its_own(node, kept) -> None:
    with pytest.raises(BackupError, match="is there already"):
        backup(node.parts(), kept, now=now, program=PROGRAM)
    verify(kept)


def test_a_backup_is_not_put_into_what_it_backs_up(node) -> None:
    for folder in (node.data, node.data / "pictures", node.engine._folder):
        with pytest.raises(BackupError, match="outside the node"):
            backup(node.parts(), folder / "backup", now=now, program=PROGRAM)
        assert not (folder / "backup").exists()


def test_a_writer_that_does_not_stand_still_is_caught(node, tmp_path) -> None:
    class Sly:
        """An engine beside which somebody writes while the folder is frozen."""

        def rows(self, statement, values, row):
            if statement.name == "backup_tables":
                write_reads(node.engine, [arrived("SL11YYY")], group=str(tmp_path), kept_from=LONG_AGO)
            return node.engine.rows(statement, values, row)

        run = node.engine.run

    write_reads(node.engine, [arrived("AA11AAA")], group=f"{tmp_path} first", kept_from=LONG_AGO)
    with pytest.raises(BackupError, match="had to stand still"):
        backup(node.parts(engine=Sly(), still=nullcontext), tmp_path / "backup", now=now, program=PROGRAM)


def test_two_backups_at_once_do_not_take_from_one_another(node, tmp_path) -> None:
    @contextmanager
    def and_another_at_once():
        yield
        with pytest.raises(BackupError, match="another backup of this node"):
            backup(node.parts(), tmp_path / "second", now=now, program=PROGRAM)

    backup(node.parts(still=and_another_at_once), tmp_path / "first", now=now, program=PROGRAM)
    verify(tmp_path / "first")
    assert not (tmp_path / "second").exists()


def test_what_a_killed_backup_left_goes_at_the_next_start(node) -> None:
    folder = node.engine._folder
    node.engine.run(Statement("freeze", "ALTER TABLE retention_days FREEZE WITH NAME 'openanpr_backup'"), {})
    assert (folder / "shadow/openanpr_backup").exists()
    clear_leftovers(folder)
    clear_leftovers(folder)
    assert not (folder / "shadow/openanpr_backup").exists()


def test_a_damaged_database_is_not_called_a_backup(node, tmp_path) -> None:
    broken = tmp_path / "broken.db"
    with closing(sqlite3.connect(broken)) as db:
        db.executescript("CREATE TABLE a (x); CREATE INDEX i ON a (x)")
        db.executemany("INSERT INTO a VALUES (?)", [(f"row {n:05}",) for n in range(2000)])
        db.commit()
    content = bytearray(broken.read_bytes())
    content[2 * 4096] = 0xFF  # no kind of page
    broken.write_bytes(content)
    with pytest.raises(BackupError, match=r"broken\.db is damaged"):
        backup(node.parts(databases=(broken,)), tmp_path / "backup", now=now, program=PROGRAM)
    with pytest.raises(BackupError, match="was not made"):
        backup(node.parts(databases=(tmp_path / "none.db",)), tmp_path / "b", now=now, program=PROGRAM)


def test_parts_of_one_name_are_refused(node) -> None:
    with pytest.raises(ValueError, match="names of their own"):
        node.parts(databases=(node.data / "journal.db",))


def test_a_backup_may_be_moved_and_restored_by_a_copy_of_itself(kept, tmp_path) -> None:
    shutil.copytree(kept, tmp_path / "other disk", symlinks=True)
    shutil.rmtree(kept)
    restore(tmp_path / "other disk", tmp_path / "new", program=PROGRAM)
