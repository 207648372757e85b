"""How a run of tests goes: in what order, and what all of them begin with."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conventions.tree import ROOT
from tests.store.front import running_front

_PAGES = "pages"
WHOLE = (
    *("demonstration", "attack", "run_node", "flow", "whole", "run_local", "run_reader", "web", "store"),
    _PAGES,
)
"""Whose tests start whole nodes, doors, engines or browsers: they follow all others, the longest first, so
that no worker is left with one at the end. They are four fifths of the time, and two fifths of the tests."""
_BETWEEN = 3
"""Other files between two with a browser: they wait for nodes and clocks, and a browser never waits."""
_UNTIL = float(os.environ.get("OPENANPR_TESTS_UNTIL", "inf"))
"""When no test of something whole is begun any more, in seconds since 1970: the machines of CI differ in
speed by more than three, and what a slow one does not come to is told and is no fault."""
_NO_TIME = "not begun: the time of this run was over (OPENANPR_TESTS_UNTIL)"


def pytest_configure(config: pytest.Config) -> None:
    # A run that was begun in the background ignores what Ctrl+C sends, and so would all that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_TellsAtOnce(config))


class _TellsAtOnce:
    """Names what failed when it fails: a run that is cut off has no summary."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and told is not None:
            told.ensure_newline()
            told.write_line(f"failed at {report.when}: {report.nodeid}\n{report.longreprtext[-2000:]}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {path: number for number, path in enumerate(_ordered(dict.fromkeys(item.path for item in items)))}
    items.sort(key=lambda item: place[item.path])


def pytest_collection_finish() -> None:
    # What all tests were loaded with lives until the end: no look for garbage need go through it each time.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if time.time() > _UNTIL and _folder(item.path) in WHOLE:
        pytest.skip(_NO_TIME)


def _folder(path: Path) -> str:
    return path.relative_to(ROOT / "tests").parts[0]


def _ordered(files: Iterable[Path]) -> list[Path]:
    order = {name: place for place, name in enumerate(WHOLE)}
    files = sorted(files, key=lambda path: order.get(_folder(path), -1))
    parts = [path for path in files if _folder(path) not in order]
    browsing = [path for path in files if _folder(path) == _PAGES]
    whole = files[len(parts) : len(files) - len(browsing)]
    mixed: list[Path] = []
    while browsing:
        mixed += [browsing.pop(0), *whole[:_BETWEEN]]
        whole = whole[_BETWEEN:]
    return [*parts, *mixed, *whole]


@pytest.fixture(scope="session")
def reads_url() -> Iterator[str]:
    """A read store for all nodes of a worker, one after another; each begins with it emptied."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, as tempfile makes it
    with (
        TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        running_front(Path(folder)) as url,
    ):
        yield url
