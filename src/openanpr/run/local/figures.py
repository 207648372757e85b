"""`openanpr figures ...`: what the public is shown of counts; a file of it verified without any node."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.verb import (
    BY,
    WHY,
    Take,
    Verb,
    add_data,
    add_group,
    data_of,
    fields,
    harmless,
    refused,
    rows,
)

if TYPE_CHECKING:
    from openanpr.publish.publication import ReadPublication

_PERIOD = Take("period", "the month, as 2026-09", path=True)
_FIGURES = rows("figure", "value", "unit", "about", nothing="nothing was counted")
_SUMMED = rows("figure", "value", "unit", "months", "about", nothing="nothing was counted")
_FACTS = rows("fact", "value", "about")
_COMPARED = rows("population", "agreement", "differing")
_LISTED = rows("period", "number", "kind", "entry", "digest", nothing="nothing is published yet")
_UNITS = {"count": "", "weight": "", "per-thousand": "per thousand"}


def _shown(answer: Any) -> str:  # noqa: ANN401 - JSON
    parts: list[str] = []
    for one in answer["files"]:
        document = one["document"]
        if one["kind"] == "note":
            parts.append(f"note {document['number']} of {document['said_at']}: {document['note']}")
            continue
        head = f"{document['period']}, counted at {document['counted_at']}, of {document['origin']}"
        parts += [head, _FIGURES([_figure(each) for each in document["figures"]])]
        parts += [_FACTS([{"fact": each["id"], **each} for each in document["facts"]])]
        left_out = [each for each in document["populations"] if "not_counted" in each]
        parts += [f"not counted: {each['id']}: {each['not_counted']}" for each in left_out]
    return "\n\n".join(parts)


def _figure(one: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    return {
        "figure": one["id"],
        "value": _value(one["value"]),
        "unit": _UNITS[one["unit"]],
        "about": one["about"],
    }


def _value(value: Any) -> str:  # noqa: ANN401 - as above
    if value is None:
        return "withheld"
    least, most = value["least"], value["most"]
    if least == most:
        return str(least)
    return f"at least {least}" if most is None else f"{least} to {most}"


VERBS = (
    Verb(
        "list",
        "what is published, by month",
        "GET",
        "/figures",
        lambda answer: _LISTED(answer["published"]),
    ),
    Verb("show", "the figures of a month, and notes on it", "GET", "/figures/{period}", _shown, (_PERIOD,)),
    Verb(
        "publish",
        "publish now what is due, and not within the hour",
        "POST",
        "/figures/publish",
        fields("published"),
    ),
    Verb(
        "note",
        "say something about a published month; no figure is changed",
        "POST",
        "/figures/{period}/notes",
        fields("period", "number", "entry", "digest"),
        (_PERIOD, Take("--note", "what is to be said; the public reads it", required=True), BY),
    ),
    Verb(
        "recompute",
        "count a published month anew from log and stores, and compare; logged first",
        "POST",
        "/figures/{period}/recount",
        lambda answer: _COMPARED(answer["populations"]),
        (_PERIOD, BY, WHY),
    ),
)


def add_figures(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    inner = add_group(commands, "figures", "counts for the public, each with its proof", VERBS)
    _add_sum(inner)
    _add_export(inner)
    _add_verify(inner)


def _add_export(inner: Any) -> None:  # noqa: ANN401 - as above
    help_ = "write the files of a month into a folder: its figures, and each note on it"
    parser = inner.add_parser("export", help=help_, description=help_, allow_abbrev=False)
    parser.add_argument("period", metavar="PERIOD", help="the month, as 2026-09")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder")
    add_data(parser)
    parser.set_defaults(command=_export)


def _add_sum(inner: Any) -> None:  # noqa: ANN401 - as above
    help_ = "what several published months show together: the sum of what each shows"
    parser = inner.add_parser("sum", help=help_, description=help_, allow_abbrev=False)
    parser.add_argument("first", metavar="FIRST", help="the first month, as 2026-01")
    parser.add_argument("last", metavar="LAST", help="the last month, as 2026-12")
    add_data(parser)
    parser.set_defaults(command=_sum)


def _add_verify(inner: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.publish.verify import add_arguments  # noqa: PLC0415 - one command does not load another

    help_ = "verify a published file, and with --log count it anew from an export of the log; needs no node"
    parser = inner.add_parser("verify", help=help_, description=help_, allow_abbrev=False)
    add_arguments(parser)
    parser.set_defaults(command=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    from openanpr.publish.verify import run  # noqa: PLC0415 - as above

    return run(arguments)


def _sum(arguments: argparse.Namespace) -> int:
    from openanpr.publish.longer import longer  # noqa: PLC0415 - as above
    from openanpr.publish.period import Month  # noqa: PLC0415 - as above
    from openanpr.publish.proof import parts_of  # noqa: PLC0415 - as above
    from openanpr.publish.publication import read_publication  # noqa: PLC0415 - as above
    from openanpr.run.local.ask import ask  # noqa: PLC0415 - loads httpx

    try:
        month, last = Month.parse(arguments.first), Month.parse(arguments.last)
        read: list[ReadPublication] = []
        while month <= last:
            answer = ask(data_of(arguments), "GET", f"/figures/{month}")
            read.append(read_publication(parts_of(answer["files"][0]["file"].encode("utf-8"))[0]))
            month = month.next
        found = longer(read)
    except (RefusedError, ValueError) as fault:
        return refused(RefusedError(str(fault)))
    told = [
        {
            "figure": one.figure.id,
            "value": "withheld" if one.value is None else str(one.value),
            "unit": _UNITS[one.figure.unit],
            "months": f"{one.months} of {len(read)}",
            "about": one.figure.about,
        }
        for one in found
    ]
    print(_SUMMED(harmless(told)))
    return ExitCode.DONE


def _export(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask  # noqa: PLC0415 - loads httpx

    try:
        answer = ask(data_of(arguments), "GET", f"/figures/{quote(arguments.period, safe='')}")
        for one in answer["files"]:
            print(_written(arguments.out, one))
    except RefusedError as refusal:
        return refused(refusal)
    print(f"the log's key, to be published where the figures are not:\n{harmless(answer['key'])}")
    return ExitCode.DONE


def _written(folder: Path, one: Any) -> Path:  # noqa: ANN401 - JSON
    """Write one file, the same however often; raises RefusedError."""
    name = f"figures-{one['period']}" + (f"-note-{one['number']}" if one["number"] else "")
    path = folder / f"{name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(one["file"], encoding="utf-8")
    except OSError as fault:
        raise RefusedError(f"{path} cannot be written ({fault.strerror})") from fault
    return path
