"""`openanpr subject-access ...`: what is held about somebody, decided, packed, handed over."""

from __future__ import annotations

import argparse
import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.new_file import write_new
from openanpr.run.local.verb import (
    BY,
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

_ONE = Take("access", "the id of the request", path=True)
_PATH = "/subject-access/{access}"
_VERDICTS = ("tell", "in-part", "withhold", "withhold-unsaid")
_KINDS = ("read", "alert", "searches")
_NUMBERS = Take("--numbers", "the number of an item; several times", many=True, kind=int)
_VERDICT = Take("--verdict", ", ".join(_VERDICTS), required=True, choices=_VERDICTS)
_EXEMPTION = Take(
    "--exemption", "the ground of DPA 2018, section 45(4), on which it is withheld", choices=tuple("abcde")
)
_REASON = Take("--reason", "why it is withheld, in this case", default="")


def _list(answer: Any) -> str:  # noqa: ANN401 - JSON
    return rows("access", "case", "state", "items", "opened_by", "counts", nothing="no request")(answer)


def _show(answer: Any) -> str:  # noqa: ANN401 - as above
    names = ("access", "case", "state", "due", "vrm", "since", "until", "entitlement", "proof", "counts")
    head = fields(*names, "sha256")(answer)
    items = [
        {**one, "told": ", ".join(f"{name} {value}" for name, value in one["facts"])}
        for one in answer["shown"]
    ]
    columns = ("number", "kind", "verdict", "exemption", "waits_for_second", "pictures", "list", "told")
    steps = rows("step", "at", "by", "items", "recipient", "entry", "why")(answer["steps"])
    return "\n".join([head, rows(*columns, nothing="nothing was found yet")(items), steps])


def _entries(answer: Any) -> str:  # noqa: ANN401 - as above
    return f"{len(answer['entries'])} entries of this list in request {answer['access']}: {answer['state']}"


VERBS = (
    Verb("list", "all requests for access, and where they stand", "GET", "/subject-access", _list),
    Verb("show", "a request: each item, and what becomes of it", "GET", _PATH, _show, (_ONE,)),
    Verb(
        "open",
        "begin on a case, with identity and entitlement proved; of the proof no copy is kept",
        "POST",
        "/subject-access",
        _show,
        (
            Take("--case", "the reference of the case", required=True),
            Take("--vrm", "a number plate; several times", many=True, required=True),
            Take("--since", "the first day asked about, such as 2026-01-01", required=True),
            Take("--until", "the last day asked about", required=True),
            Take(
                "--entitlement",
                "keeper, driver or representative",
                required=True,
                choices=("keeper", "driver", "representative"),
            ),
            Take("--proof", "what was shown: which documents, and who saw them", required=True),
            BY,
        ),
    ),
    Verb("find", "find what is held, by governed search", "POST", f"{_PATH}/find", _show, (_ONE, BY)),
    Verb(
        "decide",
        "decide upon items by number, or upon all of a kind that wait",
        "POST",
        f"{_PATH}/decide",
        _show,
        (
            _ONE,
            _VERDICT,
            _NUMBERS,
            Take("--kind", "all items of this kind that wait", choices=_KINDS),
            _EXEMPTION,
            _REASON,
            BY,
        ),
    ),
    Verb(
        "inbox",
        "the entries that wait for the owners of their lists",
        "GET",
        "/subject-access/entries",
        rows("access", "case", "list", "number", "vrm", "due", nothing="no entry waits"),
    ),
    Verb(
        "entries",
        "decide as the owner of a list upon its entries",
        "POST",
        f"{_PATH}/entries",
        _entries,
        (
            _ONE,
            Take("--list", "the name of the list", required=True),
            _VERDICT,
            _NUMBERS,
            _EXEMPTION,
            _REASON,
            BY,
        ),
    ),
    Verb(
        "confirm",
        "agree as a second person with what is withheld",
        "POST",
        f"{_PATH}/confirm",
        _show,
        (_ONE, _NUMBERS, BY),
    ),
    Verb(
        "send-back",
        "say as a second person that something is not to be withheld so",
        "POST",
        f"{_PATH}/send-back",
        _show,
        (_ONE, _NUMBERS, Take("--why", "why not", required=True), BY),
    ),
    Verb("pack", "make the reply pack; nothing leaves yet", "POST", f"{_PATH}/pack", _show, (_ONE, BY)),
)


def add_subject_access(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    inner = add_group(commands, "subject-access", "what is held about somebody who asks", VERBS)
    told = "hand the pack over: its digest is in the audit log before it is saved"
    out = inner.add_parser("hand-over", help=told, description=told, allow_abbrev=False)
    out.add_argument("access", metavar="ACCESS", help=_ONE.help)
    out.add_argument("--recipient", metavar="RECIPIENT", required=True, help="to whom, and by which way")
    out.add_argument("--to", metavar="FILE", type=Path, required=True, help="a file that is not there yet")
    out.add_argument("--by", metavar="BY", help=BY.help)
    add_data(out)
    out.set_defaults(command=_hand_over)


def _refuse_there(path: Path) -> None:
    """Refuse before anything is handed over and logged."""
    if path.exists():
        raise RefusedError(f"{path} is there already: give another name")


def _hand_over(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask, login_name  # noqa: PLC0415 - loads httpx

    data = data_of(arguments)
    form = {"recipient": arguments.recipient, "by": arguments.by or login_name(data)}
    path = f"/subject-access/{quote(arguments.access, safe='')}/hand-over"
    try:
        _refuse_there(arguments.to)
        answer = ask(data, "POST", path, form=form)
        write_new(arguments.to, base64.b64decode(answer["body"]))
    except RefusedError as refusal:
        return refused(refusal)
    print(f"{arguments.to}: SHA-256 {harmless(answer['sha256'])}, entry {answer['entry']} of the audit log")
    return ExitCode.DONE
