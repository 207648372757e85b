"""`openanpr alerts ...`: queues, the live stream, and a person's steps."""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.verb import (
    AS,
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

_LOOKS = (
    AS,
    Take(
        "--roles",
        "the roles they have, with commas (default: control-room)",
        query=True,
        default="control-room",
    ),
    Take("--teams", "the teams they belong to, with commas", query=True),
    Take("--forces", "the forces they answer for, with commas (default: all)", query=True),
    Take("--areas", "the areas they answer for, with commas (default: all)", query=True),
)
_ID = Take("alert_id", "the alert's id", path=True)
_SHOWN = Take("--shown", "how many hits of it you had in view", required=True, kind=int)
_NOTE = Take("--note", "a note", default="")


def line_of(alert: Any, step: str = "") -> str:  # noqa: ANN401 - JSON
    """Return one alert as a line for a person."""
    hit = alert["strongest"]
    marks = [name for name in ("late", "clock_doubtful", "list_stale") if hit[name]]
    read = "" if hit["vrm_read"] == hit["vrm_listed"] else f" read as {hit['vrm_read']}"
    return " ".join(
        part
        for part in (
            alert["last_at"],
            step,
            alert["advice"].upper().replace("_", " "),
            f"{hit['vrm_listed']}{read}",
            f"{hit['kind']} ({hit['reason']})",
            f"p {hit['probability']:.3f}",
            f"camera {hit['camera']}",
            f"list {alert['list_id']} ({alert['list_kind']})",
            f"{alert['hits']} hit{'' if alert['hits'] == 1 else 's'}",
            ", ".join(marks),
            f"[{alert['state']}]",
            alert["id"],
        )
        if part
    )


def _queues(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines: list[str] = []
    for kind in ("crime", "mass"):
        lines.append(f"{kind}: {answer[kind]['waiting']} waiting")
        lines += [f"  {line_of(alert)}" for alert in answer[kind]["alerts"]]
    return "\n".join(lines)


def _alert(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines = [line_of(answer["alert"]), f"possible now: {', '.join(answer['possible'])}"]
    steps = rows("number", "at", "kind", "by", "check", "to", "note")
    return "\n".join([*lines, steps(answer["steps"])] if "steps" in answer else lines)


def _step(name: str, help_: str, *more: Take) -> Verb:
    takes = (_ID, _SHOWN, *more, *_LOOKS)
    return Verb(name, help_, "POST", "/alerts/{alert_id}/steps", _alert, takes, says={"do": name})


VERBS = (
    Verb("queue", "what waits for an answer", "GET", "/alerts/queues", _queues, _LOOKS),
    Verb("show", "one alert with its hits and steps", "GET", "/alerts/{alert_id}", _alert, (_ID, *_LOOKS)),
    _step("see", "take note of it", _NOTE),
    _step(
        "check",
        "say what the picture shows",
        Take(
            "--check",
            "what you found",
            required=True,
            choices=("match", "misread", "wrong_vehicle", "stale_entry", "possible_clone", "cannot_check"),
        ),
        _NOTE,
    ),
    _step("task", "give it to a unit", Take("--to", "the unit's call sign", required=True), _NOTE),
    _step(
        "close",
        "say what came of it",
        Take("--outcome", "the outcome, such as arrest or misread", required=True),
        Take("--reason", "why nobody went (with not_responded)"),
        Take("--offence", "the offence (with arrest)", default=""),
        _NOTE,
    ),
    Verb(
        "figures",
        "what came of the alerts, by list",
        "GET",
        "/alerts/figures",
        rows("list_id", "alerts", "hits", "answered", "closed", "misread_share", "outcomes"),
        _LOOKS,
    ),
    Verb(
        "feedback",
        "what an owner is told of outcomes",
        "GET",
        "/feedback/{name}",
        rows("at", "alert", "outcome", "put_right", "by", "note"),
        (Take("name", "the owner", path=True),),
    ),
    Verb(
        "dead-letters",
        "webhooks that were given up",
        "GET",
        "/webhooks/dead",
        rows("endpoint", "message_id", "tries", "status", "begun_at"),
    ),
    Verb(
        "send-again",
        "send a dead letter again",
        "POST",
        "/webhooks/dead/{endpoint}/{message_id}",
        fields("endpoint", "message_id", "state"),
        (Take("endpoint", "the endpoint", path=True), Take("message_id", "the message", path=True)),
    ),
)


def add_alerts(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    group = add_group(commands, "alerts", "alerts: the live stream, queues, steps and outcomes", VERBS)
    watch = group.add_parser("watch", help="print alerts as they come, until stopped", allow_abbrev=False)
    for take in _LOOKS:
        watch.add_argument(take.name, dest=take.key, help=take.help, default=take.default)
    watch.add_argument("--json", action="store_true", help="print each event as a line of JSON")
    add_data(watch)
    watch.set_defaults(command=_watch)
    pictures = group.add_parser("pictures", help="save the pictures of an alert's hits", allow_abbrev=False)
    pictures.add_argument("alert_id", metavar="ALERT_ID", help=_ID.help)
    pictures.add_argument("--to", metavar="DIR", type=Path, required=True, help="the folder to save them in")
    for take in _LOOKS:
        pictures.add_argument(take.name, dest=take.key, help=take.help, default=take.default)
    add_data(pictures)
    pictures.set_defaults(command=_pictures)


def _pictures(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask, login_name  # noqa: PLC0415 - loads httpx

    query = {t.key: getattr(arguments, t.key) or "" for t in _LOOKS}
    query["as"] = query["as"] or login_name(data_of(arguments))
    try:
        path = f"/alerts/{quote(arguments.alert_id, safe='')}/pictures"
        found = ask(data_of(arguments), "GET", path, query=query)
        arguments.to.mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in found:
            at = "".join(c for c in one["captured_at"] if c.isdigit())
            name = f"{at}-{one['camera'].replace('/', '-')}-{one['kind']}.jpg"
            (arguments.to / name).write_bytes(base64.b64decode(one["jpeg"]))
            print(arguments.to / name)
    except RefusedError as refusal:
        return refused(refusal)
    except OSError as fault:
        return refused(RefusedError(f"the pictures cannot be saved: {fault.strerror}"))
    if not found:
        print("no picture of its hits is here yet", file=sys.stderr)
    return ExitCode.DONE


def _watch(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import listen, login_name  # noqa: PLC0415 - loads httpx

    query = {t.key: getattr(arguments, t.key) or "" for t in _LOOKS}
    query["as"] = query["as"] or login_name(data_of(arguments))
    try:
        for event in listen(data_of(arguments), "/alerts/stream", query=query):
            if event.get("event") != "alert":
                continue
            said = harmless(json.loads(event["data"]))
            told = event["data"] if arguments.json else line_of(said["alert"], said["step"]["kind"])
            print(told, flush=True)
    except RefusedError as refusal:
        return refused(refusal)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the end would fail to flush
        return ExitCode.NOBODY_LISTENS
    except KeyboardInterrupt:
        pass
    return ExitCode.DONE
