"""Requests and decisions as JSON: strict on the way in, in one form on the way out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

import msgspec

from openanpr.policy.ask import Request
from openanpr.policy.decide import Decision


class RequestError(Exception):
    """What was given is no request; the sentence says where, and holds nothing of what was in it."""


def parse_request(text: str | bytes) -> Request:
    """Return the request that a JSON text spells. Raises RequestError."""
    return request_of(parse_object(text))


def parse_object(text: str | bytes) -> Mapping[str, object]:
    """Return the JSON object that a text spells. Raises RequestError for any other, and for a key twice."""
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as fault:
        # The decoder's own sentence may quote the text.
        raise RequestError("it is no JSON object with each key once") from fault
    if not isinstance(found, dict):
        raise RequestError("it is no JSON object")
    return cast("dict[str, object]", found)


def request_of(found: Mapping[str, object]) -> Request:
    """Return the request of a JSON object. Raises RequestError for a part missing, strange or unfit."""
    try:
        request = msgspec.convert(found, type=Request)
    except msgspec.ValidationError as fault:
        raise RequestError(_where(str(fault))) from fault
    if strange := _strange(found, _plain(request)):
        raise RequestError(f"it has no use for {strange} part" + ("s" if strange > 1 else ""))
    return request


def request_json(request: Request) -> str:
    """The request as one line of JSON, the same for equal requests."""
    return json.dumps(_plain(request), sort_keys=True, separators=(",", ":"))


def decision_json(decision: Decision) -> str:
    """The decision as one line of JSON, the same for equal decisions."""
    return json.dumps(asdict(decision), sort_keys=True, separators=(",", ":"))


def _plain(request: Request) -> dict[str, Any]:
    return cast("dict[str, Any]", msgspec.to_builtins(request, order="deterministic"))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a key stands twice")
    return told


def _where(fault: str) -> str:
    """Where the fault is, without the words that were there: a value may be anything."""
    said, mark, path = fault.rpartition(" - at `")
    known = said if mark else fault
    place = path.rstrip("`") if mark else "$"
    reason = "has a word that is not known" if known.startswith("Invalid enum") else known
    return f"{place}: {reason}"


def _strange(found: object, known: object) -> int:
    """How many parts were given that a request does not have; they are not named, they may be anything."""
    if isinstance(found, Mapping) and isinstance(known, Mapping):
        given, told = cast("Mapping[str, object]", found), cast("Mapping[str, object]", known)
        return sum(1 if key not in told else _strange(given[key], told[key]) for key in given)
    if isinstance(found, list) and isinstance(known, list | tuple):
        pairs = zip(cast("list[object]", found), cast("list[object]", known), strict=False)
        return sum(_strange(one, other) for one, other in pairs)
    return 0
