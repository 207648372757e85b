"""What makes files a backup: the manifest, written last, with a seal over itself and the list of files."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from openanpr.store.backup_files import BackupError, opened, private_file, sync_folder

FORM = 1
CONTENT, LIST, MANIFEST = "node", "files.jsonl", "manifest.json"
_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Schema:
    """The form of one store: its place in the data folder, who numbers it, and its number."""

    store: str
    numbered_by: str
    revision: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: by which program and when (UTC), the forms of its stores, and its files in sum.

    `journal` is the journal's path in the data folder. `list_sha256` seals the list that has the size and
    SHA-256 of each file.
    """

    form: int
    program: str
    began_at: datetime
    ended_at: datetime
    journal: str
    schemas: tuple[Schema, ...]
    files: int
    size: int
    list_sha256: str


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sha256: str
    backup: msgspec.Raw


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Make the folder a backup; on disk when this returns. Raises OSError."""
    body = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    sealed = msgspec.json.encode(_Sealed(hashlib.sha256(body).hexdigest(), msgspec.Raw(body)))
    unfinished = folder / f"{MANIFEST}.part"
    with private_file(unfinished) as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / MANIFEST)
    sync_folder(folder)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup; raises BackupError when there is none or it is damaged."""
    try:
        with opened(folder / MANIFEST) as file:
            text = file.read(_MOST_BYTES)
    except FileNotFoundError:
        raise BackupError(
            f"{folder} is no backup, or one that was cut short: it has no {MANIFEST}. Use another"
        ) from None
    except OSError as fault:
        raise BackupError(f"{folder / MANIFEST} cannot be read: {fault.strerror}") from fault
    try:
        sealed = msgspec.json.decode(text, type=_Sealed)
        if hashlib.sha256(sealed.backup).hexdigest() == sealed.sha256:
            return msgspec.json.decode(sealed.backup, type=Manifest)
    except msgspec.MsgspecError:
        pass
    raise BackupError(f"the manifest of {folder} is damaged, or of a later program: use another backup")
