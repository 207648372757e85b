"""A folder into which a camera drops files: each is read once, when it is complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from openanpr.capture.file import file_kind, read_file
from openanpr.capture.item import Items, SourceFault, explain
from openanpr.capture.settings import CaptureSettings
from openanpr.capture.stop import Stop

_UNFINISHED = frozenset({".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".upload"})


@dataclass(frozen=True, slots=True)
class _Mark:
    """What tells one content of a file from the next: its size in bytes and its change time."""

    size: int
    mtime_ns: int


def read_watched(folder: Path, settings: CaptureSettings, stop: Stop) -> Items:
    """Yield what is in `folder` and whatever comes into it, oldest first, until told to stop.

    A file is taken when its size and time have stood still for `settings.settle_s`; names that
    uploaders use for unfinished files, and hidden ones, are left until they are renamed. A file is
    read again only when it is written again under the same name. Files that are no pictures or clips
    are passed over; damaged ones give a fault once. A file counts as done when the caller comes back
    for the next item, so a restart repeats at most the one in hand.
    """
    name = f"watch:{folder}"
    try:
        names = _scan(folder)
    except OSError as error:
        yield SourceFault(name, *explain(error))
        return
    try:
        done = _Done(settings.state, names)
    except OSError as error:
        problem, remedy = explain(error)
        yield SourceFault(name, f"its state file {settings.state} cannot be used: {problem}", remedy)
        return
    with done:
        yield from _watch(folder, settings, stop, done)


def _watch(folder: Path, settings: CaptureSettings, stop: Stop, done: _Done) -> Items:
    waiting: dict[str, tuple[_Mark, float]] = {}
    lost = False
    clock_s = 0.0  # counts the waits: a stepped wall clock must not make a file look settled
    while not stop.is_set():
        try:
            names = _scan(folder)
        except OSError as error:
            if not lost:
                problem, _ = explain(error)
                yield SourceFault(f"watch:{folder}", problem, "waiting for it to come back", recovering=True)
            lost = True
            names = None
        if names is not None:
            lost = False
            done.forget_all_but(names)
            waiting = _update(waiting, done.unseen(names), clock_s)
            for path, mark in _settled(folder, waiting, clock_s, settings.settle_s):
                with closing(_read_one(path, settings, stop)) as items:
                    yield from items
                if stop.is_set():
                    return
                del waiting[path.name]
                done.add(path.name, mark)
        stop.wait(settings.poll_s)
        clock_s += settings.poll_s


def _scan(folder: Path) -> dict[str, _Mark]:
    names: dict[str, _Mark] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or Path(entry.name).suffix.lower() in _UNFINISHED:
                continue
            try:
                if entry.is_file():
                    status = entry.stat()
                    names[entry.name] = _Mark(status.st_size, status.st_mtime_ns)
            except FileNotFoundError:  # renamed or removed since it was listed
                continue
    return names


def _update(
    waiting: dict[str, tuple[_Mark, float]], unseen: dict[str, _Mark], clock_s: float
) -> dict[str, tuple[_Mark, float]]:
    """Return name to (mark, since when it has stood still)."""
    updated: dict[str, tuple[_Mark, float]] = {}
    for name, mark in unseen.items():
        before = waiting.get(name)
        updated[name] = before if before is not None and before[0] == mark else (mark, clock_s)
    return updated


def _settled(
    folder: Path, waiting: dict[str, tuple[_Mark, float]], clock_s: float, settle_s: float
) -> list[tuple[Path, _Mark]]:
    ready = [(name, mark) for name, (mark, since_s) in waiting.items() if clock_s - since_s >= settle_s]
    ready.sort(key=lambda entry: (entry[1].mtime_ns, entry[0]))
    return [(folder / name, mark) for name, mark in ready]


def _read_one(path: Path, settings: CaptureSettings, stop: Stop) -> Items:
    try:
        if file_kind(path) is None:
            return
    except FileNotFoundError:  # taken away before its turn: nothing is left to report on
        return
    except OSError as error:
        yield SourceFault(str(path), *explain(error))
        return
    for item in read_file(path, settings):
        yield item
        if stop.is_set():
            return


class _Done:
    """The files already read, kept in memory and, if asked, in a state file.

    The state file has one line for each file: size, change time in nanoseconds, name. It is rewritten
    whole at the start and then only added to; a last line torn by a power cut is left out.
    """

    def __init__(self, state: Path | None, present: dict[str, _Mark]) -> None:
        self._marks: dict[str, _Mark] = {}
        self._log: TextIO | None = None
        if state is None:
            return
        if state.exists():
            self._marks = dict(_parse_state(state.read_text("utf-8", "surrogateescape")))
        self.forget_all_but(present)
        fresh = state.with_name(state.name + ".new")
        lines = "".join(_state_line(name, mark) for name, mark in self._marks.items())
        fresh.write_text(lines, "utf-8", "surrogateescape")
        fresh.replace(state)
        self._log = state.open("a", encoding="utf-8", errors="surrogateescape")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._log is not None:
            self._log.close()

    def unseen(self, names: dict[str, _Mark]) -> dict[str, _Mark]:
        """Return those of `names` that were never read, or were written again since."""
        return {name: mark for name, mark in names.items() if self._marks.get(name) != mark}

    def add(self, name: str, mark: _Mark) -> None:
        """Note that this content of `name` has been read."""
        self._marks[name] = mark
        if self._log is not None:
            self._log.write(_state_line(name, mark))
            self._log.flush()

    def forget_all_but(self, names: dict[str, _Mark]) -> None:
        """Drop what is no longer in the folder, so that memory stays flat."""
        for name in self._marks.keys() - names.keys():
            del self._marks[name]


def _state_line(name: str, mark: _Mark) -> str:
    return f"{mark.size} {mark.mtime_ns} {name.encode('unicode_escape').decode('ascii')}\n"


def _parse_state(text: str) -> Iterator[tuple[str, _Mark]]:
    for line in text.splitlines(keepends=True):
        size, _, rest = line.partition(" ")
        mtime_ns, _, name = rest.partition(" ")
        if line.endswith("\n") and size.isdigit() and mtime_ns.isdigit():
            yield (
                name[:-1].encode("ascii", "replace").decode("unicode_escape"),
                _Mark(int(size), int(mtime_ns)),
            )
