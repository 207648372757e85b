"""A backup of an embedded node, made inside its process while it runs.

What must fit together, and how it is made to:

* The journal says up to where its consumers have passed. What a store has beyond that comes again from the
  journal and counts once; what it lacks before that is lost. So no store may be older than the journal in
  the backup: the journal is pinned first, every other store after it.
* That alone is not exact for the reads: a group of batches that was stored after the journal was pinned would
  come again as another group, and count twice in the summaries. So for the moment of the cut the writer of
  the read store stands still (`Parts.still`): it grows with the days kept, to a second or two. Deliveries
  are taken all the while.
* Each SQLite file is pinned by a transaction, the reads by hard links, and all is copied afterwards
  from that moment. Devices and lists are pinned after the journal whose batches speak of them.
* Small notes of what was done with a store (up to which revision of a list was looked back) are read before
  the stores: what was noted is in them, and what was done since is done once more.
* The audit log is cut after every store: it may tell of acts that the backup has not, never the other way.
* Pictures lie beside the reads that name them and are copied last. What was acknowledged before the cut is
  in the backup; what comes later may be in part. Retention at the next start removes what it had dropped.

A backup holds plates, pictures and keys in the clear, and outlives what retention deletes: whoever makes it
must encrypt it and end it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from openanpr.audit.log import AuditLog
from openanpr.store.backup_files import BackupError, Filling, private_file, private_folder, sync_folder
from openanpr.store.backup_manifest import CONTENT, FORM, LIST, Manifest, Schema, write_manifest
from openanpr.store.backup_reads import Frozen, frozen
from openanpr.store.backup_restore import RESTORED
from openanpr.store.backup_sqlite import Pinned, pinned
from openanpr.store.engine import ReadEngine, StoreError, statement

SETTINGS = "node.toml.restored"
"""The settings come back under this name: they may speak of folders of another machine."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an embedded node keeps, open and in use.

    What lies in the folder `data` comes back at its place there, what lies elsewhere under its name.
    `databases` are the other SQLite files; `notes` are small files that are replaced whole, where they are;
    `reads` is the folder that `engine` has open; in `folders` (pictures, secrets) files are written once.
    `log` is the audit log. Inside `still()` nobody writes to the read store (no reads, no holds, no
    retention), nor passes a group of its consumer in the journal. `settings` is a file, if any.
    """

    data: Path
    journal: Path
    databases: Sequence[Path]
    notes: Sequence[Path]
    engine: ReadEngine
    reads: Path
    folders: Sequence[Path]
    settings: Path | None
    log: AuditLog
    still: Callable[[], AbstractContextManager[object]]

    def __post_init__(self) -> None:
        """Refuse parts that would lie upon one another."""
        all_of_it = (self.journal, *self.databases, *self.notes, self.reads, self.log.folder, *self.folders)
        places = [self.place(path) for path in all_of_it]
        if len(set(places)) < len(places) or {SETTINGS, RESTORED}.intersection(places):
            raise ValueError("the parts of a node need names of their own")

    def place(self, path: Path) -> str:
        """Return where a part comes back, as a path in the data folder."""
        found = Path(os.path.relpath(path, self.data))
        return path.name if found == Path() or ".." in found.parts else found.as_posix()


class _Number(msgspec.Struct, frozen=True, array_like=True):
    number: int
    name: str
    sha256: str


def backup(parts: Parts, destination: Path, *, now: Callable[[], datetime], program: str) -> Manifest:
    """Back up the running node into a new folder; return its manifest, written last and on disk.

    `program` is the version of this program. Call it in the process that has the stores open, in a thread of
    its own. Raises BackupError; then nothing is left at `destination`.
    """
    began = now()
    _make(destination, but_not_in=(parts.data, parts.reads, parts.log.folder, *parts.folders))
    try:
        with private_file(destination / LIST) as listing:
            filling = Filling(destination / CONTENT, listing)
            private_folder(filling.root)
            schemas = _filled(parts, filling)
            list_sha256 = filling.close()
        manifest = Manifest(
            form=FORM,
            program=program,
            began_at=began,
            ended_at=now(),
            journal=parts.place(parts.journal),
            schemas=schemas,
            files=filling.files,
            size=filling.size,
            list_sha256=list_sha256,
        )
        write_manifest(manifest, destination)
        sync_folder(destination.parent)
    except (OSError, sqlite3.Error, StoreError) as fault:
        shutil.rmtree(destination, ignore_errors=True)
        raise BackupError(f"the backup was not made: {fault}") from fault
    except BaseException:  # whatever stopped it, half a backup holds as many plates as a whole one
        shutil.rmtree(destination, ignore_errors=True)
        raise
    return manifest


def _filled(parts: Parts, filling: Filling) -> tuple[Schema, ...]:
    with ExitStack() as held:
        with parts.still():
            notes = {path: path.read_bytes() for path in parts.notes if path.exists()}
            databases = [held.enter_context(pinned(path)) for path in (parts.journal, *parts.databases)]
            reads = held.enter_context(frozen(parts.engine, parts.reads))
            schemas = (*(one.schema(parts.place(one.path)) for one in databases), _reads_schema(parts))
        for path, content in notes.items():
            filling.text(content, parts.place(path))
        _copy_cut(parts, filling, databases, reads)
    _copy_log(parts, filling)
    if parts.settings is not None:
        filling.file(parts.settings, SETTINGS)
    for folder in parts.folders:
        filling.folder(folder, parts.place(folder))
    return schemas


def _copy_cut(parts: Parts, filling: Filling, databases: Sequence[Pinned], reads: Frozen) -> None:
    for database in databases:
        filling.made(parts.place(database.path), database.copy)
    reads.copy(filling, parts.place(parts.reads))


def _copy_log(parts: Parts, filling: Filling) -> None:
    place = parts.place(parts.log.folder)
    with parts.log.cut() as files:
        for one in files:
            if one.content is None:
                filling.beginning(parts.log.folder / one.name, f"{place}/{one.name}", one.size)
            else:
                filling.text(one.content, f"{place}/{one.name}")


def _reads_schema(parts: Parts) -> Schema:
    applied = parts.engine.rows(statement("migrations_applied"), {}, _Number)
    return Schema(parts.place(parts.reads), "reads", str(max((row.number for row in applied), default=0)))


def _make(destination: Path, *, but_not_in: Sequence[Path]) -> None:
    if any(destination.resolve().is_relative_to(folder.resolve()) for folder in but_not_in):
        # There it would be taken for the node's own, and keep what retention deletes beside what is kept.
        raise BackupError(f"{destination} lies in a folder of the node itself: name one outside the node")
    try:
        destination.mkdir(mode=0o700, parents=False)
    except FileExistsError:
        raise BackupError(f"{destination} is there already: name a new folder for each backup") from None
    except OSError as fault:
        raise BackupError(f"{destination} cannot be made: {fault.strerror}") from fault
