"""The options of `openanpr node`: run one, ask a running one, back it up and put a backup back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.node import BACKUP_SHOWN, STATUS
from openanpr.run.local.verb import add_data, add_verb

_HELP = """\
Run a node: devices deliver reads to it, it matches them with lists, raises alerts, keeps every read for as
long as its profile says, and not a day longer. Everything is kept in one folder; nothing else is needed."""

_NOTES = """\
examples:
  openanpr node                                 run a node in ~/.local/state/openanpr/node
  openanpr node --data /var/lib/openanpr        run it in a folder of your choice
  openanpr node status                          how it does, with its alarms

The settings are in DIR/node.toml, if it is there (docs/reference/node-settings.md). Only devices reach the
node over the network; everything else goes through a socket in DIR that only its owner can open."""


def add_node(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    parser = commands.add_parser(
        "node",
        help="run a node, ask it how it does, back it up",
        description=_HELP,
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_home(parser)
    parser.set_defaults(command=_run)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_verb(inner, STATUS)
    _add_settings(inner)
    _add_backup(inner)


def _add_home(parser: argparse.ArgumentParser) -> None:
    add_data(parser)
    parser.add_argument(
        "--settings",
        metavar="FILE",
        type=Path,
        help="its settings; the node is then where they say (default: node.toml in its folder, if there)",
    )


def _add_settings(inner: Any) -> None:  # noqa: ANN401 - as above
    settings = inner.add_parser("settings", help="print all settings in force, without secrets")
    _add_home(settings)
    settings.set_defaults(command=_settings)


def _add_backup(inner: Any) -> None:  # noqa: ANN401 - as above
    backup = inner.add_parser("backup", help="back up the running node into a new folder")
    backup.add_argument(
        "destination", metavar="FOLDER", type=Path, help="the new folder; keep it locked away"
    )
    add_data(backup)
    backup.set_defaults(command=_backup)
    verify = inner.add_parser("verify", help="see whether a backup is whole")
    verify.add_argument("source", metavar="FOLDER", type=Path, help="the backup")
    verify.set_defaults(command=_verify)
    restore = inner.add_parser("restore", help="put a backup back into a new data folder")
    restore.add_argument("source", metavar="FOLDER", type=Path, help="the backup")
    add_data(restore)
    restore.set_defaults(command=_restore)


def _run(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import default_data  # noqa: PLC0415 - loads httpx
    from openanpr.run.node.command import Home, run_node  # noqa: PLC0415 - loads everything that a node is

    home = Home(arguments.data or default_data(), arguments.settings)
    return run_node(home, out=sys.stdout, err=sys.stderr)


def _settings(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import default_data  # noqa: PLC0415 - as above
    from openanpr.run.node.command import Home, settings_of  # noqa: PLC0415 - as above
    from openanpr.run.node.settings_told import effective_settings  # noqa: PLC0415 - as above

    home = Home(arguments.data or default_data(), arguments.settings)
    try:
        print(effective_settings(settings_of(home)))
    except RefusedError as refusal:
        return _refused(refusal)
    return ExitCode.DONE


def _backup(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask, default_data  # noqa: PLC0415 - as above

    form = {"destination": str(arguments.destination.resolve())}
    try:
        answer = ask(arguments.data or default_data(), "POST", "/node/backup", form=form)
    except RefusedError as refusal:
        return _refused(refusal)
    print(BACKUP_SHOWN(answer))
    return ExitCode.DONE


def _verify(arguments: argparse.Namespace) -> int:
    from openanpr.run.node.command import verify_backup  # noqa: PLC0415 - as above

    try:
        print(verify_backup(arguments.source))
    except RefusedError as refusal:
        return _refused(refusal)
    return ExitCode.DONE


def _restore(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import default_data  # noqa: PLC0415 - as above
    from openanpr.run.node.command import restore_backup  # noqa: PLC0415 - as above

    try:
        print(restore_backup(arguments.source, arguments.data or default_data()))
    except RefusedError as refusal:
        return _refused(refusal)
    return ExitCode.DONE


def _refused(refusal: RefusedError) -> int:
    print(f"openanpr: {refusal}", file=sys.stderr)
    return ExitCode.REFUSED
