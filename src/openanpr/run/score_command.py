"""`openanpr score`: a folder of pictures and clips with their truth in; table, JSON and a page out."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TextIO, TypeAlias

from openanpr.capture.item import SourceFault
from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.interrupt import Interrupt
from openanpr.run.plate_reader import PlateReader, load_reader
from openanpr.run.progress import Progress
from openanpr.run.read_command import let_go_of
from openanpr.run.score_json import score_text
from openanpr.run.score_page import write_page
from openanpr.run.score_run import Shot, files_of, read_shots
from openanpr.run.score_settings import ScoreRun, ScoreSettings
from openanpr.run.score_sum import sum_up
from openanpr.run.score_table import table_text
from openanpr.run.score_truth import TRUTH_NAME, BadTruth, Truth, TruthRow, read_truth
from openanpr.run.settings import ReadSettings
from openanpr.run.sighting import printable

_BAD_ROWS_SHOWN = 10

Files: TypeAlias = list[tuple[str, tuple[TruthRow, ...]]]
"""What to read: names inside the folder, each with its truth."""


def run_score(
    settings: ScoreSettings,
    *,
    out: TextIO,
    err: TextIO,
    make_reader: Callable[[ReadSettings], PlateReader] = load_reader,
    now: datetime | None = None,
) -> int:
    """Score the folder on `out`; trouble and progress go to `err`. Return the exit code.

    `now` is the time of the call, in UTC.
    """
    made_at = now or datetime.now(UTC)
    try:
        truth = Truth(()) if settings.no_plates else read_truth(settings.folder / TRUTH_NAME)
        files, unnamed = _files(settings.folder, truth)
        _tell_bad_rows(settings.folder / TRUTH_NAME, truth.bad, err)
        reader = make_reader(_reader_settings(settings))
        with Interrupt() as interrupt:
            shots, unread = _shots(settings, files, reader, err, interrupt.event)
            run = ScoreRun(made_at, settings, truth.bad, unread, unnamed)
            try:
                _tell(shots, run, out, err)
            except BrokenPipeError:
                let_go_of(out)
                return ExitCode.NOBODY_LISTENS
    except RefusedError as error:
        print(f"openanpr: {printable(str(error))}", file=err)
        return ExitCode.REFUSED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if interrupt.exit_code is not None:
        return interrupt.exit_code
    return ExitCode.SOURCE_FAILED if unread or truth.bad else ExitCode.DONE


def _shots(
    settings: ScoreSettings, files: Files, reader: PlateReader, err: TextIO, stop: Event
) -> tuple[list[Shot], tuple[SourceFault, ...]]:
    """Return what came of the files, and the faults of those that could not be read."""
    progress = Progress(err, sources=len(files))
    unread: list[SourceFault] = []

    def on_fault(fault: SourceFault) -> None:
        progress.clear()
        print(f"openanpr: {printable(str(fault))}", file=err)
        unread.append(fault)

    shots = list(
        read_shots(
            _shown(files, progress),
            settings.folder,
            reader,
            on_fault=on_fault,
            stop=stop,
            pictures=settings.report is not None,
        )
    )
    progress.clear()
    return shots, tuple(unread)


def _reader_settings(settings: ScoreSettings) -> ReadSettings:
    # Naming a report has the reader make patches, which the page shows beside the errors.
    return ReadSettings(
        sources=(),
        report=settings.report,
        country=settings.country,
        threads=settings.threads,
        on=settings.on,
    )


def _files(folder: Path, truth: Truth) -> tuple[Files, int]:
    """Return what to read, each with its truth, and how many files of the folder are left out."""
    named = truth.by_image()
    there = files_of(folder)
    if named or truth.bad:
        return list(named.items()), len(set(there) - named.keys())
    if not there:
        raise RefusedError(f"{folder} has no picture or clip in it: check the path")
    return [(name, ()) for name in there], 0


def _shown(files: Files, progress: Progress) -> Iterator[tuple[str, tuple[TruthRow, ...]]]:
    for name, rows in files:
        progress.begin(name, expected=None)
        yield name, rows
        progress.frame()


def _tell_bad_rows(path: Path, bad: tuple[BadTruth, ...], err: TextIO) -> None:
    for row in bad[:_BAD_ROWS_SHOWN]:
        print(f"openanpr: {printable(str(path))} line {row.line}: {row.reason}", file=err)
    if len(bad) > _BAD_ROWS_SHOWN:
        print(f"openanpr: {printable(str(path))}: {len(bad) - _BAD_ROWS_SHOWN} more bad rows", file=err)


def _tell(shots: list[Shot], run: ScoreRun, out: TextIO, err: TextIO) -> None:
    score = sum_up(shots, on=run.settings.on)
    if run.unnamed:
        print(f"openanpr: {run.unnamed} files of the folder are not in its truth and were left out", file=err)
    if run.settings.report is not None:
        write_page(run.settings.report, score, run)
    out.write(score_text(score, run) + "\n" if run.settings.as_json else table_text(score))
    out.flush()
    if run.settings.report is not None:
        print(f"report: {printable(str(run.settings.report))}", file=err)
