"""A file that a command makes of what the node answered: its owner's alone, and never over another."""

from __future__ import annotations

import os
from pathlib import Path

from openanpr.run.exit_code import RefusedError

_OWNER_ONLY = 0o600


def write_new(path: Path, body: bytes) -> None:
    """Write a file that only its owner can read; raises RefusedError where there is one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
    except OSError as fault:
        raise RefusedError(
            f"{path} cannot be written ({fault.strerror}): name a file that is not there"
        ) from fault
