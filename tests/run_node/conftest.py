"""A node in this process for each test, over one read store for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.run_node.world import World
from tests.store.conftest import running_front


@pytest.fixture(scope="session")
def reads_url() -> Iterator[str]:
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, as tempfile makes it
    with (
        TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        running_front(Path(folder)) as url,
    ):
        yield url


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
