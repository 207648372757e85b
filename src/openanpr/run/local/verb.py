"""Commands told as data: what each is called and takes, what it asks the node, how the answer is shown."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from openanpr.run.exit_code import ExitCode, RefusedError

Show = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Take:
    """One thing that a command takes: an argument in its place, or an option where `name` begins with --.

    `many` takes it several times; `switch` has no value. `path` marks what stands in the path asked for, and
    `query` what stands behind it; all else is in the body. `reads` gives what is sent for what was said, such
    as what is in a file; it raises RefusedError.
    """

    name: str
    help: str
    default: Any = None
    required: bool = False
    many: bool = False
    switch: bool = False
    choices: Sequence[str] | None = None
    kind: Callable[[str], Any] = str
    path: bool = False
    query: bool = False
    reads: Callable[[str], str] | None = None

    @property
    def key(self) -> str:
        """Its name in what is asked."""
        return self.name.lstrip("-").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Verb:
    """One command: `path` may hold {names} of what it takes, `says` is in the body whatever it takes."""

    name: str
    help: str
    method: str
    path: str
    show: Show
    takes: tuple[Take, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict[str, str])


BY = Take("--by", "who does it (default: who is signed in to the node, else logged in here)")
WHY = Take("--why", "why", required=True)
AS = Take("--as", "who looks (default: who is signed in to the node, else logged in here)", query=True)


def add_group(commands: Any, name: str, help_: str, verbs: Sequence[Verb]) -> Any:  # noqa: ANN401 - argparse has no public name for it
    """Add `openanpr NAME VERB ...` for each verb; return where more may be added."""
    group = commands.add_parser(name, help=help_, description=help_, allow_abbrev=False)
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for verb in verbs:
        add_verb(inner, verb)
    return inner


def add_verb(commands: Any, verb: Verb) -> None:  # noqa: ANN401 - as above
    """Add one verb to argparse's `commands`."""
    parser = commands.add_parser(verb.name, help=verb.help, description=verb.help, allow_abbrev=False)
    for take in verb.takes:
        _add_take(parser, take)
    add_data(parser)
    parser.add_argument("--json", action="store_true", help="print the node's answer as JSON")
    parser.set_defaults(command=partial(run_verb, verb))


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the node."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        default=argparse.SUPPRESS,  # a command's own default would hide what stands before the command
        help="the node's folder (default: $OPENANPR_DATA_FOLDER, or ~/.local/state/openanpr/node)",
    )


def data_of(arguments: argparse.Namespace) -> Path:
    """Return the folder of the node that is meant."""
    from openanpr.run.local.ask import default_data  # noqa: PLC0415 - loads httpx

    return getattr(arguments, "data", None) or default_data()


def run_verb(verb: Verb, arguments: argparse.Namespace) -> int:
    """Ask the node and print its answer; return the exit code."""
    from openanpr.run.local.ask import ask, login_name  # noqa: PLC0415 - loads httpx

    data = data_of(arguments)
    said = {take.key: getattr(arguments, take.key) for take in verb.takes}
    for who in (BY, AS):
        if who in verb.takes and said[who.key] is None:
            said[who.key] = login_name(data)
    told = [(take, said[take.key]) for take in verb.takes]
    named = {take.key: quote(str(value), safe="") for take, value in told if take.path}
    query = {t.key: str(value) for t, value in told if t.query and value not in {None, ""}}
    body = [(t, value) for t, value in told if not (t.path or t.query) and value is not None]
    try:
        read = {t.key: value if t.reads is None else t.reads(value) for t, value in body}
        form: dict[str, object] = {**read, **verb.says}
        answer = ask(
            data,
            verb.method,
            verb.path.format_map(named),
            query=query,
            form=form if verb.method == "POST" else None,
        )
    except RefusedError as refusal:
        return refused(refusal)
    print(json.dumps(answer, indent=1) if arguments.json else verb.show(harmless(answer)))
    return ExitCode.DONE


def refused(refusal: RefusedError) -> int:
    """Say why; return the exit code."""
    lines = (line.strip() for line in str(refusal).splitlines())
    print(f"openanpr: {'; '.join(harmless(line) for line in lines if line)}", file=sys.stderr)
    return ExitCode.REFUSED


def harmless(said: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON with ? for all that may steer a terminal: a device or a list may say anything."""
    if isinstance(said, str):
        return "".join(c if c.isprintable() else "?" for c in said)
    if isinstance(said, list):
        return [harmless(one) for one in cast("list[Any]", said)]
    if isinstance(said, dict):
        return {harmless(name): harmless(one) for name, one in cast("dict[str, Any]", said).items()}
    return said


def _add_take(parser: argparse.ArgumentParser, take: Take) -> None:
    if not take.name.startswith("--"):
        parser.add_argument(take.key, metavar=take.key.upper(), type=take.kind, help=take.help)
    elif take.switch:
        parser.add_argument(take.name, dest=take.key, action="store_true", help=take.help)
    else:
        parser.add_argument(
            take.name,
            dest=take.key,
            metavar=take.key.upper(),
            type=take.kind,
            default=take.default,
            required=take.required,
            choices=take.choices,
            action="append" if take.many else "store",
            help=take.help,
        )


def rows(*columns: str, nothing: str = "none") -> Show:
    """Return a way to show a list of objects as a table of these columns."""

    def show(answer: Any) -> str:  # noqa: ANN401 - JSON
        if not answer:
            return nothing
        cells = [columns, *(tuple(_cell(row.get(name)) for name in columns) for row in answer)]
        widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in cells
        )

    return show


def fields(*names: str) -> Show:
    """Return a way to show some fields of one object, a line each; all of them for none named."""

    def show(answer: Any) -> str:  # noqa: ANN401 - JSON
        wanted = names or tuple(answer)
        return "\n".join(f"{name}: {_cell(answer.get(name))}" for name in wanted)

    return show


def _cell(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(one) for one in cast("list[Any]", value)) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{n} {_cell(one)}" for n, one in cast("dict[str, Any]", value).items()) or "-"
    return str(value)
