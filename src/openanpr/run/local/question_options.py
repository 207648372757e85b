"""What is asked of stored reads, as options of a command: a kind of question, and why it is asked."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from openanpr.run.exit_code import RefusedError

_KINDS = {
    "one-vehicle": "where and when a mark was read",
    "part-of-a-mark": "which marks of a form were read: ? is one character, * any run",
    "last-seen": "when and where a mark was read last",
    "was-it-there": "whether a mark was read at a place, and what could have seen it",
    "place-and-time": "what passed a place",
    "common-plates": "which marks were read at several scenes",
    "convoy": "which vehicles were read beside a mark by the same cameras, again and again",
    "list-of-vehicles": "where and when each mark of a list was read",
}
_SPELLINGS = ("exact", "same-shape", "misread")


def add_kinds(parser: argparse.ArgumentParser, finish: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add one command for each kind of question; `finish` adds what goes with all of them."""
    kinds = parser.add_subparsers(title="kinds", metavar="KIND", required=True)
    for kind, told in _KINDS.items():
        one = kinds.add_parser(kind, help=told, description=told, allow_abbrev=False)
        one.set_defaults(kind=kind)
        _add_own(one, kind)
        finish(one)


def _add_own(one: argparse.ArgumentParser, kind: str) -> None:
    if kind == "common-plates":
        one.add_argument(
            "--scene", action="append", required=True, help="SINCE,UNTIL,PLACE; may be given again"
        )
        one.add_argument("--at-least", type=int, default=2, help="at how many of the scenes (default: 2)")
        return
    if kind == "part-of-a-mark":
        one.add_argument("pattern", metavar="PATTERN", help="such as 'AB12*'")
    elif kind == "list-of-vehicles":
        one.add_argument("marks", metavar="MARK", nargs="+", help="the marks")
    elif kind != "place-and-time":
        one.add_argument("mark", metavar="MARK", help="the mark, with or without its space")
    if kind == "convoy":
        one.add_argument(
            "--within", type=int, default=5, help="within so many minutes of it, 1 to 30 (default: 5)"
        )
        one.add_argument("--at-least", type=int, default=3, help="at least so often (default: 3)")
    if kind in {"was-it-there", "place-and-time"}:
        one.add_argument(
            "--place",
            required=True,
            help="cameras (53/1/7,53/1/8), LAT,LON,METRES, or corners LAT,LON;LAT,LON;...",
        )
    if kind == "place-and-time":
        one.add_argument("--direction", choices=("towards", "away"), help="of one direction only")
        one.add_argument("--style", action="append", help="of this style of plate; may be given again")
    elif kind != "part-of-a-mark":
        one.add_argument(
            "--spellings", choices=_SPELLINGS, default="same-shape", help="which spellings answer"
        )
    one.add_argument("--since", help="from when on: a time with its zone, or a day (default: --days ago)")
    one.add_argument("--until", help="to before when (default: now)")
    one.add_argument("--days", type=float, help="so many days back from --until")


def question_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the question that the options say; raises RefusedError."""
    kind: str = arguments.kind
    if kind == "common-plates":
        scenes = [_scene(text) for text in arguments.scene]
        return {"kind": kind, "scenes": scenes, "at_least": arguments.at_least}
    told: dict[str, Any] = {"kind": kind, **_times(arguments)}
    for name in ("mark", "pattern", "marks", "spellings", "direction"):
        if getattr(arguments, name, None):
            told[name] = getattr(arguments, name)
    if kind == "convoy":
        told |= {"within_min": arguments.within, "at_least": arguments.at_least}
    if getattr(arguments, "style", None):
        told["styles"] = arguments.style
    if getattr(arguments, "place", None):
        told["where"] = place_of(arguments.place)
    return told


def place_of(text: str) -> dict[str, Any]:
    """Return the place that a text names; raises RefusedError."""
    if "/" in text:
        return {"by": "cameras", "cameras": [one.strip() for one in text.split(",")]}
    try:
        if ";" in text:
            corners = [[float(n) for n in corner.split(",")] for corner in text.split(";")]
            return {"by": "area", "corners": [{"lat": lat, "lon": lon} for lat, lon in corners]}
        lat, lon, metres = (float(n) for n in text.split(","))
    except ValueError:
        raise RefusedError(
            "a place is cameras (53/1/7,53/1/8), a point with metres (51.86,-2.24,500), or corners with ; "
            "between them"
        ) from None
    return {"by": "radius", "centre": {"lat": lat, "lon": lon}, "radius_m": metres}


def time_of(text: str) -> str:
    """Return a time with its zone; a day is its beginning in UTC. Raises RefusedError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError("a time is written 2026-11-22T08:00:00Z, a day 2026-11-22") from None
    if len(text) <= len("2026-11-22"):
        found = found.replace(tzinfo=UTC)
    if found.tzinfo is None:
        raise RefusedError("say the zone of a time: 2026-11-22T08:00:00Z or +01:00")
    return found.isoformat()


def _times(arguments: argparse.Namespace) -> dict[str, str]:
    until = time_of(arguments.until) if arguments.until else datetime.now(UTC).isoformat()
    if (arguments.since is None) == (arguments.days is None):
        raise RefusedError("say from when on: --since, or --days back")
    if arguments.since:
        return {"since": time_of(arguments.since), "until": until}
    return {
        "since": (datetime.fromisoformat(until) - timedelta(days=arguments.days)).isoformat(),
        "until": until,
    }


def _scene(text: str) -> dict[str, Any]:
    since, _, rest = text.partition(",")
    until, _, place = rest.partition(",")
    return {"where": place_of(place), "since": time_of(since), "until": time_of(until)}
