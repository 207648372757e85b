"""The options of `openanpr score`; the models and array libraries are loaded only when it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from openanpr.run.options import add_reading_options

_HELP = """\
Measure a camera or a model on a folder of pictures and clips whose plates a person has read:
capture rate, read accuracy, false reads, calibration and time. The folder holds truth.csv with the
columns image,plate and, where known, x,y,w,h (pixels); one row for each plate of a picture, or for
each pass of a clip."""

_NOTES = """\
examples:
  openanpr score pictures/
  openanpr score pictures/ --report score.html --json > score.json
  openanpr score empty-road/ --no-plates

exit status: 0 all was read; 1 a picture or a row of the truth could not be used, the rest was;
2 the call, the truth, a model or a place to write was at fault; 130 stopped by Ctrl-C."""


def add_score(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser(
        "score",
        help="measure a camera or a model on pictures with known plates",
        description=_HELP,
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=_score)
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="pictures or clips, and truth.csv")
    parser.add_argument(
        "--no-plates",
        action="store_true",
        help="no plate is to be seen in the folder: count false reads only (no truth.csv needed)",
    )
    parser.add_argument("--json", action="store_true", help="write one JSON object to standard output")
    add_reading_options(
        parser,
        report="write a page with all measures and errors",
        on="the day to judge marks by, as 2026-11-22 (default: the day of each picture)",
    )


def _score(arguments: argparse.Namespace) -> int:
    from openanpr.run.score_command import run_score  # noqa: PLC0415 - numpy and the models take time
    from openanpr.run.score_settings import ScoreSettings  # noqa: PLC0415 - as above

    settings = ScoreSettings(
        folder=arguments.folder,
        no_plates=arguments.no_plates,
        as_json=arguments.json,
        report=arguments.report,
        country=arguments.country,
        threads=arguments.threads,
        on=arguments.on,
    )
    return run_score(settings, out=sys.stdout, err=sys.stderr)
