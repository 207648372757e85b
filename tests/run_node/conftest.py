"""A node in this process for each test, over one read store for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.run_node.world import World


@pytest.fixture
def open_world(tmp_path, reads_url) -> Iterator[Callable[..., World]]:
    """Opens nodes on folders of their own, by their settings."""
    opened: list[World] = []

    def open_(settings: str = "", folder: str = "node") -> World:
        opened.append(World(tmp_path / folder, reads_url, settings))
        return opened[-1]

    yield open_
    for world in reversed(opened):
        world.last.close()


@pytest.fixture
def world(open_world) -> World:
    return open_world()
