"""The commands of the verifier that everybody can download.

    python openanpr-verify.pyz site FOLDER [--key KEY]
    python openanpr-verify.pyz figures FILE --key KEY [--log FOLDER]
    python openanpr-verify.pyz log FOLDER [--key KEY]

Each says what holds, and ends with 0; 1 where something does not hold, 2 where it was not called rightly, 3
where a site is older than it says that it may be. It opens no connection.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence

import openanpr.audit.verify as of_log
import openanpr.publish.copy.verify as of_site
import openanpr.publish.verify as of_figures

_COMMANDS = (
    ("site", "a copy of the public site, in a folder", of_site.add_arguments, of_site.run),
    ("figures", "the file of a published month, or of a note", of_figures.add_arguments, of_figures.run),
    ("log", "an exported audit log, or a disclosed entry of it", of_log.add_arguments, of_log.run),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Verify what the command line names; return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that lacks a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(
        prog="openanpr-verify.pyz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, help_, add_arguments, run in _COMMANDS:
        one = inner.add_parser(name, help=help_, description=help_, allow_abbrev=False)
        add_arguments(one)
        one.set_defaults(run=run)
    asked = parser.parse_args(argv)
    return int(asked.run(asked))
