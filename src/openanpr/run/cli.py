"""The command line: `openanpr COMMAND ...`. Only what is asked for is imported."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from openanpr.run.exit_code import ExitCode


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (default: the process's own) names; return the exit code."""
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


@cache
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
    from openanpr.run.read_options import add_read  # noqa: PLC0415 - one command does not load another

    add_read(commands)


def _add_score(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.score_options import add_score  # noqa: PLC0415 - as above

    add_score(commands)


def _add_reader(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.reader.options import add_reader  # noqa: PLC0415 - as above

    add_reader(commands)


def _add_node(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.node.options import add_node  # noqa: PLC0415 - as above

    add_node(commands)


def _add_lists(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.lists import add_lists  # noqa: PLC0415 - as above

    add_lists(commands)


def _add_alerts(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.alerts import add_alerts  # noqa: PLC0415 - as above

    add_alerts(commands)


def _add_devices(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.devices import add_devices  # noqa: PLC0415 - as above

    add_devices(commands)


def _add_feeds(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.devices import add_feeds  # noqa: PLC0415 - as above

    add_feeds(commands)


def _add_cameras(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.devices import add_cameras  # noqa: PLC0415 - as above

    add_cameras(commands)


def _add_sites(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.sites import add_sites  # noqa: PLC0415 - as above

    add_sites(commands)


def _add_rights(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.rights import add_rights  # noqa: PLC0415 - as above

    add_rights(commands)


def _add_quarantine(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.quarantine import add_quarantine  # noqa: PLC0415 - as above

    add_quarantine(commands)


def _add_retention(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.keeping import add_retention  # noqa: PLC0415 - as above

    add_retention(commands)


def _add_holds(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.keeping import add_holds  # noqa: PLC0415 - as above

    add_holds(commands)


def _add_origins(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.keeping import add_origins  # noqa: PLC0415 - as above

    add_origins(commands)


def _add_policy(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.policy_options import add_policy  # noqa: PLC0415 - as above

    add_policy(commands)


def _add_people(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.people import add_people  # noqa: PLC0415 - as above

    add_people(commands)


def _add_services(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.people import add_services  # noqa: PLC0415 - as above

    add_services(commands)


def _add_sign_in(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.signing_in import add_sign_in  # noqa: PLC0415 - as above

    add_sign_in(commands)


def _add_review(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.reviews import add_review  # noqa: PLC0415 - as above

    add_review(commands)


def _add_audit(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.audit import add_audit  # noqa: PLC0415 - as above

    add_audit(commands)


def _add_search(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.searches import add_search  # noqa: PLC0415 - as above

    add_search(commands)


def _add_approvals(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.searches import add_approvals  # noqa: PLC0415 - as above

    add_approvals(commands)


def _add_cases(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.searches import add_cases  # noqa: PLC0415 - as above

    add_cases(commands)


def _add_figures(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.figures import add_figures  # noqa: PLC0415 - as above

    add_figures(commands)


def _add_answers(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.challenges import add_challenges  # noqa: PLC0415 - as above
    from openanpr.run.local.disclosures import add_disclosures  # noqa: PLC0415 - as above
    from openanpr.run.local.subject_access import add_subject_access  # noqa: PLC0415 - as above

    add_subject_access(commands)
    add_challenges(commands)
    add_disclosures(commands)


def _add_assessment(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.assessments import add_assessment  # noqa: PLC0415 - as above

    add_assessment(commands)


def _add_public(commands: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.run.local.public_site import add_public  # noqa: PLC0415 - as above

    add_public(commands)


# One line for each command; each names its own module only when it is called.
_COMMANDS: tuple[Callable[[Any], None], ...] = (
    _add_read,
    _add_score,
    _add_reader,
    _add_node,
    _add_lists,
    _add_alerts,
    _add_devices,
    _add_feeds,
    _add_cameras,
    _add_sites,
    _add_quarantine,
    _add_retention,
    _add_holds,
    _add_origins,
    _add_policy,
    _add_people,
    _add_services,
    _add_sign_in,
    _add_search,
    _add_approvals,
    _add_cases,
    _add_audit,
    _add_review,
    _add_figures,
    _add_assessment,
    _add_answers,
    _add_public,
    _add_rights,
)


__all__ = ["ExitCode", "main"]
