"""A scene for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.search.scene import Scene


@pytest.fixture
def scene(tmp_path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.log.close()
