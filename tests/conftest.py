"""How a run of tests goes: in what order, and what all of them begin with."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conventions.tree import ROOT
from tests.store.front import running_front

_PAGES = "pages"
_LONG_FIRST = ("whole_soak", "demonstration", "run_node", "flow", "attack", "whole", "run_local", "store")
"""Whose tests start whole nodes or engines: begun first, so that no worker is left with one at the end."""
_BETWEEN = 3
"""Other files between two with a browser: they wait for nodes and clocks, and a browser never waits."""


def pytest_configure() -> None:
    # A run that was begun in the background ignores what Ctrl+C sends, and so would all that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {path: number for number, path in enumerate(_ordered(dict.fromkeys(item.path for item in items)))}
    items.sort(key=lambda item: place[item.path])


def pytest_collection_finish() -> None:
    # What all tests were loaded with lives until the end: no look for garbage need go through it each time.
    gc.collect()
    gc.freeze()


def _ordered(files: Iterable[Path]) -> list[Path]:
    order = {name: place for place, name in enumerate(_LONG_FIRST)}
    folder = {path: path.relative_to(ROOT / "tests").parts[0] for path in files}
    browsing = [path for path in folder if folder[path] == _PAGES]
    others = [path for path in folder if folder[path] != _PAGES]
    others.sort(key=lambda path: order.get(folder[path], len(order)))
    mixed: list[Path] = []
    while browsing:
        mixed += [browsing.pop(0), *others[:_BETWEEN]]
        others = others[_BETWEEN:]
    return mixed + others


@pytest.fixture(scope="session")
def reads_url() -> Iterator[str]:
    """A read store for all nodes of a worker, one after another; each begins with it emptied."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, as tempfile makes it
    with (
        TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        running_front(Path(folder)) as url,
    ):
        yield url
