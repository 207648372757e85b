"""What counts each population for the public, over the stores of a node."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from openanpr.publish.definitions import ALERTS, CAMERAS, ENTRIES, READS, RIGHTS
from openanpr.publish.ports import Counter
from openanpr.rights.numbers import RightsNumbers
from openanpr.store.control.camera_figures import CameraFigures
from openanpr.store.control.figure_counts import AlertCounts, EntryCounts
from openanpr.store.control.rights_counts import RightsCounts
from openanpr.store.engine import ReadEngine
from openanpr.store.read_figures import ReadFigures


def counters(
    control: sa.Engine,
    lists: sa.Engine,
    reads: ReadEngine,
    rights: RightsNumbers,
    *,
    capture: float | None,
    read_exact: float | None,
) -> Mapping[str, Counter]:
    """Return them by population. `capture`, `read_exact`: what cameras should reach, as shares or None.

    `rights` says by when the public is answered. What the audit log tells of has none.
    """
    return {
        READS: ReadFigures(reads),
        ALERTS: AlertCounts(control),
        CAMERAS: CameraFigures(control, capture=capture, read_exact=read_exact),
        ENTRIES: EntryCounts(lists),
        RIGHTS: RightsCounts(control, rights),
    }
