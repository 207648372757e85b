"""Results of `openanpr score` as the program writes them, of pictures and reads made for the purpose."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np

from openanpr.core.frame import Frame
from openanpr.core.read import Read
from openanpr.run.score_command import run_score
from openanpr.run.score_settings import ScoreSettings
from tests.run.score_reads import made_read


def made_result(
    folder: Path, *, at: datetime, plates: int = 40, missed: int = 2, wrong: int = 1, false: int = 0
) -> bytes:
    """Return the file of a result: so many plates by day and at dusk, of which some are missed or misread."""
    folder.mkdir(parents=True, exist_ok=True)
    marks = [f"AB{n:02}CDE" for n in range(plates)]
    lines, reads = ["image,plate,light"], dict[str, list[Read]]()
    for n, mark in enumerate(marks):
        name = f"{n:03}.png"
        assert cv2.imwrite(str(folder / name), np.full((40, 120, 3), 128, np.uint8))
        lines.append(f"{name},{mark},{'Dusk' if n % 4 == 0 else 'bright'}")
        read = mark if n < plates - missed - wrong else mark[:-1] + "X"
        found = [] if n >= plates - missed else [_read(read)]
        reads[name] = [*found, *([_read("TAXI")] if n < false else [])]
    (folder / "truth.csv").write_text("\n".join(lines) + "\n")
    out, err = io.StringIO(), io.StringIO()
    wanted = replace(ScoreSettings(folder), as_json=True)
    assert run_score(wanted, out=out, err=err, make_reader=lambda _: _Told(reads), now=at) == 0, (
        err.getvalue()
    )
    return out.getvalue().encode()


def _read(plate: str) -> Read:
    return replace(made_read(plate), model="plate-finder-12ab+plate-reader-34cd", settings="0123456789abcdef")


class _Told:
    """A reader that gives what it was told for each file."""

    def __init__(self, by_name: dict[str, list[Read]]) -> None:
        self._by_name = by_name

    def read(self, source_frames: Iterable[Frame], /) -> Iterator[Read]:
        names = {Path(frame.source).name for frame in source_frames}
        for name in names:
            yield from self._by_name.get(name, [])
