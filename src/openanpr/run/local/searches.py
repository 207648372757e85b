"""`openanpr search ...`, `openanpr approvals ...`, `openanpr cases ...`: all by the API."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.new_file import write_new
from openanpr.run.local.question_options import add_kinds, question_of, time_of
from openanpr.run.local.search_shown import brief, meter, results, search, searches, whole_case
from openanpr.run.local.verb import add_data, fields, harmless, refused, rows

Does: TypeAlias = Callable[[argparse.Namespace], int]
_CATEGORIES = ("priority-and-volume", "serious", "major", "counter-terrorism")


def add_search(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    inner = _group(commands, "search", "search the stored reads: measured, judged and written down first")
    measure = inner.add_parser("measure", help="how much a question would sweep in", allow_abbrev=False)
    add_kinds(measure, lambda one: _finish(one, _measure))
    ask = inner.add_parser("ask", help="ask for a search, and run it with --run", allow_abbrev=False)
    add_kinds(ask, _finish_ask)
    _on(inner, "list", "my searches, the newest first", "GET", "/searches", searches)
    one = "/searches/{search}"
    _on(inner, "show", "one search: what was asked and decided", "GET", one, search)
    _on(inner, "run", "run a search that is ready", "POST", f"{one}/run", results)
    _on(inner, "results", "the answer of the last run once more", "POST", f"{one}/results", results)
    _on(inner, "cancel", "stop a search that runs", "POST", f"{one}/cancel", fields())
    _on(inner, "withdraw", "take a search back", "POST", f"{one}/withdraw", search)
    read = _on(inner, "open", "open a read: all that is known of it", "POST", f"{one}/open-read", fields())
    _rows(read, many=False)
    place = _on(inner, "place", "open the place of a read", "POST", f"{one}/open-place", fields())
    _rows(place, many=False)
    picture = _saves(inner, "picture", "save a picture of a read", f"{one}/open-picture")
    _rows(picture, many=False)
    picture.add_argument("--picture", choices=("patch", "overview"), default="patch", help="which of them")
    _rows(_saves(inner, "print", "save rows as plain text to print", f"{one}/print"), many=True)
    export = _saves(inner, "export", "save rows as a file for somebody", f"{one}/export")
    _rows(export, many=True)
    export.add_argument("--form", choices=("csv", "json"), default="csv", help="the form of the file")
    export.add_argument("--recipient", required=True, help="to whom it goes")
    export.add_argument("--consulted", default="", help="of another force's reads: who of it, when and how")


def add_approvals(commands: Any) -> None:  # noqa: ANN401 - as above
    """Add the commands to argparse's `commands`."""
    inner = _group(commands, "approvals", "authorities for searches of others")
    _on(inner, "list", "what waits for an authority of mine", "GET", "/approvals", brief)
    one = "/approvals/{search}"
    _on(inner, "look", "look at a search that waits, whole", "POST", f"{one}/look", search)
    for name, told in (
        ("approve", "give the authority"),
        ("refuse", "refuse the authority"),
        ("confirm", "put an authority that was given by word of mouth in writing"),
        ("deny", "deny an authority that one is said to have given"),
    ):
        _why(_on(inner, name, told, "POST", f"{one}/{name}", search))


def add_cases(commands: Any) -> None:  # noqa: ANN401 - as above
    """Add the commands to argparse's `commands`."""
    inner = _group(commands, "cases", "cases that keep chosen reads and notes")
    shown = rows("case", "reference", "until", "opened_at", "closed_at", nothing="no case")
    _on(inner, "list", "my cases", "GET", "/cases", lambda answer: shown(answer["cases"]))
    opened = _on(inner, "open", "open a case", "POST", "/cases", fields())
    opened.add_argument("--reference", required=True, help="an open reference of the case system")
    opened.add_argument("--until", required=True, help="the last day on which it keeps what it holds")
    _on(inner, "show", "one case with what it holds and its notes", "GET", "/cases/{case}", whole_case)
    hold = _on(inner, "hold", "have a case keep reads of a search", "POST", "/cases/{case}/hold", fields())
    hold.add_argument("--search", required=True, help="the search")
    _rows(hold, many=True)
    _why(hold)
    held = _on(
        inner, "held", "open the reads that a case keeps", "POST", "/cases/{case}/holds/{hold}/open", _held
    )
    held.set_defaults(json=True)
    note = _on(inner, "note", "write a note", "POST", "/cases/{case}/notes", fields())
    note.add_argument("--text", required=True, help="the note")
    _why(_on(inner, "close", "close a case", "POST", "/cases/{case}/close", fields()))


def _held(answer: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(answer, indent=1)


def _group(commands: Any, name: str, told: str) -> Any:  # noqa: ANN401 - as above
    group = commands.add_parser(name, help=told, description=told, allow_abbrev=False)
    return group.add_subparsers(title="commands", metavar="COMMAND", required=True)


def _finish(one: argparse.ArgumentParser, does: Does) -> None:
    from openanpr.run.local.api import add_where  # noqa: PLC0415 - loads httpx

    add_data(one)
    add_where(one)
    one.add_argument("--json", action="store_true", help="print the node's answer as JSON")
    one.set_defaults(command=does)


def _finish_ask(one: argparse.ArgumentParser) -> None:
    one.add_argument("--category", choices=_CATEGORIES, default=_CATEGORIES[0], help="of the investigation")
    one.add_argument("--proactive", action="store_true", help="a pattern is looked for, no known incident")
    one.add_argument("--reference", default="", help="of the crime, incident or case")
    one.add_argument("--reason", required=True, help="why it is necessary and proportionate")
    one.add_argument("--objective", default="", help="of the intelligence, with --proactive")
    one.add_argument("--urgent", action="store_true", help="life or safety is at risk")
    one.add_argument("--for", dest="whom", default="", help="the name of whoever it is asked for")
    one.add_argument("--authority-by", help="who gave an authority by word of mouth: a sign-in name")
    one.add_argument("--authority-at", help="when, such as 2026-11-22T08:00:00Z")
    one.add_argument("--run", action="store_true", help="run it at once where it is ready")
    _finish(one, _ask)


def _on(inner: Any, name: str, told: str, method: str, path: str, show: Callable[[Any], str]) -> Any:  # noqa: ANN401 - as above
    """Add a command that asks one route; what stands in braces in `path` is an argument."""
    one = inner.add_parser(name, help=told, description=told, allow_abbrev=False)
    named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    for part in named:
        one.add_argument(part, metavar=part.upper(), help=f"the id of the {part}")

    def command(arguments: argparse.Namespace) -> int:
        def ask() -> None:
            from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - loads httpx

            at = path.format_map({part: getattr(arguments, part) for part in named})
            form = _form(arguments, named) if method == "POST" else None
            _print(arguments, call(where_of(arguments), method, at, form), show)

        return _tried(ask)

    _finish(one, command)
    return one


def _saves(inner: Any, name: str, told: str, path: str) -> argparse.ArgumentParser:  # noqa: ANN401 - as above
    """Add a command whose answer is a file."""
    one: argparse.ArgumentParser = inner.add_parser(name, help=told, description=told, allow_abbrev=False)
    one.add_argument("search", metavar="SEARCH", help="the id of the search")
    one.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="where to: a file that is not there yet"
    )

    def command(arguments: argparse.Namespace) -> int:
        def ask() -> None:
            from openanpr.run.local.api import fetch, where_of  # noqa: PLC0415 - loads httpx

            at = path.format(search=arguments.search)
            write_new(arguments.out, fetch(where_of(arguments), at, _form(arguments, ["search"])))
            print(arguments.out)

        return _tried(ask)

    _finish(one, command)
    return one


def _rows(one: argparse.ArgumentParser, *, many: bool) -> None:
    one.add_argument("--run", type=int, required=True, help="the run, as its answer names it")
    if many:
        one.add_argument("--rows", dest="numbers", type=int, nargs="+", required=True, help="numbers of rows")
    else:
        one.add_argument("--row", dest="number", type=int, required=True, help="the number of the row")


def _why(one: argparse.ArgumentParser) -> None:
    one.add_argument("--reason", required=True, help="why, in words of your own")


_OURS = frozenset({"command", "data", "url", "ca", "json", "out"})


def _form(arguments: argparse.Namespace, named: list[str]) -> dict[str, Any]:
    """Return what a command takes as the body of what is asked."""
    return {
        name: value
        for name, value in vars(arguments).items()
        if name not in _OURS and name not in named and value is not None
    }


def _measure(arguments: argparse.Namespace) -> int:
    def ask() -> None:
        from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - loads httpx

        form = {"question": question_of(arguments)}
        _print(arguments, call(where_of(arguments), "POST", "/searches/measure", form), meter)

    return _tried(ask)


def _ask(arguments: argparse.Namespace) -> int:
    def ask() -> None:
        from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - loads httpx

        where = where_of(arguments)
        told = call(where, "POST", "/searches", _asked(arguments))
        if not (arguments.run and told["state"] == "ready"):
            _print(arguments, told, search)
            return
        ran = call(where, "POST", f"/searches/{told['search']}/run")
        _print(arguments, ran, results)

    return _tried(ask)


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    form = {
        "question": question_of(arguments),
        "category": arguments.category,
        "stance": "proactive" if arguments.proactive else "reactive",
        "reference": arguments.reference,
        "reason": arguments.reason,
        "objective": arguments.objective,
        "urgent": arguments.urgent,
    }
    if arguments.whom:
        form["for_whom"] = {"name": arguments.whom}
    if (arguments.authority_by is None) != (arguments.authority_at is None):
        raise RefusedError("an authority by word of mouth has who gave it and when: both, or neither")
    if arguments.authority_by is not None:
        form["oral"] = {"by": arguments.authority_by, "given_at": time_of(arguments.authority_at)}
    return form


def _print(arguments: argparse.Namespace, answer: Any, show: Callable[[Any], str]) -> None:  # noqa: ANN401 - JSON
    print(json.dumps(answer, indent=1) if arguments.json else show(harmless(answer)))


def _tried(ask: Callable[[], None]) -> int:
    try:
        ask()
    except RefusedError as refusal:
        return refused(refusal)
    return ExitCode.DONE
