"""The options of `openanpr node`: run one, ask a running one, back it up and put a backup back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.node import BACKUP_SHOWN, STATUS
from openanpr.run.local.verb import add_data, add_verb, data_of, harmless, refused
from openanpr.run.node.home import Home

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
        default=argparse.SUPPRESS,
        help="its settings (default: node.toml in its folder, if there)",
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


def _home(arguments: argparse.Namespace) -> Home:
    from openanpr.run.local.ask import named_data  # noqa: PLC0415 - loads httpx

    named = hasattr(arguments, "data") or named_data() is not None
    return Home(data_of(arguments), getattr(arguments, "settings", None), named)


def _run(arguments: argparse.Namespace) -> int:
    from openanpr.run.node.command import run_node  # noqa: PLC0415 - loads everything that a node is

    return run_node(_home(arguments), out=sys.stdout, err=sys.stderr)


def _settings(arguments: argparse.Namespace) -> int:
    from openanpr.run.node.command import settings_of  # noqa: PLC0415 - as above
    from openanpr.run.node.settings_told import effective_settings  # noqa: PLC0415 - as above

    return _printed(lambda: effective_settings(settings_of(_home(arguments))).rstrip())


def _backup(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask  # noqa: PLC0415 - loads httpx

    form = {"destination": str(arguments.destination.resolve())}
    return _printed(
        lambda: BACKUP_SHOWN(harmless(ask(data_of(arguments), "POST", "/node/backup", form=form)))
    )


def _verify(arguments: argparse.Namespace) -> int:
    from openanpr.run.node.command import verify_backup  # noqa: PLC0415 - loads everything that a node is

    return _printed(lambda: verify_backup(arguments.source))


def _restore(arguments: argparse.Namespace) -> int:
    from openanpr.run.node.command import restore_backup  # noqa: PLC0415 - as above

    return _printed(lambda: restore_backup(arguments.source, data_of(arguments)))


def _printed(told: Callable[[], str]) -> int:
    try:
        print(told())
    except RefusedError as refusal:
        return refused(refusal)
    return ExitCode.DONE
