"""Searches are numbered anew for each test: lots are drawn by their ids, and go by no order of tests."""

from __future__ import annotations

from itertools import count

import pytest

from tests.review import scene


@pytest.fixture(autouse=True)
def numbered_anew(monkeypatch) -> None:
    monkeypatch.setattr(scene, "_NUMBER", count(1))
