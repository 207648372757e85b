"""`openanpr disclosures ...`: the register of what left the system, over the node's socket."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.new_file import write_new
from openanpr.run.local.verb import BY, WHY, Take, Verb, add_data, add_group, data_of, fields, refused, rows

_DAYS = (
    Take("--since", "the first day (default: three months before the last)", query=True),
    Take("--until", "the last day (default: today)", query=True),
)


def _count(name: str, what: str) -> Take:
    return Take(f"--{name}", f"how many {what}", kind=int, default=0)


VERBS = (
    Verb(
        "list",
        "what was disclosed to whom, the newest first",
        "GET",
        "/disclosures",
        rows("line", "at", "kind", "recipient", "purpose", "reference", "reads", "entries", "times", "entry"),
        _DAYS,
    ),
    Verb(
        "show",
        "one line of the register, with the number of its entry in the audit log",
        "GET",
        "/disclosures/{line}",
        fields(),
        (Take("line", "the id of the line", path=True),),
    ),
    Verb(
        "add",
        "write down what was handed over outside the system: to a force, a court, an insurer",
        "POST",
        "/disclosures",
        fields("line", "kind", "recipient", "reference", "entry"),
        (
            Take("--recipient", "to whom", required=True),
            Take("--basis", "the law that allows it", required=True),
            Take("--purpose", "what for, as one word, such as insurance-claim", required=True),
            Take("--what", "what it was, without number plates", required=True),
            Take("--reference", "the reference under which it was asked for", required=True),
            Take("--decided-by", "who decided it", required=True),
            WHY,
            _count("reads", "reads"),
            _count("entries", "entries of lists"),
            _count("pictures", "pictures"),
            _count("documents", "other documents"),
            BY,
        ),
    ),
)


def add_disclosures(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    inner = add_group(commands, "disclosures", "the register of what personal data left the system", VERBS)
    told = "save the register as CSV"
    export = inner.add_parser("export", help=told, description=told, allow_abbrev=False)
    export.add_argument("--to", metavar="FILE", type=Path, required=True, help="a file that is not there yet")
    for take in _DAYS:
        export.add_argument(take.name, metavar=take.key.upper(), default="", help=take.help)
    add_data(export)
    export.set_defaults(command=_export)


def _export(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask  # noqa: PLC0415 - loads httpx

    query = {name: getattr(arguments, name) for name in ("since", "until") if getattr(arguments, name)}
    try:
        answer = ask(data_of(arguments), "GET", "/disclosures/export", query=query)
        write_new(arguments.to, answer["csv"].encode())
    except RefusedError as refusal:
        return refused(refusal)
    print(f"{arguments.to}: the register as CSV")
    return ExitCode.DONE
