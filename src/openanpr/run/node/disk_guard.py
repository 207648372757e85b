"""A journal that refuses before the disk is full, so that what else writes on it can still end its work."""

from __future__ import annotations

import os
from pathlib import Path

from openanpr.ingest.journal import Entry, Journal, Kept

LEAST_BYTES = 512 * 2**20
_LEAST_SHARE = 0.02


class DiskLowError(Exception):
    """The disk is nearly full: nothing more is taken in, and senders keep what they have."""


def least_bytes(folder: Path) -> int:
    """Return how much room the disk of `folder` must have: half a GiB, on a small disk one part in fifty."""
    found = os.statvfs(folder)
    whole = found.f_frsize * found.f_blocks
    return min(LEAST_BYTES, round(whole * _LEAST_SHARE))


def free_bytes(folder: Path) -> int:
    """Return how much room is left on the disk of `folder`."""
    found = os.statvfs(folder)
    return found.f_frsize * found.f_bavail


class GuardedJournal:
    """The journal as ingest has it."""

    def __init__(self, journal: Journal, folder: Path) -> None:
        self._journal, self._folder = journal, folder
        self._least = least_bytes(folder)

    def find(self, key: str) -> Kept | None:
        """Return what was kept under `key`."""
        return self._journal.find(key)

    def append(self, entry: Entry) -> Kept:
        """Keep the entry as `Journal.append` does; raises DiskLowError where there is hardly room."""
        if free_bytes(self._folder) < self._least:
            raise DiskLowError("the disk is nearly full")
        return self._journal.append(entry)
