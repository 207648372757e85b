"""Results of tests in the control database, each with its camera: counts, and no plate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from openanpr.core.camera import CameraId
from openanpr.core.camera_test import (
    CameraScore,
    CameraTest,
    FalseReads,
    LeftOut,
    PartRates,
    Rates,
    Withdrawal,
)
from openanpr.store.control.cameras import RetiredCameraError
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.ingest_tables import camera as camera_table
from openanpr.store.control.ingest_tables import camera_test
from openanpr.store.control.times import from_us, to_us
from openanpr.store.control.upsert import insert_into
from openanpr.wire.json_decoder import json_decoder

_C: Final = camera_test.c
_OF_CAMERA: Final = (_C.force, _C.source, _C.camera)
_NEWEST_FIRST: Final = (_C.made_at_us.desc(), _C.kept_at_us.desc(), _C.test_id.desc())


class KnownTestError(Exception):
    """This very result is kept with the camera already."""


class WithdrawnTestError(Exception):
    """The test was withdrawn before."""


class CameraTests:
    """The tests of the cameras of a register. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        """Over a database whose schema is of this version."""
        self._engine = engine

    def keep(self, test: CameraTest) -> None:
        """Keep a test with its camera.

        Raises LookupError where the register has no such camera, RetiredCameraError, and KnownTestError.
        """
        with writing(self._engine) as connection:
            _verify_stands(connection, test.camera)
            new = insert_into(connection, camera_test)
            once = new.on_conflict_do_nothing(index_elements=[*_OF_CAMERA, _C.digest]).returning(_C.test_id)
            if connection.execute(once, _cells(test)).first() is None:
                raise KnownTestError("this result is kept with the camera already")

    def withdraw(self, camera: CameraId, test_id: str, withdrawal: Withdrawal) -> CameraTest:
        """Have a test count no more, and return it; of a camera that was retired too.

        Raises LookupError where the camera has no such test, and WithdrawnTestError.
        """
        of_it = sa.and_(_is(camera_test, camera), _C.test_id == test_id)
        said = {
            "withdrawn_at_us": to_us(withdrawal.at),
            "withdrawn_by": withdrawal.by,
            "withdrawn_why": withdrawal.why,
        }
        stands = _C.withdrawn_at_us.is_(None)
        with writing(self._engine) as connection:
            done = connection.execute(sa.update(camera_test).where(of_it, stands).values(said)).rowcount
            row = connection.execute(sa.select(camera_test).where(of_it)).first()
        if row is None:
            raise LookupError("there is no such test of this camera")
        if not done:
            raise WithdrawnTestError("this test was withdrawn already")
        return _test_of(row)

    def of(self, camera: CameraId, *, most: int) -> tuple[CameraTest, ...]:
        """Return the tests of a camera, the one that was scored last first, withdrawn ones too."""
        rows = sa.select(camera_test).where(_is(camera_test, camera)).order_by(*_NEWEST_FIRST).limit(most)
        with reading(self._engine) as connection:
            return tuple(map(_test_of, connection.execute(rows)))

    def newest(self) -> Mapping[CameraId, CameraTest]:
        """Return of each camera that was tested the test that was scored last, of those that count."""
        place = sa.func.row_number().over(partition_by=_OF_CAMERA, order_by=_NEWEST_FIRST)
        counting = sa.select(camera_test, place.label("place")).where(_C.withdrawn_at_us.is_(None))
        ranked = counting.subquery()
        with reading(self._engine) as connection:
            found = map(_test_of, connection.execute(sa.select(ranked).where(ranked.c.place == 1)))
            return {one.camera: one for one in found}


def _is(table: sa.Table, camera: CameraId) -> sa.ColumnElement[bool]:
    of = table.c
    return sa.and_(of.force == camera.force, of.source == camera.source, of.camera == camera.camera)


def _verify_stands(connection: sa.Connection, camera: CameraId) -> None:
    retired = sa.select(camera_table.c.retired_at_us).where(_is(camera_table, camera))
    row = connection.execute(retired).first()
    if row is None:
        raise LookupError("there is no such camera in the register")
    if row.retired_at_us is not None:
        raise RetiredCameraError(f"camera {camera} was retired: it is not tested any more")


def _cells(test: CameraTest) -> dict[str, object]:
    score, rates = test.score, test.score.rates
    return {
        "test_id": test.test_id,
        "force": test.camera.force,
        "source": test.camera.source,
        "camera": test.camera.camera,
        "digest": score.digest,
        "made_at_us": to_us(score.made_at),
        "country": score.country,
        "model": score.model,
        "settings": score.settings,
        "pictures": score.pictures,
        "clips": score.clips,
        "plates": rates.plates,
        "found": rates.found,
        "read_exact": rates.exact,
        "read_folded": rates.folded,
        "false_reads": score.false_reads.pictures,
        "clip_false_reads": score.false_reads.clips,
        "bad_rows": score.left_out.rows,
        "unread": score.left_out.unread,
        "unnamed": score.left_out.unnamed,
        "parts": msgspec.json.encode(score.parts).decode(),
        "kept_by": test.kept_by,
        "kept_at_us": to_us(test.kept_at),
        "note": test.note,
    }


def _test_of(row: sa.Row[Any]) -> CameraTest:
    return CameraTest(
        test_id=row.test_id,
        camera=CameraId(row.force, row.source, row.camera),
        score=_score_of(row),
        kept_by=row.kept_by,
        kept_at=from_us(row.kept_at_us),
        note=row.note,
        withdrawn=None
        if row.withdrawn_at_us is None
        else Withdrawal(from_us(row.withdrawn_at_us), row.withdrawn_by, row.withdrawn_why),
    )


def _score_of(row: sa.Row[Any]) -> CameraScore:
    return CameraScore(
        digest=row.digest,
        made_at=from_us(row.made_at_us),
        country=row.country,
        model=row.model,
        settings=row.settings,
        pictures=row.pictures,
        clips=row.clips,
        rates=Rates(row.plates, row.found, row.read_exact, row.read_folded),
        false_reads=FalseReads(row.false_reads, row.clip_false_reads),
        left_out=LeftOut(row.bad_rows, row.unread, row.unnamed),
        parts=json_decoder(tuple[PartRates, ...]).decode(row.parts),
    )
