"""`openanpr review ...`: samples and signals looked at by reviewers, all by the API."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.verb import add_data, fields, harmless, refused, rows

Show = Callable[[Any], str]
_OURS = frozenset({"command", "data", "url", "ca", "json", "item", "search"})
_HEADS = rows(
    "item", "kinds", "strength", "about", "searches", "raised_at", "taken_by", "overdue", nothing="nothing"
)
_SEARCHES = rows(
    "search", "at", "asked_by", "asked_for", "team", "category", "kind", "cameras", "days", "came", "rows",
    "opened", "kept", "reference", "reason", nothing="none of its searches is kept any more",
)  # fmt: skip


def add_review(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    told = "searches looked at afterwards: samples, signals of misuse, findings"
    group = commands.add_parser("review", help=told, description=told, allow_abbrev=False)
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _on(inner, "queue", "what I may review, the oldest first", "GET", "/review", _queue)
    _on(inner, "signals", "of it the signals, each explained", "GET", "/review", _signals)
    _on(inner, "round", "have a round done now and not tonight", "POST", "/review/round", fields())
    _on(inner, "figures", "counts of the last 90 days", "GET", "/review/figures", fields())
    one = "/review/{item}"
    _on(inner, "take", "take an item in hand and see its searches", "POST", f"{one}/take", _whole)
    _on(inner, "look", "look at an item", "POST", f"{one}/look", _whole)
    _on(inner, "give-back", "put an item back", "POST", f"{one}/give-back", fields())
    opened = "open the marks that a search of an item in hand named; logged first"
    _on(inner, "open", opened, "POST", f"{one}/searches/{{search}}/open", fields())
    finding = _on(inner, "finding", "give a finding on an item in hand", "POST", f"{one}/finding", _item)
    finding.add_argument(
        "--outcome", required=True, choices=("proper", "improper", "unclear"), help="what it is"
    )
    finding.add_argument("--text", required=True, help="why")
    finding.add_argument(
        "--remedy",
        choices=("none", "advice", "training", "access-review", "professional-standards"),
        default="none",
        help="what is to follow",
    )
    refer = _on(inner, "refer", "refer an item to professional standards", "POST", f"{one}/refer", _item)
    refer.add_argument("--why", required=True, help="why")
    mine = rows("search", "outcome", "remedy", "at", nothing="no finding")
    _on(
        inner,
        "mine",
        "findings on my own searches",
        "GET",
        "/me/findings",
        lambda answer: mine(answer["findings"]),
    )


def _on(inner: Any, name: str, told: str, method: str, path: str, show: Show) -> argparse.ArgumentParser:  # noqa: ANN401 - as above
    """Add a command that asks one route; what stands in braces in `path` is an argument."""
    from openanpr.run.local.api import add_where  # noqa: PLC0415 - loads httpx

    one: argparse.ArgumentParser = inner.add_parser(name, help=told, description=told, allow_abbrev=False)
    for part in (part[1:-1] for part in path.split("/") if part.startswith("{")):
        one.add_argument(part, metavar=part.upper(), help=f"the id of the {part}")
    add_data(one)
    add_where(one)
    one.add_argument("--json", action="store_true", help="print the node's answer as JSON")

    def command(arguments: argparse.Namespace) -> int:
        from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - as above

        said = vars(arguments)
        form = {key: value for key, value in said.items() if key not in _OURS and value is not None}
        try:
            answer = call(
                where_of(arguments), method, path.format_map(said), form if method == "POST" else None
            )
        except RefusedError as refusal:
            return refused(refusal)
        print(json.dumps(answer, indent=1) if arguments.json else show(harmless(answer)))
        return ExitCode.DONE

    one.set_defaults(command=command)
    return one


def _queue(answer: Any) -> str:  # noqa: ANN401 - JSON
    return f"{_HEADS([_head(one) for one in answer['items']])}\n{_last_round(answer['last_round'])}"


def _signals(answer: Any) -> str:  # noqa: ANN401 - as above
    told = [_item(one) for one in answer["items"] if one["origin"] == "signal"]
    return "\n\n".join([*(told or ["no signal"]), _last_round(answer["last_round"])])


def _whole(answer: Any) -> str:  # noqa: ANN401 - as above
    gone = f"\n{answer['gone']} of its searches are no longer kept" if answer["gone"] else ""
    lines = [
        {**one, "asked_by": _who(one["asked_by"]), "asked_for": _who(one["asked_for"])}
        for one in answer["searches"]
    ]
    return f"{_item(answer['item'])}\n\n{_SEARCHES(lines)}{gone}"


def _item(one: Any) -> str:  # noqa: ANN401 - as above
    lines = [
        f"{one['item']}  {', '.join(one['kinds'])}" + (f"  ({one['strength']})" if one["strength"] else ""),
        f"about {_who(one['about'])}: {one['why']}",
    ]
    if one["innocent"]:
        lines.append(f"It may be innocent: {one['innocent']}")
    if one["finding"]:
        lines.append(
            f"found {one['finding']['outcome']}, remedy {one['finding']['remedy']}: {one['finding']['text']}"
        )
    if one["referral"]:
        lines.append(f"referred to professional standards: {one['referral']['why']}")
    return "\n".join(lines)


def _head(one: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    return {**one, "about": _who(one["about"])}


def _who(person: Any) -> str:  # noqa: ANN401 - as above
    return str(person["login"] or person["account"])


def _last_round(done: Any) -> str:  # noqa: ANN401 - as above
    if done is None:
        return "no round was done yet"
    missing = "".join(f"\nnot worked out: {one['kind']}: {one['why']}" for one in done["not_computed"])
    return f"last round {done['at']}: {done['searches']} searches, {done['raised']} new items{missing}"
