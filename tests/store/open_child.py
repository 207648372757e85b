"""A process that opens the store, and holds it open: `python -m tests.store.open_child FOLDER [hold]`."""

from __future__ import annotations

import sys
from pathlib import Path

from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import StoreError
from tests.store.journal_child import tell

if __name__ == "__main__":
    try:
        with ChdbFolder.open(Path(sys.argv[1])):
            tell("open")
            if "hold" in sys.argv:
                sys.stdin.read()
    except StoreError as fault:
        tell(type(fault).__name__, str(fault))
