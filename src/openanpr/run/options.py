"""Options that several commands share, and what their texts mean."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from openanpr.run.settings import usable_cores

_MOST_CORES = 64
_CORES_BY_DEFAULT = 4


def add_reading_options(parser: argparse.ArgumentParser, *, report: str, on: str) -> None:
    """Add what every command that reads plates takes; `report` and `on` say what they do there."""
    parser.add_argument("--report", metavar="PAGE.html", type=Path, help=report)
    add_country_and_threads(parser)
    parser.add_argument("--on", metavar="DATE", type=_day, help=on)


def add_country_and_threads(parser: argparse.ArgumentParser) -> None:
    """Add whose layouts to expect and how many cores to use."""
    parser.add_argument(
        "--country",
        choices=("gb", "eu", "any"),
        default="gb",
        help="whose layouts to expect; others are still read (default: gb)",
    )
    parser.add_argument(
        "--threads",
        metavar="N",
        type=_threads,
        default=min(_CORES_BY_DEFAULT, usable_cores()),
        help=f"processor cores to use (default: all, at most {_CORES_BY_DEFAULT})",
    )


def add_min_confidence(parser: argparse.ArgumentParser) -> None:
    """Add how sure a read must be."""
    parser.add_argument(
        "--min-confidence",
        metavar="X",
        type=_probability,
        help="leave out reads whose shapes (O and 0 being one) are less certain than this, 0 to 1 "
        "(default: the reader's own)",
    )


def _threads(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_CORES:
        msg = f"a number of cores from 1 to {_MOST_CORES} is wanted"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = "a day such as 2026-11-22 is wanted"
        raise argparse.ArgumentTypeError(msg) from None


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        msg = "a number from 0 to 1 is wanted"
        raise argparse.ArgumentTypeError(msg)
    return value
