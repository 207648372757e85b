"""The options of `openanpr policy ...`; the rules are loaded only when one of its commands runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from openanpr.core.purpose import Category, ReferenceState, SearchKind
from openanpr.core.role import Rank, Role
from openanpr.run.exit_code import ExitCode
from openanpr.run.local.verb import add_data

_DEFAULT_PROFILE = "nadc-2018"


def add_policy(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    told = "the rules on who may ask what: explain, test, replay"
    group = commands.add_parser("policy", help=told, description=told, allow_abbrev=False)
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_explain(inner)
    _add_test(inner)
    _add_replay(inner)


def _add_explain(commands: Any) -> None:  # noqa: ANN401 - as above
    parser = _parser(commands, "explain", "what would be decided on a search, and why", _explain)
    add = parser.add_argument
    add("--request", metavar="FILE", help="judge this JSON request instead of options; - is standard input")
    add(
        "--role",
        action="append",
        choices=list(Role),
        help="a role of who asks (investigator); again for more",
    )
    add("--rank", choices=list(Rank), default="constable", help="the rank of who asks (constable)")
    add("--trained-until", metavar="DAY", type=_day, help="the last day of the training (today)")
    add("--category", choices=list(Category), default=Category.VOLUME, help="the investigation's category")
    add("--kind", choices=list(SearchKind), default=SearchKind.ONE_VEHICLE, help="the kind of search")
    add("--oldest-days", metavar="N", type=int, default=30, help="age of the oldest read asked for (30)")
    add("--cameras", metavar="N", type=int, default=1, help="cameras asked (1)")
    add("--days", metavar="N", type=int, default=1, help="days asked (1)")
    add("--reads", metavar="N", type=int, default=1, help="reads that the answer may hold (1)")
    add("--reference", choices=list(ReferenceState), default=ReferenceState.OPEN, help="its state (open)")
    add("--no-reason", action="store_true", help="no reason was written")
    add("--proactive", action="store_true", help="a pattern is looked for, with an objective written")
    add("--urgent", action="store_true", help="it is urgent")
    add("--own-interest", action="store_true", help="the vehicle is declared as one's own")
    add("--approved-by", choices=list(Rank), help="an authorising officer of that rank approved")
    add("--on", metavar="DAY", type=_day, help="the day on which it is asked (today)")
    add("--json", action="store_true", help="print the decision as JSON")


def _add_test(commands: Any) -> None:  # noqa: ANN401 - as above
    parser = _parser(commands, "test", "try the rules on cases; a rule without a case fails", _test)
    parser.add_argument(
        "--cases", metavar="FILE", type=Path, help="a TOML file of cases (those that are shipped)"
    )


def _add_replay(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.api import add_where  # noqa: PLC0415 - loads httpx

    parser = _parser(commands, "replay", "judge past requests anew and list what would differ", _replay)
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="past decisions as JSON lines; - is standard input; left out: those that the node has kept",
    )
    add_data(parser)
    add_where(parser)
    parser.add_argument("--since", metavar="DAY", type=_day, help="only requests of this day and later")
    parser.add_argument("--json", action="store_true", help="print each difference as a line of JSON")


def _parser(
    commands: Any,  # noqa: ANN401 - as above
    name: str,
    told: str,
    command: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=told, description=told, allow_abbrev=False
    )
    parser.set_defaults(command=command)
    parser.add_argument(
        "--profile", metavar="NAME", default=_DEFAULT_PROFILE, help="a profile's name or path (nadc-2018)"
    )
    parser.add_argument("--rules", metavar="DIR", type=Path, help="other rules: a folder of .cedar files")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written as 2026-11-22") from None


def _explain(arguments: argparse.Namespace) -> ExitCode:
    from openanpr.run.policy_command import run_explain  # noqa: PLC0415 - loads the rules

    return run_explain(arguments, out=sys.stdout, err=sys.stderr)


def _test(arguments: argparse.Namespace) -> ExitCode:
    from openanpr.run.policy_command import run_test  # noqa: PLC0415 - loads the rules

    return run_test(arguments, out=sys.stdout, err=sys.stderr)


def _replay(arguments: argparse.Namespace) -> ExitCode:
    from openanpr.run.policy_command import run_replay  # noqa: PLC0415 - loads the rules

    return run_replay(arguments, out=sys.stdout, err=sys.stderr)
