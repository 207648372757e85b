"""A file that holds a secret: read only if nobody else can read it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_MOST_BYTES = 64 * 1024
_OTHERS = 0o077


class SecretFileError(Exception):
    """A secret file cannot be used; the sentence says how to mend it and holds nothing of the secret."""


def read_secret(path: Path, use: str) -> bytes:
    """Return the bytes of a secret file; `use` names in an error what it is for.

    Raises SecretFileError when it is not there, is empty, is another user's or can be read by others.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        raise SecretFileError(
            f"{use}: the file {path} cannot be read ({fault.strerror}): make it, with mode 0600"
        ) from fault
    with os.fdopen(descriptor, "rb") as file:
        _refuse_loose(os.fstat(file.fileno()), path, use)
        secret = file.read(_MOST_BYTES)
    if not secret.strip():
        raise SecretFileError(f"{use}: the file {path} is empty: write the secret into it")
    return secret


def read_secret_text(path: Path, use: str) -> str:
    """Return the text of a secret file without the line's end; raises SecretFileError."""
    try:
        return read_secret(path, use).decode("utf-8").strip()
    except UnicodeDecodeError:
        raise SecretFileError(f"{use}: the file {path} is not UTF-8 text: write the secret as text") from None


def _refuse_loose(status: os.stat_result, path: Path, use: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SecretFileError(f"{use}: {path} is not a plain file")
    if status.st_uid not in {0, os.geteuid()}:
        raise SecretFileError(
            f"{use}: the file {path} belongs to another user: chown it to the one that runs the node"
        )
    if stat.S_IMODE(status.st_mode) & _OTHERS:
        raise SecretFileError(
            f"{use}: the file {path} is open to others: chmod it to 0600 and change the secret"
        )
