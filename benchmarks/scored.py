"""Folders of photographs scored once each, for the measures that share them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from benchmarks.result import Skipped
from openanpr.capture.item import SourceFault
from openanpr.core.grammar import Country
from openanpr.core.read import BoxPx
from openanpr.read.reader import Reader, ReaderSettings
from openanpr.run.score_json import measures
from openanpr.run.score_measures import Share
from openanpr.run.score_run import files_of, read_shots
from openanpr.run.score_sum import Score, sum_up
from openanpr.run.score_truth import TruthRow, read_truth

_UNLISTED = Path(__file__).with_name("unlisted.csv")

ON = date(2026, 11, 22)
"""The day that marks are judged by, so that a result does not change with the calendar."""


@lru_cache(maxsize=4)
def reader_of(country: Country) -> Reader:
    """The shipped reader on one thread, as `openanpr read` has it."""
    return Reader.load(ReaderSettings(country=country, threads=1, on=ON, pictures=False))


@lru_cache(maxsize=4)
def score_of(folder: Path, country: Country, *, labelled: bool = True) -> Score:
    """The score of a folder; `labelled` false says that no plate is in it.

    Raises Skipped when the folder is not here, SystemExit when a file of it cannot be read: a measure on
    part of its pictures would not be the measure.
    """
    if not folder.is_dir():
        raise Skipped(f"{folder.parent.name}/{folder.name} is not on this machine (OPENANPR_DATA)")
    files: Iterable[tuple[str, tuple[TruthRow, ...]]]
    files = (
        read_truth(folder / "truth.csv").by_image().items()
        if labelled
        else ((n, ()) for n in files_of(folder))
    )
    files = ((name, (*rows, *_unlisted(folder, name))) for name, rows in files)
    shots = read_shots(files, folder, reader_of(country), on_fault=_stop)
    return sum_up(shots, on=ON)


def _unlisted(folder: Path, picture: str) -> Iterator[TruthRow]:
    """Plates of other vehicles that a folder's truth does not list: no reading of them is right or wrong."""
    with _UNLISTED.open(newline="") as rows:
        for line, row in enumerate(csv.DictReader(rows), 2):
            if (row["folder"], row["image"]) == (folder.name, picture):
                box = BoxPx(*(int(row[k]) for k in "xywh"))
                yield TruthRow(line=line, image=picture, vrm="", box=box)


def _stop(fault: SourceFault) -> None:
    raise SystemExit(f"a picture of the measure cannot be read: {fault}")


def told(score: Score) -> Mapping[str, object]:
    """The measures of a score, and which pictures went wrong; no plate."""
    return dict(measures(score)) | {
        "errors": [{"kind": slip.kind, "image": slip.image} for slip in score.slips]
    }


def interval(share: Share) -> str:
    """A share's 95 % interval and its counts in words."""
    low, high = share.interval or (0.0, 0.0)
    return f"{low:.3f} to {high:.3f}, {share.hits} of {share.of}"
