"""Pictures that another maker's cameras drop into a folder."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.ingest.device import Revocation
from openanpr.ingest.feed import Feed, FeedIntake
from openanpr.ingest.feed_message import FeedDesk, Rules
from openanpr.ingest.picture import PictureIntake, PictureLimits
from openanpr.ingest.scope import Scope
from openanpr.run.node.feed_cameras import FeedCamerasByName
from openanpr.run.node.watched_folder import PictureFolder
from openanpr.wire.vendors.file_name import DEFAULT_PATTERN
from tests.ingest.pictures import Shelf, Store, jpeg
from tests.ingest.world import HASH_KEY, LIMITS, NOW, World

GATE = RegisteredCamera(
    camera=CameraId(53, 1, 7),
    name="Gate",
    area="north",
    moving=False,
    place=Place(51.5, -2.6),
    added_by="Ann",
    added_at=NOW,
)
FEED = Feed("yard", "The yard", Scope.parse(["53/1"]), "token", b"d" * 32, 2**20)
NAME = "20261122115958000_AB12CDE_VEHICLE.jpg"


class Announcements:
    def find(self, sha256) -> tuple:
        return ()


class Cameras:
    def every(self):
        return [GATE]


class Feeds:
    def find(self, feed_id):
        return FEED if feed_id == "yard" else None


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def watched(tmp_path, world) -> PictureFolder:
    (tmp_path / "Gate").mkdir()
    intake = FeedIntake(Feeds(), HASH_KEY, world.register, world.journal, world.tally)
    pictures = PictureIntake(world.intake.proof, Announcements(), Store(), Shelf(), world.tally)
    desk = FeedDesk(intake, pictures, FeedCamerasByName(Cameras(), Feeds(), ZoneInfo("Europe/London")))
    rules = Rules(LIMITS, PictureLimits(2**20, 10**7))
    return PictureFolder(tmp_path, DEFAULT_PATTERN, timedelta(seconds=5), lambda: FEED, desk, lambda: rules)


def swept(watched) -> int:
    """Look at a folder, and again when what lies there has come to rest."""
    return watched.sweep(NOW) + watched.sweep(NOW + timedelta(seconds=6))


def test_a_picture_becomes_an_unsigned_read_and_is_removed_once_it_is_on_disk(watched, world) -> None:
    path = watched.folder / "Gate" / NAME
    path.write_bytes(jpeg())
    assert swept(watched) == 1
    (entry,) = world.journal.read()
    (read,) = entry.accepted
    assert (read.record.vrm, read.record.camera, read.arrival.signed) == ("AB12CDE", GATE.camera, False)
    assert read.record.captured_at == NOW - timedelta(seconds=2)
    assert read.record.overview is not None
    assert not path.exists()


def test_a_picture_that_still_grows_is_left_alone(watched, world) -> None:
    path = watched.folder / "Gate" / NAME
    path.write_bytes(jpeg()[:100])
    watched.sweep(NOW)
    path.write_bytes(jpeg())
    assert watched.sweep(NOW + timedelta(seconds=6)) == 0
    assert not world.journal.entries
    assert watched.sweep(NOW + timedelta(seconds=12)) == 1


def test_unfinished_and_other_files_are_left_alone(watched) -> None:
    for name in (".20261122115958000_AB12CDE.jpg", "20261122115958000_AB12CDE.jpg.part", "notes.txt"):
        (watched.folder / "Gate" / name).write_bytes(jpeg())
    assert swept(watched) == 0
    assert len(list((watched.folder / "Gate").iterdir())) == 3


def test_a_name_that_says_nothing_is_held_whole_for_a_person(watched, world) -> None:
    (watched.folder / "Gate" / "IMG_0001.jpg").write_bytes(jpeg())
    assert swept(watched) == 1
    (entry,) = world.journal.read()
    assert entry.quarantined[0].raw == jpeg()


def test_what_is_too_large_goes_aside_and_the_log_does_not_tell_its_name(watched, caplog) -> None:
    watched.feed = lambda: replace(FEED, most_message_bytes=10)
    (watched.folder / "Gate" / NAME).write_bytes(jpeg())
    assert swept(watched) == 1
    assert (watched.folder / "refused" / NAME).exists()
    assert "AB12CDE" not in caplog.text


def test_a_file_that_cannot_be_moved_keeps_no_other_from_being_taken_and_is_told(watched, world) -> None:
    (watched.folder / "refused").write_text("a file where the folder should be")
    (watched.folder / "Gate" / "a.jpg").write_bytes(b"x" * (2**20 + 1))
    path = watched.folder / "Gate" / NAME
    path.write_bytes(jpeg())
    assert watched.sweep(NOW) == 0
    with pytest.raises(FileExistsError):
        watched.sweep(NOW + timedelta(seconds=6))
    assert (path.exists(), len(world.journal.entries)) == (False, 1)


def test_what_cannot_be_taken_now_stays(watched, world, monkeypatch) -> None:
    def full(_):
        raise OSError("no space left")

    monkeypatch.setattr(world.journal, "append", full)
    path = watched.folder / "Gate" / NAME
    path.write_bytes(jpeg())
    assert swept(watched) == 0
    assert path.exists()
    monkeypatch.undo()
    assert watched.sweep(NOW + timedelta(seconds=12)) == 1


def test_a_revoked_feed_has_its_pictures_wait(watched) -> None:
    watched.feed = lambda: replace(FEED, revoked=Revocation(NOW, "Ann", "sold"))
    (watched.folder / "Gate" / NAME).write_bytes(jpeg())
    assert swept(watched) == 0
    assert (watched.folder / "Gate" / NAME).exists()


def test_a_zone_of_no_clock_has_the_read_held(watched, world) -> None:
    watched.desk = replace(watched.desk, cameras=FeedCamerasByName(Cameras(), Feeds(), None))
    (watched.folder / "Gate" / NAME).write_bytes(jpeg())
    swept(watched)
    (entry,) = world.journal.read()
    assert not entry.accepted
    assert re.search("zone", entry.quarantined[0].detail)
