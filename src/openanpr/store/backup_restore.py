"""A backup is verified and restored: every byte checked first, and a whole node or none at the end."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from openanpr.store.backup_files import (
    BackupError,
    Listed,
    copied,
    listed_files,
    opened,
    private_file,
    private_folder,
    sync_folder,
    sync_folders,
)
from openanpr.store.backup_manifest import CONTENT, FORM, LIST, Manifest, Schema, read_manifest
from openanpr.store.control.migrate import head
from openanpr.store.migrate_reads import read_migrations

RESTORED = "restored"
"""A file by this name tells the next start that the time between a backup and now is lost."""
_SAID = b"Put here by a restore. The next start gives no number of a list anew, and takes this file away.\n"
_VERSION = re.compile(r"\d+(?:\.\d+)*")


def verify(source: Path) -> Manifest:
    """Return the manifest of a backup in which every file is whole; raises BackupError for any other."""
    manifest = read_manifest(source)
    if manifest.form > FORM:
        raise BackupError(
            f"a newer program made this backup (form {manifest.form}): restore it with that version"
        )
    for listed in _listed(source, manifest):
        place = source / CONTENT / listed.path
        if listed.link:
            if not place.is_symlink() or str(place.readlink()) != listed.link:
                raise _damaged(listed)
            continue
        try:
            with opened(place) as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == listed.sha256
                same = same and file.tell() == listed.size
        except OSError:
            raise _damaged(listed) from None
        if not same:
            raise _damaged(listed)
    return manifest


def restore(source: Path, data_folder: Path, *, program: str) -> Manifest:
    """Make the data folder of a node from a backup; it must not be there, or be empty.

    `program` is the version of this program. Start the node as after a crash: it takes up from the journal,
    and retention runs again. Raises BackupError; then no data folder was made.
    """
    manifest = verify(source)
    _refuse_newer(manifest, program)
    _refuse_used(data_folder)
    unfinished = data_folder.with_name(f".{data_folder.name}.restoring")
    try:
        if unfinished.exists():
            shutil.rmtree(unfinished)
        private_folder(unfinished)
        for listed in _listed(source, manifest):
            _restore_one(source, unfinished, listed)
        _refuse_foreign(unfinished / manifest.journal)
        with private_file(unfinished / RESTORED) as mark:
            mark.write(_SAID)
            mark.flush()
            os.fsync(mark.fileno())
        sync_folders(unfinished)
        unfinished.rename(data_folder)
        sync_folder(data_folder.parent)
    except (OSError, sqlite3.Error) as fault:
        raise BackupError(f"the backup was not restored: {fault}") from fault
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def _listed(source: Path, manifest: Manifest) -> Iterator[Listed]:
    """Yield the files of a backup; raises BackupError, before the first, unless the list is as sealed."""
    try:
        with opened(source / LIST) as listing:
            if hashlib.file_digest(listing, "sha256").hexdigest() != manifest.list_sha256:
                raise BackupError("the list of files is damaged: use another backup")
            listing.seek(0)
            yield from listed_files(listing)
    except OSError as fault:
        raise BackupError(f"the list of files cannot be read: {fault.strerror}") from fault


def _restore_one(source: Path, root: Path, listed: Listed) -> None:
    place = root / listed.path
    private_folder(place.parent)
    if listed.link:
        place.symlink_to(listed.link)
        return
    with opened(source / CONTENT / listed.path) as file:
        if copied(file, place) != (listed.size, listed.sha256):
            raise _damaged(listed)


def _refuse_foreign(journal: Path) -> None:
    """Refuse what is no journal; raises BackupError.

    It goes on where it was, at positions that the lost time used for other batches. Only the read store knew
    those groups by their names, and it is of the same moment (`backup.Parts.still`).
    """
    with closing(sqlite3.connect(journal, isolation_level=None)) as db:
        if len(db.execute("SELECT name FROM about").fetchall()) != 1:
            raise BackupError("the journal in the backup is not one of a node that ran: use another backup")


def _refuse_newer(manifest: Manifest, program: str) -> None:
    newer = _version(manifest.program) > _version(program)
    if newer or any(_is_newer(schema) for schema in manifest.schemas):
        raise BackupError(
            f"version {manifest.program} made this backup, which is newer than this program: restore it with "
            "that version or a later one"
        )


def _is_newer(schema: Schema) -> bool:
    match schema.numbered_by:
        case "reads":
            return int(schema.revision) > len(read_migrations())
        case "alembic":
            return schema.revision > head()
        case _:
            return False  # each store refuses a later number of its own when it is opened


def _version(text: str) -> tuple[int, ...]:
    found = _VERSION.match(text)
    if found is None:
        raise BackupError("the version of the program is not a number such as 0.1.0")
    return tuple(int(part) for part in found[0].split("."))


def _refuse_used(data_folder: Path) -> None:
    if data_folder.is_symlink() or data_folder.is_mount():
        raise BackupError(f"{data_folder} is a link or the root of a disk: name a folder in it")
    if data_folder.exists() and (not data_folder.is_dir() or any(data_folder.iterdir())):
        raise BackupError(f"{data_folder} is not empty: a backup is restored into a new folder")


def _damaged(listed: Listed) -> BackupError:
    return BackupError(
        f"{listed.path} is not the file that was backed up: use another backup, and look at this disk"
    )
