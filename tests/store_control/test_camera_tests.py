"""Tests of cameras, kept with them on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
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
from openanpr.core.registered_camera import Retirement
from openanpr.store.control.camera_tests import KnownTestError, WithdrawnTestError
from openanpr.store.control.cameras import RetiredCameraError
from openanpr.store.control.engine import writing
from openanpr.store.control.ingest_tables import camera_test
from tests.ingest.world import NOW
from tests.store_control.test_cameras import CAR, GATE

SCORE = CameraScore(
    digest="0a" * 32,
    made_at=NOW - timedelta(microseconds=5),
    country="gb",
    model="finder+reader",
    settings="0123",
    pictures=40,
    clips=2,
    rates=Rates(plates=40, found=38, exact=36, folded=37),
    false_reads=FalseReads(3, 1),
    left_out=LeftOut(1, 2, 3),
    parts=(
        PartRates("light", "dusk", Rates(10, 9, 8, 8)),
        PartRates("light", "bright", Rates(30, 29, 28, 29)),
    ),
)
TEST = CameraTest(
    test_id="t1", camera=GATE.camera, score=SCORE, kept_by="max", kept_at=NOW, note="taken in rain"
)


def other(test_id: str, *, days: int = 0, camera: CameraId = GATE.camera) -> CameraTest:
    score = replace(SCORE, digest=test_id * 4, made_at=NOW - timedelta(days=days), model=None, settings=None)
    return replace(TEST, test_id=test_id, camera=camera, score=score)


@pytest.fixture
def kept(intake):
    intake.cameras.put([GATE, CAR])
    return intake.tests


def test_a_test_is_kept_with_every_value(kept) -> None:
    kept.keep(TEST)
    assert kept.of(GATE.camera, most=9) == (TEST,)
    assert kept.of(CAR.camera, most=9) == ()


def test_the_newest_is_the_one_that_was_scored_last_and_not_the_one_that_was_kept_last(kept) -> None:
    new, old, car = other("new", days=1), other("old", days=30), other("car", camera=CAR.camera)
    for one in (new, old, car):
        kept.keep(one)
    assert kept.newest() == {GATE.camera: new, CAR.camera: car}
    assert kept.of(GATE.camera, most=9) == (new, old)
    assert kept.of(GATE.camera, most=1) == (new,)


def test_no_camera_has_a_newest_test_before_one_is_kept(kept) -> None:
    assert kept.newest() == {}


def test_one_result_is_kept_once_with_a_camera(kept) -> None:
    kept.keep(TEST)
    with pytest.raises(KnownTestError):
        kept.keep(replace(TEST, test_id="t2", note="again"))
    kept.keep(replace(TEST, test_id="t3", camera=CAR.camera))
    assert kept.of(GATE.camera, most=9) == (TEST,)


def test_no_test_is_kept_with_a_camera_that_is_not_there_or_was_retired(intake, kept) -> None:
    with pytest.raises(LookupError, match="no such camera"):
        kept.keep(other("x", camera=CameraId(1, 1, 1)))
    intake.cameras.retire(GATE.camera, Retirement(NOW, "bob", "sold"))
    with pytest.raises(RetiredCameraError, match="retired"):
        kept.keep(TEST)
    assert kept.newest() == {}


def test_the_database_itself_refuses_more_reads_than_plates(engine, kept) -> None:
    kept.keep(TEST)
    with pytest.raises(sa.exc.IntegrityError), writing(engine) as connection:
        connection.execute(sa.update(camera_test).values(found=41))


def test_nobody_keeps_a_test_without_a_name_or_with_a_long_note() -> None:
    with pytest.raises(ValueError, match="person"):
        replace(TEST, kept_by=" ")
    with pytest.raises(ValueError, match="500"):
        replace(TEST, note="x" * 501)


def test_a_test_that_was_withdrawn_stays_and_counts_no_more(kept) -> None:
    wrong, right = other("wrong", days=1), other("right", days=30)
    kept.keep(wrong)
    kept.keep(right)
    order = Withdrawal(NOW, "ann", "pictures of another camera")
    assert kept.withdraw(GATE.camera, "wrong", order) == replace(wrong, withdrawn=order)
    assert kept.of(GATE.camera, most=9) == (replace(wrong, withdrawn=order), right)
    assert kept.newest() == {GATE.camera: right}
    with pytest.raises(KnownTestError):
        kept.keep(replace(wrong, test_id="again"))
    kept.withdraw(GATE.camera, "right", order)
    assert kept.newest() == {}


def test_only_a_test_of_this_camera_that_still_counts_is_withdrawn(kept) -> None:
    kept.keep(TEST)
    order = Withdrawal(NOW, "ann", "a wrong truth")
    for camera, test_id in ((GATE.camera, "t2"), (CAR.camera, "t1")):
        with pytest.raises(LookupError):
            kept.withdraw(camera, test_id, order)
    kept.withdraw(GATE.camera, "t1", order)
    with pytest.raises(WithdrawnTestError):
        kept.withdraw(GATE.camera, "t1", Withdrawal(NOW, "bob", "another reason"))
    assert kept.of(GATE.camera, most=9)[0].withdrawn == order


@pytest.mark.parametrize(("by", "why"), [("", "x"), ("ann", " ")])
def test_a_withdrawal_needs_a_person_and_a_reason(by, why) -> None:
    with pytest.raises(ValueError, match="the person and the reason"):
        Withdrawal(NOW, by, why)
