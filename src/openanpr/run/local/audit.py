"""`openanpr audit ...`: the log of acts as its node has it, and an exported one verified without any node."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any, cast

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.verb import (
    BY,
    WHY,
    Take,
    Verb,
    add_data,
    add_verb,
    data_of,
    fields,
    harmless,
    refused,
    rows,
)


def _shown(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines = [{**one, "public": _public(one["public"])} for one in answer["entries"]]
    table = rows("index", "at", "act", "public", nothing="no entry")(lines)
    more = answer["next"]
    return table if more is None else f"{table}\nmore: --first {more}"


def _newest(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines = [{**one, "public": _public(one["public"])} for one in answer["entries"]]
    table = rows("index", "at", "act", "public", nothing="no entry")(lines)
    more = answer["next"]
    return table if more is None else f"{table}\nmore: --before {more}"


def _public(public: dict[str, Any]) -> str:
    return " ".join(f"{n}={_listed(value)}" for n, value in public.items())


def _listed(value: Any) -> str:  # noqa: ANN401 - as above
    return ",".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)


def _note(answer: Any) -> str:  # noqa: ANN401 - JSON
    return str(answer["note"]).rstrip("\n")


VERBS = (
    Verb("status", "how the log does", "GET", "/audit", fields()),
    Verb(
        "show",
        "what anybody may see of the entries",
        "GET",
        "/audit/entries",
        _shown,
        (
            Take("--first", "from this number on", query=True),
            Take("--most", "so many, up to 1,000", query=True),
            Take("--act", "of this act alone, such as list-change", query=True),
        ),
    ),
    Verb(
        "newest",
        "what anybody may see of the newest entries",
        "GET",
        "/audit/newest",
        _newest,
        (
            Take("--before", "from this number down", query=True),
            Take("--most", "so many, up to 200", query=True),
            Take("--act", "of this act alone, such as list-change", query=True),
        ),
    ),
    Verb(
        "prove",
        "an entry with the proof that it is in the log; nothing in it opens the entry",
        "GET",
        "/audit/entries/{index}",
        lambda answer: str(answer["proof"]).rstrip("\n"),
        (Take("index", "the number of the entry", path=True, kind=int),),
    ),
    Verb(
        "find",
        "the entries that name a person, the newest first; logged before any is opened",
        "POST",
        "/audit/find",
        _newest,
        (
            Take("person", "the person's sign-in name"),
            Take("--reference", "the case that it is for", required=True),
            WHY,
            Take("--act", "of this act alone", default=""),
            Take("--before", "from this number down", kind=int),
            BY,
        ),
    ),
    Verb(
        "erase-openings",
        "erase what opens entries of more than so many days ago; the log stays whole",
        "POST",
        "/audit/erase-openings",
        lambda answer: f"erased {answer['openings']} openings of {answer['entries']} entries",
        (Take("--older-than-days", "how many days", required=True, kind=int), BY, WHY),
    ),
)


def add_audit(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    told = "the log of acts of law: shown, put out, verified, signed by witnesses"
    group = commands.add_parser("audit", help=told, description=told, allow_abbrev=False)
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for verb in VERBS:
        add_verb(inner, verb)
    _add_text(inner, "checkpoint", "print the latest checkpoint, to lodge it where the log is not")
    lodge = _add_text(inner, "lodge", "print what a witness is handed that saw the log at a size")
    lodge.add_argument("old_size", metavar="OLD_SIZE", type=int, help="the size that it saw last; 0: never")
    _add_export(inner)
    _add_cosign(inner)
    _add_disclose(inner)
    _add_verify(inner)
    _add_offline(inner)


def _add_text(inner: Any, name: str, help_: str) -> argparse.ArgumentParser:  # noqa: ANN401 - as above
    parser = inner.add_parser(name, help=help_, description=help_, allow_abbrev=False)
    add_data(parser)
    parser.set_defaults(command=partial(_text, name))
    return parser


def _add_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="BY", help="who does it (default: who is logged in here)")
    add_data(parser)


def _add_export(inner: Any) -> None:  # noqa: ANN401 - as above
    help_ = "put the log out into a new folder, for anybody to verify: nothing in it opens an entry"
    parser = inner.add_parser("export", help=help_, description=help_, allow_abbrev=False)
    parser.add_argument("out", metavar="OUT", type=Path, help="the new folder")
    _add_by(parser)
    parser.set_defaults(command=_export)


def _add_cosign(inner: Any) -> None:  # noqa: ANN401 - as above
    help_ = "put a witness's signature under the latest checkpoint"
    parser = inner.add_parser("cosign", help=help_, description=help_, allow_abbrev=False)
    parser.add_argument("line", metavar="LINE", help="the line that the witness answered with, or its file")
    parser.add_argument("--witness", metavar="KEY", required=True, help="the witness's key, or its file")
    _add_by(parser)
    parser.set_defaults(command=_cosign)


def _add_disclose(inner: Any) -> None:  # noqa: ANN401 - as above
    help_ = "open one entry for somebody, with the proof that it is the one that was logged; logged first"
    parser = inner.add_parser("disclose", help=help_, description=help_, allow_abbrev=False)
    parser.add_argument("index", metavar="INDEX", type=int, help="the number of the entry")
    parser.add_argument("--recipient", metavar="WHO", required=True, help="who gets it")
    parser.add_argument("--reference", metavar="CASE", required=True, help="the case that it is for")
    parser.add_argument("--why", metavar="WHY", required=True, help="why")
    parser.add_argument("--out", metavar="FILE", type=Path, help="into a new file (default: printed)")
    _add_by(parser)
    parser.set_defaults(command=_disclose)


def _add_verify(inner: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.audit.verify import add_arguments  # noqa: PLC0415 - one command does not load another

    help_ = "verify an exported log, in a folder or at a URL, or a disclosed entry; needs no node"
    parser = inner.add_parser("verify", help=help_, description=help_, allow_abbrev=False)
    add_arguments(parser)
    parser.set_defaults(command=_verify)


def _add_offline(inner: Any) -> None:  # noqa: ANN401 - as above
    """Add what is done to the log of a node that is stopped."""
    for name, help_ in (
        ("begin", "make the log of a stopped node that has kept things without one"),
        ("renew", "end the log of a stopped node, and begin one with another key that goes on from it"),
    ):
        parser = inner.add_parser(name, help=help_, description=help_, allow_abbrev=False)
        if name == "renew":
            parser.add_argument("--why", metavar="WHY", required=True, help="why the key is changed")
            parser.add_argument("--by", metavar="BY", help="who does it (default: who is logged in here)")
        parser.add_argument("--settings", metavar="FILE", type=Path, help="its settings (default: node.toml)")
        add_data(parser)
        parser.set_defaults(command=partial(_offline, name))


def _offline(name: str, arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import named_data  # noqa: PLC0415 - loads httpx
    from openanpr.run.node.command import begin_audit_log, renew_audit_log  # noqa: PLC0415 - loads a node
    from openanpr.run.node.home import Home  # noqa: PLC0415 - as above

    named = hasattr(arguments, "data") or named_data() is not None
    home = Home(data_of(arguments), arguments.settings, named)
    try:
        if name == "begin":
            key = begin_audit_log(home)
        else:
            key = renew_audit_log(home, by=_by(arguments), why=arguments.why)
    except RefusedError as refusal:
        return refused(refusal)
    print(f"the log's key, to be published where the log is not:\n{key}")
    return ExitCode.DONE


def _verify(arguments: argparse.Namespace) -> int:
    from openanpr.audit.verify import run  # noqa: PLC0415 - as above

    if arguments.folder is None or "://" not in arguments.folder:
        return run(arguments)
    from openanpr.run.audit_fetch import FetchError, fetched  # noqa: PLC0415 - only this goes to the network

    try:
        with fetched(arguments.folder) as folder:
            arguments.folder = str(folder)
            return run(arguments)
    except FetchError as fault:
        print(f"openanpr: {fault}", file=sys.stderr)
        return ExitCode.REFUSED


def _text(name: str, arguments: argparse.Namespace) -> int:
    query = {"old_size": str(arguments.old_size)} if name == "lodge" else {}
    try:
        answer = _ask(arguments, "GET", f"/audit/{name}", query=query)
    except RefusedError as refusal:
        return refused(refusal)
    sys.stdout.write(answer["body" if name == "lodge" else "note"])
    return ExitCode.DONE


def _export(arguments: argparse.Namespace) -> int:
    form = {"destination": str(arguments.out.resolve()), "by": _by(arguments)}
    return _told(arguments, "export", form, fields("destination", "entries", "key"))


def _cosign(arguments: argparse.Namespace) -> int:
    form = {"line": _given(arguments.line), "witness": _given(arguments.witness), "by": _by(arguments)}
    return _told(arguments, "cosign", form, _note)


def _disclose(arguments: argparse.Namespace) -> int:
    form = {name: getattr(arguments, name) for name in ("index", "recipient", "reference", "why")}
    form["by"] = _by(arguments)
    try:
        answer = _ask(arguments, "POST", "/audit/disclose", form=form)
        if arguments.out is None:
            sys.stdout.write(answer["disclosure"])
        else:
            _write_new(arguments.out, answer["disclosure"])
    except RefusedError as refusal:
        return refused(refusal)
    return ExitCode.DONE


def _write_new(path: Path, text: str) -> None:
    """Write a file that only its owner may read; raises RefusedError where there is one."""
    import os  # noqa: PLC0415 - for this alone

    try:
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError as fault:
        raise RefusedError(f"{path} cannot be written ({fault.strerror}): the entry was not shown") from fault


def _told(arguments: argparse.Namespace, verb: str, form: dict[str, Any], show: Any) -> int:  # noqa: ANN401 - as above
    try:
        print(show(harmless(_ask(arguments, "POST", f"/audit/{verb}", form=form))))
    except RefusedError as refusal:
        return refused(refusal)
    return ExitCode.DONE


def _ask(arguments: argparse.Namespace, method: str, path: str, **more: Any) -> Any:  # noqa: ANN401 - as above
    from openanpr.run.local.ask import ask  # noqa: PLC0415 - loads httpx

    return ask(data_of(arguments), method, path, **more)


def _by(arguments: argparse.Namespace) -> str:
    from openanpr.run.local.ask import login_name  # noqa: PLC0415 - as above

    return arguments.by or login_name(data_of(arguments))


def _given(text: str) -> str:
    """Return what was given, or what is in the file of that name; raises RefusedError."""
    path = Path(text)
    if "+" in text or text.startswith("—") or not path.is_file():
        return text
    try:
        return path.read_text(encoding="utf-8").strip("\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise RefusedError(f"{path} cannot be read as text: give the text itself") from fault
