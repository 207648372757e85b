"""`openanpr node`: one process from its settings to its end."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

from openanpr.audit.faults import AuditError
from openanpr.audit.note import NoteKey
from openanpr.deliver.line import LineError
from openanpr.deliver.outbox_file import OutboxError
from openanpr.policy.profile import ProfileError
from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.interrupt import Interrupt
from openanpr.run.node.build import build_node
from openanpr.run.node.fault import kind_and_place
from openanpr.run.node.home import Home
from openanpr.run.node.log_change import Places, Why, begin_log, renew_log
from openanpr.run.node.read_settings import SettingsError, load_settings, parse_settings
from openanpr.run.node.secret_file import SecretFileError
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.webhooks import WebhookSettingsError
from openanpr.store.backup_files import BackupError
from openanpr.store.backup_restore import restore, verify
from openanpr.store.control.engine import DatabaseError
from openanpr.store.engine import StoreError
from openanpr.store.journal import JournalError
from openanpr.store.migrate_reads import MigrationError
from openanpr.store.nonces import NoncesError
from openanpr.store.pictures import PictureError
from openanpr.voi.fault import ListError
from openanpr.web.request_log import stack_of
from openanpr.web.serve import ServeError

_LOG = logging.getLogger("openanpr.node")
_LOOK_S = 1.0
_OWNER_ALONE = 0o077  # taken from the mode of every file that the node makes, whoever makes it
_FAULTS = (
    AuditError,
    ProfileError,
    SettingsError,
    SecretFileError,
    WebhookSettingsError,
    JournalError,
    DatabaseError,
    MigrationError,
    StoreError,
    NoncesError,
    PictureError,
    ListError,
    ServeError,
    OutboxError,
    LineError,
    OSError,
)
"""What may keep a node from starting; each says what to mend."""


def run_node(home: Home, *, out: TextIO, err: TextIO, clock: Callable[[], datetime] | None = None) -> int:
    """Run a node until it is asked to stop; return the exit code.

    `clock` is UTC; None takes the machine's.
    """
    logging.basicConfig(
        stream=err, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = settings_of(home)
        with ExitStack() as last, Interrupt() as interrupt:
            last.callback(os.umask, os.umask(_OWNER_ALONE))
            node = build_node(settings, clock=clock or _now, last=last)
            _calm_collector()
            node.start()
            last.callback(node.stop)
            _greet(settings, out)
            while not interrupt.event.wait(_LOOK_S):
                if node.broken:
                    print("openanpr: a server of the node has ended by itself: start it again", file=err)
                    return ExitCode.SOURCE_FAILED
    except RefusedError as refusal:
        print(f"openanpr: {refusal}", file=err)
        return ExitCode.REFUSED
    except _FAULTS as fault:
        print(f"openanpr: {_sentence(fault)}", file=err)
        return ExitCode.REFUSED
    except Exception as fault:  # noqa: BLE001 - the outermost of the process: told by kind and place alone
        _LOG.error("a fault of the node:\n%s", stack_of(fault))
        print(f"openanpr: the node cannot go on ({kind_and_place(fault)}): see its log", file=err)
        return ExitCode.REFUSED
    return ExitCode.DONE


def _sentence(fault: Exception) -> str:
    """Return what a fault says; to one of the system is added what to do."""
    if isinstance(fault, OSError) and fault.filename is not None:
        return (
            f"{fault.filename} cannot be used ({fault.strerror}): see that the node's user may use it, and "
            "that no setting names something else there"
        )
    return str(fault)


def settings_of(home: Home) -> NodeSettings:
    """Return the settings of a node, the defaults where it has no file of them; raises RefusedError.

    A folder that was named and settings that say another are refused: whichever won, somebody would look for
    the node, or keep what it holds, in the wrong one.
    """
    folder = home.folder.resolve()
    try:
        if home.file is None:
            return parse_settings("", folder=folder)
        settings = load_settings(home.file, data=folder)
    except PermissionError as fault:
        raise RefusedError(f"{folder} is another user's: use the account that the node runs as") from fault
    except SettingsError as fault:
        raise RefusedError(str(fault)) from fault
    if home.named and settings.data.resolve() != folder:
        raise RefusedError(
            f"{home.file}: data is {settings.data}, but --data or $OPENANPR_DATA_FOLDER names {folder}: take "
            "one of the two out, or make them the same"
        )
    return settings


def verify_backup(source: Path) -> str:
    """Return what a backup holds, once every file of it was checked; raises RefusedError."""
    try:
        found = verify(source)
    except BackupError as fault:
        raise RefusedError(str(fault)) from fault
    return f"whole: {found.files} files, {found.size} bytes, begun {found.began_at}, ended {found.ended_at}"


def restore_backup(source: Path, data: Path) -> str:
    """Put a backup back into a new data folder and tell so; raises RefusedError."""
    try:
        found = restore(source, data, program=version("openanpr"))
    except BackupError as fault:
        raise RefusedError(str(fault)) from fault
    return f"{found.files} files of {found.began_at} are in {data}: look at node.toml.restored, then start"


def begin_audit_log(home: Home) -> str:
    """Make the log of a stopped node that has none; return its public key. Raises RefusedError."""
    settings = settings_of(home)
    return _changed(lambda: begin_log(Places.of(settings), settings.audit.name))


def renew_audit_log(home: Home, *, by: str, why: str) -> str:
    """End the log of a stopped node and begin one with another key; return that key. Raises RefusedError."""
    settings = settings_of(home)
    asked = Why("key-changed", by, why, _now())
    return _changed(lambda: renew_log(Places.of(settings), settings.audit.name, asked))


def _changed(change: Callable[[], NoteKey]) -> str:
    try:
        return str(change())
    except (AuditError, SecretFileError, OSError) as fault:
        raise RefusedError(_sentence(fault)) from fault


def _now() -> datetime:
    return datetime.now(UTC)


def _calm_collector() -> None:
    """Have Python's collector look less often: a list of millions is in memory, and batches make no rings."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def _greet(settings: NodeSettings, out: TextIO) -> None:
    scheme = "http" if settings.tls.certificate is None else "https"
    for name in sorted(settings.listen.authorities):
        print(f"node: devices deliver to {scheme}://{name}", file=out)
    if settings.people.port:
        print(f"node: people sign in at {scheme}://{settings.people.authorities[0]}/api", file=out)
    print(f"node: everything is in {settings.data}; ask it by 'openanpr node status'", file=out, flush=True)
