"""A process that opens the store and does what it is told: `python -m tests.store.open_child FOLDER [hold]`."""

from __future__ import annotations

import sys
from pathlib import Path

from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import StoreError

if __name__ == "__main__":
    try:
        with ChdbFolder.open(Path(sys.argv[1])):
            print("open", flush=True)
            if "hold" in sys.argv:
                sys.stdin.read()
    except StoreError as fault:
        print(type(fault).__name__, fault)
