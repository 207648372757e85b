"""The node's own secrets: made at its first start, in files that only its owner can read, never replaced."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from openanpr.audit.note import NoteError, NoteSigner
from openanpr.ingest.secret_text import HashKey
from openanpr.run.node.secret_file import SecretFileError, read_secret
from openanpr.store.backup_files import private_file, sync_folder
from openanpr.wire.device_key import DeviceKey, DeviceKeyError

_HASH_KEY, _ALERT_IDS, _NODE_KEY, AUDIT_KEY = "hash.key", "alert-ids.key", "node.pem", "audit.key"
_LENGTH = 32
_OWN = "the node's own secrets"


@dataclass(frozen=True, slots=True)
class NodeSecrets:
    """`hash_key` is for enrolment codes and feed tokens, `alert_ids` for `alert.raising.keyed_ids`.

    `node_key` signs what the node forwards, and webhooks that share no secret; `audit_key` the audit log.
    """

    hash_key: HashKey
    alert_ids: bytes = field(repr=False)
    node_key: DeviceKey
    audit_key: NoteSigner


def make_secrets(folder: Path, *, log_name: str = "", chance: Callable[[int], bytes] = os.urandom) -> None:
    """Make those of the node's secrets that are not there yet, on disk when this returns; none is replaced.

    `log_name` is the name of the audit log, which its key bears; empty for one that tells nothing.

    For a node that has kept nothing so far, and for no other: a key that was lost must not be made anew
    behind the back of the codes and alerts that were made with it. Raises SecretFileError, OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sync_folder(folder.parent)
    refuse_open(folder, _OWN)
    for name in (_HASH_KEY, _ALERT_IDS):
        if not (folder / name).exists():
            _make(folder / name, lambda path: _write(path, chance(_LENGTH)))
    if not (folder / _NODE_KEY).exists():
        _make(folder / _NODE_KEY, DeviceKey.generate().write)
    if not (folder / AUDIT_KEY).exists():
        make_audit_key(folder / AUDIT_KEY, log_name, chance=chance)


def make_audit_key(path: Path, log_name: str, *, chance: Callable[[int], bytes] = os.urandom) -> None:
    """Make a key of an audit log; an empty name becomes one that tells nothing. Raises SecretFileError."""
    try:
        signer = NoteSigner.generate(log_name or f"openanpr-node-{chance(4).hex()}")
    except NoteError as fault:
        raise SecretFileError(f"audit.name: {fault}") from fault
    _make(path, lambda unfinished: _write(unfinished, signer.secret_text().encode()))


def read_secrets(folder: Path) -> NodeSecrets:
    """Return the node's secrets; raises SecretFileError for one that is lost, damaged or open to others."""
    refuse_open(folder, _OWN)
    return NodeSecrets(
        HashKey(_key(folder / _HASH_KEY)),
        _key(folder / _ALERT_IDS),
        _device_key(folder / _NODE_KEY),
        read_audit_key(folder / AUDIT_KEY),
    )


def read_audit_key(path: Path) -> NoteSigner:
    """Return the key of an audit log; raises SecretFileError."""
    try:
        return NoteSigner.parse(read_secret(path, _OWN).decode("ascii", errors="replace").strip())
    except NoteError as fault:
        raise SecretFileError(f"{_OWN}: {path}: {fault}: restore it from a backup") from fault


def _key(path: Path) -> bytes:
    key = read_secret(path, "the node's own secrets")
    if len(key) != _LENGTH:
        raise SecretFileError(
            f"the node's own secrets: {path} has {len(key)} bytes and not {_LENGTH}: restore it from a backup"
        )
    return key


def _device_key(path: Path) -> DeviceKey:
    try:
        return DeviceKey.read(path)
    except DeviceKeyError as fault:
        raise SecretFileError(f"the node's own secrets: {path}: {fault}") from fault
    except OSError as fault:
        raise SecretFileError(
            f"the node's own secrets: {path} cannot be read ({fault.strerror}): restore it from a backup"
        ) from fault


def refuse_open(folder: Path, what: str) -> None:
    """Refuse a folder that is another user's or that others may enter; raises SecretFileError."""
    try:
        status = folder.stat()
    except OSError as fault:
        raise SecretFileError(
            f"{what}: {folder} cannot be read ({fault.strerror}): restore it from a backup"
        ) from fault
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise SecretFileError(
            f"{what}: {folder} must belong to the user that runs the node and be closed to others: run the "
            "node as its owner, or chown it; give it mode 0700"
        )


def _make(path: Path, write: Callable[[Path], None]) -> None:
    """Write a key under a name of its own first: a kill must not leave half a key under the right one."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    write(unfinished)
    unfinished.rename(path)
    sync_folder(path.parent)


def _write(path: Path, key: bytes) -> None:
    with private_file(path) as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
