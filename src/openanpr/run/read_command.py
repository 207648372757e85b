"""`openanpr read`: sources in; a table or JSON lines, saved pictures and a report out."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

from openanpr.capture.item import Image, SourceError, SourceFault
from openanpr.capture.prefetch import prefetch
from openanpr.capture.source import Source, open_source
from openanpr.core.frame import Frame
from openanpr.core.read import Read
from openanpr.match.index import ListIndex
from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.interrupt import Interrupt
from openanpr.run.plate_reader import PlateReader, load_reader
from openanpr.run.progress import Progress
from openanpr.run.report_page import ReportPage
from openanpr.run.save import SavedReads
from openanpr.run.settings import ReadSettings
from openanpr.run.sighting import Sighting, printable
from openanpr.run.table import Table
from openanpr.voi.list_file import ListError, ListFile, read_list
from openanpr.wire.read_json import read_line

_BAD_ROWS_SHOWN = 10
_SIZES_KEPT = 64  # a read comes at most a few pictures after its frame


def run_read(
    settings: ReadSettings,
    *,
    out: TextIO,
    err: TextIO,
    make_reader: Callable[[ReadSettings], PlateReader] = load_reader,
    now: datetime | None = None,
) -> int:
    """Read all sources and tell of them on `out`; trouble and progress go to `err`. Return the exit code.

    `now` is the time of the call, in UTC; its day judges lists when the settings name none.
    """
    began = now or datetime.now(UTC)
    try:
        lists = _load_lists(settings, settings.on or began.date(), err)
        reader = make_reader(settings)
        with Interrupt() as interrupt, ExitStack() as closing_last:
            run = _Run(settings, lists, out, err, began, closing_last)
            try:
                for spec in settings.sources:
                    run.read_source(spec, reader, interrupt)
            except BrokenPipeError:
                let_go_of(out)
                run.nobody_listens = True
            run.finish()
    except RefusedError as error:
        print(f"openanpr: {printable(str(error))}", file=err)
        return ExitCode.REFUSED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if interrupt.exit_code is not None:
        return interrupt.exit_code
    return run.exit_code


def let_go_of(out: TextIO) -> None:
    """Point standard output at nothing, so that Python's own last flush does not complain."""
    if out is sys.stdout:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, out.fileno())
        os.close(nothing)


def _load_lists(settings: ReadSettings, on: date, err: TextIO) -> tuple[ListFile, ...]:
    """Return the lists as they stand on the day `on`, telling of their bad rows on `err`."""
    lists: list[ListFile] = []
    for path in settings.voi:
        try:
            found = read_list(path, on=on)
        except ListError as error:
            raise RefusedError(str(error)) from error
        for bad in found.bad_rows[:_BAD_ROWS_SHOWN]:
            print(f"{printable(str(path))} line {bad.line}: {bad.reason}", file=err)
        more = len(found.bad_rows) - _BAD_ROWS_SHOWN
        if more > 0:
            print(f"{printable(str(path))}: {more} more rows to look at", file=err)
        lists.append(found)
    return tuple(lists)


class _Run:
    """One run under way: where reads go, and what went wrong so far."""

    def __init__(
        self,
        settings: ReadSettings,
        lists: tuple[ListFile, ...],
        out: TextIO,
        err: TextIO,
        began: datetime,
        closing_last: ExitStack,
    ) -> None:
        self.faults: list[SourceFault] = []
        self.nobody_listens = False
        self._lists = lists
        self._settings = settings
        self._out, self._err, self._began = out, err, began
        self._index = ListIndex.build(e for one in lists for e in one.entries) if lists else None
        self._saved = None if settings.save is None else SavedReads(settings.save)
        if self._saved is not None:
            closing_last.callback(self._saved.close)
        self._page = None if settings.report is None else ReportPage(settings.report)
        if self._page is not None:
            closing_last.callback(self._page.abandon)
        self._table = Table(out, colour=out.isatty() and "NO_COLOR" not in os.environ)
        # A table on the same terminal moves between the bar's appearances; JSON may be piped anywhere.
        self._progress = Progress(err, sources=len(settings.sources))
        self._counts = _Counts()

    @property
    def exit_code(self) -> ExitCode:
        """How the run ended, as far as no signal came."""
        if self.nobody_listens:
            return ExitCode.NOBODY_LISTENS
        return ExitCode.SOURCE_FAILED if self.faults else ExitCode.DONE

    def read_source(self, spec: str, reader: PlateReader, interrupt: Interrupt) -> None:
        """Read one source to its end; what fails in it is told and remembered, and ends nothing else."""
        if interrupt.stopped:
            return
        try:
            source = prefetch(open_source(spec, stop=interrupt.event))
        except SourceError as error:
            self._fault(error.fault)
            return
        self._progress.begin(source.name, expected=_files_in(spec))
        frames = _Frames(source, self._fault, self._progress)
        with closing(frames.good()) as good:
            for read in reader.read(good):
                self._take(read, frames.size_of(read))
        self._progress.clear()

    def finish(self) -> None:
        """Write the report and tell on `err` how it went."""
        self._progress.clear()
        if self._page is not None:
            self._page.finish(
                title="Number plates read", made_at=self._began, faults=self.faults, lists=self._lists
            )
        print(self._counts.told(compared=self._index is not None, faults=len(self.faults)), file=self._err)
        if self._settings.report is not None:
            print(f"report: {printable(str(self._settings.report))}", file=self._err)

    def _take(self, read: Read, frame_size: tuple[int, int] | None) -> None:
        hits = None if self._index is None else self._index.match(read, rules=self._settings.rules)
        sighting = Sighting(read, hits, frame_size)
        if self._saved is not None:
            sighting = self._saved.save(sighting)
        if self._page is not None:
            self._page.add(sighting)
        self._counts.add(sighting)
        self._progress.read()
        self._progress.clear()
        if self._settings.as_json:
            line = read_line(read, hits=hits, patch=sighting.patch, overview=sighting.overview)
            self._out.write(line + "\n")
            self._out.flush()
        else:
            self._table.add(sighting)

    def _fault(self, fault: SourceFault) -> None:
        self._progress.clear()
        print(f"openanpr: {printable(str(fault))}", file=self._err)
        if not fault.recovering:
            self.faults.append(fault)


class _Frames:
    """The good frames of a source, with their sizes remembered for the reads that come of them."""

    def __init__(self, source: Source, fault: Callable[[SourceFault], None], progress: Progress) -> None:
        self._source = source
        self._fault = fault
        self._progress = progress
        self._sizes: dict[str, tuple[int, int]] = {}

    def good(self) -> Generator[Frame[Image], None, None]:
        """Yield frames; faults are handed on as they come and end nothing by themselves."""
        with closing(self._source.items()) as items:
            for item in items:
                if isinstance(item, SourceFault):
                    self._fault(item)
                    continue
                height, width = item.image.shape[:2]
                if len(self._sizes) > _SIZES_KEPT:
                    del self._sizes[next(iter(self._sizes))]
                self._sizes[item.source] = (width, height)
                self._progress.frame()
                yield item

    def size_of(self, read: Read) -> tuple[int, int] | None:
        """Return (width, height) of the frame that a read came from, None when not known."""
        return self._sizes.get(read.source)


@dataclass(slots=True)
class _Counts:
    """How many of what; changes with every read."""

    reads: int = 0
    exact: int = 0
    possible: int = 0

    def add(self, sighting: Sighting) -> None:
        self.reads += 1
        self.exact += len(sighting.exact)
        self.possible += len(sighting.possible)

    def told(self, *, compared: bool, faults: int) -> str:
        """Return the counts as a sentence."""
        parts = [f"{self.reads} read{'' if self.reads == 1 else 's'}"]
        if compared:
            parts.append(f"{self.exact} exact and {self.possible} possible hits")
        if faults:
            parts.append(f"{faults} source{'' if faults == 1 else 's'} or files could not be read")
        return ", ".join(parts)


def _files_in(spec: str) -> int | None:
    """Return about how many pictures a folder holds, None for anything else."""
    folder = Path(spec)
    try:
        return sum(1 for one in folder.iterdir() if one.is_file()) if folder.is_dir() else None
    except OSError:
        return None
