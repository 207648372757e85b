"""`openanpr challenges ...`: the challenge of an entry, from its case to the last device."""

from __future__ import annotations

from typing import Any

from openanpr.run.local.verb import BY, WHY, Take, Verb, add_group, fields, rows

_ONE = Take("challenge", "the id of the challenge", path=True)
_PATH = "/challenges/{challenge}"
_LIST = Take("--list", "the name of the list", required=True)
_ANSWERS = ("stands", "corrected", "removed", "marker-changed")
_OUTCOMES = ("fixed", "stands", "misreads", "nothing-found")


def _list(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines = [{**one, "confirm": f"{one['confirmed']} of {one['devices']}"} for one in answer]
    return rows("challenge", "case", "state", "waiting", "due", "confirm", nothing="no challenge")(lines)


def _show(answer: Any) -> str:  # noqa: ANN401 - as above
    head = fields("challenge", "case", "state", "vrm", "since", "until")(answer)
    columns = ("list", "owner", "due", "alerts", "exact", "possible", "misread", "entries", "by_misreads")
    nothing = "no open list raised an alert or has the vehicle" if answer["looked"] else "not looked yet"
    lists = rows(*columns, "answer", "revision", nothing=nothing)(answer["lists"])
    rivals = [
        f"{one['list']}: read as {_names(one['rivals'])}; listed as {_names(one['listed'])}"
        for one in answer["lists"]
    ]
    steps = rows("step", "at", "by", "list", "answer", "device", "outcome", "why")(answer["steps"])
    return "\n".join([head, lists, *rivals, *map(_confirmed, answer["confirmations"]), steps])


def _names(found: list[str]) -> str:
    return ", ".join(found) or "-"


def _confirmed(one: Any) -> str:  # noqa: ANN401 - as above
    told = (
        f"{one['confirmed']} of {one['devices']} devices confirm revision {one['revision']} of {one['list']}"
    )
    silent = f"; silent: {', '.join(one['silent'])}" if one["silent"] else ""
    explained = f"; explained: {', '.join(one['explained'])}" if one["explained"] else ""
    return f"{told}{silent}{explained}"


VERBS = (
    Verb(
        "list", "all challenges, with who must answer and what devices confirm", "GET", "/challenges", _list
    ),
    Verb("show", "a challenge: lists, misreads, answers, devices", "GET", _PATH, _show, (_ONE,)),
    Verb(
        "open",
        "begin a challenge on a case of somebody who keeps being stopped",
        "POST",
        "/challenges",
        _show,
        (
            Take("--case", "the reference of the case", required=True),
            Take("--vrm", "the number plate", required=True),
            Take("--since", "the first day asked about, such as 2026-11-01", required=True),
            Take("--until", "the last day asked about", required=True),
            BY,
        ),
    ),
    Verb(
        "look",
        "look which lists raised alerts for the vehicle, and put it before their owners",
        "POST",
        f"{_PATH}/look",
        _show,
        (_ONE, BY),
    ),
    Verb(
        "answer",
        "answer for a list: the entry stands, or by which approved change it was put right",
        "POST",
        f"{_PATH}/answer",
        _show,
        (
            _ONE,
            _LIST,
            Take("--answer", ", ".join(_ANSWERS), required=True, choices=_ANSWERS),
            Take("--proposal", "the number of the change that was approved", kind=int),
            WHY,
            BY,
        ),
    ),
    Verb(
        "explain",
        "say why a device is silent about the change, and what becomes of what it holds",
        "POST",
        f"{_PATH}/explain",
        _show,
        (_ONE, _LIST, Take("--device", "the id of the device", required=True), WHY, BY),
    ),
    Verb(
        "close",
        "end a challenge; as fixed only once every device confirms or is explained",
        "POST",
        f"{_PATH}/close",
        _show,
        (_ONE, Take("--outcome", ", ".join(_OUTCOMES), required=True, choices=_OUTCOMES), WHY, BY),
    ),
)


def add_challenges(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    add_group(commands, "challenges", "challenges of entries, followed to every device", VERBS)
