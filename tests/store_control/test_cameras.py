"""The register of cameras: who put them there, which are retired, and that no place gets out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera, Retirement
from openanpr.ingest.accept import Mount
from openanpr.store.control.cameras import CameraRegister, RetiredCameraError, camera_mirror
from tests.ingest.world import NOW

GATE = RegisteredCamera(
    camera=CameraId(53, 1, 7),
    name="Mill Lane",
    area="north",
    moving=False,
    place=Place(51.123456789, -0.987654321, 3.5),
    added_by="ann",
    added_at=NOW + timedelta(microseconds=7),
)
CAR = replace(GATE, camera=CameraId(53, 9, 1), name="Car 1", area="", moving=True, place=None)
SOLD = Retirement(NOW, "bob", "sold")


def test_a_camera_is_kept_with_every_value(intake) -> None:
    intake.cameras.put([CAR, GATE])
    assert intake.cameras.find(GATE.camera) == GATE
    assert intake.cameras.every() == (GATE, CAR)
    assert intake.cameras.find(CameraId(1, 1, 1)) is None


def test_a_camera_put_again_has_what_was_said_last(intake) -> None:
    intake.cameras.put([GATE])
    assert intake.cameras.area(GATE.camera) == "north"
    changed = replace(GATE, area="south", moving=True, place=None, added_by="bob")
    intake.cameras.put([changed])
    assert intake.cameras.find(GATE.camera) == changed
    assert intake.cameras.mount(GATE.camera) is Mount.MOVING
    assert intake.cameras.area(GATE.camera) == "south"


def test_a_retired_camera_has_no_mount_and_keeps_its_area(intake) -> None:
    intake.cameras.put([GATE])
    assert intake.cameras.mount(GATE.camera) is Mount.FIXED
    gone = replace(GATE, retired=SOLD)
    assert intake.cameras.retire(GATE.camera, SOLD) == gone
    assert intake.cameras.retire(GATE.camera, Retirement(NOW, "cat", "again")) == gone
    assert intake.cameras.retire(CAR.camera, SOLD) is None
    assert intake.cameras.mount(GATE.camera) is None
    assert intake.cameras.area(GATE.camera) == "north"
    assert intake.cameras.every() == (gone,)


def test_a_retired_camera_does_not_come_back_by_being_put_again(intake) -> None:
    intake.cameras.put([GATE])
    intake.cameras.retire(GATE.camera, SOLD)
    with pytest.raises(RetiredCameraError, match="53/1/7"):
        intake.cameras.put([CAR, GATE])
    assert intake.cameras.mount(GATE.camera) is None
    assert intake.cameras.find(CAR.camera) is None
    with pytest.raises(ValueError, match="by retire"):
        intake.cameras.put([replace(CAR, retired=SOLD)])


def test_a_camera_that_a_person_reinstates_delivers_again(intake) -> None:
    intake.cameras.put([GATE])
    intake.cameras.retire(GATE.camera, SOLD)
    back = replace(GATE, added_by="cat", added_at=NOW)
    assert intake.cameras.reinstate(GATE.camera, by="cat", at=NOW) == back
    assert intake.cameras.reinstate(GATE.camera, by="dan", at=NOW) == back
    assert intake.cameras.reinstate(CAR.camera, by="dan", at=NOW) is None
    assert intake.cameras.mount(GATE.camera) is Mount.FIXED
    with pytest.raises(ValueError, match="person"):
        intake.cameras.reinstate(GATE.camera, by=" ", at=NOW)


def test_a_camera_that_is_not_registered_has_no_area(intake) -> None:
    assert intake.cameras.area(GATE.camera) == ""


def test_nothing_put_is_nothing_kept(intake) -> None:
    intake.cameras.put([])
    assert intake.cameras.every() == ()


def test_another_process_sees_a_change_after_a_second_at_most(engine, intake) -> None:
    now_s = [5.0]
    elsewhere = CameraRegister(engine, camera_mirror(engine, clock=lambda: now_s[0]))
    assert elsewhere.mount(GATE.camera) is None
    intake.cameras.put([GATE])
    now_s[0] += 1.001
    assert elsewhere.mount(GATE.camera) is Mount.FIXED
    intake.cameras.retire(GATE.camera, SOLD)
    now_s[0] += 1.001
    assert elsewhere.mount(GATE.camera) is None


def test_only_what_changed_is_read_again(intake) -> None:
    many = [replace(GATE, camera=CameraId(53, 2, n)) for n in range(500)]
    intake.cameras.put(many)
    intake.cameras.mount(GATE.camera)
    taken = []
    mirror = intake.cameras._mirror
    read = mirror._read
    mirror._read = lambda *asked: [taken.append(row) or row for row in read(*asked)]
    intake.cameras.put(many[:2])
    assert intake.cameras.mount(many[499].camera) is Mount.FIXED
    assert len(taken) == 2


def test_no_place_and_no_name_of_a_place_is_in_the_text_of_a_camera() -> None:
    shown = repr(replace(GATE, retired=SOLD))
    assert "53" in shown
    assert not any(secret in shown for secret in ("51.12", "0.98", "Mill"))


@pytest.mark.parametrize(
    "change",
    [{"name": " "}, {"name": "x" * 129}, {"area": "x" * 129}, {"added_by": ""}, {"place": None}],
)
def test_a_camera_that_lacks_something_is_refused_without_telling_its_place(change) -> None:
    with pytest.raises(ValueError, match="camera") as caught:
        replace(GATE, **change)
    assert not any(secret in str(caught.value) for secret in ("51.12", "0.98", "Mill"))


@pytest.mark.parametrize("nobody", [{"by": " "}, {"why": ""}])
def test_nobody_retires_a_camera_without_name_and_reason(nobody) -> None:
    with pytest.raises(ValueError, match="person and the reason"):
        replace(SOLD, **nobody)
