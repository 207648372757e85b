"""`openanpr quarantine ...`: reads that could not be taken."""

from __future__ import annotations

import argparse
import json
from typing import Any, cast

from openanpr.run.local.verb import BY, WHY, Take, Verb, add_group, fields, rows

_ID = Take("id", "the read's id in quarantine", query=True)
_VERSION = Take("--version", "the version that you looked at", required=True, kind=int)
_BRIEF = ("id", "version", "state", "reason", "detail", "device", "received_at")


def _patch(text: str) -> dict[str, Any]:
    try:
        patch: Any = json.loads(text)
    except ValueError:
        patch = None
    if not isinstance(patch, dict):
        raise argparse.ArgumentTypeError("the fields must be a JSON object")
    return cast("dict[str, Any]", patch)


VERBS = (
    Verb(
        "counts",
        "how many wait, by reason and device",
        "GET",
        "/quarantine/counts",
        rows("waiting", "reason", "device", "what", nothing="nothing waits"),
    ),
    Verb(
        "list",
        "what waits",
        "GET",
        "/quarantine",
        rows(*_BRIEF, nothing="nothing of the kind"),
        (
            Take("--state", "waiting, releasing, released, discarded or any", query=True, default="waiting"),
            Take("--reason", "only those held for this reason", query=True),
            Take("--device", "only those of this device", query=True),
            Take("--after", "go on after this id", query=True),
            Take("--most", "at most so many (default: 100)", query=True, kind=int),
        ),
    ),
    Verb(
        "show",
        "one read as it came, with what was done to it",
        "GET",
        "/quarantine/item",
        fields(*_BRIEF, "form", "text", "mends", "end"),
        (_ID,),
    ),
    Verb(
        "mend",
        "set fields right",
        "POST",
        "/quarantine/mend",
        fields(*_BRIEF),
        (
            _ID,
            _VERSION,
            Take(
                "--patch",
                """the fields as JSON, as '{"captured_at": "2026-11-22T08:00:00Z"}'; null leaves one out""",
                required=True,
                kind=_patch,
            ),
            BY,
            WHY,
        ),
    ),
    Verb(
        "release",
        "let a read through",
        "POST",
        "/quarantine/release",
        fields(*_BRIEF),
        (_ID, _VERSION, BY, WHY),
    ),
    Verb(
        "discard", "put a read away", "POST", "/quarantine/discard", fields(*_BRIEF), (_ID, _VERSION, BY, WHY)
    ),
)


def add_quarantine(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    add_group(commands, "quarantine", "reads that could not be taken: look, mend, release", VERBS)
