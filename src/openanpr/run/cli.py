"""The command line: `openanpr COMMAND ...`. Only what is asked for is imported."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openanpr.run.exit_code import ExitCode

_READ_HELP = """\
Read number plates from pictures, clips, streams and cameras, and compare them with lists of
vehicles of interest. Each SOURCE is a picture, a clip, a folder of both, an rtsp/rtsps/http/https
address, usb:0 for a camera, or watch:DIR for a folder into which a camera drops files."""

_READ_NOTES = """\
examples:
  openanpr read car.jpg
  openanpr read traffic.mp4 --voi stolen.csv --report traffic.html
  openanpr read rtsp://camera.example/street --json --save reads

exit status: 0 all sources read; 1 something could not be read, the rest was; 2 the call, a list, a
model or a place to write was at fault; 130 stopped by Ctrl-C, what was read is reported.

An exact hit is a reading, not an identification: plates are cloned, lists grow old. A possible hit
needs a person's look at the picture before anything is done about it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (default: the process's own) names; return the exit code."""
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    return command(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openanpr",
        description="Read number plates, compare them with vehicles of interest, and answer for it.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, help="show the version and stop")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in _COMMANDS:
        add(commands)
    return parser


class _Version(argparse.Action):
    """Prints the version; looked up only when asked for, as it takes a third of the start."""

    def __init__(self, option_strings: Sequence[str], dest: str, **rest: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=rest.get("help"))

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, see above

        try:
            told = version("openanpr")
        except PackageNotFoundError:
            told = "from a checkout that is not installed"
        print(f"openanpr {told}")
        parser.exit()


def _add_read(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    parser = commands.add_parser(
        "read",
        help="read plates from pictures, clips, streams and cameras",
        description=_READ_HELP,
        epilog=_READ_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=_read)
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="what to read (see above)")
    parser.add_argument(
        "--voi",
        metavar="LIST.csv",
        type=Path,
        action="append",
        default=[],
        help="compare with this list: sixteen columns, or one VRM a line; may be given again",
    )
    parser.add_argument(
        "--json", action="store_true", help="write one JSON object a line to standard output, nothing else"
    )
    parser.add_argument(
        "--save", metavar="DIR", type=Path, help="keep each read's pictures and records in this folder"
    )
    parser.add_argument(
        "--report", metavar="PAGE.html", type=Path, help="write one page with all reads and pictures"
    )
    parser.add_argument(
        "--country",
        choices=("gb", "eu", "any"),
        default="gb",
        help="whose layouts to expect; others are still read (default: gb)",
    )
    parser.add_argument(
        "--threads", metavar="N", type=_threads, help="processor cores to use (default: all, at most 4)"
    )
    parser.add_argument(
        "--on",
        metavar="DATE",
        type=_day,
        help="the day to judge marks and weed dates by, as 2026-11-22 (default: today)",
    )
    parser.add_argument(
        "--min-confidence",
        metavar="X",
        type=_probability,
        help="leave out reads less certain than this, 0 to 1 (default: the reader's own)",
    )


def _read(arguments: argparse.Namespace) -> int:
    from openanpr.run.read_command import run_read  # noqa: PLC0415 - numpy and the models take time
    from openanpr.run.settings import ReadSettings, usable_cores  # noqa: PLC0415 - as above

    settings = ReadSettings(
        sources=tuple(arguments.sources),
        voi=tuple(arguments.voi),
        as_json=arguments.json,
        save=arguments.save,
        report=arguments.report,
        country=arguments.country,
        threads=arguments.threads or min(4, usable_cores()),
        on=arguments.on,
        min_confidence=arguments.min_confidence,
    )
    return run_read(settings, out=sys.stdout, err=sys.stderr)


def _add_score(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.score_options import add_score  # noqa: PLC0415 - one command does not load another

    add_score(commands, threads=_threads, day=_day)


# One line for each command; each names its own module only when it is called.
_COMMANDS: tuple[Callable[[Any], None], ...] = (_add_read, _add_score)


def _threads(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        msg = "a number of cores from 1 to 64 is wanted"
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


__all__ = ["ExitCode", "main"]
