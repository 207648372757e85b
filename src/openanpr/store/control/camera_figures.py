"""Counts of cameras for the public, by kind and latest test. No place, no name, no number of one."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from openanpr.core.camera_test import Rates, Verdict, against
from openanpr.publish.period import Month
from openanpr.publish.population import Cell, Counts
from openanpr.store.control.engine import reading
from openanpr.store.control.figure_counts import Asked, told
from openanpr.store.control.ingest_tables import camera, camera_test
from openanpr.store.control.times import to_us

_OF_CAMERA: Final = ("force", "source", "camera")
_JUDGED: Final = (
    " Test: missed where the 95 % interval (Wilson) of a share lies below its target, reached where none "
    "does and each lies at it or above, else open; not-tested without a test. Targets: found/plates "
    "{capture}, read_exact/found {read_exact}."
)


class CameraFigures:
    """As `publish.ports.Counter`. `capture`, `read_exact`: what tests should reach, as shares; None: nothing.

    Safe to share between threads.
    """

    __slots__ = ("_capture", "_engine", "_read_exact")

    def __init__(self, engine: sa.Engine, *, capture: float | None, read_exact: float | None) -> None:
        self._engine, self._capture, self._read_exact = engine, capture, read_exact

    def count(self, month: Month, settled: datetime) -> Counts:
        """Return the cameras that stood in the register at the end of a month, by kind and test."""
        del settled
        with reading(self._engine) as connection:
            rows = connection.execute(self._query(month))
            found = Counter((row.kind, self._word(row)) for row in rows)
        return {place: Cell(count) for place, count in found.items()}

    def how(self, month: Month, settled: datetime) -> str:
        """Return the query with its times put in, and how a test is judged."""
        del settled
        targets = {"capture": self._capture, "read_exact": self._read_exact}
        said = {name: "none" if target is None else target for name, target in targets.items()}
        return told(self._engine, self._query(month)) + _JUDGED.format(**said)

    def _word(self, row: sa.Row[Any]) -> str:
        if row.plates is None:
            return "not-tested"
        rates = Rates(row.plates, row.found, row.read_exact, row.read_exact)
        verdicts = {against(rates.capture, self._capture), against(rates.read_exact, self._read_exact)}
        if Verdict.MISSED in verdicts:
            return "missed"
        return "reached" if verdicts - {None} == {Verdict.REACHED} else "open"

    def _query(self, month: Month) -> Asked:
        before, one, of = to_us(month.until), camera.c, camera_test.c
        newest_first = (of.made_at_us.desc(), of.kept_at_us.desc(), of.test_id.desc())
        stood = sa.or_(of.withdrawn_at_us.is_(None), of.withdrawn_at_us >= before)
        place = sa.func.row_number().over(partition_by=[of[n] for n in _OF_CAMERA], order_by=newest_first)
        counted = ("plates", "found", "read_exact")
        test = (
            sa.select(*(of[name] for name in (*_OF_CAMERA, *counted)), place.label("place"))
            .where(of.kept_at_us < before, stood)
            .subquery("test")
        )
        same = sa.and_(*(test.c[name] == one[name] for name in _OF_CAMERA), test.c.place == 1)
        kind = sa.case((one.moving, "moving"), else_="fixed").label("kind")
        return (
            sa.select(kind, *(test.c[name] for name in counted))
            .join_from(camera, test, same, isouter=True)
            .where(one.added_at_us < before, sa.or_(one.retired_at_us.is_(None), one.retired_at_us >= before))
        )
