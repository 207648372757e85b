"""`openanpr retention ...`, `holds ...` and `origins ...`: what is forgotten, kept for a case, and proved."""

from __future__ import annotations

import argparse
from typing import Any

from openanpr.run.local.verb import Take, Verb, add_group, rows

_CERTIFICATE = (
    "day",
    "reads",
    "pictures",
    "at",
    "profile",
    "left_reads",
    "left_reads_by_camera",
    "left_pictures",
)


def _preview(answer: Any) -> str:  # noqa: ANN401 - JSON
    shown = rows("day", "reads", "pictures", nothing="no day is past its time")
    head = f"{answer['profile']} keeps reads {answer['days']} days: those since {answer['kept_from']} stay"
    return f"{head}\n{shown(answer['to_go'])}"


def _ran(answer: Any) -> str:  # noqa: ANN401 - JSON
    shown = rows(*_CERTIFICATE, nothing="no day was past its time")
    ended = "".join(f"\nhold {one['hold_id']} ended: {one['reads']} reads" for one in answer["ended_holds"])
    return shown(answer["certificates"]) + ended


def _check(answer: Any) -> str:  # noqa: ANN401 - JSON
    days = answer["returned_days"]
    if not days:
        return "no certified day can be found again"
    return f"found again, run retention: {', '.join(days)}"


RETENTION = (
    Verb("preview", "what a run would let go of", "GET", "/retention", _preview),
    Verb("run", "let go of what is past its time, and certify it", "POST", "/retention/run", _ran),
    Verb(
        "certificates",
        "what was let go of, and what a search found after",
        "GET",
        "/retention/certificates",
        rows(*_CERTIFICATE, nothing="none yet"),
        (Take("--since", "those of capture days from this one on", query=True),),
    ),
    Verb("check", "search again for what was certified as gone", "GET", "/retention/check", _check),
)


def _read(text: str) -> dict[str, str]:
    try:
        camera, at, vrm = text.split(",")
    except ValueError:
        raise argparse.ArgumentTypeError("a read is CAMERA,TIME,VRM") from None
    return {"camera": camera, "captured_at": at, "vrm": vrm}


def _proved(answer: Any) -> str:  # noqa: ANN401 - JSON
    origin = answer["origin"]
    return (
        f"proved: signed with the key {answer['key_id']}\n"
        f"by device {origin['device']}, batch {origin['key']}, received {origin['received_at']}\n"
        f"that this key is that device's is the word of the node that handed it on: {answer['handed_on_by']}"
    )


HOLDS = (
    Verb("list", "all holds", "GET", "/holds", rows("hold_id", "case_ref", "owner", "until", "reads")),
    Verb(
        "place",
        "keep named reads for a case",
        "POST",
        "/holds",
        lambda answer: f"kept: {answer['reads']} reads, {answer['pictures']} pictures",
        (
            Take("--hold-id", "a name for the hold", required=True),
            Take("--case-ref", "the case", required=True),
            Take("--owner", "who answers for it", required=True),
            Take("--until", "the last day, as 2027-11-22", required=True),
            Take(
                "--reads",
                "a read as CAMERA,TIME,VRM; may be given again",
                many=True,
                required=True,
                kind=_read,
            ),
        ),
    ),
)

ORIGINS = (
    Verb(
        "prove",
        "prove by its signature what another node handed on: that this device said exactly this read",
        "POST",
        "/origins/prove",
        _proved,
        (
            Take("read", "the read, as CAMERA,TIME,VRM", kind=_read),
            Take("--hold-id", "the hold that keeps it, where its day has gone"),
        ),
    ),
)


def add_retention(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    add_group(commands, "retention", "let go of what may no longer be kept, and prove it", RETENTION)


def add_holds(commands: Any) -> None:  # noqa: ANN401 - as above
    """Add the commands to argparse's `commands`."""
    add_group(commands, "holds", "keep named reads for a case beyond their time", HOLDS)


def add_origins(commands: Any) -> None:  # noqa: ANN401 - as above
    """Add the commands to argparse's `commands`."""
    add_group(commands, "origins", "what devices signed of the reads that another node handed on", ORIGINS)
