"""A feed's camera is the one of its scope that the register knows by the same name, and no other."""

from __future__ import annotations

from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import Retirement
from openanpr.ingest.feed import Feed
from openanpr.ingest.scope import Scope
from openanpr.run.node.feed_cameras import FeedCamerasByName
from tests.run_node.world import CAMERA, NOW


def test_cameras_are_found_by_name_within_the_scope_of_the_feed(world) -> None:
    kept, now_s = world.stores.intake, [0.0]
    kept.feeds.put(Feed("feed-1", "Gate", Scope.parse(["53/1"]), "t1", b"d", 1000), by="Ann", at=NOW)
    for number, name in ((8, "North"), (9, "Twice"), (10, "twice "), (11, "Old")):
        world.add_camera(CameraId(53, 1, number), name)
    world.add_camera(CameraId(54, 1, 1), "Elsewhere")
    kept.cameras.retire(CameraId(53, 1, 11), Retirement(NOW, "Ann", "gone"))
    cameras = FeedCamerasByName(kept.cameras, kept.feeds, None, clock=lambda: now_s[0])

    def found(name: str, feed: str = "feed-1") -> CameraId | None:
        one = cameras.of(feed).find(name)
        return None if one is None else one.camera

    assert found(" mill STREET ") == CAMERA
    assert found("North") == CameraId(53, 1, 8)
    assert [found(name) for name in ("Twice", "Old", "Elsewhere", "", "None")] == [None] * 5
    assert found("North", feed="feed-2") is None
    world.add_camera(CameraId(53, 1, 12), "New")
    assert found("New") is None, "the register is not read for each message"
    now_s[0] = 1.1
    assert found("New") == CameraId(53, 1, 12)
