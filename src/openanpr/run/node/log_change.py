"""Another audit log in the place of one: after a restore, or because its key is to be another.

A log is its key. So a change of key is a new log, whose first entry commits to the last checkpoint of the old
one; the old one's last entry names the new key, where it may still be written. Each step can be gone on with
after a kill: `finish_change` does so at every start.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from openanpr.audit.acts import LogBegin, LogEnd
from openanpr.audit.disk import make_folder, sync_folder
from openanpr.audit.log import AuditLog
from openanpr.audit.note import NoteKey, NoteSigner
from openanpr.audit.recovery import ABOUT
from openanpr.run.node.secret_file import SecretFileError
from openanpr.run.node.secrets import AUDIT_KEY, make_audit_key, read_audit_key
from openanpr.run.node.settings import NodeSettings

_SUFFIX = re.compile(r"/\d{8}T\d{6}Z$")


@dataclass(frozen=True, slots=True)
class Why:
    """Who changes the log and for what; `word` is public."""

    word: str
    person: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Places:
    """Where a log and its key lie; beside them the next ones, until they take their place."""

    folder: Path
    key: Path

    @classmethod
    def of(cls, settings: NodeSettings) -> Places:
        """Return those of a node."""
        return cls(settings.audit.folder, settings.secrets / AUDIT_KEY)

    @property
    def next_folder(self) -> Path:
        """The next log, complete."""
        return self.folder.with_name(f"{self.folder.name}.next")

    @property
    def next_key(self) -> Path:
        """The next log's key."""
        return self.key.with_name(f"{self.key.name}.next")

    @property
    def ended(self) -> Path:
        """The folder of the logs before: they are read by verifiers, and written no more."""
        return self.folder.with_name(f"{self.folder.name}.ended")


def begin_log(places: Places, name: str) -> NoteKey:
    """Make the first log of a node that has kept things without one; return its key.

    Raises SecretFileError where there is a key or a log, AuditError, OSError.
    """
    if places.key.exists() or places.folder.exists():
        raise SecretFileError(
            f"there is an audit log, or its key, already: see {places.folder} and {places.key}"
        )
    make_audit_key(places.key, name)
    with closing(AuditLog.open(places.folder, read_audit_key(places.key))) as log:
        return log.key


def renew_log(places: Places, name: str, why: Why) -> NoteKey:
    """End the log and put a new one with another key in its place; return the new key.

    For a node that is stopped. Raises AuditError, SecretFileError, OSError.
    """
    old, new = _keys(places, name, why.at)
    with closing(AuditLog.open(places.folder, old)) as log:
        end = LogEnd(at=why.at, person=why.person, reason=why.reason, next_key=_digest(new.key))
        log.append(end)
    return _put_in_place(places, old, new, why)


def follow_restored_log(places: Places, name: str, why: Why) -> NoteKey:
    """Put a new log in the place of one that came out of a backup, which is not written any more.

    Outside there may be checkpoints of what the lost one had beyond it: to go on from it would be to tell two
    stories under one key. Raises as `renew_log` does.
    """
    old, new = _keys(places, name, why.at)
    return _put_in_place(places, old, new, why)


def finish_change(places: Places) -> None:
    """Go on with a change that was cut off once its new log was complete; raises AuditError, OSError."""
    if places.next_folder.exists():
        if places.folder.exists():
            ended = places.ended / read_audit_key(places.key).key.id.hex()
            make_folder(places.ended)
            places.folder.rename(ended)
        places.next_folder.rename(places.folder)
        sync_folder(places.folder.parent)
    if places.next_key.exists() and _is_log_of(places.folder, read_audit_key(places.next_key)):
        places.next_key.rename(places.key)
        sync_folder(places.key.parent)


def _keys(places: Places, name: str, at: datetime) -> tuple[NoteSigner, NoteSigner]:
    old = read_audit_key(places.key)
    if not places.next_key.exists():
        base = name or _SUFFIX.sub("", old.name)
        make_audit_key(places.next_key, f"{base}/{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    return old, read_audit_key(places.next_key)


def _put_in_place(places: Places, old: NoteSigner, new: NoteSigner, why: Why) -> NoteKey:
    with closing(AuditLog.open(places.folder, old)) as log:
        last = log.checkpoint().checkpoint
    making = places.folder.with_name(f"{places.folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    with closing(AuditLog.open(making, new)) as log:
        log.append(
            LogBegin(
                at=why.at,
                why=why.word,
                size=last.size,
                root=last.root.hex(),
                last_key=_digest(old.key),
                person=why.person,
                reason=why.reason,
            )
        )
    making.rename(places.next_folder)
    sync_folder(places.folder.parent)
    finish_change(places)
    return new.key


def _is_log_of(folder: Path, signer: NoteSigner) -> bool:
    about = folder / ABOUT
    return about.exists() and str(signer.key) in about.read_text(encoding="utf-8")


def _digest(key: NoteKey) -> str:
    return hashlib.sha256(str(key).encode()).hexdigest()
