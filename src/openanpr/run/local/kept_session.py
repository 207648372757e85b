"""Where the command line keeps a session: a file that only its owner can read, one for each node."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from openanpr.run.exit_code import RefusedError

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session on one node. `device` outlives it: it says to the node that this machine is known."""

    login: str
    token: str = field(repr=False)
    device: str = field(repr=False)


def kept_session(node: str) -> KeptSession | None:
    """Return the session that is kept for a node, as its folder or URL names it; None where there is none.

    Raises RefusedError for a file that others can read.
    """
    path = _path(node)
    try:
        status = path.stat()
        text = path.read_text(encoding="utf-8")
    except OSError:
        return None
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & _OTHERS:
        raise RefusedError(f"{path} is open to others: end your sessions, delete it, and sign in again")
    try:
        told = cast("dict[str, Any]", json.loads(text))
        return KeptSession(str(told["login"]), str(told["token"]), str(told["device"]))
    except (ValueError, KeyError, TypeError):
        return None


def keep_session(node: str, session: KeptSession) -> None:
    """Keep a session in the place of an earlier one; raises RefusedError."""
    path = _path(node)
    new = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        path.parent.chmod(_FOLDER_MODE)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(session), file)
        new.replace(path)
    except OSError as fault:
        raise RefusedError(f"the session cannot be kept in {path.parent}: {fault.strerror}") from fault


def _path(node: str) -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    folder = Path(state) if state else Path.home() / ".local" / "state"
    name = hashlib.sha256(node.encode()).hexdigest()[:32]
    return folder / "openanpr" / "sign-in" / f"{name}.json"
