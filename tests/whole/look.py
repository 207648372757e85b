"""A process that opens the read store of a stopped node and tells every read in it, one a line of JSON.

`python -m tests.whole.look FOLDER`
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openanpr.core.camera import CameraId
from openanpr.core.span import Span
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.reads_named import MOST_KEYS, whole_reads
from tests.store.asked import reads_of_cameras
from tests.store.journal_child import tell

CAMERAS = [CameraId(force, 1, camera) for force in (53, 54) for camera in range(1, 30)]


def main(folder: Path) -> None:
    """Tell every read of the cameras of the tests, whole."""
    now = datetime.now(UTC)
    span = Span(now - timedelta(days=3650), now + timedelta(days=3650))
    with ChdbFolder.open(folder) as engine:
        found = reads_of_cameras(engine, CAMERAS, span)
        keys = [row.key for row in found.rows]
        assert not found.more
        # By their keys each is found once; one that is stored twice is told twice.
        times = Counter(keys)
        distinct = list(times)
        for start in range(0, len(distinct), MOST_KEYS):
            some = distinct[start : start + MOST_KEYS]
            for key, whole in zip(some, whole_reads(engine, some), strict=True):
                for _ in range(times[key]):
                    tell(json.dumps(asdict(whole), default=str))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
