"""What tests of whole processes share: a force's node that forwards to a nation's, and the yard of both."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.capture.media import Recipe, make_clip
from tests.read.test_reader import passing
from tests.whole.world import Node, Yard

CAMERAS = ("53/1/1", "53/1/2")


@pytest.fixture(scope="module")
def yard(tmp_path_factory):
    """Where the processes of a file stand: they end with it, and no log of theirs has told a secret."""
    with ExitStack() as stack:
        yard = Yard(tmp_path_factory.mktemp("whole"), stack)
        yield yard
    assert yard.told_to_logs() == []


@pytest.fixture(scope="module")
def nation(yard):
    """A node that others forward to."""
    node = Node(yard, "nation").start()
    for camera in CAMERAS:
        node.camera(camera)
    return node


@pytest.fixture(scope="module")
def force(yard, nation):
    """A node of a force, with two cameras, that hands all on to the nation's."""
    code = nation.code_file("force-53", "53")
    node = Node(yard, "force", f'[forward]\nurl = "{nation.url}"\ncode_file = "{code}"\n').start()
    for camera in CAMERAS:
        node.camera(camera)
    node.define("wanted")
    return node


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """A car with the plate DK19 UVB comes nearer, in two seconds, and is gone."""
    frames = [frame.image for frame in passing("DK19 UVB")][:50]
    recipe = Recipe(stamps=tuple(range(0, 2000, 40)), size=(960, 540))
    return make_clip(tmp_path_factory.mktemp("clip") / "road.mp4", recipe, frames)
