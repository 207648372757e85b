"""The options of `openanpr read`; the models and array libraries are loaded only when it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from openanpr.run.options import add_min_confidence, add_reading_options

_HELP = """\
Read number plates from pictures, clips, streams and cameras, and compare them with lists of
vehicles of interest. Each SOURCE is a picture, a clip, a folder of both, an rtsp/rtsps/http/https
address, usb:0 for a camera, or watch:DIR for a folder into which a camera drops files."""

_NOTES = """\
examples:
  openanpr read car.jpg
  openanpr read traffic.mp4 --voi stolen.csv --report traffic.html
  openanpr read rtsp://camera.example/street --json --save reads

exit status: 0 all sources read; 1 something could not be read, the rest was; 2 the call, a list, a
model or a place to write was at fault; 130 stopped by Ctrl-C, what was read is reported.

An exact hit is a reading, not an identification: plates are cloned, lists grow old. A possible hit
needs a person's look at the picture before anything is done about it."""


def add_read(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser(
        "read",
        help="read plates from pictures, clips, streams and cameras",
        description=_HELP,
        epilog=_NOTES,
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
    add_reading_options(
        parser,
        report="write one page with all reads and pictures",
        on="the day to judge marks and weed dates by, as 2026-11-22 (default: today)",
    )
    add_min_confidence(parser)


def _read(arguments: argparse.Namespace) -> int:
    from openanpr.run.read_command import run_read  # noqa: PLC0415 - numpy and the models take time
    from openanpr.run.settings import ReadSettings  # noqa: PLC0415 - as above

    settings = ReadSettings(
        sources=tuple(arguments.sources),
        voi=tuple(arguments.voi),
        as_json=arguments.json,
        save=arguments.save,
        report=arguments.report,
        country=arguments.country,
        threads=arguments.threads,
        on=arguments.on,
        min_confidence=arguments.min_confidence,
    )
    return run_read(settings, out=sys.stdout, err=sys.stderr)
