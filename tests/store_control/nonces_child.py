"""A process that uses nonces until it is killed: prints each once it is remembered.

`python -m tests.store_control.nonces_child FILE`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from openanpr.store.nonces import Nonces

UNTIL = datetime(2100, 1, 1, tzinfo=UTC)


def main(path: Path) -> None:
    nonces = Nonces.open(path)
    n = 0
    while True:
        if nonces.seen("key", f"n-{n}", UNTIL):
            raise SystemExit("a nonce was known before it was used")
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()
        n += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
