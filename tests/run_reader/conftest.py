"""What the tests of the reader share: a node, a street of pictures, a clip of a passing car."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.capture.media import Recipe, make_clip
from tests.deliver.node import Node, serving
from tests.read.test_reader import passing


@pytest.fixture
def node():
    return Node()


@pytest.fixture
def url(node):
    with serving(node) as url:
        yield url


@pytest.fixture
def street(tmp_path):
    """A folder of three pictures named by their plates."""
    folder = tmp_path / "street"
    folder.mkdir()
    for number, name in enumerate(("ab12cde", "cd34efg", "ef56ghj")):
        cv2.imwrite(str(folder / f"{name}.png"), np.full((90, 160, 3), 90 + number, np.uint8))
    return folder


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """A car with the plate DK19 UVB comes nearer, in two seconds, and is gone."""
    frames = [frame.image for frame in passing("DK19 UVB")][:50]
    recipe = Recipe(stamps=tuple(range(0, 2000, 40)), size=(960, 540))
    return make_clip(tmp_path_factory.mktemp("clip") / "road.mp4", recipe, frames)
